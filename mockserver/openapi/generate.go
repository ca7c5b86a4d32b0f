package openapi

import (
	"encoding/json"
	"hash/fnv"
	"math/big"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"
)

// The size of what is made by schema: beyond wideDepth objects get required members only, beyond
// fullBudget values too, and beyond hardDepth or hardBudget what a schema requires cannot be made.
const (
	wideDepth  = 6
	fullBudget = 600
	hardDepth  = 60
	hardBudget = 20_000
	maxMade    = 1000 // items of an array
)

// generator generates a value by schema. It is for one value, and not safe for concurrent use.
type generator struct {
	random *rand.Rand
	made   int
	bytes  int       // of the texts made
	frugal bool      // required members only
	plain  bool      // no examples
	short  bool      // something that was needed could not be made
	abroad string    // the country, of services that are not Italian
	at     time.Time // of the last moment that was made

	identity *identity // of the object that is being made; nil until it is needed
	stack    []*schema // what contains the value
}

// random is the source of numbers for a seed and a name.
func random(seed uint64, name string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return rand.New(rand.NewPCG(seed, h.Sum64())) //nolint:gosec // answers of a mock are to be repeatable
}

// generate generates a value that matches the schema; ok is false if none was found in so many
// tries, and the value is then the best one. A value that matches several variants of a oneOf is
// used if none matches just one.
func generate(s *schema, seed uint64, of subject, tries int) (v any, ok bool) {
	r := random(seed, of.name)
	var best any
	for i := range tries {
		g := generator{random: r, frugal: i%2 == 1, plain: i > 3, abroad: of.abroad}
		v = g.value(s, "")
		switch {
		case !g.short && g.fits(s, v):
			return v, true
		case !ok && !g.short && passes(s, v):
			best, ok = v, true
		case i == 0:
			best = v
		}
	}
	return best, ok
}

// fits reports whether a value fits, with null where an example has it.
func (g *generator) fits(s *schema, v any) bool {
	c := checker{direction: fromService, strict: true, nulls: !g.plain, quiet: 1}
	return c.value(s, v)
}

// recursive reports whether generating a schema would recurse into itself.
func (g *generator) recursive(s *schema) bool {
	return s != nil && (slices.Contains(g.stack, s) || len(s.allOf) > 0 && slices.Contains(g.stack, s.flattened()))
}

// value generates a value; name is that of its member, which suggests a suitable text.
func (g *generator) value(s *schema, name string) any {
	if g.made++; g.made > hardBudget || g.bytes > maxBody || len(g.stack) > hardDepth {
		g.short = true
		return nil
	}
	g.stack = append(g.stack, s)
	defer func() { g.stack = g.stack[:len(g.stack)-1] }()
	flat := s.flattened()
	if len(flat.groups) > 0 {
		return g.grouped(flat, name)
	}
	if len(flat.nots)+len(flat.conditions)+len(flat.needs) == 0 && flat.names == nil && flat.contains == nil {
		return g.simple(flat, name)
	}
	return g.tried(flat, name)
}

// tried makes values until one fits what only can be tried.
func (g *generator) tried(s *schema, name string) any {
	frugal := g.frugal
	defer func() { g.frugal = frugal }()
	var v any
	for i := range 6 {
		with := s
		if n := len(s.conditions); n > 0 {
			with = s.under(s.conditions[i/2%n], i%2 == 0)
		}
		g.frugal = frugal || i >= 3
		if v = g.simple(with, name); g.made > fullBudget || g.fits(s, v) {
			break
		}
	}
	return v
}

// under is the schema with one side of a condition put into it.
func (s *schema) under(c condition, yes bool) *schema {
	switch {
	case yes && c.then != nil:
		return s.with(c.when.flattened()).with(c.then.flattened())
	case !yes && c.otherwise != nil:
		return s.with(c.otherwise.flattened())
	}
	return s
}

// grouped picks one option of a oneOf or anyOf, and another one if the result does not match.
func (g *generator) grouped(s *schema, name string) any {
	if len(s.samples) > 0 && !g.plain {
		return s.samples[0]
	}
	order := g.order(s)
	var first any
	found := false
	for i, option := range order {
		v := g.value(s.chosen(option), name)
		if g.fits(s, v) {
			return v
		}
		if passing := !found && passes(s, v); i == 0 || passing {
			first, found = v, passing
		}
		if g.made > fullBudget && i > 2 {
			break
		}
	}
	return first
}

// order is the options of the first group as they are tried: from a random one on, but what is
// recursive or null comes last.
func (g *generator) order(s *schema) []int {
	options := s.groups[0].options
	start := g.random.IntN(len(options))
	var good, poor []int
	for i := range options {
		n := (start + i) % len(options)
		if o := options[n]; o.types == typeNull || g.recursive(o) {
			poor = append(poor, n)
		} else {
			good = append(good, n)
		}
	}
	return append(good, poor...)
}

// simple generates a value of a schema without choices.
func (g *generator) simple(s *schema, name string) any {
	if s.hasEnum {
		return g.enumerated(s)
	}
	kind := g.kind(s)
	if len(s.samples) > 0 && !g.plain {
		return s.samples[0]
	}
	switch kind {
	case typeBoolean:
		return g.boolean(name)
	case typeInteger, typeNumber:
		return g.number(s, kind == typeInteger, name)
	case typeString:
		text := g.string(s, name)
		g.bytes += len(text)
		return text
	case typeArray:
		return g.list(s, name)
	case typeNull:
		return nil
	}
	return g.object(s, name)
}

// kind decides for one type, null only when there is no other.
func (g *generator) kind(s *schema) types {
	var found []types
	kinds := s.kinds()
	for t := typeBoolean; t <= typeObject; t <<= 1 {
		if kinds&t != 0 {
			found = append(found, t)
		}
	}
	switch {
	case len(found) > 0:
		return found[g.random.IntN(len(found))]
	case kinds == typeNull:
		return typeNull
	}
	return typeObject
}

func (g *generator) enumerated(s *schema) any {
	if len(s.enum) == 0 {
		g.short = true
		return nil
	}
	start := g.random.IntN(len(s.enum))
	for _, mayBeNull := range []bool{false, true} {
		for i := range min(len(s.enum), 50) {
			v := s.enum[(start+i)%len(s.enum)]
			if (v != nil || mayBeNull) && fits(s, v) {
				return v
			}
		}
	}
	return s.enum[start]
}

func (g *generator) list(s *schema, name string) any {
	list := []any{}
	n := g.length(s)
	defer func(outer *identity) { g.identity = outer }(g.identity)
	for i := range n {
		g.identity = nil // each item is about another
		of := s.items
		if i < len(s.prefix) {
			of = s.prefix[i]
		}
		if i == 0 && s.contains != nil {
			of = pair(of, s.contains)
		}
		if of == nil {
			of = newSchema()
		}
		v := g.value(of, singular(name))
		if s.unique {
			for range 20 {
				if !slices.ContainsFunc(list, func(other any) bool { return equal(other, v) }) {
					break
				}
				v = g.value(of, singular(name))
			}
		}
		if (s.unique || i >= s.minItems) && slices.ContainsFunc(list, func(other any) bool { return equal(other, v) }) {
			break // of examples all items are alike
		}
		list = append(list, v)
	}
	return list
}

func (g *generator) length(s *schema) int {
	n := 1 + g.random.IntN(3)
	switch {
	case s.items != nil && (s.items.never || g.recursive(s.items)):
		n = 0
	case s.items == nil && len(s.prefix) == 0 && s.contains == nil:
		n = 0
	case g.frugal || g.made > fullBudget:
		n = 0
	case len(g.stack) > wideDepth:
		n = 1
	}
	if len(s.prefix) > 0 {
		n = len(s.prefix)
	}
	if s.contains != nil {
		n = max(n, 1)
	}
	if s.maxItems >= 0 {
		n = min(n, s.maxItems)
	}
	return min(max(n, s.minItems), maxMade)
}

// object makes one; name is that of the member it is for.
func (g *generator) object(s *schema, name string) any {
	o := &object{}
	for _, p := range s.properties {
		required := slices.Contains(s.required, p.name)
		flat := p.schema.flattened()
		if flat.writeOnly || flat.never || !required && g.omits(s, p.schema, len(o.keys)) {
			continue
		}
		if s.names != nil && !fits(s.names, p.name) {
			continue
		}
		o.put(p.name, g.value(p.schema, within(name, p.name)))
	}
	for _, name := range s.required {
		if o.find(name) < 0 && s.property(name) == nil {
			o.add(name, g.value(s.undocumented(name), name))
		}
	}
	g.further(s, o)
	if s.discriminator != nil {
		g.discriminated(s, o)
	}
	for _, d := range s.needs {
		if o.find(d.name) < 0 {
			continue
		}
		for _, name := range d.required {
			if o.find(name) < 0 {
				p := s.property(name)
				if p == nil {
					p = s.undocumented(name)
				}
				o.add(name, g.value(p, name))
			}
		}
	}
	return o
}

// omits reports whether an optional property is left out.
func (g *generator) omits(s, p *schema, have int) bool {
	return g.frugal && have >= s.minMembers || g.made > fullBudget || len(g.stack) > wideDepth || g.recursive(p) ||
		s.maxMembers >= 0 && have+len(s.required) >= s.maxMembers
}

// undocumented is the schema of a member that is not among the properties.
func (s *schema) undocumented(name string) *schema {
	for _, p := range s.patterned {
		if p.pattern.MatchString(name) {
			return p.schema
		}
	}
	if s.additional != nil {
		return s.additional
	}
	text := newSchema()
	text.types = typeString
	return text
}

// further adds members that are not documented by name, where an object has none or too few.
func (g *generator) further(s *schema, o *object) {
	wanted := s.minMembers
	if len(s.properties) == 0 && s.additional != nil && !g.frugal && g.made < fullBudget && !g.recursive(s.additional) {
		wanted = max(wanted, 1+g.random.IntN(2))
	}
	if s.maxMembers >= 0 {
		wanted = min(wanted, s.maxMembers)
	}
	if s.closed && len(s.patterned) == 0 {
		return
	}
	for i := 0; len(o.keys) < wanted && i < min(wanted, maxMade)+20; i++ {
		name := "key" + strconv.Itoa(i+1)
		if s.names != nil {
			name, _ = g.value(s.names, "key").(string)
		}
		if len(s.patterned) > 0 && (s.closed || s.additional == nil) {
			if p, problem := newPattern(s.patterned[0].pattern.String()); problem == "" {
				name, _ = p.text(g.random, 0, -1)
			}
		}
		if o.find(name) < 0 {
			o.add(name, g.value(s.undocumented(name), name))
		}
	}
}

// discriminated gives the discriminating property a value that the mapping knows.
func (g *generator) discriminated(s *schema, o *object) {
	d := s.discriminator
	value := d.value(s)
	if !slices.Contains(d.values, value) && len(d.values) > 0 {
		value = d.values[g.random.IntN(len(d.values))]
	}
	p := s.property(d.property)
	if value == "" || p == nil && s.closed || p != nil && (p.flattened().hasEnum || !fits(p, value)) {
		return
	}
	o.put(d.property, value)
}

// number generates a number within its bounds.
func (g *generator) number(s *schema, whole bool, name string) json.Number {
	low, high := s.bounds(whole, name)
	switch {
	case s.step != nil:
		return g.stepped(s, s.step, low, high, whole)
	case whole || s.format == "int32" || s.format == "int64":
		return g.stepped(s, big.NewRat(1, 1), low, high, true)
	}
	return g.fraction(s, low, high)
}
