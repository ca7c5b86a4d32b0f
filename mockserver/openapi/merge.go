package openapi

import (
	"math/big"
	"slices"
)

// maxParts bounds how many parts the allOf of a schema has, those of its parts included; beyond it
// they are not looked at.
const maxParts = 500

// parts returns the schemas that a value has to fit because of allOf, those of allOf in them
// included, each once: so schemas that name each other many times cost no more than their size. It
// is made once.
func (s *schema) parts() []*schema {
	if len(s.allOf) == 0 {
		return nil
	}
	if known := s.all.Load(); known != nil {
		return *known
	}
	found, seen := []*schema{}, map[*schema]bool{s: true}
	var walk func(of *schema)
	walk = func(of *schema) {
		for _, part := range of.allOf {
			if !seen[part] && len(found) < maxParts {
				seen[part] = true
				found = append(found, part)
				walk(part)
			}
		}
	}
	walk(s)
	s.all.Store(&found)
	return found
}

// flattened is the schema with its allOf put into one. It is made once.
func (s *schema) flattened() *schema {
	if len(s.allOf) == 0 {
		return s
	}
	if flat := s.flat.Load(); flat != nil {
		return flat
	}
	flat := s.copied()
	flat.allOf = nil
	for _, part := range s.parts() {
		own := part
		if len(part.allOf) > 0 {
			own = part.copied()
			own.allOf = nil
		}
		flat = flat.with(own)
		flat.discriminate(own, s)
	}
	flat.name = s.name
	flat.keepSamples()
	s.flat.Store(flat)
	return flat
}

// discriminate sets the discriminating property of a base to the value for the schema derived from
// it.
func (s *schema) discriminate(base, of *schema) {
	if base.discriminator == nil || of.name == "" {
		return
	}
	d := base.discriminator
	if s.discriminator == d {
		s.discriminator = nil
	}
	s.fix(d.property, d.value(of))
}

// fix lets a property have one value only, where that is possible.
func (s *schema) fix(name, value string) {
	if value == "" {
		return
	}
	fixed := newSchema()
	fixed.enum, fixed.hasEnum = []any{value}, true
	for i, p := range s.properties {
		if p.name == name {
			if fits(p.schema, value) {
				s.properties = slices.Clone(s.properties)
				s.properties[i].schema = fixed
			}
			return
		}
	}
	if !s.closed {
		s.properties = append(slices.Clip(s.properties), property{name, fixed})
		s.byName = nil
		s.index()
	}
}

// copied is a schema of its own with the same content.
func (s *schema) copied() *schema { return &schema{keywords: s.keywords} }

// with is a schema for what fits both. Where they exclude each other, nothing does.
func (s *schema) with(o *schema) *schema {
	m := s.copied()
	common, possible := s.types.both(o.types)
	m.types, m.never = common, s.never || o.never || !possible
	m.nullable = s.nullable && o.nullable
	m.maybeNull = (s.nullable || s.maybeNull) && (o.nullable || o.maybeNull)
	m.mergeEnum(s, o)
	m.mergePlain(s, o)
	m.mergeList(s, o)
	m.mergeMembers(s, o)
	m.allOf = joined(s.allOf, o.allOf)
	m.groups = nil
	for _, g := range joined(s.groups, o.groups) {
		m.groups = append(m.groups, newGroup(g.exclusive, g.options))
	}
	m.nots = joined(s.nots, o.nots)
	m.conditions = joined(s.conditions, o.conditions)
	m.needs = joined(s.needs, o.needs)
	if m.discriminator == nil {
		m.discriminator = o.discriminator
	}
	m.readOnly, m.writeOnly = s.readOnly || o.readOnly, s.writeOnly || o.writeOnly
	m.samples, m.odd = joined(s.samples, o.samples), joined(s.odd, o.odd)
	if m.xmlName == "" {
		m.xmlName = o.xmlName
	}
	m.xmlAttribute, m.xmlWrapped = s.xmlAttribute || o.xmlAttribute, s.xmlWrapped || o.xmlWrapped
	return m
}

func joined[T any](a, b []T) []T {
	switch {
	case len(a) == 0:
		return b
	case len(b) == 0:
		return a
	}
	return append(slices.Clip(a), b...)
}

func (s *schema) mergeEnum(a, b *schema) {
	s.hasEnum = a.hasEnum || b.hasEnum
	switch {
	case !a.hasEnum:
		s.enum = b.enum
	case b.hasEnum:
		s.enum = nil
		for _, v := range a.enum {
			if slices.ContainsFunc(b.enum, func(w any) bool { return equal(v, w) }) {
				s.enum = append(s.enum, v)
			}
		}
	}
}

func (s *schema) mergePlain(a, b *schema) {
	if s.format == "" {
		s.format = b.format
	}
	s.minimum, s.maximum = tighter(a.minimum, b.minimum, true), tighter(a.maximum, b.maximum, false)
	switch {
	case a.step == nil:
		s.step = b.step
	case b.step != nil && a.step.Cmp(b.step) != 0:
		// The product is a multiple of both where they are whole.
		if a.step.IsInt() && b.step.IsInt() {
			gcd := new(big.Int).GCD(nil, nil, a.step.Num(), b.step.Num())
			s.step = new(big.Rat).Quo(new(big.Rat).Mul(a.step, b.step), new(big.Rat).SetInt(gcd))
		}
	}
	s.minLength, s.maxLength = max(a.minLength, b.minLength), lower(a.maxLength, b.maxLength)
	if s.pattern == nil {
		s.pattern = b.pattern
	}
}

// lower is the lower of two maxima, -1 being none.
func lower(a, b int) int {
	if a < 0 || b >= 0 && b < a {
		return b
	}
	return a
}

func (s *schema) mergeList(a, b *schema) {
	s.minItems, s.maxItems = max(a.minItems, b.minItems), lower(a.maxItems, b.maxItems)
	s.unique = a.unique || b.unique
	s.items = pair(a.items, b.items)
	if len(s.prefix) == 0 {
		s.prefix = b.prefix
	}
	if s.contains == nil {
		s.contains = b.contains
	}
}

// pair is a schema for what fits both, either of which may be missing.
func pair(a, b *schema) *schema {
	switch {
	case a == nil || a == b:
		return b
	case b == nil:
		return a
	}
	s := newSchema()
	s.allOf = []*schema{a, b}
	s.name = a.name
	return s
}

func (s *schema) mergeMembers(a, b *schema) {
	s.minMembers, s.maxMembers = max(a.minMembers, b.minMembers), lower(a.maxMembers, b.maxMembers)
	s.required = slices.Clip(a.required)
	for _, name := range b.required {
		if !slices.Contains(s.required, name) {
			s.required = append(s.required, name)
		}
	}
	s.patterned = joined(a.patterned, b.patterned)
	s.closed = a.closed || b.closed
	s.additional = pair(a.additional, b.additional)
	s.names = pair(a.names, b.names)
	if len(b.properties) == 0 && !b.closed && b.additional == nil || len(a.properties) == 0 && len(b.properties) == 0 {
		return
	}
	s.properties, s.byName = make([]property, 0, len(a.properties)+len(b.properties)), nil
	for _, p := range a.properties {
		if q := b.property(p.name); q != nil {
			s.properties = append(s.properties, property{p.name, pair(p.schema, q)})
		} else if b.admits(p.name) {
			s.properties = append(s.properties, property{p.name, pair(p.schema, b.additional)})
		}
	}
	for _, p := range b.properties {
		if a.property(p.name) == nil && a.admits(p.name) {
			s.properties = append(s.properties, property{p.name, pair(p.schema, a.additional)})
		}
	}
	s.index()
}

// admits reports whether a member that is not documented may be there.
func (s *schema) admits(name string) bool {
	if !s.closed {
		return true
	}
	return slices.ContainsFunc(s.patterned, func(p patterned) bool { return p.pattern.MatchString(name) })
}

// chosen is the schema with one option of its first group put into it.
func (s *schema) chosen(i int) *schema {
	g := s.groups[0]
	if m := g.merged[i].Load(); m != nil {
		return m
	}
	option := g.options[i]
	m := option
	if d := s.discriminator; d != nil || !s.bare() {
		base := s.copied()
		base.groups = nil
		for _, other := range s.groups[1:] {
			base.groups = append(base.groups, newGroup(other.exclusive, other.options))
		}
		base.discriminator, base.samples = nil, nil
		m = base.with(option.flattened())
		if m.name = option.name; d != nil {
			m.fix(d.property, d.value(option))
			if !slices.Contains(m.required, d.property) && m.property(d.property) != nil {
				m.required = append(slices.Clip(m.required), d.property)
			}
		}
		m.keepSamples()
	}
	g.merged[i].Store(m)
	return m
}

// bare reports whether a schema has nothing but its one group.
func (s *schema) bare() bool {
	return s.kinds() == 0 && len(s.groups) == 1 && !s.hasEnum && len(s.nots) == 0 && len(s.conditions) == 0 && len(s.needs) == 0 && len(s.allOf) == 0
}

// keepSamples leaves out the examples that do not fit.
func (s *schema) keepSamples() {
	if len(s.samples) == 0 {
		return
	}
	var kept []any
	for _, v := range s.samples {
		if passes(s, v) {
			kept = append(kept, v)
		}
	}
	s.samples = kept
}
