package account_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/account"
)

// subscribe gives the account a subscription for IT-start.
func (b *testService) subscribe(id string, left int64, from, until time.Time) *account.Subscription {
	s := &account.Subscription{
		ID: id, Scope: account.MoveScope(start, b.account.Environment), Type: "month", Active: true,
		TotalRequests: 10, AvailableRequests: left, Price: 20_000, StartsAt: from, ExpiresAt: until,
	}
	b.account.Subscriptions = append(b.account.Subscriptions, s)
	return s
}

func TestASubscriptionPaysForItsScopeAndItsTime(t *testing.T) {
	for name, c := range map[string]struct {
		change func(s *account.Subscription)
		pays   bool
	}{
		"an active one":           {func(*account.Subscription) {}, true},
		"of the last request":     {func(s *account.Subscription) { s.AvailableRequests = 1 }, true},
		"with nothing left":       {func(s *account.Subscription) { s.AvailableRequests = 0 }, false},
		"of another scope":        {func(s *account.Subscription) { s.Scope = full }, false},
		"of the other test scope": {func(s *account.Subscription) { s.Scope = "GET:test.company.openapi.com/IT-start" }, false},
		"that is not active":      {func(s *account.Subscription) { s.Active = false }, false},
		"that begins now":         {func(s *account.Subscription) { s.StartsAt = noon }, true},
		"that begins in a second": {func(s *account.Subscription) { s.StartsAt = noon.Add(time.Second) }, false},
		"that ends in a second":   {func(s *account.Subscription) { s.ExpiresAt = noon.Add(time.Second) }, true},
		"that ends now":           {func(s *account.Subscription) { s.ExpiresAt = noon }, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newShop(account.Production)
			s := b.subscribe("s", 5, noon.Add(-time.Hour), noon.Add(time.Hour))
			c.change(s)
			left := s.AvailableRequests
			by := account.ByWallet
			if c.pays {
				by, left = account.BySubscription, left-1
			}
			b.paid(t, 1, b.token(t), start, by)
			assert.Equal(t, left, s.AvailableRequests)
			sound(t, b.account)
		})
	}
}

func TestTheSubscriptionThatEndsFirstPaysFirstAndTheWalletLast(t *testing.T) {
	b := newShop(account.Production)
	long := b.subscribe("long", 2, noon, noon.Add(48*time.Hour))
	short := b.subscribe("short", 3, noon, noon.Add(24*time.Hour))
	twin := b.subscribe("twin", 1, noon, noon.Add(48*time.Hour))
	token := b.token(t)
	for _, want := range [][3]int64{{2, 2, 1}, {2, 1, 1}, {2, 0, 1}, {1, 0, 1}, {0, 0, 1}, {0, 0, 0}} {
		b.paid(t, 1, token, start, account.BySubscription)
		assert.Equal(t, want, [3]int64{long.AvailableRequests, short.AvailableRequests, twin.AvailableRequests})
	}
	b.paid(t, 2, token, start, account.ByWallet)
	assert.Equal(t, 10*account.Unit-1200, b.account.Wallet.Credit())
	sound(t, b.account)
}

func TestASubscriptionThatLapsesPaysNoMoreUnlessItRenews(t *testing.T) {
	for name, c := range map[string]struct {
		renew   bool
		credit  account.Money
		by      account.Payer
		reason  account.Reason
		credits account.Money
	}{
		"it ends, and the wallet pays":                     {false, 600, account.ByWallet, "", 0},
		"it ends, and nobody pays":                         {false, 599, "", account.CreditInsufficient, 599},
		"it renews, for exactly its price":                 {true, 20_000, account.BySubscription, "", 0},
		"it cannot pay its price, and the wallet pays":     {true, 19_999, account.ByWallet, "", 19_399},
		"it renews, and the call is no longer the wallets": {true, 20_599, account.BySubscription, "", 599},
	} {
		t.Run(name, func(t *testing.T) {
			b := newShop(account.Production)
			s := b.subscribe("s", 5, noon.Add(-time.Hour), noon.Add(time.Hour))
			s.Autorenew = c.renew
			token := b.token(t)
			b.paid(t, 1, token, start, account.BySubscription)
			b.holds(t, c.credit)
			b.now = b.now.Add(time.Hour)
			charge, _, err := b.get(t, token, start)
			require.Equal(t, c.reason, reason(err))
			assert.Equal(t, c.by, charge.PaidBy)
			assert.Equal(t, c.credits, b.account.Wallet.Credit())
			if c.by == account.BySubscription {
				assert.Equal(t, int64(9), s.AvailableRequests, "without rollover")
				assert.Equal(t, noon.Add(time.Hour+30*24*time.Hour), s.ExpiresAt)
			} else {
				assert.False(t, s.Active)
			}
			sound(t, b.account)
		})
	}
}

func TestASubscriptionOfTheSandboxPaysInTheSandbox(t *testing.T) {
	b := newShop(account.Sandbox)
	b.subscribe("s", 1, noon, noon.Add(time.Hour))
	token := b.token(t)
	b.paid(t, 1, token, start, account.BySubscription)
	b.paid(t, 1, token, start, account.ByWallet)
	last := b.account.Wallet.Transactions()[1]
	assert.Equal(t, "API usage - company.openapi.com", last.Description)
	sound(t, b.account)
}
