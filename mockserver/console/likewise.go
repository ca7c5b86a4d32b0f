package console

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"gopkg.in/yaml.v3"
)

// failNext is a fault rule by which the next call of an entry's kind fails, in JSON; "" where no
// rule can name it.
func failNext(e *entry) string {
	if e.Kind == "callback" || e.Request.Method == "" {
		return ""
	}
	return indented(map[string]any{
		"name": "console-" + e.ID, "match": likeness(e), "when": map[string]any{"first": 1}, "where": "before",
		"effect": map[string]any{"kind": "status", "status": http.StatusServiceUnavailable},
	})
}

// likeness returns what matches calls like an entry: by operation, otherwise by method and path.
func likeness(e *entry) map[string]any {
	match := map[string]any{}
	if e.Operation != "" {
		match["operation"] = e.Operation
	} else {
		path, _ := e.path()
		match["method"], match["path"] = e.Request.Method, path
	}
	if e.Account != "" {
		match["account"] = e.Account
	}
	return match
}

// expected is the expectation that a call of an entry's kind came, in JSON, as POST /__admin/verify
// takes it.
func expected(e *entry) string {
	match := likeness(e)
	if e.Kind == "callback" {
		match = map[string]any{"kind": "callback"}
	}
	delete(match, "account")
	if e.Response.Status > 0 {
		match["status"] = e.Response.Status
	}
	out := map[string]any{"match": match, "atLeast": 1}
	if e.Account != "" {
		out["account"] = e.Account
	}
	return indented(out)
}

func indented(v any) string {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil { // texts and numbers can be encoded
		return ""
	}
	return string(text)
}

// scenarioOf answers with a scenario that sends an entry's request, and expects its answer: a file
// to keep, and to complete where the journal kept no credential.
func scenarioOf(v *visit) (templ.Component, error) {
	e, err := v.entry()
	if err != nil {
		return nil, err
	}
	if e.Operation == "" || e.Kind == "callback" {
		return problemPage(v.frame("No scenario", "/requests"), "Only a call of an operation can be a scenario.", "Request "+e.ID+" is none."), nil
	}
	text, err := yaml.Marshal(scenarioFile(e))
	if err != nil {
		return nil, err
	}
	harden(v.w.Header())
	v.w.Header().Set("Content-Type", "application/yaml")
	v.w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", "request-"+e.ID+".yaml"))
	_, _ = v.w.Write(text) // the browser left, and nobody is there to be told
	return nil, nil
}

// scenarioFile is a scenario file with one step.
func scenarioFile(e *entry) any {
	step := map[string]any{"name": "send request " + e.ID + " again", "call": call(e)}
	path := map[string]any{}
	if e.Explanation.Matched != nil {
		sent, _ := e.path()
		values, names := strings.Split(sent, "/"), strings.Split(e.Explanation.Matched.Path, "/")
		for i, name := range names {
			value := ""
			if offset := len(values) - len(names); offset+i >= 0 && offset+i < len(values) {
				value = values[offset+i]
			}
			if inner, ok := strings.CutPrefix(name, "{"); ok {
				path[strings.TrimSuffix(inner, "}")] = secret().ReplaceAllString(value, "$${token}")
			}
		}
	}
	if len(path) > 0 {
		step["path"] = path
	}
	var body any
	if json.Unmarshal([]byte(e.Request.Body), &body) == nil && body != nil {
		step["body"] = body
	}
	expect := map[string]any{"status": e.Response.Status}
	if code := e.code(); code != "" {
		expect["code"] = code
		if n, err := strconv.Atoi(code); err == nil {
			expect["code"] = n
		}
	}
	step["expect"] = expect
	return map[string]any{
		"version": "1.0",
		"scenarios": []any{map[string]any{
			"id": "recorded/request-" + e.ID, "title": "Request " + e.ID + ", recorded", "level": "OBSERVE",
			"requirement": "Say here what must be so.", "source": "assumed: recorded from a mock", "steps": []any{step},
		}},
	}
}

// call names an operation as scenarios do: outside v2 with the surface before it, or by method and
// path.
func call(e *entry) string {
	if e.Surface == "services" {
		path, _ := e.path()
		return e.Request.Method + " " + path
	}
	return e.Operation
}
