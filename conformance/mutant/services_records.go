package mutant

import (
	"encoding/json"
	"math/big"
	"net/http"
	"slices"
	"strings"
)

// serviceRates are lies about the rate limits of scopes.
func serviceRates() []Mutant {
	const full = "Too Many Requests"
	is := func(name string) []string { return []string{"services/rate-limit/" + name} }
	// closed refuses the nth call that was answered, as if the window were full.
	closed := func(n int, matching func(x *Exchange) bool) func() Lie {
		return func() Lie {
			calls := 0
			return func(x *Exchange) {
				if x.paidBy() == "" || !matching(x) {
					return
				}
				if calls++; calls == n {
					refuse(x, http.StatusTooManyRequests, "429", full)
				}
			}
		}
	}
	all := func(*Exchange) bool { return true }
	to := func(prefix string) func(*Exchange) bool {
		return func(x *Exchange) bool { return strings.HasPrefix(x.service(), prefix) }
	}
	later := func(edit func(x *Exchange, n int)) func() Lie { return afterRefusal(full, edit) }
	stats := func(member string, by int64) func() Lie {
		return later(func(x *Exchange, n int) {
			if x.Operation == "token.get" && x.Answer.Status == 200 {
				for _, p := range x.Answer.payloads() {
					plus(asObject(p["stats"]), member, by*int64(n))
				}
			}
		})
	}
	answered := func(name, value string) func() Lie { return served(func(x *Exchange) { header(x, name, value) }) }
	return []Mutant{
		{Name: "services/rate-no-retry-after", What: "429 does not say when to come back", Scenarios: is("refusal"), Lie: refused(full, func(x *Exchange) { header(x, "Retry-After", "") })},
		{Name: "services/rate-retry-after-too-short", What: "Retry-After is a second too short", Scenarios: is("refusal"), Lie: refused(full, func(x *Exchange) {
			if x.Answer.Header.Get("Retry-After") == "42" {
				header(x, "Retry-After", "41")
			}
		})},
		{Name: "services/rate-retry-after-zero", What: "in its last second a window says to come back at once", Scenarios: is("refusal"), Lie: refused(full, func(x *Exchange) {
			if x.Answer.Header.Get("Retry-After") == "1" {
				header(x, "Retry-After", "0")
			}
		})},
		{Name: "services/rate-retry-after-on-success", What: "a call that is answered is told when to come back", Scenarios: is("refusal"), Lie: answered("Retry-After", "60")},
		{Name: "services/rate-limit-untold", What: "RateLimit-Limit is missing", Scenarios: is("refusal"), Lie: answered("RateLimit-Limit", "")},
		{Name: "services/rate-remaining-stands-still", What: "RateLimit-Remaining does not count down", Scenarios: is("refusal"), Lie: answered("RateLimit-Remaining", "2")},
		{Name: "services/rate-reset-stands-still", What: "RateLimit-Reset does not count down", Scenarios: is("refusal"), Lie: answered("RateLimit-Reset", "60")},
		{Name: "services/rate-refusal-without-window", What: "429 does not tell the window", Scenarios: is("refusal"), Lie: refused(full, func(x *Exchange) { header(x, "RateLimit-Reset", "") })},
		{Name: "services/rate-refusal-charged", What: "429 says what was charged", Scenarios: is("refusal"), Lie: refused(full, func(x *Exchange) { header(x, "X-Mock-Charge", "0.08") })},
		{Name: "services/rate-one-less", What: "the last call within the window is refused", Scenarios: is("refusal"), Lie: closed(3, all)},
		{Name: "services/rate-of-each-token", What: "each token has a window of its own", Scenarios: is("refusal"), Lie: func() Lie {
			refusals := 0
			return func(x *Exchange) {
				if !x.isRefused(full) {
					return
				}
				if refusals++; refusals == 2 {
					serve(x)
				}
			}
		}},
		{Name: "services/rate-of-the-service", What: "all scopes of a service share a window", Scenarios: is("refusal"), Lie: closed(1, to("company.openapi.com/IT-advanced"))},
		{Name: "services/rate-other-scope-untold", What: "a scope tells the window of another", Scenarios: is("refusal"), Lie: served(func(x *Exchange) { header(x, "RateLimit-Limit", "3") })},
		{Name: "services/rate-opens-early", What: "a window ends a second early", Scenarios: is("refusal"), Lie: refused(full, func(x *Exchange) {
			if x.Answer.Header.Get("Retry-After") == "1" {
				serve(x)
			}
		})},
		{Name: "services/rate-opens-late", What: "when Retry-After has passed the window is still full", Scenarios: is("refusal"), Lie: closed(5, all)},
		{Name: "services/rate-of-the-catalogue-ignored", What: "the catalogue's limits do not hold", Scenarios: is("of-the-catalogue"), Lie: refused(full, serve)},
		{Name: "services/rate-of-the-catalogue-one-less", What: "the catalogue's limit is one less", Scenarios: is("of-the-catalogue"), Lie: closed(5, all)},
		{Name: "services/rate-of-all-accounts", What: "a window is that of all accounts", Scenarios: is("of-the-catalogue"), Lie: closed(6, all)},
		{Name: "services/rate-never-opens", What: "a window that is full stays full", Scenarios: is("of-the-catalogue"), Lie: closed(11, all)},
		{Name: "services/rate-limit-not-shown", What: "the scope shows another limit", Scenarios: is("of-the-catalogue"), Lie: onData("scope.get", set("rateLimit", false))},
		{Name: "services/rate-counted", What: "429 is counted for the token", Scenarios: is("consumes-nothing"), Lie: stats("totalRequests", 1)},
		{Name: "services/rate-counted-as-error", What: "429 is counted as an error of the token", Scenarios: is("consumes-nothing"), Lie: stats("errorRequests", 1)},
		{Name: "services/rate-counted-as-wallet", What: "429 is counted as a wallet request", Scenarios: is("consumes-nothing"), Lie: stats("walletRequests", 1)},
		{Name: "services/rate-in-error-log", What: "429 is in the error log", Scenarios: is("consumes-nothing"), Lie: onItems("error.list", func([]any) []any { return []any{serviceError()} })},
		{Name: "services/rate-in-statistics", What: "429 is in the statistics", Scenarios: is("consumes-nothing"), Lie: onData("stats.api", func(s map[string]any) { plus(s, "totalRequests", 6) })},
		{Name: "services/rate-in-statistics-as-error", What: "429 is in the statistics as an error", Scenarios: is("consumes-nothing"), Lie: onData("stats.api", func(s map[string]any) { plus(s, "errorRequests", 6) })},
		{Name: "services/rate-in-statistics-as-amount", What: "429 is in the statistics with its price", Scenarios: is("consumes-nothing"), Lie: onData("stats.api", set("walletAmount", json.Number("0.6")))},
		{Name: "services/rate-debited", What: "429 takes its price", Scenarios: is("consumes-nothing"), Lie: later(func(x *Exchange, n int) {
			moveCredit(x, big.NewRat(int64(-n), 10))
		})},
		{Name: "services/rate-uses-free", What: "429 uses a free request", Scenarios: is("consumes-nothing"), Lie: later(func(x *Exchange, _ int) {
			if x.paidBy() == "free" {
				header(x, "X-Mock-Paid-By", "wallet")
			}
		})},
		{Name: "services/rate-uses-limits", What: "429 uses up the token's limit", Scenarios: is("consumes-nothing"), Lie: later(func(x *Exchange, _ int) {
			if x.paidBy() == "wallet" {
				refuse(x, 403, "403", "Token limit reached: totalRequests")
			}
		})},
		{Name: "services/rate-uses-next-window", What: "429 uses up the next window", Scenarios: is("consumes-nothing"), Lie: later(func(x *Exchange, _ int) {
			if x.paidBy() == "free" {
				header(x, "RateLimit-Remaining", "0")
			}
		})},
		{Name: "services/rate-of-the-api", What: "calls of services use the OAuth API's window", Scenarios: is("of-the-api-apart"), Lie: func() Lie {
			calls := 0
			return func(x *Exchange) {
				if x.paidBy() != "" {
					calls++
				}
				if x.Operation == "wallet.get" && calls > 0 {
					header(x, "RateLimit-Remaining", "0")
				}
			}
		}},
		{Name: "services/rate-of-the-api-holds", What: "calls of services are refused for the OAuth API's window", Scenarios: is("of-the-api-apart"), Lie: closed(3, all)},
		{Name: "services/rate-without-limit-told", What: "a scope without a limit tells the OAuth API's", Scenarios: is("of-the-api-apart"), Lie: answered("RateLimit-Limit", "4")},
	}
}

// serviceErrors are lies about the error log of services.
func serviceErrors() []Mutant {
	log := []string{"services/records/errors"}
	entry := func(edit func(map[string]any)) func() Lie {
		return onItems("error.list", each(func(e map[string]any) {
			if text(e, "domain") == "company.openapi.com" {
				edit(e)
			}
		}))
	}
	all := []Mutant{
		{Name: "services/error-missing", What: "refusals of services are not in the error log", Scenarios: []string{"services/payment/credit-exhausted"}, Lie: onItems("error.list", func([]any) []any { return nil })},
		{Name: "services/error-one-missing", What: "the newest refusal is not in the error log", Scenarios: log, Lie: onItems("error.list", func(items []any) []any { return items[min(1, len(items)):] })},
		{Name: "services/error-twice", What: "a refusal is in the error log twice", Scenarios: log, Lie: onItems("error.list", func(items []any) []any { return append(items, serviceError()) })},
		{Name: "services/errors-oldest-first", What: "the oldest refusal comes first", Scenarios: log, Lie: onItems("error.list", func(items []any) []any { slices.Reverse(items); return items })},
		{Name: "services/error-same-id", What: "all refusals have one id", Scenarios: log, Lie: onItems("error.list", each(set("id", "64f0c1a2b3d4e5f6a7b8c9d0")))},
		{Name: "services/error-filter-ignored", What: "a filter by scopes finds refusals of every service", Scenarios: log, Lie: on("error.list", func(x *Exchange) {
			if x.Query.Get("scopes") != "" {
				x.Answer.JSON = x.Ask("GET", "/errors", nil).JSON
			}
		})},
		{Name: "services/error-filter-finds-nothing", What: "a filter by a wildcard finds no refusal of a service", Scenarios: log, Lie: on("error.list", func(x *Exchange) {
			if x.Query.Get("scopes") != "" {
				x.Answer.setItems(nil)
			}
		})},
		{Name: "services/error-not-counted", What: "refusals of services are not counted in the statistics", Scenarios: log, Lie: onData("stats.total", set("errorRequests", json.Number("0")))},
		{Name: "services/error-counted-as-wallet", What: "refusals are counted as wallet requests", Scenarios: log, Lie: onData("stats.total", func(s map[string]any) { s["walletRequests"] = s["errorRequests"] })},
		{Name: "services/error-not-counted-for-token", What: "refusals are not counted for the token", Scenarios: log,
			Lie: onData("token.get", change("stats", func(s map[string]any) any { s["errorRequests"] = json.Number("0"); return s }))},
	}
	for member, wrong := range map[string]any{
		"scope": "GET:company.openapi.com/EU-start/12485671007", "domain": "oauth.openapi.com", "httpResponseCode": json.Number("400"),
		"errorCode": json.Number("400"), "message": "Refused", "errorAt": "2031-02-12T08:30:00+00:00", "ip": "",
	} {
		all = append(all, Mutant{Name: "services/error-wrong-" + strings.ToLower(member), What: member + " of a refusal is not that of the call", Scenarios: log, Lie: entry(set(member, wrong))})
	}
	slices.SortFunc(all, func(a, b Mutant) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// serviceStatistics are lies about what was counted.
func serviceStatistics() []Mutant {
	known, told := []string{"services/records/statistics"}, []string{"services/payment/usage-is-told"}
	members := []string{"totalRequests", "walletRequests", "subscriptionRequests", "errorRequests", "walletAmount"}
	more := func(member string) func(map[string]any) {
		return change(member, func(n json.Number) any {
			return decimal(n, map[bool]string{true: "0.0001", false: "1"}[member == "walletAmount"])
		})
	}
	var all []Mutant
	for _, member := range members {
		name := strings.ToLower(member)
		all = append(all,
			Mutant{Name: "services/token-" + name, What: "a token counts too much as " + member, Scenarios: known,
				Lie: onData("token.get", func(p map[string]any) { more(member)(asObject(p["stats"])) })},
			Mutant{Name: "services/stats-" + name, What: "GET /stats counts too much as " + member, Scenarios: known, Lie: onData("stats.total", more(member))},
			Mutant{Name: "services/domain-" + name, What: "GET /stats/apis/{domain} counts too much as " + member, Scenarios: known, Lie: onData("stats.api", more(member))},
			Mutant{Name: "services/apis-" + name, What: "GET /stats/apis counts too much as " + member, Scenarios: known, Lie: onData("stats.apis", func(p map[string]any) {
				more(member)(asObject(p["company.openapi.com"]))
			})})
		if member != "subscriptionRequests" { // which only a subscription would show
			all = append(all, Mutant{Name: "services/scope-" + name, What: "the scopes of GET /stats/apis/{domain} count too much as " + member, Scenarios: known,
				Lie: onData("stats.api", func(p map[string]any) {
					more(member)(asObject(asObject(p["scopes"])["GET:company.openapi.com/EU-start"]))
				})})
		}
	}
	for _, row := range []struct{ operation, path string }{{"stats.total", "/stats"}, {"stats.api", "/stats/apis/company.openapi.com"}} {
		for length, wider := range map[int]int{len("2006-01-02"): len("2006-01"), len("2006-01"): len("2006"), len("2006"): 0} {
			if row.operation == "stats.total" && wider == 0 {
				continue // of all time includes the calls that ask
			}
			names := map[int]string{10: "day", 7: "month", 4: "year", 0: "all-time"}
			all = append(all, Mutant{Name: "services/" + strings.ReplaceAll(row.operation, ".", "-") + "-" + names[length] + "-as-" + names[wider],
				What: "GET " + row.path + " answers a " + names[length] + " as " + names[wider], Scenarios: known,
				Lie: on(row.operation, func(x *Exchange) {
					if date := x.Query.Get("date"); len(date) == length {
						x.Answer.JSON = x.Ask("GET", row.path+"?date="+date[:wider], nil).JSON
					}
				})})
		}
	}
	zero := func(operation, member string) func() Lie { return onData(operation, set(member, json.Number("0"))) }
	none := func(member string) func() Lie {
		return onData("token.get", func(p map[string]any) { set(member, json.Number("0"))(asObject(p["stats"])) })
	}
	all = append(all,
		Mutant{Name: "services/token-not-counted", What: "a token does not count the calls that it made", Scenarios: told, Lie: none("totalRequests")},
		Mutant{Name: "services/token-wallet-not-counted", What: "a token does not count what the wallet paid", Scenarios: told, Lie: none("walletRequests")},
		Mutant{Name: "services/token-amount-not-counted", What: "a token does not count what it spent", Scenarios: told, Lie: none("walletAmount")},
		Mutant{Name: "services/stats-wallet-not-counted", What: "GET /stats does not count what the wallet paid", Scenarios: told, Lie: zero("stats.total", "walletRequests")},
		Mutant{Name: "services/stats-amount-not-counted", What: "GET /stats does not count what was spent", Scenarios: told, Lie: zero("stats.total", "walletAmount")},
		Mutant{Name: "services/stats-address-lost", What: "GET /stats knows no address", Scenarios: known, Lie: zero("stats.total", "totalIps")},
		Mutant{Name: "services/stats-services-lost", What: "GET /stats does not count the services among the APIs", Scenarios: known, Lie: onData("stats.total", set("totalApis", json.Number("1")))},
		Mutant{Name: "services/domain-address-lost", What: "GET /stats/apis/{domain} knows no address", Scenarios: known, Lie: zero("stats.api", "totalIps")},
		Mutant{Name: "services/domain-scopes-lost", What: "GET /stats/apis/{domain} counts no scopes", Scenarios: known, Lie: zero("stats.api", "totalScopes")},
		Mutant{Name: "services/domain-scope-unlisted", What: "GET /stats/apis/{domain} does not list a scope that refused", Scenarios: known,
			Lie: onData("stats.api", change("scopes", func(s map[string]any) any { delete(s, "GET:company.openapi.com/IT-start"); return s }))},
		Mutant{Name: "services/apis-service-lost", What: "GET /stats/apis forgets a service", Scenarios: known, Lie: onData("stats.apis", drop("trust.openapi.com"))},
		Mutant{Name: "services/token-address-lost", What: "a token knows no address", Scenarios: known, Lie: onData("token.get", func(p map[string]any) { set("ip", []any{})(asObject(p["stats"])) })},
		Mutant{Name: "services/credit-after-a-year", What: "after a year the credit is a ten-thousandth off", Scenarios: known,
			Lie: onData("wallet.get", change("credit", func(n json.Number) any { return decimal(n, "0.0001") }))},
	)
	sums := []string{"services/records/sums-hold"}
	all = append(all,
		Mutant{Name: "services/sums-transaction-lost", What: "the newest transaction is not listed", Scenarios: sums, Lie: on("wallet.transactions", func(x *Exchange) {
			if items := x.Answer.items(); x.Query.Get("skip") == "0" {
				x.Answer.setItems(items[min(1, len(items)):])
			}
		})},
		Mutant{Name: "services/sums-credit", What: "the credit is not the sum of the transactions", Scenarios: sums, Lie: onData("wallet.get", change("credit", func(n json.Number) any { return decimal(n, "0.08") }))},
		Mutant{Name: "services/sums-rotated-lost", What: "what a token called before its rotation is forgotten", Scenarios: sums,
			Lie: onData("token.get", func(p map[string]any) { set("totalRequests", json.Number("1"))(asObject(p["stats"])) })},
		Mutant{Name: "services/sums-deleted-lost", What: "what a token called before it was deleted is forgotten", Scenarios: sums, Lie: func() Lie {
			deleted := false
			return func(x *Exchange) {
				deleted = deleted || x.Operation == "token.delete"
				if deleted && x.Operation == "stats.apis" {
					p := asObject(x.Answer.payload()["company.openapi.com"])
					plus(p, "totalRequests", -13)
				}
			}
		}},
	)
	slices.SortFunc(all, func(a, b Mutant) int { return strings.Compare(a.Name, b.Name) })
	return all
}
