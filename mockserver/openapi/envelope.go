package openapi

import "strings"

// envelope gives a generated body of a success the provider's envelope of successes: {"success":
// true, "message": "", "error": null} around the data, if the schema has success and at least two
// of the others.
func (s *schema) envelope(v any) {
	o, ok := v.(*object)
	if !ok {
		return
	}
	flat := s.flattened()
	if len(flat.groups) > 0 {
		flat = flat.chosen(0)
	}
	if !flat.enveloped() {
		return
	}
	for name, value := range map[string]any{"success": true, "message": "", "error": nil} {
		if p := flat.property(name); o.find(name) >= 0 && p != nil && passes(p, value) {
			o.put(name, value)
		}
	}
}

func (s *schema) enveloped() bool {
	others := 0
	for _, name := range []string{"message", "error", "data"} {
		if s.property(name) != nil {
			others++
		}
	}
	return s.property("success") != nil && others >= 2
}

// naming puts what the path names into a made body: a member that is called like a parameter of the
// path, in the body itself, in its data, or in the first item of that.
func (s *schema) naming(v any, params map[string]string) {
	candidates := []any{v}
	if o, ok := v.(*object); ok {
		data, _ := o.get("data")
		candidates = append(candidates, data)
		if list, ok := data.([]any); ok && len(list) > 0 {
			candidates = append(candidates, list[0])
		}
	}
	if list, ok := v.([]any); ok && len(list) > 0 {
		candidates = append(candidates, list[0])
	}
	for _, candidate := range candidates {
		o, ok := candidate.(*object)
		if !ok {
			continue
		}
		for i, member := range o.keys {
			text, named := called(member, params)
			if !named {
				continue
			}
			old := o.values[i]
			for _, value := range spelled(text) {
				if o.values[i] = value; passes(s, v) {
					break
				}
				o.values[i] = old
			}
		}
	}
}

// spelled are the ways to read a parameter.
func spelled(text string) []any {
	if n, ok := plainNumber(text); ok {
		return []any{text, n}
	}
	return []any{text}
}

// called returns the parameter that a member is named after. The provider names some after all that
// they may hold, "vatCode_taxCode_or_id": then the form of the value decides which it is.
func called(member string, params map[string]string) (string, bool) {
	for name, value := range params {
		if strings.EqualFold(name, member) {
			return value, true
		}
		if !strings.Contains(name, "_or_") {
			continue
		}
		for kind := range strings.SplitSeq(strings.ReplaceAll(name, "_or_", "_"), "_") {
			if strings.EqualFold(kind, member) && (strings.EqualFold(kind, "id") == isObjectID(value)) {
				return value, true
			}
		}
	}
	return "", false
}

// isObjectID reports whether a text has the form of the provider's ids, 24 hex digits.
func isObjectID(s string) bool {
	return len(s) == 24 && strings.Trim(strings.ToLower(s), "0123456789abcdef") == ""
}
