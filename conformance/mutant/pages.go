package mutant

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
)

// pages are lies that only lists longer than a page show.
func pages() []Mutant {
	const hundred = 100
	number := func(q url.Values, name string) int {
		n, _ := strconv.Atoi(q.Get(name))
		return n
	}
	// again asks for the same list with other parameters, and gives that answer.
	again := func(x *Exchange, path string, edit func(q url.Values)) {
		q := maps.Clone(x.Query)
		edit(q)
		x.Answer.JSON = x.Ask("GET", path+"?"+q.Encode(), nil).JSON
	}
	// whole is all that is in a list from an entry on.
	whole := func(x *Exchange, path string, skip int) []any {
		var all []any
		for {
			q := url.Values{"limit": {"100"}, "skip": {strconv.Itoa(skip + len(all))}}
			if x.Query.Has("scopes") {
				q["scopes"] = x.Query["scopes"]
			}
			page := x.Ask("GET", path+"?"+q.Encode(), nil).items()
			if all = append(all, page...); len(page) < hundred {
				return all
			}
		}
	}
	// ofTheNewest leaves of a filtered list what is among the first hundred of the whole, and then
	// cuts the page.
	ofTheNewest := func(x *Exchange, path string) {
		if !x.Query.Has("scopes") {
			return
		}
		newest := map[any]bool{}
		for _, item := range x.Ask("GET", path, nil).items() {
			newest[idOf(item)] = true
		}
		limit := number(x.Query, "limit")
		if limit <= 0 || limit > hundred {
			limit = hundred
		}
		some := slices.DeleteFunc(whole(x, path, 0), func(item any) bool { return !newest[idOf(item)] })
		some = some[min(len(some), max(0, number(x.Query, "skip"))):]
		x.Answer.setItems(some[:min(len(some), limit)])
	}
	return []Mutant{
		{Name: "pages/callbacks-without-default", What: "without a limit /callbacks gives all", Scenarios: []string{"v2/pages/callbacks/a-hundred-at-a-time"},
			Lie: on("callback.list", func(x *Exchange) {
				if !x.Query.Has("limit") && !x.Query.Has("id") && len(x.Answer.items()) == hundred {
					x.Answer.setItems(whole(x, "/callbacks", number(x.Query, "skip")))
				}
			})},
		{Name: "pages/callbacks-default-of-fifty", What: "without a limit /callbacks gives 50", Scenarios: []string{"v2/pages/callbacks/a-hundred-at-a-time"},
			Lie: on("callback.list", func(x *Exchange) {
				if items := x.Answer.items(); !x.Query.Has("limit") && len(items) > 50 {
					x.Answer.setItems(items[:50])
				}
			})},
		{Name: "pages/callbacks-zero-is-all", What: "limit=0 of /callbacks gives all", Scenarios: []string{"v2/pages/callbacks/a-hundred-at-a-time"},
			Lie: on("callback.list", func(x *Exchange) {
				if x.Query.Get("limit") == "0" && len(x.Answer.items()) == hundred {
					x.Answer.setItems(whole(x, "/callbacks", number(x.Query, "skip")))
				}
			})},
		{Name: "pages/subscriptions-not-clamped", What: "a limit over 100 of /subscriptions is honoured", Scenarios: []string{"v2/pages/subscriptions/a-hundred-at-a-time"},
			Lie: on("subscription.list", func(x *Exchange) {
				if limit := number(x.Query, "limit"); limit > hundred && len(x.Answer.items()) == hundred {
					all := whole(x, "/subscriptions", number(x.Query, "skip"))
					x.Answer.setItems(all[:min(limit, len(all))])
				}
			})},
		{Name: "pages/subscriptions-without-default", What: "without a limit /subscriptions gives all", Scenarios: []string{"v2/pages/subscriptions/a-hundred-at-a-time"},
			Lie: on("subscription.list", func(x *Exchange) {
				if !x.Query.Has("limit") && !x.Query.Has("id") && len(x.Answer.items()) == hundred {
					x.Answer.setItems(whole(x, "/subscriptions", number(x.Query, "skip")))
				}
			})},
		{Name: "pages/tokens-clamped-only-at-the-start", What: "a limit over 100 of /tokens is honoured where something is skipped", Scenarios: []string{"v2/pages/tokens/a-hundred-at-a-time"},
			Lie: on("token.list", func(x *Exchange) {
				if skip, limit := number(x.Query, "skip"), number(x.Query, "limit"); skip > 0 && limit > hundred && len(x.Answer.items()) == hundred {
					all := whole(x, "/tokens", skip)
					x.Answer.setItems(all[:min(limit, len(all))])
				}
			})},
		{Name: "pages/subscriptions-skip-is-clamped", What: "/subscriptions skips 100 at most", Scenarios: []string{"v2/pages/subscriptions/anywhere-in-the-list"},
			Lie: on("subscription.list", func(x *Exchange) {
				if skip := number(x.Query, "skip"); skip > hundred && len(x.Answer.items()) > 0 {
					again(x, "/subscriptions", func(q url.Values) { q.Set("skip", "100") })
				}
			})},
		{Name: "pages/callbacks-cut-at-page-ends", What: "a page of /callbacks ends where a hundred are full", Scenarios: []string{"v2/pages/callbacks/anywhere-in-the-list"},
			Lie: on("callback.list", func(x *Exchange) {
				if left := hundred - number(x.Query, "skip")%hundred; len(x.Answer.items()) > left {
					x.Answer.setItems(x.Answer.items()[:left])
				}
			})},
		{Name: "pages/errors-last-page-is-filled", What: "the last page of many errors is filled up from the page before", Scenarios: []string{"v2/pages/errors/anywhere-in-the-list"},
			Lie: on("error.list", func(x *Exchange) {
				items, skip := x.Answer.items(), number(x.Query, "skip")
				if missing := hundred - len(items); skip >= 2*hundred && len(items) > 0 && missing > 0 && !x.Query.Has("scopes") {
					again(x, "/errors", func(q url.Values) { q.Set("skip", strconv.Itoa(skip-missing)) })
				}
			})},
		{Name: "pages/transactions-end-at-two-hundred", What: "/wallet/transactions knows 200 entries at most", Scenarios: []string{"v2/pages/transactions/anywhere-in-the-list"},
			Lie: on("wallet.transactions", func(x *Exchange) {
				items, skip := x.Answer.items(), number(x.Query, "skip")
				if left := max(0, 2*hundred-skip); skip < 10*hundred && len(items) > left {
					x.Answer.setItems(items[:left])
				}
			})},
		{Name: "pages/callbacks-filtered-after-the-cut", What: "/callbacks filters the newest hundred by scopes, instead of the list", Scenarios: []string{"v2/pages/callbacks/filtered-before-they-are-cut"},
			Lie: on("callback.list", func(x *Exchange) { ofTheNewest(x, "/callbacks") })},
		{Name: "pages/errors-filtered-after-the-cut", What: "/errors filters the newest hundred by scopes, instead of the list", Scenarios: []string{"v2/pages/errors/filtered-before-they-are-cut"},
			Lie: on("error.list", func(x *Exchange) { ofTheNewest(x, "/errors") })},
	}
}

// idOf is the id of an entry of a list.
func idOf(item any) any {
	object, _ := item.(map[string]any)
	return object["id"]
}
