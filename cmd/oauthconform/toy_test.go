package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance"
	"oauthmock/conformance/contract"
	"oauthmock/mockserver"
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/command"
	"oauthmock/mockserver/surface"
	"oauthmock/scenarios"
	"oauthmock/spec"
)

// A fifth API, with an envelope, paths and a credential of its own: its document, and a scenario
// for each operation.
const (
	toyDocument = `
openapi: 3.0.3
info: {title: Toy, version: "1"}
x-envelope: {data: toy, code: fault.code, message: fault.text, success: {ok: true}, failure: {ok: false}}
paths:
  /toy/do:greet:
    post:
      operationId: toy.greet
      responses:
        "200": {description: hello, content: {application/json: {schema: {type: object, properties: {ok: {enum: [true]}, toy: {type: string}}}}}}
        "401": {description: who, content: {application/json: {schema: {type: object}, example: {ok: false, fault: {code: 401, text: Unauthorized}}}}}
    delete: {operationId: toy.drop, responses: {"204": {description: gone}}}
  /toy/do:page:
    get: {operationId: toy.page, responses: {"200": {description: a page, content: {text/html: {}}}}}
  /toy/do:go:
    get: {operationId: toy.go, responses: {"302": {description: to the page}}}
`
	toyScenarios = `
version: "1.0"
scenarios:
  - {id: toy/all, title: t, level: MUST, requirement: r, source: s, covers: [toy POST /toy/do:greet 401 401], steps: [
      {name: stranger, call: toy.greet, expect: {status: 401, code: 401, message: Unauthorized}},
      {name: greet, call: toy.greet, headers: {X-Toy: sesame}, expect: {status: 200, data: {$: hello}}},
      {name: go, call: toy GET /toy/do:go, headers: {X-Toy: sesame}, expect: {status: 302, redirect: {to: {matches: "http://.*/toy/do:page"}}}},
      {name: page, call: toy.page, headers: {X-Toy: sesame}, expect: {status: 200, html: {title: Toy}}},
      {name: drop, call: toy.drop, headers: {X-Toy: sesame}, expect: {status: 204, empty: true}}]}
`
)

// toy is the API: paths in any case, and everybody who says sesame is the demo account.
func toy(document *spec.Document) surface.Surface {
	operation := func(name, method, path string, answer surface.Answer) surface.Operation {
		return surface.Operation{
			Name: "toy." + name, Method: method, Path: path,
			Authenticate: func(c *surface.Call) account.Reason {
				if c.Request.Header.Get("X-Toy") != "sesame" || !c.Accept(account.Identity{ID: "demo"}) {
					return surface.CredentialsInvalid
				}
				c.Exchange.Auth = "password"
				return ""
			},
			Handle: func(*surface.Call) (surface.Answer, account.Receipt, error) { return answer, account.Receipt{}, nil },
		}
	}
	operations := []surface.Operation{
		operation("greet", "POST", "/toy/do:greet", surface.Answer{ContentType: surface.JSON, Body: surface.Text(`{"ok":true,"toy":"hello"}`)}),
		operation("page", "GET", "/toy/do:page", surface.Answer{ContentType: "text/html; charset=utf-8", Body: surface.Text(`<title>Toy</title>`)}),
		operation("go", "GET", "/toy/do:go", surface.Answer{Status: 302, Header: []surface.Field{{Name: "Location", Value: "/toy/do:page"}}}),
		operation("drop", "DELETE", "/toy/do:greet", surface.Answer{Status: 204}),
	}
	return surface.Surface{
		Description: surface.Description{Name: "toy", Prefix: "/toy", Whole: true, Auth: []string{"password"}, Document: document, Operations: operations},
		Match: func(c *surface.Call) string {
			for _, o := range operations {
				if o.Method == c.Request.Method && strings.EqualFold(o.Path, c.Exchange.Path) {
					return o.Name
				}
			}
			return ""
		},
		Failure: func(_ *surface.Call, r surface.Refusal) surface.Answer {
			return surface.Answer{ContentType: surface.JSON, Body: surface.Text(fmt.Sprintf(`{"ok":false,"fault":{"code":%s,"text":%q}}`, r.Code, r.Text()))}
		},
	}
}

// TestAnAPIIsServedAndJudgedByOneValueEach gives a surface to New and its contract to the judge,
// and finds it everywhere else.
func TestAnAPIIsServedAndJudgedByOneValueEach(t *testing.T) {
	document := spec.NewDocument("toy", []byte(toyDocument), nil)
	mock, err := mockserver.New(mockserver.WithSurface(toy(document)))
	require.NoError(t, err)
	server := httptest.NewServer(mock.Handler())
	defer server.Close()
	ask := func(method, path, body string) string {
		r, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, strings.NewReader(body))
		require.NoError(t, err)
		r.Header = http.Header{"X-Toy": {"sesame"}, "Content-Type": {"application/json"}}
		answer, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		text, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		return string(text)
	}
	list, err := scenarios.Load(fstest.MapFS{"toy.yaml": {Data: []byte(toyScenarios)}}, document)
	require.NoError(t, err)
	report, err := conformance.Run(t.Context(), conformance.Target{BaseURL: server.URL, Surface: "toy"},
		conformance.Options{Scenarios: list, Contracts: []contract.Contract{{Document: document}}})
	require.NoError(t, err)
	assert.Equal(t, "PASS", string(report.Results[0].Verdict), report.Results[0].Reason)
	assert.Equal(t, 4, report.Coverage.Operations.Covered)

	assert.Equal(t, `{"ok":false,"fault":{"code":404,"text":"Not Found"}}`, ask("GET", "/toy/do:gret", ""))
	for path, part := range map[string]string{
		"/metrics": `oauthmock_requests_total{surface="toy",operation="toy.go",status="302"} 1`,
		"/__admin/requests?surface=toy&operation=toy.drop&method=DELETE": `"auth":"password"`,
		"/__admin/requests/2": "is the operation toy.greet of surface toy",
		"/__admin/requests/6": "POST /toy/do:greet (toy.greet) came near",
		"/__admin/endpoints":  `"toy":"` + server.URL + `"`, "/__admin/openapi/toy.json": `"operationId":"toy.page"`,
	} {
		assert.Contains(t, ask("GET", path, ""), part, path)
	}
	assert.Contains(t, ask("POST", "/__admin/verify", `{"match":{"operation":"toy.greet","auth":"password"},"exactly":1}`), `"satisfied":true`)
	ask("POST", "/__admin/faults", `{"name":"busy","match":{"surface":"toy","operation":"toy.p*"},"effect":{"kind":"refusal","code":429}}`)
	assert.Equal(t, `{"ok":false,"fault":{"code":429,"text":"Too Many Requests"}}`, ask("GET", "/toy/do:page", ""))
	var out bytes.Buffer
	require.Zero(t, command.Run(t.Context(), []string{"coverage", "--url", server.URL}, func(string) string { return "" }, &out, &out), out.String())
	assert.Contains(t, out.String(), "token.create")
	assert.NotContains(t, out.String(), "toy", "all of it was met")
}
