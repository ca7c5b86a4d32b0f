package openapi

import (
	"net/http"
	"slices"
	"strings"
)

// A document that contradicts itself is in doubt: a client that sends what its example shows must
// not be refused. So the examples of an operation are checked once, and a violation that they have
// is never reported of a request.

// anyItem is the violation with the numbers of items taken out of its place.
func (v Violation) anyItem() Violation {
	if !strings.Contains(v.Where, "[") {
		return v
	}
	var b strings.Builder
	number := false
	for i := range len(v.Where) {
		c := v.Where[i]
		switch {
		case c == '[':
			number = true
		case c == ']':
			number = false
		case number && c >= '0' && c <= '9':
			continue
		default:
			number = false
		}
		b.WriteByte(c)
	}
	v.Where = b.String()
	return v
}

// excuse gathers what the examples of an operation do against its own rules.
func (o *Operation) excuse(r *reader, at *place) {
	for _, p := range o.parameters {
		examples := p.examples
		p.examples = nil
		if p.schema != nil {
			examples = append(append(examples, p.schema.samples...), p.schema.odd...)
		}
		for _, v := range examples {
			o.excuseFor(r, at, func(c *checker) { c.sample(p, v) })
		}
	}
	if o.body == nil {
		return
	}
	for i := range o.body.content {
		m := &o.body.content[i]
		examples := m.examples
		m.examples = nil
		if m.schema == nil || !isJSON(m.name) && m.name != "*/*" {
			continue
		}
		for _, v := range slices.Concat(examples, m.schema.samples, m.schema.odd) {
			body, err := render(v)
			if text, ok := v.(string); ok && looksLikeJSON([]byte(text)) {
				body = []byte(text)
			}
			if err != nil {
				continue
			}
			name := m.name
			if name == "*/*" {
				name = "application/json"
			}
			o.excuseFor(r, at, func(c *checker) { o.body.check(c, Request{Header: http.Header{"Content-Type": {name}}, Body: body}) })
		}
	}
}

func (o *Operation) excuseFor(r *reader, at *place, check func(*checker)) {
	c := &checker{direction: toService}
	check(c)
	for _, v := range c.found {
		if o.excused == nil {
			o.excused = map[Violation]bool{}
		}
		o.excused[v.anyItem()] = true
		r.warn.because(at, v.String(), "an example of the request does not fit what is documented; what it does is not held against a request")
	}
}

// sample checks an example of a parameter as if it were sent.
func (c *checker) sample(p *parameter, v any) {
	c.at = append(append(append(c.at[:0], p.in...), '.'), p.name...)
	switch v := v.(type) {
	case nil, *object:
	case []any:
		if flat := p.schemaOrAny().flattened(); flat.kinds() == typeArray && len(flat.groups) == 0 {
			var list []string
			for _, item := range v {
				list = append(list, plain(item))
			}
			c.items(flat, list)
		}
	default:
		if p.in == inQuery {
			c.query(p, map[string][]string{p.name: {plain(v)}})
			return
		}
		c.parameter(p, plain(v))
	}
}

func (p *parameter) schemaOrAny() *schema {
	if p.schema == nil {
		return newSchema()
	}
	return p.schema
}
