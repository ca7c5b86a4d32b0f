package strictyaml

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// Unmarshaler is implemented by types with their own notation, such as amounts, times, and lists
// that may be a single value. UnmarshalStrict gets the value, and reports problems by an error,
// which is reported at the value's place, or by Refuse of the value or of one inside it.
type Unmarshaler interface {
	UnmarshalStrict(v Value) error
}

// decoder fills values from nodes and reports everything that does not fit, with its place. The
// YAML library's own decoder is not strict enough: it accepts a number for text and null for a
// mapping, and loses lines and places at the first custom value.
type decoder struct {
	file     string
	format   Format
	problems Collector
	path     []segment
	fields   map[reflect.Type]*fields
	// expanding are the anchors whose aliases are being expanded: an alias to one of them contains
	// itself.
	expanding map[*yaml.Node]bool
	aliased   int
	stopped   bool
	entries   jsonReader
	texts     texts
}

// fields describes the fields of a struct.
type fields struct {
	names []string // in order
	index map[string][]int
	// notes reports whether the struct records what was written.
	notes bool
}

func newDecoder(file string, format Format) *decoder {
	return &decoder{file: file, format: format, fields: map[reflect.Type]*fields{}, expanding: map[*yaml.Node]bool{}}
}

func (d *decoder) refuse(node *yaml.Node, format string, args ...any) {
	if d.problems.Full() {
		d.stopped = true
	}
	d.problems.Add(Problem{File: d.file, Line: node.Line, Place: placeOf(d.path), Message: fmt.Sprintf(format, args...)})
}

// within calls read one step deeper in the place.
func (d *decoder) within(s segment, read func()) {
	d.path = append(d.path, s)
	read()
	d.path = d.path[:len(d.path)-1]
}

// member reads a value one step deeper in the place.
func (d *decoder) member(s segment, node *yaml.Node, out reflect.Value) {
	d.path = append(d.path, s)
	d.value(node, out)
	d.path = d.path[:len(d.path)-1]
}

// enter follows an alias, if node is one. The caller reads the result, then calls leave.
func (d *decoder) enter(node *yaml.Node) (_ *yaml.Node, leave func(), ok bool) {
	if d.stopped {
		return nil, nil, false
	}
	if len(d.path) > maxDepth {
		d.refuse(node, "nests deeper than %d", maxDepth)
		d.stopped = true
		return nil, nil, false
	}
	if len(d.expanding) > 0 && !d.count(node) {
		return nil, nil, false
	}
	if node.Kind == entryNode {
		return d.entries.read(node), func() {}, true
	}
	if node.Kind != yaml.AliasNode {
		return node, func() {}, true
	}
	target := node.Alias
	if target == nil || d.expanding[target] {
		d.refuse(node, "the anchor &%s holds an alias of itself: write the value out", node.Value)
		return nil, nil, false
	}
	d.expanding[target] = true
	return target, func() { delete(d.expanding, target) }, true
}

// count counts a value that comes from an alias. It returns false when there are too many.
func (d *decoder) count(node *yaml.Node) bool {
	if d.aliased++; d.aliased > maxAliased && !d.stopped {
		d.refuse(node, "aliases stand for more than %d values: write them out, or use fewer", maxAliased)
		d.stopped = true
	}
	return !d.stopped
}

// pointed returns what a pointer points to.
func pointed(out any) reflect.Value { return reflect.ValueOf(out).Elem() }

func (d *decoder) value(node *yaml.Node, out reflect.Value) {
	node, leave, ok := d.enter(node)
	if !ok {
		return
	}
	defer leave()
	d.resolved(node, out)
}

// resolved reads a node that is not an alias.
func (d *decoder) resolved(node *yaml.Node, out reflect.Value) {
	kind := out.Kind()
	if isNull(node) && d.absent(kind) {
		return
	}
	if custom, ok := reflect.TypeAssert[Unmarshaler](out.Addr()); ok {
		if err := custom.UnmarshalStrict(Value{d: d, node: node}); err != nil {
			d.refuse(node, "%v", err)
		}
		return
	}
	switch kind {
	case reflect.Pointer:
		if isNull(node) {
			d.refuse(node, "must not be null: leave it out instead")
			return
		}
		target := reflect.New(out.Type().Elem())
		d.resolved(node, target.Elem())
		out.Set(target)
	case reflect.Struct:
		if moment, ok := reflect.TypeAssert[*time.Time](out.Addr()); ok {
			d.time(node, moment)
			return
		}
		d.structure(node, out)
	case reflect.Slice:
		d.list(node, out)
	case reflect.Map:
		d.mapping(node, out)
	case reflect.Interface:
		read := d.format.Any
		if read == nil {
			read = Value.Plain
		}
		if free := read(Value{d: d, node: node}); free != nil {
			out.Set(reflect.ValueOf(free))
		}
	default:
		d.scalar(node, out, d.format.LooseText)
	}
}

// absent reports whether null means that nothing was written.
func (d *decoder) absent(kind reflect.Kind) bool {
	switch d.format.Nulls {
	case NullsEverywhere:
		return true
	case NullsForOptional:
		return kind == reflect.Pointer || kind == reflect.Slice || kind == reflect.Map || kind == reflect.Interface
	}
	return false
}

func (d *decoder) structure(node *yaml.Node, out reflect.Value) {
	known := d.fieldsOf(out.Type())
	var lines map[string]int
	if known.notes {
		lines = map[string]int{}
	}
	d.keys(node, func(key, value *yaml.Node) {
		if lines != nil {
			lines[key.Value] = key.Line
		}
		index, ok := known.index[key.Value]
		if !ok {
			d.refuse(key, "unknown key %q: %s", key.Value, Suggest(key.Value, known.names))
			return
		}
		d.member(segment{key: key.Value}, value, out.FieldByIndex(index))
	})
	if lines != nil && node.Kind == yaml.MappingNode {
		out.Addr().Interface().(noter).note(node.Line, lines)
	}
}

// fieldsOf returns the fields of a struct, and of those that it embeds, by their names in files.
func (d *decoder) fieldsOf(t reflect.Type) *fields {
	known, ok := d.fields[t]
	if !ok {
		known = newFields(t)
		d.fields[t] = known
	}
	return known
}

func newFields(t reflect.Type) *fields {
	known := &fields{index: map[string][]int{}, notes: reflect.PointerTo(t).Implements(reflect.TypeFor[noter]())}
	var collect func(t reflect.Type, at []int)
	collect = func(t reflect.Type, at []int) {
		for i := range t.NumField() {
			field, index := t.Field(i), append(slices.Clone(at), i)
			tag, ok := field.Tag.Lookup("yaml")
			if !ok {
				tag = field.Tag.Get("json")
			}
			name, _, _ := strings.Cut(tag, ",")
			switch {
			case name != "" && name != "-":
				known.index[name] = index
				known.names = append(known.names, name)
			case field.Anonymous && field.Type.Kind() == reflect.Struct:
				collect(field.Type, index)
			}
		}
	}
	collect(t, nil)
	return known
}

func (d *decoder) list(node *yaml.Node, out reflect.Value) {
	if node.Kind != yaml.SequenceNode {
		d.refuse(node, "must be a list, not %s", describe(node))
		return
	}
	if len(node.Content) == 0 && d.format.Compact {
		return
	}
	items := reflect.MakeSlice(out.Type(), len(node.Content), len(node.Content))
	for i, item := range node.Content {
		if d.stopped {
			return
		}
		d.member(segment{index: i, indexed: true}, item, items.Index(i))
	}
	if texts, ok := reflect.TypeAssert[[]string](items); ok && d.format.Compact {
		items = reflect.ValueOf(d.texts.list(texts))
	}
	out.Set(items)
}

// mapping reads a mapping whose keys are the file's own. In one from strings to strings, numbers
// and booleans are kept as they are written, as for headers.
func (d *decoder) mapping(node *yaml.Node, out reflect.Value) {
	entries := reflect.MakeMap(out.Type())
	element := out.Type().Elem()
	d.keys(node, func(key, value *yaml.Node) {
		entry := reflect.New(element).Elem()
		if element == reflect.TypeFor[string]() {
			d.within(segment{key: key.Value}, func() { d.loose(value, entry) })
		} else {
			d.member(segment{key: key.Value}, value, entry)
		}
		entries.SetMapIndex(reflect.ValueOf(d.text(key.Value)), entry)
	})
	if entries.Len() > 0 || node.Kind == yaml.MappingNode && !d.format.Compact {
		out.Set(entries)
	}
}

// loose reads a text, for which any scalar but null is accepted.
func (d *decoder) loose(node *yaml.Node, out reflect.Value) {
	node, leave, ok := d.enter(node)
	if !ok {
		return
	}
	defer leave()
	d.scalar(node, out, true)
}

func (d *decoder) scalar(node *yaml.Node, out reflect.Value, loose bool) {
	tag := ""
	if node.Kind == yaml.ScalarNode {
		tag = node.ShortTag()
	}
	switch out.Kind() {
	case reflect.String:
		switch tag {
		case "!!str", "!!timestamp", "!!merge":
			out.SetString(d.text(node.Value))
		case "!!int", "!!float", "!!bool":
			if !loose {
				d.refuse(node, "must be text, not %s without quotes: write %q", tag[2:], node.Value)
				return
			}
			out.SetString(d.text(node.Value))
		default:
			d.refuse(node, "must be text, not %s", describe(node))
		}
	case reflect.Bool:
		b, err := strconv.ParseBool(strings.ToLower(node.Value))
		if tag != "!!bool" || err != nil {
			d.refuse(node, "must be true or false, not %s", describe(node))
			return
		}
		out.SetBool(b)
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(node.Value, 10, out.Type().Bits())
		if tag != "!!int" || err != nil {
			d.refuse(node, "must be a whole decimal number of %d bits, not %s", out.Type().Bits(), describe(node))
			return
		}
		out.SetInt(n)
	case reflect.Uint64:
		n, err := strconv.ParseUint(node.Value, 10, 64)
		if tag != "!!int" || err != nil {
			d.refuse(node, "must be a whole decimal number from 0, not %s", describe(node))
			return
		}
		out.SetUint(n)
	case reflect.Float64:
		f, err := strconv.ParseFloat(node.Value, 64)
		if tag != "!!int" && tag != "!!float" || err != nil {
			d.refuse(node, "must be a number, not %s", describe(node))
			return
		}
		out.SetFloat(f)
	default:
		d.refuse(node, "cannot be read: %s", out.Type())
	}
}

func (d *decoder) time(node *yaml.Node, out *time.Time) {
	t, err := time.Parse(time.RFC3339, node.Value)
	if err != nil || node.Kind != yaml.ScalarNode {
		d.refuse(node, "must be a time such as 2026-02-12T08:30:00Z, not %s", describe(node))
		return
	}
	*out = t
}

// describe describes a node's value in words, for messages of the form "must be …, not …".
func describe(node *yaml.Node) string {
	switch {
	case node.Kind == yaml.MappingNode:
		return "a mapping"
	case node.Kind == yaml.SequenceNode:
		return "a list"
	case node.Kind == yaml.AliasNode:
		return "the alias *" + node.Value
	case isNull(node):
		return "nothing"
	}
	const most = 60
	if text := []rune(node.Value); len(text) > most {
		return strconv.Quote(string(text[:most])) + "…"
	}
	return strconv.Quote(node.Value)
}

// isNull reports whether a node is null, or nothing at all.
func isNull(node *yaml.Node) bool {
	return node.Kind == yaml.ScalarNode && node.ShortTag() == "!!null"
}
