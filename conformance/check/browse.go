package check

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"oauthmock/scenarios"
)

// WantRedirect is what a step expects of a redirect, with variables replaced.
type WantRedirect struct {
	// To is held against the address without its query; nil asks nothing. Query holds its members.
	To    *scenarios.Matcher
	Query []Want
}

// WantPage is what a step expects of a page, with variables replaced.
type WantPage struct {
	// Title and Text of the page; nil asks nothing.
	Title, Text *scenarios.Matcher
	// Forms that must be there, with the names of fields that they must have.
	Forms map[string][]string
	// Line in the scenario file.
	Line int
}

// findings holds a redirect against what is wanted of it.
func (w *WantRedirect) findings(e *Exchange, level scenarios.Level) []Finding {
	to := e.Redirect()
	var findings []Finding
	if w.To != nil {
		var address any
		if to != nil {
			address = withoutQuery(to)
		}
		findings = append(findings, finding("redirect", "to", *w.To, address, to != nil, level))
	}
	query := map[string]any{}
	if to != nil {
		query = queryValue(to)
	}
	for _, want := range w.Query {
		value, there := query[want.Path]
		findings = append(findings, finding("redirect", "query."+want.Name, want.Matcher, value, there, level))
	}
	return findings
}

// findings holds a page against what is wanted of it.
func (w *WantPage) findings(e *Exchange, level scenarios.Level) []Finding {
	page, there := e.page, e.page != nil
	if !there {
		page = &Page{}
	}
	var findings []Finding
	if w.Title != nil {
		findings = append(findings, finding("html", "title", *w.Title, page.Title, there, level))
	}
	if w.Text != nil {
		findings = append(findings, finding("html", "text", *w.Text, page.Text, there, level))
	}
	for _, which := range slices.Sorted(maps.Keys(w.Forms)) {
		form, ok := page.Form(which)
		f := Finding{Kind: "html", Path: "form." + which, Level: level, OK: ok, Line: w.Line, Expected: "a form " + Render(which), Actual: forms(page)}
		for _, field := range w.Forms[which] {
			if ok && !form.Has(field) {
				f.OK, f.Expected, f.Actual = false, "a field "+Render(field), "fields "+fieldNames(form)
			}
		}
		findings = append(findings, f)
	}
	return findings
}

// forms names the forms of a page.
func forms(page *Page) string {
	var names []string
	for i, form := range page.Forms {
		names = append(names, strings.TrimSpace(fmt.Sprintf("%d %s %s", i+1, form.ID, form.Name)))
	}
	if len(names) == 0 {
		return "no form"
	}
	return "forms " + strings.Join(names, ", ")
}

func fieldNames(form Form) string {
	var names []string
	for _, field := range form.Fields {
		names = append(names, field.Name)
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(slices.Compact(names), ", ")
}

func withoutQuery(u *url.URL) string {
	plain := *u
	plain.RawQuery, plain.ForceQuery = "", false
	return plain.String()
}

// queryValue is a query as matchers and paths see it: texts, and lists where a member comes several
// times.
func queryValue(u *url.URL) map[string]any {
	object := map[string]any{}
	for name, values := range u.Query() {
		if len(values) == 1 {
			object[name] = values[0]
			continue
		}
		list := make([]any, len(values))
		for i, value := range values {
			list[i] = value
		}
		object[name] = list
	}
	return object
}
