package explore

import (
	"maps"
	"math/rand/v2"
)

// wrong is a body that a call of tokens must refuse.
type wrong struct {
	what  string
	body  any
	raw   string
	post  *failure
	patch *failure
}

func missing() *failure {
	return &failure{status: 422, code: 70, message: "missing scopes array"}
}

func malformed(code int) *failure {
	return &failure{status: 422, code: code, message: "invalid scopes format"}
}

// wrongBodies are the bodies that the document's examples refuse, and what is no JSON.
func wrongBodies(r *rand.Rand) wrong {
	name := nameOf(r)
	scope := "${scope}"
	format := func(what string, scopes any) wrong {
		return wrong{what: what, body: map[string]any{"scopes": scopes, "name": name}, post: malformed(80), patch: malformed(100)}
	}
	unknown := func(what string, scopes any) wrong {
		return wrong{what: what, body: map[string]any{"scopes": scopes}, post: &failure{status: 422, code: 90, message: "Invalid scopes specified or API not enabled"},
			patch: &failure{status: 422, code: 110, message: "Invalid scopes specified or API not enabled"}}
	}
	typed := func(what string, extra map[string]any) wrong {
		extra["scopes"] = []any{scope}
		f := &failure{status: 422, code: 422}
		return wrong{what: what, body: extra, post: f, patch: f}
	}
	json := func(what, raw string) wrong {
		f := &failure{status: 400, code: 400}
		return wrong{what: what, raw: raw, post: f, patch: f}
	}
	return pick(r, []wrong{
		{what: "no scopes", body: map[string]any{"name": name}, post: missing()},
		{what: "scopes that are null", raw: `{"scopes":null}`, post: missing()},
		{what: "an empty object", body: map[string]any{}, post: missing()},
		format("scopes in one text", scope), format("scopes that are a number", 5), format("no scope at all", []any{}), format("scopes that are an object", map[string]any{"a": scope}),
		format("a scope that is a number", []any{scope, 5}), format("a scope that is null", []any{nil}), format("a scope in a list of its own", []any{[]any{scope}}),
		format("a scope without a method", []any{"api.openapi.com/resource"}), format("a scope without a host", []any{"GET:"}), format("an empty scope", []any{""}),
		format("scopes that are true", true),
		unknown("a scope that nobody sells", []any{"GET:nobody.openapi.com/nothing"}), unknown("one scope of two that nobody sells", []any{scope, "GET:api.openapi.com/never-heard-of"}),
		typed("a name that is a number", map[string]any{"name": 5}), typed("a name that is a list", map[string]any{"name": []any{"a"}}),
		typed("a ttl that is text", map[string]any{"ttl": "3600"}), typed("a ttl that is no whole number", map[string]any{"ttl": 1.5}), typed("a ttl that is an object", map[string]any{"ttl": map[string]any{}}),
		typed("limits that are a list", map[string]any{"limits": []any{1}}), typed("a limit that is text", map[string]any{"limits": map[string]any{"totalRequests": "5"}}),
		typed("a limit below zero", map[string]any{"limits": map[string]any{"walletRequests": -1}}), typed("a half of a request", map[string]any{"limits": map[string]any{"totalRequests": 1.5}}),
		typed("addresses in one text", map[string]any{"limits": map[string]any{"ip": "127.0.0.1"}}), typed("an amount that is text", map[string]any{"limits": map[string]any{"walletAmount": "1"}}),
		json("half of an object", `{"scopes":["${scope}"]`), json("two objects", `{"scopes":["${scope}"]}{"scopes":["${scope}"]}`), json("no JSON", `scopes=a`), json("rest after the JSON", `{"scopes":["${scope}"]} x`),
		json("a comma too many", `{"scopes":["${scope}"],}`), json("quotes that are none", `{'scopes':['${scope}']}`), json("NaN", `{"scopes":["${scope}"],"ttl":NaN}`),
	})
}

// refusedOfTokens asks for tokens in ways that must be refused, and change nothing.
func refusedOfTokens(w *world, r *rand.Rand) {
	t := pick(r, w.alive())
	none := pick(r, []string{"000000000000000000000000", "ffffffffffffffffffffffff", "656d1e2f8b3c2a001f7e4aff"})
	odd := pick(r, []string{"x", "0", "00000000000000000000000", "0000000000000000000000000", "FFFFFFFFFFFFFFFFFFFFFFFF", "656d1e2f8b3c2a001f7e4a1g", "null", "undefined", "%20", "*", "656d1e2f-8b3c-2a00-1f7e-4a12", "656d1e2f8b3c2a001f7e4a12%00", "%C3%A9"})
	if t != nil && r.IntN(3) == 0 {
		odd = pick(r, []string{"${" + t.variable + "|shorter}", t.id() + "0", t.id() + "%20", "${" + t.variable + "|othercase}"})
	}
	rest := func(s *step) *step { s.Expect = &expect{Level: should}; return s }
	switch r.IntN(12) {
	case 0:
		w.refuse("read a token that never was", rest(&step{Call: "token.get", Path: map[string]string{"token": none}}), 404, 120, "Not Found")
	case 1:
		w.refuse("update a token that never was", rest(&step{Call: "token.update", Path: map[string]string{"token": none}, Body: map[string]any{}}), 404, 160, "Not Found")
	case 2:
		w.refuse("delete a token that never was", rest(&step{Call: "token.delete", Path: map[string]string{"token": none}}), 404, 180, "Not Found")
	case 3:
		w.refuseAs("token.get", "read what is no token", rest(&step{Call: "GET /tokens/" + odd}), 422, 60, "Invalid Token Format")
	case 4:
		w.refuseAs("token.update", "update what is no token", rest(&step{Call: "PATCH /tokens/" + odd, Body: map[string]any{"name": "x"}}), 404, 160, "Not Found")
	case 5:
		w.refuseAs("token.delete", "delete what is no token", rest(&step{Call: "DELETE /tokens/" + odd}), 404, 180, "Not Found")
	case 6:
		w.refuseAs("token.update", "update without an id", rest(&step{Call: "PATCH /tokens/", Body: map[string]any{}}), 400, 150, "Token ID is required")
	case 7:
		w.refuseAs("token.delete", "delete without an id", rest(&step{Call: "DELETE /tokens/"}), 400, 170, "Token ID is required")
	default:
		one := wrongBodies(r)
		call, refusal := &step{Call: "token.create"}, one.post
		if t != nil && r.IntN(2) == 0 {
			call, refusal = &step{Call: "token.update", Path: map[string]string{"token": t.id()}}, one.patch
		}
		if refusal == nil {
			return
		}
		if one.raw != "" {
			call.RawBody = &one.raw
		} else {
			call.Body = one.body
		}
		call.Expect = &expect{Level: should}
		w.refuse(one.what, call, refusal.status, refusal.code, refusal.message)
	}
}

// refuseAs adds a refused call that is written by its path, and counted as one of an operation.
func (w *world) refuseAs(operation, what string, s *step, status int, code any, message string) {
	call := s.Call
	s.Call = operation
	w.refuse(what, s, status, code, message).Call = call
}

// strangers ask without credentials, or with nearly those of somebody; nothing of the account
// changes.
func strangers(w *world, r *rand.Rand) {
	text := func(s string) *string { return &s }
	key, address := text("${apiKey}"), text("${email}")
	credentials := func(email, key *string) any {
		given := map[string]any{}
		if email != nil {
			given["email"] = *email
		}
		if key != nil {
			given["apiKey"] = *key
		}
		return map[string]any{"credentials": given}
	}
	ways := []any{
		"none", credentials(nil, text("${apiKey|shorter}")), credentials(nil, text("${apiKey|othercase}")), credentials(nil, text(*key+"0")), credentials(nil, text(*key+" ")),
		credentials(nil, text(" "+*key)), credentials(nil, text("")), credentials(text(""), nil), credentials(text("nobody@example.com"), nil), credentials(text("${email|shorter}"), nil),
		credentials(text(*address+" "), nil), credentials(text(" "+*address), nil), credentials(key, address), credentials(text(*address+long(200)), nil), credentials(nil, text(*key+long(200))), credentials(nil, text(*key+long(600))),
		credentials(text("${email|othercase}"), nil), map[string]any{"bearer": *key}, map[string]any{"raw": "Basic " + *key}, map[string]any{"raw": "basic"}, map[string]any{"raw": "Digest " + *key}, map[string]any{"bearer": ""},
	}
	calls := []*step{{Call: "token.create", Body: map[string]any{"scopes": []any{"${scope}"}}}, {Call: "token.list"}, {Call: "scope.list"}, {Call: "wallet.get"}, {Call: "wallet.transactions"}, {Call: "error.list"},
		{Call: "callback.list"}, {Call: "subscription.list"}, {Call: "stats.total"}, {Call: "stats.ips"}, {Call: "stats.apis"}, {Call: "stats.api", Path: map[string]string{"domain": "oauth.openapi.com"}}}
	if t := pick(r, w.alive()); t != nil {
		path := map[string]string{"token": t.id()}
		calls = append(calls, &step{Call: "token.get", Path: path}, &step{Call: "token.delete", Path: maps.Clone(path)})
		ways = append(ways, map[string]any{"bearer": t.id()})
		if !t.unseen {
			ways = append(ways, map[string]any{"bearer": t.refresh()})
		}
	}
	s := pick(r, calls)
	s.Auth = pick(r, ways)
	switch r.IntN(5) {
	case 0:
		s.Auth, s.Headers = "none", map[string]any{"X-Api-Key": *key}
	case 1:
		if s.Call != "token.create" {
			s.Auth, s.Query = "none", map[string]any{"api_key": *key, "email": *address}
		}
	}
	w.stranger("ask as a stranger with "+s.Call, s, 140)
}
