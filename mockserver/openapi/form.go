package openapi

import (
	"slices"
	"strings"
	"sync"
)

// form is one media type in which an answer is available.
type form struct {
	contentType string // as it is sent
	json        bool
	schema      *schema
	examples    []example
	at          *place

	once  sync.Once
	ready []byte // of the first example; nil where the body is made up
	from  Source
	why   string // what keeps the example, or what is made up, from fitting its schema; "" when it fits
	tries int    // how often to try to generate a matching body
}

func emptyForm(at *place) *form { return &form{contentType: "application/json", json: true, at: at} }

// form reads a media type of a response.
func (r *reader) form(written string, v any, at *place) *form {
	name := r.mediaName(written, at)
	switch name {
	case "*/*", "application/*":
		name = "application/json"
	case "text/*":
		name = "text/plain"
	case "image/*":
		name = "image/png"
	}
	f := &form{contentType: name, json: isJSON(name), at: at.in(written, v)}
	if strings.Contains(written, "charset") && strings.HasPrefix(strings.ToLower(written), name) {
		f.contentType = written
	}
	o, _ := v.(*object)
	if o == nil {
		r.warn.add(f.at, "the media type is %s, not an object; it is read as if it were empty", kindOf(v))
		return f
	}
	r.fields(o, f.at, "a media type", " $ref schema example examples encoding itemSchema prefixEncoding itemEncoding ")
	if v, has := o.get("schema"); has {
		f.schema = r.schemaAt(v, f.at.in("schema", v))
	}
	if v, has := o.get("example"); has {
		f.examples = append(f.examples, example{value: v})
	}
	f.examples = append(f.examples, r.examples(o, f.at)...)
	return f
}

// Source is where the body of an answer comes from.
type Source uint8

// The sources, the best first.
const (
	// FromExample: an example of the document as it is.
	FromExample Source = iota
	// FromRepairedExample: an example in which what does not match its schema is replaced or left
	// out.
	FromRepairedExample
	// MadeUp is by the schema.
	MadeUp
	// Empty is {}, [] or "", because nothing more is known.
	Empty
	// NoBody: none, as documented.
	NoBody
)

// prepare decides what is sent in this form, once.
func (f *form) prepare(of subject, succeeds bool) {
	f.once.Do(func() {
		f.tries = maxTries
		examples := f.examples
		if f.schema != nil {
			examples = append(slices.Clip(examples), unnamed(f.schema.samples)...)
		}
		for _, repaired := range []bool{false, true} {
			for _, e := range examples {
				if body, from, ok := f.exemplify(e.value, of, repaired); ok {
					f.ready, f.from, f.why = body, from, f.misfit(e.value)
					return
				}
			}
		}
		made, ok := f.made(Ask{}, of, succeeds)
		f.from = MadeUp
		if text := strings.TrimSpace(string(made)); f.json && (text == "{}" || text == "[]" || text == `""` || text == "null") {
			f.from = Empty
		}
		if !ok {
			f.tries = 1
			v, _ := generate(f.schema, 0, of, 1)
			f.why = misfit(f.schema, v)
			if len(examples) > 0 {
				if body, written := f.written(examples[0].value); written {
					f.ready, f.from = body, FromExample
				}
			}
		}
	})
}

// misfit returns why an example does not match strictly, or "".
func (f *form) misfit(v any) string {
	if !f.json || f.schema == nil {
		return ""
	}
	return misfit(f.schema, f.read(v))
}

// read reads an example that is JSON inside a string, where the schema wants no string.
func (f *form) read(v any) any {
	text, ok := v.(string)
	if !ok || f.schema == nil || passes(f.schema, v) {
		return v
	}
	if inner, err := readJSON([]byte(text), nil); err == nil {
		return inner
	}
	return v
}

// exemplify renders an example, which must match as services send it; repaired replaces and leaves
// out what does not match. ok is false if it cannot be used.
func (f *form) exemplify(v any, of subject, repaired bool) (body []byte, from Source, ok bool) {
	if f.json && f.schema != nil {
		v = f.read(v)
		if !passes(f.schema, v) {
			if !repaired {
				return nil, 0, false
			}
			if v, ok = repair(f.schema, v, of); !ok {
				return nil, 0, false
			}
			from = FromRepairedExample
		}
	}
	body, ok = f.written(v)
	return body, from, ok
}

// written writes a value in this form.
func (f *form) written(v any) ([]byte, bool) {
	if f.json {
		body, err := render(v)
		return body, err == nil
	}
	body := f.sound(v)
	return body, len(body) <= maxBody
}

// maxTries is how often a body is made before it is sent although it does not fit.
const maxTries = 8

// made is a body by schema; ok is false when it does not fit.
func (f *form) made(ask Ask, of subject, succeeds bool) (body []byte, ok bool) {
	var v any = &object{}
	ok = true
	if f.schema != nil {
		if v, ok = generate(f.schema, ask.Seed, of, f.tries); ok {
			f.schema.naming(v, ask.Params)
			if succeeds {
				f.schema.envelope(v)
			}
		}
	} else if !f.json {
		v = "example"
	}
	if f.json {
		body, err := render(v)
		if err != nil {
			return []byte("{}"), false
		}
		return body, ok
	}
	return f.sound(v), ok
}
