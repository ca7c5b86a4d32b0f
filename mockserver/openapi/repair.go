package openapi

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// repairer makes an example match its schema, member by member: what matches is unchanged, what
// does not is written differently, replaced, or left out.
type repairer struct {
	generator
	changes int
}

// repair returns the example as it matches its schema, with null where it has null; ok is false if
// it cannot be repaired.
func repair(s *schema, v any, of subject) (any, bool) {
	r := repairer{generator: generator{random: random(0, of.name), abroad: of.abroad}}
	fixed, ok := r.fix(s, v, "", 0)
	return fixed, ok && passes(s, fixed)
}

// most of what is tried to repair one example; what is left then is replaced.
const (
	maxRepairs = 10_000
	maxOptions = 16 // variants of one oneOf that are tried
)

func (r *repairer) fix(s *schema, v any, name string, depth int) (any, bool) {
	if passes(s, v) {
		return v, true
	}
	if r.changes++; r.changes > maxRepairs || depth > hardDepth {
		return nil, false
	}
	flat := s.flattened()
	if len(flat.groups) > 0 {
		return r.option(flat, v, name, depth)
	}
	switch v := v.(type) {
	case *object:
		if kinds := flat.kinds(); kinds == 0 || kinds&typeObject != 0 {
			if o := r.members(flat, v, depth); passes(flat, o) {
				return o, true
			}
		}
	case []any:
		if kinds := flat.kinds(); kinds == 0 || kinds&typeArray != 0 {
			if list := r.items(flat, v, name, depth); passes(flat, list) {
				return list, true
			}
		}
	}
	for _, other := range flat.spellings(v) {
		if passes(s, other) {
			return other, true
		}
	}
	if other, ok := r.wrapped(flat, v, name, depth); ok && passes(s, other) {
		return other, true
	}
	made := r.value(s, name)
	return made, passes(s, made)
}

// wrapped takes the first item of a list where an object belongs, puts an object into a list where
// one belongs, and repairs the result.
func (r *repairer) wrapped(s *schema, v any, name string, depth int) (any, bool) {
	switch v := v.(type) {
	case *object:
		if s.kinds()&typeArray != 0 {
			return r.fix(s, []any{v}, name, depth+1)
		}
	case []any:
		if first, ok := first[*object](v); ok && s.kinds()&typeObject != 0 {
			return r.fix(s, first, name, depth+1)
		}
	}
	return nil, false
}

// first is the first item of a list, where it has a type.
func first[T any](list []any) (item T, ok bool) {
	if len(list) > 0 {
		item, ok = list[0].(T)
	}
	return item, ok
}

// option repairs a value for the variant that has the least to repair.
func (r *repairer) option(s *schema, v any, name string, depth int) (best any, ok bool) {
	g, began, least := s.groups[0], r.changes, maxRepairs
	meant := g.meant(s.discriminator, v)
	for i := range min(len(g.options), maxOptions) {
		if meant != nil && g.options[i] != meant {
			continue
		}
		r.changes = began
		fixed, fits := r.fix(s.chosen(i), v, name, depth+1)
		if cost := r.changes - began; fits && passes(s, fixed) && (!ok || cost < least) {
			best, ok, least = fixed, true, cost
		}
	}
	r.changes = began + least
	return best, ok
}

func (r *repairer) members(s *schema, o *object, depth int) *object {
	fixed := &object{}
	for i, name := range o.keys {
		p := s.property(name)
		switch {
		case p != nil && p.flattened().writeOnly:
			continue
		case p == nil && !s.admits(name):
			continue
		case p == nil:
			p = s.further(name)
		}
		if v, ok := r.fix(p, o.values[i], name, depth+1); ok {
			fixed.put(name, v)
		}
	}
	for _, name := range s.required {
		if p := s.property(name); fixed.find(name) < 0 && (p == nil || !p.flattened().writeOnly) {
			if p == nil {
				p = s.undocumented(name)
			}
			fixed.add(name, r.value(p, name))
			r.changes++
		}
	}
	return fixed
}

// further is the schema of a member that may be there and is not documented; it allows anything
// where nothing is said.
func (s *schema) further(name string) *schema {
	for _, p := range s.patterned {
		if p.pattern.MatchString(name) {
			return p.schema
		}
	}
	if s.additional != nil {
		return s.additional
	}
	return newSchema()
}

func (r *repairer) items(s *schema, list []any, name string, depth int) []any {
	fixed := []any{}
	for _, item := range list {
		of := s.item(len(fixed))
		if s.maxItems >= 0 && len(fixed) >= s.maxItems {
			break
		}
		v, ok := r.fix(of, item, singular(name), depth+1)
		if ok && !(s.unique && slices.ContainsFunc(fixed, func(other any) bool { return equal(other, v) })) {
			fixed = append(fixed, v)
		}
	}
	for len(fixed) < min(s.minItems, maxMade) {
		fixed = append(fixed, r.value(s.item(len(fixed)), singular(name)))
	}
	return fixed
}

// item is the schema of the i-th item of a list.
func (s *schema) item(i int) *schema {
	switch {
	case i < len(s.prefix):
		return s.prefix[i]
	case s.items != nil:
		return s.items
	}
	return newSchema()
}

// spellings are other ways to write a value: a number as text, a text as a number, a time as RFC
// 3339 has it, one item as a list.
func (s *schema) spellings(v any) (others []any) {
	switch v := v.(type) {
	case json.Number:
		others = append(others, string(v))
	case bool:
		others = append(others, plain(v))
	case string:
		text := strings.TrimSpace(v)
		others = append(others, text, strings.ToUpper(text), strings.ToLower(text))
		if n, ok := plainNumber(strings.Replace(text, ",", ".", 1)); ok {
			others = append(others, n)
		}
		switch strings.ToLower(text) {
		case "true":
			others = append(others, true)
		case "false":
			others = append(others, false)
		}
		for _, layout := range []string{time.DateTime, "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05Z0700", time.DateOnly, "02/01/2006", "02-01-2006", time.RFC3339} {
			if at, err := time.Parse(layout, text); err == nil {
				others = append(others, at.Format(time.RFC3339), at.Format(time.DateOnly))
			}
		}
	case []any:
		if len(v) == 1 {
			others = append(others, v[0])
		}
	}
	if s.kinds()&typeArray != 0 {
		others = append(others, []any{v})
	}
	return others
}
