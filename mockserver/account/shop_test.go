package account_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/account"
)

const (
	start   = "GET:company.openapi.com/IT-start"
	full    = "GET:company.openapi.com/IT-start/full"
	search  = "GET:company.openapi.com/IT-search"
	ask     = "GET:limited.openapi.com/ask"
	company = "company.openapi.com"
)

// offers are what the shop sells: a scope for every rule.
func offers() []account.CatalogueScope {
	prices := func(units account.Money) []account.Price { return []account.Price{{Key: "any", Amount: units}} }
	list := []account.CatalogueScope{
		{Method: "GET", Domain: company, Endpoint: "IT-start", Prices: []account.Price{{Key: "other", Amount: 9}, {Key: "it-START", Amount: 600}}},
		{Method: "GET", Domain: company, Endpoint: "IT-start/full", Prices: prices(2500)},
		{Method: "GET", Domain: company, Endpoint: "IT-search", Prices: prices(1)},
		{Method: "POST", Domain: company, Endpoint: "IT-monitor", Prices: prices(1000)},
		{Method: "PATCH", Domain: company, Endpoint: "IT-monitor", Prices: prices(1000)},
		{Method: "GET", Domain: "closed.openapi.com", Endpoint: "report", Prices: prices(600)},
		{Method: "GET", Domain: "risk.openapi.com", Endpoint: "score", Prices: prices(600), Requirements: []string{"vat_number"}},
		{Method: "GET", Domain: "risk.openapi.com", Endpoint: "report", Prices: prices(600), Requirements: []string{"vat_number", "id_card"}},
		{Method: "GET", Domain: "zero.openapi.com", Endpoint: "ping"},
		{Method: "GET", Domain: "zero.openapi.com", Endpoint: "pong", Prices: prices(0), Free: account.FreeLimits{Day: new(int64(2))}},
		{Method: "GET", Domain: "free.openapi.com", Endpoint: "day", Prices: prices(50), Free: account.FreeLimits{Day: new(int64(2))}},
		{Method: "GET", Domain: "free.openapi.com", Endpoint: "month", Prices: prices(50), Free: account.FreeLimits{Month: new(int64(2))}},
		{Method: "GET", Domain: "free.openapi.com", Endpoint: "year", Prices: prices(50), Free: account.FreeLimits{Year: new(int64(2))}},
		{Method: "GET", Domain: "free.openapi.com", Endpoint: "total", Prices: prices(50), Free: account.FreeLimits{Total: new(int64(2))}},
		{Method: "GET", Domain: "free.openapi.com", Endpoint: "none", Prices: prices(50), Free: account.FreeLimits{Day: new(int64(0))}},
		{Method: "GET", Domain: "free.openapi.com", Endpoint: "several", Prices: prices(50), Free: account.FreeLimits{
			Day: new(int64(2)), Month: new(int64(3)), Year: new(int64(5)), Total: new(int64(6)),
		}},
		{Method: "GET", Domain: "limited.openapi.com", Endpoint: "ask", Prices: prices(100), RateLimit: "3/1m", Free: account.FreeLimits{Day: new(int64(1))}},
	}
	for i := range list {
		list[i].ID = fmt.Sprintf("682c9f5a51671f7ef264%04x", i)
	}
	return list
}

// newShop is a service with everything in its catalogue that can be told apart, and 10.00 in the
// wallet.
func newShop(environment account.Environment) *testService {
	b := newTestService(environment)
	b.account.Entitlements = account.NewEntitlements(account.NewCatalogue(offers()), environment, []string{
		"*:company.openapi.com/*", "GET:risk.openapi.com/*", "GET:zero.openapi.com/*", "GET:free.openapi.com/*", "GET:limited.openapi.com/ask",
	}, []string{"vat_number"})
	b.account.Wallet = account.NewWallet(noon, []account.Transaction{{ID: "txn_0", Amount: 10 * account.Unit, CreatedAt: noon, Description: "Opening"}})
	b.account.OpenBooks()
	return b
}

// holds puts exactly so much into the wallet.
func (b *testService) holds(t testing.TB, credit account.Money) {
	t.Helper()
	_, err := b.account.Move(credit-b.account.Wallet.Credit(), "to begin with", b.now)
	require.NoError(t, err)
}

func (b *testService) token(t testing.TB, scopes ...string) string {
	t.Helper()
	return b.limited(t, account.LimitsChange{}, scopes...)
}

func (b *testService) limited(t testing.TB, limits account.LimitsChange, scopes ...string) string {
	t.Helper()
	r := asks(scopes...)
	if len(scopes) == 0 {
		r = asks("*:*/*")
	}
	r.Limits = limits
	made, _, err := b.CreateToken(t.Context(), b.call, r)
	require.NoError(t, err)
	return made.Value
}

// get calls a service with GET, by the scope's production name.
func (b *testService) get(t testing.TB, token, scope string) (account.Charge, account.Receipt, error) {
	t.Helper()
	p, ok := account.ParsePattern(scope)
	require.True(t, ok, scope)
	return b.UseService(t.Context(), b.call, token, account.Target{Method: p.Method, Domain: p.Host, Path: p.Path}, nil)
}

// paid calls a service so often, and wants every call to be paid by somebody.
func (b *testService) paid(t testing.TB, times int, token, scope string, by account.Payer) {
	t.Helper()
	for n := range times {
		c, _, err := b.get(t, token, scope)
		require.NoError(t, err, "call %d", n+1)
		require.Equal(t, by, c.PaidBy, "call %d", n+1)
	}
}

// refused calls a service once, and wants it to be refused.
func (b *testService) refused(t testing.TB, token, scope string, why account.Reason) account.Receipt {
	t.Helper()
	c, receipt, err := b.get(t, token, scope)
	require.Equal(t, why, reason(err))
	assert.Empty(t, c.PaidBy, "nobody pays for what was refused")
	assert.Zero(t, c.Amount)
	return receipt
}

// traces are everything that a call of a service may change.
type traces struct {
	Credit                                   account.Money
	Transactions, Errors                     int
	Stats                                    account.TokenStats
	Requests, Wallet, Subscription, Failures int64
	Amount                                   account.Money
	Available                                int64
}

func (b *testService) traces(token string) (out traces) {
	a := b.account
	out.Credit, out.Transactions, out.Errors = a.Wallet.Credit(), len(a.Wallet.Transactions()), len(a.Errors.Entries())
	if t, ok := a.Tokens.Get(token); ok {
		out.Stats = t.Stats
		out.Stats.IPs = account.NewIPs(t.Stats.IPs.List())
	}
	sum := a.Usage.Total(account.Period{})
	out.Requests, out.Wallet, out.Subscription, out.Failures, out.Amount = sum.Requests, sum.WalletRequests, sum.SubscriptionRequests, sum.ErrorRequests, sum.WalletAmount
	for _, s := range a.Subscriptions {
		out.Available += s.AvailableRequests
	}
	return out
}

// sound wants every invariant to hold.
func sound(t testing.TB, a *account.Account) {
	t.Helper()
	require.Empty(t, a.Violations())
}
