package conformance_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance"
	"oauthmock/conformance/contract"
	"oauthmock/conformance/report"
	"oauthmock/scenarios"
	"oauthmock/spec"
)

// ping is a surface with one operation, which a client's credentials or nothing at all open.
func ping() *spec.Document {
	return spec.NewDocument("ping", []byte(`
openapi: 3.0.3
info: {title: Ping, version: "1"}
paths:
  /ping:
    get: {operationId: ping.get, responses: {"200": {description: yes, content: {application/json: {schema: {type: object}}}}, "307": {description: there}}}
    post: {operationId: ping.post, responses: {"200": {description: yes, content: {application/json: {schema: {type: object}}}}}}
`), nil)
}

func pingSteps(t *testing.T, steps string) []scenarios.Scenario {
	t.Helper()
	list, err := scenarios.Load(fstest.MapFS{"x.yaml": {Data: []byte("version: \"1.0\"\nscenarios:\n" +
		"  - {id: ping/one, title: t, level: MUST, requirement: r, source: s, steps: [" + steps + "]}\n")}}, ping())
	require.NoError(t, err)
	return list
}

func pinged(t *testing.T, target conformance.Target, steps string) report.Result {
	t.Helper()
	out := run(t, target, conformance.Options{Scenarios: pingSteps(t, steps), Contracts: []contract.Contract{{Document: ping()}}})
	return out.Results[0]
}

const pingOnce = "{name: a, call: ping.get, expect: {status: 200}}"

// endpoints is a control API that names addresses, beside a server that answers all else.
func endpoints(named func(own string) string, answer http.HandlerFunc) *httptest.Server {
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch {
		case r.URL.Path == "/__admin/endpoints":
			fmt.Fprintf(w, `{"http":null,"surfaces":{"v2":%q,"v1":null,"ping":%q}}`, server.URL, named(server.URL))
		case strings.HasPrefix(r.URL.Path, "/__admin/accounts"):
			fmt.Fprint(w, `{"id":"1","email":"a@example.com","apiKey":"0123456789abcdef","environment":"production"}`)
		case strings.HasPrefix(r.URL.Path, "/__admin/"):
			fmt.Fprint(w, `{"now":"2026-02-12T08:30:00Z","limit":1,"enabled":false}`)
		default:
			answer(w, r)
		}
	}))
	return server
}

func TestTheAddressOfASurfaceIsGivenOrNamedByTheTargetOnItsOwnHost(t *testing.T) {
	paths := make(chan string, 8)
	answer := func(w http.ResponseWriter, r *http.Request) {
		paths <- r.URL.Path
		fmt.Fprint(w, `{}`)
	}
	elsewhere := "http://192.0.2.1/ping"
	for name, c := range map[string]struct {
		named string
		given bool
		want  string // the path that was asked, or the beginning of the reason why nothing was
	}{
		"named below the same host": {"OWN/deep", false, "/deep/ping"},
		"given, whatever is named":  {elsewhere, true, "/given/ping"},
		"named on another host":     {elsewhere, false, "no address of ping; give --base-url ping=URL (the target names " + elsewhere + ", which is on another host)"},
		"not named":                 {"", false, "no address of ping; give --base-url ping=URL"},
	} {
		t.Run(name, func(t *testing.T) {
			server := endpoints(func(own string) string { return strings.Replace(c.named, "OWN", own, 1) }, answer)
			defer server.Close()
			target := conformance.Target{BaseURL: server.URL, AdminURL: server.URL + "/__admin"}
			if c.given {
				target.Addresses = map[string]string{"ping": server.URL + "/given/"}
			}
			result := pinged(t, target, pingOnce)
			if strings.HasPrefix(c.want, "/") {
				assert.Equal(t, report.Pass, result.Verdict, result.Reason)
				assert.Equal(t, c.want, <-paths)
				return
			}
			assert.Equal(t, report.Skip, result.Verdict)
			assert.Equal(t, c.want, result.Reason)
		})
	}
}

func TestATargetWithoutAControlAPIIsSkippedWhereNobodySaidWhereItIs(t *testing.T) {
	target := conformance.Target{BaseURL: "http://127.0.0.1:1", Email: "a@example.com", APIKey: "0123456789abcdef"}
	result := pinged(t, target, pingOnce)
	assert.Equal(t, report.Skip, result.Verdict)
	assert.Equal(t, "no address of ping; give --base-url ping=URL", result.Reason)

	for want, target := range map[string]conformance.Target{
		`there is no surface "pong"`:              {BaseURL: "http://127.0.0.1:1", Addresses: map[string]string{"pong": "http://127.0.0.1:1"}, Email: "a@b", APIKey: "0123456789"},
		"the base URL of v2 is given twice":       {BaseURL: "http://127.0.0.1:1", Addresses: map[string]string{"v2": "http://127.0.0.1:1"}, Email: "a@b", APIKey: "0123456789"},
		`base URL "nowhere" is not a URL such as`: {BaseURL: "http://127.0.0.1:1", Addresses: map[string]string{"ping": "nowhere"}, Email: "a@b", APIKey: "0123456789"},
	} {
		_, err := conformance.Run(t.Context(), target, conformance.Options{Scenarios: pingSteps(t, pingOnce), Contracts: []contract.Contract{{Document: ping()}}})
		assert.ErrorContains(t, err, want)
	}
	_, err := conformance.Run(t.Context(), target, conformance.Options{Scenarios: pingSteps(t, pingOnce), Contracts: []contract.Contract{{Document: ping()}, {Document: ping()}}})
	assert.ErrorContains(t, err, "two contracts are called ping")
	_, err = conformance.Run(t.Context(), target, conformance.Options{Scenarios: pingSteps(t, pingOnce), Contracts: []contract.Contract{{Document: ping(), Lifecycle: contract.Lifecycle{Create: "ping.make"}}}})
	assert.ErrorContains(t, err, "contract ping: it speaks of the operation ping.make")
}

// What a step sends is seen by the server, and told back in the answer's data.
func TestAStepSendsFormsCookiesAndTheCredentialsOfClients(t *testing.T) {
	const client = `{id: "a:b c", secret: s%cret+1}`
	tests := map[string]struct{ members, header, body string }{
		"a form":                   {`form: {b: [x, "y z"], a: 1}`, "application/x-www-form-urlencoded", "a=1&b=x&b=y+z"},
		"a client by Basic":        {`auth: {client: ` + client + `}, form: {a: 1}`, "Basic YSUzQWIrYzpzJTI1Y3JldCUyQjE=", "a=1"},
		"a client in a form":       {`auth: {client: {id: "a:b c", secret: s%cret+1, in: body}}, form: {a: 1}`, "", "a=1&client_id=a%3Ab+c&client_secret=s%25cret%2B1"},
		"a client in an object":    {`auth: {client: {id: a, secret: sesame, in: body}}, body: {a: 1}`, "application/json", `{"a":1,"client_id":"a","client_secret":"sesame"}`},
		"a client in a body alone": {`auth: {client: {id: a, secret: sesame, in: body}}`, "application/x-www-form-urlencoded", `client_id=a&client_secret=sesame`},
		"cookies":                  {`cookies: {b: "2", a: "1"}`, "a=1; b=2", ""},
		"nothing that is not said": {`query: {a: 1}`, "", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var header http.Header
			var body string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				sent := new(strings.Builder)
				_ = r.Write(sent)
				header = r.Header
				_, body, _ = strings.Cut(sent.String(), "\r\n\r\n")
				w.Header().Set("Content-Type", "application/json")
				fmt.Fprint(w, `{}`)
			}))
			defer server.Close()
			result := pinged(t, conformance.Target{BaseURL: server.URL, Surface: "ping"}, "{name: a, call: ping.post, "+test.members+", expect: {status: 200}}")
			require.Equal(t, report.Pass, result.Verdict, result.Reason)
			assert.Equal(t, test.body, body)
			seen := []string{header.Get("Content-Type"), header.Get("Authorization"), header.Get("Cookie")}
			assert.Contains(t, seen, test.header)
			if !strings.Contains(test.members, "auth") || strings.Contains(test.members, "in: body") {
				assert.Empty(t, header.Get("Authorization"), "the account's credentials go only where the document asks for them")
			}
			for _, step := range result.Steps {
				assert.NotContains(t, step.Curl, "sesame")
				assert.NotContains(t, step.Curl, "s%25cret%2B1")
				assert.NotContains(t, step.Curl, "YSUzQWIrYzpzJTI1Y3JldCUyQjE=")
			}
		})
	}
}

func TestNothingIsFollowedUnasked(t *testing.T) {
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.URL.RequestURI())
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.RawQuery {
		case "elsewhere":
			http.Redirect(w, r, "https://example.com/cb", http.StatusTemporaryRedirect)
		case "":
			http.Redirect(w, r, "/ping?there", http.StatusTemporaryRedirect)
		default:
			fmt.Fprint(w, `{}`)
		}
	}))
	defer server.Close()
	target := conformance.Target{BaseURL: server.URL, Surface: "ping"}
	const first = "{name: a, call: ping.get, expect: {status: 307, redirect: {to: " + "\"${to}\"}}}"
	at := func(to string) string { return strings.Replace(first, "${to}", to, 1) }

	result := pinged(t, target, at(server.URL+"/ping"))
	assert.Equal(t, report.Pass, result.Verdict, result.Reason)
	assert.Equal(t, []string{"GET /ping"}, asked)

	asked = nil
	result = pinged(t, target, at(server.URL+"/ping")+", {name: b, follow: redirect, expect: {status: 200}}")
	assert.Equal(t, report.Pass, result.Verdict, result.Reason)
	assert.Equal(t, []string{"GET /ping", "GET /ping?there"}, asked)
	assert.Equal(t, "ping.get", result.Steps[1].Operation)

	asked = nil
	result = pinged(t, target, "{name: a, call: ping.get, rawQuery: elsewhere, expect: {status: 307}}, {name: b, follow: redirect, expect: {status: 200}}")
	assert.Equal(t, report.Fail, result.Verdict)
	assert.Equal(t, "b/follow: expected an address of the target, got it leads to https://example.com/cb", result.Reason)
	assert.Len(t, asked, 1)

	result = pinged(t, target, "{name: a, call: ping.get, rawQuery: x, expect: {status: 200}}, {name: b, follow: redirect, expect: {status: 200}}, {name: c, follow: {of: a, form: login}, expect: {status: 200}}")
	assert.Equal(t, "b/follow: expected a redirect with a Location, got status 200", result.Reason)
}

func TestTheControlAPIIsAlsoFoundAtTheRootOfTheHost(t *testing.T) {
	server := endpoints(func(string) string { return "" }, http.NotFound)
	defer server.Close()
	assert.Equal(t, server.URL+"/__admin", conformance.Discover(t.Context(), nil, server.URL+"/__v1"))
	assert.Equal(t, server.URL+"/__admin", conformance.Discover(t.Context(), nil, server.URL))
}

func TestWhatAScenarioMadeIsRemovedAsTheContractSays(t *testing.T) {
	document := spec.NewDocument("shop", []byte(`
openapi: 3.0.3
info: {title: Shop, version: "1"}
x-envelope: {data: thing}
paths:
  /things:
    get: {operationId: shop.list, responses: {"200": {description: names, content: {application/json: {schema: {type: object, properties: {thing: {type: array, items: {type: string}}}}}}}}}
    post: {operationId: shop.make, responses: {"201": {description: made, content: {application/json: {schema: {type: object, properties: {thing: {type: object, properties: {id: {type: string}}}}}}}}}}
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    post: {operationId: shop.swap, responses: {"200": {description: another, content: {application/json: {schema: {type: object, properties: {thing: {type: object, properties: {id: {type: string}}}}}}}}}}
    delete: {operationId: shop.drop, responses: {"204": {description: gone}}}
`), nil)
	own := conformance.Contract{
		Document:  document,
		Scopes:    contract.Scopes{List: "shop.list"},
		Lifecycle: contract.Lifecycle{Create: "shop.make", Undo: "shop.drop", Renew: "shop.swap", ID: "id"},
	}
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.URL.Path)
		w.Header().Set("Content-Type", "application/json")
		switch {
		case r.Method == http.MethodGet:
			fmt.Fprint(w, `{"thing":["GET:a.b/c"]}`)
		case r.Method == http.MethodDelete:
			w.WriteHeader(http.StatusNoContent)
		case r.URL.Path == "/things":
			w.WriteHeader(http.StatusCreated)
			fmt.Fprint(w, `{"thing":{"id":"first-thing"}}`)
		default:
			fmt.Fprint(w, `{"thing":{"id":"second-thing"}}`)
		}
	}))
	defer server.Close()
	out := run(t, conformance.Target{BaseURL: server.URL, Surface: "shop"}, conformance.Options{
		Contracts: []conformance.Contract{own},
		Files: fstest.MapFS{"shop.yaml": {Data: []byte(`{version: "1.0", scenarios: [{id: shop/swap, title: t, level: MUST, requirement: r, source: s, given: {tokens: [{as: one}]}, steps: [
  {name: swap, call: shop.swap, path: {id: "${one.id}"}, expect: {status: 200, data: {$.id: second-thing}}}]}]}`)}},
	})
	assert.Equal(t, report.Pass, out.Results[0].Verdict, out.Results[0].Reason)
	assert.Equal(t, []string{"GET /things", "POST /things", "POST /things/first-thing", "DELETE /things/second-thing", "DELETE /things/first-thing"}, asked)
}
