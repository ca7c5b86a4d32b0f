package spec

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// A record reads one YAML mapping strictly: each member is asked for by name, and what was written but
// not asked for, asked for but not written, or written twice is a problem. yaml.v3 alone would keep
// silent on doubles in nodes and name Go types in its messages.
type record struct {
	file    string
	line    int
	members map[string]*yaml.Node
	order   []string
	asked   []string
	errs    []error
}

// yamlDocument reads the only document of a YAML file.
func yamlDocument(file string, data []byte) (*yaml.Node, error) {
	decoder := yaml.NewDecoder(strings.NewReader(string(data)))
	var node yaml.Node
	if err := decoder.Decode(&node); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%s:1: the file is empty", file)
		}
		return nil, syntaxError(file, err)
	}
	var second yaml.Node
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: the file holds more than one YAML document; want one", file)
	}
	return node.Content[0], nil
}

// syntaxError puts the line that yaml.v3 names inside its message where all other messages have it.
func syntaxError(file string, err error) error {
	line := 1
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if rest, found := strings.CutPrefix(text, "line "); found {
		if number, after, found := strings.Cut(rest, ": "); found {
			if n, err := strconv.Atoi(number); err == nil {
				line, text = n, after
			}
		}
	}
	return fmt.Errorf("%s:%d: this is no YAML: %s", file, line, text)
}

func newRecord(file string, node *yaml.Node) (*record, error) {
	if node.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("%s:%d: got %s; want keys with values", file, node.Line, kindOf(node))
	}
	r := &record{file: file, line: node.Line, members: map[string]*yaml.Node{}}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			r.fail(key.Line, "a key is %s; want a name", kindOf(key))
			continue
		}
		if first, double := r.members[key.Value]; double {
			r.fail(key.Line, "%q is written twice, first in line %d; want it once", key.Value, first.Line)
			continue
		}
		r.members[key.Value] = value
		r.order = append(r.order, key.Value)
	}
	return r, nil
}

func (r *record) fail(line int, format string, args ...any) {
	r.errs = append(r.errs, fmt.Errorf("%s:%d: %s", r.file, line, fmt.Sprintf(format, args...)))
}

// optional is the node of a member, or nil where it was not written.
func (r *record) optional(name string) *yaml.Node {
	r.asked = append(r.asked, name)
	return r.members[name]
}

// required is the node of a member; its absence is a problem.
func (r *record) required(name string) *yaml.Node {
	node := r.optional(name)
	if node == nil {
		r.fail(r.line, "%q is missing", name)
	}
	return node
}

// text is a required member that must be non-empty text.
func (r *record) text(name string) string {
	return r.textOf(name, r.required(name))
}

func (r *record) textOf(name string, node *yaml.Node) string {
	if node == nil {
		return ""
	}
	if node.Kind != yaml.ScalarNode || node.ShortTag() != "!!str" || strings.TrimSpace(node.Value) == "" {
		r.fail(node.Line, "%q is %s; want text", name, kindOf(node))
		return ""
	}
	return strings.TrimSpace(node.Value)
}

// integer is a required member that must be a whole number between low and high.
func (r *record) integer(name string, low, high int) int {
	node := r.required(name)
	if node == nil {
		return 0
	}
	var n int
	if node.Kind != yaml.ScalarNode || node.ShortTag() != "!!int" || node.Decode(&n) != nil || n < low || n > high {
		r.fail(node.Line, "%q is %s; want a whole number from %d to %d", name, kindOf(node), low, high)
		return 0
	}
	return n
}

// flag is a member that may be absent (false) and else must be true or false.
func (r *record) flag(name string) bool {
	node := r.optional(name)
	if node == nil {
		return false
	}
	var b bool
	if node.Kind != yaml.ScalarNode || node.ShortTag() != "!!bool" || node.Decode(&b) != nil {
		r.fail(node.Line, "%q is %s; want true or false", name, kindOf(node))
	}
	return b
}

// choice is a required member that must be one of the given words.
func (r *record) choice(name string, words ...string) string {
	node := r.required(name)
	text := r.textOf(name, node)
	if text != "" && !slices.Contains(words, text) {
		r.fail(node.Line, "%q is %q; want one of %s", name, text, strings.Join(words, ", "))
	}
	return text
}

// list is a required member that must be a non-empty list.
func (r *record) list(name string) []*yaml.Node {
	node := r.required(name)
	if node == nil {
		return nil
	}
	if node.Kind != yaml.SequenceNode || len(node.Content) == 0 {
		r.fail(node.Line, "%q is %s; want a list with at least one entry", name, kindOf(node))
		return nil
	}
	return node.Content
}

// err is every problem found so far and every member that nobody asked for.
func (r *record) err() error {
	for _, name := range r.order {
		if !slices.Contains(r.asked, name) {
			r.fail(r.members[name].Line, "%q is not known here; want one of %s", name, strings.Join(r.asked, ", "))
		}
	}
	return errors.Join(r.errs...)
}

// kindOf names what a node is, for messages.
func kindOf(node *yaml.Node) string {
	switch node.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		if len(node.Content) == 0 {
			return "an empty list"
		}
		return "a list"
	case yaml.AliasNode:
		return "an alias"
	default:
		if node.Value == "" {
			return "empty"
		}
		return fmt.Sprintf("%q", node.Value)
	}
}
