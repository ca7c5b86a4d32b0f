package account_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"oauthmock/mockserver/account"
)

// machine drives an account and the model side by side.
type machine struct {
	*testService
	model  *model
	offers []modelOffer
	saved  *account.Account
	then   *model
}

const oauthScope = "GET:oauth.openapi.com/tokens"

// TestPaidCallsBehaveLikeTheModel makes random calls of services among recharges, debits, clocks
// that move on and back, limits that are changed, rotations, deletions, rate limits switched on and
// off, subscriptions that lapse and renew, snapshots that are taken and come back to; after every
// step everything that the account shows is what the model says, and every invariant holds.
func TestPaidCallsBehaveLikeTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMachine(t)
		t.Repeat(map[string]func(*rapid.T){
			"call":        m.useOne,
			"call again":  m.useOne,
			"calls":       m.calls,
			"create":      m.create,
			"patch":       m.patch,
			"rotate":      m.rotate,
			"delete":      m.delete,
			"move":        m.move,
			"clock":       m.clock,
			"limit":       m.limitScope,
			"subscribe":   m.addSubscription,
			"take":        m.take,
			"come back":   m.comeBack,
			"other calls": m.read,
			"":            m.same,
		})
	})
}

func newMachine(t *rapid.T) *machine {
	m := &machine{testService: newShop(account.Production), offers: modelOffers()}
	m.model = &model{now: m.now, transactions: []account.Money{10 * account.Unit}, usage: map[modelPlace]modelCount{}, windows: map[string]modelWindow{}}
	if rapid.Bool().Draw(t, "small") {
		m.account.Retain(account.Retention{Transactions: account.LeastTransactions, Errors: 5, Addresses: 2})
	}
	for _, o := range m.offers { // something was there before
		if !rapid.Bool().Draw(t, "used before") {
			continue
		}
		at := m.now.AddDate(0, 0, -rapid.IntRange(0, 400).Draw(t, "days ago"))
		c := modelCount{requests: 4, wallet: 1, subscription: 1, failed: 1, amount: 70}
		m.account.Usage.Restore(account.DayOf(at), o.scope, &account.Counter{Requests: 4, WalletRequests: 1, SubscriptionRequests: 1, ErrorRequests: 1, WalletAmount: 70})
		m.model.usage[modelPlace{at.Format(time.DateOnly), o.scope}] = c
	}
	m.account.OpenBooks()
	return m
}

func (m *machine) anyToken(t *rapid.T) string {
	if n := len(m.model.tokens); n > 0 && rapid.IntRange(0, 19).Draw(t, "nobody's") > 0 {
		return m.model.tokens[rapid.IntRange(0, n-1).Draw(t, "token")].value
	}
	return "ffffffffffffffffffffffff"
}

func (m *machine) calls(t *rapid.T) {
	for range rapid.IntRange(2, 12).Draw(t, "calls") {
		m.useOne(t)
	}
}

func (m *machine) useOne(t *rapid.T) {
	o := rapid.SampledFrom(m.offers).Draw(t, "offer")
	value, improper := m.anyToken(t), rapid.IntRange(0, 9).Draw(t, "improper") == 0
	m.call.IP = rapid.SampledFrom([]string{"192.0.2.1", "192.0.2.2", "2001:db8::1"}).Draw(t, "ip")
	p, _ := account.ParsePattern(o.scope)
	target := account.Target{Method: p.Method, Domain: p.Host, Path: p.Path + rapid.SampledFrom([]string{"", "/", "/x/y"}).Draw(t, "below")}
	var bad error
	if improper {
		bad = account.Refuse("improper", "")
	}
	by, why := m.model.use(value, o, m.call.IP, improper)
	c, _, err := m.UseService(t.Context(), m.call, value, target, bad)
	if c.PaidBy != by || reason(err) != why || (err == nil) != (why == "") {
		t.Fatalf("%s: paid by %q, %v; want %q, %q", o.scope, c.PaidBy, err, by, why)
	}
	if want := o.price; by == account.ByWallet && c.Amount != want || by != account.ByWallet && c.Amount != 0 {
		t.Fatalf("%s: %s left the wallet, which %q pays", o.scope, c.Amount, by)
	}
}

// limits draws limits of a token, for the account and for the model; what is not named stays.
func (m *machine) limits(t *rapid.T, to *modelToken) (r account.LimitsChange) {
	for _, one := range []struct {
		name  string
		model *int64
		ask   *account.Change[int64]
	}{{"total", &to.total, &r.TotalRequests}, {"wallet", &to.wallet, &r.WalletRequests}, {"subscription", &to.subscription, &r.SubscriptionRequests}} {
		switch rapid.IntRange(0, 5).Draw(t, one.name) {
		case 0:
			*one.model = rapid.Int64Range(0, 12).Draw(t, "limit")
			*one.ask = account.Change[int64]{Present: true, Value: *one.model}
		case 1:
			*one.model = -1
			*one.ask = account.Change[int64]{Present: true, Null: true}
		}
	}
	switch rapid.IntRange(0, 5).Draw(t, "money") {
	case 0:
		to.money = rapid.Int64Range(0, 3000).Draw(t, "limit")
		r.WalletAmount = account.Change[account.Money]{Present: true, Value: account.Money(to.money)}
	case 1:
		to.money = -1
		r.WalletAmount = account.Change[account.Money]{Present: true, Null: true}
	}
	switch rapid.IntRange(0, 9).Draw(t, "ips") {
	case 0:
		to.ips = [][]string{{}, {"192.0.2.1"}, {"192.0.2.2", "2001:db8::1"}}[rapid.IntRange(0, 2).Draw(t, "which")]
		r.IP = account.Change[[]string]{Present: true, Value: to.ips}
	case 1, 2:
		to.ips = nil
		r.IP = account.Change[[]string]{Present: true, Null: true}
	}
	return r
}

func (m *machine) create(t *rapid.T) {
	made := modelToken{
		pattern: rapid.SampledFrom([]string{"*:*/*", "GET:*/*", "GET:*.openapi.com/*", "*:company.openapi.com/*", start, ask}).Draw(t, "scope"),
		total:   -1, wallet: -1, subscription: -1, money: -1, ttl: time.Duration(rapid.IntRange(1, 2_000_000).Draw(t, "ttl")) * time.Second,
	}
	r := asks(made.pattern)
	r.TTL = seconds(int64(made.ttl / time.Second))
	r.Limits = m.limits(t, &made)
	m.model.settle()
	token, _, err := m.CreateToken(t.Context(), m.call, r)
	if err != nil {
		t.Fatal(err)
	}
	made.value, made.refresh, made.expires = token.Value, token.RefreshToken, m.now.Add(made.ttl)
	m.model.tokens = append(m.model.tokens, made)
	m.model.count(oauthScope, "", nil)
}

func (m *machine) patch(t *rapid.T) {
	value := m.anyToken(t)
	m.model.settle()
	to := m.model.find(value)
	if to == nil {
		to = &modelToken{}
	}
	r := account.TokenRequest{Limits: m.limits(t, to)}
	_, _, err := m.UpdateToken(t.Context(), m.call, value, r)
	m.counted(t, value, err)
}

// counted counts a call of the OAuth API that names a token.
func (m *machine) counted(t *rapid.T, value string, err error) {
	var want account.Reason
	if m.model.find(value) == nil {
		want = account.TokenNotFound
	}
	if reason(err) != want {
		t.Fatalf("token %s: %v, want %q", value, err, want)
	}
	m.model.count(oauthScope, want, nil)
}

func (m *machine) rotate(t *rapid.T) {
	value := m.anyToken(t)
	m.model.settle()
	live := m.model.find(value)
	if live == nil {
		m.account.Settle(m.now)
		return
	}
	token, _, err := m.UpdateTokenAsBearer(t.Context(), m.call, value, live.refresh, account.TokenRequest{})
	if err != nil {
		t.Fatal(err)
	}
	m.model.count(oauthScope, "", nil)
	next := *live
	next.value, next.refresh, next.expires = token.Value, token.RefreshToken, m.now.Add(live.ttl)
	kept := []modelToken{}
	for _, other := range m.model.tokens {
		if other.value != value {
			kept = append(kept, other)
		}
	}
	kept = append(kept, next)
	m.model.tokens = kept
}

func (m *machine) delete(t *rapid.T) {
	if rapid.IntRange(0, 2).Draw(t, "really") > 0 {
		return
	}
	value := m.anyToken(t)
	m.model.settle()
	_, err := m.DeleteToken(t.Context(), m.call, value)
	m.counted(t, value, err)
	kept := []modelToken{}
	for _, other := range m.model.tokens {
		if other.value != value {
			kept = append(kept, other)
		}
	}
	m.model.tokens = kept
}

// move recharges or debits, as the world does it.
func (m *machine) move(t *rapid.T) {
	amount := account.Money(rapid.Int64Range(-8000, 8000).Draw(t, "amount"))
	m.model.settle()
	m.account.Settle(m.now)
	_, err := m.account.Move(amount, "test", m.now)
	if possible := m.model.credit()+amount >= 0; possible != (err == nil) {
		t.Fatalf("%s on %s: %v", amount, m.model.credit(), err)
	}
	if err == nil {
		m.model.transactions = append(m.model.transactions, amount)
	}
}

func (m *machine) clock(t *rapid.T) {
	m.now = m.now.Add(rapid.SampledFrom([]time.Duration{
		time.Second, 7 * time.Second, time.Minute, time.Hour, 24 * time.Hour, 31 * 24 * time.Hour, -time.Second, -time.Hour, -24 * time.Hour, -40 * 24 * time.Hour,
	}).Draw(t, "by"))
	m.model.now = m.now
}

func (m *machine) limitScope(t *rapid.T) {
	o := rapid.SampledFrom(m.offers).Draw(t, "offer")
	w := modelWindow{limit: rapid.IntRange(1, 4).Draw(t, "limit"), length: time.Duration(rapid.IntRange(1, 90).Draw(t, "seconds")) * time.Second, off: rapid.Bool().Draw(t, "off")}
	m.account.RestoreScopeQuota(o.scope, &account.Quota{Own: &account.RateLimit{Limit: int64(w.limit), Window: w.length, Enabled: !w.off}})
	m.model.windows[o.scope] = w
}

func (m *machine) addSubscription(t *rapid.T) {
	if len(m.model.subs) == 6 {
		return
	}
	all := rapid.Int64Range(1, 5).Draw(t, "all")
	s := modelSub{
		scope: rapid.SampledFrom(m.offers).Draw(t, "offer").scope, active: true, renews: rapid.Bool().Draw(t, "renews"), all: all, left: all,
		price:  account.Money(rapid.Int64Range(0, 9000).Draw(t, "price")),
		starts: m.now.Add(time.Duration(rapid.IntRange(-50, 50).Draw(t, "starts")) * time.Hour),
	}
	s.expires = s.starts.Add(time.Duration(rapid.IntRange(1, 200).Draw(t, "hours")) * time.Hour)
	m.model.subs = append(m.model.subs, s)
	m.account.Subscriptions = append(m.account.Subscriptions, &account.Subscription{
		ID: fmt.Sprint(len(m.model.subs)), Scope: s.scope, Type: "month", Active: true, Autorenew: s.renews,
		TotalRequests: all, AvailableRequests: all, Price: s.price, StartsAt: s.starts, ExpiresAt: s.expires,
	})
}

func (m *machine) take(*rapid.T) {
	m.account.TakeSecretChanges()
	m.saved, m.then = m.account.Clone(), m.model.copy()
}

func (m *machine) comeBack(*rapid.T) {
	if m.saved != nil {
		m.account, m.model = m.saved.Clone(), m.then.copy()
		m.now = m.model.now
	}
}

func (m *machine) read(t *rapid.T) {
	m.model.settle()
	wallet, _, err := m.Wallet(t.Context(), m.call)
	if err != nil || wallet.Credit != m.model.credit() {
		t.Fatalf("the wallet shows %s, want %s (%v)", wallet.Credit, m.model.credit(), err)
	}
	m.model.count(oauthScope, "", nil)
}

// same holds everything against the model.
func (m *machine) same(t *rapid.T) {
	a, want := m.account, m.model
	if off := a.Violations(); len(off) > 0 {
		t.Fatalf("off: %+v", off)
	}
	var sum account.Money
	ids := map[string]bool{}
	for _, one := range a.Wallet.Transactions() {
		sum += one.Amount
		if ids[one.ID] || !strings.HasPrefix(one.ID, "txn_") {
			t.Fatalf("transaction %q stands twice, or is none", one.ID)
		}
		ids[one.ID] = true
	}
	if sum != want.credit() || a.Wallet.Credit() != want.credit() {
		t.Fatalf("the credit is %s, the transactions are %s, want %s", a.Wallet.Credit(), sum, want.credit())
	}
	m.sameCounts(t)
	if len(a.Subscriptions) != len(want.subs) {
		t.Fatalf("%d subscriptions, want %d", len(a.Subscriptions), len(want.subs))
	}
	for i, s := range a.Subscriptions {
		if w := want.subs[i]; s.AvailableRequests != w.left || s.Active != w.active || !s.ExpiresAt.Equal(w.expires) {
			t.Fatalf("subscription %d has %d left until %s, active %t; want %+v", i, s.AvailableRequests, s.ExpiresAt, s.Active, w)
		}
	}
	entries := a.Errors.Entries()
	if bound := a.Retention.Errors; bound > 0 && len(want.errors) > bound {
		want.errors = want.errors[len(want.errors)-bound:]
	}
	if len(entries) != len(want.errors) {
		t.Fatalf("%d errors, want %d", len(entries), len(want.errors))
	}
	for i, e := range entries {
		if e.Message != string(want.errors[i]) {
			t.Fatalf("error %d is %s, want %s", i, e.Message, want.errors[i])
		}
	}
	if bound := a.Retention.Transactions; bound > 0 && len(a.Wallet.Transactions()) > bound {
		t.Fatalf("%d transactions", len(a.Wallet.Transactions()))
	}
}

func (m *machine) sameCounts(t *rapid.T) {
	a, want := m.account, m.model
	all := map[string]modelToken{}
	for _, w := range want.tokens {
		all[w.value] = w
	}
	if len(all) != a.Tokens.Len() {
		t.Fatalf("%d tokens, want %d", a.Tokens.Len(), len(all))
	}
	for _, live := range a.Tokens.All() {
		s := live.Stats
		got := modelCount{s.TotalRequests, s.WalletRequests, s.SubscriptionRequests, s.ErrorRequests, s.WalletAmount}
		if w, ok := all[live.Value]; !ok || got != w.count {
			t.Fatalf("token %s counts %+v, want %+v", live.Value, got, w.count)
		}
		if bound := a.Retention.Addresses; bound > 0 && len(s.IPs.List()) > bound {
			t.Fatalf("token %s lists %v", live.Value, s.IPs.List())
		}
	}
	places := 0
	var total modelCount
	a.Usage.Days(func(day account.Day, scope string, c *account.Counter) {
		places++
		got := modelCount{c.Requests, c.WalletRequests, c.SubscriptionRequests, c.ErrorRequests, c.WalletAmount}
		if w := want.usage[modelPlace{day.Time().Format(time.DateOnly), scope}]; got != w {
			t.Fatalf("%s on %d counts %+v, want %+v", scope, day, got, w)
		}
	})
	if places != len(want.usage) {
		t.Fatalf("%d counters, want %d", places, len(want.usage))
	}
	for _, c := range want.usage {
		total.requests += c.requests
		total.amount += c.amount
	}
	if sum := a.Usage.Total(account.Period{}); sum.Requests != total.requests || sum.WalletAmount != total.amount {
		t.Fatalf("all are %d requests for %s, want %d for %s", sum.Requests, sum.WalletAmount, total.requests, total.amount)
	}
}
