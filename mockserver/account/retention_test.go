package account_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/account"
)

// TestTransactionsAreDrawnTogetherAndSumUpToTheCredit goes far beyond what the wallet remembers.
func TestTransactionsAreDrawnTogetherAndSumUpToTheCredit(t *testing.T) {
	for _, bound := range []int{account.LeastTransactions, 11, 12, 13, 100} {
		t.Run(fmt.Sprint(bound), func(t *testing.T) {
			b := newShop(account.Production)
			b.account.Retain(account.Retention{Transactions: bound})
			token := b.token(t)
			seen := map[string]account.Transaction{}
			for n := range 20 * bound {
				if n%7 == 3 {
					_, err := b.account.Move(account.Money(n), "Wallet recharge", b.now)
					require.NoError(t, err)
				} else {
					b.paid(t, 1, token, start, account.ByWallet)
					b.holds(t, b.account.Wallet.Credit()+600)
				}
				b.now = b.now.Add(time.Second)
				list := b.account.Wallet.Transactions()
				require.LessOrEqual(t, len(list), bound)
				if n > bound {
					require.GreaterOrEqual(t, len(list), bound-bound/4, "no more is drawn together than the oldest quarter")
				}
				var sum account.Money
				for i, one := range list { // without require where all is well: it would be most of the work
					known, again := seen[one.ID]
					if !again {
						require.Regexp(t, `^txn_([0-9a-f]{24}|0)$`, one.ID)
					} else if known != one {
						require.Equal(t, known, one, "a transaction stays what it was, and no ID is given twice")
					}
					seen[one.ID] = one
					if i > 0 && (list[i-1].ID == one.ID || one.CreatedAt.Before(list[i-1].CreatedAt) || one.Description == "Balance brought forward") {
						t.Fatalf("%+v stands behind %+v", one, list[i-1])
					}
					if sum += one.Amount; sum < 0 {
						t.Fatalf("%+v debits more than there was", one)
					}
				}
				require.Equal(t, sum, b.account.Wallet.Credit())
			}
			assert.Equal(t, "Balance brought forward", b.account.Wallet.Transactions()[0].Description)
			stats, _ := b.account.Tokens.Get(token)
			total := b.account.Usage.Total(account.Period{})
			assert.Equal(t, stats.Stats.WalletRequests, total.WalletRequests, "sums are exact beyond what is remembered")
			assert.Equal(t, account.Money(600*total.WalletRequests), total.WalletAmount)
			sound(t, b.account)
		})
	}
}

func TestAWalletThatBeginsWithMoreIsDrawnTogetherAtTheNextTransaction(t *testing.T) {
	b := newShop(account.Production)
	var list []account.Transaction
	for n := range 100 {
		list = append(list, account.Transaction{ID: fmt.Sprintf("txn_%d", n), Amount: 1000, CreatedAt: noon.Add(time.Duration(n) * time.Second)})
	}
	b.account.Wallet = account.NewWallet(noon, list)
	b.account.Retain(account.Retention{Transactions: 20})
	assert.Len(t, b.account.Wallet.Transactions(), 100, "as it was exported")
	copied := b.account.Clone()
	b.paid(t, 1, b.token(t), start, account.ByWallet)
	now := b.account.Wallet.Transactions()
	assert.Len(t, now, 17)
	assert.Equal(t, account.Transaction{ID: now[0].ID, Amount: 85_000, CreatedAt: list[84].CreatedAt, Description: "Balance brought forward"}, now[0])
	assert.Equal(t, list[85:], now[1:16])
	assert.Equal(t, list, copied.Wallet.Transactions(), "a copy does not see it")
	sound(t, b.account)
	sound(t, copied)
}

func TestTheErrorLogRemembersTheNewest(t *testing.T) {
	for _, bound := range []int{1, 2, 7} {
		t.Run(fmt.Sprint(bound), func(t *testing.T) {
			b := newShop(account.Production)
			b.account.Retain(account.Retention{Errors: bound})
			token := b.token(t, start)
			ids := map[string]bool{}
			for n := range 5 * bound {
				scope := search
				if n%2 == 0 {
					scope = full
				}
				b.refused(t, token, scope, account.ScopeNotGranted)
				entries := b.account.Errors.Entries()
				require.Len(t, entries, min(n+1, bound))
				newest := entries[len(entries)-1]
				require.Equal(t, scope, newest.Scope)
				require.False(t, ids[newest.ID])
				ids[newest.ID] = true
			}
			assert.Equal(t, int64(5*bound), b.account.Usage.Total(account.Period{}).ErrorRequests)
			sound(t, b.account)
		})
	}
}

// TestWhatIsRememberedIsAlsoWhatALargerBoundLetsIn begins with more errors than the default
// remembers.
func TestWhatIsRememberedIsAlsoWhatALargerBoundLetsIn(t *testing.T) {
	entries := make([]account.ErrorEntry, account.DefaultErrors+5)
	for name, c := range map[string]struct{ bound, want int }{"more": {2 * account.DefaultErrors, len(entries)}, "the default": {0, account.DefaultErrors}, "less": {3, 3}} {
		t.Run(name, func(t *testing.T) {
			b := newShop(account.Production)
			b.account.Errors = account.NewErrorLog(entries)
			b.account.Retain(account.Retention{Errors: c.bound})
			assert.Len(t, b.account.Errors.Entries(), c.want)
			assert.Len(t, b.account.Clone().Errors.Entries(), c.want)
			b.refused(t, b.token(t, start), search, account.ScopeNotGranted)
			assert.Len(t, b.account.Errors.Entries(), min(c.want+1, max(c.bound, c.want)))
		})
	}
}

func TestAddressesAreListedUpToABoundAndCallsCountedBeyondIt(t *testing.T) {
	const bound, callers = 20, 50
	b := newShop(account.Production)
	b.account.Retain(account.Retention{Addresses: bound})
	token := b.token(t)
	b.call.IP = "198.51.100.1"
	for range 2 {
		var want []string
		for n := range callers {
			b.call.IP = fmt.Sprintf("203.0.113.%d", n)
			b.paid(t, 2, token, search, account.ByWallet)
			if n < bound {
				want = append(want, b.call.IP)
			}
		}
		day := account.DayOf(b.now)
		counter := b.account.Usage.Counter(day, search)
		assert.Equal(t, want, counter.IPs.List())
		assert.Equal(t, int64(2*callers), counter.Requests)
		stats, _ := b.account.Tokens.Get(token)
		assert.Equal(t, want, stats.Stats.IPs.List())
		b.now = b.now.Add(24 * time.Hour) // another day has another list
	}
	stats, _ := b.account.Tokens.Get(token)
	assert.Equal(t, int64(4*callers), stats.Stats.TotalRequests)
	sound(t, b.account)
}

func TestNothingSaidOfRetentionIsTheDefault(t *testing.T) {
	b := newShop(account.Production)
	b.holds(t, 1000*account.Unit)
	token := b.token(t)
	before := len(b.account.Wallet.Transactions())
	for n := range account.DefaultAddresses + 10 {
		b.call.IP = fmt.Sprint("caller ", n)
		b.paid(t, 1, token, search, account.ByWallet)
	}
	stats, _ := b.account.Tokens.Get(token)
	assert.Len(t, stats.Stats.IPs.List(), account.DefaultAddresses)
	assert.Len(t, b.account.Wallet.Transactions(), before+account.DefaultAddresses+10)
}
