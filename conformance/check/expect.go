package check

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"oauthmock/scenarios"
)

// Want is one place of an answer and what must be there, with variables replaced.
type Want struct {
	// Name is the place as the scenario writes it, which is part of the assertion's id; Path is the
	// same without variables.
	Name, Path string
	Matcher    scenarios.Matcher
}

// Wants are what a step expects beyond status, code and message, each in the order of the file.
type Wants struct {
	Headers, Data, Body []Want
	Redirect            *WantRedirect
	Page                *WantPage
}

// Expected checks an answer against what a step expects: status, code, message and levels of expect
// (with variables replaced), and the wants. level is the scenario's; of a refusal that nobody
// documents, only that it is a refusal has this level (see Open). If the status is wrong nothing
// else is checked: the rest would only repeat it.
func Expected(expect scenarios.Expect, wants Wants, e *Exchange, level scenarios.Level) []Finding {
	if expect.Level != "" {
		level = expect.Level
	}
	var findings []Finding
	wording := level // of code, message and members
	all, some := e.Surface.open(e.Operation, &expect)
	if some {
		wording = scenarios.Observe
	}
	switch {
	case all:
		findings = refused(expect, e, level)
	case len(expect.Status) > 0:
		findings = []Finding{Status(expect.Status, e, level, expect.LineOf("status"))}
	}
	if slices.ContainsFunc(findings, func(f Finding) bool { return !f.OK }) {
		return findings
	}
	at := e.Surface.envelope
	codePlace, messagePlace := e.refusalPlaces()
	if expect.Has("code") {
		code, _, there := e.Refusal()
		f := Finding{Kind: "refusal.code", Level: wording, OK: there && Equal(code, expect.Code), Line: expect.LineOf("code"),
			Expected: at.Code + ": " + Render(expect.Code), Actual: "no `" + at.Code + "` in the body", Places: codePlace}
		if there {
			f.Actual = at.Code + ": " + Render(code)
		}
		findings = append(findings, f)
	}
	if expect.Message != nil {
		f := Finding{Kind: "refusal.message", Level: wording, Line: expect.LineOf("message"),
			Expected: at.Message + ": " + Render(*expect.Message), Actual: "no `" + at.Message + "` in the body", Places: messagePlace}
		if message, there := at.MessageOf(e.value); there {
			f.OK, f.Actual = Equal(message, *expect.Message), at.Message+": "+Render(message)
		}
		findings = append(findings, f)
	}
	if expect.Empty {
		findings = append(findings, Finding{Kind: "empty", Level: level, OK: len(e.Body) == 0, Line: expect.LineOf("empty"),
			Expected: "no body", Actual: fmt.Sprintf("%d bytes", len(e.Body))})
	}
	if wants.Redirect != nil {
		findings = append(findings, wants.Redirect.findings(e, level)...)
	}
	if wants.Page != nil {
		findings = append(findings, wants.Page.findings(e, level)...)
	}
	findings = append(findings, headers(wants.Headers, e.Header, level)...)
	if e.Refused(&expect) {
		return findings // the expected members are those of a success
	}
	payload, there := e.Payload()
	data, body := At("data", wants.Data, payload, there, wording), At("body", wants.Body, e.value, e.problem == nil, wording)
	locate(data, wants.Data, e.payloadPlace())
	locate(body, wants.Body, "$")
	return slices.Concat(findings, data, body)
}

// locate makes the paths of findings, which are relative to what was checked, start at the body's
// root.
func locate(findings []Finding, wants []Want, root string) {
	for i := range findings {
		f := &findings[i]
		if f.OK || root == "" {
			f.Places = nil
			continue
		}
		at := root + strings.TrimPrefix(wants[i].Path, "$")
		if len(f.Places) == 0 {
			f.Places = []string{at}
			continue
		}
		for j := range f.Places {
			f.Places[j] = at + f.Places[j]
		}
	}
}

// Status checks the HTTP status alone.
func Status(allowed scenarios.Statuses, e *Exchange, level scenarios.Level, line int) Finding {
	var names []string
	for _, status := range allowed {
		names = append(names, fmt.Sprint(status))
	}
	f := Finding{Kind: "http.status", Level: level, OK: slices.Contains(allowed, e.Status), Line: line,
		Expected: "status " + strings.Join(names, " or "), Actual: fmt.Sprintf("status %d", e.Status)}
	if code, message, ok := e.Refusal(); !f.OK && ok && code != nil {
		f.Actual += fmt.Sprintf(" (error %s, %s)", Render(code), Render(message))
	}
	return f
}

func headers(wants []Want, got http.Header, level scenarios.Level) []Finding {
	var findings []Finding
	for _, want := range wants {
		if pattern, ok := scenarios.HeaderPattern(want.Path); ok {
			findings = append(findings, anyHeader(want, pattern, got, level))
			continue
		}
		values := got.Values(want.Path)
		var value any
		if len(values) > 0 {
			value = strings.Join(values, ", ")
		}
		findings = append(findings, finding("header", want.Name, want.Matcher, value, len(values) > 0, level))
	}
	return findings
}

// anyHeader is satisfied by one header whose name fits a pattern.
func anyHeader(want Want, pattern *regexp.Regexp, got http.Header, level scenarios.Level) Finding {
	result := finding("header", want.Name, want.Matcher, nil, false, level)
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if !pattern.MatchString(name) {
			continue
		}
		if result = finding("header", want.Name, want.Matcher, strings.Join(got[name], ", "), true, level); result.OK {
			break
		}
	}
	return result
}

// At holds the places of a value that JSONPaths lead to against matchers. there is false when there
// is no such value at all.
func At(kind string, wants []Want, value any, there bool, level scenarios.Level) []Finding {
	var findings []Finding
	for _, want := range wants {
		if !there {
			findings = append(findings, finding(kind, want.Name, want.Matcher, nil, false, level))
			continue
		}
		selected, err := Select(want.Path, value)
		if err != nil {
			f := finding(kind, want.Name, want.Matcher, nil, false, level)
			f.OK, f.Actual = false, err.Error()
			findings = append(findings, f)
			continue
		}
		if list, ok := selected.Value.([]any); ok && selected.Many && len(list) == 0 && want.Matcher.Has("exists") {
			selected.Found = false
		}
		findings = append(findings, finding(kind, want.Name, want.Matcher, selected.Value, selected.Found, level))
	}
	return findings
}

func finding(kind, path string, m scenarios.Matcher, value any, found bool, level scenarios.Level) Finding {
	if m.Level != "" {
		level = m.Level
	}
	f := Finding{Kind: kind, Path: path, Level: level, Line: m.LineOf(""), Expected: describe(m), Actual: "nothing there"}
	if found {
		f.Actual = Render(value)
	}
	if missed := Match(m, value, found); missed != "" {
		f.Expected = missed
		if found {
			f.Differences, f.Places = differ(m, value)
		}
	} else {
		f.OK = true
	}
	return f
}

// Value holds one value against a matcher, as compare steps do.
func Value(path string, m scenarios.Matcher, value any, level scenarios.Level) Finding {
	return finding("compare", path, m, value, true, level)
}
