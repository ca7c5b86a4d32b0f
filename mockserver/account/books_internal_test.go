package account

import (
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const someday = Day(20260212)

// audited is an account with something of everything, of which nothing is off.
func audited(t require.TestingT) *Account {
	noon := someday.Time().Add(12 * time.Hour)
	a := &Account{ID: "one", Environment: Production, IDs: NewIDs(1, "one", nil)}
	a.Wallet = NewWallet(noon, []Transaction{{ID: "txn_1", Amount: 100}, {ID: "txn_2", Amount: -40}})
	a.Subscriptions = []*Subscription{{ID: "s", TotalRequests: 10, AvailableRequests: 4, Active: true, ExpiresAt: noon.Add(time.Hour)}}
	a.Usage.Restore(someday, "GET:a.com/x", &Counter{Requests: 10, WalletRequests: 2, SubscriptionRequests: 3, ErrorRequests: 4, WalletAmount: 40})
	a.Usage.Restore(someday-1, "GET:b.com/y", &Counter{Requests: 1})
	a.RestoreToken(Token{Value: "t", RefreshToken: "r", Name: "cron", CreatedAt: MomentOf(noon), ExpireAt: MomentOf(noon.Add(time.Hour)), Stats: TokenStats{TotalRequests: 5, WalletRequests: 2, WalletAmount: 40}})
	a.Quota = NewQuota(nil, noon, 3)
	a.RestoreScopeQuota("GET:a.com/x", &Quota{start: noon, used: 1})
	a.OpenBooks()
	require.Empty(t, a.Violations())
	return a
}

// TestEachInvariantCanFail tampers with an account, and finds exactly what is off.
func TestEachInvariantCanFail(t *testing.T) {
	token := func(a *Account) *Token { return a.Tokens.ordered[0] }
	counter := func(a *Account) *Counter { return a.Usage.Counter(someday, "GET:a.com/x") }
	tried := map[string]bool{}
	for name, c := range map[string]struct {
		tamper func(a *Account)
		want   Violation
	}{
		"a credit that is more than the transactions": {func(a *Account) { a.Wallet.credit++ }, Violation{"wallet.credit", "the credit is 0.0061, and the transactions sum up to 0.006"}},
		"a transaction that was lost":                 {func(a *Account) { a.Wallet.transactions = a.Wallet.transactions[:1] }, Violation{"wallet.credit", "the credit is 0.006, and the transactions sum up to 0.01"}},
		"a transaction that stands twice": {func(a *Account) { a.Wallet.transactions = append(a.Wallet.transactions, a.Wallet.transactions[1]) },
			Violation{"wallet.credit", "the credit is 0.006, and the transactions sum up to 0.002"}},
		"a credit below zero": {func(a *Account) { a.Wallet.add(Transaction{Amount: -61}) }, Violation{"wallet.credit", "the credit is -0.0001, below zero"}},
		"a call charged and not counted": {func(a *Account) { a.books.Charged += 600 },
			Violation{"wallet.charges", "calls took 0.06 from the wallet, and the usage counts 0"}},
		"a subscription below zero":        {func(a *Account) { a.Subscriptions[0].AvailableRequests = -1 }, Violation{"subscription.requests", "subscription s has -1 of 10 requests left"}},
		"a subscription that has too many": {func(a *Account) { a.Subscriptions[0].AvailableRequests = 11 }, Violation{"subscription.requests", "subscription s has 11 of 10 requests left"}},
		"a prepaid call that is not counted": {func(a *Account) { a.books.Prepaid++ },
			Violation{"subscription.requests", "subscriptions paid for 1 calls, and the usage counts 0"}},
		"a token that counts more than its total": {func(a *Account) { token(a).Stats.ErrorRequests = 6; a.OpenBooks() },
			Violation{"token.stats", `the parts of the stats of the token called "cron", made at 2026-02-12 12:00:00 +0000 UTC, do not fit into its total: {Requests:5 WalletRequests:2 SubscriptionRequests:0 ErrorRequests:6 WalletAmount:0.004}`}},
		"a token that counts below zero": {func(a *Account) { token(a).Stats.WalletAmount = -1; a.OpenBooks() },
			Violation{"token.stats", `the parts of the stats of the token called "cron", made at 2026-02-12 12:00:00 +0000 UTC, do not fit into its total: {Requests:5 WalletRequests:2 SubscriptionRequests:0 ErrorRequests:0 WalletAmount:-0.0001}`}},
		"a token that counts what nobody called": {func(a *Account) { token(a).Stats.TotalRequests++ },
			Violation{"token.stats", "tokens count {Requests:1 WalletRequests:0 SubscriptionRequests:0 ErrorRequests:0 WalletAmount:0} of calls since the start, and the usage counts {Requests:0 WalletRequests:0 SubscriptionRequests:0 ErrorRequests:0 WalletAmount:0} for them"}},
		"a call that no token counts": {func(a *Account) { counter(a).Requests++ },
			Violation{"token.stats", "tokens count {Requests:0 WalletRequests:0 SubscriptionRequests:0 ErrorRequests:0 WalletAmount:0} of calls since the start, and the usage counts {Requests:1 WalletRequests:0 SubscriptionRequests:0 ErrorRequests:0 WalletAmount:0} for them"}},
		"a token that went without a trace": {func(a *Account) { a.Tokens.remove(token(a)) },
			Violation{"token.stats", "tokens count {Requests:-5 WalletRequests:-2 SubscriptionRequests:0 ErrorRequests:0 WalletAmount:-0.004} of calls since the start, and the usage counts {Requests:0 WalletRequests:0 SubscriptionRequests:0 ErrorRequests:0 WalletAmount:0} for them"}},
		"a token that cannot be found": {func(a *Account) { a.Tokens.byValue.Delete("t") },
			Violation{"token.index", `the token called "cron", made at 2026-02-12 12:00:00 +0000 UTC, is in the list and cannot be found`}},
		"a token of which there are two": {func(a *Account) { other := *token(a); a.Tokens.byValue.Set("t", &other) },
			Violation{"token.index", `the token called "cron", made at 2026-02-12 12:00:00 +0000 UTC, is in the list and cannot be found`}},
		"a token that can be found and is gone": {func(a *Account) { a.Tokens.byValue.Set("gone", &Token{Value: "gone"}) },
			Violation{"token.index", "2 tokens can be found, and the list has 1"}},
		"a day that counts more than its total": {func(a *Account) { counter(a).WalletRequests = 8; a.OpenBooks() },
			Violation{"usage.totals", "the parts of GET:a.com/x on 20260212 do not fit into their total: {Requests:10 WalletRequests:8 SubscriptionRequests:3 ErrorRequests:4 WalletAmount:0.004}"}},
		"a call both paid and failed": {func(a *Account) {
			counter(a).Requests += 2
			counter(a).ErrorRequests += 2
			counter(a).WalletRequests++
			a.books.Own = Tally{Requests: 2, ErrorRequests: 2, WalletRequests: 1}
		}, Violation{"usage.totals", "the parts of all calls since the start do not fit into their total: {Requests:2 WalletRequests:1 SubscriptionRequests:0 ErrorRequests:2 WalletAmount:0}"}},
		"a day that is none": {func(a *Account) { a.Usage.Restore(20261340, "GET:a.com/x", &Counter{Requests: 1}); a.OpenBooks() },
			Violation{"usage.sum", "20261340 is not a day of the calendar, and what GET:a.com/x counts on it is in the sum of no month"}},
		"a callback that is pending and completed": {func(a *Account) { a.Callbacks = []*Callback{{ID: "c", Active: true, CompletedAt: a.CreatedAt.Add(1)}} },
			Violation{"callbacks.state", "callback c is active: true, and completed: true"}},
		"a completed callback that is due": {func(a *Account) {
			a.RestoreCallback(&Callback{ID: "c", CompletedAt: a.CreatedAt.Add(1), Due: a.CreatedAt.Add(1)})
		},
			Violation{"callbacks.state", "callback c is completed, and an attempt is due"}},
		"a callback that is not counted": {func(a *Account) { a.Callbacks = []*Callback{{ID: "c", Active: true, Size: 3, Due: a.CreatedAt.Add(1)}} },
			Violation{"callbacks.pending", "1 callbacks of 3 bytes wait, and 0 of 0 are counted; all take 3 bytes, and 0 are counted"}},
		"an attempt of no callback": {func(a *Account) { a.lease.id = "c" }, Violation{"callbacks.pending", "an attempt of callback c is under way, which waits for none"}},
		"a job that is not counted": {func(a *Account) { a.Jobs = []*Job{{Pending: []byte("{}")}} }, Violation{"jobs.size", "jobs take 2 bytes, and 0 are counted"}},
		"a window below zero":       {func(a *Account) { a.scopes["GET:a.com/x"].used = -2 }, Violation{"quota.window", "of scope GET:a.com/x -2 requests are counted"}},
		"a charge and the credit that were changed together": {func(a *Account) {
			taken := a.Books()
			a.Wallet.add(Transaction{ID: "txn_more", Amount: 1})
			a.RestoreBooks(taken)
		}, Violation{"state.seal", sealBroken}},
		"the account's window below zero": {func(a *Account) { a.Quota.used = -1 }, Violation{"quota.window", "-1 requests are counted"}},
	} {
		t.Run(name, func(t *testing.T) {
			a := audited(t)
			c.tamper(a)
			assert.Equal(t, []Violation{c.want}, a.Violations())
		})
		tried[c.want.Invariant] = true
	}
	assert.ElementsMatch(t, Invariants(), slices.Collect(maps.Keys(tried)), "each of them was seen to fail")
}

func TestASealGoesAlongUntilItIsBrokenAndStaysBroken(t *testing.T) {
	a := audited(t)
	a.RestoreBooks(a.Books())
	require.Empty(t, a.Violations())
	taken := a.Books()
	a.Wallet.add(Transaction{ID: "txn_more", Amount: 1})
	a.RestoreBooks(taken)
	again := a.Books()
	assert.Equal(t, taken.Seal, again.Seal, "a further export does not make it right")
}

func TestWhatIsOffIsToldOfManyAndNotOfAll(t *testing.T) {
	a := audited(t)
	for i := range 3 * maxViolations {
		a.RestoreToken(Token{Value: strconv.Itoa(i), RefreshToken: "r" + strconv.Itoa(i), ExpireAt: 1 << 40})
	}
	for _, t := range a.Tokens.ordered {
		t.Stats.ErrorRequests = -1
	}
	assert.Len(t, a.Violations(), maxViolations)
}

func TestBooksThatWereNeverOpenedSayOnlyWhatCanBeSeen(t *testing.T) {
	a := audited(t)
	a.books = Books{}
	assert.Empty(t, a.Violations())
	a.Wallet.credit++
	assert.Len(t, a.Violations(), 1)
}
