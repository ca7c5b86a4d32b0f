package world_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/world"
)

func TestTheLimitOfAScopeIsFoundByItsNameInEitherEnvironment(t *testing.T) {
	catalogues := account.RateLimit{Limit: 2, Window: time.Minute, Enabled: true}
	own := account.RateLimit{Limit: 1, Window: time.Hour, Enabled: true}
	for name, c := range map[string]struct {
		id    account.ID
		scope string
		found bool
	}{
		"production":                       {"one", ask, true},
		"the sandbox, as in production":    {"two", ask, true},
		"the sandbox, by its own name":     {"two", "GET:test.limited.openapi.com/ask", true},
		"production, as in the sandbox":    {"one", "GET:test.limited.openapi.com/ask", false},
		"a scope that nobody sells":        {"one", "GET:limited.openapi.com/answer", false},
		"a scope with another method":      {"one", "POST:limited.openapi.com/ask", false},
		"a wildcard":                       {"one", "GET:limited.openapi.com/*", false},
		"what is not a scope":              {"two", "ask", false},
		"the sandbox, by the name of both": {"two", "GET:test.test.limited.openapi.com/ask", false},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPaying(t, paidWorld())
			l, err := p.ScopeRateLimit(t.Context(), c.id, c.scope)
			if !c.found {
				require.ErrorIs(t, err, account.ErrNoScope)
				require.ErrorIs(t, p.SetScopeRateLimit(t.Context(), c.id, c.scope, own), account.ErrNoScope)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, catalogues, l)
			require.NoError(t, p.SetScopeRateLimit(t.Context(), c.id, c.scope, own))
			l, err = p.ScopeRateLimit(t.Context(), c.id, c.scope)
			require.NoError(t, err)
			assert.Equal(t, own, l)
			token := p.token(t, c.id, account.LimitsChange{}).Value
			p.paid(t, 1, c.id, token, ask, account.ByWallet)
			_, receipt, err := p.use(t, c.id, token, ask)
			assert.Equal(t, account.RateLimited, reason(err))
			assert.Equal(t, time.Hour, receipt.Quota.Reset)
		})
	}
	p := newPaying(t, paidWorld())
	_, err := p.ScopeRateLimit(t.Context(), "nobody", ask)
	assert.ErrorIs(t, err, account.ErrNoAccount)
	assert.ErrorIs(t, p.SetScopeRateLimit(t.Context(), "nobody", ask, own), account.ErrNoAccount)
}

func TestANewLimitBeginsANewWindowAndIsNobodyElses(t *testing.T) {
	p := newPaying(t, paidWorld())
	ctx := t.Context()
	one, two := p.token(t, "one", account.LimitsChange{}).Value, p.token(t, "two", account.LimitsChange{}).Value
	full := func(id account.ID, token string) {
		t.Helper()
		_, _, err := p.use(t, id, token, ask)
		assert.Equal(t, account.RateLimited, reason(err))
	}
	p.paid(t, 2, "one", one, ask, account.ByWallet)
	full("one", one)
	require.NoError(t, p.SetScopeRateLimit(ctx, "one", ask, account.RateLimit{Limit: 3, Window: time.Minute, Enabled: true}))
	p.paid(t, 3, "one", one, ask, account.ByWallet)
	full("one", one)
	p.paid(t, 2, "two", two, ask, account.ByWallet)
	full("two", two)
	require.NoError(t, p.SetScopeRateLimit(ctx, "one", ask, account.RateLimit{Limit: 3, Window: time.Minute}))
	p.paid(t, 9, "one", one, ask, account.ByWallet)
	full("two", two)

	require.NoError(t, p.ResetAccount("one"))
	one = p.token(t, "one", account.LimitsChange{}).Value
	p.paid(t, 2, "one", one, ask, account.ByWallet) // the catalogue's again
	full("one", one)
	p.sound(t)
}

// TestWindowsFollowTheClockOfTheirAccount fills the windows of two accounts, and moves on the clock
// of one.
func TestWindowsFollowTheClockOfTheirAccount(t *testing.T) {
	p := newPaying(t, paidWorld())
	tokens := map[account.ID]string{}
	for _, id := range []account.ID{"one", "two"} {
		tokens[id] = p.token(t, id, account.LimitsChange{}).Value
		p.paid(t, 2, id, tokens[id], ask, account.ByWallet)
	}
	_, receipt, err := p.use(t, "one", tokens["one"], ask)
	require.Equal(t, account.RateLimited, reason(err))
	_, _, err = p.AdvanceAccount(t.Context(), account.Identity{ID: "one"}, receipt.Quota.Reset)
	require.NoError(t, err)
	p.paid(t, 1, "one", tokens["one"], ask, account.ByWallet)
	_, _, err = p.use(t, "two", tokens["two"], ask)
	assert.Equal(t, account.RateLimited, reason(err))
}

// TestEverythingThatTrafficLeftIsExportedAndImported makes traffic in both environments, exports,
// imports, and exports again; then both go on alike.
func TestEverythingThatTrafficLeftIsExportedAndImported(t *testing.T) {
	ctx := t.Context()
	p := newPaying(t, paidWorld())
	five, amount := account.Change[int64]{Present: true, Value: 50}, account.Change[account.Money]{Present: true, Value: 5000}
	tokens := map[account.ID]string{}
	for _, id := range []account.ID{"one", "two"} {
		limits := account.LimitsChange{TotalRequests: five, WalletAmount: amount, IP: account.Change[[]string]{Present: true, Value: []string{"192.0.2.1"}}}
		closed := account.LimitsChange{IP: account.Change[[]string]{Present: true, Value: []string{}}}
		tokens[id] = p.token(t, id, limits).Value
		p.paid(t, 5, id, tokens[id], start, account.BySubscription)
		p.paid(t, 2, id, tokens[id], start, account.ByWallet)
		p.paid(t, 2, id, tokens[id], free, account.Free)
		p.paid(t, 1, id, tokens[id], free, account.ByWallet)
		p.paid(t, 2, id, tokens[id], ask, account.ByWallet)
		_, _, err := p.use(t, id, p.token(t, id, closed).Value, start)
		require.Equal(t, account.AddressNotAllowed, reason(err))
		require.NoError(t, p.SetScopeRateLimit(ctx, id, start, account.RateLimit{Limit: 2, Window: time.Hour, Enabled: true}))
		p.paid(t, 1, id, tokens[id], start, account.ByWallet)
	}
	before, err := p.State(ctx)
	require.NoError(t, err)
	require.Len(t, before.Accounts[1].ScopeQuotas, 2)
	assert.Equal(t, fixtures.ScopeQuota{Scope: start, RateLimit: &fixtures.RateLimit{Limit: 2, Window: "1h0m0s", Enabled: true}, Quota: &fixtures.Quota{Start: fixtures.At(began), Used: 1}},
		before.Accounts[1].ScopeQuotas[0], "as in production")
	assert.Equal(t, fixtures.ScopeQuota{Scope: ask, Quota: &fixtures.Quota{Start: fixtures.At(began), Used: 2}}, before.Accounts[1].ScopeQuotas[1])
	require.NoError(t, before.Validate())

	other := newPaying(t, paidWorld())
	require.NoError(t, other.Import(&before))
	after, err := other.State(ctx)
	require.NoError(t, err)
	assert.Equal(t, before, after)
	other.sound(t)

	for _, w := range []*paying{p, other} {
		for id, token := range tokens {
			_, _, err := w.use(t, id, token, ask)
			assert.Equal(t, account.RateLimited, reason(err), "the window is as full as it was")
			w.paid(t, 1, id, token, start, account.ByWallet)
			_, _, err = w.use(t, id, token, start)
			assert.Equal(t, account.RateLimited, reason(err), "the limit is its own")
			w.paid(t, 1, id, token, free, account.ByWallet)
			_, _, err = w.AdvanceAccount(ctx, account.Identity{ID: id}, 2*time.Hour)
			require.NoError(t, err)
			w.paid(t, 2, id, token, start, account.ByWallet)
		}
		w.sound(t)
	}
}

func TestWindowsFreeRequestsAndSubscriptionsAreRestoredWithASnapshot(t *testing.T) {
	ctx := t.Context()
	p := newPaying(t, paidWorld())
	token := p.token(t, "one", account.LimitsChange{}).Value
	p.paid(t, 1, "one", token, ask, account.ByWallet)
	p.paid(t, 1, "one", token, free, account.Free)
	p.paid(t, 4, "one", token, start, account.BySubscription)
	_, err := p.TakeSnapshot(ctx, "all", "")
	require.NoError(t, err)
	_, err = p.TakeSnapshot(ctx, "one", "one")
	require.NoError(t, err)
	before, err := p.Account(ctx, "one")
	require.NoError(t, err)
	for range 2 {
		for _, name := range []string{"all", "one"} {
			p.paid(t, 1, "one", token, ask, account.ByWallet)
			_, _, err := p.use(t, "one", token, ask)
			require.Equal(t, account.RateLimited, reason(err))
			p.paid(t, 1, "one", token, free, account.Free)
			p.paid(t, 1, "one", token, free, account.ByWallet)
			p.paid(t, 1, "one", token, start, account.BySubscription)
			p.paid(t, 1, "one", token, start, account.ByWallet)
			p.sound(t)
			require.NoError(t, p.RestoreSnapshot(name, ""))
			after, err := p.Account(ctx, "one")
			require.NoError(t, err)
			assert.Equal(t, before, after)
			p.sound(t)
		}
	}
}

// TestFreshAccountsBeginAlikeAndPayForThemselves holds that accounts which share what they began
// with never pay for one another.
func TestFreshAccountsBeginAlikeAndPayForThemselves(t *testing.T) {
	p := newPaying(t, paidWorld())
	var last fixtures.Account
	for n := range 3 {
		made, err := p.Fresh(world.AccountOptions{})
		require.NoError(t, err)
		id := account.ID(made.ID)
		token := p.token(t, id, account.LimitsChange{}).Value
		p.paid(t, 2, id, token, free, account.Free) // one was used in the fixture
		p.paid(t, 1, id, token, free, account.ByWallet)
		p.paid(t, 5, id, token, start, account.BySubscription)
		p.paid(t, 1, id, token, start, account.ByWallet)
		p.paid(t, 2, id, token, ask, account.ByWallet)
		f, err := p.Account(t.Context(), id)
		require.NoError(t, err)
		assert.Equal(t, fixtures.Amount(100_000-50-600-2), f.Wallet.Credit())
		if n > 0 {
			assert.Equal(t, last.Usage, f.Usage)
		}
		last = f
	}
	p.sound(t)
}
