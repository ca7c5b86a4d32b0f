package openapi

import (
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"encoding/xml"
	"strings"
)

// Answer is what a service says to a successful request.
type Answer struct {
	// Status is the lowest documented success, 200 when none is documented.
	Status int
	// ContentType is "" when there is no body.
	ContentType string
	// Body is not to be changed; nil when there is none.
	Body []byte
}

// Answer makes the operation's successful answer: a documented example where one fits its schema, else a body made by schema. The same seed makes the
// same body, at most 1 MiB large. It is safe for concurrent use.
func (o *Operation) Answer(seed uint64) Answer {
	resp := o.response
	switch {
	case resp.bodyless:
		return Answer{Status: resp.status}
	case resp.hasReady:
		return Answer{resp.status, resp.contentType, resp.ready}
	}
	body, _ := resp.made(seed, o.String())
	return Answer{resp.status, resp.contentType, body}
}

// maxTries is how often a body is made before it is sent although it does not fit.
const maxTries = 8

// made is a body by schema; ok is false when it does not fit.
func (resp *response) made(seed uint64, name string) (body []byte, ok bool) {
	var v any = &object{}
	ok = true
	if resp.schema != nil {
		v, ok = generate(resp.schema, seed, name, resp.tries)
	} else if !resp.json {
		v = "example"
	}
	if resp.json {
		body, err := render(v)
		if err != nil {
			return []byte("{}"), false
		}
		return body, ok
	}
	return otherBody(resp.contentType, resp.schema, v), ok
}

// prepare decides, once the document is loaded, what an operation answers with, and tries it.
func (resp *response) prepare(r *reader, op *Operation) {
	examples := resp.examples
	resp.examples = nil
	resp.tries = maxTries
	if resp.hasReady || resp.bodyless {
		return
	}
	if resp.schema != nil {
		examples = append(examples, resp.schema.samples...)
	}
	if len(examples) == 0 && resp.schema == nil {
		resp.ready, _ = resp.made(0, op.String())
		resp.hasReady = true
		return
	}
	for i, v := range examples {
		v, fit := resp.suits(v)
		if !fit {
			if i == 0 {
				r.warn.because(resp.at, misfit(resp.schema, v), "the example does not fit its schema; a body made by schema is sent instead")
			}
			continue
		}
		if resp.use(v) {
			return
		}
		r.warn.add(resp.at, "the example is larger than 1 MiB; it is not used")
	}
	if _, ok := resp.made(0, op.String()); ok {
		return
	}
	resp.tries = 1
	v, _ := generate(resp.schema, 0, op.String(), 1)
	reason := misfit(resp.schema, v)
	if len(examples) > 0 && resp.use(examples[0]) {
		r.warn.because(resp.at, reason, "no body could be made that fits the schema; the example is sent although it does not either")
		return
	}
	r.warn.because(resp.at, reason, "no body could be made that fits the schema; what is sent does not fit it everywhere")
}

// suits says whether an example fits the schema, and reads one that is JSON inside a string.
func (resp *response) suits(v any) (any, bool) {
	if !resp.json {
		return v, true
	}
	if resp.schema == nil || fits(resp.schema, v) {
		return v, true
	}
	if text, ok := v.(string); ok {
		if inner, err := readJSON([]byte(text), nil); err == nil && fits(resp.schema, inner) {
			return inner, true
		}
	}
	return v, false
}

// use makes an example the body of every answer.
func (resp *response) use(v any) bool {
	if !resp.json {
		if text, ok := v.(string); ok {
			resp.ready = []byte(text)
		} else {
			resp.ready = otherBody(resp.contentType, resp.schema, v)
		}
	} else {
		body, err := render(v)
		if err != nil {
			return false
		}
		resp.ready = body
	}
	resp.hasReady = len(resp.ready) <= maxBody
	return resp.hasReady
}

// otherBody writes a value as what is not JSON; of media that are no text, the smallest sound file there is.
func otherBody(contentType string, s *schema, v any) []byte {
	name, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	text, isText := v.(string)
	switch name = strings.TrimSpace(name); {
	case name == "application/pdf":
		return []byte("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")
	case name == "image/png":
		pixel, _ := base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")
		return pixel
	case name == "image/gif":
		pixel, _ := base64.StdEncoding.DecodeString("R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==")
		return pixel
	case name == "image/svg+xml":
		return []byte(`<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>`)
	case strings.HasPrefix(name, "application/") && strings.Contains(name, "zip") && !strings.Contains(name, "gzip"):
		return append([]byte("PK\x05\x06"), make([]byte, 18)...)
	case strings.HasSuffix(name, "/xml") || strings.HasSuffix(name, "+xml"):
		return asXML(s, v)
	case name == "text/html":
		return []byte("<!doctype html><title>example</title>")
	case name == "text/csv":
		return asCSV(v)
	case isText:
		return []byte(text)
	}
	body, err := render(v)
	if err != nil {
		return nil
	}
	return body
}

func asXML(s *schema, v any) []byte {
	name := "response"
	if s != nil {
		for _, n := range []string{s.name, s.xmlName, s.flattened().xmlName} {
			if xmlName(n) {
				name = n
			}
		}
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	writeXML(&b, name, v)
	return b.Bytes()
}

func writeXML(b *bytes.Buffer, name string, v any) {
	if !xmlName(name) {
		name = "item"
	}
	if list, ok := v.([]any); ok {
		for _, item := range list {
			writeXML(b, name, item)
		}
		return
	}
	b.WriteString("<" + name + ">")
	if o, ok := v.(*object); ok {
		for i, key := range o.keys {
			writeXML(b, key, o.values[i])
		}
	} else {
		_ = xml.EscapeText(b, []byte(plain(v)))
	}
	b.WriteString("</" + name + ">")
}

// xmlName says whether a text can be the name of an element.
func xmlName(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20
		if c >= 'a' && c <= 'z' || s[i] == '_' || i > 0 && (s[i] >= '0' && s[i] <= '9' || s[i] == '-' || s[i] == '.') {
			continue
		}
		return false
	}
	return s != ""
}

// asCSV writes an object, or the objects of a list, as rows under their names.
func asCSV(v any) []byte {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	for i, item := range list {
		row := []string{plain(item)}
		if o, ok := item.(*object); ok {
			if i == 0 {
				_ = w.Write(o.keys) // a buffer takes everything
			}
			row = row[:0]
			for _, cell := range o.values {
				row = append(row, plain(cell))
			}
		}
		_ = w.Write(row)
	}
	w.Flush()
	return b.Bytes()
}
