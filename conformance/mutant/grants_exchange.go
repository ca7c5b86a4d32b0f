package mutant

import (
	"net/http"
	"strings"
)

func codeTokens() []Mutant {
	const missing, wrong, unknown = "authcode/token/missing", "authcode/token/wrong-client", "authcode/token/unknown-code"
	give := func(x *Exchange) { x.giveToken() }
	word := func(status int, to string) func(x *Exchange) {
		return func(x *Exchange) { x.refuseGrant(status, to) }
	}
	without := func(name string) func(x *Exchange) bool {
		return func(x *Exchange) bool { return !x.form().Has(name) && len(x.form()) == 2 }
	}
	is := func(at string, code string) func(x *Exchange) bool {
		return func(x *Exchange) bool { return x.Operation == at && x.Answer.code() == code }
	}
	request, client, code := is(codeToken, "invalid_request"), is(codeToken, "invalid_client"), is(codeToken, "invalid_code")
	all := family("authcode",
		row{"request-status", "a missing parameter is 422", missing, when(codeToken, request, status(http.StatusUnprocessableEntity))},
		row{"request-word", "a missing parameter is a bad_request", missing, when(codeToken, request, word(400, "bad_request"))},
		row{"request-without-words", "a refusal has no error_description", missing, when(codeToken, request, func(x *Exchange) { delete(x.Answer.body(), "error_description") })},
		row{"no-code-needed", "a token is made without a code", missing, when(codeToken, without("code"), give)},
		row{"no-client-needed", "a token is made without a client", missing, when(codeToken, without("client_id"), word(401, "invalid_client"))},
		row{"no-secret-needed", "a token is made without a secret", missing, when(codeToken, without("client_secret"), give)},
		row{"client-status", "a wrong client is a wrong request", wrong, when(codeToken, client, status(http.StatusBadRequest))},
		row{"client-word", "a wrong client is unauthorized_client", wrong, when(codeToken, client, word(401, "unauthorized_client"))},
		row{"any-secret", "any secret is good", wrong, when(codeToken, client, give)},
		row{"code-status", "a wrong code is 401", unknown, when(codeToken, code, status(http.StatusUnauthorized))},
		row{"code-word", "a wrong code is an invalid_grant, as in RFC 6749", unknown, when(codeToken, code, word(400, "invalid_grant"))},
		row{"any-code", "any code is good", unknown, when(codeToken, code, give)},
		row{"quoted-code", "a code with a quote breaks the server", unknown, when(codeToken, both(code, func(x *Exchange) bool { return strings.Contains(x.form().Get("code"), "'") }), word(500, "server_error"))},
		row{"redirect-ignored", "another redirect_uri is not looked at", "authcode/token/redirect-uri", when(codeToken, code, give)},
		row{"redirect-refused", "a redirect_uri is refused", "authcode/token/redirect-uri", when(codeToken, both(has(200), sent("redirect_uri")), word(400, "invalid_request"))},
		row{"other-client-served", "a code is good for any client", "authcode/token/other-client", when(codeToken, code, give)},
		row{"basic-unknown", "Basic is not looked at", "authcode/token/basic", when(codeToken, both(byBasic, has(200)), word(401, "invalid_client"))},
		row{"basic-without-challenge", "a 401 of Basic has no WWW-Authenticate", "authcode/token/basic", when(codeToken, has(401), func(x *Exchange) { x.setHeader("WWW-Authenticate", "") })},
		row{"form-challenged", "a 401 of a form asks for Basic", "authcode/token/not-challenged", when(codeToken, has(401), func(x *Exchange) { x.setHeader("WWW-Authenticate", "Basic") })},
		row{"code-twice", "of two codes one counts", "authcode/token/twice", when(codeToken, func(x *Exchange) bool { return len(x.form()["code"]) == 2 }, give)},
		row{"client-at-token-twice", "of two clients one counts", "authcode/token/twice", when(codeToken, func(x *Exchange) bool { return len(x.form()["client_id"]) == 2 }, give)},
		row{"query-counts", "what stands in the query is as good", "authcode/token/query", when(codeToken, func(x *Exchange) bool { return x.Query.Has("code") }, give)},
		row{"secret-in-the-query-counts", "credentials in the query are as good", "authcode/token/query", when(codeToken, func(x *Exchange) bool { return x.Query.Has("client_secret") && !x.Query.Has("code") }, give)},
		row{"json-counts", "JSON is as good as a form", "authcode/token/content-type", when(codeToken, func(x *Exchange) bool { return x.Body != nil }, word(400, "invalid_code"))},
		row{"media-type-ignored", "a form is one whatever it is called", "authcode/token/content-type", when(codeToken, func(x *Exchange) bool { return x.Header.Get("Content-Type") == "text/plain" }, word(400, "invalid_code"))},
		row{"query-ignored", "a secret in the query is ignored", "authcode/token/content-type", when(codeToken, func(x *Exchange) bool { return x.Query.Has("client_secret") }, word(400, "invalid_code"))},
	)
	burnt := func(name, what, scenario string, by func(x *Exchange) bool) Mutant {
		return Mutant{Name: "authcode/" + name, What: what, Scenarios: []string{scenario}, Lie: afterwards(by, codeToken, word(400, "invalid_code"))}
	}
	return append(all,
		burnt("burnt-by-another-client", "a try of another client uses up a code", "authcode/token/other-client", code),
		burnt("burnt-by-authentication", "a failed authentication uses up a code", "authcode/token/not-burnt", client),
		burnt("burnt-by-redirect", "a wrong redirect_uri uses up a code", "authcode/token/not-burnt", code),
		burnt("burnt-by-verifier", "a wrong verifier uses up a code", "authcode/pkce/every-try", code),
	)
}

func codeOnce() []Mutant {
	const once = "authcode/token/once"
	give := func(x *Exchange) { x.giveToken() }
	refuse := func(x *Exchange) { x.refuseGrant(400, "invalid_code") }
	all := family("authcode",
		row{"code-again", "a code is good again and again", once, when(codeToken, has(400), give)},
		row{"code-again-at-once", "a code is good for all that come at once", "authcode/token/raced", when(codeToken, has(400), give)},
		row{"code-for-nobody-at-once", "of those that come at once nobody gets a token", "authcode/token/raced", when(codeToken, has(200), refuse)},
		row{"code-for-ever", "a code does not expire", "authcode/token/expired", when(codeToken, has(400), give)},
		row{"code-not-to-the-last-second", "a code expires a second early", "authcode/token/a-minute", when(codeToken, has(200), refuse)},
		row{"code-a-second-longer", "a code is good after a minute", "authcode/token/a-minute", when(codeToken, has(400), give)},
	)
	return append(all, Mutant{Name: "authcode/token-lives-on", What: "a code that comes again takes no token back", Scenarios: []string{once}, Lie: func() Lie {
		var told any
		return func(x *Exchange) {
			switch {
			case x.Operation != codeUserinfo:
			case x.Answer.Status == 200:
				told = x.Answer.JSON
			case told != nil:
				x.Answer.Status, x.Answer.JSON = 200, told
			}
		}
	}})
}

func codePKCE() []Mutant {
	give := func(x *Exchange) { x.giveToken() }
	refuse := func(x *Exchange) { x.refuseGrant(400, "invalid_code") }
	served, refused := has(200), has(400)
	with, without := sent("code_verifier"), func(x *Exchange) bool { return !x.form().Has("code_verifier") }
	return family("authcode",
		row{"verifier-ignored", "a wrong verifier is as good", "authcode/pkce/s256", when(codeToken, both(refused, with), give)},
		row{"verifier-not-needed", "no verifier is as good", "authcode/pkce/s256", when(codeToken, both(refused, without), give)},
		row{"verifier-never-right", "no verifier is right", "authcode/pkce/s256", when(codeToken, both(served, with), refuse)},
		row{"plain-ignored", "a wrong verifier is as good for a plain challenge", "authcode/pkce/plain", when(codeToken, refused, give)},
		row{"plain-refused", "a plain challenge is refused", "authcode/pkce/plain", when(codeAuthorize, func(x *Exchange) bool { return x.Query.Get("code_challenge_method") == "plain" }, func(x *Exchange) { x.refuseGrant(400, "invalid_request") })},
		row{"plain-not-by-default", "a challenge without a method is by S256", "authcode/pkce/plain", afterFirst(codeToken, refuse)},
		row{"mistakes-forgiven", "a challenge that was made wrongly fits", "authcode/pkce/mistakes", when(codeToken, refused, give)},
		row{"challenge-is-its-verifier", "a challenge is its own verifier", "authcode/pkce/downgrade", when(codeToken, refused, give)},
		row{"verifier-for-nothing", "a verifier that nobody asked for is ignored", "authcode/pkce/verifier-for-nothing", when(codeToken, refused, give)},
		row{"any-method", "any method is taken", "authcode/pkce/unknown-method", when(codeAuthorize, func(x *Exchange) bool { return x.Method == "GET" }, func(x *Exchange) { x.giveCode() })},
		row{"method-without-case", "methods have no case", "authcode/pkce/unknown-method", when(codeAuthorize, func(x *Exchange) bool { return x.Query.Get("code_challenge_method") == "s256" }, func(x *Exchange) { x.giveCode() })},
		row{"verifier-of-no-matter-later", "after a wrong verifier none is asked for", "authcode/pkce/every-try", when(codeToken, both(refused, without), give)},
	)
}

// afterFirst lies about all successes of an operation but the first.
func afterFirst(operation string, edit func(x *Exchange)) Lie {
	seen := false
	return func(x *Exchange) {
		if x.Operation == operation && x.Answer.Status == http.StatusOK {
			if seen {
				edit(x)
			}
			seen = true
		}
	}
}

func codeUser() []Mutant {
	const invalid, words = "authcode/userinfo/invalid-token", "authcode/userinfo/in-words"
	john := func(x *Exchange) {
		x.give(200, map[string]any{"username": "johndoe", "email": "john@example.com", "full_name": "John Doe"})
	}
	refused := has(401)
	return family("authcode",
		row{"userinfo-forbidden", "a wrong token is forbidden", invalid, when(codeUserinfo, refused, status(http.StatusForbidden))},
		row{"userinfo-word", "a wrong token is unauthorized", invalid, when(codeUserinfo, refused, func(x *Exchange) { x.refuseGrant(401, "unauthorized") })},
		row{"userinfo-for-anybody", "any token is good", invalid, when(codeUserinfo, refused, john)},
		row{"userinfo-without-token", "no token is good", "authcode/userinfo/no-token", when(codeUserinfo, refused, john)},
		row{"userinfo-without-token-hidden", "without a token nothing is found", "authcode/userinfo/no-token", when(codeUserinfo, refused, status(http.StatusNotFound))},
		row{"userinfo-without-challenge", "a 401 does not say how to come", "authcode/userinfo/challenge", when(codeUserinfo, refused, func(x *Exchange) { x.setHeader("WWW-Authenticate", "") })},
		row{"userinfo-other-challenge", "a 401 asks for Basic", "authcode/userinfo/challenge", when(codeUserinfo, refused, func(x *Exchange) { x.setHeader("WWW-Authenticate", "Basic") })},
		row{"userinfo-missing-is-a-wrong-request", "without a token a request is a wrong one", words, when(codeUserinfo, both(refused, func(x *Exchange) bool { return x.Caller == "" }), func(x *Exchange) {
			x.Answer.Status = 400
		})},
		row{"userinfo-by-basic", "Basic is as good as a token", words, when(codeUserinfo, byBasic, john)},
		row{"userinfo-scheme-has-a-case", "bearer is not a scheme", "authcode/userinfo/scheme", when(codeUserinfo, func(x *Exchange) bool { return strings.HasPrefix(x.Caller, "bearer ") }, func(x *Exchange) { x.refuseGrant(401, "invalid_token") })},
		row{"userinfo-for-ever", "a token does not expire", "authcode/userinfo/expired", when(codeUserinfo, refused, john)},
		row{"userinfo-never", "a token is never good", "authcode/userinfo/expired", when(codeUserinfo, has(200), func(x *Exchange) { x.refuseGrant(401, "invalid_token") })},
		row{"userinfo-not-to-the-last-second", "a token expires a second early", "authcode/userinfo/last-second", when(codeUserinfo, has(200), func(x *Exchange) { x.refuseGrant(401, "invalid_token") })},
	)
}

func codeLimits() []Mutant {
	const refused, user, words = "authcode/rate-limit/refused", "authcode/rate-limit/userinfo", "authcode/rate-limit/in-words"
	limits := func(x *Exchange) {
		for name := range x.Answer.Header {
			if strings.Contains(name, "imit") {
				x.setHeader(name, "")
			}
		}
	}
	retries := func(x *Exchange) {
		x.setHeader("Retry-After", "")
		x.setHeader("Ratelimit-Reset", "")
		x.setHeader("RateLimit-Reset", "")
	}
	over := has(429)
	below := func(status int, edit func(x *Exchange)) Lie {
		return func(x *Exchange) {
			if strings.HasPrefix(x.Path, "/api/") && x.Answer.Status == status {
				edit(x)
			}
		}
	}
	all := family("authcode",
		row{"limit-never", "there is no limit", refused, when(codeToken, over, func(x *Exchange) { x.refuseGrant(400, "invalid_code") })},
		row{"limit-never-for-pages", "there is no limit of pages", refused, when(codeAuthorize, over, func(x *Exchange) { x.giveCode() })},
		row{"limit-status", "over the limit is 503", refused, when(codeToken, over, status(503))},
		row{"limit-untold", "over the limit nobody says what it is", refused, when(codeToken, over, limits)},
		row{"limit-without-retry", "over the limit nobody says when to come again", refused, when(codeToken, over, retries)},
		row{"limit-of-pages-untold", "over the limit of pages nobody says what it is", refused, when(codeAuthorize, over, limits)},
		row{"limit-never-for-users", "userinfo has no limit", user, when(codeUserinfo, over, func(x *Exchange) {
			x.give(200, map[string]any{"username": "johndoe", "email": "john@example.com", "full_name": "John Doe"})
		})},
		row{"limit-of-users-untold", "over the limit of userinfo nobody says what it is", user, when(codeUserinfo, over, limits)},
		row{"limit-in-other-words", "over the limit is too_many_requests", words, when(codeToken, over, func(x *Exchange) { x.Answer.body()["error"] = "too_many_requests" })},
		row{"limit-wrong-retry", "Retry-After is a second less", words, when(codeToken, over, func(x *Exchange) { x.setHeader("Retry-After", "39") })},
		row{"path-status", "an unknown path is a wrong request", "authcode/paths/unknown", below(404, status(400))},
		row{"path-as-page", "an unknown path is a page", "authcode/paths/unknown", below(404, func(x *Exchange) {
			x.setHeader("Content-Type", "text/html")
			x.Answer.Raw = []byte("<title>404</title>")
		})},
		row{"path-without-words", "an unknown path has no error_description", "authcode/paths/unknown", below(404, func(x *Exchange) { delete(x.Answer.body(), "error_description") })},
		row{"path-in-other-words", "an unknown path is unknown", "authcode/paths/in-words", below(404, func(x *Exchange) { x.Answer.body()["error"] = "unknown" })},
		row{"method-without-allow", "a 405 does not say what is allowed", "authcode/paths/in-words", below(405, func(x *Exchange) { x.setHeader("Allow", "") })},
		row{"method-any", "a token is to be had by GET", "authcode/paths/methods", below(405, func(x *Exchange) { x.giveToken() })},
	)
	return append(all, Mutant{Name: "authcode/limit-for-all", What: "one client's full window is full for all", Scenarios: []string{"authcode/rate-limit/per-client"},
		Lie: afterwards(func(x *Exchange) bool { return x.Answer.Status == 429 }, codeToken, func(x *Exchange) { x.refuseGrant(429, "rate_limit_exceeded") })})
}
