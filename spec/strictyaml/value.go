package strictyaml

import (
	"encoding/json"
	"iter"
	"reflect"
	"strings"

	"gopkg.in/yaml.v3"
)

// Value is one value of a file at its place, with aliases followed. It must not be kept: it is
// valid only until the method that received it returns, and what an iterator yields until the next
// step.
type Value struct {
	d    *decoder
	node *yaml.Node
}

// Kind is the type of a value.
type Kind int

// The kinds of values. Other is a scalar with a tag that JSON does not know.
const (
	Other Kind = iota
	Null
	Bool
	Int
	Float
	Text
	List
	Mapping
)

// Kind returns the kind of the value. A date is a text.
func (v Value) Kind() Kind {
	switch v.node.Kind {
	case yaml.SequenceNode:
		return List
	case yaml.MappingNode:
		return Mapping
	}
	switch v.node.ShortTag() {
	case "!!null":
		return Null
	case "!!bool":
		return Bool
	case "!!int":
		return Int
	case "!!float":
		return Float
	case "!!str", "!!timestamp", "!!merge":
		return Text
	}
	return Other
}

// Text returns a scalar as it is written, without quotes; "" for lists and mappings.
func (v Value) Text() string { return v.d.text(v.node.Value) }

// Line returns the line on which the value starts.
func (v Value) Line() int { return v.node.Line }

// Describe describes the value in words, for messages of the form "must be …, not …".
func (v Value) Describe() string { return describe(v.node) }

// Refuse reports what is wrong with the value, and what would be right.
func (v Value) Refuse(format string, args ...any) { v.d.refuse(v.node, format, args...) }

// Decode decodes the value, as [Document.Decode] does.
func (v Value) Decode(out any) { v.d.resolved(v.node, pointed(out)) }

// Keys returns the keys that a struct can be decoded from, in the order of its fields. The result
// must not be modified.
func (v Value) Keys(of any) []string { return v.d.fieldsOf(reflect.TypeOf(of)).names }

// Members walks the keys and values of a mapping, and refuses any other value. Keys are strings,
// each occurring once.
func (v Value) Members() iter.Seq2[Value, Value] {
	return func(yield func(Value, Value) bool) {
		ended := false
		v.d.keys(v.node, func(key, value *yaml.Node) {
			if ended {
				return
			}
			v.d.within(segment{key: key.Value}, func() {
				if node, leave, ok := v.d.enter(value); ok {
					ended = !yield(Value{v.d, key}, Value{v.d, node})
					leave()
				}
			})
		})
	}
}

// Items walks a list, and refuses any other value.
func (v Value) Items() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		if v.node.Kind != yaml.SequenceNode {
			v.Refuse("must be a list, not %s", v.Describe())
			return
		}
		ended := false
		for i, item := range v.node.Content {
			v.d.within(segment{index: i, indexed: true}, func() {
				if node, leave, ok := v.d.enter(item); ok {
					ended = !yield(Value{v.d, node})
					leave()
				}
			})
			if ended {
				return
			}
		}
	}
}

// Each walks a list, or yields any other value alone, for values that may be written as one or as a
// list.
func (v Value) Each() iter.Seq[Value] {
	if v.node.Kind == yaml.SequenceNode {
		return v.Items()
	}
	return func(yield func(Value) bool) { yield(v) }
}

// Plain returns the value as encoding/json decodes it with UseNumber: nil, bool, string,
// [json.Number], []any, map[string]any. Numbers keep their spelling, and must be valid JSON.
func (v Value) Plain() any {
	switch v.Kind() {
	case Mapping:
		object := make(map[string]any, len(v.node.Content)/2)
		for key, value := range v.Members() {
			object[key.Text()] = value.Plain()
		}
		return object
	case List:
		list := make([]any, 0, len(v.node.Content))
		for item := range v.Items() {
			list = append(list, item.Plain())
		}
		return list
	case Null:
		return nil
	case Bool:
		return strings.EqualFold(v.node.Value, "true")
	case Int, Float:
		if !isJSONNumber(v.node.Value) {
			v.Refuse("must be a number as JSON writes it, not %s: quote it if text is meant", v.Describe())
			return nil
		}
		return json.Number(v.Text())
	case Text:
		return v.Text()
	}
	v.Refuse("must be plain data, as JSON knows it, not a value tagged %s", v.node.Tag)
	return nil
}

// isJSONNumber reports whether a text is a number to JSON.
func isJSONNumber(text string) bool {
	return text != "" && (text[0] == '-' || text[0] >= '0' && text[0] <= '9') && json.Valid([]byte(text))
}

// Lines are the lines on which the values inside a value were written, by place.
type Lines map[string]int

// Lines returns the lines of everything inside the value; its own is that of "".
func (v Value) Lines() Lines {
	lines := Lines{"": v.node.Line}
	outer := len(v.d.path)
	var note func(v Value)
	note = func(v Value) {
		switch v.Kind() {
		case Mapping:
			for key, value := range v.Members() {
				lines[placeOf(v.d.path[outer:])] = key.Line()
				note(value)
			}
		case List:
			for item := range v.Items() {
				lines[placeOf(v.d.path[outer:])] = item.Line()
				note(item)
			}
		}
	}
	note(v)
	return lines
}

// Of returns the line of a place, or of the nearest enclosing one that was written.
func (l Lines) Of(place string) int {
	for place != "" {
		if line, ok := l[place]; ok {
			return line
		}
		place = place[:max(0, strings.LastIndexAny(place, ".["))]
	}
	return l[""]
}
