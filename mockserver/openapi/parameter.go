package openapi

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// where a parameter is sent.
const (
	inPath   = "path"
	inQuery  = "query"
	inHeader = "header"
	inCookie = "cookie"
)

// parameter is a documented value outside the body.
type parameter struct {
	name, in string
	required bool
	empty    bool // allowEmptyValue
	style    string
	explode  bool
	schema   *schema
	json     bool  // its content is JSON
	examples []any // only while the document is loaded
}

const parameterFields = " $ref name in description required deprecated allowEmptyValue style explode allowReserved schema example examples content "

// parameters reads a list; those of an operation take the place of those of its path.
func (r *reader) parameters(common []*parameter, list []any, at *place) []*parameter {
	all := slices.Clone(common)
	known := map[[2]string]int{}
	for n, p := range all {
		known[[2]string{p.in, p.name}] = n
	}
	for i, v := range list {
		inside := at.at(i, v)
		node, ok := v.(*object)
		if !ok {
			r.warn.add(inside, "the parameter is %s, not an object; it is left out", kindOf(v))
			continue
		}
		node, inside = r.follow(node, inside, "the parameter is left out")
		if node == nil {
			continue
		}
		p := r.parameter(node, inside)
		if p == nil {
			continue
		}
		n, twice := known[[2]string{p.in, p.name}]
		if !twice {
			known[[2]string{p.in, p.name}] = len(all)
			all = append(all, p)
			continue
		}
		if n >= len(common) {
			r.warn.add(inside, "the parameter %q stands twice; the last one counts", p.name)
		}
		all[n] = p
	}
	return all
}

func (r *reader) parameter(node *object, at *place) *parameter {
	p := &parameter{name: node.text("name"), in: strings.ToLower(node.text("in")), required: node.flag("required"), empty: node.flag("allowEmptyValue")}
	if p.name == "" {
		r.warn.add(at, "a parameter has no name; it is left out")
		return nil
	}
	p.style = "form"
	switch p.in {
	case inQuery, inCookie:
	case inPath, inHeader:
		p.style = "simple"
	case "querystring":
		return nil // of OAS 3.2: the query as a whole, which is not checked
	case "body", "formdata":
		r.warn.add(at, "the parameter %q is in %q, which is of OpenAPI 2; it is left out", p.name, p.in)
		return nil
	default:
		r.warn.add(at, `the parameter %q is in %s, neither "path", "query", "header" nor "cookie"; it is left out`, p.name, quoted(node.text("in")))
		return nil
	}
	if p.in == inHeader {
		switch strings.ToLower(p.name) {
		case "accept", "content-type", "authorization":
			return nil // the specification says so
		}
	}
	r.fields(node, at, "a parameter", parameterFields+"type format enum default items minimum maximum pattern minLength maxLength x-example ")
	r.style(p, node, at)
	p.schema = r.parameterSchema(p, node, at)
	if v, has := node.get("example"); has {
		p.examples = append(p.examples, v)
	}
	p.examples = append(p.examples, values(r.examples(node, at))...)
	return p
}

func (r *reader) style(p *parameter, node *object, at *place) {
	if style := node.text("style"); style != "" {
		switch style {
		case "form", "simple", "label", "matrix", "spaceDelimited", "pipeDelimited", "deepObject", "cookie":
			p.style = style
		default:
			r.warn.add(at, "the style %s is not known; it is read as %q", quoted(style), p.style)
		}
	}
	p.explode = p.style == "form" || p.style == "deepObject"
	if v, has := node.get("explode"); has {
		p.explode = v == true || v == "true"
	}
}

// parameterSchema returns the schema of a parameter, including the form of OpenAPI 2, beside the
// name. Nil allows anything.
func (r *reader) parameterSchema(p *parameter, node *object, at *place) *schema {
	if v, has := node.get("schema"); has {
		return r.schemaAt(v, at.in("schema", v))
	}
	if content, place := r.child(node, "content", at); content != nil {
		for i, media := range content.keys {
			o, _ := content.values[i].(*object)
			if v, has := o.get("schema"); has {
				p.json = isJSON(media)
				if !p.json {
					return nil
				}
				return r.schemaAt(v, place.in(media, o).in("schema", v))
			}
		}
		return nil
	}
	if node.find("type") < 0 {
		return nil
	}
	r.warn.add(at, "the parameter has its type beside its name, as in OpenAPI 2; it is read as its schema")
	own := &object{line: node.line}
	for i, key := range node.keys {
		switch key {
		case "type", "format", "enum", "default", "items", "minimum", "maximum", "pattern", "minLength", "maxLength":
			own.add(key, node.values[i])
		}
	}
	return r.schemaAt(own, at)
}

// parameter checks the text of a parameter that is sent as one.
func (c *checker) parameter(p *parameter, text string) {
	s := p.schema
	if s == nil {
		return
	}
	if p.json {
		if v, err := readJSON([]byte(text), nil); err != nil {
			c.fault("must be JSON")
		} else {
			c.value(s, v)
		}
		return
	}
	text = p.bare(text)
	if text == "" && p.empty {
		return
	}
	flat := s.flattened()
	switch kind := flat.kinds(); {
	case len(flat.groups) > 0 || kind == 0:
		c.scalar(s, text, p.separators())
	case kind == typeArray:
		c.items(flat, p.split(text, flat.items))
	case kind&typeObject != 0 && kind&typeString == 0:
		// How members are separated depends on too much to be sure.
	default:
		c.scalar(s, text, p.separators())
	}
}

// bare takes away what the styles label and matrix put before a value.
func (p *parameter) bare(text string) string {
	switch p.style {
	case "label":
		return strings.TrimPrefix(text, ".")
	case "matrix":
		return strings.TrimPrefix(strings.TrimPrefix(text, ";"), p.name+"=")
	}
	return text
}

func (p *parameter) separators() string {
	switch p.style {
	case "spaceDelimited":
		return " "
	case "pipeDelimited":
		return "|"
	case "label":
		return ".,"
	case "matrix":
		return ";,"
	}
	return ","
}

// split takes a list apart. An exploded one has one value here; one with commas may still be meant,
// unless its items are texts.
func (p *parameter) split(text string, items *schema) []string {
	if text == "" {
		return nil
	}
	if p.in == inQuery && p.explode && p.style == "form" && (items == nil || items.flattened().kinds()&typeString != 0 && !items.flattened().hasEnum) {
		return []string{text}
	}
	separators := p.separators()
	list := strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(separators, c) })
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
		if p.style == "matrix" {
			list[i] = strings.TrimPrefix(list[i], p.name+"=")
		}
	}
	return list
}

// items checks a list of texts.
func (c *checker) items(s *schema, texts []string) {
	if len(texts) < s.minItems {
		c.fault("must have at least %d items", s.minItems)
		return
	}
	if s.maxItems >= 0 && len(texts) > s.maxItems {
		c.fault("must have at most %d items", s.maxItems)
		return
	}
	if s.items == nil {
		return
	}
	for i, text := range texts {
		mark := len(c.at)
		c.at = append(strconv.AppendInt(append(c.at, '['), int64(i), 10), ']')
		c.scalar(s.items, text, "")
		c.at = c.at[:mark]
	}
}

// scalar checks a text that may be a number, a boolean, a string or, with separators, a list of
// them. It matches if any reading does; otherwise the reading of the documented type is reported.
func (c *checker) scalar(s *schema, text, separators string) {
	flat := s.flattened()
	readings := make([]any, 0, 4)
	if n, ok := plainNumber(text); ok {
		readings = append(readings, n)
	}
	switch strings.ToLower(text) {
	case "true", "1", "yes", "on":
		readings = append(readings, true)
	case "false", "0", "no", "off":
		readings = append(readings, false)
	case "null":
		readings = append(readings, nil)
	case "":
		if flat.nullable {
			return
		}
	}
	readings = append(readings, text)
	for _, v := range readings {
		if c.probe(s, v) {
			return
		}
	}
	if len(flat.groups) > 0 || flat.kinds()&(typeArray|typeObject) != 0 || flat.kinds() == 0 && separators != "" {
		// A list or an object among the possibilities: how it would be written is not sure.
		if flat.mayBeCompound(0) {
			return
		}
	}
	said := any(text)
	if n, isNumber := readings[0].(json.Number); isNumber && flat.kinds()&(typeInteger|typeNumber) != 0 {
		said = n
	}
	c.value(s, said)
}

// maxVariants bounds how deep variants may have variants.
const maxVariants = 32

// mayBeCompound reports whether a list or an object may fit.
func (s *schema) mayBeCompound(depth int) bool {
	if depth > maxVariants {
		return true
	}
	kinds := s.kinds()
	if kinds&(typeArray|typeObject) != 0 || kinds == 0 && len(s.groups) == 0 && !s.hasEnum {
		return true
	}
	if kinds != 0 {
		return false
	}
	for _, g := range s.groups {
		for _, option := range g.options {
			if option.flattened().mayBeCompound(depth + 1) {
				return true
			}
		}
	}
	return false
}
