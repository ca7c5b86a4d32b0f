package mutant

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// impostors are lies of servers that accept something that is nearly right.
func impostors() []Mutant {
	return slices.Concat(nearlyKeys(), nearlyIDs(), nearlyRefreshTokens(), otherMethods())
}

// credential is the content of HTTP Basic.
type credential struct{ email, key string }

func basicOf(header string) (credential, bool) {
	encoded, basic := strings.CutPrefix(header, "Basic ")
	plain, err := base64.StdEncoding.DecodeString(encoded)
	email, key, whole := strings.Cut(string(plain), ":")
	return credential{email, key}, basic && err == nil && whole
}

func (c credential) header() string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(c.email+":"+c.key))
}

// target returns the path and query of the request, relative to the surface.
func target(x *Exchange) string {
	if x.RawQuery == "" {
		return x.Path
	}
	return x.Path + "?" + x.RawQuery
}

// as serves the request as if another caller had sent it.
func as(x *Exchange, caller string) {
	x.Header.Set("Authorization", caller)
	read(x, x.Method, target(x), x.Body)
}

// mistaken serves strangers as the account whose credentials theirs nearly are. Credentials are
// known from calls that were served.
func mistaken(near func(x *Exchange, given, known credential) bool) func() Lie {
	return func() Lie {
		var known []credential
		return func(x *Exchange) {
			given, basic := basicOf(x.Caller)
			if x.Answer.Status < 300 && basic && !slices.Contains(known, given) {
				known = append(known, given)
			}
			if x.Answer.Status != http.StatusUnauthorized {
				return
			}
			for _, one := range known {
				if near(x, given, one) {
					as(x, one.header())
					return
				}
			}
		}
	}
}

func nearlyKeys() []Mutant {
	const at = "v2/credentials/"
	mistakes := func(name, what, scenario string, near func(given, known credential) bool) Mutant {
		return Mutant{Name: "credentials/" + name, What: what, Scenarios: []string{at + scenario},
			Lie: mistaken(func(_ *Exchange, given, known credential) bool { return near(given, known) })}
	}
	return []Mutant{
		mistakes("key-by-its-beginning", "the beginning of a key will do", "key/not-quite-the-key", func(g, k credential) bool {
			return g.email == k.email && len(g.key) > 20 && strings.HasPrefix(k.key, g.key)
		}),
		mistakes("key-and-more", "a key may go on", "key/not-quite-the-key", func(g, k credential) bool { return g.email == k.email && strings.HasPrefix(g.key, k.key) }),
		mistakes("key-in-any-case", "keys are compared without case", "key/in-another-case", func(g, k credential) bool { return g.email == k.email && strings.EqualFold(g.key, k.key) }),
		mistakes("key-trimmed", "blanks around a key are cut off", "blanks/belong-to-them", func(g, k credential) bool { return g.email == k.email && strings.TrimSpace(g.key) == k.key }),
		mistakes("address-trimmed", "blanks around an address are cut off", "blanks/belong-to-them", func(g, k credential) bool { return strings.TrimSpace(g.email) == k.email && g.key == k.key }),
		mistakes("address-does-not-matter", "the key alone counts", "address/not-quite-the-address", func(g, k credential) bool { return g.key == k.key && g.email != "" }),
		mistakes("no-address", "the key counts where there is no address", "address/not-quite-the-address", func(g, k credential) bool { return g.key == k.key && g.email == "" }),
		mistakes("address-in-any-case", "addresses are compared without case", "address/in-another-case", func(g, k credential) bool { return strings.EqualFold(g.email, k.email) && g.key == k.key }),
		mistakes("long-keys-are-cut", "of a key beyond 128 bytes the beginning counts", "length/longer-than-they-can-be", func(g, k credential) bool {
			return g.email == k.email && len(g.key) > 128 && strings.HasPrefix(g.key, k.key)
		}),
		mistakes("long-addresses-are-cut", "of an address beyond 128 bytes the beginning counts", "length/longer-than-they-can-be", func(g, k credential) bool {
			return len(g.email) > 128 && strings.HasPrefix(g.email, k.email) && g.key == k.key
		}),
		{Name: "credentials/long-keys-break-it", What: "credentials beyond 500 bytes are a server error", Scenarios: []string{at + "length/longer-than-they-can-be"},
			Lie: always(func(x *Exchange) {
				if given, ok := basicOf(x.Caller); ok && len(given.key) > 500 {
					broken(x)
				}
			})},
		mistakes("swapped", "address and key may change places", "swapped/and-elsewhere", func(g, k credential) bool { return g.email == k.key && g.key == k.email }),
		{Name: "credentials/in-another-header", What: "X-Api-Key counts as well", Scenarios: []string{at + "swapped/and-elsewhere"},
			Lie: mistaken(func(x *Exchange, _, known credential) bool { return x.Header.Get("X-Api-Key") == known.key })},
		{Name: "credentials/in-the-query", What: "a key in the query counts as well", Scenarios: []string{at + "swapped/and-elsewhere"},
			Lie: mistaken(func(x *Exchange, _, known credential) bool { return x.Query.Get("api_key") == known.key })},
		{Name: "credentials/in-the-body", What: "credentials in the body count as well", Scenarios: []string{at + "swapped/and-elsewhere"},
			Lie: mistaken(func(x *Exchange, _, known credential) bool { return text(asObject(x.Body), "apiKey") == known.key })},
	}
}

// seen remembers texts that lists and details show, by the member that holds them.
func seen(into *[]string, x *Exchange, member string) {
	if x.Answer.Status >= 300 {
		return
	}
	for _, p := range x.Answer.payloads() {
		if one := text(p, member); one != "" && !slices.Contains(*into, one) {
			*into = append(*into, one)
		}
	}
	for _, item := range x.Answer.items() {
		if one := text(asObject(item), member); one != "" && !slices.Contains(*into, one) {
			*into = append(*into, one)
		}
	}
}

// found serves what was refused as not found under the id that it nearly is, in the path or in the
// query.
func found(operation, member string, near func(given, known string) bool) func() Lie {
	return func() Lie {
		var known []string
		return func(x *Exchange) {
			seen(&known, x, member)
			if x.Operation != operation || x.Answer.Status != http.StatusNotFound && x.Answer.Status != http.StatusUnprocessableEntity {
				return
			}
			given := x.ID
			if plain, err := url.PathUnescape(given); err == nil {
				given = plain
			}
			byQuery := x.Query.Get("id")
			if byQuery != "" {
				given = byQuery
			}
			for _, one := range known {
				if !near(given, one) {
					continue
				}
				to := strings.TrimSuffix(x.Path, x.ID) + one
				if byQuery != "" {
					to = x.Path + "?id=" + one
				}
				read(x, x.Method, to, x.Body)
				return
			}
		}
	}
}

func nearlyIDs() []Mutant {
	const at = "v2/ids/"
	begins := func(given, known string) bool {
		return len(given) > 4 && given != known && strings.HasPrefix(known, given)
	}
	goesOn := strings.HasPrefix
	anyCase := func(given, known string) bool { return given != known && strings.EqualFold(given, known) }
	one := func(name, what, scenario, operation, member string, near func(given, known string) bool) Mutant {
		return Mutant{Name: "ids/" + name, What: what, Scenarios: []string{at + scenario}, Lie: found(operation, member, near)}
	}
	return []Mutant{
		one("token-by-its-beginning", "the beginning of a token reads it", "tokens/not-quite-the-token", "token.get", "token", begins),
		one("change-by-its-beginning", "the beginning of a token changes it", "tokens/not-quite-the-token", "token.update", "token", begins),
		one("deleted-with-more", "a token with a letter more deletes it", "tokens/not-quite-the-token", "token.delete", "token", goesOn),
		one("token-in-any-case", "tokens are read without case", "tokens/in-another-case", "token.get", "token", anyCase),
		one("change-in-any-case", "tokens are changed without case", "tokens/in-another-case", "token.update", "token", anyCase),
		one("deleted-in-any-case", "tokens are deleted without case", "tokens/in-another-case", "token.delete", "token", anyCase),
		{Name: "ids/token-by-its-name", What: "a token is found by its name", Scenarios: []string{at + "tokens/what-else-names-it"},
			Lie: func() Lie {
				named := map[string]string{}
				return func(x *Exchange) {
					if p := x.Answer.payload(); x.Answer.Status == 200 && text(p, "name") != "" {
						named[text(p, "name")] = text(p, "token")
					}
					if token := named[x.ID]; token != "" && x.Operation == "token.get" {
						read(x, x.Method, "/tokens/"+token, nil)
					}
				}
			}},
		{Name: "ids/deleted-by-its-refresh-token", What: "a refresh token deletes its token", Scenarios: []string{at + "tokens/what-else-names-it"},
			Lie: func() Lie {
				by := map[string]string{}
				return func(x *Exchange) {
					if p := x.Answer.payload(); x.Answer.Status == 200 && text(p, "refreshToken") != "" {
						by[text(p, "refreshToken")] = text(p, "token")
					}
					if token := by[x.ID]; token != "" && x.Operation == "token.delete" {
						read(x, x.Method, "/tokens/"+token, nil)
					}
				}
			}},
		one("scope-by-its-beginning", "the beginning of an id finds a scope", "scopes/not-quite-the-id", "scope.get", "id", begins),
		one("scope-with-more", "an id with a letter more finds a scope", "scopes/not-quite-the-id", "scope.get", "id", goesOn),
		one("scope-in-any-case", "ids of scopes are read without case", "scopes/not-quite-the-id", "scope.get", "id", anyCase),
		{Name: "ids/scope-by-its-name", What: "a scope is found by its name", Scenarios: []string{at + "scopes/not-quite-the-id"},
			Lie: func() Lie {
				named := map[string]string{}
				return func(x *Exchange) {
					for _, item := range x.Answer.items() {
						named[text(asObject(item), "domain")] = text(asObject(item), "id")
					}
					if id := named[x.ID]; id != "" && x.Operation == "scope.get" {
						read(x, x.Method, "/scopes/"+id, nil)
					}
				}
			}},
		one("callback-by-its-beginning", "the beginning of an id finds a callback", "callbacks/not-quite-the-id", "callback.get", "id", begins),
		one("callback-in-any-case", "ids of callbacks are read without case", "callbacks/not-quite-the-id", "callback.get", "id", anyCase),
		one("callback-by-query-with-more", "an id in the query with a letter more finds a callback", "callbacks/not-quite-the-id", "callback.list", "id", goesOn),
		one("subscription-with-more", "an id with a letter more finds a subscription", "subscriptions/not-quite-the-id", "subscription.get", "id", goesOn),
		one("subscription-in-any-case", "ids of subscriptions are read without case", "subscriptions/not-quite-the-id", "subscription.get", "id", anyCase),
		one("subscription-by-query-in-any-case", "ids of subscriptions in the query are read without case", "subscriptions/not-quite-the-id", "subscription.list", "id", anyCase),
		{Name: "ids/domain-by-its-end", What: "the end of a domain has the statistics of the whole", Scenarios: []string{at + "domains/not-quite-the-domain"},
			Lie: on("stats.api", func(x *Exchange) {
				if x.ID != "oauth.openapi.com" && strings.HasSuffix("oauth.openapi.com", x.ID) { //nolint:gocritic // the id is a part of the name
					read(x, x.Method, "/stats/apis/oauth.openapi.com", nil)
				}
			})},
		{Name: "ids/domain-as-a-pattern", What: "a star for a domain has the statistics of the API", Scenarios: []string{at + "domains/not-quite-the-domain"},
			Lie: on("stats.api", func(x *Exchange) {
				if x.ID == "*" {
					read(x, x.Method, "/stats/apis/oauth.openapi.com", nil)
				}
			})},
	}
}

// rotates serves a PATCH that was refused as its token's own refresh token would be, where what was
// sent nearly is that.
func rotates(near func(x *Exchange, refresh string) bool) func() Lie {
	return func() Lie {
		refresh := map[string]string{}
		return func(x *Exchange) {
			if p := x.Answer.payload(); x.Answer.Status == 200 && text(p, "refreshToken") != "" {
				refresh[text(p, "token")] = text(p, "refreshToken")
			}
			own := refresh[x.ID]
			if x.Operation == "token.update" && x.Answer.Status == 401 && own != "" && near(x, own) {
				as(x, "Bearer "+own)
			}
		}
	}
}

func nearlyRefreshTokens() []Mutant {
	const at = "v2/refresh-tokens/"
	bearer := func(x *Exchange) string { return strings.TrimPrefix(x.Caller, "Bearer ") }
	one := func(name, what, scenario string, near func(x *Exchange, refresh string) bool) Mutant {
		return Mutant{Name: "refresh/" + name, What: what, Scenarios: []string{at + scenario}, Lie: rotates(near)}
	}
	return []Mutant{
		one("by-its-beginning", "the beginning of a refresh token rotates", "letters/not-quite-the-token", func(x *Exchange, r string) bool {
			return len(bearer(x)) > 8 && strings.HasPrefix(r, bearer(x))
		}),
		one("and-more", "a refresh token with a letter more rotates", "letters/not-quite-the-token", func(x *Exchange, r string) bool { return strings.HasPrefix(bearer(x), r) }),
		one("anything-that-holds-it", "what holds the refresh token rotates", "letters/not-quite-the-token", func(x *Exchange, r string) bool {
			return strings.HasPrefix(x.Caller, "Bearer ") && strings.Contains(x.Caller, r)
		}),
		one("in-any-case", "refresh tokens are compared without case", "letters/in-another-case", func(x *Exchange, r string) bool { return strings.EqualFold(bearer(x), r) }),
		one("with-any-scheme", "a refresh token rotates under another scheme", "scheme/none-but-bearer", func(x *Exchange, r string) bool {
			return strings.HasPrefix(x.Caller, "Token ") && strings.HasSuffix(x.Caller, r)
		}),
		one("without-a-scheme", "a refresh token rotates without a scheme", "scheme/none-but-bearer", func(x *Exchange, r string) bool { return x.Caller == r }),
		one("as-a-password", "a refresh token rotates as a Basic password", "scheme/none-but-bearer", func(x *Exchange, r string) bool {
			given, ok := basicOf(x.Caller)
			return ok && given.key == r
		}),
		one("in-the-query", "a refresh token rotates from the query", "scheme/none-but-bearer", func(x *Exchange, r string) bool { return x.Query.Get("refresh_token") == r }),
		one("in-the-body", "a refresh token rotates from the body", "scheme/none-but-bearer", func(x *Exchange, r string) bool {
			return text(asObject(x.Body), "refresh_token") == r && x.Caller == ""
		}),
		{Name: "refresh/in-the-body-beside-basic", What: "a refresh token in the body makes a rotation of an update", Scenarios: []string{at + "scheme/none-but-bearer"},
			Lie: on("token.update", func(x *Exchange) {
				if refresh := text(asObject(x.Body), "refreshToken"); refresh != "" && strings.HasPrefix(x.Caller, "Basic ") {
					as(x, "Bearer "+refresh)
				}
			})},
		one("empty", "an empty Bearer rotates", "scheme/empty", func(x *Exchange, _ string) bool { return strings.TrimSpace(x.Caller) == "Bearer" }),
		one("null", "\"null\" as a Bearer rotates", "scheme/empty", func(x *Exchange, _ string) bool { return x.Caller == "Bearer null" }),
		{Name: "refresh/reads-too", What: "a refresh token as Bearer reads the wallet", Scenarios: []string{at + "use/for-nothing-else"},
			Lie: func() Lie {
				basic, refresh := "", []string(nil)
				return func(x *Exchange) {
					seen(&refresh, x, "refreshToken")
					if x.Answer.Status == 200 && strings.HasPrefix(x.Caller, "Basic ") {
						basic = x.Caller
					}
					if x.Operation == "wallet.get" && x.Answer.Status == 401 && slices.Contains(refresh, bearer(x)) {
						as(x, basic)
					}
				}
			}},
		{Name: "refresh/deletes-too", What: "a refresh token as Bearer deletes its token", Scenarios: []string{at + "use/for-nothing-else"},
			Lie: func() Lie {
				basic, refresh := "", []string(nil)
				return func(x *Exchange) {
					seen(&refresh, x, "refreshToken")
					if x.Answer.Status == 200 && strings.HasPrefix(x.Caller, "Basic ") {
						basic = x.Caller
					}
					if x.Operation == "token.delete" && x.Answer.Status == 401 && slices.Contains(refresh, bearer(x)) {
						as(x, basic)
					}
				}
			}},
		{Name: "refresh/an-access-token-rotates", What: "the token itself as Bearer makes a new pair", Scenarios: []string{at + "use/an-access-token-rotates-nothing"},
			Lie: func() Lie {
				refresh := map[string]string{}
				return func(x *Exchange) {
					if p := x.Answer.payload(); x.Answer.Status == 200 && text(p, "refreshToken") != "" {
						refresh[text(p, "token")] = text(p, "refreshToken")
					}
					if x.Operation == "token.update" && bearer(x) == x.ID {
						as(x, "Bearer "+refresh[x.ID])
					}
				}
			}},
		{Name: "refresh/another-access-token-updates", What: "another token as Bearer may change a token", Scenarios: []string{at + "use/an-access-token-rotates-nothing"},
			Lie: func() Lie {
				basic, tokens := "", []string(nil)
				return func(x *Exchange) {
					seen(&tokens, x, "token")
					if x.Answer.Status == 200 && strings.HasPrefix(x.Caller, "Basic ") {
						basic = x.Caller
					}
					if x.Operation == "token.update" && x.Answer.Status == 401 && bearer(x) != x.ID && slices.Contains(tokens, bearer(x)) {
						as(x, basic)
					}
				}
			}},
	}
}

// otherMethods are lies about method overrides.
func otherMethods() []Mutant {
	overridden := func(operation string, to func(x *Exchange) string) func() Lie {
		return on(operation, func(x *Exchange) {
			if method := to(x); method != "" && method != x.Method {
				read(x, method, x.Path, x.Body)
			}
		})
	}
	return []Mutant{
		{Name: "methods/override-of-a-reading", What: "X-HTTP-Method-Override makes a deletion of a reading", Scenarios: []string{"v2/methods/override/by-headers"},
			Lie: overridden("token.get", func(x *Exchange) string { return x.Header.Get("X-HTTP-Method-Override") })},
		{Name: "methods/override-of-a-change", What: "X-Method-Override makes a deletion of a change", Scenarios: []string{"v2/methods/override/by-headers"},
			Lie: overridden("token.update", func(x *Exchange) string { return x.Header.Get("X-Method-Override") })},
		{Name: "methods/override-by-query", What: "_method in the query makes a deletion of a reading", Scenarios: []string{"v2/methods/override/by-query-or-body"},
			Lie: overridden("token.get", func(x *Exchange) string { return x.Query.Get("_method") })},
		{Name: "methods/override-by-body", What: "_method in the body makes a deletion of a change", Scenarios: []string{"v2/methods/override/by-query-or-body"},
			Lie: overridden("token.update", func(x *Exchange) string { return text(asObject(x.Body), "_method") })},
		{Name: "methods/reading-makes-one", What: "a GET of /tokens with a body makes a token", Scenarios: []string{"v2/methods/safe/reading-makes-nothing"},
			Lie: on("token.list", func(x *Exchange) {
				if asObject(x.Body)["scopes"] != nil {
					x.Ask("POST", "/tokens", x.Body)
					x.Answer.Header = x.Answer.Header.Clone()
					x.Answer.Header.Set("X-Made", "1")
				}
			})},
		{Name: "methods/reading-changes", What: "a name in the query of a reading renames the token", Scenarios: []string{"v2/methods/safe/reading-makes-nothing"},
			Lie: on("token.get", func(x *Exchange) {
				if name := x.Query.Get("name"); name != "" {
					read(x, "PATCH", x.Path, map[string]any{"name": name})
				}
			})},
	}
}
