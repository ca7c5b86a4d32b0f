package scenarios

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"
)

func (v *validator) expect(step *Step) {
	e := &step.Expect
	v.level(e.LineOf("level"), e.Level)
	for _, key := range []string{"status", "code", "message", "redirect", "html", "empty", "headers", "data", "body", "items"} {
		if e.Has(key) {
			v.asserts = true
		}
	}
	if e.Has("code") {
		switch e.Code.(type) {
		case nil, string, json.Number:
		default:
			v.problem(e.LineOf("code"), "code must be a number, text or null")
		}
		v.texts(e.LineOf("code"), e.Code)
	}
	if e.Message != nil {
		v.texts(e.LineOf("message"), *e.Message)
	}
	if e.Has("items") && step.Walk == nil {
		v.problem(e.LineOf("items"), "expect.items belongs to a step with walk; use expect.data")
	}
	if !step.Has("receive") && !e.Has("status") && len(step.Outcomes) == 0 && (len(e.Data) > 0 || len(step.Capture) > 0 || len(e.Items) > 0 || e.Has("code")) {
		v.problem(step.Line, "step %q: expect.status is missing; without it a refusal would be read as data", step.Name)
	}
	v.browsing(e)
	for _, name := range sortedKeys(e.Headers) {
		matcher := e.Headers[name]
		if _, ok := HeaderPattern(name); strings.HasPrefix(name, "/") && !ok {
			v.problem(matcher.LineOf(""), "headers: %q is no pattern of a header's name such as /(?i).*retry.*/", name)
		}
		v.matcher(&matcher, name)
	}
	for _, table := range []map[string]Matcher{e.Data, e.Body, e.Items} {
		for _, path := range sortedKeys(table) {
			matcher := table[path]
			v.jsonPath(matcher.LineOf(""), path)
			v.matcher(&matcher, path)
		}
	}
}

// matcher checks that a matcher asks for something, and for something that can be.
func (v *validator) matcher(m *Matcher, what string) {
	asks := false
	for key := range m.Keys() {
		asks = asks || key != "level" && key != "plus" && key != "within"
	}
	if !asks {
		v.problem(m.LineOf(""), "%s: the matcher asks for nothing; give it equals, matches, type, exists or the like", what)
	}
	v.level(m.LineOf("level"), m.Level)
	if m.Has("matches") && !hasVariables(m.Matches) {
		if _, err := regexp.Compile(m.Matches); err != nil {
			v.problem(m.LineOf("matches"), "%s: matches: %v", what, err)
		}
	}
	if m.Has("type") {
		v.oneOf(m.LineOf("type"), "type", m.Type, "string", "number", "integer", "boolean", "array", "object", "null")
	}
	if m.Has("format") {
		v.oneOf(m.LineOf("format"), "format", m.Format, "id", "transaction-id", "timestamp", "scope", "ip")
	}
	if m.Has("sorted") {
		v.oneOf(m.LineOf("sorted"), "sorted", m.Sorted, "ascending", "descending")
	}
	if m.Has("unique") && !m.Unique {
		v.problem(m.LineOf("unique"), "%s: unique: false asks for nothing; leave it out", what)
	}
	if m.Has("oneOf") && len(m.OneOf) == 0 {
		v.problem(m.LineOf("oneOf"), "%s: oneOf has no values", what)
	}
	movable := []string{"equals", "gt", "gte", "lt", "lte", "length", "minLength", "maxLength", "sum"}
	if m.Has("plus") && !slices.ContainsFunc(movable, m.Has) {
		v.problem(m.LineOf("plus"), "%s: plus moves %s; none of them is there", what, strings.Join(movable, ", "))
	}
	if m.Has("within") && !m.Has("equals") {
		v.problem(m.LineOf("within"), "%s: within says how far the value may be from equals, which is missing", what)
	}
	v.operands(m, what)
	for _, value := range []any{m.Equals, m.Not, m.OneOf, m.Matches, m.Length, m.MinLength, m.MaxLength, m.Gt, m.Gte, m.Lt, m.Lte,
		m.Contains, m.ContainsNot, m.SameElements, m.Sum, m.Plus, m.Within} {
		v.texts(m.LineOf(""), value)
	}
	if m.Each != nil {
		v.matcher(m.Each, what+" each")
	}
}

// operands checks what needs a number, a duration, a timestamp or a list; a text with variables may
// become any of them.
func (v *validator) operands(m *Matcher, what string) {
	check := func(key string, value any, right string, ok func(any) bool) {
		if text, isText := value.(string); m.Has(key) && !ok(value) && !(isText && hasVariables(text)) {
			v.problem(m.LineOf(key), "%s: %s must be %s, not %s", what, key, right, Text(value))
		}
	}
	for key, value := range map[string]any{"length": m.Length, "minLength": m.MinLength, "maxLength": m.MaxLength} {
		check(key, value, "a whole number", isCount)
	}
	for key, value := range map[string]any{"gt": m.Gt, "gte": m.Gte, "lt": m.Lt, "lte": m.Lte} {
		check(key, value, "a number or a timestamp", func(value any) bool { return isNumber(value) || isTimestamp(value) })
	}
	for key, value := range map[string]any{"plus": m.Plus, "within": m.Within} {
		check(key, value, "a number or a duration such as 90s", func(value any) bool { return isNumber(value) || isDuration(value) })
	}
	check("sum", m.Sum, "a number", isNumber)
	check("sameElements", m.SameElements, "a list", func(value any) bool { _, ok := value.([]any); return ok })
}

func isCount(value any) bool {
	number, ok := value.(json.Number)
	if !ok {
		return false
	}
	n, err := number.Int64()
	return err == nil && n >= 0
}

func isNumber(value any) bool {
	_, ok := value.(json.Number)
	return ok
}

func isTimestamp(value any) bool {
	text, ok := value.(string)
	if !ok {
		return false
	}
	_, err := time.Parse(time.RFC3339, text)
	return err == nil
}

func isDuration(value any) bool {
	text, ok := value.(string)
	if !ok {
		return false
	}
	_, err := time.ParseDuration(text)
	return err == nil
}
