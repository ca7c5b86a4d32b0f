package account_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"oauthmock/mockserver/account"
)

// move books amounts in euros, one second after the other, and returns what was told.
func move(t *testing.T, a *account.Account, amounts ...int64) (told []string) {
	t.Helper()
	for i, amount := range amounts {
		_, err := a.Move(account.Money(amount)*account.Unit, fmt.Sprint(amount), noon.Add(time.Duration(i)*time.Second))
		require.NoError(t, err)
	}
	for _, e := range a.Alerts() {
		told = append(told, fmt.Sprintf("%s after %s", e.What, e.At.Sub(noon)))
	}
	return told
}

func TestADebitBelowTheBoundTellsAndRecharges(t *testing.T) {
	const low, recharged = account.WalletLow, account.WalletRecharged
	for name, c := range map[string]struct {
		auto    *account.Autorecharge
		amounts []int64
		want    []string
		credit  account.Money
	}{
		"nothing watches":                       {nil, []int64{20, -15}, nil, 5},
		"at the bound":                          {&account.Autorecharge{Below: 10, Amount: 50}, []int64{20, -10}, nil, 10},
		"below it":                              {&account.Autorecharge{Below: 10, Amount: 50}, []int64{20, -11}, []string{low + " after 1s", recharged + " after 1s"}, 59},
		"told only":                             {&account.Autorecharge{Below: 10}, []int64{20, -11, -1}, []string{low + " after 1s"}, 8},
		"a recharge that is too small is alone": {&account.Autorecharge{Below: 10, Amount: 1}, []int64{20, -15, -1}, []string{low + " after 1s", recharged + " after 1s"}, 5},
		"each time":                             {&account.Autorecharge{Below: 10, Amount: 5}, []int64{20, -11, -5}, []string{low + " after 1s", recharged + " after 1s", low + " after 2s", recharged + " after 2s"}, 14},
		"a wallet that is below already":        {&account.Autorecharge{Below: 10, Amount: 50}, []int64{5, -1}, nil, 4},
	} {
		t.Run(name, func(t *testing.T) {
			a := newTestService(account.Production).account
			if c.auto != nil {
				a.Wallet.Autorecharge = &account.Autorecharge{Below: c.auto.Below * account.Unit, Amount: c.auto.Amount * account.Unit}
			}
			assert.Equal(t, c.want, move(t, a, c.amounts...))
			assert.Equal(t, c.credit*account.Unit, a.Wallet.Credit())
			assert.Empty(t, a.Violations())
		})
	}
}

func TestARechargeFollowsTheDebitThatCausedIt(t *testing.T) {
	a := newTestService(account.Production).account
	a.Wallet.Autorecharge = &account.Autorecharge{Below: 10 * account.Unit, Amount: 50 * account.Unit}
	move(t, a, 20, -15)
	transactions := a.Wallet.Transactions()
	require.Len(t, transactions, 3)
	assert.Equal(t, "Automatic recharge", transactions[2].Description)
	assert.Equal(t, []string{transactions[1].ID, transactions[2].ID}, []string{a.Alerts()[0].ID, a.Alerts()[1].ID})
}

func TestAlertsAreBounded(t *testing.T) {
	a := newTestService(account.Production).account
	a.Wallet.Autorecharge = &account.Autorecharge{Below: 10 * account.Unit, Amount: 10 * account.Unit}
	move(t, a, 15)
	copied := a.Clone()
	for range 500 {
		move(t, a, -10)
	}
	assert.LessOrEqual(t, len(a.Alerts()), 100)
	assert.Equal(t, a.Wallet.Transactions()[len(a.Wallet.Transactions())-1].ID, a.Alerts()[len(a.Alerts())-1].ID, "the newest are kept")
	assert.Empty(t, copied.Alerts())
}

// busy draws an account in which much falls due.
func busy(t *rapid.T) *account.Account {
	a := newTestService(account.Production).account
	a.Wallet.Autorecharge = rapid.SampledFrom([]*account.Autorecharge{nil, {Below: 30 * account.Unit, Amount: 40 * account.Unit}, {Below: 90 * account.Unit}}).Draw(t, "autorecharge")
	_, err := a.Move(100*account.Unit, "first", noon)
	if err != nil {
		t.Fatal(err)
	}
	hours := rapid.IntRange(1, 24*500)
	for i := range rapid.IntRange(0, 6).Draw(t, "tokens") {
		a.RestoreToken(account.Token{
			Value: fmt.Sprintf("%024d", i), RefreshToken: fmt.Sprintf("%024d", 1000+i),
			CreatedAt: account.MomentOf(noon), UpdatedAt: account.MomentOf(noon), ExpireAt: account.MomentOf(noon.Add(time.Duration(hours.Draw(t, "life")) * time.Hour)),
		})
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "subscriptions") {
		a.Subscriptions = append(a.Subscriptions, &account.Subscription{
			ID: fmt.Sprintf("%024d", 2000+i), Scope: "GET:company.openapi.com/IT-start", Active: true, Type: "month", Autorenew: rapid.Bool().Draw(t, "renews"),
			Price: account.Money(rapid.IntRange(0, 60).Draw(t, "price")) * account.Unit, TotalRequests: 10, AvailableRequests: 3,
			StartsAt: noon, ExpiresAt: noon.Add(time.Duration(hours.Draw(t, "term")) * time.Hour), CreatedAt: noon, UpdatedAt: noon,
		})
	}
	return a
}

func TestOneLeapOfAYearIsAs365OfADay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		leap := busy(t)
		days := leap.Clone()
		whole := leap.Settle(noon.AddDate(1, 0, 0))
		var parts []account.Event
		for at := noon; !at.Equal(noon.AddDate(1, 0, 0)); at = at.AddDate(0, 0, 1) {
			parts = append(parts, days.Settle(at.AddDate(0, 0, 1))...)
		}
		require.Equal(t, parts, whole)
		require.Equal(t, days.Wallet.Transactions(), leap.Wallet.Transactions())
		require.Equal(t, days.Subscriptions, leap.Subscriptions)
		require.Equal(t, days.Alerts(), leap.Alerts())
		require.Equal(t, days.Tokens.Len(), leap.Tokens.Len())
		require.Empty(t, leap.Violations())
	})
}

func BenchmarkTenYears(b *testing.B) {
	for b.Loop() {
		a := newTestService(account.Production).account
		a.Wallet.Autorecharge = &account.Autorecharge{Below: 10 * account.Unit, Amount: 100 * account.Unit}
		for i := range 20 {
			a.Subscriptions = append(a.Subscriptions, &account.Subscription{
				ID: fmt.Sprintf("%024d", i), Scope: "GET:company.openapi.com/IT-start", Active: true, Type: "month", Autorenew: true, Price: account.Unit,
				TotalRequests: 10, StartsAt: noon, ExpiresAt: noon.Add(time.Duration(i) * time.Hour),
			})
		}
		for i := range 10_000 {
			a.RestoreToken(account.Token{Value: fmt.Sprintf("%024d", i), RefreshToken: fmt.Sprintf("%024d", 100_000+i), ExpireAt: account.MomentOf(noon.Add(time.Duration(i) * time.Hour))})
		}
		a.Settle(noon.AddDate(10, 0, 0))
	}
}
