package account_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/account"
)

const free = "GET:free.openapi.com/"

// at sets the clock: "2026-02-12".
func (b *testService) at(t testing.TB, day string) {
	t.Helper()
	when, err := time.Parse(time.DateOnly, day)
	require.NoError(t, err)
	b.now = when.Add(23*time.Hour + 59*time.Minute + 59*time.Second)
}

// TestFreeRequestsComeBackWithTheirWindow goes from day to day, also back, and says how many calls
// are free on each. The day changes at midnight.
func TestFreeRequestsComeBackWithTheirWindow(t *testing.T) {
	type stay struct {
		day  string
		free int
	}
	for endpoint, days := range map[string][]stay{
		"none":  {{"2026-02-12", 0}, {"2027-01-01", 0}},
		"day":   {{"2026-02-12", 2}, {"2026-02-12", 0}, {"2026-02-13", 2}, {"2026-02-12", 0}, {"2026-02-11", 2}, {"2027-02-12", 2}},
		"month": {{"2026-02-12", 2}, {"2026-02-28", 0}, {"2026-03-01", 2}, {"2026-02-28", 0}, {"2026-01-31", 2}, {"2027-02-12", 2}},
		"year":  {{"2026-02-12", 2}, {"2026-12-31", 0}, {"2027-01-01", 2}, {"2026-02-12", 0}, {"2025-12-31", 2}},
		"total": {{"2026-02-12", 2}, {"2036-12-31", 0}, {"2016-01-01", 0}},
		// 2 a day, 3 a month, 5 a year, 6 in all.
		"several": {{"2026-02-12", 2}, {"2026-02-12", 0}, {"2026-02-13", 1}, {"2026-02-14", 0}, {"2026-03-01", 2}, {"2026-04-01", 0}, {"2027-01-01", 1}, {"2028-01-01", 0}, {"2026-02-12", 0}},
	} {
		t.Run(endpoint, func(t *testing.T) {
			b := newShop(account.Production)
			b.at(t, "2016-01-01")
			made, _, err := b.CreateToken(t.Context(), b.call, asks("*:*/*"))
			require.NoError(t, err)
			live, _ := b.account.Tokens.Get(made.Value)
			live.ExpireAt = account.MomentOf(b.now.AddDate(100, 0, 0)) // what was noted of its end goes stale
			for i, s := range days {
				b.at(t, s.day)
				b.paid(t, s.free, made.Value, free+endpoint, account.Free)
				c, _, err := b.get(t, made.Value, free+endpoint)
				require.NoError(t, err, "%d: %s", i, s.day)
				require.Equal(t, account.ByWallet, c.PaidBy, "%d: %s", i, s.day)
				sound(t, b.account)
				b.account.TakeSecretChanges()
				b.account = b.account.Clone() // which has to count again
			}
		})
	}
}

func TestFreeRequestsEndAtMidnightOfTheAccount(t *testing.T) {
	b := newShop(account.Production)
	b.at(t, "2026-02-12")
	token := b.token(t)
	b.paid(t, 2, token, free+"day", account.Free)
	b.paid(t, 1, token, free+"day", account.ByWallet)
	b.now = b.now.Add(time.Second)
	b.paid(t, 2, token, free+"day", account.Free)
	b.paid(t, 1, token, free+"day", account.ByWallet)
}

func TestUsageOfTheFixtureCountsAsFreeWhereNobodyPaid(t *testing.T) {
	for name, c := range map[string]struct {
		counter account.Counter
		free    int
	}{
		"nothing":             {account.Counter{}, 2},
		"one that was free":   {account.Counter{Requests: 1}, 1},
		"all":                 {account.Counter{Requests: 2}, 0},
		"more than there are": {account.Counter{Requests: 7}, 0},
		"all were paid":       {account.Counter{Requests: 9, WalletRequests: 4, SubscriptionRequests: 3, ErrorRequests: 2, WalletAmount: 200}, 2},
		"one of them free":    {account.Counter{Requests: 10, WalletRequests: 4, SubscriptionRequests: 3, ErrorRequests: 2, WalletAmount: 200}, 1},
	} {
		for _, endpoint := range []string{"day", "month", "year", "total"} {
			t.Run(name+" by "+endpoint, func(t *testing.T) {
				b := newShop(account.Production)
				counter := c.counter
				b.account.Usage.Restore(account.DayOf(b.now), free+endpoint, &counter)
				other := account.Counter{Requests: 50}
				b.account.Usage.Restore(account.DayOf(b.now), free+"none", &other)
				b.account.OpenBooks()
				token := b.token(t)
				b.paid(t, c.free, token, free+endpoint, account.Free)
				b.paid(t, 1, token, free+endpoint, account.ByWallet)
				sound(t, b.account)
			})
		}
	}
}

func TestFreeRequestsAreThoseOfTheAccountAndNotOfTheToken(t *testing.T) {
	b := newShop(account.Production)
	b.subscribe("s", 1, noon, noon.Add(time.Hour)).Scope = free + "total"
	one, two := b.token(t), b.token(t)
	b.paid(t, 1, one, free+"total", account.Free)
	b.paid(t, 1, two, free+"total", account.Free)
	b.paid(t, 1, one, free+"total", account.BySubscription)
	b.paid(t, 1, two, free+"total", account.ByWallet)
	sound(t, b.account)
}

func TestARefusedCallTakesNoFreeRequest(t *testing.T) {
	b := newShop(account.Production)
	none := b.limited(t, account.LimitsChange{TotalRequests: account.Change[int64]{Present: true}})
	for range 5 {
		b.refused(t, none, free+"total", account.TotalRequestsUsedUp)
	}
	b.paid(t, 2, b.token(t), free+"total", account.Free)
}

// TestFreeRequestsFollowFromASharedUsage begins with a usage that other accounts begin with as
// well.
func TestFreeRequestsFollowFromASharedUsage(t *testing.T) {
	var begun account.Usage
	begun.Counter(account.DayOf(noon), free+"total").Requests = 1
	for range 2 {
		b := newShop(account.Production)
		b.account.Usage = begun.Shared()
		b.account.OpenBooks()
		token := b.token(t)
		b.paid(t, 1, token, free+"total", account.Free)
		b.paid(t, 1, token, free+"total", account.ByWallet)
		b.now = b.now.Add(24 * time.Hour)
		b.paid(t, 1, token, free+"total", account.ByWallet)
		sound(t, b.account)
	}
	assert.Equal(t, int64(1), begun.Counter(account.DayOf(noon), free+"total").Requests)
}

// TestAFixtureThatCountsCallsAsPaidAndFailedIsCountedTheSameAnew holds that who comes back to a
// snapshot has as many free requests left as before.
func TestAFixtureThatCountsCallsAsPaidAndFailedIsCountedTheSameAnew(t *testing.T) {
	b := newShop(account.Production)
	b.account.Usage.Restore(account.DayOf(b.now), free+"day", &account.Counter{Requests: 6, WalletRequests: 5, ErrorRequests: 2, WalletAmount: 250})
	b.account.OpenBooks()
	token := b.token(t)
	b.account.TakeSecretChanges()
	left := func(anew bool) (calls int) {
		a := b.account
		defer func() { b.account = a }()
		for b.account = a.Clone(); ; calls++ {
			c, _, err := b.get(t, token, free+"day")
			require.NoError(t, err)
			if c.PaidBy != account.Free {
				return calls
			}
			if anew {
				b.account = b.account.Clone()
			}
		}
	}
	assert.Equal(t, 3, left(false))
	assert.Equal(t, 3, left(true))
	sound(t, b.account)
}
