package account

import (
	"fmt"
	"slices"
)

// Books are a second record of what happened, kept where money and requests move rather than where
// they are counted. They must agree with the account at all times (see Violations).
type Books struct {
	opened bool
	// Initial totals: of all usage, and of the tokens.
	Usage, Tokens Tally
	// Totals since: of calls without a token, of tokens that are gone, what calls debited from the
	// wallet, and how many calls subscriptions paid for.
	Own, Gone Tally
	Charged   Money
	Prepaid   int64
	// Failed counts the calls that were paid and then failed, which only faults cause.
	Failed int64
	// Seal is a hash of the books and of what the account holds; empty seals nothing.
	Seal string

	broken string // the seal of the restored state, if it does not match
}

// Tally holds totals of calls.
type Tally struct {
	Requests, WalletRequests, SubscriptionRequests, ErrorRequests int64
	WalletAmount                                                  Money
}

func (t *Tally) add(o Tally) {
	t.Requests += o.Requests
	t.WalletRequests += o.WalletRequests
	t.SubscriptionRequests += o.SubscriptionRequests
	t.ErrorRequests += o.ErrorRequests
	t.WalletAmount += o.WalletAmount
}

func (t Tally) minus(o Tally) Tally {
	return Tally{
		t.Requests - o.Requests, t.WalletRequests - o.WalletRequests, t.SubscriptionRequests - o.SubscriptionRequests,
		t.ErrorRequests - o.ErrorRequests, t.WalletAmount - o.WalletAmount,
	}
}

func (s *TokenStats) tally() Tally {
	return Tally{s.TotalRequests, s.WalletRequests, s.SubscriptionRequests, s.ErrorRequests, s.WalletAmount}
}

func (c *Counter) tally() Tally {
	return Tally{c.Requests, c.WalletRequests, c.SubscriptionRequests, c.ErrorRequests, c.WalletAmount}
}

// fits reports whether the parts fit into the whole, and nothing is negative. Fixtures may count a
// call as paid and failed.
func (t Tally) fits() bool {
	return t.WalletRequests >= 0 && t.SubscriptionRequests >= 0 && t.ErrorRequests >= 0 && t.WalletAmount >= 0 &&
		t.WalletRequests+t.SubscriptionRequests <= t.Requests && t.ErrorRequests <= t.Requests
}

// apart reports whether the parts also fit side by side: here no call is both paid and failed.
func (t Tally) apart() bool {
	return t.fits() && t.WalletRequests+t.SubscriptionRequests+t.ErrorRequests <= t.Requests
}

// OpenBooks starts the books with what the account holds. Call it once an account is complete.
func (a *Account) OpenBooks() {
	a.books = Books{opened: true, Usage: a.Usage.tally(), Tokens: a.Tokens.tally()}
}

// Books returns a sealed copy of the books, to be saved with the account. A broken seal stays
// broken. Call it within a transaction only.
func (a *Account) Books() Books {
	b := a.books
	if b.Seal = b.broken; b.Seal == "" {
		b.Seal = a.seal()
	}
	return b
}

// RestoreBooks continues saved books instead of opening new ones. Call it once an account is
// complete: whatever does not agree with the books or their seal is a violation.
func (a *Account) RestoreBooks(b Books) {
	a.books = b
	a.books.opened = true
	if b.Seal != "" && b.Seal != a.seal() {
		a.books.broken = b.Seal
	}
}

func (u *Usage) tally() (sum Tally) {
	if len(u.days) == 0 && u.begun != nil {
		return *u.begun
	}
	u.every(Period{}, func(_ Day, _ string, c *Counter) { sum.add(c.tally()) })
	return sum
}

func (ts *Tokens) tally() (sum Tally) {
	for _, t := range ts.ordered {
		sum.add(t.Stats.tally())
	}
	return sum
}

// Violation is a broken invariant.
type Violation struct {
	// Invariant is its name: "wallet.credit", "token.stats", "usage.totals", …
	Invariant string
	// Detail states what is off, and by how much.
	Detail string
}

// Invariants returns the names of all invariants that Violations checks.
func Invariants() []string {
	return []string{"wallet.credit", "wallet.charges", "subscription.requests", "token.stats", "token.index", "usage.totals", "usage.sum", "quota.window", "state.seal", "callbacks.state", "callbacks.pending", "jobs.size"}
}

// maxViolations bounds the list of violations.
const maxViolations = 100

// Violations returns the broken invariants, at most maxViolations. There are none, unless the mock
// has a bug or was given a wrong state. Call it within a transaction only.
func (a *Account) Violations() []Violation {
	var out []Violation
	off := func(invariant, format string, values ...any) {
		if len(out) < maxViolations {
			out = append(out, Violation{invariant, fmt.Sprintf(format, values...)})
		}
	}
	since := a.Usage.tally().minus(a.books.Usage)
	a.auditWallet(since, off)
	a.auditSubscriptions(since, off)
	a.auditTokens(since, off)
	a.auditUsage(since, off)
	a.auditSeal(off)
	a.auditCallbacks(off)
	for _, scope := range a.limitedScopes() {
		if _, used := a.scopes[scope].Window(); used < 0 {
			off("quota.window", "of scope %s %d requests are counted", scope, used)
		}
	}
	if _, used := a.Quota.Window(); used < 0 {
		off("quota.window", "%d requests are counted", used)
	}
	for _, what := range a.Grants.Violations() {
		off("grant.owner", "%s", what)
	}
	return out
}

// auditWallet, like the other audits, takes the totals of the usage since the start.
func (a *Account) auditWallet(since Tally, off func(invariant, format string, values ...any)) {
	var sum Money
	for _, t := range a.Wallet.transactions {
		sum += t.Amount
	}
	if sum != a.Wallet.credit {
		off("wallet.credit", "the credit is %s, and the transactions sum up to %s", a.Wallet.credit, sum)
	}
	if a.Wallet.credit < 0 {
		off("wallet.credit", "the credit is %s, below zero", a.Wallet.credit)
	}
	if a.books.opened && since.WalletAmount != a.books.Charged {
		off("wallet.charges", "calls took %s from the wallet, and the usage counts %s", a.books.Charged, since.WalletAmount)
	}
}

func (a *Account) auditSubscriptions(since Tally, off func(invariant, format string, values ...any)) {
	for _, s := range a.Subscriptions {
		if s.AvailableRequests < 0 || s.AvailableRequests > s.TotalRequests {
			off("subscription.requests", "subscription %s has %d of %d requests left", s.ID, s.AvailableRequests, s.TotalRequests)
		}
	}
	if a.books.opened && since.SubscriptionRequests != a.books.Prepaid {
		off("subscription.requests", "subscriptions paid for %d calls, and the usage counts %d", a.books.Prepaid, since.SubscriptionRequests)
	}
}

func (a *Account) auditTokens(since Tally, off func(invariant, format string, values ...any)) {
	for _, t := range a.Tokens.ordered {
		if s := t.Stats.tally(); !s.fits() {
			off("token.stats", "the parts of the stats of the token called %q, made at %s, do not fit into its total: %+v", t.Name, t.CreatedAt.Time(), s)
		}
		if found, ok := a.Tokens.Get(t.Value); !ok || found != t {
			off("token.index", "the token called %q, made at %s, is in the list and cannot be found", t.Name, t.CreatedAt.Time())
		}
	}
	if n := a.Tokens.byValue.Len(); n > a.Tokens.Len() {
		off("token.index", "%d tokens can be found, and the list has %d", n, a.Tokens.Len())
	}
	if !a.books.opened {
		return
	}
	made := a.Tokens.tally()
	made.add(a.books.Gone)
	made = made.minus(a.books.Tokens)
	if counted := since.minus(a.books.Own); counted != made {
		off("token.stats", "tokens count %+v of calls since the start, and the usage counts %+v for them", made, counted)
	}
}

func (a *Account) auditUsage(since Tally, off func(invariant, format string, values ...any)) {
	a.Usage.Days(func(day Day, scope string, c *Counter) {
		if !c.tally().fits() {
			off("usage.totals", "the parts of %s on %d do not fit into their total: %+v", scope, day, c.tally())
		}
		if DayOf(day.Time()) != day {
			off("usage.sum", "%d is not a day of the calendar, and what %s counts on it is in the sum of no month", day, scope)
		}
	})
	since.ErrorRequests -= a.books.Failed // which are paid as well
	if a.books.opened && !since.apart() {
		off("usage.totals", "the parts of all calls since the start do not fit into their total: %+v", since)
	}
	total := a.Usage.Total(Period{})
	var apis, scopes Tally
	for _, api := range a.Usage.APIs(Period{}) {
		apis.add(api.tally())
		for _, c := range api.Scopes {
			scopes.add(c.tally())
		}
	}
	if total.tally() != apis || apis != scopes {
		off("usage.sum", "all calls are %+v, by API %+v, by scope %+v", total.tally(), apis, scopes)
	}
}

// limitedScopes returns the scopes whose windows the account keeps, sorted.
func (a *Account) limitedScopes() []string {
	out := make([]string, 0, len(a.scopes))
	for scope := range a.scopes {
		out = append(out, scope)
	}
	slices.Sort(out)
	return out
}
