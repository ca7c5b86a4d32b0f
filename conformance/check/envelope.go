package check

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"oauthmock/scenarios"
	"oauthmock/spec"
	"oauthmock/spec/reading"
)

// The shapes in which a target sends a payload that may come bare.
const (
	ShapeBoth = "both" // the envelope, with the payload under data and the same members beside it
	ShapeData = "data" // the envelope alone
	ShapeFlat = "flat" // the payload alone
)

// Shape returns the form in which an answer sends a payload that may come bare; "" when it sends
// none.
func (e *Exchange) Shape() string {
	body, ok := e.value.(map[string]any)
	if !ok || !e.bare() || !e.Success() {
		return ""
	}
	_, enveloped := body[e.Surface.envelope.Data].(map[string]any)
	_, bare := body[e.Surface.Bare.Key]
	switch {
	case enveloped && bare:
		return ShapeBoth
	case enveloped:
		return ShapeData
	case bare:
		return ShapeFlat
	}
	return ""
}

// What the successes of a target hold beside their data, where the overlay adds to what the
// published document defines.
const (
	EnvelopeFull       = "full"       // all members of the envelope
	EnvelopeDocumented = "documented" // of these what the published document defines for the answer
)

// Envelope returns which of the two an answer has; "" where the document leaves nothing open, and
// where it is neither.
func (e *Exchange) Envelope() string {
	body, ok := e.value.(map[string]any)
	if !ok || !e.Success() || e.Operation == nil || e.Shape() == ShapeFlat {
		return ""
	}
	open, there := e.Surface.completes[e.Operation.Name], 0
	for _, name := range open {
		if _, ok := body[name]; ok {
			there++
		}
	}
	switch {
	case len(open) == 0:
		return ""
	case there == len(open):
		return EnvelopeFull
	case there == 0:
		return EnvelopeDocumented
	}
	return ""
}

// completed is the body as the strict reading has it: with what an envelope as documented leaves
// out.
func (e *Exchange) completed() any {
	if e.Envelope() != EnvelopeDocumented {
		return e.value
	}
	whole := maps.Clone(e.value.(map[string]any))
	for _, name := range e.Surface.completes[e.Operation.Name] {
		whole[name] = e.Surface.envelope.Completes[name]
	}
	return whole
}

// added names the members of the envelope that an operation's success has by the overlay alone,
// sorted.
func (s *Surface) added(operation spec.Operation, status int) []string {
	var names []string
	schema := reading.PublishedResponse(s.published, operation, status)
	for _, name := range slices.Sorted(maps.Keys(s.envelope.Completes)) {
		if schema == nil || schema.Properties[name] == nil {
			names = append(names, name)
		}
	}
	return names
}

// enveloped checks the members that every success and every refusal has. A bare payload has no
// envelope. Where the document does not show these members of a success they are observed, unless
// they say the opposite.
func (s *Surface) enveloped(e *Exchange, level scenarios.Level) []Finding {
	want, optional := s.envelope.Failure, s.envelope.Optional
	if e.Success() {
		want, optional = s.envelope.Success, nil
	}
	if len(want) == 0 {
		return nil
	}
	body, isObject := e.value.(map[string]any)
	has := func(name string) bool { _, there := body[name]; return there }
	if e.Shape() == ShapeFlat && !slices.ContainsFunc(inOrder(want), has) {
		return nil
	}
	f := Finding{Kind: "envelope.success", Level: level, OK: isObject, Source: s.Title + ": x-envelope of the document",
		Requirement: "Every success has the members " + constants(s.envelope.Success) + "; every refusal has " + constants(s.envelope.Failure) + ".",
		Expected:    constants(want), Actual: typeOf(e.value)}
	if len(s.envelope.Completes) > 0 {
		f.Requirement += " Of successes, all may leave out what the document does not define."
	}
	if e.Envelope() == EnvelopeDocumented {
		optional = s.completes[e.Operation.Name]
	}
	if e.Success() && s.Document != nil && len(s.completes[e.operationName()]) > 0 && !contradicts(body, want) {
		f.Level = scenarios.Observe
	}
	var shown []string
	for _, name := range inOrder(want) {
		f.OK = f.OK && (has(name) && Equal(body[name], want[name]) || !has(name) && slices.Contains(optional, name))
		shown = append(shown, name+": "+s.shown(body, name))
	}
	if isObject {
		f.Actual = strings.Join(shown, ", ")
	}
	return []Finding{f}
}

// contradicts reports whether a member that is true or false has the other value.
func contradicts(body, want map[string]any) bool {
	for name, right := range want {
		if _, isBool := right.(bool); isBool && body[name] != nil && !Equal(body[name], right) {
			return true
		}
	}
	return false
}

// inOrder lists the members of an envelope, those that are true or false first.
func inOrder(members map[string]any) []string {
	isBool := func(name string) int {
		if _, ok := members[name].(bool); ok {
			return 0
		}
		return 1
	}
	return slices.SortedFunc(maps.Keys(members), func(a, b string) int {
		return cmp.Or(isBool(a)-isBool(b), strings.Compare(a, b))
	})
}

// constants writes members with their values: "success: true, error: null".
func constants(members map[string]any) string {
	var list []string
	for _, name := range inOrder(members) {
		list = append(list, name+": "+Render(members[name]))
	}
	if len(list) == 0 {
		return "none of them"
	}
	return strings.Join(list, ", ")
}

// shown is a member of a body as reports show it; of the payload only its type.
func (s *Surface) shown(body map[string]any, name string) string {
	value, ok := body[name]
	switch {
	case !ok:
		return "missing"
	case name == s.envelope.Data:
		return typeOf(value)
	}
	return Render(value)
}

// bareShape checks that a payload which may come bare comes in one of its forms, and that the two
// forms are equal when both are there.
func (s *Surface) bareShape(e *Exchange) []Finding {
	body, ok := e.value.(map[string]any)
	if !e.bare() || !e.Success() || !ok {
		return nil
	}
	shape, what := e.Shape(), s.Bare.Key
	f := Finding{Kind: "token.shape", Level: scenarios.Should, OK: shape != "", Source: e.Place() + " schema; overlay",
		Requirement: fmt.Sprintf("A single %s is sent under `%s`, bare, or both; both are then equal.", what, s.envelope.Data),
		Expected:    fmt.Sprintf("a %s under %s, at the top level, or equal in both", what, s.envelope.Data), Actual: shape}
	if shape == "" {
		f.Actual = "no " + what
	}
	if shape == ShapeBoth {
		data, _ := body[s.envelope.Data].(map[string]any)
		own := s.envelope.Members()
		// Members that the document does not know may be in one form alone.
		known := func(key string) bool {
			schema := reading.PublishedResponse(s.published, *e.Operation, e.Status)
			return schema == nil || schema.Properties[key] != nil || s.wrapped[e.Operation.Name]
		}
		var differ []string
		for key, value := range body {
			if other, there := data[key]; there && known(key) && !slices.Contains(own, key) && !Equal(value, other) {
				differ = append(differ, key)
			}
		}
		for key := range data {
			if _, there := body[key]; !there && known(key) {
				differ = append(differ, key)
			}
		}
		slices.Sort(differ)
		if f.OK = len(differ) == 0; !f.OK {
			f.Actual = "both, but not equal in " + strings.Join(slices.Compact(differ), ", ")
		}
	}
	return []Finding{f}
}

// timestamps checks that the members which the document calls date-time are times on a real day,
// which the validator of the schemas does not see.
func (s *Surface) timestamps(e *Exchange) []Finding {
	f := Finding{Kind: "timestamp.calendar", Level: scenarios.Should, OK: true, Source: e.Place() + " format date-time, RFC 3339",
		Requirement: "Every date-time is a time with an offset on a day that the calendar has."}
	seen, wrong := 0, ""
	path, found := s.walkAnswer(e, func(member *outline, value any) bool {
		text, ok := value.(string)
		if member.format != "date-time" || !ok {
			return false
		}
		seen++
		_, err := time.Parse(time.RFC3339, text)
		wrong = text
		return err != nil || strings.Contains(text, ",") // which time.Parse accepts as a decimal point
	})
	if found {
		f.OK, f.Expected, f.Actual = false, "such as 2026-02-12T08:30:00+00:00", path+" is "+Render(wrong)
	}
	if seen == 0 {
		return nil
	}
	return []Finding{f}
}
