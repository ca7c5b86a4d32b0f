package openapi

import (
	"bytes"
	"encoding/xml"
)

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
	writeXML(&b, name, s, v)
	return b.Bytes()
}

// writeXML writes a value as an element, and a list as one for each item; names, attributes and
// wrapped lists are as the schema has them under "xml".
func writeXML(b *bytes.Buffer, name string, s *schema, v any) {
	if s == nil {
		s = newSchema()
	}
	flat := s.flattened()
	if !xmlName(name) {
		name = "item"
	}
	switch v := v.(type) {
	case []any:
		items := name
		if flat.xmlWrapped {
			b.WriteString("<" + name + ">")
			defer b.WriteString("</" + name + ">")
		}
		for i, item := range v {
			of := flat.item(i)
			if given := of.flattened().xmlName; xmlName(given) {
				items = given
			}
			writeXML(b, items, of, item)
		}
	case *object:
		b.WriteString("<" + name)
		members := v.keys[:0:0]
		for i, key := range v.keys {
			p := flat.property(key)
			if p == nil || !p.flattened().xmlAttribute || !xmlName(elementName(p, key)) {
				members = append(members, key)
				continue
			}
			b.WriteString(" " + elementName(p, key) + `="`)
			_ = xml.EscapeText(b, []byte(plain(v.values[i]))) // a buffer takes everything
			b.WriteString(`"`)
		}
		b.WriteString(">")
		for _, key := range members {
			p, value := flat.property(key), v.values[v.find(key)]
			writeXML(b, elementName(p, key), p, value)
		}
		b.WriteString("</" + name + ">")
	default:
		b.WriteString("<" + name + ">")
		_ = xml.EscapeText(b, []byte(plain(v)))
		b.WriteString("</" + name + ">")
	}
}

// elementName returns the name of a property's element.
func elementName(p *schema, key string) string {
	if p != nil {
		if name := p.flattened().xmlName; name != "" {
			return name
		}
	}
	return key
}

// xmlName reports whether a text can be the name of an element.
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
