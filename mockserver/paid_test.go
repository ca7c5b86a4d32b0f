package mockserver_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/fixtures"
	"oauthmock/mockserver"
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/mocktest"
)

const (
	scopeStart  = "GET:company.openapi.com/IT-start" // 0.0601 a request, and a subscription
	scopeMonth  = "GET:free.openapi.com/month"       // 0.005, a hundred a month are free
	scopeAsk    = "GET:limited.openapi.com/ask"      // 0.0001, a rate limit
	scopeNobody = "GET:closed.openapi.com/report"    // disabled
	paidEmail   = "a@example.com"                    //
	paidKey     = "0123456789abcdef0123456789abcdef" // production
	paidTestKey = "fedcba9876543210fedcba9876543210" // sandbox
)

var paidStart = time.Date(2026, 2, 12, 8, 30, 0, 0, time.UTC)

// paidWorld is a world with something of everything that a call can be paid from.
func paidWorld() *fixtures.World {
	now, free := fixtures.At(paidStart), int64(100)
	scope := func(id, endpoint string, price fixtures.Amount) fixtures.Scope {
		return fixtures.Scope{ID: "682c9f5a51671f7ef264c4f" + id, Method: "GET", Endpoint: endpoint, Prices: fixtures.Prices{{Key: endpoint, Amount: price}}}
	}
	start, month, ask, report := scope("1", "IT-start", 601), scope("2", "month", 50), scope("3", "ask", 1), scope("4", "report", 1)
	month.FreeLimits.Month, ask.RateLimit, ask.Response = &free, "2/1m", map[string]any{"answer": 42}
	one := fixtures.Account{
		ID: "one", Email: paidEmail, APIKey: paidKey, Environment: "production", CreatedAt: now,
		EnabledScopes: []string{"*:company.openapi.com/*", "*:free.openapi.com/*", "*:limited.openapi.com/*"},
		Wallet:        fixtures.Wallet{CreatedAt: now, Transactions: []fixtures.Transaction{{ID: "txn_66064804b25145ee88ee20d6", Amount: 200_000, CreatedAt: now, Description: "Opening"}}},
		Subscriptions: []fixtures.Subscription{{
			ID: "66064804b25145ee88ee20d7", Scope: scopeStart, Type: "month", Active: true, TotalRequests: 200, AvailableRequests: 100,
			StartsAt: now, ExpiresAt: fixtures.At(paidStart.AddDate(0, 0, 30)), CreatedAt: now, UpdatedAt: now,
		}},
		Usage: []fixtures.Usage{{Day: fixtures.At(paidStart.Truncate(24 * time.Hour)), Scope: scopeMonth, TotalRequests: 30}},
	}
	two := one
	two.ID, two.APIKey, two.Environment = "two", paidTestKey, "sandbox"
	return &fixtures.World{
		Version: fixtures.Version, Name: "paid", Accounts: []fixtures.Account{one, two},
		Catalogue: []fixtures.Service{
			{Domain: "company.openapi.com", Scopes: []fixtures.Scope{start}}, {Domain: "free.openapi.com", Scopes: []fixtures.Scope{month}},
			{Domain: "limited.openapi.com", Scopes: []fixtures.Scope{ask}}, {Domain: "closed.openapi.com", Scopes: []fixtures.Scope{report}},
		},
	}
}

// shop is a mock of the paid world, and who asks it.
type shop struct {
	*mocktest.Mock
	tb     testing.TB
	client *http.Client
}

func newShop(tb testing.TB, options ...mockserver.Option) *shop {
	tb.Helper()
	options = append([]mockserver.Option{
		mockserver.WithWorld(paidWorld()), mockserver.WithClock(paidStart), mockserver.WithFrozenClock(), mockserver.WithRateLimit(0), mockserver.WithForwardedFor(),
	}, options...)
	m := mocktest.Start(tb, options...)
	return &shop{m, tb, m.InProcess()}
}

// reply is an answer that was read.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// send asks for a URL: with a Bearer, or, when that is "", as production's account.
func (s *shop) send(method, address, bearer, body string, change ...func(*http.Request)) (reply, error) {
	r, err := http.NewRequestWithContext(s.tb.Context(), method, address, bytes.NewReader([]byte(body)))
	if err != nil {
		return reply{}, err
	}
	if bearer == "" {
		r.SetBasicAuth(paidEmail, paidKey)
	} else {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	r.Header.Set("Content-Type", "application/json")
	for _, c := range change {
		c(r)
	}
	answer, err := s.client.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer answer.Body.Close()
	read, err := io.ReadAll(answer.Body)
	return reply{answer.StatusCode, answer.Header, read}, err
}

func from(ip string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("X-Forwarded-For", ip) }
}

// must asks, wants a status, and reads the answer into out unless that is nil.
func (s *shop) must(method, address, bearer, body string, status int, out any) http.Header {
	s.tb.Helper()
	a, err := s.send(method, "http://localhost"+address, bearer, body)
	require.NoError(s.tb, err)
	require.Equal(s.tb, status, a.status, "%s %s: %s", method, address, a.body)
	if out != nil {
		require.NoError(s.tb, json.Unmarshal(a.body, out), "%s", a.body)
	}
	return a.header
}

// service is the path of a service, by the scope's name.
func service(scope string) string {
	p, _ := account.ParsePattern(scope)
	return "/__services/" + p.Host + "/" + p.Path
}

// wireCounts are the numbers that stats and tokens have.
type wireCounts struct {
	TotalRequests, WalletRequests, SubscriptionRequests, ErrorRequests int64
	WalletAmount                                                       json.Number
}

func (s *shop) money(n json.Number) account.Money {
	s.tb.Helper()
	m, err := account.ParseMoney(n.String())
	require.NoError(s.tb, err)
	return m
}

type wireToken struct {
	Token, RefreshToken string
	Stats               wireCounts
}

func (s *shop) token(limits string) (made wireToken) {
	s.tb.Helper()
	s.must("POST", "/tokens", "", `{"scopes":["*:*/*"],"limits":`+limits+`}`, 200, &made)
	return made
}

// credit is what the wallet says, and what its transactions sum up to, which must be the same.
func (s *shop) credit() account.Money {
	s.tb.Helper()
	var wallet struct{ Data struct{ Credit json.Number } }
	s.must("GET", "/wallet", "", "", 200, &wallet)
	credit := s.money(wallet.Data.Credit)
	var sum account.Money
	for _, t := range s.transactions() {
		sum += s.money(t.Amount)
	}
	require.Equal(s.tb, sum, credit, "the credit is the sum of the transactions")
	return credit
}

type wireTransaction struct {
	ID, Description string
	Amount          json.Number
}

func (s *shop) transactions() (all []wireTransaction) {
	s.tb.Helper()
	for {
		var page struct{ Data []wireTransaction }
		s.must("GET", "/wallet/transactions?limit=100&skip="+strconv.Itoa(len(all)), "", "", 200, &page)
		all = append(all, page.Data...)
		if len(page.Data) < 100 {
			return all
		}
	}
}

// sound wants the control API to find that every invariant holds.
func (s *shop) sound() {
	s.tb.Helper()
	var out struct {
		Holds      bool
		Violations []any
	}
	s.must("GET", "/__admin/invariants", "", "", 200, &out)
	assert.True(s.tb, out.Holds)
	assert.Empty(s.tb, out.Violations)
}

func TestARateLimitOfAScopeIsChangedAtRunTimeAndRetryAfterSuffices(t *testing.T) {
	s := newShop(t)
	token := s.token(`{}`).Token
	path := "/__admin/ratelimit?account=one&scope=" + url.QueryEscape(scopeAsk)
	var limit struct {
		Limit   int64
		Window  string
		Enabled bool
	}
	s.must("GET", path, "", "", 200, &limit)
	assert.Equal(t, int64(2), limit.Limit)
	for range 2 {
		header := s.must("GET", service(scopeAsk), token, "", 200, nil)
		assert.Equal(t, "2", header.Get("RateLimit-Limit"))
	}
	before := s.credit()
	header := s.must("GET", service(scopeAsk), token, "", 429, nil)
	wait, err := strconv.Atoi(header.Get("Retry-After"))
	require.NoError(t, err)
	assert.Equal(t, before, s.credit())
	s.Clock().Advance(time.Duration(wait-1) * time.Second)
	s.must("GET", service(scopeAsk), token, "", 429, nil)
	s.Clock().Advance(time.Second)
	s.must("GET", service(scopeAsk), token, "", 200, nil)

	s.must("PUT", path, "", `{"limit":1,"window":"1h"}`, 200, nil)
	s.must("GET", service(scopeAsk), token, "", 200, nil)
	assert.Equal(t, "3600", s.must("GET", service(scopeAsk), token, "", 429, nil).Get("Retry-After"))
	s.must("PUT", path, "", `{"enabled":false}`, 200, nil)
	for range 10 {
		assert.Empty(t, s.must("GET", service(scopeAsk), token, "", 200, nil).Get("RateLimit-Limit"))
	}
	assert.Empty(t, s.errors(scopeAsk), "a 429 leaves nothing behind")
	s.sound()
}

func TestAServiceIsCalledByItsHostInEachEnvironment(t *testing.T) {
	s := newShop(t)
	live := s.token(`{"ip":["2001:0DB8::0001"]}`)
	var test wireToken
	a, err := s.send("POST", "http://localhost/tokens", "", `{"scopes":["*:*/*"]}`, func(r *http.Request) { r.SetBasicAuth(paidEmail, paidTestKey) })
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(a.body, &test))
	for name, c := range map[string]struct {
		url, token, ip string
		status         int
	}{
		"production":                     {"https://limited.openapi.com/ask/1", live.Token, "2001:db8::1", 200},
		"from elsewhere":                 {"https://limited.openapi.com/ask/1", live.Token, "2001:db8::2", 403},
		"the sandbox on it":              {"https://limited.openapi.com/ask/1", test.Token, "2001:db8::2", 401},
		"the sandbox":                    {"https://test.limited.openapi.com/ask/1", test.Token, "2001:db8::2", 200},
		"production on it":               {"https://test.limited.openapi.com/ask/1", live.Token, "2001:db8::1", 401},
		"the sandbox, anywhere":          {"http://localhost/__services/limited.openapi.com/ask", test.Token, "", 200},
		"what is sold, and not so":       {"https://limited.openapi.com/answer", live.Token, "2001:db8::1", 404},
		"a service of nobody":            {"http://localhost/__services/nobody.openapi.com/ask", live.Token, "2001:db8::1", 404},
		"the API itself is not sold":     {"http://localhost/__services/oauth.openapi.com/tokens", live.Token, "2001:db8::1", 404},
		"a refresh token is not a token": {"https://limited.openapi.com/ask/1", live.RefreshToken, "2001:db8::1", 401},
		"health of a service":            {"https://limited.openapi.com/healthz", live.Token, "2001:db8::1", 404},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := s.send("GET", c.url, c.token, "", from(c.ip))
			require.NoError(t, err)
			assert.Equal(t, c.status, a.status, "%s", a.body)
			assert.Equal(t, "application/json", a.header.Get("Content-Type"))
			if c.status == 200 {
				assert.JSONEq(t, `{"answer":42}`, string(a.body), "as the fixture says")
				assert.Equal(t, "0.0001", a.header.Get("X-Mock-Charge"))
				assert.Equal(t, "wallet", a.header.Get("X-Mock-Paid-By"))
			}
		})
	}
	s.sound()
}

// TestTheStateAfterPaidCallsIsTheSameAfterAnImport exports, imports and exports through the control
// API.
func TestTheStateAfterPaidCallsIsTheSameAfterAnImport(t *testing.T) {
	s := newShop(t)
	token := s.token(`{"totalRequests":105,"ip":["198.51.100.7"]}`).Token
	call := func(scope string, status int) {
		a, err := s.send("GET", "http://localhost"+service(scope), token, "", from("198.51.100.7"))
		require.NoError(t, err)
		require.Equal(t, status, a.status, "%s", a.body)
	}
	for range 101 {
		call(scopeStart, 200)
	}
	call(scopeAsk, 200)
	call(scopeMonth, 200)
	call(scopeNobody, 403)
	export := func(s *shop) string {
		a, err := s.send("GET", "http://localhost/__admin/state", "", "")
		require.NoError(t, err)
		require.Equal(t, 200, a.status)
		return string(a.body)
	}
	before := export(s)
	other := newShop(t)
	other.must("PUT", "/__admin/state", "", before, 204, nil)
	assert.JSONEq(t, before, export(other))
	for _, one := range []*shop{s, other} {
		s = one
		call(scopeAsk, 200)
		call(scopeAsk, 429)
		call(scopeMonth, 200)
		call(scopeMonth, 403) // limits.totalRequests
		s.sound()
	}
}

// BenchmarkPaidCall compares a paid call with GET /wallet, of which it is to be at least half as
// fast.
func BenchmarkPaidCall(b *testing.B) {
	s := newShop(b)
	s.must("POST", "/__admin/accounts/one/wallet", "", `{"amount":1000000000}`, 200, nil)
	token := s.token(`{}`).Token
	handler := s.Handler()
	for _, c := range []struct {
		name, path string
		basic      bool
	}{{"GET wallet", "/wallet", true}, {"paid call", service(scopeStart) + "/12485671007", false}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequest(http.MethodGet, c.path, http.NoBody)
				if c.basic {
					r.SetBasicAuth(paidEmail, paidKey)
				} else {
					r.Header.Set("Authorization", "Bearer "+token)
				}
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, r)
				if w.Code != 200 {
					b.Fatal(w.Body)
				}
			}
		})
	}
}
