package openapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"

	"oauthmock/spec/strictyaml"
)

// maxExpanded bounds the values of a YAML document after its aliases are followed.
const maxExpanded = 4 << 20

// yamlReader parses YAML into a tree. An alias is the same value again, not a copy.
type yamlReader struct {
	warn    *warnings
	anchors map[*yaml.Node]*anchored
	size    int
}

type anchored struct {
	value any
	size  int
	ready bool
}

var errTooLarge = fmt.Errorf("it holds more than %d values once its aliases are followed", maxExpanded)

// readYAML reads the first document of a YAML file.
func readYAML(data []byte, warn *warnings) (any, error) {
	node, second, err := strictyaml.FirstDocument(data)
	if problem, ok := errors.AsType[strictyaml.Problem](err); ok {
		return nil, &lineError{line: max(problem.Line, 1), err: errors.New(problem.Message)}
	}
	r := &yamlReader{warn: warn, anchors: map[*yaml.Node]*anchored{}}
	v, err := r.value(node, &place{line: 1}, 0)
	if err != nil {
		return nil, err
	}
	if second > 0 {
		warn.add(&place{line: second}, "the file holds a second YAML document, which is not read")
	}
	return v, nil
}

func (r *yamlReader) value(node *yaml.Node, at *place, depth int) (any, error) {
	if depth > maxDepth {
		return nil, &lineError{line: node.Line, err: errTooDeep}
	}
	if r.size++; r.size > maxExpanded {
		return nil, &lineError{line: node.Line, err: errTooLarge}
	}
	if node.Kind == yaml.AliasNode {
		return r.alias(node, at)
	}
	if node.Anchor == "" {
		return r.plain(node, at, depth)
	}
	known := &anchored{}
	r.anchors[node] = known
	before := r.size
	v, err := r.plain(node, at, depth)
	*known = anchored{value: v, size: r.size - before, ready: true}
	return v, err
}

func (r *yamlReader) alias(node *yaml.Node, at *place) (any, error) {
	known := r.anchors[node.Alias]
	if known == nil || !known.ready {
		r.warn.add(at, "the alias *%s stands inside its own anchor; it is read as null", node.Value)
		return nil, nil
	}
	if r.size += known.size; r.size > maxExpanded {
		return nil, &lineError{line: node.Line, err: errTooLarge}
	}
	return known.value, nil
}

func (r *yamlReader) plain(node *yaml.Node, at *place, depth int) (any, error) {
	switch node.Kind {
	case yaml.DocumentNode:
		if len(node.Content) == 0 {
			return nil, nil
		}
		return r.value(node.Content[0], at, depth)
	case yaml.SequenceNode:
		list := make([]any, 0, len(node.Content))
		for i, item := range node.Content {
			v, err := r.value(item, &place{parent: at, key: strconv.Itoa(i), line: item.Line}, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	case yaml.MappingNode:
		return r.mapping(node, at, depth)
	default:
		return r.scalar(node, at), nil
	}
}

func (r *yamlReader) mapping(node *yaml.Node, at *place, depth int) (any, error) {
	o := &object{line: node.Line}
	var merged []any
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, inner := node.Content[i], node.Content[i+1]
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		if key.Kind != yaml.ScalarNode {
			r.warn.add(at, "a key is not a plain text; it is left out")
			continue
		}
		inside := &place{parent: at, key: key.Value, line: key.Line}
		v, err := r.value(inner, inside, depth+1)
		if err != nil {
			return nil, err
		}
		if key.ShortTag() == "!!merge" {
			if list, ok := v.([]any); ok {
				merged = append(merged, list...)
			} else {
				merged = append(merged, v)
			}
			continue
		}
		putOnce(o, key.Value, v, inside, r.warn)
	}
	for _, v := range merged {
		from, ok := v.(*object)
		if !ok {
			r.warn.add(at, "<< merges something that is not a mapping; it is left out")
			continue
		}
		for i, key := range from.keys {
			if o.find(key) < 0 {
				o.add(key, from.values[i])
			}
		}
	}
	return o, nil
}

var jsonNumber = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$`) })

func (r *yamlReader) scalar(node *yaml.Node, at *place) any {
	switch node.ShortTag() {
	case "!!null":
		return nil
	case "!!bool":
		return strings.EqualFold(node.Value, "true")
	case "!!int":
		if jsonNumber().MatchString(node.Value) {
			return json.Number(node.Value)
		}
		if i, err := strconv.ParseInt(strings.ReplaceAll(node.Value, "_", ""), 0, 64); err == nil {
			return json.Number(strconv.FormatInt(i, 10))
		}
	case "!!float":
		if jsonNumber().MatchString(node.Value) {
			return json.Number(node.Value)
		}
		f, err := strconv.ParseFloat(strings.ReplaceAll(node.Value, "_", ""), 64)
		if err == nil && !math.IsInf(f, 0) && !math.IsNaN(f) {
			return json.Number(strconv.FormatFloat(f, 'g', -1, 64))
		}
		r.warn.add(at, "JSON has no number %s; it is read as text", node.Value)
	}
	return node.Value
}
