package mutant

import (
	"encoding/json"
	"strconv"
	"strings"
)

// serviceSubscriptions are lies about what subscriptions pay.
func serviceSubscriptions() []Mutant {
	available := func(right, wrong int) func() Lie {
		return onData("subscription.get", change("availableRequests", func(s string) any {
			if s == strconv.Itoa(right) {
				return strconv.Itoa(wrong)
			}
			return s
		}))
	}
	payment := func(name string) []string { return []string{"services/payment/" + name} }
	overtakes := func(payer, by, charge string) func() Lie {
		return served(func(x *Exchange) {
			if x.paidBy() == payer {
				header(x, "X-Mock-Paid-By", by)
				header(x, "X-Mock-Charge", charge)
			}
		})
	}
	return []Mutant{
		{Name: "services/subscription-not-decremented", What: "availableRequests stays as it was", Scenarios: payment("subscription"),
			Lie: available(420, 422)},
		{Name: "services/subscription-decremented-twice", What: "a call takes two requests of the subscription", Scenarios: payment("subscription"),
			Lie: available(420, 418)},
		{Name: "services/subscription-that-is-over", What: "a call takes a request of a subscription that is over", Scenarios: payment("subscription"),
			Lie: available(477, 476)},
		{Name: "services/subscription-total-decremented", What: "a call takes a request of the total", Scenarios: payment("subscription"),
			Lie: onData("subscription.get", change("totalRequests", func(s string) any { return strings.Replace(s, "500", "498", 1) }))},
		{Name: "services/subscription-and-wallet", What: "the wallet pays beside the subscription", Scenarios: payment("subscription"),
			Lie: func() Lie {
				calls := 0
				return func(x *Exchange) {
					if x.paidBy() == "subscription" {
						calls++
					}
					if x.Operation == "wallet.get" && calls > 0 {
						change("credit", func(n json.Number) any { return decimal(n, "-0.1") })(x.Answer.payload())
					}
				}
			}},
		{Name: "services/subscription-passed-by", What: "the wallet pays although there is a subscription", Scenarios: payment("subscription"),
			Lie: overtakes("subscription", "wallet", "0.05")},
		{Name: "services/subscription-counted-as-wallet", What: "what a subscription pays is counted as a wallet request", Scenarios: payment("subscription"),
			Lie: onData("token.get", change("stats", func(s map[string]any) any {
				s["walletRequests"], s["subscriptionRequests"] = s["subscriptionRequests"], s["walletRequests"]
				return s
			}))},
		{Name: "services/subscription-not-in-statistics", What: "the statistics of the domain do not count what a subscription pays", Scenarios: payment("subscription"),
			Lie: func() Lie {
				first := map[string]any{}
				return func(x *Exchange) {
					if x.Operation == "stats.api" && x.Answer.Status == 200 {
						p := x.Answer.payload()
						if first[x.ID] == nil {
							first[x.ID] = p["subscriptionRequests"]
						}
						p["subscriptionRequests"] = first[x.ID]
					}
				}
			}},
		{Name: "services/fallback-refused", What: "when the subscription is used up, calls are refused", Scenarios: payment("wallet-as-fallback"),
			Lie: served(func(x *Exchange) {
				if x.paidBy() == "wallet" {
					refuse(x, 402, "610", "Insufficient Credit in Wallet")
				}
			})},
		{Name: "services/fallback-free", What: "when the subscription is used up, calls are free", Scenarios: payment("wallet-as-fallback"),
			Lie: overtakes("wallet", "free", "0")},
		{Name: "services/fallback-not-debited", What: "when the subscription is used up, nothing is taken from the wallet", Scenarios: payment("wallet-as-fallback"), Lie: firstCredit},
		{Name: "services/fallback-at-subscription-price", What: "when the subscription is used up, the wallet pays the subscription's price",
			Scenarios: payment("wallet-as-fallback"), Lie: overtakes("wallet", "wallet", "0.045")},
		{Name: "services/subscription-below-zero", What: "availableRequests counts on below zero", Scenarios: payment("wallet-as-fallback"),
			Lie: available(0, -1)},
		{Name: "services/subscription-ends-when-used-up", What: "a subscription that is used up is not active", Scenarios: payment("wallet-as-fallback"),
			Lie: onData("subscription.get", set("active", false))},
		{Name: "services/subscription-before-free", What: "the subscription pays while there are free requests", Scenarios: payment("order-of-payers"),
			Lie: overtakes("free", "subscription", "0")},
		{Name: "services/free-takes-subscription", What: "a free call takes a request of the subscription", Scenarios: payment("order-of-payers"),
			Lie: available(10000, 9950)},
		{Name: "services/wallet-before-subscription", What: "the wallet pays before the subscription", Scenarios: payment("order-of-payers"),
			Lie: overtakes("subscription", "wallet", "0.001")},
		{Name: "services/subscription-after-its-end", What: "a subscription pays after its end", Scenarios: payment("order-of-payers"),
			Lie: overtakes("wallet", "subscription", "0")},
	}
}

// serviceFree are lies about free requests.
func serviceFree() []Mutant {
	// nth lies about the calls of a window, counted from 1 since the start.
	nth := func(wrong func(n int) bool, by, charge string) func() Lie {
		return func() Lie {
			n := 0
			return func(x *Exchange) {
				if x.paidBy() == "" {
					return
				}
				if n++; wrong(n) {
					header(x, "X-Mock-Paid-By", by)
					header(x, "X-Mock-Charge", charge)
				}
			}
		}
	}
	is := func(at int) func(int) bool { return func(n int) bool { return n == at } }
	from := func(at int) func(int) bool { return func(n int) bool { return n >= at } }
	free := func(name string) []string { return []string{"services/free/" + name} }
	var all []Mutant
	for _, window := range []struct {
		of     string
		count  int
		charge string
	}{{"day", 30, "0.015"}, {"month", 5, "0.1"}, {"year", 12, "0.035"}, {"lifetime", 10, "0.05"}} {
		all = append(all,
			Mutant{Name: "services/free-one-less-" + window.of, What: "the last free request of a " + window.of + " is paid", Scenarios: free("of-a-" + window.of),
				Lie: nth(is(window.count), "wallet", window.charge)},
			Mutant{Name: "services/free-one-more-" + window.of, What: "one call more than those of a " + window.of + " is free", Scenarios: free("of-a-" + window.of),
				Lie: nth(is(window.count+1), "free", "0")})
	}
	return append(all,
		Mutant{Name: "services/free-not-tomorrow", What: "the free requests of a day do not come back", Scenarios: free("of-a-day"), Lie: nth(from(31), "wallet", "0.015")},
		Mutant{Name: "services/free-not-next-month", What: "the free requests of a month do not come back", Scenarios: free("of-a-month"), Lie: nth(from(6), "wallet", "0.1")},
		Mutant{Name: "services/free-one-of-next-month-lost", What: "the next month has one free request less", Scenarios: free("of-a-month"), Lie: nth(is(11), "wallet", "0.1")},
		Mutant{Name: "services/free-one-of-next-month-more", What: "the next month has one free request more", Scenarios: free("of-a-month"), Lie: nth(is(12), "free", "0")},
		Mutant{Name: "services/free-not-next-year", What: "the free requests of a year do not come back", Scenarios: free("of-a-year"), Lie: nth(from(13), "wallet", "0.035")},
		Mutant{Name: "services/free-again-in-a-lifetime", What: "the free requests of a lifetime come back after a year", Scenarios: free("of-a-lifetime"), Lie: nth(is(12), "free", "0")},
		Mutant{Name: "services/free-day-ignored", What: "where there is a limit of the month, that of the day does not count", Scenarios: free("of-several-windows"), Lie: nth(is(11), "free", "0")},
		Mutant{Name: "services/free-month-ignored", What: "where there is a limit of the day, that of the month does not count", Scenarios: free("of-several-windows"), Lie: nth(is(102), "free", "0")},
		Mutant{Name: "services/paid-uses-free-of-month", What: "a call that was paid uses a free request of the month", Scenarios: free("of-several-windows"), Lie: nth(is(101), "wallet", "0.004")},
		Mutant{Name: "services/free-and-debited", What: "a free call takes its price from the wallet", Scenarios: free("of-a-day"),
			Lie: func() Lie {
				calls := 0
				return func(x *Exchange) {
					if x.paidBy() == "free" {
						calls++
					}
					if x.Operation == "wallet.get" && calls == 30 {
						change("credit", func(n json.Number) any { return decimal(n, "-0.45") })(x.Answer.payload())
					}
				}
			}},
		Mutant{Name: "services/free-counted-as-wallet", What: "free requests are counted as wallet requests", Scenarios: free("of-a-day"),
			Lie: onData("token.get", change("stats", func(s map[string]any) any { s["walletRequests"] = s["totalRequests"]; return s }))},
		Mutant{Name: "services/free-not-counted", What: "free requests are not counted at all", Scenarios: free("of-a-day"),
			Lie: onData("token.get", change("stats", func(s map[string]any) any { s["totalRequests"] = s["walletRequests"]; return s }))},
		Mutant{Name: "services/refusals-use-free", What: "a call that is refused uses a free request", Scenarios: free("not-used-by-refusals"),
			Lie: func() Lie {
				n := 0
				return func(x *Exchange) {
					if x.paidBy() != "free" {
						return
					}
					if n++; n > 2 {
						refuse(x, 402, "610", "Insufficient Credit in Wallet")
					}
				}
			}},
		Mutant{Name: "services/free-without-end", What: "with an empty wallet everything is free", Scenarios: free("not-used-by-refusals"),
			Lie: refused("Insufficient Credit in Wallet", serve)},
	)
}
