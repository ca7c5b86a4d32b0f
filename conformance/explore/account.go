package explore

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// accountDeeds look at what an account tells of itself. They are for accounts that began with
// nothing.
func accountDeeds() []deed {
	return []deed{
		{"wallet", 4, func(w *world, _ *rand.Rand) {
			w.call("read the wallet", &step{Call: "wallet.get", Expect: &expect{Level: must, Data: map[string]any{"$.credit": at(should, equals(money(w.credit)))}}})
		}},
		{"transactions", 4, transactions},
		{"errors", 6, errorLog},
		{"statistics", 8, statistics},
		{"scopes", 1, func(w *world, _ *rand.Rand) {
			w.call("list the scopes", &step{Call: "scope.list", Expect: &expect{Level: must, Data: map[string]any{"$[*].id": at(should, map[string]any{"unique": true})}}})
		}},
		{"recharge", 3, func(w *world, r *rand.Rand) {
			amount := pick(r, []int{1, 100, 9999, 10000, 800, 79900})
			w.add("recharge", &step{Control: map[string]any{"credit": map[string]any{"amount": money(amount).String()}}})
			w.credit += amount
			w.moved = append(w.moved, movement{amount, w.now})
		}},
	}
}

func transactions(w *world, r *rand.Rand) {
	data := map[string]any{"$": at(should, map[string]any{"length": min(len(w.moved), 100)})}
	if len(w.moved) <= 100 {
		data["$[*].amount"] = at(should, map[string]any{"sum": money(w.credit)})
		data["$[*].id"] = at(should, map[string]any{"unique": true, "each": map[string]any{"format": "transaction-id"}})
	}
	for i := range min(len(w.moved), 4) {
		one := w.moved[len(w.moved)-1-i]
		data[fmt.Sprintf("$[%d].amount", i)] = at(observe, equals(money(one.amount)))
		data[fmt.Sprintf("$[%d].createdAt", i)] = at(observe, w.instant(one.at))
	}
	if r.IntN(2) == 0 && len(w.moved) > 0 {
		skip, limit := r.IntN(len(w.moved)), 1+r.IntN(len(w.moved))
		var amounts []money
		for i := len(w.moved) - 1 - skip; i >= 0 && len(amounts) < min(limit, 100); i-- {
			amounts = append(amounts, money(w.moved[i].amount))
		}
		w.call("list some transactions", &step{Call: "wallet.transactions", Query: map[string]any{"skip": skip, "limit": limit},
			Expect: &expect{Level: should, Data: map[string]any{"$[*].amount": at(observe, equals(amounts)), "$": at(should, map[string]any{"length": len(amounts)})}}})
		return
	}
	w.call("list the transactions", &step{Call: "wallet.transactions", Expect: &expect{Level: must, Data: data}})
}

// errorLog looks at the newest refusals, or at those of one scope.
func errorLog(w *world, r *rand.Rand) {
	list, query := slices.Clone(w.failed), map[string]any{}
	slices.Reverse(list)
	if r.IntN(3) == 0 && len(list) > 0 {
		only := pick(r, list).scope
		query["scopes"] = only
		list = slices.DeleteFunc(list, func(f failure) bool { return f.scope != only })
	}
	if r.IntN(3) == 0 && len(list) > 0 {
		skip, limit := r.IntN(len(list)), 1+r.IntN(len(list))
		query["skip"], query["limit"] = skip, limit
		list = list[skip:min(len(list), skip+limit)]
	}
	list = list[:min(len(list), 100)]
	data := map[string]any{"$": at(should, map[string]any{"length": len(list)})}
	for i, f := range list[:min(len(list), 3)] {
		method, rest, _ := strings.Cut(f.scope, ":")
		domain, _, _ := strings.Cut(rest, "/")
		member := func(name string, matcher map[string]any) {
			data[fmt.Sprintf("$[%d].%s", i, name)] = at(observe, matcher)
		}
		member("scope", equals(method+":"+rest))
		member("domain", equals(domain))
		member("httpResponseCode", equals(f.status))
		member("errorCode", equals(f.code))
		if f.message != "" {
			member("message", equals(f.message))
		}
		member("errorAt", w.instant(f.at))
	}
	s := &step{Call: "error.list", Expect: &expect{Level: should, Data: data}}
	if len(query) > 0 {
		s.Query = query
	}
	w.call("list the errors", s)
}

// statistics asks for what the calls make together, in all or in a period.
func statistics(w *world, r *rand.Rand) {
	period := ""
	if r.IntN(2) == 0 {
		form := pick(r, []string{"2006", "2006-01", "2006-01-02"})
		at := w.now
		if len(w.calls) > 0 && r.IntN(2) == 0 {
			at = pick(r, w.calls).at
		}
		period = w.time(at).Format(form)
	}
	var calls []called
	for _, c := range w.calls {
		if strings.HasPrefix(w.time(c.at).Format("2006-01-02"), period) {
			calls = append(calls, c)
		}
	}
	by := func(key func(called) string) map[string]*sums {
		all := map[string]*sums{}
		for _, c := range calls {
			if all[key(c)] == nil {
				all[key(c)] = &sums{}
			}
			all[key(c)].add(c.sums)
		}
		return all
	}
	scope := func(c called) string { return c.scope }
	domain := func(c called) string {
		_, rest, _ := strings.Cut(c.scope, ":")
		host, _, _ := strings.Cut(rest, "/")
		return host
	}
	data := map[string]any{}
	tell := func(path string, s *sums) {
		data[path+".totalRequests"], data[path+".errorRequests"] = at(should, equals(s.total)), at(should, equals(s.errors))
		data[path+".walletRequests"], data[path+".walletAmount"] = at(should, equals(s.wallet)), at(should, equals(money(s.amount)))
		data[path+".subscriptionRequests"] = at(should, equals(0))
	}
	s := &step{Expect: &expect{Level: should, Data: data}}
	if period != "" {
		s.Query = map[string]any{"date": period}
	}
	ips := min(1, len(calls))
	switch r.IntN(4) {
	case 0:
		s.Call = "stats.total"
		all := by(func(called) string { return "" })
		if all[""] == nil {
			all[""] = &sums{}
		}
		tell("$", all[""])
		data["$.totalIps"], data["$.totalApis"] = at(observe, equals(ips)), at(observe, equals(len(by(domain))))
	case 1:
		s.Call = "stats.ips"
		data["$"] = at(should, map[string]any{"length": ips})
	case 2:
		s.Call = "stats.apis"
		domains := by(domain)
		data["$"] = at(should, map[string]any{"length": len(domains)})
		for name, sum := range domains {
			tell("$['"+name+"']", sum)
			data["$['"+name+"'].totalIps"] = at(observe, equals(ips))
			data["$['"+name+"'].totalScopes"] = at(observe, equals(scopesIn(by(scope), name)))
		}
	default:
		s.Call = "stats.api"
		name := "oauth.openapi.com"
		if len(calls) > 0 {
			name = domain(pick(r, calls))
		}
		s.Path = map[string]string{"domain": name}
		sum := by(domain)[name]
		if sum == nil {
			sum, ips = &sums{}, 0
		}
		tell("$", sum)
		scopes := by(scope)
		data["$.totalIps"], data["$.totalScopes"] = at(observe, equals(ips)), at(observe, equals(scopesIn(scopes, name)))
		data["$.scopes"] = at(should, map[string]any{"length": scopesIn(scopes, name)})
		for one, sum := range scopes {
			if strings.Contains(one, ":"+name+"/") {
				tell("$.scopes['"+one+"']", sum)
			}
		}
	}
	w.call("read the statistics", s)
}

func (s *sums) add(other sums) {
	s.total += other.total
	s.wallet += other.wallet
	s.errors += other.errors
	s.amount += other.amount
}

func scopesIn(scopes map[string]*sums, domain string) int {
	n := 0
	for one := range scopes {
		if strings.Contains(one, ":"+domain+"/") {
			n++
		}
	}
	return n
}
