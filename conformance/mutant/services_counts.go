package mutant

import (
	"encoding/json"
	"net/http"
	"strings"
)

// serviceCounts are lies by one, or by a ten-thousandth, in every count that a call of a service
// changes and every number that it returns, scenario by scenario: what one of them does not check,
// no other checks instead.
func serviceCounts() []Mutant {
	stats := func(members ...string) []string {
		var places []string
		for _, member := range members {
			places = append(places, "stats."+member)
		}
		return places
	}
	of := func(domain string, members ...string) []string {
		var places []string
		for _, member := range members {
			places = append(places, domain+"|"+member)
		}
		return places
	}
	const total, wallet, subscription, errors, amount = "totalRequests", "walletRequests", "subscriptionRequests", "errorRequests", "walletAmount"
	var all []Mutant
	for _, row := range []struct {
		scenario, operation string
		places              []string // in the payload; "|" leads through names that hold dots
	}{
		{"free/of-a-day", "token.get", stats(errors, subscription, amount)},
		{"limits/total-requests", "token.update", append(stats(errors, total), "limits.totalRequests")},
		{"limits/total-requests", "wallet.get", []string{"credit"}},
		{"limits/subscription-requests", "wallet.get", []string{"credit"}},
		{"limits/wallet-amount", "token.update", stats(amount)},
		{"limits/wallet-amount", "wallet.get", []string{"credit"}},
		{"limits/of-one-token-only", "token.get", stats(errors, total)},
		{"limits/addresses", "token.get", stats(errors)},
		{"payment/usage-is-told", "token.get", stats(errors, subscription)},
		{"payment/credit-exhausted", "token.get", stats(total, wallet, subscription, errors, amount)},
		{"payment/credit-exhausted", "stats.api", []string{total, wallet, errors, amount}},
		{"payment/credit-exactly-enough", "wallet.get", []string{"credit"}},
		{"payment/subscription", "token.get", stats(total, errors, amount)},
		{"payment/subscription", "stats.api", []string{total, wallet, amount}},
		{"payment/wallet-as-fallback", "token.get", stats(total, wallet, subscription, amount)},
		{"races/rotation", "token.get", stats(wallet, errors, amount)},
		{"records/errors", "stats.total", []string{amount}},
		{"records/errors", "token.get", stats(total)},
		{"records/sums-hold", "token.get", stats(wallet, subscription, amount)},
		{"records/sums-hold", "stats.apis", of("company.openapi.com", wallet, errors, amount)},
		{"records/sums-hold", "stats.apis", of("sms.openapi.com", total, wallet, subscription, amount)},
		{"tokens/rotated", "token.update", []string{"limits.walletRequests"}},
		{"tokens/rotated", "token.get", stats(errors)},
		{"tokens/sandbox", "stats.api", []string{"scopes|GET:test.company.openapi.com/IT-advanced|errorRequests"}},
	} {
		for _, place := range row.places {
			path := strings.FieldsFunc(place, func(r rune) bool { return r == '|' || r == '.' && !strings.Contains(place, "|") })
			member := path[len(path)-1]
			by := "1"
			if member == amount || member == "credit" {
				by = "0.0001"
			}
			name := strings.ToLower(strings.NewReplacer("/", "-", ".", "-", "|", "-", ":", "-").Replace(row.scenario + "-" + row.operation + "-" + place))
			all = append(all, Mutant{Name: "counts/" + name, What: member + " in the answer of " + row.operation + " is " + by + " too much once a service was called",
				Scenarios: []string{"services/" + row.scenario}, Lie: onceCalled(func(x *Exchange) {
					if x.Operation != row.operation || x.Answer.Status >= 300 {
						return
					}
					for _, object := range x.Answer.payloads() {
						for _, name := range path[:len(path)-1] {
							object = asObject(object[name])
						}
						change(member, func(n json.Number) any { return decimal(n, by) })(object)
					}
				})})
		}
	}
	return append(all, serviceHeaders()...)
}

// onceCalled lies after the first call of a paid service, whatever it was answered.
func onceCalled(edit func(x *Exchange)) func() Lie {
	return func() Lie {
		called := false
		return func(x *Exchange) {
			if called {
				edit(x)
			}
			called = called || x.service() != "" && x.Caller != ""
		}
	}
}

// serviceHeaders are lies about what the headers of calls say.
func serviceHeaders() []Mutant {
	var all []Mutant
	add := func(scenario, name, what string, lie func() Lie) {
		all = append(all, Mutant{Name: "counts/" + strings.ReplaceAll(scenario, "/", "-") + "-" + name, What: what, Scenarios: []string{"services/" + scenario}, Lie: lie})
	}
	for _, scenario := range []string{
		"payment/credit-exhausted", "payment/credit-exactly-enough", "payment/wallet-as-fallback", "payment/order-of-payers", "scopes/wildcards",
		"scopes/requirements", "tokens/rotated", "tokens/sandbox",
	} {
		add(scenario, "charge", "X-Mock-Charge is a ten-thousandth too much", served(func(x *Exchange) {
			if charge, ok := decimal(json.Number(x.Answer.Header.Get("X-Mock-Charge")), "0.0001").(json.Number); ok {
				header(x, "X-Mock-Charge", charge.String())
			}
		}))
	}
	for _, scenario := range []string{
		"payment/debit", "payment/credit-exhausted", "payment/wallet-as-fallback", "free/of-several-windows", "free/not-used-by-refusals",
		"limits/wallet-requests", "limits/subscription-requests", "rate-limit/consumes-nothing", "tokens/sandbox",
	} {
		add(scenario, "payer", "X-Mock-Paid-By names nobody that there is", served(func(x *Exchange) { header(x, "X-Mock-Paid-By", "credit card") }))
	}
	refusal := func(name, value string) func() Lie {
		return always(func(x *Exchange) {
			if x.service() != "" && x.Answer.Status >= 400 {
				header(x, name, value)
			}
		})
	}
	add("limits/total-requests", "refusal-charge", "a refusal says what was charged", refusal("X-Mock-Charge", "0"))
	add("payment/credit-exhausted", "refusal-payer", "a refusal says who paid", refusal("X-Mock-Paid-By", "wallet"))
	add("rate-limit/of-the-catalogue", "retry-after", "Retry-After is twice as long as needed", refusal("Retry-After", "2"))
	add("rate-limit/of-the-catalogue", "limit", "RateLimit-Limit is that of another scope", served(func(x *Exchange) { header(x, "RateLimit-Limit", "50") }))
	add("rate-limit/consumes-nothing", "remaining", "RateLimit-Remaining is that of another scope", served(func(x *Exchange) { header(x, "RateLimit-Remaining", "49") }))
	for _, name := range []string{"Limit", "Remaining", "Reset"} {
		add("rate-limit/refusal", "refusal-"+strings.ToLower(name), "a refusal tells a RateLimit-"+name+" that is not so", refusal("RateLimit-"+name, "7"))
		add("rate-limit/refusal", "told-"+strings.ToLower(name), "an answer tells a RateLimit-"+name+" that is not so", served(func(x *Exchange) { header(x, "RateLimit-"+name, "7") }))
	}
	for _, name := range []string{"Limit", "Remaining"} {
		add("rate-limit/of-the-api-apart", "told-"+strings.ToLower(name), "the OAuth API tells a RateLimit-"+name+" that is not its own",
			on("wallet.get", func(x *Exchange) { header(x, "RateLimit-"+name, "300") }))
	}
	for _, race := range []string{"limit", "free", "rate-limit"} {
		add("races/"+race, "broken", "of calls at once those that should be refused are server errors", always(func(x *Exchange) {
			if x.service() != "" && x.Caller != "" && x.Answer.Status >= 400 {
				refuse(x, http.StatusInternalServerError, "500", "Internal Server Error")
			}
		}))
	}
	add("records/sums-hold", "broken", "of calls at once those that should be refused are server errors", refused("Token limit reached: walletRequests", func(x *Exchange) {
		refuse(x, http.StatusInternalServerError, "500", "Internal Server Error")
	}))
	add("records/sums-hold", "oversold", "of calls at once those that should be refused are answered", refused("Token limit reached: walletRequests", serve))
	add("races/rotation", "broken", "of rotations at once those that lose are server errors", onRefusal("token.update", "130", func(x *Exchange) {
		refuse(x, http.StatusInternalServerError, "500", "Internal Server Error")
	}))
	add("races/rotation", "lost", "of rotations at once none wins", on("token.update", func(x *Exchange) { refuse(x, http.StatusUnauthorized, "130", "Unauthorized") }))
	add("limits/addresses", "address", "GET /stats/ips knows an address more", onItems("stats.ips", func(items []any) []any { return append(items, "203.0.113.77") }))
	add("payment/debit", "free-booked", "a free call is booked as a transaction", onItems("wallet.transactions", func(items []any) []any {
		return append(items, items[0])
	}))
	add("payment/subscription", "active", "a subscription that was used is not active", onData("subscription.get", change("active", func(b bool) any { return !b })))
	add("payment/order-of-payers", "active", "a subscription that is over is active", onData("subscription.get", set("active", true)))
	add("payment/order-of-payers", "available", "a request of a subscription is left that was used", onData("subscription.get", set("availableRequests", "10000")))
	add("rate-limit/of-the-catalogue", "scope", "the scope has another name than it is called by", onData("scope.get", change("scope", func(s string) any { return s + "s" })))
	silent := func(edit func(body map[string]any)) func() Lie {
		return always(func(x *Exchange) {
			if x.service() == "exchange.openapi.com/latest" && x.Caller == "" {
				edit(x.Answer.body())
			}
		})
	}
	add("tokens/wrong", "success", "without a token success is claimed", silent(func(body map[string]any) { body["success"] = true }))
	add("tokens/wrong", "data", "without a token data is sent", silent(func(body map[string]any) { body["data"] = map[string]any{} }))
	return all
}
