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
