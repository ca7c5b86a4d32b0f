package admin_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
)

func TestStrangersAreTurnedAway(t *testing.T) {
	for name, c := range map[string]struct {
		token  string
		change func(*http.Request)
		status int
	}{
		"a plain request is served":              {status: 200},
		"a page of another origin is refused":    {change: func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }, status: 403},
		"a page that tells no origin is refused": {change: func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, status: 403},
		"a page on another port is refused":      {change: func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") }, status: 403},
		"a page of the own origin is served":     {change: func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-origin") }, status: 200},
		"a link on a page is followed": {change: func(r *http.Request) {
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			r.Header.Set("Sec-Fetch-Mode", "navigate")
			r.Method = http.MethodGet
		}, status: 200},
		"an opaque origin is refused":                      {change: func(r *http.Request) { r.Header.Set("Origin", "null") }, status: 403},
		"the own origin is served":                         {change: func(r *http.Request) { r.Header.Set("Origin", "http://localhost") }, status: 200},
		"a name that was pointed at loopback is refused":   {change: func(r *http.Request) { r.Host = "evil.example:8080" }, status: 403},
		"127.0.0.1 is served":                              {change: func(r *http.Request) { r.Host = "127.0.0.1:8080" }, status: 200},
		"[::1] is served":                                  {change: func(r *http.Request) { r.Host = "[::1]:8080" }, status: 200},
		"a body that is a form is refused":                 {change: func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }, status: 415},
		"a body that is text is refused":                   {change: func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, status: 415},
		"a body without a type is refused":                 {change: func(r *http.Request) { r.Header.Del("Content-Type") }, status: 415},
		"a charset does not matter":                        {change: func(r *http.Request) { r.Header.Set("Content-Type", "application/json; charset=UTF-8") }, status: 200},
		"without the token nobody gets in":                 {token: "hunter22", status: 401},
		"with a wrong token nobody gets in":                {token: "hunter22", change: bearer("hunter2"), status: 401},
		"with the token even another host is served":       {token: "hunter22", change: both(bearer("hunter22"), func(r *http.Request) { r.Host = "mock:8080" }), status: 200},
		"with the token a foreign origin is still refused": {token: "hunter22", change: both(bearer("hunter22"), func(r *http.Request) { r.Header.Set("Origin", "http://evil.example") }), status: 403},
	} {
		t.Run(name, func(t *testing.T) {
			handler := newServer(t, mockserver.WithAdminToken(c.token)).Handler()
			r := httptest.NewRequest("PUT", "http://localhost/__admin/clock", strings.NewReader(`{"frozen":true}`))
			r.Header.Set("Content-Type", "application/json")
			if c.change != nil {
				c.change(r)
			}
			answer := httptest.NewRecorder()
			handler.ServeHTTP(answer, r)
			require.Equal(t, c.status, answer.Code, answer.Body.String())
			if c.status != 200 {
				assert.Equal(t, "application/problem+json", answer.Header().Get("Content-Type"))
				assert.Equal(t, float64(c.status), decoded(t, answer.Body.Bytes()).(map[string]any)["status"])
			}
		})
	}
}

func bearer(token string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }
}

func both(a, b func(*http.Request)) func(*http.Request) {
	return func(r *http.Request) { a(r); b(r) }
}

func TestRubbishIsRefusedAndChangesNothing(t *testing.T) {
	handler := newServer(t, mockserver.WithClock(time.Date(2026, 2, 12, 8, 30, 0, 0, time.UTC)), mockserver.WithFrozenClock()).Handler()
	before := send(t, handler, "GET", "/__admin/state", "").Body.String()
	for name, c := range map[string]struct {
		method, path, body string
		status             int
		says               string
	}{
		"a clock that is not a time":      {"PUT", "/clock", `{"now":"yesterday"}`, 400, "yesterday"},
		"a clock before 1970":             {"PUT", "/clock", `{"now":"1066-10-14T09:00:00Z"}`, 400, "1970"},
		"an unknown member":               {"PUT", "/clock", `{"naw":"2026-02-12T08:30:00Z"}`, 400, "naw"},
		"a second value":                  {"PUT", "/clock", `{} {}`, 400, "goes on"},
		"no JSON":                         {"PUT", "/clock", `now`, 400, "invalid character"},
		"a clock that is advanced back":   {"POST", "/clock/advance", `{"by":"-1h"}`, 400, "above zero"},
		"a duration that is none":         {"POST", "/clock/advance", `{"by":"tomorrow"}`, 400, "24h"},
		"a duration beyond all time":      {"POST", "/clock/advance?account=demo", `{"by":"99999999999h"}`, 400, "duration"},
		"an account that does not exist":  {"GET", "/clock?account=nobody", "", 404, "account"},
		"a fixture that does not exist":   {"POST", "/accounts", `{"fixture":"demmo"}`, 400, "demmo"},
		"an environment that is none":     {"POST", "/accounts", `{"environment":"staging"}`, 400, "sandbox"},
		"credentials of somebody else":    {"POST", "/accounts", `{"email":"dev@example.com","apiKey":"0123456789abcdef0123456789abcdef"}`, 409, "unique"},
		"an amount that is text":          {"POST", "/accounts/demo/wallet", `{"amount":"ten"}`, 400, "ten"},
		"an amount with five decimals":    {"POST", "/accounts/demo/wallet", `{"amount":0.00001}`, 400, "four decimals"},
		"an amount of absurd size":        {"POST", "/accounts/demo/wallet", `{"amount":1e999999999}`, 400, "amount"},
		"no amount":                       {"POST", "/accounts/demo/wallet", `{}`, 400, "amount"},
		"a debit of more than there is":   {"POST", "/accounts/demo/wallet", `{"amount":-1000000}`, 409, "credit-insufficient"},
		"a rate limit of nothing":         {"PUT", "/ratelimit", `{"limit":0}`, 400, "limit"},
		"a window that is none":           {"PUT", "/ratelimit?account=demo", `{"window":"0s"}`, 400, "window"},
		"a limit below nothing, disabled": {"PUT", "/ratelimit", `{"limit":-5,"enabled":false}`, 400, "limit"},
		"a window of more than a year":    {"PUT", "/ratelimit", `{"limit":5,"window":"2562047h47m16s"}`, 400, "8760h"},
		"a client whose id is taken":      {"POST", "/accounts/demo-sandbox/clients", `{"id":"demo-client"}`, 409, "unique in a server"},
		"a client with a colon":           {"POST", "/accounts/demo/clients", `{"id":"a:b"}`, 400, "is not a client id"},
		"a client of nobody":              {"POST", "/accounts/nobody/clients", `{}`, 404, "account"},
		"a client that leads to a script": {"POST", "/accounts/demo/clients", `{"redirectUris":["javascript:alert(1)"]}`, 400, "leads a browser to no client"},
		"a client with unknown members":   {"POST", "/accounts/demo/clients", `{"redirect_uris":[]}`, 400, "redirect_uris"},
		"a removal of no client":          {"DELETE", "/accounts/demo/clients/nobody", "", 404, "no such client"},
		"a removal of another's client":   {"DELETE", "/accounts/demo-sandbox/clients/demo-client", "", 404, "no such client"},
		"a user who is there":             {"POST", "/accounts/demo/users", `{"username":"johndoe","password":"x"}`, 409, "already"},
		"a user without a password":       {"POST", "/accounts/demo/users", `{"username":"jane"}`, 400, "is not a password"},
		"a user of nobody":                {"POST", "/accounts/nobody/users", `{"username":"jane","password":"x"}`, 404, "account"},
		"a removal of no user":            {"DELETE", "/accounts/demo/users/jane", "", 404, "no such user"},
		"a rate limit of no client":       {"PUT", "/ratelimit?client=nobody", `{"limit":5}`, 404, "no such client"},
		"a client beside its account":     {"GET", "/ratelimit?client=demo-client&account=demo", "", 400, "client"},
		"a filter by no client":           {"GET", "/requests?client=nobody", "", 404, "no such client"},
		"a long amount":                   {"POST", "/accounts/demo/wallet", `{"amount":1` + strings.Repeat("0", 900_000) + `}`, 400, "… (cut)"},
		"a filter that does not exist":    {"GET", "/requests?statuz=404", "", 400, "statuz"},
		"an entry that does not exist":    {"GET", "/requests/12345", "", 404, "12345"},
		"an account in no form":           {"PUT", "/accounts/demo", `{"email":7}`, 400, "email"},
		"an account of another id":        {"PUT", "/accounts/demo", `{"id":"other","email":"a@example.com","apiKey":"k","environment":"production","createdAt":"-1d","enabledScopes":[],"wallet":{"createdAt":"-1d"}}`, 400, "other"},
		"a state in no form":              {"PUT", "/state", `{"version":"1.0","accounts":[{}]}`, 400, "apiKey"},
		"a state of another age":          {"PUT", "/state", `{"version":"2.0","accounts":[]}`, 400, "version"},
		"a reset with a misspelt account": {"POST", "/reset?acount=demo", "", 400, "acount"},
		"a reset with an empty account":   {"POST", "/reset?account=", "", 400, "account"},
		"a reset of two accounts":         {"POST", "/reset?account=demo&account=demo-sandbox", "", 400, "once"},
		"a parameter where none is taken": {"GET", "/state?pretty=1", "", 400, "pretty"},
		"an amount in quotes":             {"POST", "/accounts/demo/wallet", `{"amount":"1"}`, 400, "amount"},
		"an amount of nothing":            {"POST", "/accounts/demo/wallet", `{"amount":0}`, 400, "0"},
		"a list for an object":            {"POST", "/accounts", `[]`, 400, "want an object"},
		"a number for a text":             {"POST", "/clock/advance", `{"by":1}`, 400, "by"},
		"an e-mail that Basic cannot say": {"POST", "/accounts", `{"email":"a:b@example.com"}`, 400, "email"},
		"a key with control characters":   {"POST", "/accounts", `{"apiKey":"\u0000\n"}`, 400, "apiKey"},
		"a clock beyond all offsets":      {"PUT", "/clock", `{"now":"2250-01-01T00:00:00Z"}`, 400, "2249"},
		"an advance beyond all offsets":   {"POST", "/clock/advance", `{"by":"2540400h"}`, 400, "2249"},
		"a removal of nobody":             {"DELETE", "/accounts/nobody", "", 404, "account"},
		"a reset of nobody":               {"POST", "/reset?account=nobody", "", 404, "account"},
	} {
		t.Run(name, func(t *testing.T) {
			answer := send(t, handler, c.method, "/__admin"+c.path, c.body)
			assert.Equal(t, c.status, answer.Code, answer.Body.String())
			assert.Equal(t, "application/problem+json", answer.Header().Get("Content-Type"))
			assert.Contains(t, answer.Body.String(), c.says)
		})
	}
	assert.JSONEq(t, before, send(t, handler, "GET", "/__admin/state", "").Body.String())
}

func TestTheClockMovesWhatFallsDue(t *testing.T) {
	handler := newServer(t, mockserver.WithFixtures("empty"), mockserver.WithClock(time.Date(2026, 2, 12, 8, 30, 0, 0, time.UTC)), mockserver.WithFrozenClock()).Handler()
	var account struct{ ID, Email, APIKey string }
	require.NoError(t, json.Unmarshal(send(t, handler, "POST", "/__admin/accounts", "{}").Body.Bytes(), &account))
	r := httptest.NewRequest("POST", "http://localhost/tokens", strings.NewReader(`{"scopes":["*:*/*"],"ttl":3600}`))
	r.SetBasicAuth(account.Email, account.APIKey)
	made := httptest.NewRecorder()
	handler.ServeHTTP(made, r)
	require.Equal(t, 200, made.Code, made.Body.String())
	token := decoded(t, made.Body.Bytes()).(map[string]any)["token"]

	answer := send(t, handler, "POST", "/__admin/clock/advance?account="+account.ID, `{"by":"1h"}`)
	assert.JSONEq(t, `{"now":"2026-02-12T09:30:00Z","frozen":true,"dropped":0,"fired":[
		{"at":"2026-02-12T09:30:00Z","what":"token.expired","account":"`+account.ID+`","id":"`+token.(string)+`"}]}`, answer.Body.String())
	assert.JSONEq(t, `{"now":"2026-02-12T08:30:00Z","frozen":true}`, send(t, handler, "GET", "/__admin/clock", "").Body.String(), "the server's clock stays")
	assert.JSONEq(t, `{"now":"2026-02-12T09:30:00Z","frozen":true}`, send(t, handler, "GET", "/__admin/clock?account="+account.ID, "").Body.String())

	assert.Equal(t, 204, send(t, handler, "POST", "/__admin/reset", "").Code)
	assert.Equal(t, 404, send(t, handler, "GET", "/__admin/clock?account="+account.ID, "").Code, "a reset removes accounts that were made since the start")
}

func TestAnExportedStateCanBeImported(t *testing.T) {
	from := newServer(t, mockserver.WithClock(time.Date(2026, 2, 12, 8, 30, 0, 0, time.UTC)), mockserver.WithFrozenClock(), mockserver.WithSeed(7)).Handler()
	send(t, from, "POST", "/tokens", `{"scopes":["GET:company.openapi.com/IT-start"],"name":"kept","limits":{"walletAmount":0.5,"ip":[]}}`)
	send(t, from, "POST", "/__admin/accounts/demo/wallet", `{"amount":0.0001}`)
	send(t, from, "PUT", "/__admin/ratelimit?account=demo", `{"limit":77}`)
	send(t, from, "POST", "/__admin/clock/advance?account=demo", `{"by":"90m"}`)
	state := send(t, from, "GET", "/__admin/state", "").Body.String()

	to := newServer(t).Handler()
	answer := send(t, to, "PUT", "/__admin/state", state)
	require.Equal(t, 204, answer.Code, answer.Body.String())
	assert.JSONEq(t, state, send(t, to, "GET", "/__admin/state", "").Body.String())
	for _, path := range []string{"/tokens", "/wallet", "/wallet/transactions", "/errors", "/callbacks", "/subscriptions", "/stats/apis"} {
		assert.Equal(t, send(t, from, "GET", path, "").Body.String(), send(t, to, "GET", path, "").Body.String(), path)
	}
}

func TestAnAccountIsPutAsItIsRead(t *testing.T) {
	handler := newServer(t, mockserver.WithClock(time.Date(2026, 2, 12, 8, 30, 0, 0, time.UTC)), mockserver.WithFrozenClock()).Handler()
	before := send(t, handler, "GET", "/__admin/accounts/demo", "").Body.String()
	send(t, handler, "POST", "/__admin/accounts/demo/wallet", `{"amount":5}`)
	answer := send(t, handler, "PUT", "/__admin/accounts/demo", before)
	require.Equal(t, 200, answer.Code, answer.Body.String())
	assert.JSONEq(t, before, answer.Body.String())
	assert.Equal(t, 200, send(t, handler, "GET", "/wallet", "").Code, "the account's secrets still find it")
}

func TestTheJournalShowsNoSecret(t *testing.T) {
	handler := newServer(t).Handler()
	made := send(t, handler, "POST", "/tokens", `{"scopes":["GET:company.openapi.com/IT-start"]}`)
	fields := decoded(t, made.Body.Bytes()).(map[string]any)
	token, refresh := fields["token"].(string), fields["refreshToken"].(string)
	send(t, handler, "GET", "/tokens/"+token, "")
	send(t, handler, "GET", "/tokens?id="+token, "")
	send(t, handler, "GET", "/wallet?apiKey=0123456789abcdef0123456789abcdef", "")
	rotation := httptest.NewRequest("PATCH", "http://localhost/tokens/"+token, strings.NewReader("{}"))
	rotation.Header.Set("Authorization", "Bearer "+refresh)
	handler.ServeHTTP(httptest.NewRecorder(), rotation)

	shown := send(t, handler, "GET", "/__admin/requests", "").Body.String()
	require.Len(t, decoded(t, []byte(shown)).(map[string]any)["items"], 5)
	basic := base64.StdEncoding.EncodeToString([]byte("dev@example.com:0123456789abcdef0123456789abcdef"))
	for name, secret := range map[string]string{"token": token, "refresh token": refresh, "API key": "0123456789abcdef0123456789abcdef", "Basic": basic} {
		assert.NotContains(t, shown, secret, name)
	}
	assert.Contains(t, shown, "[secret ", "fingerprints stand in their place")
}

func TestResetOfOneAccountLeavesTheOthersAlone(t *testing.T) {
	handler := newServer(t).Handler()
	send(t, handler, "POST", "/__admin/accounts/demo/wallet", `{"amount":5}`)
	send(t, handler, "POST", "/__admin/accounts/demo-sandbox/wallet", `{"amount":5}`)
	demo, sandbox := credit(t, handler, "demo"), credit(t, handler, "demo-sandbox")
	require.Equal(t, 204, send(t, handler, "POST", "/__admin/reset?account=demo", "").Code)
	assert.Equal(t, demo-1, credit(t, handler, "demo"))
	assert.Equal(t, sandbox, credit(t, handler, "demo-sandbox"))
}

// credit counts the transactions of an account's wallet.
func credit(t *testing.T, h http.Handler, id string) int {
	t.Helper()
	account := decoded(t, send(t, h, "GET", "/__admin/accounts/"+id, "").Body.Bytes()).(map[string]any)
	return len(account["wallet"].(map[string]any)["transactions"].([]any))
}

func TestTheServersClockTakesNoAccountOutOfRange(t *testing.T) {
	server, err := mockserver.New()
	require.NoError(t, err)
	handler := server.Handler()
	for _, step := range []struct {
		method, path, body string
		status             int
	}{
		{"PUT", "/clock", `{"now":"1970-01-02T00:00:00Z","frozen":false}`, 200},
		{"PUT", "/clock?account=demo", `{"now":"2249-01-02T00:00:00Z","frozen":false}`, 200},
		{"PUT", "/clock", `{"now":"2026-01-01T00:00:00Z","frozen":false}`, 400},
		{"POST", "/clock/advance", `{"by":"87600h"}`, 400},
		{"PUT", "/clock?account=demo", `{"now":"1971-01-02T00:00:00Z","frozen":false}`, 200},
		{"PUT", "/clock", `{"now":"2026-01-01T00:00:00Z","frozen":false}`, 200},
	} {
		answer := send(t, handler, step.method, "/__admin"+step.path, step.body)
		assert.Equal(t, step.status, answer.Code, "%s %s %s: %s", step.method, step.path, step.body, answer.Body)
	}
}
