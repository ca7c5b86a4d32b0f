package mutant

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

func outsiderLists() []Mutant {
	pages := func(operation string, is func(x *Exchange) bool, edit func(items []any) []any) func() Lie {
		return on(operation, func(x *Exchange) {
			if is(x) {
				x.Answer.setItems(edit(x.Answer.items()))
			}
		})
	}
	skips := func(x *Exchange) bool { return x.Query.Get("skip") != "" && x.Query.Get("skip") != "0" }
	filtered := func(operation, path string) func() Lie {
		return on(operation, func(x *Exchange) {
			if q := x.Query; q.Has("scopes") && skips(x) {
				q.Del("skip")
				read(x, "GET", path+"?"+q.Encode(), nil)
			}
		})
	}
	firstDifferent := func(name string) func(items []any) []any {
		return func(items []any) []any {
			for i := range items {
				if i > 0 {
					asObject(items[i])[name] = asObject(items[0])[name]
				}
			}
			return items
		}
	}
	escaped := func(operation string) func() Lie {
		return on(operation, func(x *Exchange) {
			if strings.Contains(strings.ToUpper(x.RawQuery), "%2C") {
				x.Answer.setItems(nil)
			}
		})
	}
	return []Mutant{
		{Name: "outsider/a-hundred-transactions-are-99", What: "limit=100 of /wallet/transactions gives 99", Scenarios: []string{"v2/pages/transactions/a-hundred-at-a-time"},
			Lie: pages("wallet.transactions", func(x *Exchange) bool { return x.Query.Get("limit") == "100" }, func(items []any) []any { return items[:min(99, len(items))] })},
		{Name: "outsider/skip-alone-is-ten", What: "where skip stands without limit a page of tokens has ten", Scenarios: []string{"v2/pages/tokens/anywhere-in-the-list"},
			Lie: pages("token.list", func(x *Exchange) bool { return skips(x) && !x.Query.Has("limit") }, func(items []any) []any { return items[:min(10, len(items))] })},
		{Name: "outsider/errors-filtered-not-skipped", What: "of filtered errors none is skipped", Scenarios: []string{"v2/errors/own/filtered"}, Lie: filtered("error.list", "/errors")},
		{Name: "outsider/callbacks-filtered-not-skipped", What: "of filtered callbacks none is skipped", Scenarios: []string{"v2/callbacks/filter/scopes"}, Lie: filtered("callback.list", "/callbacks")},
		{Name: "outsider/subscriptions-filtered-not-skipped", What: "of filtered subscriptions none is skipped", Scenarios: []string{"v2/subscriptions/filters/of-any-account"}, Lie: filtered("subscription.list", "/subscriptions")},
		{Name: "outsider/callbacks-escaped-comma", What: "an escaped comma divides no scopes of /callbacks", Scenarios: []string{"v2/callbacks/filters/of-any-account"}, Lie: escaped("callback.list")},
		{Name: "outsider/subscriptions-escaped-comma", What: "an escaped comma divides no scopes of /subscriptions", Scenarios: []string{"v2/subscriptions/filters/of-any-account"}, Lie: escaped("subscription.list")},
		{Name: "outsider/errors-of-one-moment", What: "all errors of a second page happened at once", Scenarios: []string{"v2/errors/paging/pages-are-the-whole"}, Lie: pages("error.list", skips, firstDifferent("errorAt"))},
		{Name: "outsider/later-amounts-are-positive", What: "after the first page no transaction is negative", Scenarios: []string{"v2/pages/transactions/anywhere-in-the-list"},
			Lie: pages("wallet.transactions", skips, each(change("amount", func(n json.Number) any { return json.Number(strings.TrimPrefix(n.String(), "-")) })))},
		{Name: "outsider/later-tokens-lack-limits", What: "after the first page tokens have no limits", Scenarios: []string{"v2/pages/tokens/anywhere-in-the-list"}, Lie: pages("token.list", skips, each(set("limits", map[string]any{})))},
		{Name: "outsider/errors-have-new-ids", What: "every reading gives errors new ids", Scenarios: []string{"v2/errors/own/a-failure-is-the-newest-entry"},
			Lie: func() Lie {
				n := 0
				return onItems("error.list", func(items []any) []any {
					n++
					for i := range items {
						asObject(items[i])["id"] = fmt.Sprintf("69822d1d%08x%08x", n, i)
					}
					return items
				})()
			}},
		{Name: "outsider/transactions-have-new-ids", What: "every second reading gives transactions new ids", Scenarios: []string{"v2/details/transactions/agree-with-themselves"},
			Lie: func() Lie {
				n := 0
				return onItems("wallet.transactions", func(items []any) []any {
					if n++; n%2 == 0 {
						each(change("id", func(id string) any { return id[:len(id)-1] + "f" }))(items)
					}
					return items
				})()
			}},
		{Name: "outsider/messages-are-short", What: "the log cuts messages at 20 letters", Scenarios: []string{"v2/errors/own/every-failure-of-tokens"}, Lie: onItems("error.list", each(change("message", func(m string) any { return m[:min(20, len(m))] })))},
		{Name: "outsider/addresses-are-masked", What: "the log hides the end of addresses", Scenarios: []string{"v2/errors/own/a-failure-is-the-newest-entry"},
			Lie: onItems("error.list", each(change("ip", func(ip string) any {
				if i := strings.LastIndexByte(ip, '.'); i > 0 {
					return ip[:i] + ".0"
				}
				return ip
			})))},
		{Name: "outsider/the-filter-sees-all-accounts", What: "with a filter the log is that of all accounts", Scenarios: []string{"v2/isolation/filtered-lists"},
			Lie: func() Lie {
				known := map[string][]any{}
				return func(x *Exchange) {
					if x.Operation != "error.list" || x.Answer.Status != http.StatusOK {
						return
					}
					for caller, items := range known {
						for _, item := range items {
							if caller != x.Caller && x.Query.Get("scopes") == text(asObject(item), "scope") && x.Query.Get("skip") == "" && len(x.Answer.items()) < 5 {
								x.Answer.setItems(append(x.Answer.items(), item))
							}
						}
					}
					known[x.Caller] = x.Answer.items()
				}
			}},
	}
}

func outsiderDetails() []Mutant {
	subscriptions := func(edit func(map[string]any)) func() Lie {
		return always(func(x *Exchange) {
			if strings.HasPrefix(x.Operation, "subscription.") && x.Answer.Status == http.StatusOK {
				for _, data := range x.Answer.payloads() {
					edit(data)
				}
				each(edit)(x.Answer.items())
			}
		})
	}
	return []Mutant{
		{Name: "outsider/thousands-have-a-comma", What: "counts of subscriptions from 1000 on are written with a comma", Scenarios: []string{"v2/any-account/envelope/every-reading"},
			Lie: subscriptions(func(data map[string]any) {
				for _, name := range []string{"totalRequests", "availableRequests"} {
					change(name, func(n string) any {
						if len(n) > 3 {
							return n[:len(n)-3] + "," + n[len(n)-3:]
						}
						return n
					})(data)
				}
			})},
		{Name: "outsider/pending-callbacks-lack-a-member", What: "the list leaves completedAt out where it is null", Scenarios: []string{"v2/any-account/envelope/every-reading"},
			Lie: onItems("callback.list", each(func(data map[string]any) {
				if data["completedAt"] == nil {
					delete(data, "completedAt")
				}
			}))},
		{Name: "outsider/one-more-enabled", What: "the first scope that is not enabled is shown as if it were", Scenarios: []string{"v2/scopes/detail/all-agree-with-list"},
			Lie: onItems("scope.list", func(items []any) []any {
				for _, item := range items {
					if asObject(item)["enabled"] == false {
						asObject(item)["enabled"] = true
						break
					}
				}
				return items
			})},
		{Name: "outsider/prices-in-cents", What: "prices are rounded to cents", Scenarios: []string{"v2/scopes/detail/all-agree-with-list"},
			Lie: onData("scope.get", func(data map[string]any) {
				prices := asObject(data["prices"])
				for name, value := range prices {
					if n, ok := value.(json.Number); ok {
						prices[name] = json.Number(rounded(n, 2))
					}
				}
			})},
		{Name: "outsider/requirements-are-met", What: "all requirements of a scope are met", Scenarios: []string{"v2/scopes/detail/example-of-the-document"},
			Lie: onData("scope.get", func(data map[string]any) {
				for name := range asObject(data["requirements"]) {
					asObject(data["requirements"])[name] = true
				}
			})},
		{Name: "outsider/posts-are-written-small", What: "the list shows the method post in lower case", Scenarios: []string{"v2/any-account/envelope/every-reading"},
			Lie: onItems("scope.list", each(change("method", func(m string) any { return strings.Replace(m, "POST", "post", 1) })))},
		{Name: "outsider/a-month-is-a-day", What: "the free requests of a month are those of a day", Scenarios: []string{"v2/scopes/detail/example-of-the-document"},
			Lie: onData("scope.get", func(data map[string]any) {
				if limits := asObject(data["freeLimits"]); limits["dayLimit"] != nil {
					limits["monthLimit"] = limits["dayLimit"]
				}
			})},
		{Name: "outsider/the-wallet-is-new", What: "the wallet was created when it was updated", Scenarios: []string{"v2/wallet/own/credit-is-the-sum"}, Lie: onData("wallet.get", func(data map[string]any) { data["createdAt"] = data["updatedAt"] })},
		{Name: "outsider/the-second-credit", What: "every second reading of the wallet shows the credit in thousandths", Scenarios: []string{"v2/wallet/own/twice"},
			Lie: func() Lie {
				n := 0
				return on("wallet.get", func(x *Exchange) {
					if n++; n%2 == 0 {
						for _, data := range x.Answer.payloads() {
							change("credit", func(c json.Number) any { return json.Number(rounded(c, 0)) })(data)
						}
					}
				})()
			}},
	}
}

func outsiderStatistics() []Mutant {
	undated := func(operation string, path func(x *Exchange) string) func() Lie {
		return on(operation, func(x *Exchange) {
			if x.Query.Get("date") != "" {
				read(x, "GET", path(x), nil)
			}
		})
	}
	return []Mutant{
		{Name: "outsider/a-month-is-its-year", What: "a month has the numbers of its year", Scenarios: []string{"v2/stats/dates/periods"},
			Lie: queried("stats.total", "/stats", func(q url.Values) bool {
				year, month, _ := strings.Cut(q.Get("date"), "-")
				q.Set("date", year)
				return len(year) == 4 && len(month) == 2
			})},
		{Name: "outsider/today-is-empty", What: "today has no calls yet", Scenarios: []string{"v2/stats/own/of-today"},
			Lie: on("stats.total", func(x *Exchange) {
				if date := x.Query.Get("date"); len(date) == 10 && date == time.Now().UTC().Format("2006-01-02") {
					read(x, "GET", "/stats?date=1999-01-01", nil)
				}
			})},
		{Name: "outsider/addresses-of-all-time", What: "the date of /stats/ips is ignored", Scenarios: []string{"v2/stats/dates/periods"}, Lie: undated("stats.ips", func(*Exchange) string { return "/stats/ips" })},
		{Name: "outsider/domains-of-all-time", What: "the date of /stats/apis is ignored", Scenarios: []string{"v2/stats/dates/periods"}, Lie: undated("stats.apis", func(*Exchange) string { return "/stats/apis" })},
		{Name: "outsider/a-domain-of-all-time", What: "the date of /stats/apis/{domain} is ignored", Scenarios: []string{"v2/stats/dates/periods"}, Lie: undated("stats.api", func(x *Exchange) string { return "/stats/apis/" + x.ID })},
		{Name: "outsider/scopes-without-callers", What: "scopes of a domain have no addresses", Scenarios: []string{"v2/stats/sums/parts-make-the-whole"},
			Lie: onData("stats.api", func(data map[string]any) {
				for _, one := range asObject(data["scopes"]) {
					set("ip", []any{})(asObject(one))
				}
			})},
		{Name: "outsider/spent-is-negative", What: "amounts of statistics are negative", Scenarios: []string{"v2/any-account/envelope/every-reading"},
			Lie: onData("stats.total", change("walletAmount", func(n json.Number) any {
				if n == "0" {
					return n
				}
				return json.Number("-" + n.String())
			}))},
		{Name: "outsider/a-tenth-of-the-calls", What: "every tenth call is not counted in the total", Scenarios: []string{"v2/errors/log/every-operation-that-can-fail"},
			Lie: onData("stats.total", change("totalRequests", func(n json.Number) any {
				i, _ := strconv.Atoi(n.String())
				return json.Number(strconv.Itoa(i - i/10))
			}))},
	}
}
