package openapi

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"strings"
)

// requestBody is the documented body of a request.
type requestBody struct {
	required bool
	content  []media
}

// media is one media type, and the schema of bodies in it; nil if there is none.
type media struct {
	name   string // in small letters, without parameters; "*/*" and "image/*" too
	schema *schema

	examples []any // only while the document is loaded
}

func (r *reader) requestBody(op *object, at *place) *requestBody {
	node, inside := r.child(op, "requestBody", at)
	if node == nil {
		return nil
	}
	node, inside = r.follow(node, inside, "any body is accepted")
	if node == nil {
		return nil
	}
	r.fields(node, inside, "a request body", " $ref description content required ")
	b := &requestBody{required: node.flag("required")}
	content, place := r.child(node, "content", inside)
	if content == nil {
		r.warn.add(inside, "the request body has no content; any body is accepted")
	}
	for i, name := range content.lenient().keys {
		v := content.values[i]
		o, ok := v.(*object)
		within := place.in(name, v)
		if !ok {
			r.warn.add(within, "the media type is %s, not an object; any body of it is accepted", kindOf(v))
		}
		o, within = r.follow(o.lenient(), within, "any body of it is accepted")
		m := media{name: r.mediaName(name, place)}
		if schema, has := o.get("schema"); has {
			m.schema = r.schemaAt(schema, within.in("schema", schema))
		}
		if v, has := o.get("example"); has {
			m.examples = append(m.examples, v)
		}
		m.examples = append(m.examples, values(r.examples(o, within))...)
		b.content = append(b.content, m)
	}
	return b
}

// mediaName reads the name of a media type; some write "json".
func (r *reader) mediaName(written string, at *place) string {
	name, _, _ := strings.Cut(strings.ToLower(written), ";")
	name = strings.TrimSpace(name)
	if strings.Count(name, "/") == 1 && len(name) > 2 && !strings.HasPrefix(name, "/") && !strings.HasSuffix(name, "/") {
		return name
	}
	guess := "*/*"
	switch {
	case strings.Contains(name, "json"):
		guess = "application/json"
	case strings.Contains(name, "xml"):
		guess = "application/xml"
	case name == "text" || name == "string":
		guess = "text/plain"
	}
	r.warn.add(at, "%q is no media type; it is read as %s", written, guess)
	return guess
}

// isJSON reports whether a body of a media type is JSON.
func isJSON(name string) bool {
	name, _, _ = strings.Cut(strings.ToLower(name), ";")
	name = strings.TrimSpace(name)
	return name == "application/json" || name == "text/json" || strings.HasSuffix(name, "+json") || strings.HasSuffix(name, "/json")
}

func (b *requestBody) check(c *checker, r Request) {
	c.at = append(c.at[:0], "body"...)
	if len(r.Body) == 0 {
		if b.required {
			c.fault("is required")
		}
		return
	}
	if len(b.content) == 0 {
		return
	}
	label := r.Header.Get("Content-Type")
	sent, params, err := mime.ParseMediaType(label)
	if err != nil {
		sent, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(label)), ";")
	}
	m, name := b.media(sent, r.Body)
	if m == nil {
		c.at = append(c.at[:0], "header.Content-Type"...)
		c.fault("must be %s", b.known())
		return
	}
	switch {
	case isJSON(name):
		c.json(m.schema, r.Body)
	case m.schema == nil:
	case name == "application/x-www-form-urlencoded":
		c.form(m.schema, parseQuery(string(r.Body)), nil)
	case name == "multipart/form-data":
		c.multipart(m.schema, r.Body, params["boundary"])
	}
}

// media returns what is documented for a media type, and how to read the body. A body without a
// Content-Type, or JSON labelled as a form, is recognised by its content: clients are careless
// there, and services forgiving.
func (b *requestBody) media(sent string, body []byte) (*media, string) {
	for _, exactly := range []bool{true, false} {
		for i := range b.content {
			m := &b.content[i]
			if m.name == sent || !exactly && wildcard(m.name, sent) {
				return m, sent
			}
		}
	}
	if sent != "" && sent != "application/x-www-form-urlencoded" && sent != "text/plain" {
		return nil, ""
	}
	for i := range b.content {
		if m := &b.content[i]; isJSON(m.name) && looksLikeJSON(body) {
			return m, m.name
		}
	}
	if sent == "" {
		return &media{}, ""
	}
	return nil, ""
}

func looksLikeJSON(body []byte) bool {
	body = bytes.TrimSpace(body)
	return len(body) > 0 && (body[0] == '{' || body[0] == '[')
}

// wildcard reports whether a range such as "image/*" covers a media type, and whether one kind of
// JSON or XML may stand in for a plainer one.
func wildcard(name, sent string) bool {
	if name == "*/*" || sent != "" && name == "*" {
		return true
	}
	if kind, ok := strings.CutSuffix(name, "/*"); ok {
		return strings.HasPrefix(sent, kind+"/")
	}
	return isJSON(name) && sent == "application/json" || strings.HasSuffix(name, "/xml") && strings.HasSuffix(sent, "/xml")
}

func (b *requestBody) known() string {
	names := make([]string, 0, len(b.content))
	for _, m := range b.content {
		names = append(names, m.name)
	}
	return strings.Join(names, " or ")
}

func (c *checker) json(s *schema, body []byte) {
	v, err := readJSON(bytes.TrimPrefix(body, []byte{0xEF, 0xBB, 0xBF}), nil)
	var wrong *lineError
	switch {
	case err == nil:
		if s != nil {
			c.value(s, v)
		}
	case errors.Is(err, errTooDeep):
		c.fault("nests deeper than %d levels", maxDepth)
	case errors.Is(err, io.ErrUnexpectedEOF):
		c.fault("is not JSON: it ends too early")
	case errors.As(err, &wrong):
		c.fault("is not JSON: there is a mistake near byte %d", wrong.offset+1)
	default:
		c.fault("is not JSON")
	}
}

// form checks the fields of a form: required ones, and those with one plain value each. files are
// fields that hold no text.
func (c *checker) form(s *schema, fields url.Values, files map[string]bool) {
	flat := s.flattened()
	if len(flat.groups) > 0 {
		return // which of the variants is meant can only be guessed
	}
	for _, name := range flat.required {
		if files[name] || sentAs(fields, name) || c.oneWay(flat, name) {
			continue
		}
		mark := c.enter(name)
		c.fault("is required")
		c.at = c.at[:mark]
	}
	for _, p := range flat.properties {
		values := fields[p.name]
		inner := p.schema.flattened()
		if len(values) != 1 || len(inner.groups) > 0 || inner.mayBeCompound(0) || values[0] == "" {
			continue
		}
		mark := c.enter(p.name)
		c.scalar(p.schema, values[0], "")
		c.at = c.at[:mark]
	}
}

// sentAs reports whether a field is there, also as items[], items[0] or address[city].
func sentAs(fields url.Values, name string) bool {
	if _, ok := fields[name]; ok {
		return true
	}
	for key := range fields {
		if strings.HasPrefix(key, name+"[") || strings.HasPrefix(key, name+".") {
			return true
		}
	}
	return false
}

// How many parts of a multipart body are looked at, and how much text of each, in bytes.
const (
	maxFormParts = 1000
	maxFormText  = 64 << 10
)

func (c *checker) multipart(s *schema, body []byte, boundary string) {
	if boundary == "" {
		c.at = append(c.at[:0], "header.Content-Type"...)
		c.fault("must have a boundary")
		return
	}
	reader := multipart.NewReader(bytes.NewReader(body), boundary)
	fields, files := url.Values{}, map[string]bool{}
	for range maxFormParts {
		part, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			c.form(s, fields, files)
			return
		}
		if err != nil {
			c.fault("is not multipart as its Content-Type says")
			return
		}
		name := part.FormName()
		kind := part.Header.Get("Content-Type")
		if part.FileName() != "" || kind != "" && !strings.HasPrefix(kind, "text/plain") {
			files[name] = true
			continue
		}
		text, err := io.ReadAll(io.LimitReader(part, maxFormText+1))
		if err != nil || len(text) > maxFormText {
			files[name] = true
			continue
		}
		fields.Add(name, string(text))
	}
}
