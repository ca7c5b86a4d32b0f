package account_test

import (
	"maps"
	"slices"
	"strings"
	"time"

	"oauthmock/mockserver/account"
)

// model is an account written down as naively as can be: lists, maps and sums, every time from the
// beginning.
type model struct {
	now          time.Time
	transactions []account.Money
	tokens       []modelToken
	subs         []modelSub
	usage        map[modelPlace]modelCount
	windows      map[string]modelWindow
	errors       []account.Reason
}

type modelToken struct {
	value, refresh                     string
	expires                            time.Time
	pattern                            string
	ttl                                time.Duration
	total, wallet, subscription, money int64 // limits; -1 is none
	ips                                []string
	count                              modelCount
}

type modelSub struct {
	scope           string
	active, renews  bool
	all, left       int64
	price           account.Money
	starts, expires time.Time
}

type modelPlace struct{ day, scope string }

type modelCount struct {
	requests, wallet, subscription, failed int64
	amount                                 account.Money
}

func (c modelCount) free() int64 { return c.requests - c.wallet - c.subscription - c.failed }

// modelWindow is a limit, and when calls were let through since the window began.
type modelWindow struct {
	limit  int
	length time.Duration
	off    bool
	let    []time.Time
}

// modelOffer is a row of what the model knows to be sold. Free are the numbers by day, month, year
// and in all; -1 means no limit, all -1 nothing free.
type modelOffer struct {
	scope     string
	price     account.Money
	free      [4]int64
	enabled   bool
	met       bool
	limit     int
	coveredBy string // patterns that cover it, between blanks
}

func modelOffers() []modelOffer {
	nothing := [4]int64{-1, -1, -1, -1}
	const all, gets, subdomains = " *:*/* ", " GET:*/* ", " GET:*.openapi.com/* "
	common := all + gets + subdomains
	return []modelOffer{
		{scope: start, price: 600, free: nothing, enabled: true, met: true, coveredBy: common + " *:company.openapi.com/* " + start + " "},
		{scope: full, price: 2500, free: nothing, enabled: true, met: true, coveredBy: common + " *:company.openapi.com/* "},
		{scope: search, price: 1, free: nothing, enabled: true, met: true, coveredBy: common + " *:company.openapi.com/* "},
		{scope: "POST:company.openapi.com/IT-monitor", price: 1000, free: nothing, enabled: true, met: true, coveredBy: all + " *:company.openapi.com/* "},
		{scope: "GET:closed.openapi.com/report", price: 600, free: nothing, met: true, coveredBy: common},
		{scope: "GET:risk.openapi.com/report", price: 600, free: nothing, enabled: true, coveredBy: common},
		{scope: "GET:zero.openapi.com/ping", free: nothing, enabled: true, met: true, coveredBy: common},
		{scope: "GET:zero.openapi.com/pong", free: [4]int64{2, -1, -1, -1}, enabled: true, met: true, coveredBy: common},
		{scope: free + "day", price: 50, free: [4]int64{2, -1, -1, -1}, enabled: true, met: true, coveredBy: common},
		{scope: free + "month", price: 50, free: [4]int64{-1, 2, -1, -1}, enabled: true, met: true, coveredBy: common},
		{scope: free + "total", price: 50, free: [4]int64{-1, -1, -1, 2}, enabled: true, met: true, coveredBy: common},
		{scope: free + "several", price: 50, free: [4]int64{2, 3, 5, 6}, enabled: true, met: true, coveredBy: common},
		{scope: ask, price: 100, free: [4]int64{1, -1, -1, -1}, enabled: true, met: true, limit: 3, coveredBy: common + ask + " "},
	}
}

func (m *model) credit() (sum account.Money) {
	for _, amount := range m.transactions {
		sum += amount
	}
	return sum
}

func (m *model) day() string { return m.now.Format(time.DateOnly) }

// count counts a call, and remembers why it was refused.
func (m *model) count(scope string, why account.Reason, to func(*modelCount)) {
	at := modelPlace{m.day(), scope}
	c := m.usage[at]
	c.requests++
	if why != "" {
		c.failed++
		m.errors = append(m.errors, why)
	} else if to != nil {
		to(&c)
	}
	m.usage[at] = c
}

// settle does what fell due.
func (m *model) settle() {
	for {
		first := -1
		for i, s := range m.subs {
			if s.active && !s.expires.After(m.now) && (first < 0 || s.expires.Before(m.subs[first].expires)) {
				first = i
			}
		}
		if first < 0 {
			break
		}
		s := &m.subs[first]
		if s.renews && m.credit() >= s.price {
			m.transactions = append(m.transactions, -s.price)
			s.starts, s.expires, s.left = s.expires, s.expires.Add(30*24*time.Hour), s.all
		} else {
			s.active = false
		}
	}
	m.tokens = slices.DeleteFunc(m.tokens, func(t modelToken) bool { return !t.expires.After(m.now) })
}

func (m *model) find(value string) *modelToken {
	for i := range m.tokens {
		if m.tokens[i].value == value {
			return &m.tokens[i]
		}
	}
	return nil
}

// use is a call of a service: who pays, or why it is refused.
func (m *model) use(value string, o modelOffer, ip string, improper bool) (by account.Payer, why account.Reason) {
	m.settle()
	t := m.find(value)
	if t == nil {
		return "", account.AccessTokenInvalid
	}
	by, why = m.decide(t, o, ip)
	if why == account.RateLimited {
		return "", why
	}
	if why == "" && improper {
		by, why = "", "improper"
	}
	if why == "" && by == account.ByWallet && m.credit() < o.price {
		by, why = "", account.CreditInsufficient
	}
	pay := func(c *modelCount) {
		switch by {
		case account.BySubscription:
			c.subscription++
		case account.ByWallet:
			c.wallet++
			c.amount += o.price
		}
	}
	m.count(o.scope, why, pay)
	t.count.requests++
	if why != "" {
		t.count.failed++
		return "", why
	}
	pay(&t.count)
	switch by {
	case account.BySubscription:
		m.subs[m.payingSub(o.scope)].left--
	case account.ByWallet:
		m.transactions = append(m.transactions, -o.price)
	}
	return by, ""
}

func (m *model) decide(t *modelToken, o modelOffer, ip string) (by account.Payer, why account.Reason) {
	switch {
	case !strings.Contains(o.coveredBy, " "+t.pattern+" "):
		return "", account.ScopeNotGranted
	case !o.enabled:
		return "", account.ScopeDisabled
	case !o.met:
		return "", account.RequirementsUnmet
	case t.ips != nil && !slices.Contains(t.ips, ip):
		return "", account.AddressNotAllowed
	case t.total >= 0 && t.count.requests-t.count.failed >= t.total:
		return "", account.TotalRequestsUsedUp
	}
	by = account.ByWallet
	if o.price == 0 || m.freeLeft(o) {
		by = account.Free
	} else if m.payingSub(o.scope) >= 0 {
		by = account.BySubscription
	}
	switch {
	case by == account.ByWallet && t.wallet >= 0 && t.count.wallet >= t.wallet:
		return "", account.WalletRequestsUsedUp
	case by == account.ByWallet && t.money >= 0 && int64(t.count.amount+o.price) > t.money:
		return "", account.WalletAmountUsedUp
	case by == account.BySubscription && t.subscription >= 0 && t.count.subscription >= t.subscription:
		return "", account.SubscriptionRequestsUsedUp
	}
	w, ok := m.windows[o.scope]
	if !ok && o.limit > 0 {
		w = modelWindow{limit: o.limit, length: time.Minute}
	}
	if w.limit > 0 && !w.off {
		if n := len(w.let); n > 0 && (m.now.Before(w.let[0]) || !m.now.Before(w.let[0].Add(w.length))) {
			w.let = nil
		}
		if len(w.let) >= w.limit {
			return "", account.RateLimited
		}
		w.let = append(slices.Clone(w.let), m.now)
		m.windows[o.scope] = w
	}
	return by, ""
}

func (m *model) freeLeft(o modelOffer) bool {
	if o.free == [4]int64{-1, -1, -1, -1} {
		return false
	}
	for i, prefix := range []string{m.day(), m.day()[:7], m.day()[:4], ""} {
		var used int64
		for at, c := range m.usage {
			if at.scope == o.scope && strings.HasPrefix(at.day, prefix) {
				used += c.free()
			}
		}
		if o.free[i] >= 0 && used >= o.free[i] {
			return false
		}
	}
	return true
}

// payingSub is the subscription that would pay, by its place in the list; -1 is none.
func (m *model) payingSub(scope string) int {
	best := -1
	for i, s := range m.subs {
		if s.scope == scope && s.active && s.left > 0 && !m.now.Before(s.starts) && m.now.Before(s.expires) && (best < 0 || s.expires.Before(m.subs[best].expires)) {
			best = i
		}
	}
	return best
}

// copy is a model that goes on by itself.
func (m *model) copy() *model {
	out := *m
	out.transactions, out.tokens, out.subs, out.errors = slices.Clone(m.transactions), slices.Clone(m.tokens), slices.Clone(m.subs), slices.Clone(m.errors)
	out.usage, out.windows = maps.Clone(m.usage), maps.Clone(m.windows)
	return &out
}
