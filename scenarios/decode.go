package scenarios

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"oauthmock/spec/strictyaml"
)

// format is the format of scenario files. A number or a date is accepted where text is expected; it
// is taken as written.
func format() strictyaml.Format {
	return strictyaml.Format{Holds: `it must have "version" and "scenarios"`, MaxBytes: maxFileSize, LooseText: true}
}

// UnmarshalStrict reads a status, or a list of them.
func (s *Statuses) UnmarshalStrict(v strictyaml.Value) error {
	for one := range v.Each() {
		status, err := strconv.Atoi(one.Text())
		if one.Kind() != strictyaml.Int || err != nil || status < 100 || status > 599 {
			one.Refuse("must be an HTTP status such as 422, or a list of them, not %s", one.Describe())
			continue
		}
		*s = append(*s, status)
	}
	return notEmpty(v, "must name at least one HTTP status")
}

// UnmarshalStrict reads a text, or a list of them.
func (t *Texts) UnmarshalStrict(v strictyaml.Value) error {
	for one := range v.Each() {
		var text string
		one.Decode(&text)
		*t = append(*t, text)
	}
	return notEmpty(v, "must hold at least one text; leave it out instead")
}

// UnmarshalStrict reads an id, or a list of them. Whether there are such scenarios only Lint can
// say, which sees all files.
func (ids *IDs) UnmarshalStrict(v strictyaml.Value) error {
	seen := map[string]bool{}
	for one := range v.Each() {
		switch id := one.Text(); {
		case !scenarioID().MatchString(id):
			one.Refuse("must be the id of a scenario, such as v2/wallet/read, or a list of ids, not %s", one.Describe())
		case seen[id]:
			one.Refuse("%q stands twice", id)
		default:
			seen[id] = true
			*ids = append(*ids, id)
		}
	}
	return notEmpty(v, "must name at least one scenario; leave it out instead")
}

func notEmpty(v strictyaml.Value, message string) error {
	if v.Kind() != strictyaml.List {
		return nil
	}
	for range v.Items() {
		return nil
	}
	return errors.New(message)
}

// UnmarshalStrict reads a matcher's members, or a scalar or list that the value must equal.
func (m *Matcher) UnmarshalStrict(v strictyaml.Value) error {
	known := v.Keys(*m)
	switch {
	case v.Kind() != strictyaml.Mapping:
		m.Equals = v.Plain()
	case hasMember(v, known):
		type plain Matcher
		v.Decode((*plain)(m))
		return nil
	default:
		v.Refuse("a mapping says how to compare (%s …); write {equals: {…}} to compare with an object", quoted(known[:5]))
	}
	m.written = strictyaml.WrittenAt(v.Line(), map[string]int{"equals": v.Line()})
	return nil
}

// hasMember reports whether a mapping has a known key, or one that was meant to be.
func hasMember(v strictyaml.Value, known []string) bool {
	for key := range v.Members() {
		if slices.Contains(known, key.Text()) || strictyaml.Nearest(key.Text(), known) != "" {
			return true
		}
	}
	return false
}

// UnmarshalStrict reads "basic", "none", or one of bearer, client, credentials and raw.
func (a *Auth) UnmarshalStrict(v strictyaml.Value) error {
	if v.Kind() == strictyaml.Mapping {
		type plain Auth
		v.Decode((*plain)(a))
		kinds := slices.DeleteFunc([]string{"bearer", "client", "credentials", "raw"}, func(kind string) bool { return !a.Has(kind) })
		if len(kinds) != 1 {
			return errors.New(`must be "basic", "none", or have exactly one of "bearer", "client", "credentials", "raw"`)
		}
		a.Kind = kinds[0]
		return nil
	}
	if a.Kind = v.Text(); a.Kind != "basic" && a.Kind != "none" {
		return fmt.Errorf(`must be "basic", "none", or one of {bearer: …}, {client: {…}}, {credentials: {…}}, {raw: …}, not %s`, v.Describe())
	}
	a.written = strictyaml.WrittenAt(v.Line(), nil)
	return nil
}

// UnmarshalStrict keeps a rule as it is written.
func (f *FaultRule) UnmarshalStrict(v strictyaml.Value) error {
	f.Line = v.Line()
	if v.Kind() != strictyaml.Mapping {
		return fmt.Errorf("must be a mapping with a name and an effect, not %s", v.Describe())
	}
	f.Rule, _ = v.Plain().(map[string]any)
	f.Name, _ = f.Rule["name"].(string)
	f.lines = v.Lines()
	return nil
}

// LineOf returns the line of a member, such as "effect.kind", or of the nearest enclosing one that
// was written.
func (f *FaultRule) LineOf(place string) int {
	if f.lines == nil {
		return f.Line
	}
	return f.lines.Of(place)
}

// UnmarshalStrict reads "redirect", or a mapping.
func (f *Follow) UnmarshalStrict(v strictyaml.Value) error {
	if v.Kind() == strictyaml.Mapping {
		type plain Follow
		v.Decode((*plain)(f))
		return nil
	}
	if v.Text() != "redirect" {
		return fmt.Errorf(`must be "redirect", {of: STEP}, {form: NAME, fields: {…}} or {button: TEXT}, not %s`, v.Describe())
	}
	f.written = strictyaml.WrittenAt(v.Line(), nil)
	return nil
}
