package mutant

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// tokens are lies about creating, reading, updating and deleting tokens.
func tokens() []Mutant {
	return []Mutant{
		{Name: "tokens/create-as-201", What: "POST /tokens answers 201 instead of 200", Scenarios: []string{"v2/tokens/create/token-detail"},
			Lie: on("token.create", status(201))},
		{Name: "tokens/name-lost", What: "a new token has no name", Scenarios: []string{"v2/tokens/create/name"},
			Lie: onData("token.create", set("name", ""))},
		{Name: "tokens/named-by-itself", What: "a token without a name is called \"token\"", Scenarios: []string{"v2/tokens/create/name-and-limits-unset"},
			Lie: onData("token.create", change("name", func(name string) any {
				if name == "" {
					return "token"
				}
				return name
			}))},
		{Name: "tokens/first-scope-only", What: "of several scopes a new token shows only the first", Scenarios: []string{"v2/tokens/create/several-scopes"},
			Lie: onData("token.create", change("scopes", func(s []any) any { return s[:min(1, len(s))] }))},
		{Name: "tokens/wildcard-expanded", What: "a wildcard comes back expanded instead of as it was asked for", Scenarios: []string{"v2/tokens/create/wildcards"},
			Lie: onData("token.create", change("scopes", func(s []any) any {
				out := slices.Clone(s)
				for i, scope := range out {
					if text, _ := scope.(string); strings.Contains(text, "*") {
						out[i] = "GET:oauth.openapi.com/wallet"
					}
				}
				return out
			}))},
		{Name: "tokens/limit-forgotten", What: "a new token does not show its limit of wallet requests", Scenarios: []string{"v2/tokens/create/limits"},
			Lie: onData("token.create", change("limits", func(l map[string]any) any { delete(l, "walletRequests"); return l }))},
		{Name: "tokens/limit-off-by-one", What: "a new token's limit of total requests is one more than asked", Scenarios: []string{"v2/tokens/create/limits-one-by-one"},
			Lie: onData("token.create", change("limits", func(l map[string]any) any { plusOne(l, "totalRequests"); return l }))},
		{Name: "tokens/born-used", What: "a new token has already been used once", Scenarios: []string{"v2/tokens/create/fresh-statistics"},
			Lie: onData("token.create", change("stats", func(s map[string]any) any { plusOne(s, "totalRequests"); return s }))},
		{Name: "tokens/same-token-twice", What: "every POST answers with the token of the first", Scenarios: []string{"v2/tokens/create/each-is-new"},
			Lie: func() Lie {
				var first map[string]any
				return func(x *Exchange) {
					if x.Operation != "token.create" || x.Answer.Status != 200 {
						return
					}
					if first == nil {
						first = maps.Clone(x.Answer.payload())
					}
					x.Answer.setPayload(first)
				}
			}},
		{Name: "tokens/read-another-name", What: "GET shows another name than POST set", Scenarios: []string{"v2/tokens/read/detail"},
			Lie: onData("token.get", change("name", func(n string) any { return n + " " }))},
		{Name: "tokens/refresh-token-hidden", What: "GET shows another refresh token than POST gave", Scenarios: []string{"v2/tokens/read/detail"},
			Lie: onData("token.get", change("refreshToken", func(r string) any { return reversed(r) }))},
		{Name: "tokens/created-moves", What: "createdAt is that of the reading", Scenarios: []string{"v2/tokens/read/time-passes"},
			Lie: func() Lie {
				reads := 0
				return func(x *Exchange) {
					if x.Operation != "token.get" || x.Answer.Status != 200 {
						return
					}
					reads++
					for _, p := range x.Answer.payloads() {
						shift(p, "createdAt", reads)
					}
				}
			}},
		{Name: "tokens/update-forgets-name", What: "PATCH answers with the new name, but GET still shows the old one", Scenarios: []string{"v2/tokens/update/name"},
			Lie: staleAfterUpdate("name")},
		{Name: "tokens/update-forgets-scopes", What: "PATCH answers with the new scopes, but GET still shows the old ones", Scenarios: []string{"v2/tokens/update/scopes"},
			Lie: staleAfterUpdate("scopes")},
		{Name: "tokens/update-forgets-ttl", What: "PATCH answers with the new expiry, but GET still shows the old one", Scenarios: []string{"v2/tokens/update/ttl"},
			Lie: staleAfterUpdate("expireAt")},
		{Name: "tokens/update-clears-name", What: "an update of the scopes clears the name", Scenarios: []string{"v2/tokens/update/scopes"},
			Lie: always(func(x *Exchange) {
				if _, named := asObject(x.Body)["name"]; x.Operation == "token.update" && x.Answer.Status == 200 && !named {
					for _, p := range x.Answer.payloads() {
						p["name"] = ""
					}
				}
			})},
		{Name: "tokens/limits-replaced", What: "PATCH replaces the limits instead of merging them", Scenarios: []string{"v2/tokens/update/limits-are-merged"},
			Lie: always(func(x *Exchange) {
				if limits, ok := asObject(x.Body)["limits"].(map[string]any); ok && x.Operation == "token.update" && x.Answer.Status == 200 {
					maps.DeleteFunc(limits, func(_ string, v any) bool { return v == nil })
					for _, p := range x.Answer.payloads() {
						p["limits"] = limits
					}
				}
			})},
		{Name: "tokens/update-is-not-seen", What: "an update leaves updatedAt where it was", Scenarios: []string{"v2/tokens/update/times"},
			Lie: onData("token.update", func(p map[string]any) { p["updatedAt"] = p["createdAt"] })},
		{Name: "tokens/deleted-is-still-there", What: "a deleted token can still be read", Scenarios: []string{"v2/tokens/delete/gone"},
			Lie: survives(func(x *Exchange) bool { return x.Operation == "token.delete" && x.Answer.Status == 200 })},
		{Name: "tokens/deleted-is-still-listed", What: "a deleted token is still listed", Scenarios: []string{"v2/tokens/delete/gone"},
			Lie: func() Lie {
				known, deleted := map[string]any{}, []any{}
				return func(x *Exchange) {
					remember(known, x)
					switch {
					case x.Operation == "token.delete" && x.Answer.Status == 200 && known[x.ID] != nil:
						deleted = append(deleted, known[x.ID])
					case x.Operation == "token.list" && x.Query.Get("id") == "":
						x.Answer.setItems(append(x.Answer.items(), deleted...))
					}
				}
			}},
		{Name: "tokens/delete-shows-the-token", What: "DELETE answers with data instead of null", Scenarios: []string{"v2/tokens/delete/envelope"},
			Lie: on("token.delete", func(x *Exchange) { x.Answer.body()["data"] = map[string]any{"token": x.ID} })},
		{Name: "tokens/delete-says-ok", What: "DELETE says \"OK\" instead of \"Deleted\"", Scenarios: []string{"v2/tokens/delete/envelope"},
			Lie: on("token.delete", func(x *Exchange) { x.Answer.body()["message"] = "OK" })},
		{Name: "tokens/refresh-token-is-an-id", What: "a refresh token works as the id of its token", Scenarios: []string{"v2/tokens/read/refresh-token-is-no-id"},
			Lie: func() Lie {
				byRefresh := map[string]any{}
				return func(x *Exchange) {
					if p := x.Answer.payload(); x.Answer.Status == 200 && text(p, "refreshToken") != "" {
						byRefresh[text(p, "refreshToken")] = maps.Clone(p)
					}
					if known := byRefresh[x.ID]; x.Operation == "token.get" && known != nil {
						x.Answer.Status, x.Answer.JSON = 200, map[string]any{"data": known, "success": true, "message": "", "error": nil}
					}
				}
			}},
		{Name: "tokens/reading-uses-it", What: "every reading of a token counts as a use of it", Scenarios: []string{"v2/tokens/read/reading-changes-nothing"},
			Lie: func() Lie {
				reads := 0
				return func(x *Exchange) {
					if x.Operation != "token.get" || x.Answer.Status != 200 {
						return
					}
					for _, p := range x.Answer.payloads() {
						stats := maps.Clone(asObject(p["stats"]))
						for range reads {
							plusOne(stats, "totalRequests")
						}
						p["stats"] = stats
					}
					reads++
				}
			}},
	}
}

// staleAfterUpdate shows, in GET, the value that a member had before it was changed.
func staleAfterUpdate(member string) func() Lie {
	return func() Lie {
		first := map[string]any{}
		return func(x *Exchange) {
			p := x.Answer.payload()
			id := text(p, "token")
			if id == "" || x.Answer.Status != 200 {
				return
			}
			if first[id] == nil {
				first[id] = p[member]
			}
			if x.Operation == "token.get" {
				for _, object := range x.Answer.payloads() {
					object[member] = first[id]
				}
			}
		}
	}
}

// survives lets tokens that are gone be read as they were last seen. gone reports whether the
// exchange has removed x.ID.
func survives(gone func(*Exchange) bool) func() Lie {
	return func() Lie {
		known, removed := map[string]any{}, map[string]bool{}
		return func(x *Exchange) {
			if x.Operation == "token.get" && removed[x.ID] && x.Answer.Status == 404 && known[x.ID] != nil {
				x.Answer.Status, x.Answer.JSON = 200, map[string]any{"data": known[x.ID], "success": true, "message": "", "error": nil}
				return
			}
			if gone(x) {
				removed[x.ID] = true
			}
			remember(known, x)
		}
	}
}

// remember keeps every token that an answer shows.
func remember(known map[string]any, x *Exchange) {
	if p := x.Answer.payload(); x.Answer.Status == 200 && text(p, "token") != "" {
		token := maps.Clone(p)
		maps.DeleteFunc(token, func(name string, _ any) bool { return x.Answer.inEnvelope(name) })
		known[text(p, "token")] = token
	}
}

func asObject(v any) map[string]any {
	object, _ := v.(map[string]any)
	return object
}

// plusOne adds one to an integer.
func plusOne(object map[string]any, name string) { plus(object, name, 1) }

func plus(object map[string]any, name string, by int64) {
	if n, ok := object[name].(json.Number); ok {
		if i, err := n.Int64(); err == nil {
			object[name] = i + by
		}
	}
}

func reversed(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}
