package openapi

import (
	"encoding/json"
	"strconv"
	"strings"
)

// schemaAt returns the schema at a place; it is filled when the queue reaches it. Anything that is
// not a schema allows any value.
func (r *reader) schemaAt(v any, at *place) *schema {
	switch v := v.(type) {
	case *object:
		if v == nil {
			return newSchema()
		}
		return r.schemaOf(v, at)
	case bool:
		s := newSchema()
		s.never = !v
		return s
	case string:
		// Some write the type, or the name of a schema, where the schema belongs.
		if t, ok := typeNamed(v); ok {
			r.warn.add(at, "the schema is the word %q; it is read as its type", v)
			s := newSchema()
			s.types = t
			return s
		}
	}
	r.warn.add(at, "the schema is %s; it allows anything", kindOf(v))
	return newSchema()
}

func (r *reader) schemaOf(node *object, at *place) *schema {
	if s := r.schemas[node]; s != nil {
		return s
	}
	target, place := node, at
	if _, isRef := node.get("$ref"); isRef {
		// Strictly OAS 3.0 looks at nothing beside a reference; "nullable" is meant all the same.
		siblings := r.modern && constrains(node) || node.flag("nullable")
		if target, place = r.follow(node, at, "it allows anything"); target == nil {
			s := newSchema()
			r.schemas[node] = s
			return s
		}
		if siblings {
			return r.beside(node, target, at, place)
		}
		if s := r.schemas[target]; s != nil {
			return s
		}
	}
	s := newSchema()
	if p := place.parent; p != nil && p.key == "schemas" && p.parent != nil && p.parent.key == "components" {
		s.name = place.key
	}
	r.schemas[target] = s
	r.pending = append(r.pending, pending{s, target, place})
	return s
}

// beside reads a reference of OAS 3.1 that has further keywords beside it: both count.
func (r *reader) beside(node, target *object, at, place *place) *schema {
	s := newSchema()
	r.schemas[node] = s
	own := &object{line: node.line}
	for i, key := range node.keys {
		if key != "$ref" {
			own.add(key, node.values[i])
		}
	}
	if s.maybeNull = node.flag("nullable"); !r.modern {
		s.allOf = []*schema{r.schemaOf(target, place)}
		return s
	}
	s.allOf = []*schema{r.schemaOf(target, place), r.schemaOf(own, at)}
	return s
}

// constrains reports whether a reference has siblings other than words for people.
func constrains(node *object) bool {
	for _, key := range node.keys {
		switch key {
		case "$ref", "description", "summary", "title", "deprecated", "$comment", "externalDocs", "nullable":
		default:
			if !strings.HasPrefix(key, "x-") {
				return true
			}
		}
	}
	return false
}

// drain fills every schema that was asked for, and those they ask for.
func (r *reader) drain() {
	for len(r.pending) > 0 {
		next := r.pending[len(r.pending)-1]
		r.pending = r.pending[:len(r.pending)-1]
		r.fill(next.schema, next.node, next.at)
		r.all = append(r.all, read{next.schema, next.at})
	}
}

// fill reads the keywords of a schema, each on its own.
func (r *reader) fill(s *schema, node *object, at *place) {
	for i, key := range node.keys {
		v := node.values[i]
		if v == nil && key != "const" && key != "default" && key != "example" {
			continue
		}
		switch {
		case r.anyKeyword(s, key, v, at), r.objectKeyword(s, key, v, at), r.listKeyword(s, key, v, at), r.plainKeyword(s, node, key, v, at),
			r.mixingKeyword(s, node, key, v, at):
		case strings.HasPrefix(key, "x-"), annotation(key):
		case r.modern:
			// OAS 3.1 allows further keywords; they mean nothing.
		default:
			r.warn.add(at.in(key, v), "a schema has no field %q; it is not looked at", key)
		}
	}
	s.index()
}

func annotation(key string) bool {
	switch key {
	case "title", "description", "deprecated", "externalDocs", "$comment", "$schema", "$id", "$anchor", "$defs", "definitions", "$dynamicAnchor",
		"contentMediaType", "contentEncoding", "contentSchema", "$vocabulary", "minContains", "maxContains", "unevaluatedItems":
		return true
	}
	return false
}

// anyKeyword reads the keywords that every schema may have.
func (r *reader) anyKeyword(s *schema, key string, v any, at *place) bool {
	inside := at.in(key, v)
	switch key {
	case "type":
		r.types(s, v, inside)
	case "nullable":
		if s.maybeNull = v == true || v == "true"; !r.modern {
			s.nullable = s.maybeNull
		} else if s.maybeNull {
			r.warn.add(inside, `nullable means nothing in OAS 3.1; null is accepted in requests, and not sent`)
		}
	case "enum":
		if list, ok := v.([]any); ok && len(list) > 0 {
			s.enum, s.hasEnum = list, true
		} else {
			r.warn.add(inside, "enum is %s, not a list of values; it is not looked at", emptyOr(v))
		}
	case "const":
		s.enum, s.hasEnum = []any{v}, true
	case "format":
		s.format = r.format(v, inside)
	case "default":
		s.text, _ = v.(string)
		if v != nil {
			s.samples = append(s.samples, v)
		}
	case "example":
		if v != nil {
			s.samples = append([]any{v}, s.samples...)
		}
	case "examples":
		if list, ok := v.([]any); ok {
			s.samples = append(s.samples, list...)
		} else if o, ok := v.(*object); ok {
			r.warn.add(inside, "examples of a schema are a list; their values are used")
			s.samples = append(s.samples, values(r.examples(&object{keys: []string{key}, values: []any{o}}, at))...)
		}
	case "readOnly":
		s.readOnly = v == true
	case "writeOnly":
		s.writeOnly = v == true
	case "xml":
		if o, ok := v.(*object); ok {
			s.xmlName, s.xmlAttribute, s.xmlWrapped = o.text("name"), o.flag("attribute"), o.flag("wrapped")
		}
	case "$dynamicRef", "$recursiveRef":
		r.warn.add(inside, "%s is not followed; it allows anything", key)
	default:
		return false
	}
	return true
}

func emptyOr(v any) string {
	if list, ok := v.([]any); ok && len(list) == 0 {
		return "empty"
	}
	return kindOf(v)
}

func (r *reader) types(s *schema, v any, at *place) {
	names, ok := v.([]any)
	if !ok {
		names = []any{v}
	}
	var set types
	for _, name := range names {
		word, _ := name.(string)
		if name == nil {
			word = "null"
		}
		t, known := typeNamed(strings.ToLower(word))
		if !known {
			r.warn.add(at, "%s is not a type of JSON; any type is allowed", quoted(name))
			return
		}
		set |= t
	}
	s.types = set
	if set == typeNull {
		s.nullable = true
	}
}

// quoted shows a value in a message, shortened.
func quoted(v any) string {
	switch v := v.(type) {
	case string:
		return strconv.Quote(shortened(v))
	case json.Number:
		return string(v)
	case bool:
		return strconv.FormatBool(v)
	}
	return kindOf(v)
}

func shortened(s string) string {
	const enough = 60
	if len(s) <= enough {
		return s
	}
	cut := enough
	for cut > 0 && s[cut]&0xC0 == 0x80 {
		cut--
	}
	return s[:cut] + "…"
}

func (r *reader) format(v any, at *place) string {
	name, ok := v.(string)
	if !ok {
		r.warn.add(at, "format is %s, not a string; it is not looked at", kindOf(v))
		return ""
	}
	name = strings.ToLower(name)
	switch name {
	case "datetime", "date_time", "timestamp", "iso8601", "iso-8601", "rfc3339":
		return name
	}
	if !knownFormat(name) && !r.formats[name] {
		r.formats[name] = true
		r.warn.add(at, "the format %s is not known; it is not checked", quoted(v))
	}
	return name
}
