package account_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/account"
)

// TestACloneGoesOnByItself lets two clones and their original do the same things, and different
// ones, and looks at all of them.
func TestACloneGoesOnByItself(t *testing.T) {
	b := newTestService(account.Production)
	a := b.account
	a.RestoreToken(account.Token{Value: "656d1e2f8b3c2a001f7e4a12", RefreshToken: "656d1e2f8b3c2a001f7e4a13", ExpireAt: account.MomentOf(b.now.Add(time.Hour))})
	a.TakeSecretChanges()
	a.Subscriptions = []*account.Subscription{{ID: "s", Active: true, ExpiresAt: b.now.Add(time.Hour)}}
	a.Callbacks = []*account.Callback{{ID: "c", Active: true}}
	a.Usage.Counter(20260212, "GET:a/b").IPs.Add("192.0.2.1")
	a.Quota = account.NewQuota(nil, b.now, 3)
	_, err := a.Move(5, "first", b.now)
	require.NoError(t, err)

	one, two := a.Clone(), a.Clone()
	first, err := one.Move(7, "one", b.now)
	require.NoError(t, err)
	second, err := two.Move(7, "two", b.now)
	require.NoError(t, err)
	assert.Equal(t, first.ID, second.ID, "ids go on alike")
	assert.Equal(t, "one", one.Wallet.Transactions()[len(one.Wallet.Transactions())-1].Description)
	assert.Equal(t, "two", two.Wallet.Transactions()[len(two.Wallet.Transactions())-1].Description)

	one.Usage.Counter(20260212, "GET:a/b").IPs.Add("192.0.2.2")
	one.Usage.Counter(20260213, "GET:a/b").Requests++
	one.Callbacks[0].Active = false
	assert.Len(t, one.Settle(b.now.Add(2*time.Hour)), 2, "its token and its subscription")

	for name, untouched := range map[string]*account.Account{"the original": a, "the other": two} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, 1, untouched.Tokens.Len())
			_, found := untouched.Tokens.Get("656d1e2f8b3c2a001f7e4a12")
			assert.True(t, found)
			assert.True(t, untouched.Subscriptions[0].Active)
			assert.True(t, untouched.Callbacks[0].Active)
			assert.Equal(t, []string{"192.0.2.1"}, untouched.Usage.Counter(20260212, "GET:a/b").IPs.List())
			assert.Zero(t, untouched.Usage.Counter(20260213, "GET:a/b").Requests)
			start, used := untouched.Quota.Window()
			assert.Equal(t, b.now, start)
			assert.Equal(t, int64(3), used)
			revoked, issued := untouched.TakeSecretChanges()
			assert.Empty(t, append(revoked, issued...))
			assert.Len(t, untouched.Settle(b.now.Add(2*time.Hour)), 2, "and expires by itself")
		})
	}
}

func TestAUsageThatIsSharedIsChangedByNobody(t *testing.T) {
	var base account.Usage
	base.Counter(20260211, "GET:a/b").Requests = 5
	base.Counter(20260211, "GET:a/b").IPs.Add("192.0.2.1")
	base.Counter(20260212, "GET:a/c").Requests = 1
	one, two := base.Shared(), base.Shared()

	one.Counter(20260211, "GET:a/b").Requests++
	one.Counter(20260211, "GET:a/b").IPs.Add("192.0.2.2")
	one.Restore(20260212, "GET:a/c", &account.Counter{Requests: 10})
	one.Counter(20260213, "GET:d/e").Requests = 100

	all := func(u *account.Usage) map[string]int64 {
		out := map[string]int64{}
		u.Days(func(day account.Day, scope string, c *account.Counter) {
			out[day.Time().Format(time.DateOnly)+" "+scope] = c.Requests
		})
		return out
	}
	assert.Equal(t, map[string]int64{"2026-02-11 GET:a/b": 6, "2026-02-12 GET:a/c": 11, "2026-02-13 GET:d/e": 100}, all(&one))
	assert.Equal(t, map[string]int64{"2026-02-11 GET:a/b": 5, "2026-02-12 GET:a/c": 1}, all(&two))
	assert.Equal(t, int64(117), one.Total(account.Period{}).Requests)
	assert.Equal(t, int64(6), one.Total(account.Period{Year: 2026, Month: 2, Day: 11}).Requests)
	ips := two.Total(account.Period{}).IPs
	assert.Equal(t, []string{"192.0.2.1"}, ips.List())
}

// TestACloneUsesWindowsAndFreeRequestsOfItsOwn uses them up in one copy, and finds them as they
// were in the others.
func TestACloneUsesWindowsAndFreeRequestsOfItsOwn(t *testing.T) {
	b := newShop(account.Production)
	token := b.token(t)
	b.paid(t, 1, token, free+"total", account.Free)
	b.paid(t, 1, token, ask, account.Free)
	b.account.TakeSecretChanges()
	original := b.account
	for _, one := range []*account.Account{original.Clone(), original.Clone(), original} {
		b.account = one
		b.paid(t, 1, token, free+"total", account.Free)
		b.paid(t, 1, token, free+"total", account.ByWallet)
		b.paid(t, 2, token, ask, account.ByWallet)
		b.refused(t, token, ask, account.RateLimited)
		sound(t, one)
	}
}
