package v1_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
	"oauthmock/spec"
	"oauthmock/spec/reading"
)

const (
	key     = "0123456789abcdef0123456789abcdef"
	sandbox = "fedcba9876543210fedcba9876543210"
	page    = "5f8041e42efdfc468b6e60ea" // the token of the reference page
	nobody  = "5f8041e42efdfc468b6e60ff"
	now     = 1770885000 // 2026-02-12T08:30:00Z
	year    = 31536000
)

// client calls a mock of its own.
type client struct {
	t       *testing.T
	handler http.Handler
	key     string
	host    string
}

func newClient(t *testing.T, options ...mockserver.Option) *client {
	t.Helper()
	server, err := mockserver.New(append([]mockserver.Option{mockserver.WithClock(time.Unix(now, 0)), mockserver.WithFrozenClock()}, options...)...)
	require.NoError(t, err)
	return &client{t, server.Handler(), key, "localhost"}
}

// raw sends "METHOD path" with a body.
func (c *client) raw(call, body string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	c.t.Helper()
	method, path, _ := strings.Cut(call, " ")
	r := httptest.NewRequest(method, "http://"+c.host+path, strings.NewReader(body))
	r.SetBasicAuth("dev@example.com", c.key)
	for _, change := range change {
		change(r)
	}
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, r)
	return w
}

// ask calls v1, and holds every answer against the strict reading of its document.
func (c *client) ask(call, body string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	c.t.Helper()
	method, path, _ := strings.Cut(call, " ")
	w := c.raw(method+" /__v1"+path, body, change...)
	if w.Code == http.StatusNoContent {
		assert.Empty(c.t, w.Body.String())
		assert.Empty(c.t, w.Header().Get("Content-Type"))
		return w
	}
	assert.Equal(c.t, "application/json", w.Header().Get("Content-Type"))
	if method == http.MethodHead {
		assert.Empty(c.t, w.Body.String())
		return w
	}
	doc, err := reading.Strict(spec.V1())
	require.NoError(c.t, err)
	operations, err := spec.V1().Operations()
	require.NoError(c.t, err)
	plain, _, _ := strings.Cut(path, "?")
	i := slices.IndexFunc(operations, func(o spec.Operation) bool { return o.Method == method && fits(o.Path, plain) })
	var o spec.Operation
	if i >= 0 {
		o = operations[i]
	}
	schema := reading.StrictResponse(doc, o, w.Code, url.Values{})
	require.NotNil(c.t, schema, "%s %d", call, w.Code)
	var value any
	decoder := json.NewDecoder(strings.NewReader(w.Body.String()))
	decoder.UseNumber()
	require.NoError(c.t, decoder.Decode(&value))
	assert.Empty(c.t, reading.Check(doc, schema, value), "%s: %s", call, w.Body)
	return w
}

// fits reports whether a path is of a template; a PUT, PATCH or DELETE of /token is of the one with
// a token.
func fits(template, path string) bool {
	if path == "/token" || path == "/token/" {
		return template == "/token" || template == "/token/{token}"
	}
	want, got := strings.Split(template, "/"), strings.Split(path, "/")
	return len(want) == len(got) && !slices.ContainsFunc(want, func(s string) bool {
		i := slices.Index(want, s)
		return s != got[i] && !strings.HasPrefix(s, "{")
	})
}

func tokenJSON(token string, expire int64, scopes ...string) string {
	list, _ := json.Marshal(scopes)
	return fmt.Sprintf(`{"token":%q,"scopes":%s,"expire":%d}`, token, list, expire)
}

func single(token string, expire int64, scopes ...string) string {
	return `{"data":[` + tokenJSON(token, expire, scopes...) + `],"success":true,"message":"","error":null}`
}

func failure(code int, message string) string {
	return fmt.Sprintf(`{"success":false,"message":%q,"error":%d,"data":null}`, message, code)
}

const (
	base, taxonomy = "GET:imprese.openapi.it/base", "GET:comparabili.openapi.it/tassonomie"
	missing        = "Missing Token"
	only           = "Only single tokens are enabled for this method"
	badScopes      = "invalid scopes specified"
	badDate        = "Wrong date format for the selected range, please format the date like: "
)

func TestEveryCallIsAnsweredInFull(t *testing.T) {
	for name, c := range map[string]struct {
		call, body string
		status     int
		want       string // "" is not a body
	}{
		"a token as a list of one":            {"GET /token/" + page, "", 200, single(page, now+300*86400, base)},
		"an unknown token":                    {"GET /token/" + nobody, "", 204, ""},
		"a malformed token":                   {"GET /token/5F8041E42EFDFC468B6E60EA", "", 402, failure(125, "Wrong Token")},
		"a token found by its scope":          {"GET /token?scope=" + base, "", 200, single(page, now+300*86400, base)},
		"a token found by one of several":     {"GET /token?scope=" + base + "&scope[]=GET:x.y/z", "", 200, single(page, now+300*86400, base)},
		"a scope written as an array's entry": {"GET /token?scope%5B%5D=" + base + "&scope=", "", 200, single(page, now+300*86400, base)},
		"a scope that no token lists":         {"GET /token?scope=" + taxonomy, "", 204, ""},
		"a scope that only a wildcard covers": {"GET /token?scope=GET:sms.openapi.com/senders", "", 204, ""},

		"PUT with an expire":               {"PUT /token/" + page, fmt.Sprintf(`{"scopes":[%q],"expire":%d}`, taxonomy, now+60), 200, single(page, now+60, taxonomy)},
		"PUT without an expire":            {"PUT /token/" + page, fmt.Sprintf(`{"scopes":[%q]}`, taxonomy), 200, single(page, now+year, taxonomy)},
		"PUT with an expire of 0":          {"PUT /token/" + page, fmt.Sprintf(`{"scopes":[%q],"expire":0}`, taxonomy), 200, single(page, now+year, taxonomy)},
		"PUT with a ttl, which it has not": {"PUT /token/" + page, fmt.Sprintf(`{"scopes":[%q],"ttl":60}`, taxonomy), 200, single(page, now+year, taxonomy)},
		"PUT with an expire too far":       {"PUT /token/" + page, fmt.Sprintf(`{"scopes":[%q],"expire":%d}`, taxonomy, now+2*year), 200, single(page, now+year, taxonomy)},
		"PUT with a past expire":           {"PUT /token/" + page, fmt.Sprintf(`{"scopes":[%q],"expire":%d}`, taxonomy, now-1), 200, single(page, now-1, taxonomy)},
		"PUT of no token":                  {"PUT /token", `{}`, 403, failure(160, only)},
		"PUT of an empty token":            {"PUT /token/", "no JSON", 403, failure(160, only)},
		"PUT of an unknown token":          {"PUT /token/" + nobody, `{}`, 404, failure(170, missing)},
		"PUT of a malformed token":         {"PUT /token/zzz", `{}`, 404, failure(170, missing)},
		"PUT without scopes":               {"PUT /token/" + page, `{"expire":1}`, 406, failure(270, badScopes)},
		"PUT with null scopes":             {"PUT /token/" + page, `{"scopes":null}`, 406, failure(270, badScopes)},
		"PUT without a body":               {"PUT /token/" + page, ``, 406, failure(270, badScopes)},
		"PUT with no scope":                {"PUT /token/" + page, `{"scopes":[]}`, 406, failure(270, badScopes)},
		"PUT with an unknown scope":        {"PUT /token/" + page, `{"scopes":["GET:x.y/z"]}`, 406, failure(270, badScopes)},
		"PUT with a text for an expire":    {"PUT /token/" + page, fmt.Sprintf(`{"scopes":[%q],"expire":"1"}`, base), 422, failure(422, "Invalid field type")},

		"PATCH of scopes":                {"PATCH /token/" + page, fmt.Sprintf(`{"scopes":[%q]}`, taxonomy), 200, single(page, now+300*86400, taxonomy)},
		"PATCH of a ttl":                 {"PATCH /token/" + page, `{"ttl":60}`, 200, single(page, now+60, base)},
		"PATCH of an expire":             {"PATCH /token/" + page, fmt.Sprintf(`{"expire":%d}`, now+60), 200, single(page, now+60, base)},
		"PATCH of both":                  {"PATCH /token/" + page, fmt.Sprintf(`{"expire":%d,"ttl":600}`, now+60), 200, single(page, now+600, base)},
		"PATCH as the page shows it":     {"PATCH /token/" + page, fmt.Sprintf(`{"scopes":[%q],"expire":0,"ttl":2592000}`, base), 200, single(page, now+2592000, base)},
		"PATCH of nothing":               {"PATCH /token/" + page, `{}`, 406, failure(310, "missing scopes array and expire")},
		"PATCH of an expire of 0":        {"PATCH /token/" + page, `{"expire":0}`, 406, failure(310, "missing scopes array and expire")},
		"PATCH without a body":           {"PATCH /token/" + page, ``, 406, failure(310, "missing scopes array and expire")},
		"PATCH of nulls":                 {"PATCH /token/" + page, `{"scopes":null,"ttl":null,"expire":null}`, 406, failure(310, "missing scopes array and expire")},
		"PATCH of no scope":              {"PATCH /token/" + page, `{"scopes":[]}`, 406, failure(270, badScopes)},
		"PATCH to a disabled scope":      {"PATCH /token/" + page, `{"scopes":["GET:company.openapi.com/CH-start"]}`, 406, failure(270, badScopes)},
		"PATCH of a ttl that is a text":  {"PATCH /token/" + page, `{"ttl":"60"}`, 422, failure(422, "Invalid field type")},
		"PATCH of no token":              {"PATCH /token", `{"ttl":60}`, 403, failure(280, only)},
		"PATCH of an empty token":        {"PATCH /token/", `{"ttl":60}`, 403, failure(280, only)},
		"PATCH of an unknown token":      {"PATCH /token/" + nobody, `{"ttl":60}`, 404, failure(290, missing)},
		"PATCH of a malformed token":     {"PATCH /token/zzz", `{"ttl":60}`, 404, failure(290, missing)},
		"PATCH with what is not JSON":    {"PATCH /token/" + page, `{`, 400, failure(400, "Malformed JSON body")},
		"DELETE":                         {"DELETE /token/" + page, "", 200, `{"message":"1 deleted token","success":true,"error":null}`},
		"DELETE of no token":             {"DELETE /token", "", 403, failure(140, only)},
		"DELETE of an empty token":       {"DELETE /token/", "", 403, failure(140, only)},
		"DELETE of an unknown token":     {"DELETE /token/" + nobody, "", 404, failure(150, missing)},
		"DELETE of a malformed token":    {"DELETE /token/zzz", "", 404, failure(150, missing)},
		"POST without scopes":            {"POST /token", `{"ttl":60}`, 406, failure(110, "missing scopes array")},
		"POST with null scopes":          {"POST /token", `{"scopes":null}`, 406, failure(110, "missing scopes array")},
		"POST without a body":            {"POST /token", ``, 406, failure(110, "missing scopes array")},
		"POST with an empty array":       {"POST /token", `[]`, 406, failure(110, "missing scopes array")},
		"POST with a text for scopes":    {"POST /token", fmt.Sprintf(`{"scopes":%q}`, base), 406, failure(270, badScopes)},
		"POST with no scope":             {"POST /token", `{"scopes":[]}`, 406, failure(270, badScopes)},
		"POST with a number for a scope": {"POST /token", `{"scopes":[1]}`, 406, failure(270, badScopes)},
		"POST with a scope of no form":   {"POST /token", `{"scopes":["all"]}`, 406, failure(270, badScopes)},
		"POST with an unknown scope":     {"POST /token", fmt.Sprintf(`{"scopes":[%q,"GET:x.y/z"]}`, base), 406, failure(270, badScopes)},
		"POST with a disabled scope":     {"POST /token", `{"scopes":["GET:company.openapi.com/CH-start"]}`, 406, failure(270, badScopes)},
		"POST with a fraction for a ttl": {"POST /token", fmt.Sprintf(`{"scopes":[%q],"ttl":1.5}`, base), 422, failure(422, "Invalid field type")},
		"POST with true for an expire":   {"POST /token", fmt.Sprintf(`{"scopes":[%q],"expire":true}`, base), 422, failure(422, "Invalid field type")},
		"POST with what is not JSON":     {"POST /token", `scopes=x`, 400, failure(400, "Malformed JSON body")},

		"the credit":                   {"GET /credit", "", 200, `{"data":{"credit":134.049},"success":true,"message":"","error":null}`},
		"a year without calls":         {"GET /counters/year/2001", "", 200, `{"data":{},"success":true,"message":"","error":null}`},
		"a leap day":                   {"GET /counters/day/2024-02-29", "", 200, `{"data":{},"success":true,"message":"","error":null}`},
		"a day that is none":           {"GET /counters/day/2026-02-29", "", 404, failure(610, badDate+"2022-01-01")},
		"a month where a day belongs":  {"GET /counters/day/2022-01", "", 404, failure(610, badDate+"2022-01-01")},
		"a day without its zeros":      {"GET /counters/day/2022-1-1", "", 404, failure(610, badDate+"2022-01-01")},
		"a month that is none":         {"GET /counters/month/2022-13", "", 404, failure(610, badDate+"2022-01")},
		"a day where a month belongs":  {"GET /counters/month/2022-01-01", "", 404, failure(610, badDate+"2022-01")},
		"a year where a month belongs": {"GET /counters/month/2022", "", 404, failure(610, badDate+"2022-01")},
		"a year of two digits":         {"GET /counters/year/22", "", 404, failure(610, badDate+"2022")},
		"a year that is a word":        {"GET /counters/year/%7Byear%7D", "", 404, failure(610, badDate+"2022")},
		"a month where a year belongs": {"GET /counters/year/2022-01", "", 404, failure(610, badDate+"2022")},
		"an unknown path":              {"GET /tokens", "", 404, failure(404, "Not Found")},
		"counters of nothing":          {"GET /counters", "", 404, failure(404, "Not Found")},
		"a slash too many":             {"GET /credit/", "", 404, failure(404, "Not Found")},
		"another method":               {"POST /credit", "", 405, failure(405, "Method Not Allowed")},
		"HEAD":                         {"HEAD /credit", "", 405, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newClient(t).ask(c.call, c.body)
			assert.Equal(t, c.status, w.Code, w.Body)
			if c.want == "" {
				assert.Empty(t, w.Body.String())
			} else {
				assert.JSONEq(t, c.want, w.Body.String())
			}
		})
	}
}

func TestANewTokenIsFlat(t *testing.T) {
	for name, c := range map[string]struct {
		body   string
		expire int64
		scopes []string
	}{
		"with a ttl":                 {`{"scopes":["GET:imprese.openapi.it/base"],"ttl":60}`, now + 60, []string{base}},
		"without":                    {`{"scopes":["GET:imprese.openapi.it/base"]}`, now + year, []string{base}},
		"with a ttl too long":        {`{"scopes":["GET:imprese.openapi.it/base"],"ttl":99999999}`, now + year, []string{base}},
		"with a time":                {fmt.Sprintf(`{"scopes":["GET:imprese.openapi.it/base"],"expire":%d}`, now+90), now + 90, []string{base}},
		"with a lifetime for expire": {`{"scopes":["GET:imprese.openapi.it/base"],"expire":3600}`, now + 3600, []string{base}},
		"with both":                  {`{"scopes":["GET:imprese.openapi.it/base"],"expire":3600,"ttl":60}`, now + 60, []string{base}},
		"as the page shows it": {`{"scopes":["*:comparabili.openapi.it/*"],"expire":0,"ttl":2592000}`, now + 2592000,
			[]string{"*:comparabili.openapi.it/*", taxonomy, "POST:comparabili.openapi.it/ricerca", "GET:comparabili.openapi.it/immobile"}},
		"with scopes twice": {`{"scopes":["GET:imprese.openapi.it/base","GET:imprese.openapi.it/*","GET:imprese.openapi.it/base"]}`, now + year,
			[]string{base, "GET:imprese.openapi.it/*", base}},
	} {
		t.Run(name, func(t *testing.T) {
			c0 := newClient(t)
			for _, label := range []string{"application/json", "application/x-www-form-urlencoded", "text/plain", ""} {
				w := c0.ask("POST /token", c.body, func(r *http.Request) { r.Header.Set("Content-Type", label) })
				require.Equal(t, 200, w.Code, w.Body)
				var got map[string]any
				require.NoError(t, json.Unmarshal(w.Body.Bytes(), &got))
				token := got["token"].(string)
				want, err := json.Marshal(map[string]any{"scopes": c.scopes, "expire": c.expire, "token": token, "success": true, "message": "", "error": nil})
				require.NoError(t, err)
				assert.JSONEq(t, string(want), w.Body.String())
			}
		})
	}
}

func TestAPastExpireEndsTheToken(t *testing.T) {
	for _, method := range []string{"PUT", "PATCH"} {
		c := newClient(t)
		require.Equal(t, 200, c.ask(method+" /token/"+page, fmt.Sprintf(`{"scopes":[%q],"expire":1}`, base)).Code)
		assert.Equal(t, 204, c.ask("GET /token/"+page, "").Code)
		assert.Equal(t, 404, c.ask(method+" /token/"+page, `{"scopes":["x"]}`).Code)
		assert.Equal(t, 404, c.raw("GET /tokens/"+page, "").Code, "from v2 too")
	}
}

func TestCredentialsAreThoseOfTheAccount(t *testing.T) {
	for name, c := range map[string]struct {
		header string
		status int
	}{
		"none":              {"", 401},
		"a token as Bearer": {"Bearer " + page, 401},
		"a wrong key":       {"Basic ZGV2QGV4YW1wbGUuY29tOng=", 401},
		"no Base64":         {"Basic %", 401},
	} {
		t.Run(name, func(t *testing.T) {
			w := newClient(t).ask("GET /credit", "", func(r *http.Request) { r.Header["Authorization"] = []string{c.header} })
			assert.Equal(t, c.status, w.Code)
			assert.JSONEq(t, failure(120, "Wrong Auth Data"), w.Body.String())
			assert.Empty(t, w.Header().Get("WWW-Authenticate"))
		})
	}
}

func TestTheHostSaysWhichEnvironmentCounts(t *testing.T) {
	for host, want := range map[string][2]int{ // production, sandbox
		"oauth.openapi.it": {200, 401}, "test.oauth.openapi.it": {401, 200}, "oauth.altravia.com": {200, 401}, "test.oauth.altravia.com:80": {401, 200},
		"OAUTH.OPENAPI.IT": {200, 401},
	} {
		for i, of := range []string{key, sandbox} {
			c := newClient(t)
			c.host, c.key = host, of
			assert.Equal(t, want[i], c.raw("GET /credit", "").Code, "%s %s", host, of)
			assert.Equal(t, 404, c.raw("GET /wallet", "").Code, "v2 is not there")
			assert.Equal(t, 404, c.raw("GET /healthz", "").Code, "nor is the mock's own")
		}
	}
}

func TestTheSandboxHasScopesOfItsOwn(t *testing.T) {
	c := newClient(t)
	c.key = sandbox
	assert.Equal(t, 200, c.ask("POST /token", `{"scopes":["GET:test.imprese.openapi.it/base","*:test.comparabili.openapi.it/*"]}`).Code)
	assert.Equal(t, 406, c.ask("POST /token", `{"scopes":["GET:imprese.openapi.it/base"]}`).Code)
	assert.Contains(t, c.ask("GET /scopes", "").Body.String(), `"PUT:test.oauth.openapi.it/token"`)
	assert.Contains(t, c.ask("GET /counters/total", "").Body.String(), `"GET:test.oauth.openapi.it/scopes"`)
}

func TestScopesAreTheEnabledOnesAsTexts(t *testing.T) {
	c := newClient(t)
	for _, query := range []string{"", "?limit=0", "?limit=1", "?limit=true", "?limit=false"} {
		var list struct{ Data []string }
		require.NoError(t, json.Unmarshal(c.ask("GET /scopes"+query, "").Body.Bytes(), &list))
		assert.Contains(t, list.Data, base)
		assert.Contains(t, list.Data, "POST:oauth.openapi.it/token")
		assert.NotContains(t, list.Data, "GET:company.openapi.com/CH-start", "which is not enabled")
		assert.Greater(t, len(list.Data), 40)
	}
}

func TestWithV1AtTheRootItIsThere(t *testing.T) {
	c := newClient(t, mockserver.WithRootSurface("v1"))
	assert.Equal(t, 200, c.raw("GET /credit", "").Code)
	assert.Equal(t, 404, c.raw("GET /__v1/credit", "").Code)
	assert.Equal(t, 200, c.raw("GET /__v2/wallet", "").Code)
	c.host = "oauth.openapi.it"
	assert.Equal(t, 200, c.raw("GET /credit", "").Code)
}
