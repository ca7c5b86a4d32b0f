package scenarios

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// decoder turns YAML nodes into the model, strictly, and goes on after a problem so that all are told at once.
// yaml.v3's own decoder stops at the first, and forgets which members were written.
type decoder struct {
	file     string
	problems []Problem
}

func (d *decoder) problem(line int, format string, args ...any) {
	d.problems = append(d.problems, Problem{File: d.file, Line: line, Text: fmt.Sprintf(format, args...)})
}

// into decodes the node into the value; what names the place in words ("steps").
func (d *decoder) into(node *yaml.Node, value reflect.Value, what string) {
	if node.Kind == yaml.AliasNode || node.Anchor != "" {
		d.problem(node.Line, "%s uses a YAML anchor or alias; write the value out", what)
		return
	}
	if custom, ok := reflect.TypeAssert[interface {
		decode(d *decoder, node *yaml.Node, what string)
	}](value.Addr()); ok {
		custom.decode(d, node, what)
		return
	}
	switch value.Kind() {
	case reflect.Pointer:
		if isNull(node) {
			d.problem(node.Line, "%s must not be null; leave it out instead", what)
			return
		}
		value.Set(reflect.New(value.Type().Elem()))
		d.into(node, value.Elem(), what)
	case reflect.Interface:
		if plain, ok := d.plain(node, what); ok && plain != nil {
			value.Set(reflect.ValueOf(plain))
		}
	case reflect.Struct:
		d.mapping(node, value, what)
	case reflect.Map:
		d.table(node, value, what)
	case reflect.Slice:
		if node.Kind != yaml.SequenceNode {
			d.problem(node.Line, "%s must be a list, not %s", what, describe(node))
			return
		}
		list := reflect.MakeSlice(value.Type(), len(node.Content), len(node.Content))
		for i, item := range node.Content {
			d.into(item, list.Index(i), fmt.Sprintf("%s[%d]", what, i))
		}
		value.Set(list)
	default:
		d.scalar(node, value, what)
	}
}

func (d *decoder) scalar(node *yaml.Node, value reflect.Value, what string) {
	if node.Kind != yaml.ScalarNode || isNull(node) {
		d.problem(node.Line, "%s must be %s, not %s", what, wanted(value.Kind()), describe(node))
		return
	}
	switch value.Kind() {
	case reflect.String: // a number or a date may stand unquoted where text is asked for; it is taken as written
		value.SetString(node.Value)
	case reflect.Bool:
		if node.ShortTag() != "!!bool" {
			d.problem(node.Line, "%s must be true or false, not %q", what, node.Value)
			return
		}
		value.SetBool(strings.EqualFold(node.Value, "true"))
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(node.Value, 10, 64)
		if err != nil || node.ShortTag() != "!!int" {
			d.problem(node.Line, "%s must be a whole number, not %q", what, node.Value)
			return
		}
		value.SetInt(n)
	}
}

// mapping decodes into a struct; its members are those with a yaml tag.
func (d *decoder) mapping(node *yaml.Node, value reflect.Value, what string) {
	if node.Kind != yaml.MappingNode {
		d.problem(node.Line, "%s must be a mapping with some of %s, not %s", what, quoted(members(value.Type())), describe(node))
		return
	}
	written := map[string]int{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, content := node.Content[i], node.Content[i+1]
		if first, twice := written[key.Value]; twice {
			d.problem(key.Line, "%s: key %q stands twice (first on line %d)", what, key.Value, first)
			continue
		}
		written[key.Value] = key.Line
		index, known := field(value.Type(), key.Value)
		if !known {
			all := members(value.Type())
			hint := didYouMean(key.Value, all)
			if hint == "" {
				hint = "; known are " + quoted(all)
			}
			d.problem(key.Line, "%s: unknown key %q%s", what, key.Value, hint)
			continue
		}
		d.into(content, value.Field(index), key.Value)
	}
	if target, ok := reflect.TypeAssert[keyed](value.Addr()); ok {
		target.setWritten(node.Line, written)
	}
	if line := value.FieldByName("Line"); line.IsValid() {
		line.SetInt(int64(node.Line))
	}
}

// table decodes into a map whose keys are the file's own.
func (d *decoder) table(node *yaml.Node, value reflect.Value, what string) {
	if node.Kind != yaml.MappingNode {
		d.problem(node.Line, "%s must be a mapping, not %s", what, describe(node))
		return
	}
	value.Set(reflect.MakeMap(value.Type()))
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, content := node.Content[i], node.Content[i+1]
		if key.Kind != yaml.ScalarNode || key.Anchor != "" {
			d.problem(key.Line, "%s: a key must be plain text", what)
			continue
		}
		name := reflect.ValueOf(key.Value)
		if value.MapIndex(name).IsValid() {
			d.problem(key.Line, "%s: key %q stands twice", what, key.Value)
			continue
		}
		element := reflect.New(value.Type().Elem()).Elem()
		d.into(content, element, fmt.Sprintf("%s[%q]", what, key.Value))
		value.SetMapIndex(name, element)
	}
}

// plain turns a node into what encoding/json makes of the same value with UseNumber: nil, bool, string, json.Number, []any,
// map[string]any. So expectations and answers are compared as the same kind of thing, numbers exactly.
func (d *decoder) plain(node *yaml.Node, what string) (any, bool) {
	switch {
	case node.Kind == yaml.AliasNode || node.Anchor != "":
		d.problem(node.Line, "%s uses a YAML anchor or alias; write the value out", what)
		return nil, false
	case node.Kind == yaml.SequenceNode:
		list := make([]any, 0, len(node.Content))
		for i, item := range node.Content {
			one, ok := d.plain(item, fmt.Sprintf("%s[%d]", what, i))
			if !ok {
				return nil, false
			}
			list = append(list, one)
		}
		return list, true
	case node.Kind == yaml.MappingNode:
		object := make(map[string]any, len(node.Content)/2)
		for i := 0; i+1 < len(node.Content); i += 2 {
			key := node.Content[i]
			if _, twice := object[key.Value]; twice {
				d.problem(key.Line, "%s: key %q stands twice", what, key.Value)
				return nil, false
			}
			if key.Kind != yaml.ScalarNode || key.Anchor != "" || key.ShortTag() == "!!merge" {
				d.problem(key.Line, "%s: a key must be plain text; quote it", what)
				return nil, false
			}
			one, ok := d.plain(node.Content[i+1], what+"."+key.Value)
			if !ok {
				return nil, false
			}
			object[key.Value] = one
		}
		return object, true
	}
	switch node.ShortTag() {
	case "!!null":
		return nil, true
	case "!!bool":
		return strings.EqualFold(node.Value, "true"), true
	case "!!int", "!!float":
		if !jsonNumber.MatchString(node.Value) {
			d.problem(node.Line, "%s: %s is not a number as JSON writes it; quote it if text is meant", what, node.Value)
			return nil, false
		}
		return json.Number(node.Value), true
	case "!!str", "!!timestamp":
		return node.Value, true
	}
	d.problem(node.Line, "%s: a value of type %s is not part of JSON", what, node.ShortTag())
	return nil, false
}

var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

// members are the yaml names of a struct, in the order of its fields.
func members(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		if name := yamlName(t.Field(i)); name != "" {
			names = append(names, name)
		}
	}
	return names
}

func field(t reflect.Type, name string) (int, bool) {
	for i := range t.NumField() {
		if name != "" && yamlName(t.Field(i)) == name {
			return i, true
		}
	}
	return 0, false
}

func yamlName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	if name == "-" {
		return ""
	}
	return name
}

func isNull(node *yaml.Node) bool {
	return node.Kind == yaml.ScalarNode && node.ShortTag() == "!!null"
}

func describe(node *yaml.Node) string {
	switch {
	case node.Kind == yaml.SequenceNode:
		return "a list"
	case node.Kind == yaml.MappingNode:
		return "a mapping"
	case isNull(node):
		return "null"
	}
	return strconv.Quote(node.Value)
}

func wanted(kind reflect.Kind) string {
	switch kind {
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	}
	return "text"
}

func quoted(names []string) string {
	list := slices.Clone(names)
	for i, name := range list {
		list[i] = strconv.Quote(name)
	}
	return strings.Join(list, ", ")
}

// decode reads a status, or a list of them.
func (s *Statuses) decode(d *decoder, node *yaml.Node, what string) {
	nodes := []*yaml.Node{node}
	if node.Kind == yaml.SequenceNode {
		nodes = node.Content
		if len(nodes) == 0 {
			d.problem(node.Line, "%s must name at least one HTTP status", what)
		}
	}
	for _, one := range nodes {
		status, err := strconv.Atoi(one.Value)
		if one.Kind != yaml.ScalarNode || one.ShortTag() != "!!int" || err != nil || status < 100 || status > 599 {
			d.problem(one.Line, "%s must be an HTTP status such as 422, or a list of them, not %s", what, describe(one))
			continue
		}
		*s = append(*s, status)
	}
}

// decode reads a text, or a list of them.
func (t *Texts) decode(d *decoder, node *yaml.Node, what string) {
	nodes := []*yaml.Node{node}
	if node.Kind == yaml.SequenceNode {
		nodes = node.Content
		if len(nodes) == 0 {
			d.problem(node.Line, "%s must hold at least one text; leave it out instead", what)
		}
	}
	for _, one := range nodes {
		var text string
		d.scalar(one, reflect.ValueOf(&text).Elem(), what)
		*t = append(*t, text)
	}
}

// decode reads an id, or a list of them. Whether there are such scenarios only Lint can say, which sees all files.
func (ids *IDs) decode(d *decoder, node *yaml.Node, what string) {
	nodes := []*yaml.Node{node}
	if node.Kind == yaml.SequenceNode {
		nodes = node.Content
		if len(nodes) == 0 {
			d.problem(node.Line, "%s must name at least one scenario; leave it out instead", what)
		}
	}
	for _, one := range nodes {
		switch {
		case one.Kind != yaml.ScalarNode || !scenarioID.MatchString(one.Value):
			d.problem(one.Line, "%s must be the id of a scenario, such as v2/wallet/read, or a list of ids, not %s", what, describe(one))
		case slices.Contains(*ids, one.Value):
			d.problem(one.Line, "%s: %q stands twice", what, one.Value)
		default:
			*ids = append(*ids, one.Value)
		}
	}
}

// decode reads a matcher's members, or a scalar or list that the value must equal.
func (m *Matcher) decode(d *decoder, node *yaml.Node, what string) {
	if node.Kind == yaml.MappingNode {
		if !hasMember(node, members(reflect.TypeFor[Matcher]())) {
			d.problem(node.Line, "%s: a mapping says how to compare (%s …); write {equals: {…}} to compare with an object",
				what, quoted(members(reflect.TypeFor[Matcher]())[:5]))
			m.setWritten(node.Line, map[string]int{"equals": node.Line}) // one problem is enough
			return
		}
		d.mapping(node, reflect.ValueOf(m).Elem(), what)
		return
	}
	if value, ok := d.plain(node, what); ok {
		m.Equals = value
		m.setWritten(node.Line, map[string]int{"equals": node.Line})
	}
}

func hasMember(node *yaml.Node, names []string) bool {
	for i := 0; i < len(node.Content); i += 2 {
		if slices.Contains(names, node.Content[i].Value) || nearest(node.Content[i].Value, names) != "" {
			return true
		}
	}
	return false
}

// decode reads "basic", "none", or one of bearer, credentials and raw.
func (a *Auth) decode(d *decoder, node *yaml.Node, what string) {
	if node.Kind == yaml.MappingNode {
		d.mapping(node, reflect.ValueOf(a).Elem(), what)
		kinds := slices.DeleteFunc([]string{"bearer", "credentials", "raw"}, func(kind string) bool { return !a.Has(kind) })
		if len(kinds) != 1 {
			d.problem(node.Line, `%s must be "basic", "none", or have exactly one of "bearer", "credentials", "raw"`, what)
			return
		}
		a.Kind = kinds[0]
		return
	}
	if node.Kind != yaml.ScalarNode || node.Value != "basic" && node.Value != "none" {
		d.problem(node.Line, `unknown %s %s; it is "basic", "none", or one of {bearer: …}, {credentials: {…}}, {raw: …}`, what, describe(node))
		return
	}
	a.Kind = node.Value
	a.setWritten(node.Line, nil)
}
