package mutant

import (
	"encoding/json"
	"strings"
)

// serviceTokens are lies about which tokens services take.
func serviceTokens() []Mutant {
	const wrong = "Wrong Token"
	is := func(name string) []string { return []string{"services/tokens/" + name} }
	// taken answers calls with credentials that should be refused.
	taken := func(matching func(caller string) bool) func() Lie {
		return refused(wrong, func(x *Exchange) {
			if matching(x.Caller) {
				serve(x)
			}
		})
	}
	exactly := func(caller string) func(string) bool { return func(c string) bool { return c == caller } }
	starts := func(prefix string) func(string) bool {
		return func(c string) bool { return strings.HasPrefix(c, prefix) }
	}
	return []Mutant{
		{Name: "services/token-basic", What: "services take the account's own credentials", Scenarios: is("wrong"), Lie: func() Lie {
			return func(x *Exchange) {
				if user, _, _ := strings.Cut(x.Caller, " "); user == "Basic" && len(x.Caller) > 40 && x.isRefused(wrong) {
					serve(x)
				}
			}
		}},
		{Name: "services/token-none", What: "services answer without a token", Scenarios: is("wrong"), Lie: always(func(x *Exchange) {
			if x.service() == "exchange.openapi.com/latest" && x.Caller == "" {
				serve(x)
			}
		})},
		{Name: "services/token-none-is-140", What: "without a token the error is the OAuth API's", Scenarios: is("wrong"), Lie: always(func(x *Exchange) {
			if x.service() == "exchange.openapi.com/latest" && x.Caller == "" {
				x.Answer.body()["error"] = json.Number("140")
			}
		})},
		{Name: "services/token-refresh", What: "services take refresh tokens", Scenarios: is("wrong"), Lie: func() Lie {
			refresh := ""
			return func(x *Exchange) {
				if x.Operation == "token.create" {
					refresh = text(x.Answer.payload(), "refreshToken")
				}
				if refresh != "" && x.isRefused(wrong) && x.Caller == "Bearer "+refresh {
					serve(x)
				}
			}
		}},
		{Name: "services/token-any", What: "services take any token", Scenarios: is("wrong"), Lie: taken(exactly("Bearer 5f0c2d9e7a41b86c3d10e2f4"))},
		{Name: "services/token-empty", What: "services take an empty token", Scenarios: is("wrong"), Lie: taken(exactly("Bearer"))},
		{Name: "services/token-short", What: "services take what is not a token", Scenarios: is("wrong"), Lie: taken(exactly("Bearer x"))},
		{Name: "services/token-prefix", What: "services take what begins like a token", Scenarios: is("wrong"), Lie: taken(func(c string) bool {
			return strings.HasPrefix(c, "Bearer ") && strings.HasSuffix(c, "x") && len(c) > 20
		})},
		{Name: "services/token-other-scheme", What: "services take a token under any scheme", Scenarios: is("wrong"), Lie: taken(starts("Token "))},
		{Name: "services/token-without-scheme", What: "services take a token without a scheme", Scenarios: is("wrong"), Lie: taken(func(c string) bool { return !strings.Contains(c, " ") && len(c) > 20 })},
		{Name: "services/token-twice", What: "of two Authorization headers one is enough", Scenarios: is("wrong"), Lie: always(func(x *Exchange) {
			if len(x.Header.Values("Authorization")) == 2 && x.isRefused(wrong) {
				serve(x)
			}
		})},
		{Name: "services/token-scheme-in-one-case", What: "the scheme must be written Bearer", Scenarios: is("right"), Lie: served(func(x *Exchange) {
			if !strings.HasPrefix(x.Caller, "Bearer ") {
				refuse(x, 401, "125.22", wrong)
			}
		})},
		{Name: "services/token-right-refused", What: "services refuse the token that is right", Scenarios: is("right"), Lie: served(func(x *Exchange) { refuse(x, 401, "125.22", wrong) })},
		{Name: "services/token-code-as-text", What: "the error is text", Scenarios: is("wrong"), Lie: refused(wrong, func(x *Exchange) { x.Answer.body()["error"] = "125.22" })},
		{Name: "services/token-code-cut", What: "the error has lost its fraction", Scenarios: is("wrong"), Lie: refused(wrong, func(x *Exchange) { x.Answer.body()["error"] = json.Number("125") })},
		{Name: "services/token-wrong-in-error-log", What: "a wrong token is in somebody's error log", Scenarios: is("wrong-leaves-nothing"), Lie: onItems("error.list", func([]any) []any { return []any{serviceError()} })},
		{Name: "services/token-wrong-counted", What: "a wrong token is in somebody's statistics", Scenarios: is("wrong-leaves-nothing"), Lie: onData("stats.api", func(s map[string]any) { plusOne(s, "totalRequests") })},
		{Name: "services/token-wrong-counted-as-error", What: "a wrong token is in somebody's statistics as an error", Scenarios: is("wrong-leaves-nothing"), Lie: onData("stats.api", func(s map[string]any) { plusOne(s, "errorRequests") })},
		{Name: "services/token-path-first", What: "the path is looked at before the token", Scenarios: is("wrong-leaves-nothing"), Lie: refused(wrong, func(x *Exchange) {
			if strings.HasSuffix(x.service(), "/nothing") {
				refuse(x, 404, "404", "Not Found")
			}
		})},
		{Name: "services/token-deleted", What: "a deleted token still works", Scenarios: is("deleted"), Lie: refused(wrong, serve)},
		{Name: "services/token-deleted-is-403", What: "a deleted token is answered 403", Scenarios: is("deleted"), Lie: refused(wrong, status(403))},
		{Name: "services/token-deleted-is-140", What: "a deleted token is answered with the OAuth API's error", Scenarios: is("deleted"), Lie: refused(wrong, func(x *Exchange) { x.Answer.body()["error"] = json.Number("140") })},
		{Name: "services/token-rotated", What: "after a rotation the old token still works", Scenarios: is("rotated"), Lie: refused(wrong, serve)},
		{Name: "services/token-new-unknown", What: "after a rotation the new token is not known yet", Scenarios: is("rotated"), Lie: rotatedAway(func(x *Exchange) {
			if x.paidBy() != "" {
				refuse(x, 401, "125.22", wrong)
			}
		})},
		{Name: "services/token-limits-anew", What: "after a rotation the limits begin anew", Scenarios: is("rotated"), Lie: rotatedAway(func(x *Exchange) {
			if x.isRefused("Token limit reached: walletRequests") {
				serve(x)
			}
		})},
		{Name: "services/token-statistics-anew", What: "a rotation answers with fresh statistics", Scenarios: is("rotated"), Lie: onData("token.update", change("stats", func(s map[string]any) any {
			s["totalRequests"], s["walletRequests"], s["walletAmount"] = json.Number("0"), json.Number("0"), json.Number("0")
			return s
		}))},
		{Name: "services/token-statistics-of-the-new", What: "after a rotation only the new token's calls are counted", Scenarios: is("rotated"), Lie: onData("token.get", change("stats", func(s map[string]any) any {
			s["totalRequests"], s["walletRequests"], s["walletAmount"] = json.Number("2"), json.Number("1"), json.Number("0.08")
			return s
		}))},
		{Name: "services/token-expired", What: "an expired token still works", Scenarios: is("expired"), Lie: refused(wrong, serve)},
		{Name: "services/token-expired-is-140", What: "an expired token is answered with the OAuth API's error", Scenarios: is("expired"), Lie: refused(wrong, func(x *Exchange) { x.Answer.body()["error"] = json.Number("140") })},
		{Name: "services/token-expires-early", What: "a token does not work in its last second", Scenarios: is("expired"), Lie: served(func(x *Exchange) { refuse(x, 401, "125.22", wrong) })},
		{Name: "services/token-of-another-pays", What: "a token spends the money of another account", Scenarios: is("of-their-account"), Lie: onData("wallet.get", change("credit", func(n json.Number) any {
			return json.Number(map[string]string{"10": "9.92", "9.92": "10"}[n.String()])
		}))},
		{Name: "services/token-of-another-pays-too", What: "a token spends the money of two accounts", Scenarios: is("of-their-account"), Lie: onData("wallet.get", set("credit", json.Number("9.92")))},
		{Name: "services/token-of-another-counted", What: "what a token calls is in another account's statistics", Scenarios: is("of-their-account"), Lie: onData("stats.api", func(s map[string]any) { plusOne(s, "totalRequests") })},
		{Name: "services/sandbox-without-test", What: "a sandbox does not know its services without \"test.\"", Scenarios: is("sandbox"), Lie: sandboxHost("company.")},
		{Name: "services/sandbox-with-test", What: "a sandbox does not know its services with \"test.\"", Scenarios: is("sandbox"), Lie: sandboxHost("test.")},
		{Name: "services/sandbox-free", What: "in a sandbox nothing is taken from the wallet", Scenarios: is("sandbox"), Lie: onData("wallet.get", set("credit", json.Number("10")))},
		{Name: "services/sandbox-description", What: "in a sandbox the description carries \"test.\"", Scenarios: is("sandbox"), Lie: onItems("wallet.transactions", each(change("description", func(s string) any {
			return strings.Replace(s, "- company", "- test.company", 1)
		})))},
		{Name: "services/sandbox-transaction", What: "in a sandbox two calls are one transaction", Scenarios: is("sandbox"), Lie: onItems("wallet.transactions", each(change("amount", func(json.Number) any { return json.Number("-0.16") })))},
		{Name: "services/sandbox-domain", What: "in a sandbox the statistics are those of the production domain", Scenarios: is("sandbox"), Lie: onData("stats.apis", rename("test.company.openapi.com", "company.openapi.com"))},
		{Name: "services/sandbox-domain-too", What: "in a sandbox the statistics name the production domain too", Scenarios: is("sandbox"), Lie: onData("stats.apis", func(p map[string]any) { p["company.openapi.com"] = p["test.company.openapi.com"] })},
		{Name: "services/sandbox-scopes", What: "in a sandbox the statistics list production scopes", Scenarios: is("sandbox"),
			Lie: onData("stats.api", change("scopes", func(s map[string]any) any {
				rename("GET:test.company.openapi.com/EU-start", "GET:company.openapi.com/EU-start")(s)
				return s
			}))},
		{Name: "services/sandbox-errors", What: "in a sandbox the error log has production scopes", Scenarios: is("sandbox"), Lie: onItems("error.list", each(set("scope", "GET:company.openapi.com/IT-advanced")))},
		{Name: "services/sandbox-error-domain", What: "in a sandbox the error log has production domains", Scenarios: is("sandbox"), Lie: onItems("error.list", each(set("domain", "company.openapi.com")))},
	}
}

// rotatedAway lies once a token has been rotated.
func rotatedAway(edit func(x *Exchange)) func() Lie {
	return func() Lie {
		rotated := false
		return func(x *Exchange) {
			if rotated {
				edit(x)
			}
			rotated = rotated || x.Operation == "token.update" && x.Answer.Status == 200
		}
	}
}

// sandboxHost does not find services whose domain has a prefix.
func sandboxHost(prefix string) func() Lie {
	return served(func(x *Exchange) {
		if strings.HasPrefix(x.service(), prefix) {
			refuse(x, 404, "404", "Not Found")
		}
	})
}

// serviceRaces are lies about calls at once.
func serviceRaces() []Mutant {
	race := func(name string) []string { return []string{"services/races/" + name} }
	// oversold answers one call more than there is money or room for.
	oversold := func(message string) func() Lie {
		return func() Lie {
			done := false
			return func(x *Exchange) {
				if !done && x.isRefused(message) {
					done = true
					serve(x)
				}
			}
		}
	}
	// lost refuses one call that there is money or room for.
	lost := func(status int, code, message string) func() Lie {
		return func() Lie {
			done := false
			return func(x *Exchange) {
				if !done && x.paidBy() != "" {
					done = true
					refuse(x, status, code, message)
				}
			}
		}
	}
	const credit, limit, full = "Insufficient Credit in Wallet", "Token limit reached: totalRequests", "Too Many Requests"
	broken := func(message string) func() Lie {
		return func() Lie {
			done := false
			return func(x *Exchange) {
				if !done && x.isRefused(message) {
					done = true
					refuse(x, 500, "500", "Internal Server Error")
				}
			}
		}
	}
	credited := func(by string) func() Lie {
		return onData("wallet.get", change("credit", func(n json.Number) any { return decimal(n, by) }))
	}
	counted := func(member, value string) func() Lie {
		return onData("token.get", func(p map[string]any) { set(member, json.Number(value))(asObject(p["stats"])) })
	}
	return []Mutant{
		{Name: "services/race-credit-oversold", What: "of calls at once one more is answered than the credit pays for", Scenarios: race("credit"), Lie: oversold(credit)},
		{Name: "services/race-credit-lost", What: "of calls at once one less is answered than the credit pays for", Scenarios: race("credit"), Lie: lost(402, "610", credit)},
		{Name: "services/race-credit-is-500", What: "of calls at once one is a server error", Scenarios: race("credit"), Lie: broken(credit)},
		{Name: "services/race-credit-twice", What: "of calls at once one is debited twice", Scenarios: race("credit"), Lie: credited("-0.08")},
		{Name: "services/race-credit-never", What: "of calls at once one is not debited", Scenarios: race("credit"), Lie: credited("0.08")},
		{Name: "services/race-transaction-lost", What: "of calls at once one has no transaction", Scenarios: race("credit"), Lie: onItems("wallet.transactions", func(items []any) []any { return items[min(1, len(items)):] })},
		{Name: "services/race-not-counted", What: "of calls at once one is not counted", Scenarios: race("credit"), Lie: counted("totalRequests", "9")},
		{Name: "services/race-wallet-not-counted", What: "of calls at once one is not counted as paid", Scenarios: race("credit"), Lie: counted("walletRequests", "2")},
		{Name: "services/race-error-not-counted", What: "of calls at once one is not counted as an error", Scenarios: race("credit"), Lie: counted("errorRequests", "6")},
		{Name: "services/race-amount-not-counted", What: "of calls at once the amount of one is not counted", Scenarios: race("credit"), Lie: counted("walletAmount", "0.16")},
		{Name: "services/race-limit-oversold", What: "of calls at once one more is answered than the limit allows", Scenarios: race("limit"), Lie: oversold(limit)},
		{Name: "services/race-limit-lost", What: "of calls at once one less is answered than the limit allows", Scenarios: race("limit"), Lie: lost(403, "403", limit)},
		{Name: "services/race-limit-debited", What: "a call over the limit is debited", Scenarios: race("limit"), Lie: credited("-0.08")},
		{Name: "services/race-subscription-refused", What: "of calls at once one is refused where the subscription ends", Scenarios: race("subscription"), Lie: lost(402, "610", credit)},
		{Name: "services/race-subscription-used-twice", What: "a request of the subscription pays for two calls", Scenarios: race("subscription"), Lie: func() Lie {
			calls := 0
			return func(x *Exchange) {
				if x.paidBy() != "" {
					calls++
				}
				if calls > 0 && x.Operation == "wallet.get" {
					change("credit", func(n json.Number) any { return decimal(n, "0.0525") })(x.Answer.payload())
				}
			}
		}},
		{Name: "services/race-subscription-left", What: "a request of the subscription is left over", Scenarios: race("subscription"), Lie: onData("subscription.get", set("availableRequests", "1"))},
		{Name: "services/race-subscription-counted", What: "one call more is counted as paid by the subscription", Scenarios: race("subscription"), Lie: counted("subscriptionRequests", "4")},
		{Name: "services/race-subscription-wallet-counted", What: "one call less is counted as paid by the wallet", Scenarios: race("subscription"), Lie: counted("walletRequests", "4")},
		{Name: "services/race-subscription-amount", What: "one price more is counted", Scenarios: race("subscription"), Lie: counted("walletAmount", "0.315")},
		{Name: "services/race-free-oversold", What: "of calls at once one more is free", Scenarios: race("free"), Lie: oversold(credit)},
		{Name: "services/race-free-lost", What: "of calls at once one less is free", Scenarios: race("free"), Lie: lost(402, "610", credit)},
		{Name: "services/race-rate-oversold", What: "of calls at once one more is answered than the window has room for", Scenarios: race("rate-limit"), Lie: oversold(full)},
		{Name: "services/race-rate-lost", What: "of calls at once one less is answered than the window has room for", Scenarios: race("rate-limit"), Lie: lost(429, "429", full)},
		{Name: "services/race-rate-debited", What: "a call for which the window has no room is debited", Scenarios: race("rate-limit"), Lie: credited("-0.08")},
		{Name: "services/race-rotation-old-survives", What: "a rotation that is raced leaves the old token alive", Scenarios: race("rotation"), Lie: oversold("Wrong Token")},
		{Name: "services/race-rotation-new-refused", What: "after a rotation that is raced a call with the new token is refused", Scenarios: race("rotation"), Lie: rotatedAway(func(x *Exchange) {
			if x.paidBy() != "" {
				refuse(x, 401, "125.22", "Wrong Token")
			}
		})},
		{Name: "services/race-rotation-statistics", What: "a rotation that is raced counts calls twice", Scenarios: race("rotation"), Lie: counted("totalRequests", "15")},
	}
}
