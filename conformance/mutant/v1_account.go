package mutant

import (
	"encoding/json"
	"net/http"
	"strings"
)

// v1Account are lies about scopes, credit and other accounts.
func v1Account() []Mutant {
	scopes := func(name, what, where string, edit func([]any) []any) Mutant {
		return Mutant{Name: "v1/scopes-" + name, What: what, Scenarios: strings.Split(where, " "), Lie: onItems("v1.scope.list", edit)}
	}
	all := append(v1Envelope("v1.scope.list", "v1/scopes/list"), v1Envelope("v1.credit.get", "v1/credit/shape")...)
	return append(all,
		scopes("objects", "scopes are objects, as in v2", "v1/scopes/list v1/scopes/tolerance", func(all []any) []any {
			for i := range all {
				all[i] = map[string]any{"scope": all[i]}
			}
			return all
		}),
		scopes("twice", "the first scope is listed twice", "v1/scopes/form", func(all []any) []any { return append(all, all[0]) }),
		scopes("bare", "a scope without a method is listed", "v1/scopes/form", func(all []any) []any { return append(all, any("company.openapi.com/IT-start")) }),
		Mutant{Name: "v1/scopes-limit-refused", What: "a limit is refused", Scenarios: []string{"v1/scopes/tolerance"}, Lie: on("v1.scope.list", func(x *Exchange) {
			if x.Query.Has("limit") {
				refuseInV1(x, 400, "400", "Malformed JSON body")
			}
		})},
		Mutant{Name: "v1/credit-as-text", What: "the credit is a list", Scenarios: []string{"v1/credit/shape"}, Lie: on("v1.credit.get", func(x *Exchange) { x.Answer.body()["data"] = []any{} })},
		Mutant{Name: "v1/credit-off", What: "the credit is a cent more", Scenarios: []string{"v1/credit/amount", "migration/wallet/one-credit"},
			Lie: onData("v1.credit.get", change("credit", func(n json.Number) any { return decimal(n, "0.01") }))},
		Mutant{Name: "v1/credit-of-everybody", What: "the credit of the first reading stays", Scenarios: []string{"v1/credit/amount"}, Lie: func() Lie {
			var first any
			return func(x *Exchange) {
				if x.Operation == "v1.credit.get" && x.Answer.Status == http.StatusOK {
					if first == nil {
						first = x.Answer.payload()["credit"]
					}
					x.Answer.payload()["credit"] = first
				}
			}
		}},
		Mutant{Name: "v1/others-see-it", What: "another account reads a token", Scenarios: []string{"v1/account/isolation"}, Lie: always(func(x *Exchange) {
			if x.Operation == "v1.token.get" && x.Answer.Status == http.StatusNoContent {
				inV1(x, []any{map[string]any{"token": x.ID, "scopes": []any{"GET:a.b/c"}, "expire": json.Number("1928651400")}})
			}
		})},
		Mutant{Name: "v1/others-may-change-it", What: "what another account may not do is done", Scenarios: []string{"v1/account/isolation"}, Lie: always(func(x *Exchange) {
			if x.Surface == "v1" && x.Answer.Status == http.StatusNotFound {
				inV1(x, []any{map[string]any{"token": x.ID, "scopes": []any{"GET:a.b/c"}, "expire": json.Number("1928651400")}})
			}
		})},
		Mutant{Name: "v1/own-tokens-refused", What: "after a refusal the owner of a token is refused too", Scenarios: []string{"v1/account/isolation"}, Lie: always(func(x *Exchange) {
			switch x.Operation {
			case "v1.token.replace", "v1.token.update", "v1.token.delete":
				if x.Answer.Status == http.StatusOK {
					refuseInV1(x, 404, map[string]string{"v1.token.replace": "170", "v1.token.update": "290", "v1.token.delete": "150"}[x.Operation], "Missing Token")
				}
			}
		})},
	)
}

// v1Counters are lies about what was called.
func v1Counters() []Mutant {
	var all []Mutant
	for _, period := range []string{"total", "day", "month", "year"} {
		operation := "v1.counters." + period
		all = append(all, v1Envelope(operation, "v1/counters/shape")...)
		edit := func(name, what, where string, change func(scope string, counter map[string]any)) {
			all = append(all, Mutant{Name: "v1/counters-" + period + "-" + name, What: operation + " " + what, Scenarios: strings.Split(where, " "),
				Lie: onData(operation, func(data map[string]any) {
					for scope, counter := range data {
						if c := asObject(counter); c != nil {
							change(scope, c)
						}
					}
				})})
		}
		edit("one-more", "counts one call too many", "v1/counters/periods v1/counters/free-and-billed migration/wallet/paid-with-a-token-of-v1", func(_ string, c map[string]any) { plusOne(c, "counter") })
		edit("one-more-paid", "counts one paid call too many", "v1/counters/periods v1/counters/free-and-billed migration/wallet/paid-with-a-token-of-v1", func(_ string, c map[string]any) { plusOne(c, "paid") })
		all = append(all, Mutant{Name: "v1/counters-" + period + "-of-all-time", What: operation + " counts what was called at any time", Scenarios: []string{"v1/counters/periods"},
			Lie: on(operation, func(x *Exchange) {
				if period != "total" {
					*x.Answer = *x.Ask("GET", "/counters/total", nil)
				} else {
					x.Answer.body()["data"] = map[string]any{}
				}
			})})
		if period == "total" {
			continue
		}
		all = append(all, Mutant{Name: "v1/counters-" + period + "-any-form", What: operation + " takes a date of any form", Scenarios: []string{"v1/counters/date-of-a-" + period},
			Lie: onRefusal(operation, "610", func(x *Exchange) { inV1(x, map[string]any{}) })})
	}
	members := func(name, what string, edit func(map[string]any)) Mutant {
		return Mutant{Name: "v1/counters-" + name, What: what, Scenarios: []string{"v1/counters/members"}, Lie: onData("v1.counters.total", func(data map[string]any) {
			for _, counter := range data {
				edit(asObject(counter))
			}
		})}
	}
	return append(all,
		members("counter-as-text", "counters are texts", change("counter", func(n json.Number) any { return n.String() })),
		members("paid-as-text", "paid is a text", change("paid", func(n json.Number) any { return n.String() })),
		members("more-paid-than-called", "more is paid than called", func(c map[string]any) { c["paid"] = decimal(c["counter"].(json.Number), "1") }),
		Mutant{Name: "v1/counters-empty", What: "nothing was ever called", Scenarios: []string{"v1/counters/members"}, Lie: on("v1.counters.total", func(x *Exchange) { x.Answer.body()["data"] = map[string]any{} })},
	)
}
