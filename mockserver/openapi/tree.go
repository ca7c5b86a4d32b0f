package openapi

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// The values of a tree are nil, bool, string, json.Number, []any and *object.

// object is a JSON object whose members keep the order of the file.
type object struct {
	line   int // line of its start; 0 if it comes from no file
	keys   []string
	values []any
	index  map[string]int
}

// indexed is the number of members from which an object keeps an index; fewer are faster searched.
const indexed = 12

// find returns the position of a member, or -1.
func (o *object) find(key string) int {
	if o.index != nil {
		if i, ok := o.index[key]; ok {
			return i
		}
		return -1
	}
	return slices.Index(o.keys, key)
}

// get returns a member; a nil object has none.
func (o *object) get(key string) (any, bool) {
	if o == nil {
		return nil, false
	}
	if i := o.find(key); i >= 0 {
		return o.values[i], true
	}
	return nil, false
}

// has reports whether there is a member; a nil object has none.
func (o *object) has(key string) bool { return o != nil && o.find(key) >= 0 }

// object returns a member that is an object, or nil.
func (o *object) object(key string) *object {
	v, _ := o.get(key)
	child, _ := v.(*object)
	return child
}

// text returns a member that is a string, or "".
func (o *object) text(key string) string {
	v, _ := o.get(key)
	s, _ := v.(string)
	return s
}

// flag reports whether a member is true; some documents write "true".
func (o *object) flag(key string) bool {
	v, _ := o.get(key)
	return v == true || v == "true"
}

// add puts a member at the end; the key is known to be new.
func (o *object) add(key string, v any) {
	if o.index != nil {
		o.index[key] = len(o.keys)
	} else if len(o.keys) >= indexed {
		o.index = make(map[string]int, 2*indexed)
		for i, k := range o.keys {
			o.index[k] = i
		}
		o.index[key] = len(o.keys)
	}
	o.keys = append(o.keys, key)
	o.values = append(o.values, v)
}

// put adds a member or replaces the one that is there.
func (o *object) put(key string, v any) {
	if i := o.find(key); i >= 0 {
		o.values[i] = v
		return
	}
	o.add(key, v)
}

// place is where a value is in the document, as a chain from the root; its pointer is only built
// when needed.
type place struct {
	parent *place
	key    string
	line   int
	file   *source // nil in a document that is not read by a reader
}

// in is the place of a member or item, whose line is known when the value is an object.
func (p *place) in(key string, v any) *place {
	child := &place{parent: p, key: key, line: p.line, file: p.file}
	if o, ok := v.(*object); ok && o != nil && o.line > 0 {
		child.line = o.line
	}
	return child
}

// at is the place of an item of a list.
func (p *place) at(i int, v any) *place { return p.in(strconv.Itoa(i), v) }

// String is the JSON pointer of the place, as a fragment: "#/paths/~1users/get".
func (p *place) String() string {
	var keys []string
	for ; p != nil && p.parent != nil; p = p.parent {
		keys = append(keys, escapePointer(p.key))
	}
	var b strings.Builder
	b.WriteByte('#')
	for _, key := range slices.Backward(keys) {
		b.WriteByte('/')
		b.WriteString(key)
	}
	return b.String()
}

// of names the file of a place, where that is not the document's own.
func (p *place) of() string {
	if p.file == nil || p.file.main {
		return ""
	}
	return p.file.name
}

func escapePointer(key string) string {
	if !strings.ContainsAny(key, "~/") {
		return key
	}
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
}

func unescapePointer(key string) string {
	if !strings.Contains(key, "~") {
		return key
	}
	return strings.NewReplacer("~1", "/", "~0", "~").Replace(key)
}

// kindOf names the kind of a value for people.
func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case string:
		return "a string"
	case json.Number:
		return "a number"
	case []any:
		return "an array"
	default:
		return "an object"
	}
}

// equal reports whether two values are the same JSON value: 1 and 1.0 are, and the order of members
// does not matter.
func equal(a, b any) bool {
	switch x := a.(type) {
	case json.Number:
		y, ok := b.(json.Number)
		return ok && (x == y || sameNumber(x, y))
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !equal(x[i], y[i]) {
				return false
			}
		}
		return true
	case *object:
		y, ok := b.(*object)
		if !ok || len(x.keys) != len(y.keys) {
			return false
		}
		for i, key := range x.keys {
			other, has := y.get(key)
			if !has || !equal(x.values[i], other) {
				return false
			}
		}
		return true
	default:
		switch b.(type) {
		case json.Number, []any, *object:
			return false
		}
		return a == b
	}
}
