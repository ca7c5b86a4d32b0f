package v2_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/clock"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/surface"
	v2 "oauthmock/mockserver/surface/v2"
	"oauthmock/mockserver/surface/v2/mocks"
	"oauthmock/spec"
	"oauthmock/spec/readertest"
)

var noon = time.Date(2026, 2, 12, 12, 0, 0, 0, time.UTC)

// testSurface is the surface in front of accounts that answer what the test says.
type testSurface struct {
	accounts *mocks.Accounts
	handler  http.Handler
	log      bytes.Buffer
	last     *exchange.Exchange
}

// tester is what a testSurface needs of *testing.T, and of *rapid.T.
type tester interface {
	mock.TestingT
	Helper()
	Cleanup(end func())
}

func newTestSurface(t tester, shape v2.TokenShape) *testSurface {
	t.Helper()
	table, err := spec.Refusals()
	require.NoError(t, err)
	b := &testSurface{accounts: mocks.NewAccounts(t)}
	b.accounts.EXPECT().Authenticate("a+b@example.com", "key", mock.Anything).Return(account.Identity{ID: "one", Environment: account.Production}, true).Maybe()
	b.accounts.EXPECT().Authenticate(mock.Anything, mock.Anything, mock.Anything).Return(account.Identity{}, false).Maybe()
	api := v2.New(b.accounts, shape, v2.Full)
	api.Prefix = ""
	router, err := surface.NewRouter(surface.Config{Table: func() *spec.Table { return table }, Log: slog.New(slog.NewTextHandler(&b.log, nil))}, api)
	require.NoError(t, err)
	b.handler = &exchange.Handler{
		Next:  router,
		Clock: clock.New(func() time.Time { return noon }), Real: func() time.Time { return noon }, MaxBody: 1 << 10,
		Done: func(e *exchange.Exchange) { b.last = e },
	}
	return b
}

// refuses makes the accounts pass on what the surface refuses.
func (b *testSurface) refuses() {
	b.accounts.EXPECT().Refuse(mock.Anything, mock.Anything, mock.Anything).
		RunAndReturn(func(_ context.Context, _ account.Call, refusal error) (account.Receipt, error) {
			return account.Receipt{At: noon}, refusal
		}).Maybe()
}

func (b *testSurface) send(method, target, body string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://localhost"+target, strings.NewReader(body))
	r.SetBasicAuth("a+b@example.com", "key")
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	return w
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func TestBodiesAreReadAsTheyAreMeant(t *testing.T) {
	scopes := account.Change[[]string]{Present: true, Value: []string{"GET:a.b/c"}}
	present := func(n int64) account.Change[int64] { return account.Change[int64]{Present: true, Value: n} }
	for name, c := range map[string]struct {
		body string
		want account.TokenRequest
	}{
		"nothing":                              {``, account.TokenRequest{}},
		"an empty object":                      {`{}`, account.TokenRequest{}},
		"null":                                 {`null`, account.TokenRequest{}},
		"an empty array is an empty object":    {`[ ]`, account.TokenRequest{}},
		"text has no scopes":                   {`"GET:a.b/c"`, account.TokenRequest{}},
		"null scopes are none":                 {`{"scopes":null}`, account.TokenRequest{}},
		"scopes":                               {`{"scopes":["GET:a.b/c"]}`, account.TokenRequest{Scopes: scopes}},
		"other letters are another member":     {`{"Scopes":["GET:a.b/c"]}`, account.TokenRequest{}},
		"members that nobody knows":            {`{"scopes":["GET:a.b/c"],"grant_type":"x"}`, account.TokenRequest{Scopes: scopes}},
		"scopes as text":                       {`{"scopes":"GET:a.b/c"}`, account.TokenRequest{ScopesMalformed: true}},
		"scopes as an object":                  {`{"scopes":{"0":"GET:a.b/c"}}`, account.TokenRequest{ScopesMalformed: true}},
		"a number among the scopes":            {`{"scopes":["GET:a.b/c",1]}`, account.TokenRequest{ScopesMalformed: true}},
		"null among the scopes":                {`{"scopes":[null]}`, account.TokenRequest{ScopesMalformed: true}},
		"scopes before the types of others":    {`{"scopes":"x","ttl":"x"}`, account.TokenRequest{ScopesMalformed: true}},
		"an empty array of scopes":             {`{"scopes":[],"ttl":"x"}`, account.TokenRequest{Scopes: account.Change[[]string]{Present: true, Value: []string{}}}},
		"a lifetime":                           {`{"scopes":["GET:a.b/c"],"ttl":60}`, account.TokenRequest{Scopes: scopes, TTL: present(60)}},
		"a lifetime with a point":              {`{"scopes":["GET:a.b/c"],"ttl":60.0}`, account.TokenRequest{Scopes: scopes, TTL: present(60)}},
		"a lifetime with an exponent":          {`{"scopes":["GET:a.b/c"],"ttl":6e1}`, account.TokenRequest{Scopes: scopes, TTL: present(60)}},
		"a lifetime that no integer holds":     {`{"scopes":["GET:a.b/c"],"ttl":1e400}`, account.TokenRequest{Scopes: scopes, TTL: present(1<<63 - 1)}},
		"a lifetime beyond 64 bits":            {`{"scopes":["GET:a.b/c"],"ttl":-99999999999999999999}`, account.TokenRequest{Scopes: scopes, TTL: present(-1 << 63)}},
		"a null lifetime is none":              {`{"scopes":["GET:a.b/c"],"ttl":null}`, account.TokenRequest{Scopes: scopes}},
		"a name":                               {`{"scopes":["GET:a.b/c"],"name":"ü"}`, account.TokenRequest{Scopes: scopes, Name: account.Change[string]{Present: true, Value: "ü"}}},
		"limits that are null are all removed": {`{"scopes":["GET:a.b/c"],"limits":null}`, account.TokenRequest{Scopes: scopes, Limits: account.LimitsChange{Null: true}}},
		"limits": {`{"scopes":["GET:a.b/c"],"limits":{"totalRequests":0,"walletRequests":null,"walletAmount":0.0001,"ip":["::1"],"other":1}}`,
			account.TokenRequest{Scopes: scopes, Limits: account.LimitsChange{
				TotalRequests: present(0), WalletRequests: account.Change[int64]{Present: true, Null: true},
				WalletAmount: account.Change[account.Money]{Present: true, Value: 1}, IP: account.Change[[]string]{Present: true, Value: []string{"::1"}},
			}}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newTestSurface(t, v2.Both)
			var got account.TokenRequest
			b.accounts.EXPECT().CreateToken(mock.Anything, mock.Anything, mock.Anything).
				RunAndReturn(func(_ context.Context, _ account.Call, r account.TokenRequest) (account.Token, account.Receipt, error) {
					got = r
					return account.Token{}, account.Receipt{}, nil
				})
			answer := b.send("POST", "/tokens", c.body, header("Content-Type", "application/x-www-form-urlencoded"))
			require.Equal(t, 200, answer.Code, answer.Body.String())
			assert.Equal(t, c.want, got)
		})
	}
}

func TestWhatCannotBeReadIsRefusedAndRecorded(t *testing.T) {
	for name, c := range map[string]struct {
		method, target, body string
		change               func(*http.Request)
		status               int
		code                 string
	}{
		"no JSON":                      {method: "POST", target: "/tokens", body: `{"scopes":`, status: 400, code: "400"},
		"JSON and more":                {method: "POST", target: "/tokens", body: `{} {}`, status: 400, code: "400"},
		"no UTF-8":                     {method: "POST", target: "/tokens", body: "{\"scopes\":[\"\xff\"]}", status: 400, code: "400"},
		"JSON that is too deep":        {method: "POST", target: "/tokens", body: strings.Repeat("[", 900), status: 400, code: "400"},
		"a body that is too large":     {method: "POST", target: "/tokens", body: strings.Repeat(" ", 1025), status: 413, code: "413"},
		"a name that is a number":      {method: "POST", target: "/tokens", body: `{"scopes":["a"],"name":1}`, status: 422, code: "422"},
		"a ttl that is text":           {method: "POST", target: "/tokens", body: `{"scopes":["a"],"ttl":"60"}`, status: 422, code: "422"},
		"a ttl that is half":           {method: "POST", target: "/tokens", body: `{"scopes":["a"],"ttl":0.5}`, status: 422, code: "422"},
		"limits that are an array":     {method: "POST", target: "/tokens", body: `{"scopes":["a"],"limits":[1]}`, status: 422, code: "422"},
		"a limit that is negative":     {method: "POST", target: "/tokens", body: `{"scopes":["a"],"limits":{"totalRequests":-1}}`, status: 422, code: "422"},
		"a limit that is text":         {method: "POST", target: "/tokens", body: `{"scopes":["a"],"limits":{"walletRequests":"1"}}`, status: 422, code: "422"},
		"an amount with five decimals": {method: "POST", target: "/tokens", body: `{"scopes":["a"],"limits":{"walletAmount":0.00001}}`, status: 422, code: "422"},
		"an address that is a number":  {method: "POST", target: "/tokens", body: `{"scopes":["a"],"limits":{"ip":[1]}}`, status: 422, code: "422"},
		"a PATCH with text":            {method: "PATCH", target: "/tokens/x", body: `"name"`, status: 422, code: "422"},
		"a PATCH without a token":      {method: "PATCH", target: "/tokens/", body: `{}`, status: 400, code: "150"},
		"a DELETE without a token":     {method: "DELETE", target: "/tokens/", status: 400, code: "170"},
		"errors before the first":      {method: "GET", target: "/errors?skip=-1", status: 400, code: "190"},
		"a page limit that is text":    {method: "GET", target: "/errors?limit=ten", status: 400, code: "190"},
		"a limit beyond 64 bits":       {method: "GET", target: "/callbacks?limit=99999999999999999999", status: 400, code: "210"},
		"a limit with a point":         {method: "GET", target: "/subscriptions?limit=1.5", status: 400, code: "230"},
		"a 13th month":                 {method: "GET", target: "/stats?date=2026-13", status: 422, code: "240"},
		"a 30th of February":           {method: "GET", target: "/stats/ips?date=2026-02-30", status: 422, code: "240"},
		"a month of one digit":         {method: "GET", target: "/stats/apis?date=2026-2", status: 422, code: "240"},
		"a year of five digits":        {method: "GET", target: "/stats/apis/x?date=12026", status: 422, code: "240"},
		"a year with a sign":           {method: "GET", target: "/stats?date=-026", status: 422, code: "240"},
		"a year of no time":            {method: "GET", target: "/stats?date=0000", status: 422, code: "240"},
		"a time of day":                {method: "GET", target: "/stats?date=2026-02-12T00:00:00Z", status: 422, code: "240"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newTestSurface(t, v2.Both)
			b.refuses()
			answer := b.send(c.method, c.target, c.body)
			assert.Equal(t, c.status, answer.Code, answer.Body.String())
			assert.Contains(t, answer.Body.String(), `"error":`+c.code+`,`)
			assertFailure(t, answer)
			b.accounts.AssertNumberOfCalls(t, "Refuse", 1)
			assert.Equal(t, account.ID("one"), b.last.Account)
		})
	}
}

func assertFailure(t *testing.T, answer *httptest.ResponseRecorder) {
	t.Helper()
	assert.Equal(t, "application/json", answer.Header().Get("Content-Type"))
	var envelope map[string]any
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &envelope))
	assert.Len(t, envelope, 4)
	assert.Equal(t, false, envelope["success"])
	assert.Nil(t, envelope["data"])
}

func TestNobodyGetsInWithoutTheirCredentials(t *testing.T) {
	for name, c := range map[string]struct {
		method, target string
		authorization  string
		code           string
	}{
		"nothing":                               {"GET", "/wallet", "", "140"},
		"wrong credentials":                     {"GET", "/wallet", "Basic eDp5", "140"},
		"Basic that is no base64":               {"GET", "/wallet", "Basic !!", "140"},
		"Basic without a colon":                 {"GET", "/wallet", "Basic eHk=", "140"},
		"Basic without credentials":             {"GET", "/wallet", "Basic", "140"},
		"a Bearer where Basic is asked":         {"GET", "/wallet", "Bearer abc", "140"},
		"an unknown scheme":                     {"PATCH", "/tokens/x", "Digest abc", "140"},
		"an unknown Bearer":                     {"PATCH", "/tokens/x", "Bearer abc", "130"},
		"an empty Bearer":                       {"PATCH", "/tokens/x", "Bearer ", "130"},
		"an unknown Bearer, without id":         {"PATCH", "/tokens/", "bearer abc", "130"},
		"an unreadable body tells them nothing": {"POST", "/tokens", "", "140"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newTestSurface(t, v2.Both)
			b.accounts.EXPECT().AuthenticateBearer(mock.Anything).Return(account.Identity{}, 0, false).Maybe()
			answer := b.send(c.method, c.target, "{", func(r *http.Request) {
				r.Header.Del("Authorization")
				if c.authorization != "" {
					r.Header.Set("Authorization", c.authorization)
				}
			})
			assert.Equal(t, 401, answer.Code)
			assert.Contains(t, answer.Body.String(), `"error":`+c.code+`,`)
			assertFailure(t, answer)
			assert.Empty(t, b.last.Account)
		})
	}
}

func TestTheProvidersHostsTakeTheirOwnKeysOnly(t *testing.T) {
	for host, status := range map[string]int{
		"localhost:8080": 200, "oauth.openapi.com": 200, "OAUTH.openapi.com:443": 200, "oauth.openapi.com.": 200, "test.oauth.openapi.com": 401,
	} {
		b := newTestSurface(t, v2.Both)
		b.accounts.EXPECT().Wallet(mock.Anything, mock.Anything).Return(account.WalletView{}, account.Receipt{}, nil).Maybe()
		answer := b.send("GET", "/wallet", "", func(r *http.Request) { r.Host = host })
		assert.Equal(t, status, answer.Code, host)
	}
}

func TestWhatIsNowhereIsAnsweredInTheEnvelope(t *testing.T) {
	for name, c := range map[string]struct {
		method, target string
		status         int
		allow          string
	}{
		"an unknown path":            {"GET", "/nothing", 404, ""},
		"the root":                   {"GET", "/", 404, ""},
		"a slash too many":           {"GET", "/wallet/", 404, ""},
		"two slashes":                {"GET", "//wallet", 404, ""},
		"other letters":              {"GET", "/Wallet", 404, ""},
		"a dotted path":              {"GET", "/tokens/../wallet", 404, ""},
		"a method that is not there": {"POST", "/wallet", 405, "GET"},
		"HEAD":                       {"HEAD", "/wallet", 405, "GET"},
		"a method that nobody knows": {"BREW", "/tokens", 405, "POST, GET"},
		"a PATCH without a slash":    {"PATCH", "/tokens", 405, "POST, GET"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newTestSurface(t, v2.Both)
			answer := b.send(c.method, c.target, "")
			assert.Equal(t, c.status, answer.Code, answer.Header())
			assert.Empty(t, answer.Header().Get("Location"))
			if c.method == http.MethodHead {
				assert.Empty(t, answer.Body.String())
			} else {
				assertFailure(t, answer)
			}
			if c.allow != "" {
				assert.ElementsMatch(t, strings.Split(c.allow, ", "), strings.Split(answer.Header().Get("Allow"), ", "))
			}
		})
	}
}

func TestOneParameterIsOneSegment(t *testing.T) {
	b := newTestSurface(t, v2.Both)
	b.accounts.EXPECT().Token(mock.Anything, mock.Anything, "a/b c\x00").Return(account.Token{}, account.Receipt{}, account.Refuse(account.TokenIDMalformed, ""))
	assert.Equal(t, 422, b.send("GET", "/tokens/a%2Fb%20c%00", "").Code)
}

func TestASingleTokenHasTheShapeThatWasChosen(t *testing.T) {
	at := account.MomentOf(noon)
	token := account.Token{Value: "t", RefreshToken: "r", Scopes: []string{"*:*/*"}, CreatedAt: at, UpdatedAt: at, ExpireAt: at}
	bare := `"token":"t","name":"","createdAt":"2026-02-12T12:00:00+00:00","expireAt":"2026-02-12T12:00:00+00:00","updatedAt":"2026-02-12T12:00:00+00:00",` +
		`"scopes":["*:*/*"],"refreshToken":"r","limits":{},"stats":{"totalRequests":0,"walletRequests":0,"subscriptionRequests":0,"errorRequests":0,"walletAmount":0,"ip":[]}`
	enveloped := `{"data":{` + bare + `},"success":true,"message":"","error":null}`
	for shape, want := range map[v2.TokenShape]string{
		v2.Both: strings.TrimSuffix(enveloped, "}") + "," + bare + "}",
		v2.Data: enveloped,
		v2.Flat: "{" + bare + "}",
	} {
		b := newTestSurface(t, shape)
		b.accounts.EXPECT().Token(mock.Anything, mock.Anything, "t").Return(token, account.Receipt{}, nil)
		assert.Equal(t, want, b.send("GET", "/tokens/t", "").Body.String(), shape)
		assert.Equal(t, enveloped, b.send("GET", "/tokens?id=t", "").Body.String(), "by ?id= it is enveloped in every shape")
	}
}

func TestWhatNobodyForesawIsLoggedAndNeverShown(t *testing.T) {
	for name, fail := range map[string]func() error{
		"an error": func() error { return errors.New("disk on fire") },
		"a panic":  func() error { panic("disk on fire") },
	} {
		t.Run(name, func(t *testing.T) {
			b := newTestSurface(t, v2.Both)
			b.accounts.EXPECT().Wallet(mock.Anything, mock.Anything).RunAndReturn(func(context.Context, account.Call) (account.WalletView, account.Receipt, error) {
				return account.WalletView{}, account.Receipt{}, fail()
			})
			answer := b.send("GET", "/wallet", "")
			assert.Equal(t, 500, answer.Code)
			assertFailure(t, answer)
			assert.NotContains(t, answer.Body.String(), "fire")
			assert.Contains(t, b.log.String(), "fire")
		})
	}
}

func TestAFullWindowSaysWhenItEmpties(t *testing.T) {
	b := newTestSurface(t, v2.Both)
	b.accounts.EXPECT().Wallet(mock.Anything, mock.Anything).Return(account.WalletView{}, account.Receipt{
		At: noon, Quota: account.QuotaState{Enabled: true, Limit: 5, Reset: 1500 * time.Millisecond},
	}, account.Refuse(account.RateLimited, ""))
	answer := b.send("GET", "/wallet", "")
	assert.Equal(t, 429, answer.Code)
	assertFailure(t, answer)
	assert.Equal(t, "2", answer.Header().Get("Retry-After"), "rounded up")
	assert.Equal(t, []string{"5", "0", "2"}, []string{answer.Header().Get("RateLimit-Limit"), answer.Header().Get("RateLimit-Remaining"), answer.Header().Get("RateLimit-Reset")})
}

func FuzzTokenRequest(f *testing.F) {
	for _, seed := range []string{`{}`, `{"scopes":["GET:a.b/c"],"ttl":1e9,"limits":{"walletAmount":0.5}}`, `[`, "\xff", `{"limits":{"ip":null}}`} {
		f.Add([]byte(seed))
	}
	readertest.Seed[[]byte](f)
	f.Fuzz(func(t *testing.T, body []byte) {
		defer readertest.Within(len(body))()
		b := newTestSurface(t, v2.Both)
		b.refuses()
		refusal := account.Refuse(account.Internal, "")
		b.accounts.EXPECT().CreateToken(mock.Anything, mock.Anything, mock.Anything).Return(account.Token{}, account.Receipt{}, refusal).Maybe()
		b.accounts.EXPECT().UpdateToken(mock.Anything, mock.Anything, mock.Anything, mock.Anything).Return(account.Token{}, account.Receipt{}, refusal).Maybe()
		for method, target := range map[string]string{"POST": "/tokens", "PATCH": "/tokens/x"} {
			assertFailure(t, b.send(method, target, string(body)))
		}
	})
}

func FuzzQuery(f *testing.F) {
	for _, seed := range []string{"limit=1&skip=2", "date=2026-02-29", "limit=%zz&&=&scopes=a,b,", "skip=99999999999999999999", "date=%00"} {
		f.Add(seed)
	}
	readertest.Seed[string](f)
	f.Fuzz(func(t *testing.T, query string) {
		defer readertest.Within(len(query))()
		b := newTestSurface(t, v2.Both)
		b.refuses()
		refusal := account.Refuse(account.Internal, "")
		b.accounts.EXPECT().Errors(mock.Anything, mock.Anything, mock.Anything, mock.MatchedBy(func(p account.Page) bool {
			return p.Limit > 0 && p.Limit <= 100 && p.Skip >= 0
		})).Return(nil, account.Receipt{}, refusal).Maybe()
		b.accounts.EXPECT().UsageTotal(mock.Anything, mock.Anything, mock.Anything).Return(account.Total{}, account.Receipt{}, refusal).Maybe()
		for _, path := range []string{"/errors", "/stats"} {
			assertFailure(t, b.send("GET", path, "", func(r *http.Request) { r.URL.RawQuery = query }))
		}
	})
}
