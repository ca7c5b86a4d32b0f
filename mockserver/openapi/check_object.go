package openapi

import "strings"

func (c *checker) object(s *schema, o *object) bool {
	ok := c.members(s, o)
	if c.stop(ok) {
		return false
	}
	for _, name := range s.required {
		if o.find(name) >= 0 || c.oneWay(s, name) {
			continue
		}
		mark := c.enter(name)
		ok = c.fault("is required")
		c.at = c.at[:mark]
		if c.stop(ok) {
			return false
		}
	}
	if len(o.keys) < s.minMembers {
		return c.fault("must have at least %d members", s.minMembers)
	}
	if s.maxMembers >= 0 && len(o.keys) > s.maxMembers {
		return c.fault("must have at most %d members", s.maxMembers)
	}
	for _, d := range s.needs {
		if o.find(d.name) < 0 {
			continue
		}
		for _, name := range d.required {
			if o.find(name) < 0 {
				return c.fault("must have %q beside %q", name, d.name)
			}
		}
		if d.schema != nil && !c.value(d.schema, o) {
			return false
		}
	}
	return ok
}

// oneWay reports whether a required property may be missing because it is only sent in the other
// direction.
func (c *checker) oneWay(s *schema, name string) bool {
	p := s.property(name)
	if p == nil && c.whole != nil {
		p = c.whole.property(name)
	}
	if p == nil {
		return false
	}
	p = p.flattened()
	return c.direction == toService && p.readOnly || c.direction == fromService && p.writeOnly
}

// enter goes to a member; the place is left by cutting it to the length that is returned.
func (c *checker) enter(name string) int {
	mark := len(c.at)
	if c.quiet == 0 {
		if strings.ContainsAny(name, ".[] ") {
			c.at = append(append(append(c.at, `["`...), name...), `"]`...)
		} else {
			c.at = append(append(c.at, '.'), name...)
		}
	}
	return mark
}

// members checks each member of an object against what is documented for its name.
func (c *checker) members(s *schema, o *object) bool {
	ok, part := true, c.whole != nil
	defer func(whole *schema) { c.whole = whole }(c.whole)
	c.whole = nil
	for i, name := range o.keys {
		mark := c.enter(name)
		ok = c.member(s, name, o.values[i], part) && ok
		c.at = c.at[:mark]
		if c.stop(ok) {
			return false
		}
	}
	return ok
}

// member checks one member; part means that s describes only a part of the object.
func (c *checker) member(s *schema, name string, v any, part bool) bool {
	if s.names != nil && !c.probe(s.names, name) {
		return c.fault("is not a name that is allowed here")
	}
	documented := false
	if p := s.property(name); p != nil {
		documented = true
		// A service ignores what it alone may set, so that is not held against its schema.
		if !(c.direction == toService && p.readOnly) && !c.value(p, v) {
			return false
		}
		if c.strict && c.direction == fromService && p.writeOnly {
			return c.fault("is write-only")
		}
	}
	for _, p := range s.patterned {
		if p.pattern.MatchString(name) {
			documented = true
			if !c.value(p.schema, v) {
				return false
			}
		}
	}
	switch {
	case documented:
		return true
	case s.additional != nil:
		return c.value(s.additional, v)
	case s.closed && (!part || c.strict):
		return c.fault("is not documented, and nothing else is allowed")
	}
	return true
}

// mixed checks oneOf, anyOf, not and if.
func (c *checker) mixed(s *schema, v any) bool {
	for _, g := range s.groups {
		if !c.group(s, g, v) {
			return false
		}
	}
	for _, not := range s.nots {
		if c.probe(not, v) {
			return c.fault("is of a form that is excluded")
		}
	}
	for _, condition := range s.conditions {
		next := condition.otherwise
		if c.probe(condition.when, v) {
			next = condition.then
		}
		if next != nil && !c.value(next, v) {
			return false
		}
	}
	return true
}

func (c *checker) group(s *schema, g *group, v any) bool {
	fitting := 0
	if named := g.named(s.discriminator, v); named != nil && c.probe(named, v) {
		return true
	}
	for _, option := range g.options {
		if !c.probe(option, v) {
			continue
		}
		if fitting++; fitting == 1 && (!c.strict || c.overlap || !g.exclusive) {
			return true
		}
	}
	switch {
	case fitting == 1:
		return true
	case fitting > 1:
		return c.fault("fits %d variants, and only one is allowed", fitting)
	case c.quiet > 0:
		return false
	}
	if option := g.meant(s.discriminator, v); option != nil {
		return c.value(option, v)
	}
	return c.fault("fits none of the %d variants", len(g.options))
}

// meant is the option that a value was probably meant for: the only one, or the one its
// discriminator names.
func (g *group) meant(d *discriminator, v any) *schema {
	if len(g.options) == 1 {
		return g.options[0]
	}
	return g.named(d, v)
}

// named is the option that the discriminating property names; nil when none is.
func (g *group) named(d *discriminator, v any) *schema {
	o, ok := v.(*object)
	if d == nil || !ok {
		return nil
	}
	value := o.text(d.property)
	for _, option := range g.options {
		if value != "" && d.value(option) == value {
			return option
		}
	}
	return nil
}
