package conformance_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance"
	"oauthmock/conformance/report"
	"oauthmock/scenarios"
	"oauthmock/spec"
)

// An API that the suite does not know: its document, which says how its answers are wrapped, and a
// scenario for each operation.
const (
	toyDocument = `
openapi: 3.0.3
info: {title: Toy, version: "1"}
x-envelope: {data: result, code: fault.code, message: fault.text, success: {ok: true}, failure: {ok: false}}
paths:
  /things:
    get:
      operationId: toy.list
      responses:
        "200": {description: all, content: {application/json: {schema: {type: object, properties: {ok: {enum: [true]}, result: {type: array, items: {type: string}}}}}}}
        "401": {description: no key, content: {application/json: {schema: {type: object}, example: {ok: false, fault: {code: no_key, text: Bring a key}}}}}
  /things/{name}:
    delete:
      operationId: toy.delete
      parameters: [{name: name, in: path, required: true, schema: {type: string}}]
      responses: {"204": {description: gone}}
  /login:
    get: {operationId: toy.page, responses: {"200": {description: the form, content: {text/html: {}}}}}
    post: {operationId: toy.login, responses: {"302": {description: signed in}}}
`
	toyScenarios = `
version: "1.0"
scenarios:
  - {id: toy/things, title: t, level: MUST, requirement: r, source: s, quote: Bring a key, covers: [toy GET /things 401 no_key], steps: [
      {name: list, call: toy.list, headers: {X-Key: sesame}, expect: {status: 200, data: {$: [a, b]}}},
      {name: without a key, call: toy GET /things, expect: {status: 401, code: no_key, message: Bring a key}},
      {name: delete, call: toy.delete, path: {name: a}, headers: {X-Key: sesame}, expect: {status: 204, empty: true}}]}
  - {id: toy/login, title: t, level: MUST, requirement: r, source: s, quote: the form, steps: [
      {name: read, call: toy.page, expect: {status: 200, html: {title: Sign in, text: {contains: who are you}, forms: {login: [user, csrf]}}}},
      {name: sign in, follow: {form: login, fields: {user: johndoe}}, expect: {status: 302, redirect: {to: https://example.com/cb, query: {code: {matches: "[0-9]+"}}}},
        capture: {code: $.query.code}},
      {name: come back, call: toy.page, query: {code: "${code}"}, expect: {status: 200}}]}
`
)

// toy is the API; a lie changes one thing.
func toy(lie string) http.HandlerFunc {
	or := func(name, lying, honest string) string {
		if lie == name {
			return lying
		}
		return honest
	}
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch key := r.Header.Get("X-Key") == "sesame" || lie == "anybody"; {
		case r.URL.Path == "/things" && key:
			fmt.Fprint(w, or("list", `{"ok":true,"result":["a"]}`, or("envelope", `{"result":["a","b"]}`, `{"ok":true,"result":["a","b"]}`)))
		case r.Method == http.MethodDelete && key:
			w.WriteHeader(http.StatusNoContent)
		case r.URL.Path == "/login" && r.Method == http.MethodGet:
			http.SetCookie(w, &http.Cookie{Name: "session", Value: "1234567", Secure: true})
			w.Header().Set("Content-Type", or("plain", "text/plain", "text/html; charset=utf-8"))
			fmt.Fprintf(w, `<title>%s</title><form id=login method=post>who are you? <input name=%s><input type=hidden name=csrf value=xyz></form>`,
				or("title", "Welcome", "Sign in"), or("field", "name", "user"))
		case r.URL.Path == "/login" && r.FormValue("user") == "johndoe" && r.FormValue("csrf") == "xyz" && r.Header.Get("Cookie") == "session=1234567":
			w.Header().Set("Location", or("elsewhere", "https://example.org/cb?code=1", or("code", "https://example.com/cb", "https://example.com/cb?code=1")))
			w.WriteHeader(http.StatusFound)
		default:
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, or("message", `{"ok":false,"fault":{"code":"no_key","text":"Go away"}}`, `{"ok":false,"fault":{"code":"no_key","text":"Bring a key"}}`))
		}
	}
}

func judgeToy(t *testing.T, handler http.Handler) report.Report {
	t.Helper()
	document := spec.NewDocument("toy", []byte(toyDocument), nil)
	files := fstest.MapFS{"toy.yaml": {Data: []byte(toyScenarios)}}
	list, err := scenarios.Load(files, document)
	require.NoError(t, err)
	problems, err := scenarios.Lint(list, document)
	require.NoError(t, err)
	require.Empty(t, problems)
	server := httptest.NewServer(handler)
	defer server.Close()
	return run(t, conformance.Target{BaseURL: server.URL, Surface: "toy"}, conformance.Options{Files: files, Contracts: []conformance.Contract{{Document: document}}})
}

func TestAnAPIThatTheSuiteDoesNotKnowIsJudgedByAContractOfItsOwn(t *testing.T) {
	honest := judgeToy(t, toy(""))
	for _, result := range honest.Results {
		assert.Equal(t, report.Pass, result.Verdict, "%s: %s", result.ID, result.Reason)
	}
	assert.Equal(t, report.Covered{Covered: 4, Total: 4, Missing: []string{}}, honest.Coverage.Operations)
	assert.Equal(t, report.Covered{Covered: 1, Total: 1, Missing: []string{}}, honest.Coverage.Refusals)
	assert.Equal(t, report.Covered{Covered: 5, Total: 5, Missing: []string{}}, honest.Coverage.Statuses)

	lies := map[string]string{
		"list": "list/data/$", "envelope": "list/envelope.success", "anybody": "without a key/http.status", "message": "without a key/refusal.message",
		"plain": "read/http.content-type", "title": "read/html/title", "field": "read/html/form.login",
		"elsewhere": "sign in/redirect/to", "code": "sign in/redirect/query.code",
	}
	for lie, want := range lies {
		t.Run(lie, func(t *testing.T) {
			var failed []string
			for _, result := range judgeToy(t, toy(lie)).Results {
				for _, a := range result.Assertions {
					if a.Verdict == report.Fail {
						failed = append(failed, a.ID)
					}
				}
			}
			assert.Contains(t, failed, want)
		})
	}
	t.Run("a body where none is documented", func(t *testing.T) {
		out := judgeToy(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodDelete {
				fmt.Fprint(w, "{}") // and 200 instead of 204
				return
			}
			toy("")(w, r)
		}))
		i := slices.IndexFunc(out.Results, func(r report.Result) bool { return r.ID == "toy/things" })
		assert.Equal(t, report.Fail, out.Results[i].Verdict)
		assert.True(t, strings.HasPrefix(out.Results[i].Reason, "delete/"), out.Results[i].Reason)
	})
}
