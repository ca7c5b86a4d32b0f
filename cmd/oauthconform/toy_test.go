package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/command"
	"oauthmock/mockserver/surface"
)

// toy is an API that nobody else knows, with an envelope, paths and a credential of its own: POST /toy/do:greet answers with JSON,
// GET /toy/do:page with HTML, GET /toy/do:go with a redirect, DELETE /toy/do:greet with 204.
func toy() surface.Surface {
	operation := func(name, method, path string, answer surface.Answer) surface.Operation {
		return surface.Operation{
			Name: "toy." + name, Method: method, Path: path,
			Authenticate: func(c *surface.Call) account.Reason {
				if c.Request.Header.Get("X-Toy") != "let-me-in" || !c.Accept(account.Identity{ID: "demo"}) {
					return surface.CredentialsInvalid
				}
				c.Exchange.Auth = "toy-header"
				return ""
			},
			Handle: func(*surface.Call) (surface.Answer, account.Receipt, error) { return answer, account.Receipt{}, nil },
		}
	}
	operations := []surface.Operation{
		operation("greet", "POST", "/toy/do:greet", surface.Answer{ContentType: surface.JSON, Body: surface.Text(`{"toy":{"greeting":"hello"}}`)}),
		operation("page", "GET", "/toy/do:page", surface.Answer{ContentType: "text/html; charset=utf-8", Body: surface.Text(`<title>Toy</title><form action="/toy/do:greet" method="post"><button name="go">Go</button></form>`)}),
		operation("go", "GET", "/toy/do:go", surface.Answer{Status: 302, Header: []surface.Field{{Name: "Location", Value: "/toy/do:page"}}}),
		operation("drop", "DELETE", "/toy/do:greet", surface.Answer{Status: 204}),
	}
	return surface.Surface{
		Description: surface.Description{Name: "toy", Prefix: "/toy", Whole: true, Auth: []string{"toy-header"}, Operations: operations},
		Match: func(c *surface.Call) string {
			for _, o := range operations {
				if o.Method == c.Request.Method && strings.EqualFold(o.Path, c.Exchange.Path) {
					return o.Name
				}
			}
			return ""
		},
		Failure: func(_ *surface.Call, r surface.Refusal) surface.Answer {
			return surface.Answer{ContentType: surface.JSON, Body: surface.Text(fmt.Sprintf(`{"toy_error":{"number":%s,"text":%q}}`, r.Code, r.Text()))}
		},
	}
}

func TestASurfaceGivenToNewAppearsEverywhere(t *testing.T) {
	mock, err := mockserver.New(mockserver.WithSurface(toy()))
	require.NoError(t, err)
	server := httptest.NewServer(mock.Handler())
	defer server.Close()
	ask := func(method, path, body string) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, strings.NewReader(body))
		require.NoError(t, err)
		r.Header.Set("X-Toy", "let-me-in")
		r.Header.Set("Content-Type", "application/json")
		answer, err := http.DefaultTransport.RoundTrip(r)
		require.NoError(t, err)
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		return answer.StatusCode, string(text)
	}
	for _, call := range []struct {
		method, path string
		status       int
		body         string
	}{
		{"POST", "/toy/DO:greet", 200, `{"toy":{"greeting":"hello"}}`}, {"GET", "/toy/do:page", 200, "<title>Toy</title>"},
		{"GET", "/toy/do:go", 302, ""}, {"DELETE", "/toy/do:greet", 204, ""}, {"GET", "/toy/do:gret", 404, `{"toy_error":{"number":404,"text":"Not Found"}}`},
	} {
		status, body := ask(call.method, call.path, "")
		assert.Equal(t, call.status, status, call.path)
		assert.Contains(t, body, call.body)
	}
	for path, contains := range map[string][]string{
		"/metrics": {`oauthmock_requests_total{surface="toy",operation="toy.go",status="302"} 1`},
		"/__admin/requests?surface=toy&operation=toy.drop": {`"auth":"toy-header"`, `"account":"demo"`},
		"/__admin/requests/1":                              {"is the operation toy.greet of surface toy", "known by toy-header as account demo"},
		"/__admin/requests/5":                              {"POST /toy/do:greet (toy.greet) came near"},
		"/__admin/coverage":                                {`"covered":4`},
		"/__admin/endpoints":                               {`"toy":"` + server.URL + `"`},
	} {
		_, body := ask("GET", path, "")
		for _, part := range contains {
			assert.Contains(t, body, part, path)
		}
	}
	_, verified := ask("POST", "/__admin/verify", `{"match":{"operation":"toy.greet","auth":"toy-header"},"exactly":1}`)
	assert.Contains(t, verified, `"satisfied":true`)
	ask("POST", "/__admin/faults", `{"name":"busy","match":{"surface":"toy","operation":"toy.p*"},"effect":{"kind":"refusal","code":429}}`)
	status, body := ask("GET", "/toy/do:page", "")
	assert.Equal(t, 429, status)
	assert.Equal(t, `{"toy_error":{"number":429,"text":"Too Many Requests"}}`, body)
	var out, errs bytes.Buffer
	require.Zero(t, command.Run(t.Context(), []string{"coverage", "--url", server.URL}, func(string) string { return "" }, &out, &errs), errs.String())
	assert.Contains(t, out.String(), "token.create")
	assert.NotContains(t, out.String(), "toy.", "which was met")
}
