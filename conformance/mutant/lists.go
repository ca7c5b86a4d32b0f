package mutant

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
)

// lists are lies about pages, order and filters.
func lists() []Mutant {
	query := func(operation, path string, edit func(q url.Values)) func() Lie {
		return on(operation, func(x *Exchange) {
			q := url.Values{}
			for name, values := range x.Query {
				q[name] = slices.Clone(values)
			}
			edit(q)
			if q.Encode() != x.Query.Encode() {
				x.Answer.JSON = x.Ask("GET", path+"?"+q.Encode(), nil).JSON
			}
		})
	}
	without := func(name string) func(url.Values) { return func(q url.Values) { q.Del(name) } }
	number := func(q url.Values, name string) int {
		n, _ := strconv.Atoi(q.Get(name))
		return n
	}
	reverse := func(items []any) []any { out := slices.Clone(items); slices.Reverse(out); return out }
	return []Mutant{
		{Name: "lists/skip-ignored", What: "GET /tokens ignores skip", Scenarios: []string{"v2/tokens/list/skip"}, Lie: query("token.list", "/tokens", without("skip"))},
		{Name: "lists/limit-ignored", What: "GET /tokens ignores limit", Scenarios: []string{"v2/tokens/list/limit"}, Lie: query("token.list", "/tokens", without("limit"))},
		{Name: "lists/limit-over-100", What: "a limit over 100 is honoured", Scenarios: []string{"v2/tokens/list/default-and-maximum"},
			Lie: on("token.list", func(x *Exchange) {
				if limit := number(x.Query, "limit"); limit > 100 && len(x.Answer.items()) == 100 {
					more := x.Ask("GET", "/tokens?skip="+strconv.Itoa(number(x.Query, "skip")+100), nil).items()
					x.Answer.setItems(append(x.Answer.items(), more[:min(len(more), limit-100)]...))
				}
			})},
		{Name: "lists/limit-is-one-less", What: "pages of /wallet/transactions are one entry short", Scenarios: []string{"v2/transactions/paging/pages-are-the-whole"},
			Lie: onItems("wallet.transactions", func(items []any) []any { return items[:max(0, len(items)-1)] })},
		{Name: "lists/doubled-between-pages", What: "each page of /errors begins with the last entry of the one before", Scenarios: []string{"v2/errors/paging/pages-are-the-whole"},
			Lie: query("error.list", "/errors", func(q url.Values) {
				if skip := number(q, "skip"); skip > 0 {
					q.Set("skip", strconv.Itoa(skip-1))
				}
			})},
		{Name: "lists/last-page-lost", What: "the last page of /callbacks is empty", Scenarios: []string{"v2/callbacks/paging/pages-are-the-whole"},
			Lie: on("callback.list", func(x *Exchange) {
				if limit := number(x.Query, "limit"); number(x.Query, "skip") > 0 && len(x.Answer.items()) < limit {
					x.Answer.setItems(nil)
				}
			})},
		{Name: "lists/limit-one-gives-two", What: "limit=1 of /subscriptions gives two", Scenarios: []string{"v2/subscriptions/paging/limit-one"},
			Lie: query("subscription.list", "/subscriptions", func(q url.Values) {
				if q.Get("limit") == "1" {
					q.Set("limit", "2")
				}
			})},
		{Name: "lists/newest-token-first", What: "tokens are listed newest first", Scenarios: []string{"v2/tokens/list/oldest-first"}, Lie: onItems("token.list", reverse)},
		{Name: "lists/oldest-error-first", What: "errors are listed oldest first", Scenarios: []string{"v2/errors/list/content"}, Lie: onItems("error.list", reverse)},
		{Name: "lists/oldest-transaction-first", What: "transactions are listed oldest first", Scenarios: []string{"v2/transactions/list/content"}, Lie: onItems("wallet.transactions", reverse)},
		{Name: "lists/oldest-callback-first", What: "callbacks are listed oldest first", Scenarios: []string{"v2/callbacks/list/content"}, Lie: onItems("callback.list", reverse)},
		{Name: "lists/filter-ignored", What: "/errors ignores the filter by scopes", Scenarios: []string{"v2/errors/filter/scopes"}, Lie: query("error.list", "/errors", without("scopes"))},
		{Name: "lists/filter-takes-one", What: "/callbacks filters by the first scope only", Scenarios: []string{"v2/callbacks/filter/scopes"},
			Lie: query("callback.list", "/callbacks", func(q url.Values) {
				if scopes := q.Get("scopes"); scopes != "" {
					q.Set("scopes", firstOf(scopes))
				}
			})},
		{Name: "lists/filter-finds-nothing", What: "/subscriptions finds nothing by scopes", Scenarios: []string{"v2/subscriptions/filter/scopes"},
			Lie: on("subscription.list", func(x *Exchange) {
				if x.Query.Get("scopes") != "" {
					x.Answer.setItems(nil)
				}
			})},
		{Name: "lists/one-is-missing", What: "the newest token is not listed", Scenarios: []string{"v2/tokens/list/created-tokens-are-listed"},
			Lie: onItems("token.list", func(items []any) []any { return items[:max(0, len(items)-1)] })},
		{Name: "lists/by-id-gives-another", What: "?id= of /tokens gives the first token of the list", Scenarios: []string{"v2/tokens/list/by-id"},
			Lie: on("token.list", func(x *Exchange) {
				if x.Query.Get("id") == "" {
					return
				}
				if all := x.Ask("GET", "/tokens", nil).items(); len(all) > 0 {
					x.Answer.body()["data"] = all[0]
				}
			})},
		{Name: "lists/pages-too-large", What: "pages of /errors hold one entry more than asked", Scenarios: []string{"v2/errors/paging/pages-are-the-whole"},
			Lie: query("error.list", "/errors", func(q url.Values) {
				if limit := number(q, "limit"); limit > 0 && limit < 100 {
					q.Set("limit", strconv.Itoa(limit+1))
				}
			})},
		{Name: "lists/never-ends", What: "beyond its end the list of transactions goes on with inventions", Scenarios: []string{"v2/transactions/paging/pages-are-the-whole"},
			Lie: on("wallet.transactions", func(x *Exchange) {
				limit, skip := number(x.Query, "limit"), number(x.Query, "skip")
				items := x.Answer.items()
				for i := len(items); limit > 0 && i < min(limit, 200); i++ {
					items = append(items, map[string]any{
						"id": fmt.Sprintf("txn_%024x", skip+i), "amount": 0, "createdAt": "2025-01-15T10:00:00+00:00", "description": "Wallet",
					})
				}
				x.Answer.setItems(items)
			})},
		{Name: "lists/beyond-the-end-begins-anew", What: "a skip beyond the end begins anew", Scenarios: []string{"v2/tokens/list/beyond-the-end"},
			Lie: on("token.list", func(x *Exchange) {
				if number(x.Query, "skip") > 0 && len(x.Answer.items()) == 0 {
					x.Answer.JSON = x.Ask("GET", "/tokens", nil).JSON
				}
			})},
	}
}

func firstOf(scopes string) string {
	for i := range len(scopes) {
		if scopes[i] == ',' {
			return scopes[:i]
		}
	}
	return scopes
}
