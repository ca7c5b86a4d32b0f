package mutant

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// The operations of the authorization code flow.
const (
	codeAuthorize = "authcode.authorize"
	codeToken     = "authcode.token"
	codeUserinfo  = "authcode.userinfo"
)

// authCode are lies of the authorization code flow.
func authCode() []Mutant {
	return slices.Concat(codeFlow(), codeRedirects(), codeRequests(), codeForeign(), codeTokens(), codeOnce(), codePKCE(), codeUser(), codeLimits(), codePages())
}

// toClient lies about what a client is sent by a redirect.
func toClient(edit func(x *Exchange, q url.Values)) Lie {
	return func(x *Exchange) {
		to := x.location()
		if x.Operation != codeAuthorize || to == nil || !to.Query().Has("code") && !to.Query().Has("error") {
			return
		}
		q := to.Query()
		edit(x, q)
		to.RawQuery = q.Encode()
		if x.Answer.Status < 400 && x.Answer.Raw == nil {
			x.setHeader("Location", to.String())
		}
	}
}

// asked is a condition on the query of an authorization request.
func asked(name string, is func(string) bool) func(x *Exchange) bool {
	return func(x *Exchange) bool { return is(x.Query.Get(name)) }
}

func begins(with string) func(string) bool {
	return func(s string) bool { return strings.HasPrefix(s, with) }
}

// notServed reports whether a request was refused.
func notServed(x *Exchange) bool { return x.Answer.Status >= 400 }

func codeFlow() []Mutant {
	const whole, members, sample, tolerance = "authcode/flow/whole", "authcode/flow/members", "authcode/flow/as-in-the-sample", "authcode/flow/tolerance"
	ok := has(http.StatusOK)
	refuse := func(x *Exchange) { x.refuseGrant(400, "invalid_request") }
	all := family("authcode",
		row{"code-missing", "the client is sent no code", whole, toClient(func(_ *Exchange, q url.Values) { q.Del("code") })},
		row{"code-empty", "the client is sent an empty code", whole, toClient(func(_ *Exchange, q url.Values) { q.Set("code", "") })},
		row{"code-in-the-fragment", "the code stands in the fragment", whole, toClient(func(x *Exchange, q url.Values) {
			to := x.location()
			x.Answer.Raw = []byte{}
			x.setHeader("Location", strings.TrimSuffix(strings.Split(to.String(), "?")[0], "?")+"#"+q.Encode())
		})},
		row{"sent-to-the-root", "the client's path is lost", whole, func(x *Exchange) {
			if to := x.location(); x.Operation == codeAuthorize && to != nil && to.Query().Has("code") {
				to.Path = "/"
				x.setHeader("Location", to.String())
			}
		}},
		row{"token-status", "a token is made with 201", whole, when(codeToken, ok, status(http.StatusCreated))},
		row{"token-missing", "there is no access_token", whole, onData(codeToken, drop("access_token"))()},
		row{"token-lifetime-as-text", "expires_in is text", whole, onData(codeToken, change("expires_in", func(n json.Number) any { return n.String() }))()},
		row{"token-under-data", "the token stands under data", whole, when(codeToken, ok, func(x *Exchange) { x.Answer.JSON = map[string]any{"data": x.Answer.JSON} })},
		row{"userinfo-status", "userinfo is answered with 203", whole, when(codeUserinfo, ok, status(http.StatusNonAuthoritativeInfo))},
		row{"userinfo-without-name", "userinfo has no full_name", whole, onData(codeUserinfo, drop("full_name"))()},
		row{"userinfo-camel-case", "full_name is called fullName", whole, onData(codeUserinfo, rename("full_name", "fullName"))()},
		row{"token-type", "token_type is mac", members, onData(codeToken, set("token_type", "mac"))()},
		row{"token-without-a-life", "expires_in is 0", members, onData(codeToken, set("expires_in", json.Number("0")))()},
		row{"userinfo-tells-more", "userinfo has an id", members, onData(codeUserinfo, func(p map[string]any) { p["sub"] = "1" })()},
		row{"token-a-second-shorter", "a token lives for 3599 seconds", sample, onData(codeToken, set("expires_in", json.Number("3599")))()},
		row{"token-stored", "an answer with a token may be stored", "authcode/flow/not-stored", when(codeToken, ok, func(x *Exchange) { x.setHeader("Cache-Control", "") })},
		row{"scope-refused", "a scope is refused", tolerance, when(codeAuthorize, func(x *Exchange) bool { return x.Query.Has("scope") && x.Method == "GET" }, refuse)},
		row{"grant-type-refused", "a grant_type is refused", tolerance, when(codeToken, sent("grant_type"), refuse)},
		row{"charset-refused", "a media type with a charset is refused", tolerance, when(codeToken, func(x *Exchange) bool { return strings.Contains(x.Header.Get("Content-Type"), "charset") }, refuse)},
		row{"raw-redirect-refused", "a redirect URI that is not escaped is refused", "authcode/flow/raw-redirect-uri", when(codeAuthorize, func(x *Exchange) bool {
			return strings.Contains(x.RawQuery, "redirect_uri=http:") || strings.Contains(x.RawQuery, "redirect_uri=https:")
		}, refuse)},
	)
	return append(all, Mutant{Name: "authcode/userinfo-of-the-first", What: "everybody is told of the first user", Scenarios: []string{"authcode/flow/the-user-who-signed-in"}, Lie: func() Lie {
		var first any
		return func(x *Exchange) {
			if x.Operation == codeUserinfo && x.Answer.Status == 200 {
				if first == nil {
					first = x.Answer.JSON
				}
				x.Answer.JSON = first
			}
		}
	}})
}

func codeRedirects() []Mutant {
	const state, own, denied, told = "authcode/authorize/state", "authcode/authorize/own-query", "authcode/authorize/denied", "authcode/authorize/told-by-redirect"
	text := func(edit func(string) string) Lie {
		return toClient(func(_ *Exchange, q url.Values) {
			if q.Has("state") {
				q.Set("state", edit(q.Get("state")))
			}
		})
	}
	failing := func(edit func(x *Exchange, q url.Values)) Lie {
		return toClient(func(x *Exchange, q url.Values) {
			if q.Has("error") {
				edit(x, q)
			}
		})
	}
	return family("authcode",
		row{"state-lost", "state is not sent back", state, toClient(func(_ *Exchange, q url.Values) { q.Del("state") })},
		row{"state-decoded-twice", "state is decoded once more", state, text(func(s string) string {
			if plain, err := url.QueryUnescape(s); err == nil {
				return plain
			}
			return s
		})},
		row{"state-cut", "a state of more than 64 letters is cut", state, text(func(s string) string { return s[:min(len(s), 64)] })},
		row{"state-sanitized", "angle brackets are taken out of state", state, text(func(s string) string { return strings.NewReplacer("<", "", ">", "").Replace(s) })},
		row{"state-in-ascii", "state is written in ASCII", state, text(func(s string) string { return strings.Map(func(r rune) rune { return min(r, 127) }, s) })},
		row{"state-without-line-ends", "line ends are taken out of state", state, text(func(s string) string { return strings.NewReplacer("\r", "", "\n", "").Replace(s) })},
		row{"state-invented", "a state is sent back that nobody sent", state, toClient(func(_ *Exchange, q url.Values) {
			if !q.Has("state") {
				q.Set("state", "")
			}
		})},
		row{"own-query-lost", "the query of a redirect URI is lost", own, toClient(func(_ *Exchange, q url.Values) { q.Del("tenant"); q.Del("x") })},
		row{"own-query-lost-when-denied", "the query of a redirect URI is lost where the user denies", own, failing(func(_ *Exchange, q url.Values) { q.Del("tenant") })},
		row{"denied-without-state", "who denies loses the state", denied, failing(func(_ *Exchange, q url.Values) { q.Del("state") })},
		row{"denied-in-other-words", "who denies makes the client hear unauthorized_client", denied, failing(func(_ *Exchange, q url.Values) { q.Set("error", "unauthorized_client") })},
		row{"denied-with-a-code", "who denies gives a code all the same", denied, failing(func(_ *Exchange, q url.Values) { q.Set("code", "0123456789abcdef") })},
		row{"denied-is-allowed", "who denies allows", denied, failing(func(_ *Exchange, q url.Values) { q.Del("error"); q.Set("code", "0123456789abcdef") })},
		row{"told-in-json", "what is wrong is told in JSON, and not to the client", told, failing(func(x *Exchange, q url.Values) { x.refuseGrant(400, q.Get("error")) })},
		row{"told-without-state", "what is wrong is told without the state", told, failing(func(_ *Exchange, q url.Values) { q.Del("state") })},
		row{"told-in-one-word", "whatever is wrong is an invalid_request", told, failing(func(_ *Exchange, q url.Values) { q.Set("error", "invalid_request") })},
	)
}

func codeRequests() []Mutant {
	const missing, kind, twice = "authcode/authorize/missing", "authcode/authorize/response-type", "authcode/authorize/twice"
	code := func(x *Exchange) { x.giveCode() }
	first := func(x *Exchange) bool { return x.Method == "GET" }
	return family("authcode",
		row{"missing-status", "a missing parameter is 401", missing, when(codeAuthorize, has(400), status(http.StatusUnauthorized))},
		row{"missing-word", "a missing parameter is a missing_parameter", missing, when(codeAuthorize, has(400), func(x *Exchange) { x.refuseGrant(400, "missing_parameter") })},
		row{"missing-redirected", "without a client the browser is sent on", missing, when(codeAuthorize, both(notServed, asked("client_id", func(s string) bool { return s == "" })), func(x *Exchange) {
			x.goTo("https://example.com/callback", url.Values{"error": {"invalid_request"}})
		})},
		row{"response-type-of-no-meaning", "response_type means nothing", kind, when(codeAuthorize, both(first, asked("response_type", func(s string) bool { return s != "code" })), code)},
		row{"response-type-without-case", "response_type has no case", kind, when(codeAuthorize, both(first, asked("response_type", func(s string) bool { return s == "CODE" })), code)},
		row{"response-type-in-silence", "a wrong response_type is told without a word", kind, toClient(func(_ *Exchange, q url.Values) { q.Del("error"); q.Set("sorry", "1") })},
		row{"state-twice", "of two states one counts", twice, when(codeAuthorize, func(x *Exchange) bool { return len(x.Query["state"]) == 2 }, code)},
		row{"client-twice", "of two clients one counts", twice, when(codeAuthorize, func(x *Exchange) bool { return len(x.Query["client_id"]) == 2 }, code)},
		row{"redirect-twice", "of two redirect URIs one counts", twice, when(codeAuthorize, func(x *Exchange) bool { return len(x.Query["redirect_uri"]) == 2 }, code)},
		row{"wrong-password-served", "a wrong password is as good", "authcode/authorize/wrong-password", when(codeAuthorize, func(x *Exchange) bool { return strings.HasPrefix(x.form().Get("password"), "not-") }, code)},
		row{"anybody-served", "a user whom nobody knows may sign in", "authcode/authorize/wrong-password", when(codeAuthorize, func(x *Exchange) bool { return strings.HasPrefix(x.form().Get("username"), "nobody-") }, code)},
		row{"user-of-others-served", "a user of another account may sign in", "authcode/authorize/other-account", when(codeAuthorize, func(x *Exchange) bool { return strings.HasPrefix(x.form().Get("username"), "ugo-") }, code)},
	)
}

func codeForeign() []Mutant {
	const foreign, anywhere, loopback = "authcode/authorize/foreign-redirect", "authcode/authorize/foreign-redirect-anywhere", "authcode/authorize/loopback-port"
	code := func(x *Exchange) { x.giveCode() }
	sendTo := func(is func(string) bool) Lie {
		return when(codeAuthorize, both(notServed, asked("redirect_uri", is)), code)
	}
	has1 := func(part string) func(string) bool {
		return func(s string) bool { return strings.Contains(s, part) }
	}
	// near lies about what is almost the redirect URI that the client has registered.
	near := func(is func(asked, registered, host, path string) bool) Lie {
		return sendTo(func(s string) bool {
			for _, registered := range []string{"https://app.example/cb", "https://example.com/callback"} {
				host := strings.TrimPrefix(registered, "https://")
				host, path, _ := strings.Cut(host, "/")
				if s != registered && is(s, registered, host, "/"+path) {
					return true
				}
			}
			return false
		})
	}
	return family("authcode",
		row{"redirect-by-its-beginning", "what begins with a registered redirect URI is as good", foreign, near(func(s, registered, _, _ string) bool { return strings.HasPrefix(s, registered) })},
		row{"redirect-by-its-host", "any path of a registered host is good", foreign, near(func(s, _, host, _ string) bool {
			u, err := url.Parse(s)
			return err == nil && u.Host == host && u.RawQuery == ""
		})},
		row{"redirect-without-case", "redirect URIs have no case", foreign, near(func(s, registered, _, _ string) bool { return strings.EqualFold(s, registered) })},
		row{"redirect-without-scheme", "http is as good as https", foreign, near(func(s, _, host, path string) bool { return strings.HasPrefix(s, "http://"+host+path) })},
		row{"redirect-of-any-port", "any port of a registered host is good", foreign, sendTo(has1(":8443"))},
		row{"redirect-by-its-end", "a host that begins like a registered one is as good", foreign, near(func(s, _, host, _ string) bool { return strings.HasPrefix(s, "https://"+host+".evil") })},
		row{"redirect-behind-a-user", "what stands before an @ counts", foreign, near(func(s, _, host, _ string) bool { return strings.HasPrefix(s, "https://"+host+"@") })},
		row{"redirect-anywhere-in-it", "a registered redirect URI counts anywhere in another", foreign, sendTo(has1("evil.example/https:"))},
		row{"redirect-decoded-twice", "a redirect URI is decoded once more", foreign, sendTo(has1("%2F"))},
		row{"redirect-with-a-fragment", "a fragment is not looked at", foreign, sendTo(has1("#f"))},
		row{"redirect-trimmed", "blanks before a redirect URI are taken away", foreign, sendTo(begins(" "))},
		row{"redirect-relative", "a path is a redirect URI", foreign, near(func(s, _, _, path string) bool { return s == path })},
		row{"redirect-script", "a script is a redirect URI", foreign, sendTo(begins("javascript:"))},
		row{"redirect-of-another-client", "the redirect URI of another client is as good", foreign, sendTo(begins("http://127.0.0.1:9/cb"))},
		row{"redirect-for-errors", "a wrong response_type is told to any redirect URI", foreign, when(codeAuthorize, both(notServed, asked("response_type", func(s string) bool { return s == "token" })), func(x *Exchange) {
			x.goTo(x.Query.Get("redirect_uri"), url.Values{"error": {"unsupported_response_type"}})
		})},
		row{"redirect-anywhere", "any redirect URI is good", anywhere, when(codeAuthorize, notServed, code)},
		row{"redirect-anywhere-for-errors", "what is wrong is told to any redirect URI", anywhere, when(codeAuthorize, notServed, func(x *Exchange) {
			x.goTo(x.Query.Get("redirect_uri"), url.Values{"error": {"invalid_request"}})
		})},
		row{"redirect-forbidden", "a foreign redirect URI is forbidden", "authcode/authorize/foreign-redirect-in-words", when(codeAuthorize, has(400), status(http.StatusForbidden))},
		row{"redirect-refused-in-json", "browsers are told of a foreign redirect URI in JSON", "authcode/authorize/foreign-redirect-in-words", when(codeAuthorize, has(400), func(x *Exchange) { x.refuseGrant(400, "invalid_request") })},
		row{"unknown-client-redirected", "an unknown client's users are sent on", "authcode/authorize/unknown-client", when(codeAuthorize, notServed, func(x *Exchange) {
			x.goTo(x.Query.Get("redirect_uri"), url.Values{"error": {"unauthorized_client"}})
		})},
		row{"unknown-client-served", "an unknown client gets codes", "authcode/authorize/unknown-client", when(codeAuthorize, notServed, code)},
		row{"unknown-client-not-found", "an unknown client is not found", "authcode/authorize/unknown-client-in-words", when(codeAuthorize, has(401), status(http.StatusNotFound))},
		row{"unknown-client-page", "everybody is shown the page of an unknown client", "authcode/authorize/unknown-client-in-words", when(codeAuthorize, has(401), func(x *Exchange) {
			x.setHeader("Content-Type", "text/html; charset=utf-8")
			x.Answer.Raw = []byte("<title>Sorry</title><p>Nobody knows this client.</p>")
		})},
		row{"loopback-port-counts", "the port of a loopback address counts", loopback, when(codeAuthorize, asked("redirect_uri", has1(":51004/cb")), func(x *Exchange) { x.refuseGrant(400, "invalid_request") })},
		row{"loopback-path-does-not-count", "of a loopback address the path does not count", loopback, sendTo(has1("/other"))},
		row{"loopback-query-does-not-count", "of a loopback address the query does not count", loopback, sendTo(has1("?x=1"))},
		row{"loopback-by-its-beginning", "a name that begins like a loopback address is one", loopback, sendTo(has1("127.0.0.1.evil"))},
		row{"loopback-user", "a loopback address may be a user", loopback, sendTo(has1("@evil"))},
	)
}
