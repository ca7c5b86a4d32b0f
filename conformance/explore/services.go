package explore

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// product is a paid scope, as the scenarios of the paid services know it.
type product struct {
	scope, path string
	method      string
	body        any
	price       int
	// free are the free requests of a "2006-01-02" (day), "2006-01" (month), "2006" (year) or ""
	// (ever).
	free map[string]int
	// rate is how many calls are answered in a window of so many seconds; 0 for any number.
	rate, seconds int
	// off means that the account may not call it, unmet that it lacks what the scope requires.
	off, unmet bool
}

func products() []product {
	const tax = "/12485671007"
	return []product{
		{scope: "GET:company.openapi.com/EU-start", path: "company.openapi.com/EU-start" + tax, price: 800},
		{scope: "GET:company.openapi.com/IT-advanced", path: "company.openapi.com/IT-advanced" + tax, price: 500, rate: 300, seconds: 60},
		{scope: "GET:trust.openapi.com/mobile-start", path: "trust.openapi.com/mobile-start/393330000000", price: 95, rate: 200, seconds: 60, free: map[string]int{"2006-01-02": 10}},
		{scope: "GET:trust.openapi.com/email-start", path: "trust.openapi.com/email-start/someone@example.com", price: 40, rate: 200, seconds: 60, free: map[string]int{"2006-01-02": 10, "2006-01": 100}},
		{scope: "GET:company.openapi.com/IT-pec", path: "company.openapi.com/IT-pec" + tax, price: 500, free: map[string]int{"": 10}},
		{scope: "POST:company.openapi.com/IT-monitor", path: "company.openapi.com/IT-monitor", method: "POST", body: map[string]any{"vat": "12485671007"}, price: 1000, free: map[string]int{"2006-01": 5}},
		{scope: "GET:exchange.openapi.com/latest", path: "exchange.openapi.com/latest", rate: 5, seconds: 1, free: map[string]int{"2006-01-02": 1000, "2006-01": 10000, "2006": 100000}},
		{scope: "POST:invoice.openapi.com/IT-invoices", path: "invoice.openapi.com/IT-invoices", method: "POST", body: map[string]any{}, price: 350, rate: 120, seconds: 60, free: map[string]int{"2006": 12}},
		{scope: "GET:company.openapi.com/CH-start", path: "company.openapi.com/CH-start/CHE123456789", price: 600, off: true},
		{scope: "GET:risk.openapi.com/IT-creditscore-start", path: "risk.openapi.com/IT-creditscore-start" + tax, price: 1200, rate: 120, seconds: 60, unmet: true},
	}
}

// products are those that an account of the sequence's environment may be sold.
func (w *world) products() []product {
	all := products()
	if w.sandbox {
		// There it is the other way round, or not for sale at all.
		all = slices.DeleteFunc(all, func(p product) bool { return p.off || p.unmet })
	}
	for i := range all {
		all[i].scope = w.named(all[i].scope)
	}
	return all
}

// named is what a scope is called in the environment of the sequence.
func (w *world) named(scope string) string {
	if w.sandbox && !strings.Contains(scope, ":*.") {
		return strings.Replace(scope, ":", ":test.", 1)
	}
	return scope
}

// covers reports whether a scope of a token, which may be a wildcard, covers another.
func covers(granted, scope string) bool {
	gotMethod, gotRest, _ := strings.Cut(granted, ":")
	method, rest, _ := strings.Cut(scope, ":")
	gotHost, gotPath, _ := strings.Cut(gotRest, "/")
	host, path, _ := strings.Cut(rest, "/")
	tail, wild := strings.CutPrefix(gotHost, "*")
	return (gotMethod == "*" || gotMethod == method) && (gotHost == host || wild && strings.HasSuffix(host, tail)) && (gotPath == "*" || gotPath == path)
}

func (t *token) grants(p product) bool {
	return slices.ContainsFunc(t.scopes, func(granted string) bool { return covers(granted, p.scope) })
}

// windows are the windows of rates that are open, by scope: when they began, and how many calls
// they let pass.
type windows map[string]*window

type window struct{ began, passed int }

func serviceDeeds() []deed {
	return []deed{
		{"use", 22, use},
		{"use often", 4, func(w *world, r *rand.Rand) {
			t, p := pick(r, w.alive()), pick(r, w.products())
			for range 2 + r.IntN(10) {
				w.use(t, p)
			}
		}},
		{"limit a scope", 3, limitRate},
		{"use at once", 3, race},
		{"a job", 2, job},
		{"use what nobody sells", 2, unsold},
		{"use without a token", 3, tokenless},
	}
}

func use(w *world, r *rand.Rand) {
	t, p := pick(r, w.alive()), pick(r, w.products())
	if t == nil {
		return
	}
	// Most of the time one that it has.
	if granted := slices.DeleteFunc(w.products(), func(p product) bool { return !t.grants(p) }); len(granted) > 0 && r.IntN(6) > 0 {
		p = pick(r, granted)
	}
	w.use(t, p)
}

func (p product) step(bearer string) *step {
	method := "GET"
	if p.method != "" {
		method = p.method
	}
	return &step{Call: method + " /__services/" + p.path, Auth: map[string]any{"bearer": bearer}, Body: p.body, Expect: &expect{Level: should}}
}

// use calls a service with a token, and expects who pays, or why it is refused: the first reason in
// the order of docs/behaviour.md.
func (w *world) use(t *token, p product) {
	if t == nil || !w.services {
		return
	}
	free := p.price == 0 || w.isFree(p)
	done := t.sum.total - t.sum.errors
	limit := func(name string, used, more int) bool {
		switch most := t.limits[name].(type) {
		case int:
			return used+more > most
		case money:
			return used+more > int(most)
		}
		return false
	}
	refuse := func(status int, code any, message string) {
		t.sum.total++
		t.sum.errors++
		s := p.step(t.id())
		s.Expect.Status, s.Expect.Code, s.Expect.Message = []int{status}, code, message
		s.Expect.Headers = map[string]any{"X-Mock-Charge": at(observe, map[string]any{"exists": false})}
		w.failed = append(w.failed, failure{p.scope, status, code, message, w.now})
		w.calls = append(w.calls, called{p.scope, w.now, sums{total: 1, errors: 1}})
		w.add("call a service", s)
	}
	ips, limited := t.limits["ip"].([]string)
	switch {
	case !t.grants(p):
		refuse(403, 403, "Scope not granted to this token")
	case p.off:
		refuse(403, 403, "API not enabled")
	case p.unmet:
		refuse(403, 403, "Requirements not met")
	case limited && !slices.Contains(ips, "127.0.0.1"):
		refuse(403, 403, "IP address not allowed")
	case limit("totalRequests", done, 1):
		refuse(403, 403, "Token limit reached: totalRequests")
	case !free && limit("walletRequests", t.sum.wallet, 1):
		refuse(403, 403, "Token limit reached: walletRequests")
	case !free && limit("walletAmount", t.sum.amount, p.price):
		refuse(403, 403, "Token limit reached: walletAmount")
	case !w.window(p):
		s := p.step(t.id())
		s.Expect.Status, s.Expect.Code, s.Expect.Message = []int{429}, 429, "Too Many Requests"
		s.Expect.Headers = map[string]any{"Retry-After": at(observe, equals(quoted(w.reset(p)))), "X-Mock-Charge": at(observe, map[string]any{"exists": false}),
			"RateLimit-Remaining": at(observe, equals("0")), "RateLimit-Limit": at(observe, equals(quoted(w.rateOf(p).rate)))}
		w.add("call a service too often", s)
	case !free && w.credit < p.price:
		refuse(402, 610, "")
	default:
		s := p.step(t.id())
		s.Expect.Status = []int{200}
		one := called{p.scope, w.now, sums{total: 1}}
		charge, payer := 0, "free"
		if !free {
			charge, payer = p.price, "wallet"
			one.wallet, one.amount = 1, charge
			w.credit -= charge
			w.moved = append(w.moved, movement{-charge, w.now})
		}
		s.Expect.Headers = map[string]any{"X-Mock-Charge": at(observe, equals(money(charge).String())), "X-Mock-Paid-By": at(observe, equals(payer)),
			"RateLimit-Limit": at(observe, map[string]any{"exists": false}), "Retry-After": at(observe, map[string]any{"exists": false})}
		if limit := w.rateOf(p); limit.rate > 0 {
			s.Expect.Headers["RateLimit-Limit"] = at(observe, equals(quoted(limit.rate)))
			s.Expect.Headers["RateLimit-Remaining"] = at(observe, equals(quoted(limit.rate-w.windows[p.scope].passed)))
			s.Expect.Headers["RateLimit-Reset"] = at(observe, equals(quoted(w.reset(p))))
		}
		t.sum.add(one.sums)
		w.calls = append(w.calls, one)
		w.add("call a service", s)
	}
}

// isFree reports whether each window of a product has a free request left.
func (w *world) isFree(p product) bool {
	for form, most := range p.free {
		used := 0
		for _, c := range w.calls {
			if c.scope == p.scope && c.errors == 0 && c.wallet == 0 && w.time(c.at).Format(form) == w.time(w.now).Format(form) {
				used++
			}
		}
		if used >= most {
			return false
		}
	}
	return len(p.free) > 0
}

// rate is how many calls are answered in a window of so many seconds.
type rate struct{ rate, seconds int }

// rateOf is the limit of a product: the account's own, else the catalogue's.
func (w *world) rateOf(p product) rate {
	if own, set := w.rates[p.scope]; set {
		return own
	}
	return rate{p.rate, p.seconds}
}

// reset is in how many seconds the open window of a product ends.
func (w *world) reset(p product) int { return w.windows[p.scope].began + w.rateOf(p).seconds - w.now }

// window takes a place in the window of a product's rate, and reports whether there was one.
func (w *world) window(p product) bool {
	limit := w.rateOf(p)
	if limit.rate == 0 {
		return true
	}
	if w.windows == nil {
		w.windows = windows{}
	}
	open := w.windows[p.scope]
	if open == nil || w.now >= open.began+limit.seconds {
		open = &window{began: w.now}
		w.windows[p.scope] = open
	}
	if open.passed >= limit.rate {
		return false
	}
	open.passed++
	return true
}

// limitRate gives the account a limit of its own for a scope that no call has a window of yet.
func limitRate(w *world, r *rand.Rand) {
	p := pick(r, w.products())
	if w.windows[p.scope] != nil || p.off || p.unmet {
		return
	}
	own := rate{1 + r.IntN(4), 60}
	if w.rates == nil {
		w.rates = map[string]rate{}
	}
	w.rates[p.scope] = own
	w.add("limit a scope", &step{Control: map[string]any{"rateLimit": map[string]any{"scope": p.scope, "limit": own.rate, "window": "60s"}}})
}

// race calls a service several times at once: what all of them come to does not depend on which is
// first.
func race(w *world, r *rand.Rand) {
	t := pick(r, w.alive())
	p := pick(r, w.products())
	if t == nil || !t.grants(p) || p.off || p.unmet || w.rateOf(p).rate > 0 || len(p.free) > 0 || len(t.limits) > 0 {
		return
	}
	n := 2 + r.IntN(9)
	paid := min(n, w.credit/p.price)
	s := p.step(t.id())
	s.Expect, s.Concurrent = nil, n
	if paid > 0 {
		s.Outcomes = append(s.Outcomes, outcome{Status: 200, Count: quoted(paid)})
	}
	if paid < n {
		s.Outcomes = append(s.Outcomes, outcome{Status: 402, Code: 610, Count: quoted(n - paid)})
	}
	for i := range n {
		one := called{p.scope, w.now, sums{total: 1}}
		if i < paid {
			one.wallet, one.amount = 1, p.price
			w.credit -= p.price
			w.moved = append(w.moved, movement{-p.price, w.now})
		} else {
			one.errors = 1
			w.failed = append(w.failed, failure{scope: p.scope, status: 402, code: 610, at: w.now})
		}
		t.sum.add(one.sums)
		w.calls = append(w.calls, one)
	}
	w.add("call a service at once", s)
}

// job asks for what takes its time, and how far it is.
func job(w *world, r *rand.Rand) {
	const price = 39000
	post, get := w.named("POST:docuengine.openapi.com/requests"), w.named("GET:docuengine.openapi.com/requests")
	t := pick(r, w.alive())
	if t == nil || len(t.limits) > 0 || !slices.Contains(t.scopes, post) || !slices.Contains(t.scopes, get) {
		return
	}
	w.credit += price
	w.moved = append(w.moved, movement{price, w.now})
	w.add("recharge", &step{Control: map[string]any{"credit": map[string]any{"amount": money(price).String()}}})
	variable := fmt.Sprintf("j%d", w.n+1)
	count := func(scope string, amount int) {
		one := called{scope, w.now, sums{total: 1}}
		if amount > 0 {
			one.wallet, one.amount = 1, amount
			w.credit -= amount
			w.moved = append(w.moved, movement{-amount, w.now})
		}
		t.sum.add(one.sums)
		w.calls = append(w.calls, one)
	}
	began := w.now
	w.add("ask for a document", &step{Call: "POST /__services/docuengine.openapi.com/requests", Auth: map[string]any{"bearer": t.id()}, Body: map[string]any{"documentId": "visura"},
		Expect:  &expect{Level: should, Status: []int{200}, Data: map[string]any{"$.state": at(observe, equals("WAIT"))}, Headers: map[string]any{"X-Mock-Charge": at(observe, equals("3.9"))}},
		Capture: map[string]string{variable: "$.id"}})
	count(post, price)
	for _, seconds := range []int{0, 4, 1} {
		if seconds > 0 {
			w.pass(seconds)
		}
		state := "WAIT"
		if w.now >= began+5 {
			state = "DONE"
		}
		if w.gone(t) {
			return
		}
		w.add("ask how far a document is", &step{Call: "GET /__services/docuengine.openapi.com/requests/${" + variable + "}", Auth: map[string]any{"bearer": t.id()},
			Expect: &expect{Level: should, Status: []int{200}, Data: map[string]any{"$.state": at(observe, equals(state)), "$.id": at(should, equals("${"+variable+"}"))},
				Headers: map[string]any{"X-Mock-Charge": at(observe, equals("0"))}}})
		count(get, 0)
	}
}

// unsold asks for what no service has. It counts nowhere.
func unsold(w *world, r *rand.Rand) {
	t := pick(r, w.alive())
	if t == nil || !w.services {
		return
	}
	s := &step{Auth: map[string]any{"bearer": t.id()}, Expect: &expect{Level: should, Status: []int{404}, Code: 404}}
	s.Call = "GET /__services/" + pick(r, []string{"exchange.openapi.com/", "exchange.openapi.com/lates", "exchange.openapi.com/latests", "company.openapi.com/nothing", "company.openapi.com/x/EU-start/12485671007", "nobody.openapi.com/EU-start/1"})
	if r.IntN(3) == 0 {
		s.Call, s.Expect.Status, s.Expect.Code = "DELETE /__services/exchange.openapi.com/latest", []int{405}, 405
		s.Expect.Headers = map[string]any{"Allow": at(observe, map[string]any{"contains": "GET"})}
	}
	w.add("call what nobody sells", s)
}

// tokenless calls a service with what is no live token.
func tokenless(w *world, r *rand.Rand) {
	if !w.services {
		return
	}
	p := pick(r, w.products())
	s := p.step("x")
	ways := []any{"none", map[string]any{"bearer": ""}, map[string]any{"bearer": "000000000000000000000000"}, "basic", map[string]any{"raw": "Bearer"}}
	for _, t := range w.tokens {
		if w.gone(t) {
			ways = append(ways, map[string]any{"bearer": t.id()}, map[string]any{"bearer": t.id()})
			continue
		}
		ways = append(ways, map[string]any{"bearer": "${" + t.variable + "|shorter}"}, map[string]any{"raw": t.id()}, map[string]any{"raw": "Basic " + t.id()}, map[string]any{"bearer": t.id() + "0"})
		if !t.unseen {
			ways = append(ways, map[string]any{"bearer": t.refresh()})
		}
	}
	s.Auth = pick(r, ways)
	s.Expect = &expect{Level: should, Status: []int{401}, Code: money(1252200), Message: "Wrong Token", Body: map[string]any{"$.success": at(observe, equals(false)), "$.data": at(observe, equals(nil))}}
	if strings.HasPrefix(s.Call, "POST") {
		s.Body = nil
	}
	w.add("call a service without a token", s)
}
