package clientcred_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
	"oauthmock/spec/readertest"
)

const (
	now  = "2026-02-12T08:30:00Z"
	form = "application/x-www-form-urlencoded"
	demo = "client_id=demo-client&client_secret=demo-secret"

	missing   = `{"error":{"code":"400013","code_reason":"invalid_request","message":"Missing or invalid parameters"}}`
	wrong     = `{"error":{"code":"401021","code_reason":"invalid_client","message":"Invalid client_id, client_secret, or session_key"}}`
	forbidden = `{"error":{"code":"403000","code_reason":"forbidden","message":"Access forbidden for this resource."}}`
	unknown   = `{"error":{"code":"404000","code_reason":"not_found","message":"Resource or endpoint not found."}}`
	noMethod  = `{"error":{"code":"405000","code_reason":"method_not_allowed","message":"Method not allowed."}}`
	tooMany   = `{"error":{"code":"429000","code_reason":"rate_limit_exceeded","message":"Too many requests."}}`
	broken    = `{"error":{"code":"500999","code_reason":"API_ERROR","message":"Api Error, please contact customer service"}}`
)

// mock is a mock of one test, whose clock stands still.
type mock struct {
	t       *testing.T
	handler http.Handler
}

func newMock(t *testing.T, options ...mockserver.Option) *mock {
	t.Helper()
	at, err := time.Parse(time.RFC3339, now)
	require.NoError(t, err)
	server, err := mockserver.New(append([]mockserver.Option{mockserver.WithClock(at), mockserver.WithFrozenClock()}, options...)...)
	require.NoError(t, err)
	return &mock{t, server.Handler()}
}

// send sends "METHOD path" with a form; headers are "Name: value", and "Name:" takes one away.
func (m *mock) send(call, body string, headers ...string) *httptest.ResponseRecorder {
	m.t.Helper()
	method, path, _ := strings.Cut(call, " ")
	r := httptest.NewRequest(method, "http://localhost"+path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", form)
	}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ":")
		r.Header.Del(name)
		if value = strings.TrimPrefix(value, " "); value != "" {
			r.Header.Add(name, value)
		}
	}
	w := httptest.NewRecorder()
	m.handler.ServeHTTP(w, r)
	return w
}

// control calls the control API.
func (m *mock) control(call, body string) string {
	m.t.Helper()
	w := m.send(call, body, "Content-Type: application/json")
	require.Less(m.t, w.Code, 300, "%s: %s", call, w.Body)
	return w.Body.String()
}

// token asks for a token, and returns its value.
func (m *mock) token(credentials string) string {
	m.t.Helper()
	w := m.send("POST /v1/auth/token", credentials)
	require.Equal(m.t, 200, w.Code, w.Body)
	_, rest, _ := strings.Cut(w.Body.String(), `"access_token":"`)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

func (m *mock) ping(token string) *httptest.ResponseRecorder {
	m.t.Helper()
	return m.send("GET /v1/ping", "", "Authorization: Bearer "+token)
}

func basic(id, secret string) string {
	return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))
}

func TestThePublishedSampleGetsAToken(t *testing.T) {
	w := newMock(t).send("POST /v1/auth/token", "client_id=YOUR_CLIENT_ID&client_secret=YOUR_CLIENT_SECRET")
	assert.Equal(t, 200, w.Code)
	assert.Regexp(t, `^\{"data":\{"access_token":"sk-[0-9a-f]{32}","token_type":"Bearer","expires_in":3600\}\}$`, w.Body.String())
	assert.Equal(t, "application/json", w.Header().Get("Content-Type"))
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	assert.Equal(t, "no-cache", w.Header().Get("Pragma"))
	assert.Equal(t, "10000", w.Header().Get("RateLimit-Limit"))
	assert.Equal(t, "9999", w.Header().Get("RateLimit-Remaining"))
}

func TestATokenCanHaveItsMembersBesideDataToo(t *testing.T) {
	w := newMock(t, mockserver.WithClientCredentialsShape("both")).send("POST /v1/auth/token", demo)
	const members = `"access_token":"(sk-[0-9a-f]{32})","token_type":"Bearer","expires_in":3600`
	require.Regexp(t, `^\{"data":\{`+members+`\},`+members+`\}$`, w.Body.String())
	parts := strings.Split(w.Body.String(), `"access_token":`)
	assert.Equal(t, parts[1][:38], parts[2][:38])
	_, err := mockserver.New(mockserver.WithClientCredentialsShape("flat"))
	assert.ErrorContains(t, err, `the shape is "flat"; want wrapped or both`)
}

func TestCredentialsComeInTheBodyOrAsBasicOrAsBothThatAgree(t *testing.T) {
	m := newMock(t)
	m.control("POST /__admin/accounts/demo/clients", `{"id":"odd+id","secret":"a:b%20 c+ü"}`)
	for name, c := range map[string]struct {
		call, body string
		headers    []string
		status     int
		answer     string // "" is a token
		challenge  bool
	}{
		"in the body":                         {body: demo, status: 200},
		"with a charset":                      {body: demo, headers: []string{"Content-Type: " + form + ";charset=UTF-8"}, status: 200},
		"beside what every library sends":     {body: "grant_type=client_credentials&scope=a&" + demo, status: 200},
		"beside a session_key":                {body: "session_key=nobody-knows&" + demo, status: 200},
		"as Basic":                            {body: "grant_type=client_credentials", headers: []string{basic("demo-client", "demo-secret")}, status: 200},
		"as Basic, form-encoded inside":       {body: "a=b", headers: []string{basic("odd%2Bid", "a%3Ab%2520+c%2B%C3%BC")}, status: 200},
		"as Basic, raw":                       {body: "a=b", headers: []string{basic("odd+id", "a:b%20 c+ü")}, status: 200},
		"as both, which agree":                {body: demo, headers: []string{basic("demo-client", "demo-secret")}, status: 200},
		"as both, of which Basic is raw":      {body: "client_id=odd%2Bid&client_secret=a%3Ab%2520+c%2B%C3%BC", headers: []string{basic("odd+id", "a:b%20 c+ü")}, status: 200},
		"as both, which disagree":             {body: demo, headers: []string{basic("demo-client", "other")}, status: 400, answer: missing},
		"as both, of different clients":       {body: "client_id=YOUR_CLIENT_ID", headers: []string{basic("demo-client", "demo-secret")}, status: 400, answer: missing},
		"in the query":                        {call: "?" + demo, body: "a=b", status: 400, answer: missing},
		"in the query and in the body":        {call: "?client_secret=demo-secret", body: demo, status: 400, answer: missing},
		"without a secret":                    {body: "client_id=demo-client", status: 400, answer: missing},
		"with an empty secret":                {body: "client_id=demo-client&client_secret=", status: 400, answer: missing},
		"without an ID":                       {body: "client_secret=demo-secret", status: 400, answer: missing},
		"with nothing":                        {body: "", headers: []string{"Content-Type: " + form}, status: 400, answer: missing},
		"with an ID that comes twice":         {body: "client_id=demo-client&" + demo, status: 400, answer: missing},
		"with another parameter twice":        {body: demo + "&scope=a&scope=b", status: 400, answer: missing},
		"as JSON":                             {body: `{"client_id":"demo-client","client_secret":"demo-secret"}`, headers: []string{"Content-Type: application/json"}, status: 400, answer: missing},
		"without a content type":              {body: demo, headers: []string{"Content-Type:"}, status: 400, answer: missing},
		"with rubbish":                        {body: "%zz=\x00&&=;", status: 400, answer: missing},
		"with a wrong secret":                 {body: "client_id=demo-client&client_secret=demo-secre", status: 401, answer: wrong},
		"with the secret of another client":   {body: "client_id=demo-client&client_secret=YOUR_CLIENT_SECRET", status: 401, answer: wrong},
		"of nobody":                           {body: "client_id=nobody&client_secret=demo-secret", status: 401, answer: wrong},
		"as Basic, with a wrong secret":       {body: "a=b", headers: []string{basic("demo-client", "wrong")}, status: 401, answer: wrong, challenge: true},
		"as a broken Basic":                   {body: "a=b", headers: []string{"Authorization: Basic !!"}, status: 401, answer: wrong, challenge: true},
		"as a Bearer":                         {body: demo, headers: []string{"Authorization: Bearer x"}, status: 401, answer: wrong, challenge: true},
		"as the account's e-mail and API key": {body: "a=b", headers: []string{basic("dev@example.com", "0123456789abcdef0123456789abcdef")}, status: 401, answer: wrong, challenge: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := m.send("POST /v1/auth/token"+c.call, c.body, c.headers...)
			assert.Equal(t, c.status, w.Code, w.Body)
			if c.answer != "" {
				assert.JSONEq(t, c.answer, w.Body.String())
			} else {
				assert.Contains(t, w.Body.String(), `{"data":{"access_token":"sk-`)
			}
			assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
			assert.Equal(t, c.challenge, w.Header().Get("WWW-Authenticate") != "", "a challenge is for Basic")
		})
	}
}

func TestWhatIsNotThereIsRefusedInItsEnvelope(t *testing.T) {
	m := newMock(t)
	for call, want := range map[string]struct {
		status int
		answer string
	}{
		"GET /v1/auth/token": {405, noMethod}, "PUT /v1/auth/token": {405, noMethod}, "POST /v1/ping": {405, noMethod},
		"GET /v1": {404, unknown}, "GET /v1/": {404, unknown}, "POST /v1/auth/token/": {404, unknown}, "POST /v1/auth": {404, unknown}, "GET /v1/tokens": {404, unknown},
	} {
		w := m.send(call, "")
		assert.Equal(t, want.status, w.Code, call)
		assert.JSONEq(t, want.answer, w.Body.String(), call)
		assert.Equal(t, "application/json", w.Header().Get("Content-Type"), call)
	}
	assert.Equal(t, "POST", m.send("GET /v1/auth/token", "").Header().Get("Allow"))
	assert.Equal(t, 405, m.send("HEAD /v1/auth/token", "").Code)
	w := m.send("GET /v1x", "")
	assert.Contains(t, w.Body.String(), `"success":false`, "which is v2's")
}

func TestADisabledClientIsForbidden(t *testing.T) {
	m := newMock(t)
	account := m.control("GET /__admin/accounts/demo", "")
	m.control("PUT /__admin/accounts/demo", strings.Replace(account, `"clients":[`, `"clients":[{"id":"off","secret":"off-secret","disabled":true},`, 1))
	w := m.send("POST /v1/auth/token", "client_id=off&client_secret=off-secret")
	assert.Equal(t, 403, w.Code)
	assert.JSONEq(t, forbidden, w.Body.String())
	assert.Equal(t, 401, m.send("POST /v1/auth/token", "client_id=off&client_secret=wrong").Code, "who does not know the secret does not learn it")
}

func TestATokenLivesAnHourOnTheClockOfItsAccount(t *testing.T) {
	m := newMock(t)
	token := m.token(demo)
	w := m.ping(token)
	assert.Equal(t, 200, w.Code)
	assert.JSONEq(t, `{"data":{"client_id":"demo-client"}}`, w.Body.String())
	m.control("POST /__admin/clock/advance?account=demo", `{"by":"3599s"}`)
	assert.Equal(t, 200, m.ping(token).Code)
	fired := m.control("POST /__admin/clock/advance?account=demo", `{"by":"1s"}`)
	assert.Contains(t, fired, `"what":"grant-token.expired"`)
	w = m.ping(token)
	assert.Equal(t, 401, w.Code)
	assert.JSONEq(t, wrong, w.Body.String())
	assert.Contains(t, w.Header().Get("WWW-Authenticate"), "Bearer")
	for _, header := range []string{"Authorization:", "Authorization: Bearer", "Authorization: Bearer sk-nobody", basic("demo-client", "demo-secret")} {
		assert.Equal(t, 401, m.send("GET /v1/ping", "", header).Code, header)
	}
}

func TestAnotherGrantsTokenIsNone(t *testing.T) {
	m := newMock(t)
	account := m.control("GET /__admin/accounts/demo", "")
	m.control("PUT /__admin/accounts/demo", strings.Replace(account, `"users":[`,
		`"grantTokens":[{"token":"of-a-code","clientId":"demo-client","username":"johndoe","issuedAt":"now","expiresAt":"+1h"}],"users":[`, 1))
	assert.Equal(t, 401, m.ping("of-a-code").Code)
	assert.Equal(t, 401, m.ping("656d1e2f8b3c2a001f7e4a10").Code, "a token of v2")
}

func TestEveryClientHasAWindowOnTheClock(t *testing.T) {
	m := newMock(t)
	m.control("PUT /__admin/ratelimit?client=demo-client", `{"limit":2,"window":"1m"}`)
	token := m.token(demo)
	assert.Equal(t, "0", m.ping(token).Header().Get("RateLimit-Remaining"))
	for _, w := range []*httptest.ResponseRecorder{m.ping(token), m.send("POST /v1/auth/token", demo)} {
		assert.Equal(t, 429, w.Code)
		assert.JSONEq(t, tooMany, w.Body.String())
		assert.Equal(t, "2", w.Header().Get("RateLimit-Limit"))
		assert.Equal(t, "60", w.Header().Get("Retry-After"))
	}
	assert.Equal(t, 200, m.send("POST /v1/auth/token", "client_id=YOUR_CLIENT_ID&client_secret=YOUR_CLIENT_SECRET").Code, "another client has another window")
	m.control("POST /__admin/clock/advance", `{"by":"1m"}`)
	assert.Equal(t, 200, m.ping(token).Code)

	m.control("PUT /__admin/ratelimit?account=demo", `{"limit":1,"window":"1m"}`)
	assert.Equal(t, 200, m.send("POST /v1/auth/token", "client_id=YOUR_CLIENT_ID&client_secret=YOUR_CLIENT_SECRET").Code)
	assert.Equal(t, 429, m.send("POST /v1/auth/token", "client_id=YOUR_CLIENT_ID&client_secret=YOUR_CLIENT_SECRET").Code, "the account's limit holds for its clients")
}

func TestARefusedCallTakesNothingFromTheWindow(t *testing.T) {
	m := newMock(t)
	m.control("PUT /__admin/ratelimit?client=demo-client", `{"limit":1,"window":"1m"}`)
	for range 3 {
		assert.Equal(t, 401, m.send("POST /v1/auth/token", "client_id=demo-client&client_secret=wrong").Code)
		assert.Equal(t, 400, m.send("POST /v1/auth/token", "client_id=demo-client").Code)
	}
	assert.Equal(t, 200, m.send("POST /v1/auth/token", demo).Code)
}

func TestFaultsMeetTheSurface(t *testing.T) {
	m := newMock(t)
	m.control("POST /__admin/faults", `{"name":"outage","match":{"operation":"clientcred.token"},"effect":{"kind":"refusal","code":"500999"}}`)
	w := m.send("POST /v1/auth/token", demo)
	assert.Equal(t, 500, w.Code)
	assert.JSONEq(t, broken, w.Body.String())

	limited := newMock(t, mockserver.WithChaos("rate-limited"))
	answers := map[string]bool{}
	for range 200 {
		w := limited.send("POST /v1/auth/token", demo)
		answers[fmt.Sprint(w.Code, " ", strings.HasPrefix(w.Body.String(), `{"data"`) || w.Body.String() == tooMany)] = true
	}
	assert.Equal(t, map[string]bool{"200 true": true, "429 true": true}, answers, "a number that no API documents stands for its reason")
}

func TestGrantsGoWithTheirAccount(t *testing.T) {
	m := newMock(t)
	token := m.token(demo)
	m.control("PUT /__admin/snapshots/before", "")
	m.control("POST /__admin/reset?account=demo", "")
	assert.Equal(t, 401, m.ping(token).Code, "a reset")
	assert.Equal(t, token, m.token(demo), "draws the same again")
	state := m.control("GET /__admin/state", "")
	m.control("DELETE /__admin/accounts/demo/clients/demo-client", "")
	assert.Equal(t, 401, m.ping(token).Code)
	assert.Equal(t, 401, m.send("POST /v1/auth/token", demo).Code)
	m.control("PUT /__admin/state", state)
	assert.Equal(t, 200, m.ping(token).Code, "a state has it")
	m.control("POST /__admin/reset", "")
	m.control("POST /__admin/snapshots/before/restore", "")
	assert.Equal(t, 200, m.ping(token).Code, "a snapshot has it")
}

// FuzzTokenRequest holds that whatever is sent is answered in the surface's form, and that no token
// is given for it.
func FuzzTokenRequest(f *testing.F) {
	f.Add("", form, "client_id=demo-client&client_secret=x", "")
	f.Add("client_id=a", form, "client_id=%zz", "Basic !!!")
	f.Add("", "application/json", `{"client_id":"demo-client"}`, "Basic ZGVtby1jbGllbnQ6eA==")
	f.Add("", form+"; charset=\"", "client_id=a&client_id=b", "Bearer x")
	server, err := mockserver.New()
	require.NoError(f, err)
	handler := server.Handler()
	f.Fuzz(func(t *testing.T, query, contentType, body, authorization string) {
		defer readertest.Within(len(query) + len(contentType) + len(body) + len(authorization))()
		r := httptest.NewRequest("POST", "http://localhost/v1/auth/token", strings.NewReader(body))
		r.URL.RawQuery = query
		r.Header = http.Header{"Content-Type": {contentType}, "Authorization": {authorization}}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		switch w.Body.String() {
		case missing, wrong, tooMany, `{"error":{"code":"413000","code_reason":"payload_too_large","message":"Payload too large."}}`:
		default:
			if !strings.Contains(body+authorization, "demo-secret") {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
		}
	})
}

func TestStrictRequestsTakeWhatThePageShows(t *testing.T) {
	m := newMock(t, mockserver.WithStrictRequests())
	assert.Equal(t, 200, m.send("POST /v1/auth/token", demo).Code)
	w := m.send("POST /v1/auth/token", "grant_type=client_credentials", basic("demo-client", "demo-secret"))
	assert.Equal(t, 400, w.Code, "the page has the credentials in the body")
	assert.Contains(t, w.Body.String(), `{"error":{"code":"`)
	assert.Contains(t, w.Body.String(), "client_id: is required")
}

func TestTheSurfaceIsFoundOnAHostOfItsOwn(t *testing.T) {
	m := newMock(t, mockserver.WithProviderHost("auth.example.com", "clientcred"))
	for host, want := range map[string]int{"auth.example.com": 200, "localhost": 200, "oauth.openapi.com": 404} {
		r := httptest.NewRequest("POST", "http://"+host+"/v1/auth/token", strings.NewReader(demo))
		r.Header.Set("Content-Type", form)
		w := httptest.NewRecorder()
		m.handler.ServeHTTP(w, r)
		assert.Equal(t, want, w.Code, host)
	}
	assert.Equal(t, 200, newMock(t, mockserver.WithRootSurface("v1")).send("POST /v1/auth/token", demo).Code)
}

func TestManyClientsAtOnceGetTokensOfTheirOwn(t *testing.T) {
	m := newMock(t)
	tokens := make(chan string, 64)
	var all sync.WaitGroup
	for range cap(tokens) {
		all.Go(func() { tokens <- m.token(demo) })
	}
	all.Wait()
	close(tokens)
	seen := map[string]bool{}
	for token := range tokens {
		assert.False(t, seen[token])
		seen[token] = true
		assert.Equal(t, 200, m.ping(token).Code)
	}
}
