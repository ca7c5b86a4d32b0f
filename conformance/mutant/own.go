package mutant

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// own are lies that one account can see with its own calls, and with those of its sandbox.
func own() []Mutant {
	return slices.Concat(ownPages(), ownPeriods(), ownCounts(), ownFailures(), ownLifetimes(), ownSandbox(), ownDetails())
}

// queried serves a query as if it had been another.
func queried(operation, path string, to func(q url.Values) bool) func() Lie {
	return always(func(x *Exchange) {
		if x.Operation != operation {
			return
		}
		q := maps.Clone(x.Query)
		if to(q) {
			target := path
			if query := q.Encode(); query != "" {
				target += "?" + query
			}
			read(x, "GET", target, nil)
		}
	})
}

// ownPages are lies about limit and skip.
func ownPages() []Mutant {
	negative := func(name string) func(q url.Values) bool {
		return func(q url.Values) bool {
			if !strings.HasPrefix(q.Get(name), "-") {
				return false
			}
			q.Del(name)
			return true
		}
	}
	is := func(name, value, instead string) func(q url.Values) bool {
		return func(q url.Values) bool {
			if q.Get(name) != value {
				return false
			}
			q.Set(name, instead)
			return true
		}
	}
	return []Mutant{
		{Name: "own-pages/errors-limit-below-zero", What: "a limit below zero of /errors is the default", Scenarios: []string{"v2/errors/query/never-more-than-asked"}, Lie: queried("error.list", "/errors", negative("limit"))},
		{Name: "own-pages/callbacks-skip-below-zero", What: "a skip below zero of /callbacks is none", Scenarios: []string{"v2/callbacks/query/never-more-than-asked"}, Lie: queried("callback.list", "/callbacks", negative("skip"))},
		{Name: "own-pages/subscriptions-limit-with-an-exponent", What: "1e1 is a limit of /subscriptions", Scenarios: []string{"v2/subscriptions/query/never-more-than-asked"}, Lie: queried("subscription.list", "/subscriptions", is("limit", "1e1", "10"))},
		{Name: "own-pages/tokens-limit-below-zero", What: "a limit below zero of /tokens shows one", Scenarios: []string{"v2/tokens/query/never-more-than-asked"}, Lie: queried("token.list", "/tokens", is("limit", "-1", "1"))},
		{Name: "own-pages/transactions-skip-below-zero", What: "a skip below zero of /wallet/transactions counts from zero on", Scenarios: []string{"v2/transactions/query/never-more-than-asked"}, Lie: queried("wallet.transactions", "/wallet/transactions", is("skip", "-1", "1"))},
		{Name: "own-pages/tokens-seven-are-six", What: "a limit of seven tokens gives six", Scenarios: []string{"v2/tokens/lists/any-page"}, Lie: queried("token.list", "/tokens", is("limit", "7", "6"))},
		{Name: "own-pages/errors-skip-in-pages", What: "skip counts in pages of /errors", Scenarios: []string{"v2/errors/lists/any-page"},
			Lie: queried("error.list", "/errors", func(q url.Values) bool { return q.Get("limit") == "3" && is("skip", "2", "6")(q) })},
		{Name: "own-pages/callbacks-skip-one-more", What: "skip leaves out one callback more", Scenarios: []string{"v2/callbacks/lists/any-page"}, Lie: queried("callback.list", "/callbacks", is("skip", "3", "4"))},
		{Name: "own-pages/subscriptions-skip-before-limit", What: "where skip stands first it is ignored", Scenarios: []string{"v2/subscriptions/lists/any-page"},
			Lie: always(func(x *Exchange) {
				if x.Operation == "subscription.list" && x.RawQuery == "skip=1&limit=1" {
					read(x, "GET", "/subscriptions?limit=1", nil)
				}
			})},
		{Name: "own-pages/transactions-limit-of-two-is-one", What: "a limit of two transactions gives one", Scenarios: []string{"v2/transactions/lists/any-page"}, Lie: queried("wallet.transactions", "/wallet/transactions", is("limit", "2", "1"))},
		{Name: "own-pages/callbacks-filter-takes-all", What: "an unknown scope beside another empties the filter of /callbacks", Scenarios: []string{"v2/callbacks/filters/of-any-account"},
			Lie: on("callback.list", func(x *Exchange) {
				if strings.HasPrefix(x.Query.Get("scopes"), "GET:nothing.example.com") {
					x.Answer.setItems(nil)
				}
			})},
		{Name: "own-pages/subscriptions-filter-takes-the-first", What: "of two scopes of one domain the first filters /subscriptions", Scenarios: []string{"v2/subscriptions/filters/of-any-account"},
			Lie: queried("subscription.list", "/subscriptions", func(q url.Values) bool {
				first, _, two := strings.Cut(q.Get("scopes"), ",")
				q.Set("scopes", first)
				return two
			})},
		{Name: "own-pages/errors-filter-by-beginning", What: "a part of a scope filters /errors as the whole", Scenarios: []string{"v2/errors/filters/of-any-account", "v2/errors/own/filtered"},
			Lie: func() Lie {
				var known []string
				return func(x *Exchange) {
					seen(&known, x, "scope")
					asks := x.Query.Get("scopes")
					if x.Operation != "error.list" || len(asks) < 10 || strings.Contains(asks, ",") || slices.Contains(known, asks) {
						return
					}
					for _, scope := range known {
						if strings.HasPrefix(scope, asks) {
							read(x, "GET", "/errors?scopes="+url.QueryEscape(scope), nil)
							return
						}
					}
				}
			}},
	}
}

// ownPeriods are lies about the dates of statistics.
func ownPeriods() []Mutant {
	const at = "v2/stats/matrix/"
	takes := func(operation, path, date, instead string) func() Lie {
		return queried(operation, path, func(q url.Values) bool {
			same := q.Get("date") == date
			q.Set("date", instead)
			return same
		})
	}
	refuses := func(operation, date string) func() Lie {
		return on(operation, func(x *Exchange) {
			if x.Query.Has("date") && x.Query.Get("date") == date {
				read(x, "GET", strings.TrimSuffix(x.Path, "?")+"?date=garbage", nil)
			}
		})
	}
	var list []Mutant
	for _, one := range []struct{ name, operation, path, bad, instead, good string }{
		{"total", "stats.total", "/stats", "2026-02-30", "2026-03-02", "1999"},
		{"ips", "stats.ips", "/stats/ips", "2026-1", "2026-01", "9999-12-31"},
		{"apis", "stats.apis", "/stats/apis", "2026-01-01T00:00:00Z", "2026-01-01", "2024-02-29"},
		{"api", "stats.api", "/stats/apis/oauth.openapi.com", "20260112", "2026-01-12", "2024-12"},
	} {
		list = append(list,
			Mutant{Name: "own-periods/" + one.name + "-takes-" + strings.ToLower(strings.ReplaceAll(one.bad, ":", "")), What: one.operation + " takes " + one.bad, Scenarios: []string{at + one.name + "-refuses-what-is-none"},
				Lie: takes(one.operation, one.path, one.bad, one.instead)},
			Mutant{Name: "own-periods/" + one.name + "-refuses-" + one.good, What: one.operation + " refuses " + one.good, Scenarios: []string{at + one.name + "-takes-every-date"},
				Lie: refuses(one.operation, one.good)})
	}
	return list
}

// ownCounts are lies about what one's own calls count.
func ownCounts() []Mutant {
	const at = "v2/stats/own/"
	// growing adds as many as calls of an operation were made.
	growing := func(counted func(x *Exchange) bool, operation string, add func(p map[string]any, n int64)) func() Lie {
		return func() Lie {
			n := int64(0)
			return func(x *Exchange) {
				if counted(x) {
					n++
				}
				if x.Operation == operation && x.Answer.Status == 200 {
					for _, p := range x.Answer.payloads() {
						add(p, n)
					}
				}
			}
		}
	}
	of := func(operation string) func(x *Exchange) bool {
		return func(x *Exchange) bool { return x.Operation == operation && x.Answer.Status < 300 }
	}
	failed := func(x *Exchange) bool { return x.Answer.Status == 404 && x.Operation != "" }
	stranger := func(x *Exchange) bool { return x.Answer.Status == 401 }
	inDomain := func(member string, by int64) func(p map[string]any, n int64) {
		return func(p map[string]any, n int64) { plus(asObject(p["oauth.openapi.com"]), member, by*n) }
	}
	inScope := func(scope string, by int64) func(p map[string]any, n int64) {
		return func(p map[string]any, n int64) { plus(asObject(asObject(p["scopes"])[scope]), "totalRequests", by*n) }
	}
	member := func(name string, by int64) func(p map[string]any, n int64) {
		return func(p map[string]any, n int64) { plus(p, name, by*n) }
	}
	only := func(date func(string) bool, name string, by int64) func() Lie {
		return on("stats.total", func(x *Exchange) {
			if date(x.Query.Get("date")) {
				for _, p := range x.Answer.payloads() {
					plus(p, name, by)
				}
			}
		})
	}
	return []Mutant{
		{Name: "own-counts/wallet-twice", What: "readings of the wallet count twice in the total", Scenarios: []string{at + "each-call-counts-once"}, Lie: growing(of("wallet.get"), "stats.total", member("totalRequests", 1))},
		{Name: "own-counts/wallet-not-by-domain", What: "readings of the wallet are missing by domain", Scenarios: []string{at + "each-call-counts-once"}, Lie: growing(of("wallet.get"), "stats.apis", inDomain("totalRequests", -1))},
		{Name: "own-counts/changes-are-paid", What: "changes count as paid from the wallet", Scenarios: []string{at + "each-call-counts-once"}, Lie: growing(of("token.update"), "stats.total", member("walletRequests", 1))},
		{Name: "own-counts/changes-not-in-the-domain", What: "changes are missing in the domain", Scenarios: []string{at + "each-call-counts-once"}, Lie: growing(of("token.update"), "stats.api", member("totalRequests", -1))},
		{Name: "own-counts/transactions-not-under-wallet", What: "transactions do not count under the wallet", Scenarios: []string{at + "each-scope-counts-its-calls"}, Lie: growing(of("wallet.transactions"), "stats.api", inScope("GET:oauth.openapi.com/wallet", -1))},
		{Name: "own-counts/details-not-under-tokens", What: "reading one token does not count under tokens", Scenarios: []string{at + "each-scope-counts-its-calls"}, Lie: growing(of("token.get"), "stats.api", inScope("GET:oauth.openapi.com/tokens", -1))},
		{Name: "own-counts/deletions-twice", What: "deletions count twice", Scenarios: []string{at + "each-scope-counts-its-calls"}, Lie: growing(of("token.delete"), "stats.api", inScope("DELETE:oauth.openapi.com/tokens", 1))},
		{Name: "own-counts/addresses-not-under-stats", What: "the list of addresses does not count under stats", Scenarios: []string{at + "each-scope-counts-its-calls"}, Lie: growing(of("stats.ips"), "stats.api", inScope("GET:oauth.openapi.com/stats", -1))},
		{Name: "own-counts/failures-are-no-errors", What: "failed calls are no errors in the total", Scenarios: []string{at + "failed-calls-are-errors"}, Lie: growing(failed, "stats.total", member("errorRequests", -1))},
		{Name: "own-counts/failures-are-no-requests", What: "failed calls are no requests of their scope", Scenarios: []string{at + "failed-calls-are-errors"}, Lie: growing(failed, "stats.api", inScope("GET:oauth.openapi.com/tokens", -1))},
		{Name: "own-counts/failures-twice-by-domain", What: "failed calls are two errors by domain", Scenarios: []string{at + "failed-calls-are-errors"}, Lie: growing(failed, "stats.apis", inDomain("errorRequests", 1))},
		{Name: "own-counts/strangers-count", What: "calls of strangers count as errors", Scenarios: []string{at + "strangers-count-for-nobody"}, Lie: growing(stranger, "stats.total", member("errorRequests", 1))},
		{Name: "own-counts/a-day-above-its-month", What: "a day has more requests than its month", Scenarios: []string{at + "periods-hold-one-another"}, Lie: only(func(d string) bool { return len(d) == 10 }, "totalRequests", 1000000)},
		{Name: "own-counts/a-year-below-its-month", What: "a year has fewer errors than its month", Scenarios: []string{at + "periods-hold-one-another"}, Lie: only(func(d string) bool { return len(d) == 4 }, "errorRequests", -1000000)},
		{Name: "own-counts/addresses-of-the-year-only", What: "this month's addresses are none", Scenarios: []string{at + "periods-hold-one-another"},
			Lie: on("stats.ips", func(x *Exchange) {
				if len(x.Query.Get("date")) == 7 {
					x.Answer.setItems(nil)
				}
			})},
		{Name: "own-counts/domains-are-more-than-the-whole", What: "the domains have a request more than the total", Scenarios: []string{at + "parts-make-the-whole"}, Lie: only(func(d string) bool { return d == "" }, "totalRequests", -1)},
		{Name: "own-counts/scopes-are-less-than-their-domain", What: "the scopes have an error less than their domain", Scenarios: []string{at + "parts-make-the-whole"}, Lie: onData("stats.api", func(p map[string]any) { plus(p, "errorRequests", 1) })},
		{Name: "own-counts/domains-are-miscounted", What: "totalApis is one too many", Scenarios: []string{at + "parts-make-the-whole"}, Lie: only(func(d string) bool { return d == "" }, "totalApis", 1)},
	}
}

// ownFailures are lies about the log of one's own failures, and about the wallet.
func ownFailures() []Mutant {
	const at = "v2/errors/own/"
	in := func(edit func(item map[string]any)) func() Lie {
		return onItems("error.list", func(items []any) []any { return each(edit)(items) })
	}
	when := func(scope string, edit func(item map[string]any)) func() Lie {
		return in(func(item map[string]any) {
			if item["scope"] == scope {
				edit(item)
			}
		})
	}
	return []Mutant{
		{Name: "own-log/newest-is-missing", What: "the newest failure is not listed yet", Scenarios: []string{at + "a-failure-is-the-newest-entry"},
			Lie: on("error.list", func(x *Exchange) {
				if x.Query.Get("limit") == "1" && x.Query.Get("skip") == "" {
					read(x, "GET", "/errors?limit=1&skip=1", nil)
				}
			})},
		{Name: "own-log/another-address", What: "entries have another address than the caller's", Scenarios: []string{at + "a-failure-is-the-newest-entry"}, Lie: in(set("ip", "192.0.2.99"))},
		{Name: "own-log/an-hour-late", What: "entries are an hour late", Scenarios: []string{at + "a-failure-is-the-newest-entry"}, Lie: in(func(item map[string]any) { shift(item, "errorAt", 3600) })},
		{Name: "own-log/changes-as-deletions", What: "a refused change is logged as a deletion", Scenarios: []string{at + "every-failure-of-tokens"}, Lie: when("PATCH:oauth.openapi.com/tokens", set("scope", "DELETE:oauth.openapi.com/tokens"))},
		{Name: "own-log/creations-without-message", What: "a refused POST is logged with another message", Scenarios: []string{at + "every-failure-of-tokens"}, Lie: when("POST:oauth.openapi.com/tokens", set("message", "Unprocessable Entity"))},
		{Name: "own-log/deletions-are-120", What: "a refused DELETE is logged with the number of GET", Scenarios: []string{at + "every-failure-of-tokens"}, Lie: when("DELETE:oauth.openapi.com/tokens", set("errorCode", 120))},
		{Name: "own-log/statistics-are-400", What: "a refused date is logged with 400", Scenarios: []string{at + "every-failure-of-the-rest"}, Lie: when("GET:oauth.openapi.com/stats", set("httpResponseCode", 400))},
		{Name: "own-log/callbacks-elsewhere", What: "a callback that is not found is logged for another domain", Scenarios: []string{at + "every-failure-of-the-rest"}, Lie: when("GET:oauth.openapi.com/callbacks", set("domain", "openapi.com"))},
		{Name: "own-log/query-errors-are-422", What: "a refused query is logged with 422", Scenarios: []string{at + "query-errors"},
			Lie: in(func(item map[string]any) {
				if item["message"] == "Query error" {
					item["httpResponseCode"] = 422
				}
			})},
		{Name: "own-log/ninety-nine-a-page", What: "without a limit a page of errors has 99", Scenarios: []string{at + "a-hundred-a-page"},
			Lie: on("error.list", func(x *Exchange) {
				if len(x.Query) == 0 {
					x.Answer.setItems(x.Answer.items()[:min(99, len(x.Answer.items()))])
				}
			})},
		{Name: "own-log/nothing-after-a-hundred", What: "beyond a hundred errors there are none", Scenarios: []string{at + "a-hundred-a-page"},
			Lie: on("error.list", func(x *Exchange) {
				if x.Query.Get("skip") == "100" {
					x.Answer.setItems(nil)
				}
			})},
		{Name: "own-log/filter-takes-the-last", What: "of two scopes the last filters the log", Scenarios: []string{at + "filtered"},
			Lie: queried("error.list", "/errors", func(q url.Values) bool {
				scopes := strings.Split(q.Get("scopes"), ",")
				q.Set("scopes", scopes[len(scopes)-1])
				return len(scopes) > 1
			})},
		{Name: "own-log/successes-are-logged", What: "a deletion is logged as an error", Scenarios: []string{at + "successes-are-not-logged"},
			Lie: func() Lie {
				deleted := false
				return func(x *Exchange) {
					deleted = deleted || x.Operation == "token.delete" && x.Answer.Status == 200
					if items := x.Answer.items(); x.Operation == "error.list" && deleted && len(items) > 0 {
						one := maps.Clone(asObject(items[0]))
						one["id"] = "69822d1d48be79971b04351a"
						x.Answer.setItems(append([]any{one}, items[:len(items)-1]...))
					}
				}
			}},
		{Name: "own-wallet/creations-cost", What: "making a token costs a cent", Scenarios: []string{"v2/wallet/own/calls-are-free"},
			Lie: func() Lie {
				made := false
				return func(x *Exchange) {
					made = made || x.Operation == "token.create" && x.Body != nil && asObject(x.Body)["ttl"] != nil
					if x.Operation == "wallet.get" && made {
						for _, p := range x.Answer.payloads() {
							change("credit", func(n json.Number) any { return decimal(n, "-0.01") })(p)
						}
					}
				}
			}},
		{Name: "own-wallet/transactions-lack-one", What: "the oldest transaction is not listed", Scenarios: []string{"v2/wallet/own/credit-is-the-sum"},
			Lie: on("wallet.transactions", func(x *Exchange) {
				if items := x.Answer.items(); len(items) > 0 && len(items) < 100 {
					x.Answer.setItems(items[:len(items)-1])
				}
			})},
		{Name: "own-wallet/reading-updates-it", What: "every reading of the wallet updates it", Scenarios: []string{"v2/wallet/own/twice"},
			Lie: func() Lie {
				n := 0
				return func(x *Exchange) {
					if x.Operation == "wallet.get" && x.Answer.Status == 200 {
						n++
						for _, p := range x.Answer.payloads() {
							shift(p, "updatedAt", n)
						}
					}
				}
			}},
	}
}
