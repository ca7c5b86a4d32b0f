package mutant

import (
	"encoding/json"
	"net/http"
	"strings"
)

// clientCred are lies of the client credentials flow.
func clientCred() []Mutant {
	var all []Mutant
	for _, some := range [][]Mutant{clientTokens(), clientRefusals(), clientAuthentication(), clientPaths(), clientLimits(), pings()} {
		all = append(all, some...)
	}
	return all
}

const clientToken = "clientcred.token"

// onToken lies about a token that was made.
func onToken(edit func(data map[string]any)) Lie { return onData(clientToken, edit)() }

func clientTokens() []Mutant {
	const shape, bearer, sample, tolerance = "clientcred/token/shape", "clientcred/token/bearer", "clientcred/token/as-in-the-sample", "clientcred/token/tolerance"
	ok := has(http.StatusOK)
	return family("clientcred",
		row{"token-status", "a token is made with 201", shape, when(clientToken, ok, status(http.StatusCreated))},
		row{"token-missing", "there is no access_token", shape, onToken(drop("access_token"))},
		row{"token-renamed", "access_token is called token", shape, onToken(rename("access_token", "token"))},
		row{"token-lifetime-as-text", "expires_in is text", shape, onToken(change("expires_in", func(n json.Number) any { return n.String() }))},
		row{"token-bare", "the token does not stand under data", shape, when(clientToken, ok, func(x *Exchange) {
			x.Answer.JSON = x.Answer.payload()
		})},
		row{"token-type", "token_type is mac", bearer, onToken(set("token_type", "mac"))},
		row{"token-without-a-life", "expires_in is 0", bearer, onToken(set("expires_in", json.Number("0")))},
		row{"token-unsendable", "the token has a blank in it", bearer, onToken(change("access_token", func(s string) any { return s[:8] + " " + s[8:] }))},
		row{"token-in-capitals", "the digits of a token are capitals", sample, onToken(change("access_token", func(s string) any { return strings.ToUpper(s) }))},
		row{"token-a-second-longer", "a token lives for 3601 seconds", sample, onToken(set("expires_in", json.Number("3601")))},
		row{"token-type-in-lower-case", "token_type is bearer", sample, onToken(set("token_type", "bearer"))},
		row{"token-the-same", "everybody is given the same token", sample, onToken(set("access_token", "sk-0123456789abcdef0123456789abcdef"))},
		row{"token-stored", "an answer with a token may be stored", "clientcred/token/not-stored", when(clientToken, ok, func(x *Exchange) { x.setHeader("Cache-Control", "") })},
		row{"token-stored-privately", "an answer with a token may be stored by the browser", "clientcred/token/not-stored", when(clientToken, ok, func(x *Exchange) { x.setHeader("Cache-Control", "private") })},
		row{"grant-type-refused", "a request with grant_type is refused", tolerance, when(clientToken, sent("grant_type"), func(x *Exchange) {
			x.refuseClient(400, "400013", "invalid_request", "Missing or invalid parameters")
		})},
		row{"charset-refused", "a media type with a charset is refused", tolerance, when(clientToken, func(x *Exchange) bool { return strings.Contains(x.Header.Get("Content-Type"), "charset") }, func(x *Exchange) {
			x.refuseClient(400, "400013", "invalid_request", "Missing or invalid parameters")
		})},
		row{"session-key-refused", "a request with session_key is refused", "clientcred/token/session-key", when(clientToken, sent("session_key"), func(x *Exchange) {
			x.refuseClient(401, "401021", "invalid_client", "Invalid client_id, client_secret, or session_key")
		})},
	)
}

func clientRefusals() []Mutant {
	const missing, wrong = "clientcred/token/missing", "clientcred/token/wrong-client"
	at := func(x *Exchange) map[string]any {
		inner, _ := x.Answer.body()["error"].(map[string]any)
		return inner
	}
	var rows []row
	for _, r := range []struct {
		name, scenario string
		status         int
	}{
		{"missing", missing, 400}, {"wrong-client", wrong, 401}, {"disabled", "clientcred/token/disabled-in-words", 403}, {"failure", "clientcred/token/failure", 500},
	} {
		is := has(r.status)
		rows = append(rows,
			row{r.name + "-status", "the refusal has another status", r.scenario, when(clientToken, is, status(http.StatusConflict))},
			row{r.name + "-code", "the refusal has another code", r.scenario, when(clientToken, is, func(x *Exchange) { at(x)["code"] = "499999" })},
			row{r.name + "-code-as-number", "the code is a number", r.scenario, when(clientToken, is, func(x *Exchange) { at(x)["code"] = json.Number(text(at(x), "code")) })},
			row{r.name + "-word", "the refusal has another word", r.scenario, when(clientToken, is, func(x *Exchange) { at(x)["code_reason"] = "error" })},
			row{r.name + "-message", "the message is in capitals", r.scenario, when(clientToken, is, func(x *Exchange) { at(x)["message"] = strings.ToUpper(text(at(x), "message")) })},
		)
	}
	give := func(x *Exchange) { x.giveToken() }
	secret := func(is func(string) bool) func(*Exchange) bool {
		return both(has(401), func(x *Exchange) bool { return is(x.form().Get("client_secret")) })
	}
	rows = append(rows,
		row{"no-secret-needed", "a token is made without a secret", missing, when(clientToken, func(x *Exchange) bool { return x.form().Has("client_id") && !x.form().Has("client_secret") }, give)},
		row{"no-id-needed", "a token is made without an id", missing, when(clientToken, func(x *Exchange) bool { return x.form().Has("client_secret") && !x.form().Has("client_id") }, give)},
		row{"nothing-needed", "a token is made for nothing", missing, when(clientToken, func(x *Exchange) bool { return len(x.form()) == 0 }, give)},
		row{"empty-secret", "an empty secret is good", "clientcred/token/empty", when(clientToken, func(x *Exchange) bool { return sent("client_secret")(x) && x.form().Get("client_secret") == "" }, give)},
		row{"empty-id", "an empty id is good", "clientcred/token/empty", when(clientToken, func(x *Exchange) bool { return sent("client_id")(x) && x.form().Get("client_id") == "" }, give)},
		row{"id-twice", "of two ids one counts", "clientcred/token/twice", when(clientToken, func(x *Exchange) bool { return len(x.form()["client_id"]) == 2 }, give)},
		row{"secret-twice", "of two secrets one counts", "clientcred/token/twice", when(clientToken, func(x *Exchange) bool { return len(x.form()["client_secret"]) == 2 }, give)},
		row{"secret-by-its-beginning", "what begins with the secret is as good", wrong, when(clientToken, secret(func(s string) bool { return strings.HasSuffix(s, "x") }), give)},
		row{"secret-trimmed", "a blank before the secret is taken away", wrong, when(clientToken, secret(func(s string) bool { return strings.HasPrefix(s, " ") }), give)},
		row{"secret-that-is-the-id", "the id is a secret too", wrong, when(clientToken, func(x *Exchange) bool {
			return x.form().Has("client_id") && x.form().Get("client_id") == x.form().Get("client_secret")
		}, give)},
		row{"anybody", "an unknown client gets a token", wrong, when(clientToken, both(has(401), func(x *Exchange) bool { return strings.HasPrefix(x.form().Get("client_id"), "nobody-") }), give)},
		row{"any-secret-of-a-client", "the secret of another client is as good", "clientcred/token/other-secret", when(clientToken, has(401), give)},
		row{"errors-at-the-root", "what is wrong stands at the root", "clientcred/token/error-object", when(clientToken, has(401), func(x *Exchange) { x.Answer.JSON = at(x) })},
		row{"disabled-served", "a disabled client gets tokens", "clientcred/token/disabled", when(clientToken, has(403), give)},
		row{"disabled-unknown", "a disabled client is unknown", "clientcred/token/disabled", when(clientToken, has(403), func(x *Exchange) {
			x.refuseClient(401, "401021", "invalid_client", "Invalid client_id, client_secret, or session_key")
		})},
		row{"disabled-before-the-secret", "a disabled client is told so whatever its secret", "clientcred/token/disabled", when(clientToken, has(401), func(x *Exchange) {
			x.refuseClient(403, "403000", "forbidden", "Access forbidden for this resource.")
		})},
		row{"gone-for-good", "what is not found is gone", "clientcred/token/gone", when(clientToken, has(404), status(http.StatusGone))},
	)
	return family("clientcred", rows...)
}

func clientAuthentication() []Mutant {
	const basic = "clientcred/authentication/basic"
	refuse := func(x *Exchange) {
		x.refuseClient(401, "401021", "invalid_client", "Invalid client_id, client_secret, or session_key")
		x.setHeader("WWW-Authenticate", `Basic realm="x"`)
	}
	give := func(x *Exchange) { x.giveToken() }
	in := func(member string) func(x *Exchange) bool {
		return func(x *Exchange) bool { return x.Query.Has(member) }
	}
	return family("clientcred",
		row{"basic-unknown", "Basic is not looked at", basic, when(clientToken, byBasic, refuse)},
		row{"basic-not-decoded", "what is in Basic is not decoded", "clientcred/authentication/basic-encoded", when(clientToken, byBasic, refuse)},
		row{"plus-in-forms-kept", "a plus in a form stays a plus", "clientcred/authentication/basic-encoded", when(clientToken, func(x *Exchange) bool { return strings.Contains(string(x.Sent), "+") }, refuse)},
		row{"basic-decoded-only", "a secret that is raw in Basic is wrong", "clientcred/authentication/basic-raw", when(clientToken, byBasic, refuse)},
		row{"basic-without-challenge", "a 401 of Basic has no WWW-Authenticate", "clientcred/authentication/basic-refused", when(clientToken, has(401), func(x *Exchange) { x.setHeader("WWW-Authenticate", "") })},
		row{"basic-other-challenge", "a 401 of Basic asks for a Bearer", "clientcred/authentication/basic-refused", when(clientToken, has(401), func(x *Exchange) { x.setHeader("WWW-Authenticate", "Bearer") })},
		row{"form-challenged", "a 401 of a form asks for Basic", "clientcred/authentication/form-refused", when(clientToken, has(401), func(x *Exchange) { x.setHeader("WWW-Authenticate", "Basic") })},
		row{"both-refused", "Basic and form together are refused", "clientcred/authentication/both", when(clientToken, both(byBasic, has(200)), refuse)},
		row{"both-that-disagree", "of Basic and form Basic counts", "clientcred/authentication/both", when(clientToken, both(byBasic, has(400)), give)},
		row{"query-counts", "credentials in the query are as good", "clientcred/authentication/query", when(clientToken, in("client_id"), give)},
		row{"secret-in-the-query-counts", "a secret in the query is as good", "clientcred/authentication/query", when(clientToken, in("client_secret"), give)},
		row{"query-ignored", "what is in the query is ignored", "clientcred/authentication/query-too", when(clientToken, in("client_secret"), give)},
		row{"json-counts", "JSON is as good as a form", "clientcred/authentication/content-type", when(clientToken, func(x *Exchange) bool { return x.Body != nil }, give)},
		row{"media-type-ignored", "a form is one whatever it is called", "clientcred/authentication/content-type", when(clientToken, func(x *Exchange) bool { return x.Header.Get("Content-Type") == "text/plain" }, give)},
	)
}

func clientPaths() []Mutant {
	under := func(status int, edit func(x *Exchange)) Lie {
		return func(x *Exchange) {
			if strings.HasPrefix(x.Path, "/v1/") && x.Operation == "" && x.Answer.Status == status {
				edit(x)
			}
		}
	}
	give := func(x *Exchange) { x.giveToken() }
	return family("clientcred",
		row{"path-served", "everything below /v1/auth/ gives tokens", "clientcred/paths/unknown", under(404, give)},
		row{"path-status", "an unknown path is a wrong request", "clientcred/paths/unknown", under(404, status(400))},
		row{"path-in-other-words", "an unknown path has another code", "clientcred/paths/in-words", under(404, func(x *Exchange) {
			x.refuseClient(404, "404", "not_found", "Resource or endpoint not found.")
		})},
		row{"method-unknown", "a wrong method is an unknown path", "clientcred/paths/in-words", under(405, status(404))},
		row{"method-without-allow", "a 405 does not say what is allowed", "clientcred/paths/in-words", under(405, func(x *Exchange) { x.setHeader("Allow", "") })},
		row{"method-any", "a token is to be had by GET", "clientcred/paths/methods", under(405, give)},
	)
}

func clientLimits() []Mutant {
	const refused = "clientcred/rate-limit/refused"
	all := family("clientcred",
		row{"limit-never", "there is no limit", refused, when(clientToken, has(429), func(x *Exchange) { x.giveToken() })},
		row{"limit-status", "over the limit is 503", refused, when(clientToken, has(429), status(503))},
		row{"limit-code", "over the limit has the code 429", refused, when(clientToken, has(429), func(x *Exchange) {
			x.refuseClient(429, "429", "rate_limit_exceeded", "Too many requests.")
		})},
		row{"limit-without-retry", "over the limit there is no Retry-After", refused, when(clientToken, has(429), func(x *Exchange) { x.setHeader("Retry-After", "") })},
		row{"limit-wrong-retry", "Retry-After is a second less", refused, when(clientToken, has(429), func(x *Exchange) { x.setHeader("Retry-After", "39") })},
		row{"limit-untold", "a success does not tell of the limit", refused, when(clientToken, has(200), func(x *Exchange) { x.setHeader("RateLimit-Remaining", "") })},
	)
	return append(all, Mutant{Name: "clientcred/limit-for-all", What: "one client's full window is full for all", Scenarios: []string{"clientcred/rate-limit/per-client"},
		Lie: afterwards(has(429), clientToken, func(x *Exchange) {
			x.refuseClient(429, "429000", "rate_limit_exceeded", "Too many requests.")
		})})
}

func pings() []Mutant {
	const ping, token = "clientcred.ping", "clientcred/ping/token"
	refuse := func(x *Exchange) {
		x.refuseClient(401, "401021", "invalid_client", "Invalid client_id, client_secret, or session_key")
	}
	give := func(x *Exchange) { x.give(200, map[string]any{"data": map[string]any{"client_id": "x"}}) }
	return family("clientcred",
		row{"ping-other-client", "ping names another client", token, onData(ping, set("client_id", "another"))()},
		row{"ping-anybody", "ping takes any token", token, when(ping, func(x *Exchange) bool { return x.Caller != "" }, give)},
		row{"ping-for-ever", "a token does not expire", "clientcred/ping/expiry", when(ping, both(has(401), func(x *Exchange) bool { return x.Caller != "" }), give)},
		row{"ping-never", "a token is never good", "clientcred/ping/expiry", when(ping, has(200), refuse)},
		row{"ping-not-to-the-last-second", "a token expires a second early", "clientcred/ping/last-second", when(ping, has(200), refuse)},
	)
}
