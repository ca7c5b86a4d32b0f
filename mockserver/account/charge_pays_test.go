package account_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/account"
)

// TestEachLimitOfATokenHoldsAtItsEdge tries each limit: n calls are allowed, the next is refused
// however often it is tried, refused calls use nothing of it, and one more is allowed when the
// limit is raised by one.
func TestEachLimitOfATokenHoldsAtItsEdge(t *testing.T) {
	count := func(n int64) account.Change[int64] { return account.Change[int64]{Present: true, Value: n} }
	amount := func(m account.Money) account.Change[account.Money] {
		return account.Change[account.Money]{Present: true, Value: m}
	}
	subscribe := func(b *testService) {
		b.account.Subscriptions = []*account.Subscription{{
			ID: "s", Scope: start, Type: "month", Active: true, TotalRequests: 100, AvailableRequests: 100, StartsAt: noon, ExpiresAt: noon.Add(time.Hour),
		}}
	}
	for name, c := range map[string]struct {
		prepare func(b *testService)
		scope   string
		by      account.Payer
		limits  func(n int64) account.LimitsChange
		reason  account.Reason
	}{
		"in all, of the wallet": {nil, start, account.ByWallet, func(n int64) account.LimitsChange { return account.LimitsChange{TotalRequests: count(n)} }, account.TotalRequestsUsedUp},
		"in all, of a subscription": {subscribe, start, account.BySubscription,
			func(n int64) account.LimitsChange { return account.LimitsChange{TotalRequests: count(n)} }, account.TotalRequestsUsedUp},
		"in all, free": {nil, "GET:zero.openapi.com/ping", account.Free,
			func(n int64) account.LimitsChange { return account.LimitsChange{TotalRequests: count(n)} }, account.TotalRequestsUsedUp},
		"of the wallet": {nil, start, account.ByWallet, func(n int64) account.LimitsChange { return account.LimitsChange{WalletRequests: count(n)} }, account.WalletRequestsUsedUp},
		"of subscriptions": {subscribe, start, account.BySubscription,
			func(n int64) account.LimitsChange { return account.LimitsChange{SubscriptionRequests: count(n)} }, account.SubscriptionRequestsUsedUp},
		"of money, exactly": {nil, start, account.ByWallet, func(n int64) account.LimitsChange {
			return account.LimitsChange{WalletAmount: amount(account.Money(600 * n))}
		}, account.WalletAmountUsedUp},
		"of money, one unit below the next": {nil, start, account.ByWallet,
			func(n int64) account.LimitsChange {
				return account.LimitsChange{WalletAmount: amount(account.Money(600*n + 599))}
			}, account.WalletAmountUsedUp},
	} {
		for n := range int64(4) {
			t.Run(fmt.Sprintf("%s, %d", name, n), func(t *testing.T) {
				b := newShop(account.Production)
				if c.prepare != nil {
					c.prepare(b)
				}
				token := b.limited(t, c.limits(n))
				other := b.token(t)
				b.refused(t, token, "GET:closed.openapi.com/report", account.ScopeDisabled) // uses nothing of any limit
				b.paid(t, int(n), token, c.scope, c.by)
				for range 3 {
					b.refused(t, token, c.scope, c.reason)
				}
				b.paid(t, 1, other, c.scope, c.by) // whose limit it is not
				_, _, err := b.UpdateToken(t.Context(), b.call, token, account.TokenRequest{Limits: c.limits(n + 1)})
				require.NoError(t, err)
				b.paid(t, 1, token, c.scope, c.by)
				b.refused(t, token, c.scope, c.reason)

				live, _ := b.account.Tokens.Get(token)
				rotated, _, err := b.UpdateTokenAsBearer(t.Context(), b.call, token, live.RefreshToken, account.TokenRequest{})
				require.NoError(t, err)
				b.refused(t, rotated.Value, c.scope, c.reason) // a rotation is no way out
				_, _, err = b.UpdateToken(t.Context(), b.call, rotated.Value, account.TokenRequest{Limits: account.LimitsChange{Null: true}})
				require.NoError(t, err)
				b.paid(t, 1, rotated.Value, c.scope, c.by)
				sound(t, b.account)
			})
		}
	}
}

func TestLimitsOfOnePayerDoNotBindAnother(t *testing.T) {
	b := newShop(account.Production)
	none := account.Change[int64]{Present: true}
	token := b.limited(t, account.LimitsChange{WalletRequests: none, SubscriptionRequests: none, WalletAmount: account.Change[account.Money]{Present: true}})
	b.paid(t, 2, token, "GET:free.openapi.com/day", account.Free)
	b.refused(t, token, "GET:free.openapi.com/day", account.WalletRequestsUsedUp)
	sound(t, b.account)
}

func TestTheWalletPaysThePriceExactly(t *testing.T) {
	for name, c := range map[string]struct {
		scope  string
		credit account.Money
		calls  int
	}{
		"exactly one":             {start, 600, 1},
		"one unit too little":     {start, 599, 0},
		"one unit more":           {start, 601, 1},
		"exactly three":           {start, 1800, 3},
		"three, short of a unit":  {start, 2399, 3},
		"the smallest price":      {search, 1, 1},
		"nothing":                 {search, 0, 0},
		"the smallest, ten times": {search, 10, 10},
	} {
		t.Run(name, func(t *testing.T) {
			b := newShop(account.Production)
			b.holds(t, c.credit)
			token := b.token(t)
			b.paid(t, c.calls, token, c.scope, account.ByWallet)
			left := b.account.Wallet.Credit()
			b.refused(t, token, c.scope, account.CreditInsufficient)
			assert.Equal(t, left, b.account.Wallet.Credit())
			stats, _ := b.account.Tokens.Get(token)
			assert.Equal(t, c.credit, left+stats.Stats.WalletAmount)
			assert.Equal(t, int64(c.calls), stats.Stats.WalletRequests)
			sound(t, b.account)
		})
	}
}

func TestWhatCostsNothingIsFree(t *testing.T) {
	b := newShop(account.Production)
	b.holds(t, 0)
	token := b.token(t)
	before := len(b.account.Wallet.Transactions())
	b.paid(t, 5, token, "GET:zero.openapi.com/ping", account.Free)
	b.paid(t, 5, token, "GET:zero.openapi.com/pong", account.Free) // beyond its free requests, too
	assert.Len(t, b.account.Wallet.Transactions(), before)
	sound(t, b.account)
}

func TestWhatEachPayerLeavesBehind(t *testing.T) {
	b := newShop(account.Production)
	b.call.IP = "203.0.113.9"
	token := b.token(t, start, "GET:free.openapi.com/day")
	a := b.account
	last := func() account.Transaction { return a.Wallet.Transactions()[len(a.Wallet.Transactions())-1] }
	b.now = b.now.Add(25 * time.Hour)

	want := b.traces(token)
	c, receipt, err := b.get(t, token, start)
	require.NoError(t, err)
	assert.Equal(t, account.Charge{Scope: c.Scope, Name: start, PaidBy: account.ByWallet, Amount: 600}, c)
	assert.Equal(t, account.Receipt{Account: "one", At: b.now}, receipt)
	assert.Regexp(t, `^txn_[0-9a-f]{24}$`, last().ID)
	assert.Equal(t, account.Transaction{ID: last().ID, Amount: -600, CreatedAt: b.now, Description: "API usage - company.openapi.com"}, last())
	assert.Equal(t, b.now, a.Wallet.UpdatedAt())
	want.Credit, want.Transactions, want.Requests, want.Wallet, want.Amount = want.Credit-600, want.Transactions+1, want.Requests+1, want.Wallet+1, want.Amount+600
	want.Stats.TotalRequests, want.Stats.WalletRequests, want.Stats.WalletAmount = 1, 1, 600
	want.Stats.IPs = account.NewIPs([]string{"203.0.113.9"})
	assert.Equal(t, want, b.traces(token))

	a.Subscriptions = []*account.Subscription{{
		ID: "s", Scope: start, Type: "month", Active: true, TotalRequests: 10, AvailableRequests: 7, StartsAt: b.now, ExpiresAt: b.now.Add(time.Second), UpdatedAt: noon,
	}}
	c, _, err = b.get(t, token, start)
	require.NoError(t, err)
	assert.Equal(t, account.Charge{Scope: c.Scope, Name: start, PaidBy: account.BySubscription}, c)
	assert.Equal(t, b.now, a.Subscriptions[0].UpdatedAt)
	want.Available, want.Requests, want.Subscription = 6, want.Requests+1, want.Subscription+1
	want.Stats.TotalRequests, want.Stats.SubscriptionRequests = 2, 1
	assert.Equal(t, want, b.traces(token))

	c, _, err = b.get(t, token, "GET:free.openapi.com/day")
	require.NoError(t, err)
	assert.Equal(t, account.Charge{Scope: c.Scope, Name: "GET:free.openapi.com/day", PaidBy: account.Free}, c)
	want.Requests++
	want.Stats.TotalRequests++
	assert.Equal(t, want, b.traces(token))

	b.refused(t, token, search, account.ScopeNotGranted)
	entries := a.Errors.Entries()
	assert.Equal(t, account.ErrorEntry{
		ID: entries[0].ID, Scope: search, At: b.now, Status: 499, Code: "1", Message: string(account.ScopeNotGranted), IP: "203.0.113.9",
	}, entries[0])
	assert.Regexp(t, `^[0-9a-f]{24}$`, entries[0].ID)
	day := account.Period{Year: 2026, Month: 2, Day: 13}
	for scope, n := range map[string]account.Counter{
		start:                      {Requests: 2, WalletRequests: 1, SubscriptionRequests: 1, WalletAmount: 600},
		"GET:free.openapi.com/day": {Requests: 1},
		search:                     {Requests: 1, ErrorRequests: 1},
	} {
		n.IPs = account.NewIPs([]string{"203.0.113.9"})
		assert.Equal(t, n, *a.Usage.API(account.DomainOf(scope), day).Scopes[scope], scope)
	}
	sound(t, a)
}

func TestWhatAServiceCouldNotAnswerIsCountedAndNotPaid(t *testing.T) {
	improper := account.Refuse("request-violates-document", "a number is missing")
	for name, scope := range map[string]string{"of the wallet": start, "free": "GET:free.openapi.com/total", "of a subscription": search} {
		t.Run(name, func(t *testing.T) {
			b := newShop(account.Production)
			b.account.Subscriptions = []*account.Subscription{{
				ID: "s", Scope: search, Active: true, TotalRequests: 1, AvailableRequests: 1, StartsAt: noon, ExpiresAt: noon.Add(time.Hour),
			}}
			p, _ := account.ParsePattern(scope)
			target := account.Target{Method: p.Method, Domain: p.Host, Path: p.Path}
			token := b.limited(t, account.LimitsChange{TotalRequests: account.Change[int64]{Present: true, Value: 1}})
			want := b.traces(token)
			for range 3 {
				c, _, err := b.UseService(t.Context(), b.call, token, target, improper)
				require.ErrorIs(t, err, improper)
				assert.Empty(t, c.PaidBy)
				want.Requests++
				want.Failures++
				want.Errors++
				want.Stats.TotalRequests++
				want.Stats.ErrorRequests++
			}
			want.Stats.IPs = account.NewIPs([]string{b.call.IP})
			assert.Equal(t, want, b.traces(token))
			_, _, err := b.UseService(t.Context(), b.call, token, target, nil)
			require.NoError(t, err, "everything is still there")
			_, _, err = b.UseService(t.Context(), b.call, token, target, improper)
			assert.Equal(t, account.TotalRequestsUsedUp, reason(err), "what may not be done at all is not looked at")
			sound(t, b.account)
		})
	}
}
