package services_test

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
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/clock"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/openapi"
	"oauthmock/mockserver/surface"
	"oauthmock/mockserver/surface/services"
	"oauthmock/spec"
)

var noon = time.Date(2026, 2, 12, 12, 0, 0, 0, time.UTC)

// testSurface is the surface in front of accounts that answer what the test says.
type testSurface struct {
	charge  account.Charge
	receipt account.Receipt
	refusal error

	handler http.Handler
	log     bytes.Buffer
	last    *exchange.Exchange
	asked   []ask
}

// ask is what the surface asked of the accounts.
type ask struct {
	call     account.Call
	token    string
	target   account.Target
	improper error
}

func (b *testSurface) AuthenticateToken(value string) (account.Identity, bool) {
	switch value {
	case "live":
		return account.Identity{ID: "one", Environment: account.Production}, true
	case "test":
		return account.Identity{ID: "two", Environment: account.Sandbox}, true
	}
	return account.Identity{}, false
}

func (b *testSurface) UseService(_ context.Context, call account.Call, token string, target account.Target, improper error) (account.Charge, account.Receipt, error) {
	b.asked = append(b.asked, ask{call, token, target, improper})
	if b.refusal == nil && improper != nil {
		return account.Charge{Name: b.charge.Name}, b.receipt, improper
	}
	return b.charge, b.receipt, b.refusal
}

func (b *testSurface) FailService(context.Context, account.Call, string, string, account.Failure) error {
	return nil
}

func (b *testSurface) StartJob(context.Context, account.Identity, account.JobRequest) (account.Job, string, error) {
	return account.Job{}, "", nil
}

func (b *testSurface) AddCallback(context.Context, account.Identity, string, account.CallbackRequest, account.CallbackPayload) (string, error) {
	return "", nil
}

func newTestSurface(t *testing.T, documents services.Documents) *testSurface {
	t.Helper()
	table, err := spec.Refusals()
	require.NoError(t, err)
	b := &testSurface{
		charge:  account.Charge{Scope: &account.CatalogueScope{}, Name: "GET:company.openapi.com/IT-start", PaidBy: account.ByWallet, Amount: 600},
		receipt: account.Receipt{Account: "one", At: noon},
	}
	engine, err := surface.NewEngine(services.New(b, services.Config{
		Serves:    func(domain string) bool { return domain == "company.openapi.com" || domain == "test.odd.openapi.com" },
		Documents: func() services.Documents { return documents }, Seed: 1,
	}), surface.Config{Table: func() *spec.Table { return table }, Log: slog.New(slog.NewTextHandler(&b.log, nil))})
	require.NoError(t, err)
	b.handler = &exchange.Handler{
		Next:  engine,
		Clock: clock.New(func() time.Time { return noon }), Real: func() time.Time { return noon }, MaxBody: 1 << 10,
		Done: func(e *exchange.Exchange) { b.last = e },
	}
	return b
}

func (b *testSurface) send(method, url, bearer string, body ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, url, strings.NewReader(strings.Join(body, "")))
	if bearer != "" {
		r.Header.Set("Authorization", bearer)
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	return w
}

func TestACallIsUnderstoodByHostAndByPath(t *testing.T) {
	const company = "company.openapi.com"
	for name, c := range map[string]struct {
		method, url, bearer string
		status              int
		target              account.Target
	}{
		"by host":                                     {"GET", "http://company.openapi.com/IT-start/1", "Bearer live", 200, account.Target{Method: "GET", Domain: company, Path: "IT-start/1"}},
		"by host, in other letters, with a port":      {"GET", "http://Company.OpenAPI.com.:8080/IT-start", "Bearer live", 200, account.Target{Method: "GET", Domain: company, Path: "IT-start"}},
		"by path":                                     {"POST", "http://localhost/__services/company.openapi.com/IT-start/1", "Bearer live", 200, account.Target{Method: "POST", Domain: company, Path: "IT-start/1"}},
		"by path, in other letters":                   {"GET", "http://localhost/__services/Company.openapi.com/IT-start", "Bearer live", 200, account.Target{Method: "GET", Domain: company, Path: "IT-start"}},
		"by path, without an endpoint":                {"GET", "http://localhost/__services/company.openapi.com", "Bearer live", 200, account.Target{Method: "GET", Domain: company}},
		"by path, as a test":                          {"GET", "http://localhost/__services/test.company.openapi.com/IT-start", "Bearer test", 200, account.Target{Method: "GET", Domain: company, Path: "IT-start"}},
		"by path, as a test, of production":           {"GET", "http://localhost/__services/test.company.openapi.com/IT-start", "Bearer live", 200, account.Target{Method: "GET", Domain: company, Path: "IT-start"}},
		"by path, of the sandbox":                     {"GET", "http://localhost/__services/company.openapi.com/IT-start", "Bearer test", 200, account.Target{Method: "GET", Domain: company, Path: "IT-start"}},
		"by host of the sandbox":                      {"GET", "http://test.company.openapi.com/IT-start", "Bearer test", 200, account.Target{Method: "GET", Domain: company, Path: "IT-start"}},
		"production on the sandbox's host":            {"GET", "http://test.company.openapi.com/IT-start", "Bearer live", 401, account.Target{}},
		"the sandbox on production's host":            {"GET", "http://company.openapi.com/IT-start", "Bearer test", 401, account.Target{}},
		"a service that is called test":               {"GET", "http://test.odd.openapi.com/x", "Bearer live", 200, account.Target{Method: "GET", Domain: "test.odd.openapi.com", Path: "x"}},
		"its sandbox":                                 {"GET", "http://test.test.odd.openapi.com/x", "Bearer test", 200, account.Target{Method: "GET", Domain: "test.odd.openapi.com", Path: "x"}},
		"an escaped path is decoded":                  {"GET", "http://company.openapi.com/IT-start/%C3%A8%20b", "Bearer live", 200, account.Target{Method: "GET", Domain: company, Path: "IT-start/è b"}},
		"a query is not a path":                       {"GET", "http://company.openapi.com/IT-start?dry=1", "Bearer live", 200, account.Target{Method: "GET", Domain: company, Path: "IT-start"}},
		"the scheme in other letters":                 {"GET", "http://company.openapi.com/IT-start", "bEaReR live", 200, account.Target{Method: "GET", Domain: company, Path: "IT-start"}},
		"no token":                                    {"GET", "http://company.openapi.com/IT-start", "", 401, account.Target{}},
		"an empty token":                              {"GET", "http://company.openapi.com/IT-start", "Bearer ", 401, account.Target{}},
		"a token that nobody has":                     {"GET", "http://company.openapi.com/IT-start", "Bearer dead", 401, account.Target{}},
		"a token as Basic":                            {"GET", "http://company.openapi.com/IT-start", "Basic live", 401, account.Target{}},
		"no service, whoever asks":                    {"GET", "http://localhost/__services/nobody.openapi.com/IT-start", "", 404, account.Target{}},
		"the test of no service":                      {"GET", "http://localhost/__services/test.nobody.openapi.com/IT-start", "Bearer live", 404, account.Target{}},
		"two tests of a service":                      {"GET", "http://localhost/__services/test.test.company.openapi.com/IT-start", "Bearer live", 404, account.Target{}},
		"nothing behind the prefix":                   {"GET", "http://localhost/__services/", "Bearer live", 404, account.Target{}},
		"the prefix alone":                            {"GET", "http://localhost/__services", "Bearer live", 404, account.Target{}},
		"another prefix":                              {"GET", "http://localhost/__servicesx/company.openapi.com/IT-start", "Bearer live", 404, account.Target{}},
		"on a service's host, the prefix is its path": {"GET", "http://company.openapi.com/__services/company.openapi.com/IT-start", "Bearer live", 200, account.Target{Method: "GET", Domain: company, Path: "__services/company.openapi.com/IT-start"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newTestSurface(t, nil)
			w := b.send(c.method, c.url, c.bearer)
			require.Equal(t, c.status, w.Code, w.Body)
			assert.Equal(t, "application/json", w.Header().Get("Content-Type"))
			assert.Equal(t, "services", b.last.Surface)
			if c.status != 200 {
				assert.Empty(t, b.asked, "nobody is asked")
				assert.Empty(t, w.Header().Get("X-Mock-Paid-By"))
				return
			}
			require.Len(t, b.asked, 1)
			assert.Equal(t, c.target, b.asked[0].target)
			assert.Equal(t, strings.Fields(c.bearer)[1], b.asked[0].token)
			assert.NoError(t, b.asked[0].improper)
		})
	}
}

func TestTwoAuthorizationsAreNone(t *testing.T) {
	b := newTestSurface(t, nil)
	r := httptest.NewRequest(http.MethodGet, "http://company.openapi.com/IT-start", http.NoBody)
	r.Header["Authorization"] = []string{"Bearer live", "Bearer live"}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	assert.Equal(t, 401, w.Code)
	assert.JSONEq(t, `{"success":false,"message":"Wrong Token","error":125.22,"data":null}`, w.Body.String())
}

func TestWhatWasChargedIsTold(t *testing.T) {
	for name, c := range map[string]struct {
		by     account.Payer
		amount account.Money
		charge string
	}{
		"by the wallet":       {account.ByWallet, 600, "0.06"},
		"by the wallet, dear": {account.ByWallet, 1_234_567, "123.4567"},
		"by a subscription":   {account.BySubscription, 0, "0"},
		"free":                {account.Free, 0, "0"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newTestSurface(t, nil)
			b.charge.PaidBy, b.charge.Amount = c.by, c.amount
			b.receipt.Quota = account.QuotaState{Enabled: true, Limit: 3, Remaining: 2, Reset: 59*time.Second + 1}
			w := b.send("GET", "http://company.openapi.com/IT-start", "Bearer live")
			require.Equal(t, 200, w.Code)
			assert.Equal(t, []string{c.charge}, w.Header()["X-Mock-Charge"])
			assert.Equal(t, []string{string(c.by)}, w.Header()["X-Mock-Paid-By"])
			assert.Equal(t, "3", w.Header().Get("RateLimit-Limit"))
			assert.Equal(t, "2", w.Header().Get("RateLimit-Remaining"))
			assert.Equal(t, "60", w.Header().Get("RateLimit-Reset"))
			assert.JSONEq(t, `{"data":{"scope":"GET:company.openapi.com/IT-start","charge":`+c.charge+`,"paidBy":"`+string(c.by)+`"},"success":true,"message":"","error":null}`, w.Body.String())
			assert.Equal(t, string(c.by), b.last.PaidBy)
			assert.Equal(t, c.amount, b.last.Charged)
			assert.Equal(t, "GET:company.openapi.com/IT-start", b.last.Scope)
			assert.Equal(t, "service.call", b.last.Operation)
			assert.Equal(t, noon, b.last.At)
		})
	}
}

// TestEveryRefusalHasARowOfItsOwn answers every reason for which a call of a service is refused.
func TestEveryRefusalHasARowOfItsOwn(t *testing.T) {
	for reason, want := range map[account.Reason]struct {
		status int
		code   string
	}{
		account.AccessTokenInvalid: {401, "125.22"}, account.EndpointUnknown: {404, "404"}, account.MethodNotOffered: {405, "405"},
		account.ScopeNotGranted: {403, "403"}, account.ScopeDisabled: {403, "403"}, account.RequirementsUnmet: {403, "403"}, account.AddressNotAllowed: {403, "403"},
		account.TotalRequestsUsedUp: {403, "403"}, account.WalletRequestsUsedUp: {403, "403"}, account.WalletAmountUsedUp: {403, "403"}, account.SubscriptionRequestsUsedUp: {403, "403"},
		account.RateLimited: {429, "429"}, account.CreditInsufficient: {402, "610"},
	} {
		t.Run(string(reason), func(t *testing.T) {
			b := newTestSurface(t, nil)
			b.refusal = account.Refuse(reason, "a secret detail")
			b.charge = account.Charge{Methods: []string{"POST", "GET"}}
			b.receipt.Quota = account.QuotaState{Enabled: true, Limit: 3, Reset: 1500 * time.Millisecond}
			w := b.send("GET", "http://company.openapi.com/IT-start", "Bearer live")
			assert.Equal(t, want.status, w.Code)
			var body struct {
				Success bool
				Message string
				Error   json.Number
				Data    any
			}
			require.NoError(t, json.Unmarshal(w.Body.Bytes(), &body))
			assert.Equal(t, want.code, body.Error.String())
			assert.NotEmpty(t, body.Message)
			assert.False(t, body.Success)
			assert.NotContains(t, w.Body.String(), "secret")
			assert.Equal(t, string(reason), b.last.Reason)
			assert.Equal(t, "a secret detail", b.last.Detail)
			assert.Empty(t, w.Header().Get("X-Mock-Charge"))
			assert.Empty(t, b.log.String(), "the table has a row")
			wants := map[string]string{"Retry-After": "", "Allow": ""}
			switch reason {
			case account.RateLimited:
				wants["Retry-After"] = "2"
			case account.MethodNotOffered:
				wants["Allow"] = "GET, POST"
			}
			for name, value := range wants {
				assert.Equal(t, value, w.Header().Get(name), name)
			}
			f := b.asked[0].call.Failure(reason)
			assert.Equal(t, account.Failure{Status: want.status, Code: want.code, Message: body.Message}, f, "the error log words it alike")
		})
	}
}

func TestWhatNoRuleForesawIsLoggedAndNotShown(t *testing.T) {
	b := newTestSurface(t, nil)
	b.refusal = errors.New("the disk is full")
	w := b.send("GET", "http://company.openapi.com/IT-start", "Bearer live")
	assert.Equal(t, 500, w.Code)
	assert.NotContains(t, w.Body.String(), "disk")
	assert.Contains(t, b.log.String(), "the disk is full")

	b = newTestSurface(t, nil)
	b.charge.Scope = nil // which panics
	w = b.send("GET", "http://company.openapi.com/IT-start", "Bearer live")
	assert.Equal(t, 500, w.Code)
	assert.JSONEq(t, `{"success":false,"message":"Internal Server Error","error":500,"data":null}`, w.Body.String())

	b = newTestSurface(t, nil)
	b.refusal = account.ErrNoAccount
	w = b.send("GET", "http://company.openapi.com/IT-start", "Bearer live")
	assert.Equal(t, 401, w.Code)
}

func TestABodyThatCannotBeReadIsARefusalOfTheAccounts(t *testing.T) {
	b := newTestSurface(t, nil)
	w := b.send("POST", "http://company.openapi.com/IT-start", "Bearer live", strings.Repeat("x", 1<<10+1))
	assert.Equal(t, 413, w.Code)
	refusal, ok := errors.AsType[*account.Refusal](b.asked[0].improper)
	require.True(t, ok)
	assert.Equal(t, account.Reason("body-too-large"), refusal.Reason)
	w = b.send("POST", "http://company.openapi.com/IT-start", "Bearer live", "no JSON")
	assert.Equal(t, 200, w.Code, "without a document nobody knows what a body should be")
}

const published = `{"openapi":"3.0.3","info":{"title":"Company","version":"1"},"paths":{
	"/IT-start/{vat}":{"get":{
		"parameters":[{"name":"vat","in":"path","required":true,"schema":{"type":"string","minLength":3}},{"name":"dry","in":"query","schema":{"type":"boolean"}}],
		"responses":{"200":{"description":"","content":{"application/json":{"schema":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"n":{"type":"integer"}}}}}}}}},
	"/told":{"get":{"responses":{"201":{"description":"","content":{"application/json":{"example":{"told":true}}}}}}}}}`

func documents(t *testing.T) services.Documents {
	t.Helper()
	doc, _, err := openapi.Parse([]byte(published), "company.json")
	require.NoError(t, err)
	return services.Documents{"company.openapi.com": doc}
}

func TestAServiceAnswersFromTheFixtureElseFromItsDocumentElseWhatWasCharged(t *testing.T) {
	b := newTestSurface(t, documents(t))
	get := func(path string) *httptest.ResponseRecorder {
		w := b.send("GET", "http://company.openapi.com"+path, "Bearer live")
		require.Less(t, w.Code, 300, w.Body)
		assert.Equal(t, "0.06", w.Header().Get("X-Mock-Charge"))
		return w
	}
	told := get("/told")
	assert.Equal(t, 201, told.Code)
	assert.JSONEq(t, `{"told":true}`, told.Body.String())
	one, again := get("/IT-start/123"), get("/IT-start/123")
	assert.Contains(t, one.Body.String(), `"name"`)
	assert.Equal(t, one.Body.String(), again.Body.String(), "the same question gets the same answer")
	assert.Contains(t, get("/elsewhere").Body.String(), `"paidBy":"wallet"`)
	b.charge.Scope.Answer = []byte(`{"of":"the fixture"}`)
	assert.JSONEq(t, `{"of":"the fixture"}`, get("/told").Body.String())
	assert.JSONEq(t, `{"of":"the fixture"}`, get("/elsewhere").Body.String())
}

func TestARequestThatTheDocumentForbidsIsToldWhatIsWrong(t *testing.T) {
	b := newTestSurface(t, documents(t))
	w := b.send("GET", "http://localhost/__services/company.openapi.com/IT-start/12?dry=maybe", "Bearer live")
	assert.Equal(t, 400, w.Code)
	require.Len(t, b.asked, 1)
	require.Error(t, b.asked[0].improper, "the account decides, and counts it")
	for _, said := range []string{"vat", "dry"} {
		assert.Contains(t, w.Body.String(), said)
	}
	b.refusal = account.Refuse(account.ScopeNotGranted, "")
	w = b.send("GET", "http://localhost/__services/company.openapi.com/IT-start/12?dry=maybe", "Bearer live")
	assert.Equal(t, 403, w.Code, "who may not call at all is not told what is wrong")
}
