package account_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/account"
)

// TestAFullWindowLeavesNothingBehind fills the window of a scope, and looks at what a refused call
// changes: nothing at all.
func TestAFullWindowLeavesNothingBehind(t *testing.T) {
	b := newShop(account.Production)
	b.account.Subscriptions = []*account.Subscription{{
		ID: "s", Scope: ask, Type: "month", Active: true, TotalRequests: 9, AvailableRequests: 1, StartsAt: noon, ExpiresAt: noon.Add(24 * time.Hour),
	}}
	token := b.limited(t, account.LimitsChange{TotalRequests: account.Change[int64]{Present: true, Value: 5}})
	b.paid(t, 1, token, ask, account.Free)
	b.now = b.now.Add(20 * time.Second)
	b.paid(t, 1, token, ask, account.BySubscription)
	c, receipt, err := b.get(t, token, ask)
	require.NoError(t, err)
	assert.Equal(t, account.ByWallet, c.PaidBy)
	assert.Equal(t, account.QuotaState{Enabled: true, Limit: 3, Reset: 40 * time.Second}, receipt.Quota)
	before, issued := b.traces(token), b.account.IDs.Issued()
	for range 4 {
		b.now = b.now.Add(time.Second)
		receipt = b.refused(t, token, ask, account.RateLimited)
	}
	assert.Equal(t, account.QuotaState{Enabled: true, Limit: 3, Reset: 36 * time.Second}, receipt.Quota)
	assert.Equal(t, before, b.traces(token))
	assert.Equal(t, issued, b.account.IDs.Issued())
	b.paid(t, 1, token, start, account.ByWallet) // other scopes have windows of their own

	b.now = b.now.Add(receipt.Quota.Reset - time.Second)
	receipt = b.refused(t, token, ask, account.RateLimited)
	assert.Equal(t, time.Second, receipt.Quota.Reset, "a second too early")
	b.now = b.now.Add(time.Second)
	_, receipt, err = b.get(t, token, ask)
	require.NoError(t, err, "who waited as long as was said has waited long enough")
	assert.Equal(t, account.QuotaState{Enabled: true, Limit: 3, Remaining: 2, Reset: time.Minute}, receipt.Quota)
	b.refused(t, token, ask, account.TotalRequestsUsedUp) // the limits are looked at first, and take nothing of the window
	_, used := quotaOf(b.account, ask).Window()
	assert.Equal(t, int64(1), used)
	sound(t, b.account)
}

// quotaOf is the window of a scope; nil before the first call.
func quotaOf(a *account.Account, scope string) (found *account.Quota) {
	a.ScopeQuotas(func(name string, q *account.Quota) {
		if name == scope {
			found = q
		}
	})
	return found
}

func TestAWindowOfAFractionOfASecondEndsWithTheSecond(t *testing.T) {
	b := newShop(account.Production)
	b.account.RestoreScopeQuota(ask, &account.Quota{Own: &account.RateLimit{Limit: 1, Window: 1500 * time.Millisecond, Enabled: true}})
	token := b.token(t)
	b.now = b.now.Add(900 * time.Millisecond) // the account sees whole seconds
	b.paid(t, 1, token, ask, account.Free)
	receipt := b.refused(t, token, ask, account.RateLimited)
	assert.Equal(t, 1500*time.Millisecond, receipt.Quota.Reset)
	b.now = b.now.Add(2 * time.Second) // as Retry-After writes it
	b.paid(t, 1, token, ask, account.ByWallet)
}

func TestTheLimitOfAScopeIsTheAccountsOwnElseTheCatalogues(t *testing.T) {
	b := newShop(account.Production)
	limit := func(scope string) account.RateLimit {
		l, ok := b.account.ScopeRateLimit(scope)
		require.True(t, ok)
		return l
	}
	assert.Equal(t, account.RateLimit{Limit: 3, Window: time.Minute, Enabled: true}, limit(ask))
	assert.Zero(t, limit(start))
	_, ok := b.account.ScopeRateLimit("GET:nowhere/x")
	assert.False(t, ok)

	token := b.token(t)
	b.paid(t, 1, token, ask, account.Free)
	b.paid(t, 2, token, ask, account.ByWallet)
	b.refused(t, token, ask, account.RateLimited)

	own := account.RateLimit{Limit: 1, Window: time.Hour, Enabled: true}
	for _, scope := range []string{ask, start} {
		b.account.RestoreScopeQuota(scope, &account.Quota{Own: &own})
		assert.Equal(t, own, limit(scope))
		b.paid(t, 1, token, scope, account.ByWallet)
		b.refused(t, token, scope, account.RateLimited)
	}
	b.account.RestoreScopeQuota(ask, &account.Quota{Own: &account.RateLimit{Limit: 1, Window: time.Hour}})
	c, receipt, err := b.get(t, token, ask)
	require.NoError(t, err, "a limit that is switched off holds nobody up, the catalogue's neither")
	assert.Equal(t, account.ByWallet, c.PaidBy)
	assert.Zero(t, receipt.Quota)
	b.paid(t, 20, token, ask, account.ByWallet)
	sound(t, b.account)
}

func TestRefusedForCreditIsCountedInTheWindow(t *testing.T) {
	b := newShop(account.Production)
	token := b.token(t)
	b.paid(t, 1, token, ask, account.Free)
	b.holds(t, 0)
	b.refused(t, token, ask, account.CreditInsufficient)
	b.refused(t, token, ask, account.CreditInsufficient)
	b.refused(t, token, ask, account.RateLimited)
}

func TestARateLimitIsReadAsTheProviderWritesIt(t *testing.T) {
	for text, want := range map[string]account.RateLimit{
		"": {}, "100/1m": {Limit: 100, Window: time.Minute, Enabled: true}, "5/1h30m": {Limit: 5, Window: 90 * time.Minute, Enabled: true},
	} {
		l, ok := account.ParseRateLimit(text)
		assert.True(t, ok, text)
		assert.Equal(t, want, l, text)
	}
	for _, text := range []string{"100", "0/1m", "-1/1m", "1/0s", "1/-1m", "x/1m", "1/x", "1/1m/1m", "9999999999/1m", "/1m"} {
		_, ok := account.ParseRateLimit(text)
		assert.False(t, ok, text)
	}
}

func TestAClockThatIsSetBackBeginsANewWindow(t *testing.T) {
	b := newShop(account.Production)
	b.now = b.now.Add(time.Hour)
	token := b.token(t)
	b.paid(t, 1, token, ask, account.Free)
	b.paid(t, 2, token, ask, account.ByWallet)
	b.refused(t, token, ask, account.RateLimited)
	b.now = b.now.Add(-time.Second)
	_, receipt, err := b.get(t, token, ask)
	require.NoError(t, err)
	assert.Equal(t, account.QuotaState{Enabled: true, Limit: 3, Remaining: 2, Reset: time.Minute}, receipt.Quota, "else who waits would wait for longer than a window")
}
