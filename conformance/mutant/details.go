package mutant

import (
	"encoding/json"
	"slices"
	"strings"
)

// details are the smallest lies: a second, a neighbour, a trailing space. Each is noticed by a
// single assertion.
func details() []Mutant {
	later := func(x *Exchange, member string) {
		for _, p := range x.Answer.payloads() {
			shift(p, member, 1)
		}
	}
	return []Mutant{
		{Name: "details/addresses-swapped", What: "a new token's allowed addresses come back in another order", Scenarios: []string{"v2/tokens/create/limits"},
			Lie: onData("token.create", change("limits", func(l map[string]any) any {
				if ips, ok := l["ip"].([]any); ok {
					ips = slices.Clone(ips)
					slices.Reverse(ips)
					l["ip"] = ips
				}
				return l
			}))},
		{Name: "details/null-is-a-second-more", What: "a member that is null makes the lifetime a second longer", Scenarios: []string{"v2/tokens/create/null-is-absent"},
			Lie: on("token.create", func(x *Exchange) {
				for _, value := range asObject(x.Body) {
					if value == nil {
						later(x, "expireAt")
						return
					}
				}
			})},
		{Name: "details/a-second-more", What: "a token lives a second longer than it should", Scenarios: []string{"v2/tokens/create/times"},
			Lie: on("token.create", func(x *Exchange) { later(x, "expireAt") })},
		{Name: "details/wildcard-narrowed", What: "a token for everything is shown as one for the provider's hosts", Scenarios: []string{"v2/tokens/create/wildcards"},
			Lie: onData("token.create", change("scopes", func(s []any) any {
				out := slices.Clone(s)
				for i := range out {
					if out[i] == "*:*/*" {
						out[i] = "*:*.openapi.com/*"
					}
				}
				return out
			}))},
		{Name: "details/widest-read-narrower", What: "reading a token shows GET where it was given every method", Scenarios: []string{"v2/tokens/create/wildcards"},
			Lie: onData("token.get", change("scopes", func(s []any) any {
				out := slices.Clone(s)
				for i := range out {
					if text, _ := out[i].(string); strings.HasPrefix(text, "*:") {
						out[i] = "GET:" + text[2:]
					}
				}
				return out
			}))},
		{Name: "details/refused-update-touches", What: "a refused update makes the token look updated a second later", Scenarios: []string{"v2/tokens/update/invalid-scopes-format"},
			Lie: func() Lie {
				refused := map[string]bool{}
				return func(x *Exchange) {
					refused[x.ID] = refused[x.ID] || x.Operation == "token.update" && x.Answer.Status == 422
					if x.Operation == "token.get" && refused[x.ID] {
						later(x, "updatedAt")
					}
				}
			}},
		{Name: "details/limits-null-extends", What: "removing the limits makes the lifetime a second longer", Scenarios: []string{"v2/tokens/update/null"},
			Lie: on("token.update", func(x *Exchange) {
				if limits, named := asObject(x.Body)["limits"]; named && limits == nil {
					later(x, "expireAt")
				}
			})},
		{Name: "details/ttl-touches-name", What: "a change of the ttl adds a space to the name", Scenarios: []string{"v2/tokens/update/ttl"},
			Lie: func() Lie {
				changed := map[string]bool{}
				return func(x *Exchange) {
					_, named := asObject(x.Body)["ttl"]
					changed[x.ID] = changed[x.ID] || named && x.Operation == "token.update"
					if changed[x.ID] && x.Answer.Status == 200 {
						for _, p := range x.Answer.payloads() {
							p["name"] = text(p, "name") + " "
						}
					}
				}
			}},
		{Name: "details/one-token-is-on-no-page", What: "the sixth token stands on no page", Scenarios: []string{"v2/tokens/list/pages-equal-the-whole"},
			Lie: func() Lie {
				var sixth string
				made := 0
				return func(x *Exchange) {
					if x.Operation == "token.create" && x.Answer.Status == 200 {
						if made++; made == 6 {
							sixth = text(x.Answer.payload(), "token")
						}
					}
					if x.Operation == "token.list" {
						x.Answer.setItems(slices.DeleteFunc(slices.Clone(x.Answer.items()), func(item any) bool {
							return sixth != "" && text(asObject(item), "token") == sixth
						}))
					}
				}
			}},
		{Name: "details/neighbours-expiry", What: "in the list a token in the middle expires a second late", Scenarios: []string{"v2/tokens/list/every-item-is-whole"},
			Lie: onItems("token.list", func(items []any) []any {
				if len(items) > 2 {
					shift(asObject(items[1]), "expireAt", 1)
				}
				return items
			})},
		{Name: "details/another-address", What: "the statistics of an API name another caller", Scenarios: []string{"v2/stats/traffic/own-calls"},
			Lie: onData("stats.api", change("ip", func(list []any) any {
				out := slices.Clone(list)
				if len(out) > 0 {
					out[0] = "198.51.100.99"
				}
				return out
			}))},
		{Name: "details/one-amount", What: "on small pages the first amount is 1/10000 more", Scenarios: []string{"v2/wallet/credit/sum-of-transactions"},
			Lie: on("wallet.transactions", func(x *Exchange) {
				if items := x.Answer.items(); x.Query.Get("limit") != "" && len(items) > 0 {
					change("amount", func(n json.Number) any { return decimal(n, "0.0001") })(asObject(items[0]))
				}
			})},
		{Name: "details/case-does-not-matter", What: "PATCH reads Name like name", Scenarios: []string{"v2/tokens/update/members-are-told-apart-by-case"},
			Lie: on("token.update", func(x *Exchange) {
				if name, named := asObject(x.Body)["Name"]; named {
					for _, p := range x.Answer.payloads() {
						p["name"] = name
					}
				}
			})},
		{Name: "details/sandbox-subscriptions", What: "a sandbox lists subscriptions without test.", Scenarios: []string{"v2/subscriptions/sandbox/names"},
			Lie: onItems("subscription.list", each(change("scope", func(s string) any { return strings.Replace(s, ":test.", ":", 1) })))},
		{Name: "details/key-in-query", What: "the API key in the query lets a caller in", Scenarios: []string{"v2/authentication/credentials-are-not-for-the-query"},
			Lie: onRefusal("wallet.get", "140", func(x *Exchange) {
				if len(x.Query.Get("apiKey")) >= 32 {
					x.Answer.Status = 200
					x.Answer.JSON = map[string]any{"success": true, "message": "", "error": nil, "data": map[string]any{
						"credit": 0, "createdAt": "2025-01-15T10:00:00+00:00", "updatedAt": "2025-01-15T10:00:00+00:00",
					}}
				}
			})},
	}
}
