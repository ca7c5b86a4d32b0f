package mutant

import "encoding/json"

// statistics are lies about what was used.
func statistics() []Mutant {
	return []Mutant{
		{Name: "statistics/count-this-call", What: "/stats counts the call that asks", Scenarios: []string{"v2/stats/traffic/own-calls", "v2/stats/traffic/none"},
			Lie: onData("stats.total", func(s map[string]any) { plusOne(s, "totalRequests") })},
		{Name: "statistics/errors-not-counted", What: "failed calls are not counted as such", Scenarios: []string{"v2/stats/traffic/own-calls"},
			Lie: onData("stats.total", set("errorRequests", json.Number("0")))},
		{Name: "statistics/one-api-less", What: "totalApis is one less than /stats/apis lists", Scenarios: []string{"v2/stats/sums/parts-make-the-whole"},
			Lie: onData("stats.total", func(s map[string]any) { plus(s, "totalApis", -1) })},
		{Name: "statistics/one-ip-more", What: "totalIps is one more than /stats/ips lists", Scenarios: []string{"v2/stats/sums/parts-make-the-whole"},
			Lie: onData("stats.total", func(s map[string]any) { plusOne(s, "totalIps") })},
		{Name: "statistics/ip-lost", What: "/stats/ips forgets an address", Scenarios: []string{"v2/stats/sums/parts-make-the-whole"},
			Lie: onItems("stats.ips", func(items []any) []any { return items[min(1, len(items)):] })},
		{Name: "statistics/ips-as-objects", What: "/stats/ips lists objects", Scenarios: []string{"v2/stats/ips/members"},
			Lie: onItems("stats.ips", func(items []any) []any {
				for i, ip := range items {
					items[i] = map[string]any{"ip": ip}
				}
				return items
			})},
		{Name: "statistics/domain-lost", What: "/stats/apis forgets a domain", Scenarios: []string{"v2/stats/sums/parts-make-the-whole"},
			Lie: onData("stats.apis", func(apis map[string]any) {
				for _, domain := range []string{"company.openapi.com", "sms.openapi.com"} {
					delete(apis, domain)
				}
			})},
		{Name: "statistics/requests-of-a-domain", What: "/stats/apis has one request too many for a domain", Scenarios: []string{"v2/stats/traffic/own-calls"},
			Lie: onData("stats.apis", func(apis map[string]any) {
				for _, api := range apis {
					plusOne(asObject(api), "totalRequests")
				}
			})},
		{Name: "statistics/scopes-not-counted", What: "totalScopes of a domain is zero", Scenarios: []string{"v2/stats/sums/parts-make-the-whole"},
			Lie: onData("stats.api", set("totalScopes", json.Number("0")))},
		{Name: "statistics/scope-lost", What: "a domain's statistics forget a scope", Scenarios: []string{"v2/stats/traffic/own-calls"},
			Lie: onData("stats.api", change("scopes", func(s map[string]any) any { delete(s, "GET:oauth.openapi.com/wallet"); return s }))},
		{Name: "statistics/amount-differs", What: "walletAmount is a cent more than its parts", Scenarios: []string{"v2/stats/sums/amounts", "v2/stats/sums/parts-make-the-whole"},
			Lie: onData("stats.total", change("walletAmount", func(n json.Number) any { return decimal(n, "0.01") }))},
		{Name: "statistics/of-all-time", What: "/stats ignores its date", Scenarios: []string{"v2/stats/dates/periods"},
			Lie: on("stats.total", func(x *Exchange) {
				if x.Query.Get("date") != "" {
					x.Answer.JSON = x.Ask("GET", "/stats", nil).JSON
				}
			})},
		{Name: "statistics/unknown-domain-is-404", What: "a domain that was never called is answered 404", Scenarios: []string{"v2/stats/api/unknown-domain"},
			Lie: on("stats.api", func(x *Exchange) {
				if n, _ := x.Answer.payload()["totalRequests"].(json.Number); n == "0" {
					x.Answer.Status, x.Answer.JSON = 404, map[string]any{"success": false, "message": "Not Found", "error": 404, "data": nil}
				}
			})},
	}
}
