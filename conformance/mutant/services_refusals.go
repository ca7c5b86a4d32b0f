package mutant

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// serviceRefusals are lies about how services refuse: each refusal is not one, has another status,
// another error, other words, or another form.
func serviceRefusals() []Mutant {
	var all []Mutant
	for _, row := range []struct {
		name, message, scenario string
		status                  int
		code                    string
	}{
		{"wrong-token", "Wrong Token", "services/tokens/wrong", 403, "140"},
		{"not-found", "Not Found", "services/scopes/unknown-paths", 400, "120"},
		{"wrong-method", "Method Not Allowed", "services/scopes/unknown-paths", 404, "404"},
		{"not-granted", "Scope not granted to this token", "services/scopes/not-granted", 401, "90"},
		{"disabled", "API not enabled", "services/scopes/disabled", 422, "90"},
		{"unmet", "Requirements not met", "services/scopes/requirements", 428, "90"},
		{"address", "IP address not allowed", "services/limits/addresses", 401, "401"},
		{"total-requests", "Token limit reached: totalRequests", "services/limits/total-requests", 429, "429"},
		{"wallet-requests", "Token limit reached: walletRequests", "services/limits/wallet-requests", 402, "610"},
		{"subscription-requests", "Token limit reached: subscriptionRequests", "services/limits/subscription-requests", 402, "610"},
		{"wallet-amount", "Token limit reached: walletAmount", "services/limits/wallet-amount", 402, "610"},
		{"credit", "Insufficient Credit in Wallet", "services/payment/credit-exhausted", 403, "611"},
		{"job", "Request not found", "services/jobs/unknown", 400, "400"},
		{"callback", "Invalid callback", "services/callbacks/invalid", 422, "422"},
		{"rate", "Too Many Requests", "services/rate-limit/refusal", 503, "509"},
	} {
		add := func(name, what string, edit func(x *Exchange)) {
			all = append(all, Mutant{Name: "services/refusal-" + row.name + "-" + name, What: fmt.Sprintf("%q %s", row.message, what),
				Scenarios: []string{row.scenario}, Lie: refused(row.message, edit)})
		}
		add("served", "is never said: the call is answered", serve)
		add("status", fmt.Sprintf("has status %d", row.status), status(row.status))
		add("code", "has error "+row.code, func(x *Exchange) { x.Answer.body()["error"] = json.Number(row.code) })
		add("words", "is said in lower case", func(x *Exchange) { x.Answer.body()["message"] = strings.ToLower(row.message) })
		add("success", "claims success", func(x *Exchange) { x.Answer.body()["success"] = true })
		add("data", "comes with data", func(x *Exchange) { x.Answer.body()["data"] = map[string]any{} })
	}
	const preference, preferred = "Request violates the document: header.Prefer: there is no document of company.openapi.com that has this operation", "services/payment/preferred-answer"
	return append(all,
		Mutant{Name: "services/refusal-preference-served", What: "a preference is passed over", Scenarios: []string{preferred}, Lie: refused(preference, serve)},
		Mutant{Name: "services/refusal-preference-status", What: "a preference is refused with status 406", Scenarios: []string{preferred}, Lie: refused(preference, status(406))},
		Mutant{Name: "services/refusal-preference-code", What: "a preference is refused with error 406", Scenarios: []string{preferred},
			Lie: refused(preference, func(x *Exchange) { x.Answer.body()["error"] = json.Number("406") })},
		Mutant{Name: "services/wrong-method-not-told", What: "405 does not name the methods that there are", Scenarios: []string{"services/scopes/unknown-paths"},
			Lie: refused("Method Not Allowed", func(x *Exchange) { header(x, "Allow", "") })},
		Mutant{Name: "services/wrong-method-tells-one", What: "405 names one method where there are two", Scenarios: []string{"services/scopes/unknown-paths"},
			Lie: refused("Method Not Allowed", func(x *Exchange) { header(x, "Allow", "GET") })},
		Mutant{Name: "services/refused-in-html", What: "a refusal is a web page", Scenarios: []string{"services/scopes/disabled"},
			Lie: refused("API not enabled", func(x *Exchange) {
				header(x, "Content-Type", "text/html")
				x.Answer.Raw = []byte("<html>API not enabled</html>")
			})},
		Mutant{Name: "services/refused-as-text", What: "a refusal is JSON and called text", Scenarios: []string{"services/scopes/requirements"},
			Lie: refused("Requirements not met", func(x *Exchange) { header(x, "Content-Type", "text/plain") })},
	)
}

// serviceLimits are lies about the limits of tokens.
func serviceLimits() []Mutant {
	limits := func(name string) []string { return []string{"services/limits/" + name} }
	// strict refuses the nth call that a payer would pay.
	strict := func(n int, by, message string) func() Lie {
		return func() Lie {
			calls := 0
			return func(x *Exchange) {
				if payer := x.paidBy(); payer == "" || by != "" && payer != by {
					return
				}
				if calls++; calls == n {
					refuse(x, 403, "403", message)
				}
			}
		}
	}
	// generous answers the nth call that was refused with the message.
	generous := func(n int, message string) func() Lie {
		return func() Lie {
			calls := 0
			return func(x *Exchange) {
				if !x.isRefused(message) {
					return
				}
				if calls++; calls == n {
					serve(x)
				}
			}
		}
	}
	const said = "Token limit reached: "
	all := []Mutant{
		{Name: "services/limit-counts-refusals", What: "calls that were refused use up the limit of total requests", Scenarios: limits("total-requests"), Lie: strict(2, "", said+"totalRequests")},
		{Name: "services/limit-counts-free-as-wallet", What: "what is free uses up the limit of wallet requests", Scenarios: limits("wallet-requests"), Lie: strict(1, "wallet", said+"walletRequests")},
		{Name: "services/limit-wallet-refuses-free", What: "over the limit of wallet requests even what is free is refused", Scenarios: limits("wallet-requests"), Lie: strict(4, "free", said+"walletRequests")},
		{Name: "services/limit-amount-refuses-free", What: "over the limit of the amount even what is free is refused", Scenarios: limits("wallet-amount"), Lie: strict(1, "free", said+"walletAmount")},
		{Name: "services/limit-lets-wallet-stand-in", What: "over the limit of subscription requests the wallet pays", Scenarios: limits("subscription-requests"), Lie: generous(1, said+"subscriptionRequests")},
		{Name: "services/limit-amount-a-little-more", What: "a ten-thousandth over the limit of the amount is spent", Scenarios: limits("wallet-amount"), Lie: generous(2, said+"walletAmount")},
		{Name: "services/limit-of-everybody", What: "a token is refused for the limit of another", Scenarios: limits("of-one-token-only"), Lie: strict(2, "", said+"totalRequests")},
		{Name: "services/limit-of-nobody", What: "a limit binds no token", Scenarios: limits("of-one-token-only"), Lie: generous(1, said+"totalRequests")},
		{Name: "services/limit-of-everybodys-amount", What: "the amount that a token spent is that of all", Scenarios: limits("of-one-token-only"),
			Lie: onData("token.get", change("stats", func(s map[string]any) any { s["walletAmount"] = json.Number("0.24"); return s }))},
		{Name: "services/limit-not-taken-away", What: "a limit that was taken away binds still", Scenarios: limits("total-requests"), Lie: strict(6, "", said+"totalRequests")},
		{Name: "services/limit-charges-refusals", What: "a call over the limit is refused and paid", Scenarios: limits("wallet-requests"),
			Lie: afterRefusal(said+"walletRequests", func(x *Exchange, _ int) {
				if x.Operation == "wallet.get" {
					change("credit", func(n json.Number) any { return decimal(n, "-0.24") })(x.Answer.payload())
				}
			})},
		{Name: "services/limit-uses-subscription", What: "a call over the limit is refused and takes a request of the subscription", Scenarios: limits("subscription-requests"),
			Lie: onData("subscription.get", change("availableRequests", func(string) any { return "418" }))},
		{Name: "services/limit-total-binds-nobody", What: "limits.totalRequests binds nobody", Scenarios: limits("bind"), Lie: refused(said+"totalRequests", serve)},
		{Name: "services/limit-wallet-binds-nobody", What: "limits.walletRequests binds nobody", Scenarios: limits("bind"), Lie: refused(said+"walletRequests", serve)},
		{Name: "services/limit-amount-binds-nobody", What: "a walletAmount of 0 is none", Scenarios: limits("bind"), Lie: refused(said+"walletAmount", serve)},
		{Name: "services/limit-addresses-bind-nobody", What: "limits.ip binds nobody", Scenarios: limits("bind"), Lie: refused("IP address not allowed", serve)},
		{Name: "services/limit-binds-too-early", What: "a limit of one lets nothing pass", Scenarios: limits("bind"), Lie: strict(1, "", said+"totalRequests")},
		{Name: "services/limit-refuses-and-debits", What: "a call over a limit is refused and paid", Scenarios: limits("bind"),
			Lie: afterRefusal(said+"walletRequests", func(x *Exchange, _ int) { moveCredit(x, big.NewRat(-8, 100)) })},
		{Name: "services/limit-tokens-pay-nothing", What: "what a token with limits calls is not debited", Scenarios: limits("bind"), Lie: onData("wallet.get", set("credit", json.Number("10")))},
		{Name: "services/own-address-refused", What: "an address of the list is refused", Scenarios: limits("addresses"),
			Lie: strict(1, "", "IP address not allowed")},
		{Name: "services/empty-list-lets-all-in", What: "an empty list of addresses lets everybody in", Scenarios: limits("addresses"), Lie: generous(2, "IP address not allowed")},
		{Name: "services/addresses-not-taken-away", What: "a list of addresses that was taken away binds still", Scenarios: limits("addresses"), Lie: strict(2, "", "IP address not allowed")},
		{Name: "services/address-not-remembered", What: "the address of a refused caller is not in the token's statistics", Scenarios: limits("addresses"),
			Lie: onData("token.get", change("stats", func(s map[string]any) any { s["ip"] = []any{}; return s }))},
		{Name: "services/refusals-not-in-total", What: "refused calls are not in the token's total", Scenarios: limits("addresses"),
			Lie: onData("token.get", change("stats", func(s map[string]any) any { s["totalRequests"] = json.Number("0"); return s }))},
	}
	for _, row := range []struct {
		name, by string
		n        int
		member   string
	}{
		{"total-requests", "", 3, "totalRequests"}, {"wallet-requests", "wallet", 2, "walletRequests"},
		{"subscription-requests", "subscription", 2, "subscriptionRequests"}, {"wallet-amount", "wallet", 3, "walletAmount"},
	} {
		all = append(all,
			Mutant{Name: "services/limit-one-less-" + row.name, What: "the last call within limits." + row.member + " is refused", Scenarios: limits(row.name), Lie: strict(row.n, row.by, said+row.member)},
			Mutant{Name: "services/limit-one-more-" + row.name, What: "the first call over limits." + row.member + " is answered", Scenarios: limits(row.name), Lie: generous(1, said+row.member)},
			Mutant{Name: "services/limit-not-raised-" + row.name, What: "where limits." + row.member + " is raised the old one binds still", Scenarios: limits(row.name), Lie: strict(row.n+1, row.by, said+row.member)})
	}
	return all
}

// serviceScopes are lies about what the scopes of a token cover.
func serviceScopes() []Mutant {
	// of lies about the calls of the token that has a scope.
	of := func(scope string, edit func(x *Exchange)) func() Lie {
		return func() Lie {
			token := ""
			return func(x *Exchange) {
				if scopes, _ := x.Answer.payload()["scopes"].([]any); x.Operation == "token.create" && slices.Contains(scopes, any(scope)) {
					token = text(x.Answer.payload(), "token")
				}
				if x.service() != "" && token != "" && x.Caller == "Bearer "+token {
					edit(x)
				}
			}
		}
	}
	var all []Mutant
	for _, row := range []struct{ name, scope string }{
		{"path", "GET:company.openapi.com/*"}, {"method", "*:company.openapi.com/EU-start"}, {"method-and-path", "*:company.openapi.com/*"},
		{"host-and-path", "GET:*.openapi.com/*"}, {"all-of-the-provider", "*:*.openapi.com/*"}, {"all", "*:*/*"},
	} {
		all = append(all, Mutant{Name: "services/wildcard-without-effect-" + row.name, What: row.scope + " covers nothing", Scenarios: []string{"services/scopes/wildcards"},
			Lie: of(row.scope, func(x *Exchange) { refuse(x, 403, "403", "Scope not granted to this token") })})
		if row.name != "all" && row.name != "all-of-the-provider" {
			all = append(all, Mutant{Name: "services/wildcard-too-wide-" + row.name, What: row.scope + " covers everything", Scenarios: []string{"services/scopes/wildcards"},
				Lie: of(row.scope, func(x *Exchange) {
					if x.Answer.Status == 403 {
						serve(x)
					}
				})})
		}
	}
	at := func(path string, edit func(x *Exchange)) func() Lie {
		return always(func(x *Exchange) {
			if strings.HasPrefix(x.service(), path) && x.Caller != "" {
				edit(x)
			}
		})
	}
	unknown := []string{"services/scopes/unknown-paths"}
	order := []string{"services/scopes/order-of-refusals"}
	told := func(status int, message string) func(*Exchange) {
		return func(x *Exchange) { refuse(x, status, strconv.Itoa(status), message) }
	}
	missing := func(x *Exchange) { refuse(x, 404, "404", "Not Found") }
	return append(all,
		Mutant{Name: "services/endpoint-as-prefix", What: "an endpoint covers whatever begins like it", Scenarios: unknown, Lie: at("company.openapi.com/EU-startx", serve)},
		Mutant{Name: "services/endpoint-in-any-case", What: "endpoints are known in any case", Scenarios: unknown, Lie: at("company.openapi.com/eu-start", serve)},
		Mutant{Name: "services/endpoint-in-the-middle", What: "an endpoint is known in the middle of a path", Scenarios: unknown, Lie: at("company.openapi.com/x/EU-start", serve)},
		Mutant{Name: "services/endpoint-of-another", What: "an endpoint is known on every host", Scenarios: unknown, Lie: at("nobody.openapi.com/EU-start", serve)},
		Mutant{Name: "services/service-alone", What: "a service without a path is answered", Scenarios: unknown, Lie: at("company.openapi.com/", func(x *Exchange) {
			if x.service() == "company.openapi.com/" {
				serve(x)
			}
		})},
		Mutant{Name: "services/endpoint-alone", What: "an endpoint without more path is not found", Scenarios: []string{"services/scopes/not-granted"}, Lie: always(func(x *Exchange) {
			if x.service() == "company.openapi.com/EU-start" {
				missing(x)
			}
		})},
		Mutant{Name: "services/endpoint-with-two-segments", What: "more than one segment below an endpoint is not found", Scenarios: []string{"services/scopes/not-granted"},
			Lie: at("invoice.openapi.com/IT-invoices/656d1e2f8b3c2a001f7e4a14/file", missing)},
		Mutant{Name: "services/methods-not-told-apart", What: "a scope of another method is enough", Scenarios: []string{"services/scopes/not-granted"}, Lie: always(func(x *Exchange) {
			if x.isRefused("Scope not granted to this token") && x.Method == "POST" {
				serve(x)
			}
		})},
		Mutant{Name: "services/services-not-told-apart", What: "a scope of another service is enough", Scenarios: []string{"services/scopes/not-granted"}, Lie: at("exchange.openapi.com/", serve)},
		Mutant{Name: "services/new-scopes-late", What: "scopes that an update gave are not known yet", Scenarios: []string{"services/scopes/not-granted"}, Lie: always(func(x *Exchange) {
			if x.service() == "exchange.openapi.com/latest" && x.paidBy() != "" {
				refuse(x, 403, "403", "Scope not granted to this token")
			}
		})},
		Mutant{Name: "services/old-scopes-last", What: "scopes that an update took away still count", Scenarios: []string{"services/scopes/not-granted"}, Lie: func() Lie {
			updated := false
			return func(x *Exchange) {
				updated = updated || x.Operation == "token.update"
				if updated && x.isRefused("Scope not granted to this token") {
					serve(x)
				}
			}
		}},
		Mutant{Name: "services/disabled-granted", What: "a scope that is not enabled can be granted by its name", Scenarios: []string{"services/scopes/disabled"}, Lie: onRefusal("token.create", "90", func(x *Exchange) {
			x.Answer.Status, x.Answer.JSON = 200, map[string]any{"success": true, "message": "", "error": nil, "data": map[string]any{}}
		})},
		Mutant{Name: "services/disabled-and-debited", What: "a call under a scope that is not enabled is refused and paid", Scenarios: []string{"services/scopes/disabled"},
			Lie: onData("wallet.get", change("credit", func(n json.Number) any { return decimal(n, "-0.06") }))},
		Mutant{Name: "services/unmet-and-debited", What: "a call whose requirements are not met is refused and paid", Scenarios: []string{"services/scopes/requirements"},
			Lie: onData("wallet.get", change("credit", func(n json.Number) any { return decimal(n, "-0.12") }))},
		Mutant{Name: "services/met-refused", What: "a scope with a requirement never works", Scenarios: []string{"services/scopes/requirements"},
			Lie: at("company.openapi.com/IT-stakeholders", func(x *Exchange) { refuse(x, 403, "403", "Requirements not met") })},
		Mutant{Name: "services/order-scopes-before-path", What: "scopes are looked at before the path", Scenarios: order, Lie: refused("Not Found", told(403, "Scope not granted to this token"))},
		Mutant{Name: "services/order-scopes-before-method", What: "scopes are looked at before the method", Scenarios: order, Lie: refused("Method Not Allowed", told(403, "Scope not granted to this token"))},
		Mutant{Name: "services/order-enabled-before-scopes", What: "whether a scope is enabled is looked at before the token's scopes", Scenarios: order, Lie: refused("Scope not granted to this token", told(403, "API not enabled"))},
		Mutant{Name: "services/order-address-before-requirements", What: "the address is looked at before the requirements", Scenarios: order, Lie: refused("Requirements not met", told(403, "IP address not allowed"))},
		Mutant{Name: "services/order-limits-before-address", What: "limits are looked at before the address", Scenarios: order, Lie: refused("IP address not allowed", told(403, "Token limit reached: totalRequests"))},
		Mutant{Name: "services/order-rate-before-limits", What: "the rate limit is looked at before the token's", Scenarios: order, Lie: refused("Token limit reached: walletRequests", told(429, "Too Many Requests"))},
		Mutant{Name: "services/order-credit-before-rate", What: "the credit is looked at before the rate limit", Scenarios: order, Lie: refused("Too Many Requests", told(402, "Insufficient Credit in Wallet"))},
		Mutant{Name: "services/order-credit-never", What: "the credit is not looked at", Scenarios: order, Lie: refused("Insufficient Credit in Wallet", serve)},
		Mutant{Name: "services/unknown-in-error-log", What: "a path that nobody sells is in the error log", Scenarios: unknown, Lie: onItems("error.list", func([]any) []any { return []any{serviceError()} })},
		Mutant{Name: "services/unknown-counted", What: "a path that nobody sells is counted for the token", Scenarios: unknown,
			Lie: onData("token.get", change("stats", func(s map[string]any) any { plus(s, "totalRequests", 10); plus(s, "errorRequests", 10); return s }))},
	)
}

// serviceError is an entry of the error log that is not there.
func serviceError() map[string]any {
	return map[string]any{"id": "64f0c1a2b3d4e5f6a7b8c9d0", "scope": "GET:company.openapi.com/EU-start", "domain": "company.openapi.com", "errorAt": "2031-02-12T08:30:00+00:00",
		"httpResponseCode": json.Number("404"), "errorCode": json.Number("404"), "message": "Not Found", "ip": "127.0.0.1"}
}
