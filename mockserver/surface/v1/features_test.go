package v1_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
	"oauthmock/spec"
	"oauthmock/spec/reading"
)

// Every feature of the mock is tried on v1. What they do in full is told by their own tests.

// control calls the control API, which must answer with a status.
func (c *client) control(status int, call, body string) string {
	c.t.Helper()
	method, path, _ := strings.Cut(call, " ")
	host := c.host
	c.host = "localhost"
	defer func() { c.host = host }()
	w := c.raw(method+" /__admin"+path, body, func(r *http.Request) {
		r.Header.Del("Authorization")
		if body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
	})
	require.Equal(c.t, status, w.Code, "%s: %s", call, w.Body)
	return w.Body.String()
}

// made returns the token that a POST of v1 makes.
func (c *client) made(body string) string {
	c.t.Helper()
	var answer struct{ Token string }
	w := c.ask("POST /token", body)
	require.Equal(c.t, 200, w.Code, w.Body)
	require.NoError(c.t, json.Unmarshal(w.Body.Bytes(), &answer))
	return answer.Token
}

func (c *client) use(token, address string) int {
	c.t.Helper()
	return c.raw(address, "", func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }).Code
}

func TestATokenOfV1IsOneOfTheAccount(t *testing.T) {
	c := newClient(t)
	token := c.made(`{"scopes":["GET:imprese.openapi.it/base","GET:comparabili.openapi.it/*"],"ttl":600}`)

	w := c.raw("GET /tokens/"+token, "")
	require.Equal(t, 200, w.Code, "v2 sees it")
	assert.Contains(t, w.Body.String(), `"expireAt":"2026-02-12T08:40:00+00:00"`)
	assert.Contains(t, w.Body.String(), `"scopes":["GET:imprese.openapi.it/base","GET:comparabili.openapi.it/*"]`)

	for i := range 12 { // 30 calls are free each day, and one scope has 10 in all
		require.Equal(t, 200, c.use(token, "GET /__services/imprese.openapi.it/base"), i)
		require.Equal(t, 200, c.use(token, "GET /__services/comparabili.openapi.it/tassonomie"), i)
	}
	counters := c.ask("GET /counters/total", "").Body.String()
	assert.Contains(t, counters, `"GET:comparabili.openapi.it/tassonomie":{"counter":12,"paid":2,"limit":10}`)
	assert.Contains(t, counters, `"GET:imprese.openapi.it/base":{"counter":12,"paid":0,"limit":0}`)
	assert.Contains(t, counters, `"POST:oauth.openapi.it/token":{"counter":1,"paid":0,"limit":false}`, "a call of v1 itself")
	assert.Contains(t, counters, `"GET:oauth.openapi.com/tokens":{"counter":`, "and those of v2")
	day := c.ask("GET /counters/day/2026-02-12", "").Body.String()
	assert.Contains(t, day, `"GET:imprese.openapi.it/base":{"counter":12,"paid":0,"limit":30}`)
	assert.Contains(t, c.raw("GET /stats/apis/oauth.openapi.it", "").Body.String(), `"GET:oauth.openapi.it/counters":{"totalRequests":2,`)
	assert.Contains(t, c.ask("GET /credit", "").Body.String(), `"credit":133.949`, "one wallet")

	// v2 updates and rotates it.
	require.Equal(t, 200, c.raw("PATCH /tokens/"+token, `{"name":"legacy","limits":{"totalRequests":100},"ttl":60}`).Code)
	assert.JSONEq(t, single(token, now+60, base, "GET:comparabili.openapi.it/*"), c.ask("GET /token/"+token, "").Body.String())
	require.Equal(t, 200, c.ask("PUT /token/"+token, `{"scopes":["GET:imprese.openapi.it/base"]}`).Code)
	assert.Contains(t, c.raw("GET /tokens/"+token, "").Body.String(), `"name":"legacy"`, "a PUT keeps what only v2 knows")
	assert.Contains(t, c.raw("GET /tokens/"+token, "").Body.String(), `"limits":{"totalRequests":100}`)
	var answer struct{ RefreshToken, Token string }
	require.NoError(t, json.Unmarshal(c.raw("GET /tokens/"+token, "").Body.Bytes(), &answer))
	rotated := c.raw("PATCH /tokens/"+token, "{}", func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+answer.RefreshToken) })
	require.Equal(t, 200, rotated.Code, rotated.Body)
	require.NoError(t, json.Unmarshal(rotated.Body.Bytes(), &answer))
	assert.Equal(t, 204, c.ask("GET /token/"+token, "").Code)
	assert.Equal(t, 200, c.ask("GET /token/"+answer.Token, "").Code)

	// What v1 deletes is gone for v2, and the other way round.
	require.Equal(t, 200, c.ask("DELETE /token/"+answer.Token, "").Code)
	assert.Equal(t, 404, c.raw("GET /tokens/"+answer.Token, "").Code)
	assert.Equal(t, 401, c.use(answer.Token, "GET /__services/imprese.openapi.it/base"))
	require.NoError(t, json.Unmarshal(c.raw("POST /tokens", `{"scopes":["*:*/*"],"name":"of v2"}`).Body.Bytes(), &answer))
	assert.JSONEq(t, single(answer.Token, now+year, "*:*/*"), c.ask("GET /token/"+answer.Token, "").Body.String())
	require.Equal(t, 200, c.raw("DELETE /tokens/"+answer.Token, "").Code)
	assert.Equal(t, 404, c.ask("DELETE /token/"+answer.Token, "").Code)

	errors := c.raw("GET /errors?limit=1", "").Body.String()
	assert.Contains(t, errors, `"scope":"DELETE:oauth.openapi.it/token"`)
	assert.Contains(t, errors, `"errorCode":150`)
	assert.Contains(t, c.control(200, "GET /invariants", ""), `"holds":true`)
}

func TestTheJournalKnowsV1(t *testing.T) {
	c := newClient(t)
	c.ask("GET /token/"+page, "")
	c.ask("GET /credit", "")
	c.raw("GET /wallet", "")
	made := c.made(`{"scopes":["*:*/*"]}`)
	entries := c.control(200, "GET /requests?surface=v1", "")
	assert.Equal(t, 3, strings.Count(entries, `"surface":"v1"`))
	assert.Contains(t, entries, `"operation":"v1.token.get"`)
	assert.NotContains(t, entries, page, "a token is redacted in the path and in the answer")
	assert.NotContains(t, entries, made)
	assert.NotContains(t, entries, key)
	assert.Contains(t, entries, "/__v1/token/[secret ")
	assert.Contains(t, c.control(200, "GET /requests?operation=v1.credit.*", ""), `"operation":"v1.credit.get"`)
	c.host = "oauth.openapi.it"
	c.raw("GET /token/"+nobody, "")
	assert.NotContains(t, c.control(200, "GET /requests", ""), nobody, "one that is nobody's, too")
}

func TestFaultsTakeCallsOfV1(t *testing.T) {
	for name, c := range map[string]struct {
		rule   string
		status int
	}{
		"by the path":               {`"match":{"path":"/token/*"},"effect":{"kind":"status","status":418}`, 418},
		"by the path as it came":    {`"match":{"path":"/__v1/token/*"},"effect":{"kind":"status","status":418}`, 418},
		"by the surface":            {`"match":{"surface":"v1"},"effect":{"kind":"status","status":418}`, 418},
		"by the operation":          {`"match":{"operation":"v1.token.*"},"effect":{"kind":"status","status":418}`, 418},
		"by the token":              {`"match":{"token":"` + page + `"},"effect":{"kind":"status","status":418}`, 418},
		"not by another surface":    {`"match":{"surface":"v2"},"effect":{"kind":"status","status":418}`, 200},
		"not by v2's operation":     {`"match":{"operation":"token.get"},"effect":{"kind":"status","status":418}`, 200},
		"with a number of its own":  {`"match":{"surface":"v1"},"effect":{"kind":"refusal","code":125}`, 402},
		"with the number of no one": {`"match":{"surface":"v1"},"effect":{"kind":"refusal","code":320}`, 404},
		"with what happens beside":  {`"match":{"surface":"v1"},"do":{"expire":"token"}`, 204},
	} {
		t.Run(name, func(t *testing.T) {
			m := newClient(t)
			m.control(201, "POST /faults", `{"name":"rule",`+c.rule+`}`)
			w := m.raw("GET /__v1/token/"+page, "")
			assert.Equal(t, c.status, w.Code, w.Body)
		})
	}
	c := newClient(t)
	c.control(201, "POST /faults", `{"name":"no-credit","match":{"operation":"v1.credit.get"},"effect":{"kind":"refusal","code":320}}`)
	assert.JSONEq(t, failure(320, "non-existent Openapi credit"), c.ask("GET /credit", "").Body.String())
}

func TestHostileAnswersOfV1AreLegal(t *testing.T) {
	doc, err := reading.Published(spec.V1())
	require.NoError(t, err)
	operations, err := spec.V1().Operations()
	require.NoError(t, err)
	c := newClient(t, mockserver.WithChaos("hostile-but-legal"))
	changed := 0
	for _, o := range operations {
		path := strings.NewReplacer("{token}", page, "{day}", "2026-02-11", "{month}", "2026-02", "{year}", "2026").Replace(o.Path)
		w := c.raw(o.Method+" /__v1"+path, `{"scopes":["*:*/*"]}`)
		require.Equal(t, 200, w.Code, "%s: %s", o.Name, w.Body)
		var value any
		decoder := json.NewDecoder(strings.NewReader(w.Body.String()))
		decoder.UseNumber()
		require.NoError(t, decoder.Decode(&value))
		assert.Empty(t, reading.Check(doc, reading.PublishedResponse(doc, o, 200), value), "%s: %s", o.Name, w.Body)
		if strings.Contains(w.Body.String(), "addedInTheNextVersion") {
			changed++
		}
	}
	assert.Equal(t, len(operations), changed)
}

func TestExplanationsNameWhatV2Has(t *testing.T) {
	c := newClient(t)
	operations, err := spec.V1().Operations()
	require.NoError(t, err)
	for _, o := range operations {
		path := strings.NewReplacer("{token}", page, "{day}", "2026-02-11", "{month}", "2026-02", "{year}", "2026").Replace(o.Path)
		w := c.raw(o.Method+" /__v1"+path, `{"scopes":["*:*/*"],"expire":60,"ttl":5}`)
		explanation := c.control(200, "GET /requests/"+w.Header().Get("X-Mock-Request-Id"), "")
		assert.Contains(t, explanation, o.Name)
		assert.Contains(t, explanation, "v2 has ", o.Name)
		assert.Contains(t, explanation, "docs/migrating-v1-to-v2.md", o.Name)
	}
	for call, want := range map[[2]string]string{
		{"PUT /token/" + page, `{"scopes":["*:*/*"],"ttl":5}`}: "The ttl of the body was ignored",
		{"POST /token", `{"scopes":["*:*/*"],"expire":60}`}:    "The member expire is deprecated",
		{"GET /token/" + nobody, ``}:                           "There is nothing, which v1 answers with 204",
		{"PATCH /token/" + page, `{"expire":1}`}:               "The member expire is deprecated",
		{"POST /token", `{`}:                                   "v2 has POST /tokens",
		{"GET /credits", ``}:                                   "GET /credit (v1.credit.get) came near",
	} {
		w := newClient(t).explained(call[0], call[1])
		assert.Contains(t, w, want, call)
	}
	assert.NotContains(t, newClient(t).explained("POST /token", `{"scopes":["*:*/*"],"expire":0,"ttl":5}`), "deprecated", "as clients send it that set every member")
}

// explained returns the explanation of a call.
func (c *client) explained(call, body string) string {
	c.t.Helper()
	w := c.ask(call, body)
	return c.control(200, "GET /requests/"+w.Header().Get("X-Mock-Request-Id"), "")
}

func TestCallsOfV1AreVerifiedCoveredAndMeasured(t *testing.T) {
	c := newClient(t)
	c.made(`{"scopes":["GET:imprese.openapi.it/base"]}`)
	c.ask("GET /token/zzz", "")
	assert.Contains(t, c.control(200, "POST /verify", `{"match":{"surface":"v1","operation":"v1.token.create","body":{"scopes":["GET:imprese.openapi.it/base"]}},"exactly":1}`), `"satisfied":true`)
	coverage := c.control(200, "GET /coverage", "")
	assert.Contains(t, coverage, `"met":["v1 GET /token/{token} 402","v1 POST /token 200"]`)
	assert.Contains(t, c.raw("GET /metrics", "").Body.String(), `oauthmock_requests_total{surface="v1",operation="v1.token.get",status="402"} 1`)
	var endpoints struct{ Surfaces map[string]*string }
	require.NoError(t, json.Unmarshal([]byte(c.control(200, "GET /endpoints", "")), &endpoints))
	require.NotNil(t, endpoints.Surfaces["v1"])
	assert.Equal(t, "http://localhost/__v1", *endpoints.Surfaces["v1"])
	assert.Contains(t, c.control(200, "GET /openapi/v1.json", ""), "v1.counters.year")
}

func TestOneWindowHoldsForBothVersions(t *testing.T) {
	c := newClient(t, mockserver.WithRateLimit(2))
	assert.Equal(t, "1", c.ask("GET /credit", "").Header().Get("RateLimit-Remaining"))
	assert.Equal(t, 200, c.raw("GET /wallet", "").Code)
	w := c.ask("GET /credit", "")
	assert.JSONEq(t, failure(429, "Too Many Requests"), w.Body.String())
	assert.Equal(t, "60", w.Header().Get("Retry-After"))
}

func TestStrictRequestsAreHeldAgainstV1sDocument(t *testing.T) {
	for name, test := range map[string]struct {
		call, body, media string
		status            int
	}{
		"a PATCH without scopes":          {"PATCH /token/" + page, `{"ttl":60}`, "application/json", 200},
		"the sample of POST":              {"POST /token", `{"scopes":["GET:imprese.openapi.it/base"],"expire":0,"ttl":2592000}`, "application/json", 200},
		"a form":                          {"POST /token", `{"scopes":["GET:imprese.openapi.it/base"]}`, "application/x-www-form-urlencoded", 415},
		"a ttl that is a text":            {"POST /token", `{"scopes":["GET:imprese.openapi.it/base"],"ttl":"60"}`, "application/json", 400},
		"a PUT without scopes":            {"PUT /token/" + page, `{}`, "application/json", 400},
		"a query that is only tolerated":  {"GET /scopes?limit=true", ``, "", 200},
		"a filter that is only tolerated": {"GET /token?scope[]=" + base, ``, "", 200},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, mockserver.WithStrictRequests())
			method, path, _ := strings.Cut(test.call, " ")
			w := c.raw(method+" /__v1"+path, test.body, func(r *http.Request) { r.Header.Set("Content-Type", test.media) })
			assert.Equal(t, test.status, w.Code, w.Body)
		})
	}
}

func TestStateSnapshotsAndResetHoldWhatV1Did(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.json")
	c := newClient(t, mockserver.WithStateFile(file))
	token := c.made(fmt.Sprintf(`{"scopes":["*:*/*"],"expire":%d}`, now+77))
	want := single(token, now+77, "*:*/*")
	state := c.control(200, "GET /state", "")
	c.control(200, "PUT /snapshots/before", "")
	require.Equal(t, 200, c.ask("DELETE /token/"+token, "").Code)

	c.control(204, "POST /snapshots/before/restore", "")
	assert.JSONEq(t, want, c.ask("GET /token/"+token, "").Body.String())
	c.control(204, "POST /reset", "")
	assert.Equal(t, 204, c.ask("GET /token/"+token, "").Code)
	assert.NotContains(t, c.control(200, "GET /coverage", ""), token)
	other := newClient(t)
	other.control(204, "PUT /state", state)
	assert.JSONEq(t, want, other.ask("GET /token/"+token, "").Body.String())
}

func TestTokensOfV1ExpireByTheAccountsClock(t *testing.T) {
	c := newClient(t)
	token := c.made(`{"scopes":["GET:imprese.openapi.it/base"],"ttl":60}`)
	c.control(200, "POST /clock/advance", `{"by":"59s"}`)
	assert.Equal(t, 200, c.ask("GET /token/"+token, "").Code)
	assert.Contains(t, c.control(200, "POST /clock/advance", `{"by":"1s"}`), "token.expired")
	assert.Equal(t, 204, c.ask("GET /token/"+token, "").Code)
	assert.Equal(t, 404, c.ask("DELETE /token/"+token, "").Code)
}

func TestAccountsOfV1DoNotSeeOneAnother(t *testing.T) {
	c := newClient(t, mockserver.WithOpenAccounts())
	as := func(email, key string) func(*http.Request) {
		return func(r *http.Request) { r.SetBasicAuth(email, key) }
	}
	one, other := as("one@example.com", "key-of-one"), as("other@example.com", "key-of-other")
	w := c.ask("POST /token", `{"scopes":["GET:imprese.openapi.it/base"]}`, one)
	require.Equal(t, 200, w.Code, "an open account is made for unknown credentials")
	var made struct{ Token string }
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &made))
	for call, status := range map[string]int{"GET": 204, "PUT": 404, "PATCH": 404, "DELETE": 404} {
		assert.Equal(t, status, c.ask(call+" /token/"+made.Token, `{"scopes":["GET:imprese.openapi.it/base"]}`, other).Code, call)
	}
	assert.Equal(t, 200, c.ask("GET /token/"+made.Token, "", one).Code)
	assert.NotContains(t, c.ask("GET /token", "", other).Body.String(), made.Token)
}
