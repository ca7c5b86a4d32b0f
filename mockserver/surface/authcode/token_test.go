package authcode_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
)

const (
	verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" // of RFC 7636, appendix B
	challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

// approving is a mock that skips the pages, and gives codes.
func approving(t *testing.T, options ...mockserver.Option) *mock {
	t.Helper()
	return newMock(t, append([]mockserver.Option{mockserver.WithAutoApprove("")}, options...)...)
}

// code asks for a code with further parameters.
func (m *mock) code(more ...string) string {
	m.t.Helper()
	query := url.Values{"client_id": {"demo-client"}, "redirect_uri": {callback}, "response_type": {"code"}}
	for i := 0; i+1 < len(more); i += 2 {
		query.Set(more[i], more[i+1])
	}
	code := back(m.t, m.send("GET", "/api/authorize.php?"+query.Encode(), "")).Get("code")
	require.NotEmpty(m.t, code)
	return code
}

func accessToken(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	require.Equal(t, 200, w.Code, w.Body.String())
	return w.Body.String()[len(`{"access_token":"`):][:32]
}

func TestAnExchangeIsRefusedForWhatIsWrongWithIt(t *testing.T) {
	basic := func(credentials string) string {
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(credentials))
	}
	for name, c := range map[string]struct {
		authorize []string
		// form changes what is sent; a value "-" leaves a parameter out. body, unless empty, is
		// sent in its place.
		form          []string
		body          string
		authorization string
		query         string
		contentType   string
		status        int
		code          string
		challenge     bool
		explained     string
	}{
		"nothing is":                         {status: 200},
		"what is not asked for":              {form: []string{"grant_type", "password", "scope", "x", "redirect_uri", callback, "audience", "y"}, status: 200},
		"the secret as Basic":                {form: []string{"client_id", "-", "client_secret", "-"}, authorization: basic("demo-client:demo-secret"), status: 200},
		"the secret in both places":          {authorization: basic("demo-client:demo-secret"), status: 200},
		"the secret, encoded in Basic":       {form: []string{"client_id", "-", "client_secret", "-"}, authorization: basic("demo%2Dclient:demo%2Dsecret"), status: 200},
		"with a charset":                     {contentType: "application/x-www-form-urlencoded; charset=UTF-8", status: 200},
		"no code":                            {form: []string{"code", "-"}, status: 400, code: "invalid_request", explained: "no code"},
		"no client":                          {form: []string{"client_id", "-"}, status: 400, code: "invalid_request", explained: "no client_id"},
		"no secret":                          {form: []string{"client_secret", "-"}, status: 400, code: "invalid_request", explained: "no client_secret"},
		"an empty secret":                    {form: []string{"client_secret", ""}, status: 400, code: "invalid_request", explained: "no client_secret"},
		"a wrong secret":                     {form: []string{"client_secret", "wrong"}, status: 401, code: "invalid_client", explained: "not that of the client"},
		"a wrong secret as Basic":            {form: []string{"client_id", "-", "client_secret", "-"}, authorization: basic("demo-client:wrong"), status: 401, code: "invalid_client", challenge: true},
		"two secrets that differ":            {form: []string{"client_secret", "wrong"}, authorization: basic("demo-client:demo-secret"), status: 400, code: "invalid_request", explained: "not those in the Authorization header"},
		"no Basic":                           {authorization: "Basic x", status: 401, code: "invalid_client", challenge: true},
		"a client that is unknown":           {form: []string{"client_id", "nobody"}, status: 401, code: "invalid_client", explained: "no client has this client_id"},
		"a client that is disabled":          {form: []string{"client_id", "off", "client_secret", "off-secret"}, status: 401, code: "invalid_client", explained: "disabled"},
		"another client":                     {form: []string{"client_id", "many", "client_secret", "many-secret"}, status: 400, code: "invalid_code", explained: "the code was given to the client demo-client, not to many"},
		"another account's client":           {form: []string{"client_id", "other", "client_secret", "other-secret"}, status: 400, code: "invalid_code"},
		"a code that was never given":        {form: []string{"code", "0123456789abcdef0123456789abcdef"}, status: 400, code: "invalid_code", explained: "no such code"},
		"another redirect URI":               {form: []string{"redirect_uri", elsewhere}, status: 400, code: "invalid_code", explained: "not the one that the code was sent to"},
		"a secret in the query":              {query: "?client_secret=demo-secret", status: 400, code: "invalid_request", explained: "the query has client_secret"},
		"JSON":                               {contentType: "application/json", status: 400, code: "invalid_request", explained: "Content-Type"},
		"a form of several parts":            {contentType: "multipart/form-data; boundary=x", status: 400, code: "invalid_request", explained: "Content-Type"},
		"a parameter that comes twice":       {body: "client_id=demo-client&client_id=demo-client&client_secret=demo-secret&code=x", status: 400, code: "invalid_request", explained: "more than once"},
		"a verifier":                         {authorize: []string{"code_challenge", challenge, "code_challenge_method", "S256"}, form: []string{"code_verifier", verifier}, status: 200},
		"a plain verifier":                   {authorize: []string{"code_challenge", verifier, "code_challenge_method", "plain"}, form: []string{"code_verifier", verifier}, status: 200},
		"a plain verifier, by default":       {authorize: []string{"code_challenge", verifier}, form: []string{"code_verifier", verifier}, status: 200},
		"no verifier":                        {authorize: []string{"code_challenge", challenge, "code_challenge_method", "S256"}, status: 400, code: "invalid_code", explained: "has no code_verifier"},
		"an empty verifier":                  {authorize: []string{"code_challenge", challenge, "code_challenge_method", "S256"}, form: []string{"code_verifier", ""}, status: 400, code: "invalid_code", explained: "has no code_verifier"},
		"a wrong verifier":                   {authorize: []string{"code_challenge", challenge, "code_challenge_method", "S256"}, form: []string{"code_verifier", strings.Repeat("x", 43)}, status: 400, code: "invalid_code", explained: "another flow's"},
		"the challenge as verifier":          {authorize: []string{"code_challenge", challenge, "code_challenge_method", "S256"}, form: []string{"code_verifier", challenge}, status: 400, code: "invalid_code", explained: "the challenge must be the SHA-256 hash"},
		"a challenge with padding":           {authorize: []string{"code_challenge", challenge + "=", "code_challenge_method", "S256"}, form: []string{"code_verifier", verifier}, status: 400, code: "invalid_code", explained: "padding"},
		"a challenge without its method":     {authorize: []string{"code_challenge", challenge}, form: []string{"code_verifier", verifier}, status: 400, code: "invalid_code", explained: "send code_challenge_method=S256"},
		"a challenge in hexadecimal digits":  {authorize: []string{"code_challenge", "13d31e961a1ad8ec2f16b10c4c982e0876a878ad6df144566ee1894acb70f9c3", "code_challenge_method", "S256"}, form: []string{"code_verifier", verifier}, status: 400, code: "invalid_code", explained: "hexadecimal"},
		"a verifier that nobody asked for":   {form: []string{"code_verifier", verifier}, status: 400, code: "invalid_code", explained: "without a code_challenge"},
		"a code in capitals":                 {form: []string{"code", "X"}, status: 400, code: "invalid_code"},
		"a code with what belongs elsewhere": {form: []string{"code", "x\r\nSet-Cookie: a=b"}, status: 400, code: "invalid_code"},
	} {
		t.Run(name, func(t *testing.T) {
			m := approving(t)
			form := url.Values{"code": {m.code(c.authorize...)}, "client_id": {"demo-client"}, "client_secret": {"demo-secret"}}
			right := form.Encode()
			for i := 0; i+1 < len(c.form); i += 2 {
				if form.Set(c.form[i], c.form[i+1]); c.form[i+1] == "-" {
					form.Del(c.form[i])
				}
			}
			body := c.body
			if body == "" {
				body = form.Encode()
			}
			w := m.send("POST", "/api/token.php"+c.query, body, func(r *http.Request) {
				if c.authorization != "" {
					r.Header.Set("Authorization", c.authorization)
				}
				if c.contentType != "" {
					r.Header.Set("Content-Type", c.contentType)
				}
			})
			assert.Equal(t, c.status, w.Code, w.Body.String())
			assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
			assert.Equal(t, c.challenge, w.Header().Get("WWW-Authenticate") == `Basic realm="oauthmock"`)
			if c.status == 200 {
				return
			}
			assert.Equal(t, c.code, failure(t, w))
			assert.Contains(t, m.explained(w), c.explained)
			if len(c.authorize) == 0 {
				assert.Equal(t, 200, m.send("POST", "/api/token.php", right).Code, "what was refused does not use up the code")
			}
		})
	}
}

func TestStrictRequestsAreRefusedInTheWordsOfTheAPI(t *testing.T) {
	m := newMock(t, mockserver.WithStrictRequests())
	w := m.send("POST", "/api/token.php", "code=x", func(r *http.Request) { r.SetBasicAuth("demo-client", "demo-secret") })
	assert.Equal(t, 400, w.Code)
	assert.Equal(t, "invalid_request", failure(t, w))
	assert.Contains(t, w.Body.String(), "body.client_id: is required")
	b := m.browser(request)
	b.open()
	assert.Equal(t, 303, b.submit("user", "johndoe").Code, "the forms of the page are not the document's")
}

func TestACodeWorksOnceAndTakesBackWhatItGave(t *testing.T) {
	m := approving(t)
	code := m.code()
	first := m.token(code)
	token := accessToken(t, first)
	assert.Equal(t, 200, m.userinfo(token).Code)
	w := m.token(code)
	assert.Equal(t, "invalid_code", failure(t, w))
	assert.Contains(t, m.explained(w), "this code was used at 2026-02-12T12:00:00Z, by request "+first.Header().Get("X-Mock-Request-Id"))
	assert.Contains(t, m.explained(w), "revoked")
	assert.Equal(t, "invalid_token", failure(t, m.userinfo(token)))
}

func TestOfManyExchangesOfACodeOneWins(t *testing.T) {
	m := approving(t)
	code := m.code()
	var all sync.WaitGroup
	codes := make([]int, 16)
	for i := range codes {
		all.Go(func() { codes[i] = m.token(code).Code })
	}
	all.Wait()
	won := 0
	for _, status := range codes {
		if status == 200 {
			won++
		} else {
			assert.Equal(t, 400, status)
		}
	}
	assert.Equal(t, 1, won)
}

func TestCodesAndTokensExpireByTheClock(t *testing.T) {
	m := approving(t)
	code := m.code()
	m.admin("POST", "/clock/advance", `{"by":"59s"}`)
	token := accessToken(t, m.token(code))
	code = m.code()
	m.admin("POST", "/clock/advance", `{"by":"60s"}`)
	w := m.token(code)
	assert.Equal(t, "invalid_code", failure(t, w))
	assert.Contains(t, m.explained(w), "expired at 2026-02-12T12:01:59Z")

	m.admin("POST", "/clock/advance", `{"by":"3539s"}`)
	assert.Equal(t, 200, m.userinfo(token).Code)
	m.admin("POST", "/clock/advance", `{"by":"1s"}`)
	assert.Equal(t, "invalid_token", failure(t, m.userinfo(token)))
}

func TestUserinfoWantsALiveTokenOfThisGrant(t *testing.T) {
	m := approving(t)
	w := m.send("POST", "/v1/auth/token", "client_id=demo-client&client_secret=demo-secret")
	require.Equal(t, 200, w.Code)
	_, own, _ := strings.Cut(w.Body.String(), `"access_token":"`)
	live := accessToken(t, m.token(m.code()))
	for authorization, challenge := range map[string]string{
		"": `Bearer realm="oauthmock"`, "Basic x": `Bearer realm="oauthmock"`, "Bearer": `Bearer realm="oauthmock"`, live: `Bearer realm="oauthmock"`,
		"Bearer nobody":      `Bearer realm="oauthmock", error="invalid_token"`,
		"Bearer " + own[:35]: `Bearer realm="oauthmock", error="invalid_token"`,
	} {
		w := m.send("GET", "/api/userinfo.php?access_token="+live, "", func(r *http.Request) { r.Header.Set("Authorization", authorization) })
		assert.Equal(t, 401, w.Code, authorization)
		assert.Equal(t, "invalid_token", failure(t, w))
		assert.Equal(t, challenge, w.Header().Get("WWW-Authenticate"), authorization)
	}
	assert.Equal(t, `{"username":"johndoe","email":"john@example.com","full_name":"John Doe"}`, m.userinfo(live).Body.String())
}

func TestPagesOfOtherOriginsMayAskWhoTheUserIs(t *testing.T) {
	const origin = "https://app.example.com"
	m := approving(t, mockserver.WithCORS(origin))
	w := m.send("OPTIONS", "/api/userinfo.php", "", func(r *http.Request) {
		r.Header.Set("Origin", origin)
		r.Header.Set("Access-Control-Request-Method", "GET")
		r.Header.Set("Access-Control-Request-Headers", "authorization")
	})
	assert.Equal(t, 204, w.Code)
	assert.Equal(t, origin, w.Header().Get("Access-Control-Allow-Origin"))
	assert.Equal(t, "authorization", w.Header().Get("Access-Control-Allow-Headers"))
	token := accessToken(t, m.token(m.code()))
	w = m.send("GET", "/api/userinfo.php", "", func(r *http.Request) {
		r.Header.Set("Origin", origin)
		r.Header.Set("Authorization", "Bearer "+token)
	})
	assert.Equal(t, origin, w.Header().Get("Access-Control-Allow-Origin"))
	assert.Equal(t, 200, w.Code)
}

func TestEachClientHasAWindowOfItsOwn(t *testing.T) {
	m := approving(t, mockserver.WithRateLimit(3))
	code := m.code()
	assert.Equal(t, 400, m.token("nobody's").Code)
	w := m.token(code)
	assert.Equal(t, "0", w.Header().Get("RateLimit-Remaining"))
	token := accessToken(t, w)
	for _, w := range []*httptest.ResponseRecorder{m.token(code), m.userinfo(token), m.send("GET", "/api/authorize.php?"+request, "")} {
		assert.Equal(t, 429, w.Code)
		assert.Equal(t, "rate_limit_exceeded", failure(t, w))
		assert.Equal(t, "3", w.Header().Get("RateLimit-Limit"))
		assert.Equal(t, "60", w.Header().Get("Retry-After"))
	}
	page := m.browser(request).visit("GET", "")
	assert.Equal(t, 429, page.Code)
	assert.Contains(t, page.Body.String(), "<h1>Too many requests</h1>")
	assert.Equal(t, 302, m.send("GET", "/api/authorize.php?"+strings.Replace(request, "demo-client", "many", 1), "").Code, "another client's window")
	m.admin("POST", "/clock/advance", `{"by":"60s"}`)
	assert.Equal(t, 200, m.userinfo(token).Code)
	assert.Equal(t, 200, m.send("GET", "/wallet", "", func(r *http.Request) { r.SetBasicAuth("dev@example.com", "0123456789abcdef0123456789abcdef") }).Code)
	assert.NotContains(t, m.admin("GET", "/accounts/demo", ""), "/api/", "calls are in none of v2's statistics")
}

func TestConsentWithoutPagesCanBeSwitched(t *testing.T) {
	m := newMock(t)
	get := func() int { return m.send("GET", "/api/authorize.php?"+request, "").Code }
	assert.Equal(t, 200, get())
	assert.Equal(t, `{"enabled":true,"user":"jane"}`, strings.TrimSpace(m.admin("PUT", "/autoapprove", `{"enabled":true,"user":"jane"}`)))
	assert.Equal(t, 302, get())
	assert.Equal(t, `{"enabled":false,"user":""}`, strings.TrimSpace(m.admin("PUT", "/autoapprove", `{"enabled":false}`)))
	assert.Equal(t, 200, get())
	m.admin("PUT", "/autoapprove", `{}`)
	assert.Equal(t, `{"enabled":true,"user":""}`, strings.TrimSpace(m.admin("GET", "/autoapprove", "")))
	m.admin("POST", "/reset", "")
	assert.Equal(t, 200, get(), "a reset restores what the server began with")
}
