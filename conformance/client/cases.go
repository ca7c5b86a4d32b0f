package client

import "slices"

// Cases returns the closed table of cases, in the order of the tasks.
func Cases() []Case {
	return slices.Concat(tokenCases(), readingCases(), serviceCases(), rotationCases(), outageCases(), callbackCases(), grantCases(), v1Cases())
}

// A scope that every account has enabled, and what is called with it.
const (
	someScope = "GET:company.openapi.com/IT-start"
	someCall  = "${base}/__services/company.openapi.com/IT-start/12485671007"
)

func tokenCases() []Case {
	const (
		parameters = `{"name": "certified", "scopes": ["GET:company.openapi.com/IT-start"]}`
		prints     = parameters
	)
	create := func(id, title, outcome string, given Given, needs ...string) Case {
		return Case{ID: "create-token/" + id, Task: "create-token", Title: title, Given: given, Parameters: parameters, Prints: prints, End: Done, Outcome: outcome, Needs: needs}
	}
	// A client that gives up is right too: it has not done it twice.
	carefully := func(c Case) Case {
		c.End = Either
		return c
	}
	list := func(id, title, outcome string, given Given) Case {
		given.Scopes = []string{someScope}
		return Case{ID: "list-all-tokens/" + id, Task: "list-all-tokens", Title: title, Given: given, Prints: `{"names": "${names}"}`, End: Done, Outcome: outcome}
	}
	return []Case{
		create("plain", "A token is made", "task/result", Given{}, "requests/scopes", "requests/json", "credentials/not-in-url"),
		create("under-data", "The token is answered under data alone", "reads/token-shape", Given{Settings: Settings{TokenShape: "data"}}),
		create("bare", "The token is answered bare", "reads/token-shape", Given{Settings: Settings{TokenShape: "flat"}}),
		create("unknown-members", "The answer has members that nobody documented", "reads/unknown-members", Given{Faults: legal("token.create", "extra")}),
		create("any-order", "The members come in another order", "reads/any-order", Given{Faults: legal("token.create", "order")}),
		carefully(create("lost-answer", "The token is made, and the connection breaks before the answer", "task/result",
			Given{Faults: `[{"name": "lost-answer", "match": {"operation": "token.create"}, "when": {"first": 1}, "where": "after", "effect": {"kind": "reset"}}]`}, "retry/looks-before-repeating-a-write")),
		carefully(create("broken-connection", "The connection breaks before the token is made", "task/result",
			Given{Faults: `[{"name": "broken-connection", "match": {"operation": "token.create"}, "when": {"first": 1}, "where": "before", "effect": {"kind": "reset"}}]`}, "retry/looks-before-repeating-a-write")),
		carefully(create("rate-limited", "The first try is a 429 with Retry-After", "task/result",
			Given{Faults: `[{"name": "rate-limited", "match": {"operation": "token.create"}, "when": {"first": 1}, "effect": {"kind": "refusal", "code": 429, "headers": {"Retry-After": "1"}}}]`}, "retry/waits-after-429")),
		{ID: "create-token/refused", Task: "create-token", Title: "The scope is not one that can be had", Parameters: `{"name": "certified", "scopes": ["GET:unknown.example.com/nothing"]}`, End: Failed, Outcome: "task/result", Needs: []string{"retry/refusals-not-repeated"}},

		list("none", "There is no token", "task/result", Given{}),
		list("many", "There are more than two pages hold", "lists/to-the-end", Given{Tokens: 205}),
		list("short-pages", "The server chooses pages of one entry", "lists/any-page-size", Given{Tokens: 5, Faults: legal("token.list", "pages")}),
		list("changing", "The first token expires while the list is read", "lists/while-changing",
			Given{Tokens: 110, Faults: `[{"name": "one-goes", "match": {"operation": "token.list"}, "when": {"first": 1}, "where": "after", "do": {"expire": "${token}"}}]`}),
	}
}

// legal has every answer of an operation varied in a way that the document allows.
func legal(operation, vary string) string {
	return `[{"name": "legal", "match": {"operation": "` + operation + `"}, "effect": {"kind": "legal", "vary": ["` + vary + `"]}}]`
}

func readingCases() []Case {
	const credit = `{"credit": 12.34}`
	return []Case{
		{ID: "read-wallet/plain", Task: "read-wallet", Title: "The credit is read", Given: Given{Credit: "12.34"}, Prints: credit, End: Done, Outcome: "task/result"},
		{ID: "read-wallet/unknown-members", Task: "read-wallet", Title: "The answer has members that nobody documented", Given: Given{Credit: "12.34", Faults: legal("wallet.get", "extra")}, Prints: credit, End: Done, Outcome: "reads/unknown-members"},
		{ID: "read-wallet/redirected", Task: "read-wallet", Title: "The answer leads to another host", Given: Given{Credit: "12.34",
			Faults: `[{"name": "led-away", "match": {"operation": "wallet.get"}, "when": {"first": 1}, "effect": {"kind": "status", "status": 307, "headers": {"Location": "${elsewhere}/wallet"}}}]`},
			Prints: credit, End: Either, Outcome: "task/result", Needs: []string{"credentials/not-elsewhere"}},
		{ID: "read-subscriptions/plain", Task: "read-subscriptions", Title: "Counts are texts", Given: Given{Fixture: "demo"}, Prints: `{"available": "${available}"}`, End: Done, Outcome: "reads/number-as-text"},
		{ID: "read-callbacks/plain", Task: "read-callbacks", Title: "completedAt may be null", Given: Given{Fixture: "demo",
			Faults: `[{"name": "not-completed", "match": {"operation": "callback.list"}, "effect": {"kind": "violation", "field": "data.0.completedAt", "do": "null"}}]`}, Prints: `{"pending": "${pending}", "completed": "${completed}"}`, End: Done, Outcome: "reads/null"},
		{ID: "read-statistics/day", Task: "read-statistics", Title: "A day is asked for", Parameters: `{"year": 2026, "month": 2, "day": 3}`, Prints: `{"totalRequests": 0}`, End: Done, Outcome: "task/result", Needs: []string{"requests/dates"}},
		{ID: "read-statistics/month", Task: "read-statistics", Title: "A month is asked for", Parameters: `{"year": 2026, "month": 2}`, Prints: `{"totalRequests": 0}`, End: Done, Outcome: "task/result", Needs: []string{"requests/dates"}},
	}
}

func serviceCases() []Case {
	call := func(id, title, outcome, parameters, prints string, given Given, needs ...string) Case {
		return Case{ID: "call-paid-service/" + id, Task: "call-paid-service", Title: title, Given: given, Parameters: parameters, Prints: prints, End: Done, Outcome: outcome, Needs: needs}
	}
	paid := Given{Credit: "20", Tokens: 1, Scopes: []string{"POST:sms.openapi.com/IT-messages", "GET:company.openapi.com/IT-advanced"}}
	poor := paid
	poor.Credit = ""
	lost := paid
	lost.Faults = `[{"name": "lost-answer", "match": {"operation": "service.call", "method": "POST"}, "when": {"first": 1}, "where": "after", "effect": {"kind": "reset"}}]`
	const (
		send     = `{"url": "${base}/__services/sms.openapi.com/IT-messages", "method": "POST", "body": {"to": "+391234567890", "text": "certified"}, "token": "${token}"}`
		advanced = `{"url": "${base}/__services/company.openapi.com/IT-advanced/12485671007", "method": "GET", "token": `
	)
	return []Case{
		call("plain", "The call succeeds", "task/result", send, `{"outcome": "ok"}`, paid),
		call("no-credit", "The wallet is empty: 402", "reads/payment-required", send, `{"outcome": "payment-required"}`, poor, "credentials/payment-is-no-login"),
		call("wrong-token", "Nobody knows the token: 401, error 125.22", "reads/fraction-error", advanced+`"000000000000000000000000"}`, `{"outcome": "unauthorized", "error": 125.22}`, paid, "credentials/not-hammered"),
		{ID: "call-paid-service/lost-answer", Task: "call-paid-service", Title: "The call is paid, and the connection breaks before the answer", Given: lost, Parameters: send,
			Prints: `{"outcome": {"oneOf": ["ok", "unknown"]}}`, End: Either, Outcome: "task/result", Needs: []string{"retry/looks-before-repeating-a-write"}},
	}
}

func rotationCases() []Case {
	one := Given{Credit: "20", Tokens: 1, Scopes: []string{someScope}, TTL: 3600}
	with := func(change func(*Given)) Given {
		given := one
		change(&given)
		return given
	}
	rotate := func(id, title, outcome, more string, given Given, end End, needs ...string) Case {
		return Case{ID: "rotate-token/" + id, Task: "rotate-token", Title: title, Given: given,
			Parameters: `{"token": "${token}", "refreshToken": "${refreshToken}", "url": "` + someCall + `"` + more + `}`,
			Prints:     `{"rotated": true}`, End: end, Outcome: outcome, Needs: needs}
	}
	fresh := func(id, title, outcome string, given Given, end End, needs ...string) Case {
		return Case{ID: "keep-token-fresh/" + id, Task: "keep-token-fresh", Title: title, Given: given,
			Parameters: `{"token": "${token}", "refreshToken": "${refreshToken}", "expireAt": "${expireAt}", "now": "${now}", "scopes": ["` + someScope + `"], "url": "` + someCall + `", "calls": 3}`,
			Prints:     `{"calls": 3}`, End: end, Outcome: outcome, Needs: needs}
	}
	return []Case{
		rotate("plain", "A token is rotated", "task/result", "", one, Done, "rotation/old-pair-dropped", "rotation/refresh-token-kept-to-its-use"),
		rotate("under-data", "The new pair is answered under data alone", "reads/token-shape", "", with(func(g *Given) { g.Settings.TokenShape = "data" }), Done),
		rotate("bare", "The new pair is answered bare", "reads/token-shape", "", with(func(g *Given) { g.Settings.TokenShape = "flat" }), Done),
		rotate("at-once", "Two rotations at the same time: one wins", "rotation/winner-kept", `, "atOnce": 2`,
			with(func(g *Given) {
				g.Faults = `[{"name": "slow", "match": {"operation": "token.update"}, "effect": {"kind": "latency", "fixed": "400ms"}}]`
			}), Done, "rotation/refresh-token-kept-to-its-use"),
		rotate("lost-answer", "The token is rotated, and the connection breaks before the answer", "task/result", "",
			with(func(g *Given) {
				g.Faults = `[{"name": "lost-answer", "match": {"operation": "token.update"}, "when": {"first": 1}, "where": "after", "effect": {"kind": "reset"}}]`
			}), Either, "retry/bounded"),
		fresh("plain", "The token is good for all calls", "task/result", one, Done),
		fresh("expires-under-way", "The token expires before the second call", "task/result",
			with(func(g *Given) {
				g.Faults = `[{"name": "expires", "match": {"operation": "service.call"}, "when": {"nth": 2}, "where": "before", "do": {"expire": "token"}}]`
			}), Either, "credentials/not-hammered"),
		fresh("expired", "The token has expired already, on the account's clock", "task/result", with(func(g *Given) { g.Advance = "2h" }), Either, "credentials/expired-not-sent"),
	}
}

func outageCases() []Case {
	outage := func(id, title, outcome, faults string, end End, needs ...string) Case {
		return Case{ID: "handle-outage/" + id, Task: "handle-outage", Title: title, Given: Given{Credit: "12.34", Faults: faults}, Parameters: `{"patience": 1}`,
			Prints: `{"credit": 12.34}`, End: end, Outcome: outcome, Needs: needs}
	}
	fault := func(when, effect string) string {
		return `[{"name": "outage", "match": {"operation": "wallet.get"}, "when": ` + when + `, "where": "before", "effect": ` + effect + `}]`
	}
	return []Case{
		outage("retry-after", "503 with Retry-After, once", "task/result", fault(`{"first": 1}`, `{"kind": "status", "status": 503, "headers": {"Retry-After": "1"}}`), Done, "retry/waits-after-503"),
		outage("rate-limited", "429 with Retry-After, once", "task/result", fault(`{"first": 1}`, `{"kind": "refusal", "code": 429, "headers": {"Retry-After": "1"}}`), Done, "retry/waits-after-429"),
		outage("broken-connections", "The connection breaks, twice", "task/result", fault(`{"first": 2}`, `{"kind": "reset"}`), Done, "retry/growing-pauses"),
		outage("gateway", "A gateway answers 502, in HTML, once", "reads/no-json", fault(`{"first": 1}`, `{"kind": "status", "status": 502, "headers": {"Content-Type": "text/html"}, "body": "<html><h1>502 Bad Gateway</h1></html>"}`), Done),
		outage("hanging", "The first answer never comes", "task/result", fault(`{"first": 1}`, `{"kind": "hang", "max": "10m"}`), Done),
		outage("for-good", "503 without end", "task/result", fault(`{"probability": 1}`, `{"kind": "status", "status": 503}`), Failed, "retry/growing-pauses", "retry/bounded"),
	}
}

func callbackCases() []Case {
	receive := func(id, title, outcome, prints string, deliveries ...Delivery) Case {
		return Case{ID: "receive-callback/" + id, Task: "receive-callback", Title: title, Given: Given{Deliveries: deliveries},
			Parameters: `{"listen": "${listen}", "path": "/hook", "secret": "${webhookSecret}", "requests": "${requests}"}`, Prints: prints, End: Done, Outcome: outcome, Needs: []string{"callbacks/answered-200"}}
	}
	return []Case{
		receive("plain", "A callback comes", "task/result", `{"accepted": ["order-1"]}`, Delivery{ID: "order-1"}),
		receive("forged", "A callback comes with a wrong signature, one with none, and a right one", "callbacks/signature-checked", `{"accepted": ["order-1"]}`,
			Delivery{ID: "order-666", Forged: true}, Delivery{ID: "order-667", Unsigned: true}, Delivery{ID: "order-1"}),
		receive("doubled", "A callback comes twice, and another one", "callbacks/doubles-harmless", `{"accepted": ["order-1", "order-2"]}`,
			Delivery{ID: "order-1"}, Delivery{ID: "order-1"}, Delivery{ID: "order-2"}),
	}
}

func grantCases() []Case {
	code := func(id, title, prints string, given Given, end End, needs ...string) Case {
		given.Settings.AutoApprove = true
		return Case{ID: "authorization-code/" + id, Task: "authorization-code", Title: title, Given: given, Prints: prints, End: end, Outcome: "task/result", Needs: needs}
	}
	const who = `{"username": "johndoe"}`
	authorize := func(location string) string {
		return `[{"name": "led-astray", "match": {"operation": "authcode.authorize"}, "effect": {"kind": "status", "status": 302, "headers": {"Location": "` + location + `"}}}]`
	}
	return []Case{
		{ID: "client-credentials/plain", Task: "client-credentials", Title: "A token is had and used", Parameters: `{"calls": 1}`, Prints: `{"clientId": "${clientId}", "calls": 1}`, End: Done, Outcome: "task/result"},
		{ID: "client-credentials/both", Task: "client-credentials", Title: "The token is answered under data and beside it", Given: Given{Settings: Settings{ClientShape: "both"}}, Parameters: `{"calls": 1}`, Prints: `{"clientId": "${clientId}", "calls": 1}`, End: Done, Outcome: "reads/wrapped-and-flat"},
		{ID: "client-credentials/reused", Task: "client-credentials", Title: "Three calls with one token", Parameters: `{"calls": 3}`, Prints: `{"clientId": "${clientId}", "calls": 3}`, End: Done, Outcome: "task/result", Needs: []string{"grants/token-reused"}},
		code("plain", "A user is signed in", who, Given{}, Done, "code/redirect-registered", "code/redirect-exact", "code/state-sent", "code/state-checked", "code/pkce", "code/used-once"),
		code("loopback", "The redirect URI that is registered is on this machine", who, Given{Redirect: "http://127.0.0.1:9/certified"}, Done, "code/redirect-exact"),
		code("other-state", "Somebody else's code comes, with another state", "", Given{Faults: authorize("${redirectUri}?code=0123456789abcdef0123456789abcdef&state=somebody-elses-state")}, Failed, "code/state-checked"),
		code("denied", "The user denies", "", Given{Faults: authorize("${redirectUri}?error=access_denied&error_description=The+user+denied+access")}, Failed),
	}
}

func v1Cases() []Case {
	const parameters = `{"scopes": ["GET:company.openapi.com/IT-start"], "ttl": 3600}`
	create := func(id, title string, faults string, end End, needs ...string) Case {
		return Case{ID: "create-token-v1/" + id, Task: "create-token-v1", Title: title, Given: Given{Faults: faults}, Parameters: parameters,
			Prints: `{"scopes": ["GET:company.openapi.com/IT-start"]}`, End: end, Outcome: "task/result", Needs: needs}
	}
	return []Case{
		{ID: "migrate-v1/plain", Task: "migrate-v1", Title: "Tokens are read by both versions", Given: Given{Tokens: 2, Scopes: []string{someScope}, TTL: 3600},
			Prints: `{"tokens": "${tokens}"}`, End: Done, Outcome: "task/result"},
		{ID: "migrate-v1/nothing", Task: "migrate-v1", Title: "There is no token: version 1 answers 204", Prints: `{"tokens": []}`, End: Done, Outcome: "reads/no-content"},
		create("plain", "A token is made by version 1", "", Done, "requests/scopes", "requests/json"),
		create("lost-answer", "The token is made, and the connection breaks before the answer",
			`[{"name": "lost-answer", "match": {"operation": "v1.token.create"}, "when": {"first": 1}, "where": "after", "effect": {"kind": "reset"}}]`, Either, "retry/looks-before-repeating-a-write"),
		create("rate-limited", "The first try is a 429 with Retry-After",
			`[{"name": "rate-limited", "match": {"operation": "v1.token.create"}, "when": {"first": 1}, "effect": {"kind": "refusal", "code": 429, "headers": {"Retry-After": "1"}}}]`, Either, "retry/waits-after-429"),
		{ID: "create-token-v1/refused", Task: "create-token-v1", Title: "The scope is not one that can be had: 406", Parameters: `{"scopes": ["GET:unknown.example.com/nothing"], "ttl": 3600}`, End: Failed, Outcome: "task/result", Needs: []string{"retry/refusals-not-repeated"}},
		{ID: "list-tokens-v1/plain", Task: "list-tokens-v1", Title: "There are tokens", Given: Given{Tokens: 3, Scopes: []string{someScope}}, Prints: `{"count": 3}`, End: Done, Outcome: "task/result"},
		{ID: "list-tokens-v1/nothing", Task: "list-tokens-v1", Title: "There is no token: 204 without a body", Prints: `{"count": 0}`, End: Done, Outcome: "reads/no-content"},
		{ID: "read-counters-v1/day", Task: "read-counters-v1", Title: "A day is asked for", Parameters: `{"year": 2026, "month": 2, "day": 3}`, Prints: `{"scopes": 0}`, End: Done, Outcome: "task/result", Needs: []string{"requests/dates"}},
	}
}
