package mutant

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// ownLifetimes are lies about tokens whose lifetime passes.
func ownLifetimes() []Mutant {
	const over, moved, turned = "v2/lifetimes/over/as-if-deleted", "v2/lifetimes/moved/by-a-change", "v2/lifetimes/moved/by-a-rotation"
	// undead serves a token that is gone as it was last seen.
	undead := func(operation string, which func(token map[string]any) bool) func() Lie {
		return func() Lie {
			known := map[string]any{}
			return func(x *Exchange) {
				remember(known, x)
				if token := asObject(known[x.ID]); x.Operation == operation && token != nil && x.Answer.Status >= 400 && which(token) {
					served200(x, token)
				}
			}
		}
	}
	short := func(token map[string]any) bool { return token["name"] == "short" }
	return []Mutant{
		{Name: "lifetimes/over-and-read", What: "a token can be read when its lifetime is over", Scenarios: []string{over}, Lie: undead("token.get", short)},
		{Name: "lifetimes/over-and-changed", What: "a token can be changed when its lifetime is over", Scenarios: []string{over}, Lie: undead("token.update", short)},
		{Name: "lifetimes/over-and-deleted", What: "a token can be deleted when its lifetime is over", Scenarios: []string{over}, Lie: undead("token.delete", short)},
		{Name: "lifetimes/over-and-listed", What: "a token is listed when its lifetime is over", Scenarios: []string{over},
			Lie: func() Lie {
				known := map[string]any{}
				return func(x *Exchange) {
					remember(known, x)
					if x.Operation != "token.list" || x.Query.Get("skip") != "0" {
						return
					}
					for _, id := range slices.Sorted(maps.Keys(known)) {
						if short(asObject(known[id])) {
							x.Answer.setItems(append(x.Answer.items(), known[id]))
						}
					}
				}
			}},
		{Name: "lifetimes/renamed-lives-on", What: "a token that is renamed outlives its lifetime", Scenarios: []string{moved}, Lie: undead("token.get", func(t map[string]any) bool { return t["name"] == "renamed" })},
		{Name: "lifetimes/longer-ends-all-the-same", What: "a token that was given a longer lifetime ends with its first", Scenarios: []string{moved},
			Lie: func() Lie {
				changed := map[string]bool{}
				return func(x *Exchange) {
					if x.Operation == "token.update" && asObject(x.Body)["ttl"] == json.Number("3600") {
						changed[x.ID] = true
					} else if x.Operation == "token.get" && changed[x.ID] {
						read(x, "GET", "/tokens/5f0c2d9e7a41b86c3d10e2f4", nil)
					}
				}
			}},
		{Name: "lifetimes/rotated-keeps-its-end", What: "a rotation keeps the end of the old token", Scenarios: []string{turned},
			Lie: func() Lie {
				return func(x *Exchange) {
					if isRotation(x) && asObject(x.Body)["ttl"] == nil {
						for _, p := range x.Answer.payloads() {
							shift(p, "expireAt", -3600)
						}
					}
				}
			}},
		{Name: "lifetimes/a-rotation-ignores-its-ttl", What: "a rotation ignores the ttl of its body", Scenarios: []string{turned},
			Lie: func() Lie {
				return func(x *Exchange) {
					if isRotation(x) && asObject(x.Body)["ttl"] != nil {
						for _, p := range x.Answer.payloads() {
							shift(p, "expireAt", 3598)
						}
					}
				}
			}},
		{Name: "lifetimes/changes-are-not-dated", What: "a change leaves updatedAt as it was", Scenarios: []string{"v2/lifetimes/times/move-with-the-clock"},
			Lie: onData("token.update", func(p map[string]any) { p["updatedAt"] = p["createdAt"] })},
		{Name: "lifetimes/reading-dates", What: "reading a token moves its updatedAt", Scenarios: []string{"v2/lifetimes/times/move-with-the-clock"},
			Lie: onData("token.get", func(p map[string]any) { shift(p, "updatedAt", 2) })},
	}
}

// ownSandbox are lies about what is shared between the two environments of one user.
func ownSandbox() []Mutant {
	const at = "v2/sandbox/"
	// elsewhere serves what one caller does not find as it is served to the other.
	elsewhere := func(operation string, status ...int) func() Lie {
		return func() Lie {
			var callers []string
			return func(x *Exchange) {
				if strings.HasPrefix(x.Caller, "Basic ") && x.Answer.Status == 200 && !slices.Contains(callers, x.Caller) {
					callers = append(callers, x.Caller)
				}
				if x.Operation != operation || !slices.Contains(status, x.Answer.Status) {
					return
				}
				honest := *x.Answer
				for _, other := range callers {
					if other == x.Caller {
						continue
					}
					if as(x, other); x.Answer.Status == 200 {
						return
					}
				}
				*x.Answer = honest
			}
		}
	}
	both := func(operation string) func() Lie {
		return func() Lie {
			first := ""
			return func(x *Exchange) {
				if first == "" && strings.HasPrefix(x.Caller, "Basic ") && x.Answer.Status == 200 {
					first = x.Caller
				}
				if x.Operation == operation && x.Answer.Status == 200 && x.Caller != first {
					as(x, first)
				}
			}
		}
	}
	return []Mutant{
		{Name: "sandbox/tokens-are-read", What: "a token of the one environment is read in the other", Scenarios: []string{at + "tokens/of-the-other-environment"}, Lie: elsewhere("token.get", 404)},
		{Name: "sandbox/tokens-are-deleted", What: "a token of the one environment is deleted in the other", Scenarios: []string{at + "tokens/of-the-other-environment"}, Lie: elsewhere("token.delete", 404)},
		{Name: "sandbox/tokens-are-changed", What: "a token of the one environment is changed in the other", Scenarios: []string{at + "tokens/of-the-other-environment"}, Lie: elsewhere("token.update", 404)},
		{Name: "sandbox/refresh-tokens-cross", What: "a refresh token of the one environment has authority in the other", Scenarios: []string{at + "tokens/refresh-tokens-do-not-cross"},
			Lie: func() Lie {
				known := map[string]any{}
				return func(x *Exchange) {
					remember(known, x)
					if x.Operation == "token.update" && x.Answer.code() == "130" && known[x.ID] != nil {
						served200(x, known[x.ID])
					}
				}
			}},
		{Name: "sandbox/two-keys-are-one", What: "the key of the one environment may stand before that of the other", Scenarios: []string{at + "keys/belong-together"},
			Lie: mistaken(func(_ *Exchange, g, k credential) bool { return g.key != k.key && strings.HasPrefix(g.key, k.key) })},
		{Name: "sandbox/scopes-cross", What: "the sandbox grants scopes of production", Scenarios: []string{at + "scopes/have-their-own"}, Lie: elsewhere("token.create", 422)},
		{Name: "sandbox/changes-take-scopes-across", What: "the sandbox knows production's scopes by their ids alone", Scenarios: []string{at + "scopes/have-their-own"}, Lie: both("scope.list")},
		{Name: "sandbox/callbacks-are-found", What: "a callback of the one environment is found in the other", Scenarios: []string{at + "entries/are-not-shared"}, Lie: elsewhere("callback.get", 404)},
		{Name: "sandbox/subscriptions-are-found", What: "a subscription of the one environment is found in the other by the query", Scenarios: []string{at + "entries/are-not-shared"}, Lie: elsewhere("subscription.list", 404)},
		{Name: "sandbox/transactions-are-listed", What: "the sandbox lists the transactions of production", Scenarios: []string{at + "entries/are-not-shared"}, Lie: both("wallet.transactions")},
		{Name: "sandbox/statistics-are-one", What: "the sandbox has the statistics of production", Scenarios: []string{at + "statistics/count-apart"}, Lie: both("stats.total")},
		{Name: "sandbox/one-log", What: "the sandbox has the log of production", Scenarios: []string{at + "statistics/count-apart"}, Lie: both("error.list")},
		{Name: "sandbox/one-wallet", What: "the sandbox has the credit of production", Scenarios: []string{at + "wallet/is-another"}, Lie: both("wallet.get")},
	}
}

// ownDetails are lies about entries that contradict themselves, and about what any account shows.
func ownDetails() []Mutant {
	const at, anyone = "v2/details/", "v2/any-account/"
	first := func(edit func(item map[string]any)) func([]any) []any {
		return func(items []any) []any {
			if len(items) > 0 {
				edit(asObject(items[0]))
			}
			return items
		}
	}
	rotated := func(edit func(p map[string]any)) func() Lie {
		return always(func(x *Exchange) {
			if isRotation(x) {
				for _, p := range x.Answer.payloads() {
					edit(p)
				}
			}
		})
	}
	return []Mutant{
		{Name: "own-details/changed-before-it-was-made", What: "a token was updated before it was created", Scenarios: []string{at + "tokens/agree-with-themselves"}, Lie: onData("token.get", func(p map[string]any) { shift(p, "updatedAt", -3600) })},
		{Name: "own-details/made-in-the-future", What: "a listed token was created in an hour", Scenarios: []string{at + "tokens/agree-with-themselves"}, Lie: onItems("token.list", first(func(i map[string]any) { shift(i, "createdAt", 36000000) }))},
		{Name: "own-details/listed-with-another-limit", What: "the list shows a token without its amount", Scenarios: []string{at + "tokens/new-and-read-alike"},
			Lie: onItems("token.list", each(func(i map[string]any) { delete(asObject(i["limits"]), "walletAmount") }))},
		{Name: "own-details/more-left-than-there-was", What: "a subscription begins after its end", Scenarios: []string{at + "subscriptions/agree-with-themselves"},
			Lie: onData("subscription.get", func(p map[string]any) { p["startsAt"], p["expiresAt"] = p["expiresAt"], p["startsAt"] })},
		{Name: "own-details/the-second-is-over", What: "the detail of a subscription is active where the list is not", Scenarios: []string{at + "subscriptions/every-one-agrees"}, Lie: onData("subscription.get", change("active", func(b bool) any { return !b }))},
		{Name: "own-details/completed-before-it-was-started", What: "a callback was completed before it was started", Scenarios: []string{at + "callbacks/agree-with-themselves"}, Lie: onData("callback.get", func(p map[string]any) { shift(p, "completedAt", -864000) })},
		{Name: "own-details/completed-and-active", What: "every callback is active", Scenarios: []string{at + "callbacks/agree-with-themselves"}, Lie: onData("callback.get", set("active", true))},
		{Name: "own-details/domain-of-another", What: "the detail of a scope has another domain", Scenarios: []string{at + "scopes/every-one-agrees"}, Lie: onData("scope.get", change("domain", func(d string) any { return "x." + d }))},
		{Name: "own-details/endpoint-lacks-its-slash", What: "the list of scopes shows endpoints with a slash", Scenarios: []string{at + "scopes/every-one-agrees"}, Lie: onItems("scope.list", each(change("endpoint", func(e string) any { return "/" + e })))},
		{Name: "own-details/errors-of-the-future", What: "the newest error is of the next decade", Scenarios: []string{at + "errors/agree-with-themselves"}, Lie: onItems("error.list", first(func(i map[string]any) { shift(i, "errorAt", 315360000) }))},
		{Name: "own-details/errors-with-one-id", What: "two errors have one id", Scenarios: []string{at + "errors/agree-with-themselves"},
			Lie: onItems("error.list", func(items []any) []any {
				if len(items) > 1 {
					asObject(items[1])["id"] = asObject(items[0])["id"]
				}
				return items
			})},
		{Name: "own-details/transactions-of-nothing", What: "a transaction moves nothing", Scenarios: []string{at + "transactions/agree-with-themselves"}, Lie: onItems("wallet.transactions", first(set("amount", 0)))},
		{Name: "own-details/changed-tokens-move", What: "a token that is changed moves to the end of the list", Scenarios: []string{at + "lists/in-order"},
			Lie: func() Lie {
				changed := ""
				return func(x *Exchange) {
					if x.Operation == "token.update" && x.Answer.Status == 200 {
						changed = x.ID
					}
					if x.Operation != "token.list" || changed == "" {
						return
					}
					items := x.Answer.items()
					if i := slices.IndexFunc(items, func(one any) bool { return text(asObject(one), "token") == changed }); i >= 0 {
						one := items[i]
						x.Answer.setItems(append(slices.Delete(slices.Clone(items), i, i+1), one))
					}
				}
			}},
		{Name: "any-account/statistics-without-an-envelope", What: "statistics come without data", Scenarios: []string{anyone + "envelope/every-reading"}, Lie: on("stats.apis", func(x *Exchange) { x.Answer.JSON = x.Answer.payload() })},
		{Name: "any-account/text-html", What: "the list of subscriptions is labelled as text", Scenarios: []string{anyone + "envelope/every-reading"},
			Lie: on("subscription.list", func(x *Exchange) {
				x.Answer.Header = x.Answer.Header.Clone()
				x.Answer.Header.Set("Content-Type", "text/plain; charset=utf-8")
			})},
		{Name: "any-account/times-with-fractions", What: "subscriptions show milliseconds", Scenarios: []string{anyone + "formats/timestamps"},
			Lie: onItems("subscription.list", each(change("startsAt", func(s string) any { return strings.Replace(s, "+00:00", ".000+00:00", 1) })))},
		{Name: "any-account/times-in-zulu", What: "the log writes Z", Scenarios: []string{anyone + "formats/timestamps", "v2/errors/list/content"}, Lie: onItems("error.list", each(change("errorAt", func(s string) any { return strings.Replace(s, "+00:00", "Z", 1) })))},
		{Name: "any-account/ids-in-capitals", What: "ids of subscriptions are in capitals", Scenarios: []string{anyone + "formats/ids"}, Lie: onItems("subscription.list", each(change("id", func(s string) any { return strings.ToUpper(s) })))},
		{Name: "any-account/transactions-without-prefix", What: "ids of transactions lack their prefix", Scenarios: []string{anyone + "formats/ids"}, Lie: onItems("wallet.transactions", each(change("id", func(s string) any { return strings.TrimPrefix(s, "txn_") })))},
		{Name: "any-account/rotation-loses-an-address", What: "a rotation loses the allowed addresses", Scenarios: []string{anyone + "rotation/what-is-kept"}, Lie: rotated(func(p map[string]any) { delete(asObject(p["limits"]), "ip") })},
		{Name: "any-account/rotation-takes-scopes", What: "a rotation takes the scopes of its body", Scenarios: []string{anyone + "rotation/what-is-kept"},
			Lie: always(func(x *Exchange) {
				if scopes := asObject(x.Body)["scopes"]; isRotation(x) && scopes != nil {
					for _, p := range x.Answer.payloads() {
						p["scopes"] = scopes
					}
				}
			})},
		{Name: "any-account/refusals-make-tokens", What: "a POST that is refused for its name makes a token", Scenarios: []string{anyone + "create/refusals-make-nothing"},
			Lie: always(func(x *Exchange) {
				if body := asObject(x.Body); x.Operation == "token.create" && x.Answer.code() == "422" && body["name"] != nil {
					x.Ask("POST", "/tokens", map[string]any{"scopes": body["scopes"]})
					x.Answer.Header = x.Answer.Header.Clone()
					x.Answer.Header.Set("X-Made", "1")
				}
			})},
		{Name: "any-account/null-is-a-name", What: "a name that is null is called null", Scenarios: []string{anyone + "create/null-is-absent"},
			Lie: on("token.create", func(x *Exchange) {
				if name, there := asObject(x.Body)["name"]; there && name == nil {
					for _, p := range x.Answer.payloads() {
						p["name"] = "null"
					}
				}
			})},
	}
}
