package mutant

import (
	"maps"
	"net/http"
)

// challenges are lies in the headers of refusals that strangers get.
func challenges() []Mutant {
	covering := []string{"v2/authentication/refusals-have-no-headers-of-their-own"}
	with := func(operation, name, value string) func() Lie {
		return always(func(x *Exchange) {
			if x.Answer.Status == http.StatusUnauthorized && (operation == "" || x.Operation == operation) {
				x.Answer.Header = maps.Clone(x.Answer.Header)
				x.Answer.Header.Set(name, value)
			}
		})
	}
	return []Mutant{
		{Name: "challenges/password-asked-for", What: "a 401 asks for a password", Scenarios: covering, Lie: with("", "WWW-Authenticate", `Basic realm="oauth"`)},
		{Name: "challenges/password-asked-for-in-writing", What: "the 401 of POST /tokens asks for a password", Scenarios: covering,
			Lie: with("token.create", "WWW-Authenticate", `Basic realm="oauth"`)},
		{Name: "challenges/bearer-asked-for", What: "the 401 of PATCH asks for a Bearer", Scenarios: covering,
			Lie: with("token.update", "WWW-Authenticate", `Bearer error="invalid_token"`)},
		{Name: "challenges/limit-told", What: "a 401 tells the limit", Scenarios: covering, Lie: with("", "RateLimit-Limit", "10000")},
		{Name: "challenges/rest-told", What: "a 401 tells what is left of a limit", Scenarios: covering, Lie: with("stats.api", "RateLimit-Remaining", "9999")},
		{Name: "challenges/reset-told", What: "a 401 tells when a limit ends", Scenarios: covering, Lie: with("token.delete", "RateLimit-Reset", "60")},
		{Name: "challenges/come-back-later", What: "a 401 says when to try again", Scenarios: covering, Lie: with("wallet.get", "Retry-After", "1")},
		{Name: "challenges/strangers-use-the-limit", What: "a 401 uses one request of the limit", Scenarios: []string{"v2/rate-limit/headers/strangers-use-nothing"},
			Lie: func() Lie {
				refused := false
				return func(x *Exchange) {
					refused = refused || x.Answer.Status == http.StatusUnauthorized
					if refused && x.Answer.Status == http.StatusOK {
						x.Answer.Header = maps.Clone(x.Answer.Header)
						x.Answer.Header.Set("RateLimit-Remaining", "0")
					}
				}
			}},
	}
}
