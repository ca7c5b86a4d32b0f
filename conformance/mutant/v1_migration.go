package mutant

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// migrations are lies of accounts whose two versions do not know of one another.
func migrations() []Mutant {
	in := func(names ...string) []string {
		var all []string
		for _, name := range names {
			all = append(all, "migration/"+name)
		}
		return all
	}
	lie := func(name, what string, where []string, lie func() Lie) Mutant {
		return Mutant{Name: "migration/" + name, What: what, Scenarios: where, Lie: lie}
	}
	var all []Mutant
	for _, row := range []struct{ operation, where string }{
		{"token.create", "tokens/ scopes/"}, {"token.get", "tokens/ wallet/"}, {"token.update", "tokens/"}, {"token.delete", "tokens/"}, {"token.list", "tokens/"}, {"wallet.get", "wallet/"},
		{"stats.api", "wallet/"}, {"v1.token.create", "tokens/ wallet/ scopes/"}, {"v1.token.get", "tokens/"}, {"v1.token.list", "tokens/"}, {"v1.token.replace", "tokens/"},
		{"v1.token.update", "tokens/"}, {"v1.token.delete", "tokens/"}, {"v1.scope.list", "scopes/"}, {"v1.credit.get", "wallet/"}, {"v1.counters.total", "wallet/"},
	} {
		all = append(all, lie("status-"+row.operation, "the status of "+row.operation+" is one more", in(strings.Fields(row.where)...), on(row.operation, status(http.StatusCreated))))
	}
	return append(all,
		lie("v2-reads-another", "v2 reads a token of v1 under another value", in("tokens/"), onData("token.get", change("token", func(s string) any { return reversed(s) }))),
		lie("v2-reads-other-scopes", "v2 reads a token with other scopes", in("tokens/"), onData("token.get", set("scopes", []any{"GET:a.b/c"}))),
		lie("v2-reads-other-name", "what v1 replaced has lost its name in v2", in("tokens/v2-token-in-v1"), onData("token.get", set("name", ""))),
		lie("v2-reads-another-expiry", "v2 reads a token that expires an hour later", in("tokens/v1-token-in-v2"), onData("token.get", func(t map[string]any) { shift(t, "expireAt", 3600) })),
		lie("v2-lists-none", "v2 does not list tokens of v1", in("tokens/v1-token-in-v2"), onItems("token.list", func([]any) []any { return nil })),
		lie("v2-lists-what-is-gone", "v2 lists what v1 has deleted", in("tokens/v2-token-in-v1"), func() Lie {
			var made []any
			return func(x *Exchange) {
				switch {
				case x.Operation == "token.create" && x.Answer.Status == http.StatusOK:
					made = append(made, x.Answer.payload())
				case x.Operation == "token.list":
					x.Answer.setItems(append(slices.Clone(x.Answer.items()), made...))
				}
			}
		}),
		lie("v1-reads-other-scopes", "v1 reads a token with other scopes", in("tokens/"), onItems("v1.token.get", each(set("scopes", []any{"GET:a.b/c"})))),
		lie("v1-reads-another", "v1 reads another token", in("tokens/"), onItems("v1.token.get", each(change("token", func(s string) any { return reversed(s) })))),
		lie("v1-reads-another-expiry", "v1 reads a token that expires an hour later", in("tokens/"), onItems("v1.token.get", each(expiresLater("3600")))),
		lie("v1-lists-none", "v1 does not list tokens of v2", in("tokens/v2-token-in-v1"), onItems("v1.token.list", func([]any) []any { return nil })),
		lie("v1-reads-what-is-gone", "v1 reads what v2 has deleted or rotated away", in("tokens/v1-token-in-v2", "tokens/rotated"), always(func(x *Exchange) {
			if x.Operation == "v1.token.get" && x.Answer.Status == http.StatusNoContent {
				inV1(x, []any{map[string]any{"token": x.ID, "scopes": []any{"GET:a.b/c"}, "expire": json.Number("1928651400")}})
			}
		})),
		lie("rotated-to-itself", "a rotation answers with the old token", in("tokens/rotated"), on("token.update", func(x *Exchange) {
			for _, p := range x.Answer.payloads() {
				p["token"] = x.ID
			}
		})),
		lie("credits-apart", "v2 has a wallet of its own", in("wallet/"), onData("wallet.get", change("credit", func(n json.Number) any { return decimal(n, "0.0001") }))),
		lie("credit-untouched", "v1 does not see what was spent", in("wallet/paid-with-a-token-of-v1"), onData("v1.credit.get", set("credit", json.Number("10")))),
		lie("spent-nothing", "v2 does not see what was spent", in("wallet/paid-with-a-token-of-v1"), onData("stats.api", set("walletAmount", json.Number("0")))),
		lie("statistics-apart", "v2 does not count calls with tokens of v1", in("wallet/paid-with-a-token-of-v1"), onData("stats.api", change("scopes", func(scopes map[string]any) any {
			for _, scope := range scopes {
				asObject(scope)["totalRequests"], asObject(scope)["walletRequests"] = json.Number("0"), json.Number("0")
			}
			return scopes
		}))),
		lie("token-uncounted", "a token of v1 has no statistics in v2", in("wallet/paid-with-a-token-of-v1"), onData("token.get", change("stats", func(stats map[string]any) any {
			stats["totalRequests"], stats["walletAmount"] = json.Number("0"), json.Number("0")
			return stats
		}))),
		lie("token-of-v1-refused", "services do not know tokens of v1", in("wallet/paid-with-a-token-of-v1", "tokens/v1-wildcard-pays"), served(func(x *Exchange) { refuse(x, 401, "125.22", "Wrong Token") })),
		lie("wildcard-too-wide", "a wildcard of one domain is good for all", in("tokens/v1-wildcard-pays"), always(func(x *Exchange) {
			if x.Answer.Status >= 400 && x.Answer.Status < 404 && strings.Contains(x.Path, "trust.openapi.com") {
				serve(x)
			}
		})),
		lie("scopes-apart", "v1 lists no scopes", in("scopes/"), onItems("v1.scope.list", func([]any) []any { return nil })),
	)
}
