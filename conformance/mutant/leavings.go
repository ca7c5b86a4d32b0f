package mutant

import (
	"encoding/json"
	"html"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// leavings are lies about what is left of tokens that are gone, of requests that raced, and of what
// tokens were given.
func leavings() []Mutant {
	return slices.Concat(tokensGone(), tokenRaces(), tokenValues(), scopesAsked())
}

// served200 answers with a token.
func served200(x *Exchange, token any) {
	x.Answer.Status, x.Answer.JSON = http.StatusOK, map[string]any{"data": token, "success": true, "message": "", "error": nil}
}

// isRotation reports whether an exchange made a new pair.
func isRotation(x *Exchange) bool {
	return x.Operation == "token.update" && x.Answer.Status == 200 && strings.HasPrefix(x.Caller, "Bearer ") && text(x.Answer.payload(), "token") != x.ID
}

// tokensGone are lies about tokens that were rotated or deleted.
func tokensGone() []Mutant {
	const at = "v2/tokens/gone/"
	// follow remembers by which token a rotated one was replaced.
	follow := func(then func(x *Exchange, next string)) func() Lie {
		return func() Lie {
			next := map[string]string{}
			return func(x *Exchange) {
				if isRotation(x) {
					next[x.ID] = text(x.Answer.payload(), "token")
				} else if to := next[x.ID]; to != "" {
					then(x, to)
				}
			}
		}
	}
	return []Mutant{
		{Name: "gone/rotated-is-changed", What: "a change of a rotated token changes its successor", Scenarios: []string{at + "rotated-with-basic"},
			Lie: follow(func(x *Exchange, next string) {
				if x.Operation == "token.update" && x.Answer.code() == "160" {
					read(x, x.Method, "/tokens/"+next, x.Body)
				}
			})},
		{Name: "gone/rotated-is-deleted", What: "a deletion of a rotated token deletes its successor", Scenarios: []string{at + "rotated-with-basic"},
			Lie: follow(func(x *Exchange, next string) {
				if x.Operation == "token.delete" && x.Answer.code() == "180" {
					read(x, x.Method, "/tokens/"+next, nil)
				}
			})},
		{Name: "gone/rotated-leads-on", What: "the id of a rotated token reads its successor", Scenarios: []string{at + "rotated-with-basic"},
			Lie: follow(func(x *Exchange, next string) {
				if x.Operation == "token.get" && x.Answer.code() == "120" {
					read(x, x.Method, "/tokens/"+next, nil)
				}
			})},
		{Name: "gone/old-pair-updates", What: "the old refresh token may change the new token", Scenarios: []string{at + "rotated-as-bearer"},
			Lie: func() Lie {
				basic, old := "", map[string]bool{}
				return func(x *Exchange) {
					if x.Answer.Status == 200 && strings.HasPrefix(x.Caller, "Basic ") {
						basic = x.Caller
					}
					if isRotation(x) {
						old[x.Caller] = true
					} else if x.Operation == "token.update" && old[x.Caller] {
						as(x, basic)
					}
				}
			}},
		{Name: "gone/rotated-is-listed", What: "the list has the rotated token beside its successor", Scenarios: []string{at + "rotated-is-listed-once"},
			Lie: func() Lie {
				known, old := map[string]any{}, []any{}
				return func(x *Exchange) {
					if isRotation(x) && known[x.ID] != nil {
						old = append(old, known[x.ID])
					}
					remember(known, x)
					if x.Operation == "token.list" && x.Query.Get("skip") == "0" {
						x.Answer.setItems(append(x.Answer.items(), old...))
					}
				}
			}},
		{Name: "gone/successor-is-listed-twice", What: "the list has a rotated token twice", Scenarios: []string{at + "rotated-is-listed-once"},
			Lie: func() Lie {
				next := any(nil)
				return func(x *Exchange) {
					if isRotation(x) {
						next = maps.Clone(x.Answer.payload())
					}
					if x.Operation == "token.list" && next != nil && len(x.Answer.items()) > 0 {
						x.Answer.setItems(append(x.Answer.items(), x.Answer.items()[0]))
					}
				}
			}},
		{Name: "gone/deleted-refresh-token-works", What: "the refresh token of a deleted token makes a new one", Scenarios: []string{at + "deleted-as-bearer"},
			Lie: func() Lie {
				known, refresh := map[string]any{}, map[string]any{}
				return func(x *Exchange) {
					if x.Operation == "token.delete" && x.Answer.Status == 200 {
						refresh["Bearer "+text(asObject(known[x.ID]), "refreshToken")] = known[x.ID]
					}
					remember(known, x)
					if token := refresh[x.Caller]; token != nil && x.Operation == "token.update" && x.Answer.Status == 401 {
						served200(x, token)
					}
				}
			}},
		{Name: "gone/deleted-token-updates", What: "a deleted token as Bearer may change another", Scenarios: []string{at + "deleted-as-bearer"},
			Lie: func() Lie {
				basic, deleted := "", map[string]bool{}
				return func(x *Exchange) {
					if x.Answer.Status == 200 && strings.HasPrefix(x.Caller, "Basic ") {
						basic = x.Caller
					}
					if x.Operation == "token.delete" && x.Answer.Status == 200 {
						deleted["Bearer "+x.ID] = true
					} else if x.Operation == "token.update" && deleted[x.Caller] && "Bearer "+x.ID != x.Caller {
						as(x, basic)
					}
				}
			}},
		{Name: "gone/deleted-comes-back", What: "a deleted token is there again when it is read a second time", Scenarios: []string{at + "deleted-with-basic"},
			Lie: func() Lie {
				known, reads := map[string]any{}, map[string]int{}
				return func(x *Exchange) {
					remember(known, x)
					if x.Operation == "token.get" && x.Answer.Status == 404 && known[x.ID] != nil {
						if reads[x.ID]++; reads[x.ID] > 1 {
							served200(x, known[x.ID])
						}
					}
				}
			}},
		{Name: "gone/deleted-once-more", What: "deleting a deleted token again succeeds", Scenarios: []string{at + "deleted-with-basic"},
			Lie: func() Lie {
				deleted := map[string]any{}
				return func(x *Exchange) {
					if x.Operation == "token.delete" && x.Answer.Status == 200 {
						deleted[x.ID] = x.Answer.JSON
					} else if again := deleted[x.ID]; x.Operation == "token.delete" && again != nil {
						x.Answer.Status, x.Answer.JSON = 200, again
					}
				}
			}},
		{Name: "gone/a-change-revives", What: "a change of a deleted token succeeds", Scenarios: []string{at + "deleted-with-basic"},
			Lie: func() Lie {
				known := map[string]any{}
				return func(x *Exchange) {
					remember(known, x)
					if x.Operation == "token.update" && x.Answer.code() == "160" && known[x.ID] != nil {
						served200(x, known[x.ID])
					}
				}
			}},
	}
}

// tokenRaces are lies about requests that run at the same time.
func tokenRaces() []Mutant {
	const at = "v2/tokens/races/"
	return []Mutant{
		{Name: "races/an-update-is-undone", What: "a change of the limits puts the name back", Scenarios: []string{at + "different-fields"},
			Lie: func() Lie {
				first, undone := map[string]any{}, map[string]bool{}
				return func(x *Exchange) {
					p := x.Answer.payload()
					id := text(p, "token")
					if id == "" || x.Answer.Status != 200 {
						return
					}
					if first[id] == nil {
						first[id] = p["name"]
					}
					undone[id] = undone[id] || x.Operation == "token.update" && asObject(x.Body)["limits"] != nil
					if undone[id] && x.Operation == "token.get" {
						for _, object := range x.Answer.payloads() {
							object["name"] = first[id]
						}
					}
				}
			}},
		{Name: "races/the-last-update-fails", What: "of changes that race one is a conflict", Scenarios: []string{at + "different-fields"},
			Lie: func() Lie {
				n := 0
				return func(x *Exchange) {
					if x.Operation == "token.update" && x.Answer.Status == 200 {
						if n++; n == 8 {
							x.Answer.Status, x.Answer.JSON = 409, map[string]any{"success": false, "message": "Conflict", "error": 409, "data": nil}
						}
					}
				}
			}},
		{Name: "races/two-rotations-win", What: "of rotations that race two win", Scenarios: []string{at + "rotations"},
			Lie: func() Lie {
				winner, again := any(nil), false
				return func(x *Exchange) {
					if isRotation(x) {
						winner = x.Answer.JSON
					} else if x.Operation == "token.update" && x.Answer.Status == 401 && winner != nil && !again {
						again = true
						x.Answer.Status, x.Answer.JSON = 200, winner
					}
				}
			}},
		{Name: "races/a-loser-is-404", What: "a rotation that loses a race is answered 404", Scenarios: []string{at + "rotations"},
			Lie: onRefusal("token.update", "130", func(x *Exchange) {
				x.Answer.Status = 404
				x.Answer.body()["error"], x.Answer.body()["message"] = json.Number("160"), "Not Found"
			})},
		{Name: "races/one-token-for-two", What: "two of ten calls that make tokens get the same one", Scenarios: []string{at + "creations"},
			Lie: func() Lie {
				first, n := map[string]any(nil), 0
				return func(x *Exchange) {
					if x.Operation != "token.create" || x.Answer.Status != 200 {
						return
					}
					if n++; n == 1 {
						first = maps.Clone(x.Answer.payload())
					} else if n == 10 {
						x.Answer.setPayload(first)
					}
				}
			}},
		{Name: "races/one-refresh-token-for-two", What: "two tokens that are made have the same refresh token", Scenarios: []string{at + "creations"},
			Lie: func() Lie {
				first := ""
				return func(x *Exchange) {
					if x.Operation != "token.create" || x.Answer.Status != 200 {
						return
					}
					if first == "" {
						first = text(x.Answer.payload(), "refreshToken")
					}
					for _, p := range x.Answer.payloads() {
						p["refreshToken"] = first
					}
				}
			}},
		{Name: "races/deleted-twice", What: "of deletions that race two succeed", Scenarios: []string{at + "deletions"},
			Lie: func() Lie {
				deleted, again := any(nil), false
				return func(x *Exchange) {
					switch {
					case x.Operation == "token.delete" && x.Answer.Status == 200:
						deleted = x.Answer.JSON
					case x.Operation == "token.delete" && deleted != nil && !again:
						again = true
						x.Answer.Status, x.Answer.JSON = 200, deleted
					}
				}
			}},
		{Name: "races/a-reader-is-refused", What: "of many readers at once the tenth is answered 503", Scenarios: []string{at + "readers"},
			Lie: func() Lie {
				n := 0
				return func(x *Exchange) {
					if x.Operation == "token.get" {
						if n++; n == 10 {
							x.Answer.Status, x.Answer.JSON = 503, map[string]any{"success": false, "message": "Busy", "error": 503, "data": nil}
						}
					}
				}
			}},
		{Name: "races/a-reader-sees-another", What: "of many readers at once the tenth sees another name", Scenarios: []string{at + "readers"},
			Lie: func() Lie {
				n := 0
				return func(x *Exchange) {
					if x.Operation == "token.get" && x.Answer.Status == 200 {
						if n++; n == 10 {
							for _, p := range x.Answer.payloads() {
								p["name"] = "another"
							}
						}
					}
				}
			}},
	}
}

// tokenValues are lies about names, limits and lifetimes.
func tokenValues() []Mutant {
	const at = "v2/tokens/values/"
	named := func(operation string, to func(string) string) func() Lie {
		return onData(operation, change("name", func(n string) any { return to(n) }))
	}
	limit := func(operation, name string, to func(json.Number) any) func() Lie {
		return onData(operation, change("limits", func(l map[string]any) any {
			if n, ok := l[name].(json.Number); ok {
				l[name] = to(n)
			}
			return l
		}))
	}
	cut := func(at int) func(string) string {
		return func(n string) string {
			if utf8.RuneCountInString(n) > at {
				return string([]rune(n)[:at])
			}
			return n
		}
	}
	// repaired serves a request whose limits were refused as if they had been others.
	repaired := func(operation string, repair func(limits map[string]any) bool) func() Lie {
		return onRefusal(operation, "422", func(x *Exchange) {
			if limits := asObject(asObject(x.Body)["limits"]); repair(limits) {
				read(x, x.Method, x.Path, x.Body)
			}
		})
	}
	without := func(name string, bad func(string) bool) func(map[string]any) bool {
		return func(l map[string]any) bool {
			n, _ := l[name].(json.Number)
			if !bad(n.String()) {
				return false
			}
			delete(l, name)
			return true
		}
	}
	negative := func(n string) bool { return strings.HasPrefix(n, "-") }
	precise := func(n string) bool { _, places, _ := strings.Cut(n, "."); return len(places) > 4 }
	fraction := func(n string) bool { return strings.Contains(n, ".") }
	return []Mutant{
		{Name: "values/names-of-64", What: "names are cut at 64 characters", Scenarios: []string{at + "long-names"}, Lie: named("token.create", cut(64))},
		{Name: "values/names-of-255", What: "names are cut at 255 characters", Scenarios: []string{at + "long-names"}, Lie: named("token.create", cut(255))},
		{Name: "values/changed-names-of-512", What: "a change cuts names at 512 characters", Scenarios: []string{at + "long-names"}, Lie: named("token.update", cut(512))},
		{Name: "values/zero-is-no-name", What: "a name \"0\" is none", Scenarios: []string{at + "names"},
			Lie: named("token.create", func(n string) string { return strings.TrimPrefix(n, "0") })},
		{Name: "values/null-is-no-name", What: "a name \"null\" is none", Scenarios: []string{at + "names"},
			Lie: named("token.update", func(n string) string { return strings.TrimPrefix(n, "null") })},
		{Name: "values/names-are-escaped", What: "names come back with HTML entities", Scenarios: []string{at + "names"}, Lie: named("token.create", html.EscapeString)},
		{Name: "values/names-without-marks", What: "letters that are no ASCII are lost in a change", Scenarios: []string{at + "names"},
			Lie: named("token.update", func(n string) string {
				return strings.Map(func(r rune) rune {
					if r > 0x7f {
						return '?'
					}
					return r
				}, n)
			})},
		{Name: "values/names-are-trimmed", What: "blanks around names are cut off", Scenarios: []string{at + "names"}, Lie: named("token.update", strings.TrimSpace)},
		{Name: "values/counts-of-31-bits", What: "limits beyond 31 bits are the largest of them", Scenarios: []string{at + "limits-as-given"},
			Lie: limit("token.create", "totalRequests", func(n json.Number) any {
				if i, err := n.Int64(); err == nil && i > 1<<31-1 {
					return 1<<31 - 1
				}
				return n
			})},
		{Name: "values/counts-of-32-bits", What: "a changed limit beyond 32 bits begins anew", Scenarios: []string{at + "limits-as-given"},
			Lie: limit("token.update", "walletRequests", func(n json.Number) any {
				if i, err := n.Int64(); err == nil {
					return i % (1 << 32)
				}
				return n
			})},
		{Name: "values/amounts-in-cents", What: "an amount that limits a new token is rounded to cents", Scenarios: []string{at + "limits-as-given"},
			Lie: limit("token.create", "walletAmount", func(n json.Number) any { return json.Number(rounded(n, 2)) })},
		{Name: "values/changed-amounts-are-binary", What: "a changed amount shows its binary form", Scenarios: []string{at + "limits-as-given"},
			Lie: limit("token.update", "walletAmount", func(n json.Number) any {
				if n == "0.29" {
					return json.Number("0.28999999999999998")
				}
				return n
			})},
		{Name: "values/addresses-lost", What: "of allowed addresses the last is lost", Scenarios: []string{at + "limits-as-given"},
			Lie: onData("token.create", change("limits", func(l map[string]any) any {
				if ip, ok := l["ip"].([]any); ok && len(ip) > 2 {
					l["ip"] = ip[:2]
				}
				return l
			}))},
		{Name: "values/negative-counts", What: "a negative limit of requests is taken for none", Scenarios: []string{at + "limits-that-are-none"}, Lie: repaired("token.create", without("totalRequests", negative))},
		{Name: "values/negative-counts-in-changes", What: "a change takes a negative limit for none", Scenarios: []string{at + "limits-that-are-none"}, Lie: repaired("token.update", without("subscriptionRequests", negative))},
		{Name: "values/parts-of-requests", What: "a limit of one and a half requests is taken for none", Scenarios: []string{at + "limits-that-are-none"}, Lie: repaired("token.create", without("walletRequests", fraction))},
		{Name: "values/negative-amounts", What: "a negative amount is taken for none", Scenarios: []string{at + "limits-that-are-none"}, Lie: repaired("token.create", without("walletAmount", negative))},
		{Name: "values/five-decimals", What: "an amount with five decimals is taken for none", Scenarios: []string{at + "limits-that-are-none"}, Lie: repaired("token.create", without("walletAmount", precise))},
		{Name: "values/five-decimals-in-changes", What: "a change takes an amount with five decimals for none", Scenarios: []string{at + "limits-that-are-none"}, Lie: repaired("token.update", without("walletAmount", precise))},
		{Name: "values/unknown-limits-are-kept", What: "a limit that nobody knows is kept", Scenarios: []string{at + "unknown-limits"},
			Lie: on("token.create", func(x *Exchange) {
				if n := asObject(asObject(x.Body)["limits"])["errorRequests"]; n != nil {
					for _, p := range x.Answer.payloads() {
						asObject(p["limits"])["errorRequests"] = n
					}
				}
			})},
		{Name: "values/unknown-limits-in-changes", What: "a change takes WalletAmount for walletAmount", Scenarios: []string{at + "unknown-limits"},
			Lie: on("token.update", func(x *Exchange) {
				if n := asObject(asObject(x.Body)["limits"])["WalletAmount"]; n != nil {
					for _, p := range x.Answer.payloads() {
						asObject(p["limits"])["walletAmount"] = n
					}
				}
			})},
		{Name: "values/a-second-less-of-a-day", What: "lifetimes over a day are a whole number of days", Scenarios: []string{at + "ttl"},
			Lie: on("token.create", func(x *Exchange) {
				if ttl, ok := asObject(x.Body)["ttl"].(json.Number); ok && ttl == "86401" {
					for _, p := range x.Answer.payloads() {
						shift(p, "expireAt", -61)
					}
				}
			})},
		{Name: "values/a-year-is-an-hour-less", What: "a lifetime of a year is an hour too short", Scenarios: []string{at + "ttl"},
			Lie: on("token.create", func(x *Exchange) {
				if ttl, ok := asObject(x.Body)["ttl"].(json.Number); ok && ttl == "31536000" {
					for _, p := range x.Answer.payloads() {
						shift(p, "expireAt", -3600)
					}
				}
			})},
		{Name: "values/a-changed-ttl-counts-in-minutes", What: "a changed ttl of a week is one of minutes", Scenarios: []string{at + "ttl"},
			Lie: on("token.update", func(x *Exchange) {
				if ttl, ok := asObject(x.Body)["ttl"].(json.Number); ok && ttl == "604800" {
					for _, p := range x.Answer.payloads() {
						shift(p, "expireAt", 604800)
					}
				}
			})},
		{Name: "values/two-years", What: "a lifetime of two years is kept", Scenarios: []string{at + "ttl-over-a-year"},
			Lie: on("token.create", func(x *Exchange) {
				if ttl, ok := asObject(x.Body)["ttl"].(json.Number); ok && ttl == "63072000" {
					for _, p := range x.Answer.payloads() {
						shift(p, "expireAt", 31536000)
					}
				}
			})},
		{Name: "values/no-lifetime-is-a-month", What: "a negative ttl is a month", Scenarios: []string{at + "ttl-over-a-year"},
			Lie: on("token.create", func(x *Exchange) {
				if ttl, ok := asObject(x.Body)["ttl"].(json.Number); ok && negative(ttl.String()) {
					for _, p := range x.Answer.payloads() {
						shift(p, "expireAt", -335*86400)
					}
				}
			})},
	}
}

// scopesAsked are lies about the scopes that a token is asked for.
func scopesAsked() []Mutant {
	const at = "v2/tokens/values/"
	// mended serves a request whose scopes were refused as if they had been others.
	mended := func(operation string, mend func(scope string) string) func() Lie {
		return always(func(x *Exchange) {
			body := asObject(x.Body)
			scopes, ok := body["scopes"].([]any)
			if x.Operation != operation || x.Answer.Status != 422 || !ok {
				return
			}
			out, changed := make([]any, len(scopes)), false
			for i, one := range scopes {
				scope, _ := one.(string)
				out[i] = mend(scope)
				changed = changed || out[i] != one
			}
			if changed {
				body = maps.Clone(body)
				body["scopes"] = out
				read(x, x.Method, x.Path, body)
			}
		})
	}
	return []Mutant{
		{Name: "values/scopes-in-order", What: "the scopes of a new token lack the last of three", Scenarios: []string{at + "scopes-as-asked"},
			Lie: onData("token.create", change("scopes", func(s []any) any { return s[:min(2, len(s))] }))},
		{Name: "values/scopes-are-added", What: "a change of scopes adds them to those that were there", Scenarios: []string{at + "scopes-as-asked"},
			Lie: func() Lie {
				had := map[string][]any{}
				return func(x *Exchange) {
					p := x.Answer.payload()
					scopes, _ := p["scopes"].([]any)
					id := text(p, "token")
					if x.Answer.Status != 200 || id == "" {
						return
					}
					if x.Operation == "token.update" {
						all := slices.Clone(scopes)
						for _, one := range had[id] {
							if !slices.Contains(all, one) {
								all = append(all, one)
							}
						}
						for _, object := range x.Answer.payloads() {
							object["scopes"] = all
						}
						return
					}
					had[id] = scopes
				}
			}},
		{Name: "values/scopes-are-trimmed", What: "blanks around a scope are cut off", Scenarios: []string{at + "scopes-nearly-known"}, Lie: mended("token.create", strings.TrimSpace)},
		{Name: "values/scopes-with-a-slash", What: "a slash behind a scope is cut off", Scenarios: []string{at + "scopes-nearly-known"},
			Lie: mended("token.create", func(s string) string { return strings.TrimSuffix(s, "/") })},
		{Name: "values/scopes-by-their-beginning", What: "a scope with more segments is the one that it begins with", Scenarios: []string{at + "scopes-nearly-known"},
			Lie: mended("token.create", func(s string) string { return strings.TrimSuffix(s, "/more") })},
		{Name: "values/any-method-will-do", What: "TRACE is as good as GET in a scope", Scenarios: []string{at + "scopes-nearly-known"},
			Lie: mended("token.create", func(s string) string { return strings.Replace(s, "TRACE:", "GET:", 1) })},
		{Name: "values/ports-in-scopes", What: "a port in a scope is cut off in a change", Scenarios: []string{at + "scopes-nearly-known"},
			Lie: mended("token.update", func(s string) string { return strings.Replace(s, ":443/", "/", 1) })},
		{Name: "values/queries-in-scopes", What: "a question mark behind a scope is cut off in a change", Scenarios: []string{at + "scopes-nearly-known"},
			Lie: mended("token.update", func(s string) string { return strings.TrimSuffix(s, "?") })},
		{Name: "values/bad-scopes-are-left-out", What: "beside a good scope a bad one is left out", Scenarios: []string{at + "scopes-nearly-known"},
			Lie: always(func(x *Exchange) {
				body := asObject(x.Body)
				if scopes, ok := body["scopes"].([]any); ok && x.Operation == "token.create" && x.Answer.Status == 422 && len(scopes) > 1 {
					read(x, x.Method, x.Path, map[string]any{"scopes": scopes[:1]})
				}
			})},
		{Name: "values/stars-inside-words", What: "a star behind a word is cut off", Scenarios: []string{at + "scopes-with-stars-inside"},
			Lie: mended("token.create", func(s string) string { return strings.TrimSuffix(s, "*") })},
		{Name: "values/a-star-is-everything", What: "a star alone is everything", Scenarios: []string{at + "scopes-with-stars-inside"},
			Lie: mended("token.create", func(s string) string {
				if s == "*" {
					return "*:*/*"
				}
				return s
			})},
		{Name: "values/doubled-scopes-are-one", What: "a scope that is asked for twice is kept once", Scenarios: []string{at + "doubled-scopes"},
			Lie: onData("token.create", change("scopes", func(s []any) any {
				var out []any
				for _, one := range s {
					if !slices.Contains(out, one) {
						out = append(out, one)
					}
				}
				return out
			}))},
	}
}
