package openapi

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// objectKeyword reads what concerns objects.
func (r *reader) objectKeyword(s *schema, key string, v any, at *place) bool {
	inside := at.in(key, v)
	switch key {
	case "properties":
		o, ok := v.(*object)
		if !ok {
			r.warn.add(inside, "properties is %s, not an object; it is not looked at", kindOf(v))
			break
		}
		for i, name := range o.keys {
			s.properties = append(s.properties, property{name, r.schemaAt(o.values[i], inside.in(name, o.values[i]))})
		}
	case "required":
		s.required = r.required(v, inside)
	case "additionalProperties", "unevaluatedProperties":
		if b, ok := v.(bool); ok {
			// What other schemas have evaluated is not kept account of, so "unevaluated" closes
			// nothing.
			s.closed = s.closed || !b && key == "additionalProperties"
		} else if o, ok := v.(*object); ok {
			s.additional = r.schemaAt(o, inside)
		} else {
			r.warn.add(inside, "%s is %s, neither a schema nor true or false; it is not looked at", key, kindOf(v))
		}
	case "patternProperties":
		o, _ := v.(*object)
		for i := range o.lenient().keys {
			if p := r.pattern(o.keys[i], inside.in(o.keys[i], o.values[i])); p != nil && p.compiled != nil {
				s.patterned = append(s.patterned, patterned{p.compiled, r.schemaAt(o.values[i], inside.in(o.keys[i], o.values[i]))})
			} else {
				// Which members it speaks of is not known, so no member is forbidden.
				s.additional = newSchema()
			}
		}
	case "propertyNames":
		s.names = r.schemaAt(v, inside)
	case "minProperties":
		s.minMembers = r.count(v, inside, s.minMembers)
	case "maxProperties":
		s.maxMembers = r.count(v, inside, s.maxMembers)
	case "dependentRequired", "dependencies", "dependentSchemas":
		o, _ := v.(*object)
		for i, name := range o.lenient().keys {
			if list, ok := o.values[i].([]any); ok {
				s.needs = append(s.needs, dependency{name: name, required: texts(list)})
			} else {
				s.needs = append(s.needs, dependency{name: name, schema: r.schemaAt(o.values[i], inside.in(name, o.values[i]))})
			}
		}
	case "discriminator":
		r.discriminator(s, v, inside)
	default:
		return false
	}
	return true
}

// lenient is the object itself, or an empty one for nil.
func (o *object) lenient() *object {
	if o == nil {
		return &object{}
	}
	return o
}

// required reads the names of required properties. "required: true" beside a property is of an
// older draft.
func (r *reader) required(v any, at *place) []string {
	list, ok := v.([]any)
	if !ok {
		r.warn.add(at, "required is %s, not a list of names; it is not looked at", kindOf(v))
		return nil
	}
	names := texts(list)
	if len(names) < len(list) {
		r.warn.add(at, "required names something that is not a string; that is left out")
	}
	return names
}

func texts(list []any) []string {
	var found []string
	for _, v := range list {
		if s, ok := v.(string); ok {
			found = append(found, s)
		}
	}
	return found
}

// discriminator reads which property identifies the type of an object. A bare name, as in OpenAPI
// 2, is accepted too.
func (r *reader) discriminator(s *schema, v any, at *place) {
	if name, ok := v.(string); ok {
		s.discriminator = &discriminator{property: name}
		return
	}
	o, _ := v.(*object)
	name := o.text("propertyName")
	if name == "" {
		r.warn.add(at, "the discriminator names no property; it is not looked at")
		return
	}
	d := &discriminator{property: name}
	s.discriminator = d
	mapping, inside := r.child(o, "mapping", at)
	for i, value := range mapping.lenient().keys {
		ref, _ := mapping.values[i].(string)
		target, place, problem := r.lookup(ref, at.file)
		node, ok := target.(*object)
		if problem != "" || !ok {
			r.warn.add(inside.in(value, nil), "the mapping to %q leads nowhere; it is left out", ref)
			continue
		}
		d.values = append(d.values, value)
		d.schemas = append(d.schemas, r.schemaOf(node, place))
	}
}

// listKeyword reads what concerns arrays.
func (r *reader) listKeyword(s *schema, key string, v any, at *place) bool {
	inside := at.in(key, v)
	switch key {
	case "items":
		if list, ok := v.([]any); ok {
			r.warn.add(inside, "items is a list of schemas; they are read as prefixItems")
			s.prefix = r.schemaList(list, inside)
		} else {
			s.items = r.schemaAt(v, inside)
		}
	case "prefixItems":
		list, _ := v.([]any)
		s.prefix = r.schemaList(list, inside)
	case "contains":
		s.contains = r.schemaAt(v, inside)
	case "minItems":
		s.minItems = r.count(v, inside, s.minItems)
	case "maxItems":
		s.maxItems = r.count(v, inside, s.maxItems)
	case "uniqueItems":
		s.unique = v == true
	default:
		return false
	}
	return true
}

func (r *reader) schemaList(list []any, at *place) []*schema {
	schemas := make([]*schema, 0, len(list))
	for i, v := range list {
		schemas = append(schemas, r.schemaAt(v, at.at(i, v)))
	}
	return schemas
}

// plainKeyword reads what concerns strings and numbers.
func (r *reader) plainKeyword(s *schema, node *object, key string, v any, at *place) bool {
	inside := at.in(key, v)
	switch key {
	case "minLength":
		s.minLength = r.count(v, inside, s.minLength)
	case "maxLength":
		s.maxLength = r.count(v, inside, s.maxLength)
	case "pattern":
		if text, ok := v.(string); ok {
			s.pattern = r.pattern(text, inside)
		} else {
			r.warn.add(inside, "pattern is %s, not a string; it is not looked at", kindOf(v))
		}
	case "multipleOf":
		if n, ok := r.number(v, inside); ok {
			switch step, ok := exact(n); {
			case step.Sign() <= 0:
				r.warn.add(inside, "multipleOf is not above 0; it is not looked at")
			case !ok:
				r.warn.add(inside, "multipleOf is too long, or its exponent too large, to calculate with; it is not looked at")
			default:
				s.step = step
			}
		}
	case "minimum", "maximum":
		n, ok := r.number(v, inside)
		if !ok {
			break
		}
		b := newBound(n, node.flag("exclusive"+strings.ToUpper(key[:1])+key[1:]))
		if key == "minimum" {
			s.minimum = tighter(s.minimum, b, true)
		} else {
			s.maximum = tighter(s.maximum, b, false)
		}
	case "exclusiveMinimum", "exclusiveMaximum":
		switch v {
		case true, false, "true", "false":
			return true // read with minimum and maximum
		}
		n, ok := r.number(v, inside)
		if !ok {
			break
		}
		b := newBound(n, true)
		if key == "exclusiveMinimum" {
			s.minimum = tighter(s.minimum, b, true)
		} else {
			s.maximum = tighter(s.maximum, b, false)
		}
	default:
		return false
	}
	return true
}

// tighter is the stricter of two bounds, either of which may be nil.
func tighter(a, b *bound, lower bool) *bound {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	switch order := a.exact.Cmp(b.exact); {
	case order == 0 && a.exclusive, order != 0 && (order > 0) == lower:
		return a
	}
	return b
}

// number reads a number; one that is quoted is understood.
func (r *reader) number(v any, at *place) (json.Number, bool) {
	n, ok := v.(json.Number)
	if s, isText := v.(string); isText {
		n, ok = plainNumber(strings.TrimSpace(s))
	}
	if !ok {
		r.warn.add(at, "%s is %s, not a number; it is not looked at", at.key, quoted(v))
	}
	return n, ok
}

// count reads a length; anything else leaves the value unchanged.
func (r *reader) count(v any, at *place, was int) int {
	n, ok := r.number(v, at)
	if !ok {
		return was
	}
	f := float(n)
	if f < 0 || f != math.Trunc(f) {
		r.warn.because(at, at.key+" is "+string(n), "a size is not a whole number from 0; it is not looked at")
		return was
	}
	return int(math.Min(f, math.MaxInt32))
}

// mixingKeyword reads what puts schemas together.
func (r *reader) mixingKeyword(s *schema, node *object, key string, v any, at *place) bool {
	inside := at.in(key, v)
	switch key {
	case "allOf", "oneOf", "anyOf":
		list, ok := v.([]any)
		if o, isObject := v.(*object); isObject {
			r.warn.add(inside, "%s is an object, not a list; it is read as a list of one", key)
			list, ok = []any{o}, true
		}
		if !ok || len(list) == 0 {
			r.warn.add(inside, "%s is %s, not a list of schemas; it is not looked at", key, emptyOr(v))
			break
		}
		options := r.schemaList(list, inside)
		if key == "allOf" {
			s.allOf = append(s.allOf, options...)
		} else {
			s.groups = append(s.groups, newGroup(key == "oneOf", options))
		}
	case "not":
		s.nots = append(s.nots, r.schemaAt(v, inside))
	case "if":
		then, _ := node.get("then")
		otherwise, _ := node.get("else")
		c := condition{when: r.schemaAt(v, inside)}
		if then != nil {
			c.then = r.schemaAt(then, at.in("then", then))
		}
		if otherwise != nil {
			c.otherwise = r.schemaAt(otherwise, at.in("else", otherwise))
		}
		s.conditions = append(s.conditions, c)
	case "then", "else":
	default:
		return false
	}
	return true
}

// pattern compiles a regular expression, which is kept even when it cannot be: a text for it may
// still be made.
func (r *reader) pattern(source string, at *place) *pattern {
	p, problem := newPattern(source)
	if problem != "" {
		r.warn.add(at, "the pattern %s %s", strconv.Quote(shortened(source)), problem)
	}
	return p
}
