package fault

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// decoder fills values from nodes, and says with line and place what does not fit. The YAML library's own takes numbers for texts, and does not
// say where an unknown key stands.
type decoder struct {
	file     string
	problems []error
}

// maxProblems is how many problems are told.
const maxProblems = 20

// maxNesting is how deep values may nest.
const maxNesting = 100

func (d *decoder) err() error { return errors.Join(d.problems...) }

func (d *decoder) refuse(node *yaml.Node, place, format string, args ...any) {
	if len(d.problems) < maxProblems {
		d.problems = append(d.problems, Problem{File: d.file, Line: node.Line, Place: place, Message: fmt.Sprintf(format, args...)})
	}
}

// top reads a whole document.
func (d *decoder) top(root *yaml.Node, out any) { d.value(root, "", reflect.ValueOf(out).Elem()) }

func (d *decoder) value(node *yaml.Node, place string, out reflect.Value) {
	switch {
	case node.Kind == yaml.AliasNode:
		d.refuse(node, place, "is an alias; write the value out")
		return
	case null(node):
		return // as if it were absent
	}
	if out.Type() == reflect.TypeFor[time.Time]() {
		t, err := time.Parse(time.RFC3339, node.Value)
		if err != nil || node.Kind != yaml.ScalarNode {
			d.refuse(node, place, "is %s; want a time such as 2026-02-12T08:30:00Z", describe(node))
			return
		}
		out.Set(reflect.ValueOf(t))
		return
	}
	switch out.Kind() {
	case reflect.Pointer:
		target := reflect.New(out.Type().Elem())
		d.value(node, place, target.Elem())
		out.Set(target)
	case reflect.Struct:
		d.structure(node, place, out)
	case reflect.Slice:
		if node.Kind != yaml.SequenceNode {
			d.refuse(node, place, "is %s; want a list", describe(node))
			return
		}
		list := reflect.MakeSlice(out.Type(), len(node.Content), len(node.Content))
		for i, one := range node.Content {
			d.value(one, fmt.Sprintf("%s[%d]", place, i), list.Index(i))
		}
		out.Set(list)
	case reflect.Map:
		d.texts(node, place, out)
	case reflect.Interface:
		if free := d.free(node, place, 0); free != nil {
			out.Set(reflect.ValueOf(free))
		}
	default:
		d.scalar(node, place, out)
	}
}

// structure reads a mapping whose keys are known.
func (d *decoder) structure(node *yaml.Node, place string, out reflect.Value) {
	if node.Kind != yaml.MappingNode {
		d.refuse(node, place, "is %s; want a mapping", describe(node))
		return
	}
	known := map[string]reflect.Value{}
	var names []string
	var collect func(v reflect.Value)
	collect = func(v reflect.Value) {
		for i := range v.NumField() {
			if v.Type().Field(i).Anonymous {
				collect(v.Field(i))
				continue
			}
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			known[name] = v.Field(i)
			names = append(names, name)
		}
	}
	collect(out)
	d.pairs(node, place, func(key, value *yaml.Node, at string) {
		field, ok := known[key.Value]
		if !ok {
			d.refuse(key, place, "there is no key %q here; known are %s", key.Value, strings.Join(names, ", "))
			return
		}
		d.value(value, at, field)
	})
}

// pairs visits a mapping, of which each key must be a text that stands once.
func (d *decoder) pairs(node *yaml.Node, place string, visit func(key, value *yaml.Node, at string)) {
	var seen []string
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		switch {
		case key.Kind != yaml.ScalarNode || key.ShortTag() == "!!merge":
			d.refuse(key, place, "has %s for a key; want a text", describe(key))
			continue
		case slices.Contains(seen, key.Value):
			d.refuse(key, place, "has the key %q twice; want it once", key.Value)
			continue
		}
		seen = append(seen, key.Value)
		at := key.Value
		if place != "" {
			at = place + "." + key.Value
		}
		visit(key, node.Content[i+1], at)
	}
}

// texts reads a mapping of any keys to texts; numbers and truth values are taken as they are written.
func (d *decoder) texts(node *yaml.Node, place string, out reflect.Value) {
	if node.Kind != yaml.MappingNode {
		d.refuse(node, place, "is %s; want a mapping", describe(node))
		return
	}
	m := map[string]string{}
	d.pairs(node, place, func(key, value *yaml.Node, at string) {
		if value.Kind != yaml.ScalarNode || null(value) {
			d.refuse(value, at, "is %s; want a text", describe(value))
			return
		}
		m[key.Value] = value.Value
	})
	out.Set(reflect.ValueOf(m))
}

func (d *decoder) scalar(node *yaml.Node, place string, out reflect.Value) {
	wanted := map[reflect.Kind]string{reflect.String: "a text", reflect.Int: "an integer", reflect.Uint64: "an integer, 0 or more", reflect.Float64: "a number", reflect.Bool: "true or false"}[out.Kind()]
	ok := node.Kind == yaml.ScalarNode
	if ok {
		switch tag := node.ShortTag(); out.Kind() {
		case reflect.String:
			// A version is a text that looks like a number, and a duration may: "1.0", 0.
			out.SetString(node.Value)
			ok = tag == "!!str" || tag == "!!timestamp" || place == "version" && tag == "!!float" || out.Type() == reflect.TypeFor[Duration]() && tag == "!!int"
		case reflect.Int:
			n, err := strconv.ParseInt(node.Value, 10, 64)
			out.SetInt(n)
			ok = tag == "!!int" && err == nil
		case reflect.Uint64:
			n, err := strconv.ParseUint(node.Value, 10, 64)
			out.SetUint(n)
			ok = tag == "!!int" && err == nil
		case reflect.Float64:
			n, err := strconv.ParseFloat(node.Value, 64)
			out.SetFloat(n)
			ok = (tag == "!!int" || tag == "!!float") && err == nil
		case reflect.Bool:
			out.SetBool(node.Value == "true")
			ok = tag == "!!bool"
		}
	}
	if !ok {
		d.refuse(node, place, "is %s; want %s", describe(node), wanted)
	}
}

// number is a number as it was written.
type number string

// MarshalJSON implements json.Marshaler.
func (n number) MarshalJSON() ([]byte, error) { return []byte(n), nil }

// free reads any value, as encoding/json would write it.
func (d *decoder) free(node *yaml.Node, place string, depth int) any {
	if depth > maxNesting {
		d.refuse(node, place, "nests deeper than %d", maxNesting)
		return nil
	}
	switch node.Kind {
	case yaml.MappingNode:
		out := object{}
		d.pairs(node, place, func(key, value *yaml.Node, at string) {
			out = append(out, property{key.Value, d.free(value, at, depth+1)})
		})
		return out
	case yaml.SequenceNode:
		out := []any{}
		for i, one := range node.Content {
			out = append(out, d.free(one, fmt.Sprintf("%s[%d]", place, i), depth+1))
		}
		return out
	case yaml.AliasNode:
		d.refuse(node, place, "is an alias; write the value out")
		return nil
	}
	switch node.ShortTag() {
	case "!!null":
		return nil
	case "!!bool":
		return node.Value == "true"
	case "!!int", "!!float":
		if validNumber(node.Value) {
			return number(node.Value)
		}
		d.refuse(node, place, "is %s; want a number that JSON knows", describe(node))
		return nil
	}
	return node.Value
}

func null(node *yaml.Node) bool { return node.Kind == yaml.ScalarNode && node.ShortTag() == "!!null" }

// describe says in words what a node holds.
func describe(node *yaml.Node) string {
	switch node.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "an alias"
	}
	const most = 60
	if text := []rune(node.Value); len(text) > most {
		return strconv.Quote(string(text[:most])) + "…"
	}
	return strconv.Quote(node.Value)
}
