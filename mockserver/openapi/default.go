package openapi

// BodyDefault returns the default, if it is a text, of a member of the JSON that is sent to the
// operation: names lead to it, each inside of the one before. It is "" where the document has none.
func (o *Operation) BodyDefault(names ...string) string {
	if o.body == nil {
		return ""
	}
	for _, m := range o.body.content {
		if isJSON(m.name) || m.name == "*/*" {
			if text := m.schema.defaultOf(names); text != "" {
				return text
			}
		}
	}
	return ""
}

func (s *schema) defaultOf(names []string) string {
	if s == nil {
		return ""
	}
	for _, part := range append([]*schema{s}, s.parts()...) {
		text := part.text
		if len(names) > 0 {
			text = part.property(names[0]).defaultOf(names[1:])
		}
		if text != "" {
			return text
		}
	}
	return ""
}
