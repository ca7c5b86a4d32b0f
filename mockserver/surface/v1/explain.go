package v1

import (
	"encoding/json"
	"net/http"

	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/surface/jsonbody"
)

// explain names what v2 has instead of a call, and what of it v1 does otherwise than a caller may
// think.
func explain(e *exchange.Exchange) []string {
	there, ok := equivalents()[e.Operation]
	if !ok {
		return nil
	}
	words := []string{"v2 has " + there + " instead (docs/migrating-v1-to-v2.md)."}
	if e.Response.Status == http.StatusNoContent {
		words = append(words, "There is nothing, which v1 answers with 204 and no body, and v2 with 404 or an empty list.")
	}
	var f fields
	if _, err := jsonbody.Object(e.Request.Body, f.member); err != nil {
		return words
	}
	given := func(member json.RawMessage) bool { return !jsonbody.Null(member) }
	switch e.Operation {
	case "v1.token.replace":
		if given(f.TTL) {
			words = append(words, "The ttl of the body was ignored, because PUT has none: expire says when the token expires, and without it that is a year from now.")
		}
	case "v1.token.create":
		if given(f.Expire) && string(f.Expire) != "0" {
			words = append(words, "The member expire is deprecated: it counts only without a ttl above 0, as a time where it lies in the future, else as a lifetime in seconds.")
		}
	case "v1.token.update":
		if given(f.Expire) && string(f.Expire) != "0" {
			words = append(words, "The member expire is deprecated: it counts only without a ttl above 0, as a time.")
		}
	}
	return words
}

// equivalents are the operations of v2 that a caller moves to, by the operations here.
func equivalents() map[string]string {
	update := "PATCH /tokens/{token} (token.update, with ttl in place of expire)"
	statistics := "GET /stats/apis/{domain} (stats.api), and GET /stats/apis for the domains there are"
	return map[string]string{
		"v1.token.create":   "POST /tokens (token.create)",
		"v1.token.list":     "GET /tokens (token.list, without a filter by scope, and in pages)",
		"v1.token.get":      "GET /tokens/{token} (token.get)",
		"v1.token.replace":  update,
		"v1.token.update":   update,
		"v1.token.delete":   "DELETE /tokens/{token} (token.delete)",
		"v1.scope.list":     "GET /scopes (scope.list, which lists objects, and also what is not enabled)",
		"v1.credit.get":     "GET /wallet (wallet.get)",
		"v1.counters.total": statistics,
		"v1.counters.day":   statistics + ", with ?date=YYYY-MM-DD",
		"v1.counters.month": statistics + ", with ?date=YYYY-MM",
		"v1.counters.year":  statistics + ", with ?date=YYYY",
	}
}
