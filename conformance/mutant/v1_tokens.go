package mutant

import (
	"encoding/json"
	"slices"
	"strings"
)

// wantsWildcard reports whether a request asks for a scope with an asterisk.
func wantsWildcard(x *Exchange) bool {
	scopes, _ := asObject(x.Body)["scopes"].([]any)
	return slices.ContainsFunc(scopes, func(scope any) bool { s, _ := scope.(string); return strings.Contains(s, "*") })
}

// expiresLater moves the expiry, in UNIX seconds.
func expiresLater(seconds string) func(map[string]any) {
	return change("expire", func(n json.Number) any { return decimal(n, seconds) })
}

// v1Created are lies about new tokens.
func v1Created() []Mutant {
	const create = "v1.token.create"
	in := func(names ...string) []string {
		var all []string
		for _, name := range names {
			all = append(all, "v1/tokens/create/"+name)
		}
		return all
	}
	lie := func(name, what string, where []string, edit func(x *Exchange, body map[string]any)) Mutant {
		return Mutant{Name: "v1/created-" + name, What: what, Scenarios: where, Lie: on(create, func(x *Exchange) { edit(x, x.Answer.body()) })}
	}
	member := func(name, what string, where []string, edit func(map[string]any)) Mutant {
		return lie(name, what, where, func(_ *Exchange, body map[string]any) { edit(body) })
	}
	return append(v1Envelope(create, "v1/tokens/create/members"),
		member("token-as-number", "a new token is a number", in("members"), set("token", json.Number("5"))),
		member("token-empty", "a new token is empty", in("members", "wildcards"), set("token", "")),
		member("token-upper-case", "a new token is in upper case", in("form"), change("token", func(s string) any { return strings.ToUpper(s) + "G" })),
		member("expire-as-date", "expire is a date", in("members"), set("expire", "2031-02-12T08:30:00Z")),
		member("expire-zero", "expire is 0", in("members"), set("expire", json.Number("0"))),
		member("no-scopes", "a new token has no scopes", in("members", "form", "label-of-the-body", "wildcards", "wildcards-of-a-domain"), set("scopes", []any{})),
		member("scopes-twice", "each scope comes back twice", in("form", "label-of-the-body"), change("scopes", func(s []any) any { return append(slices.Clone(s), s...) })),
		member("under-data", "a new token stands under data too", in("form"), func(b map[string]any) { b["data"] = map[string]any{"token": b["token"]} }),
		member("a-second-more", "a token lives a second longer", in("expiry-by-the-clock"), expiresLater("1")),
		lie("ttl-in-minutes", "ttl is in minutes", in("ttl"), func(x *Exchange, b map[string]any) {
			if ttl, ok := asObject(x.Body)["ttl"].(json.Number); ok {
				expiresLater(ttl.String())(b)
			}
		}),
		lie("a-month-by-itself", "without ttl it is eleven months", in("one-year"), func(x *Exchange, b map[string]any) {
			if _, ok := asObject(x.Body)["ttl"]; !ok {
				expiresLater("-2592000")(b)
			}
		}),
		Mutant{Name: "v1/created-once", What: "every POST answers with the token of the first", Scenarios: in("each-is-new"), Lie: func() Lie {
			var first any
			return func(x *Exchange) {
				if x.Operation == create && x.Answer.Status == 200 {
					if first == nil {
						first = x.Answer.body()["token"]
					}
					x.Answer.body()["token"] = first
				}
			}
		}},
		lie("by-label", "a body with another label is not read", in("label-of-the-body"), func(x *Exchange, _ map[string]any) {
			if x.Header.Get("Content-Type") != "application/json" {
				refuseInV1(x, 406, "110", "missing scopes array")
			}
		}),
		lie("no-wildcards", "wildcards are refused", in("wildcards", "wildcards-of-a-domain"), func(x *Exchange, _ map[string]any) {
			if wantsWildcard(x) {
				refuseInV1(x, 406, "270", "invalid scopes specified")
			}
		}),
	)
}

// v1Listed are lies about tokens that are listed and read.
func v1Listed() []Mutant {
	const list, get = "v1.token.list", "v1.token.get"
	lie := func(operation, name, what, where string, edit func(x *Exchange, items []any) []any) Mutant {
		return Mutant{Name: "v1/" + name, What: what, Scenarios: strings.Split(where, " "), Lie: on(operation, func(x *Exchange) { x.Answer.setItems(edit(x, x.Answer.items())) })}
	}
	items := func(edit func([]any) []any) func(*Exchange, []any) []any {
		return func(_ *Exchange, all []any) []any { return edit(all) }
	}
	texts := func(all []any) []any {
		for i := range all {
			all[i] = asObject(all[i])["token"]
		}
		return all
	}
	none := func([]any) []any { return nil }
	filter := func(x *Exchange) []string { return append(x.Query["scope"], x.Query["scope[]"]...) }
	// again reads the list without its filter.
	again := func(x *Exchange, _ []any) []any { return x.Ask("GET", "/token", nil).items() }
	all := append(v1Envelope(list, "v1/tokens/list/all"), v1Envelope(get, "v1/tokens/read/one")...)
	all = append(all,
		lie(list, "list-short", "the list of tokens shows the first only", "v1/tokens/list/all v1/tokens/list/members v1/tokens/list/filter v1/tokens/list/tolerance v1/tokens/expiry/gone-from-the-list",
			items(func(all []any) []any { return all[:min(1, len(all))] })),
		lie(list, "list-of-texts", "tokens are listed as texts", "v1/tokens/list/all", items(texts)),
		lie(list, "list-empty", "the list of tokens is empty", "v1/tokens/list/filter-keeps-others-out v1/tokens/list/nothing v1/tokens/delete/gone v1/tokens/expiry/gone-from-the-list v1/tokens/delete/only-that-one v1/account/isolation",
			items(none)),
		lie(list, "list-twice", "tokens are listed twice", "v1/tokens/list/members v1/tokens/list/tolerance", items(func(all []any) []any { return append(slices.Clone(all), all...) })),
		lie(list, "list-upper-case", "tokens are listed in upper case", "v1/tokens/list/members v1/tokens/list/tolerance", items(each(change("token", func(s string) any { return strings.ToUpper(s) })))),
		lie(list, "list-expire-as-text", "listed tokens expire at a text", "v1/tokens/list/members", items(each(change("expire", func(n json.Number) any { return n.String() })))),
		lie(list, "list-expire-later", "listed tokens expire a second later", "v1/tokens/list/members", items(each(expiresLater("1")))),
		lie(list, "list-other-scopes", "listed tokens have other scopes", "v1/tokens/list/members", items(each(set("scopes", []any{"GET:a.b/c"})))),
		lie(list, "filter-ignored", "a filter of the list is ignored", "v1/tokens/list/filter v1/tokens/list/filter-keeps-others-out", again),
		lie(list, "filter-of-texts-only", "a filter that is empty filters everything", "v1/tokens/list/tolerance", func(x *Exchange, all []any) []any {
			if strings.HasPrefix(x.RawQuery, "scope") && len(strings.Join(filter(x), "")) == 0 {
				return nil
			}
			return all
		}),
		lie(list, "filter-first-only", "of several filters the first counts", "v1/tokens/list/tolerance", func(x *Exchange, all []any) []any {
			return slices.DeleteFunc(slices.Clone(all), func(item any) bool {
				scopes, _ := asObject(item)["scopes"].([]any)
				return len(filter(x)) > 1 && !slices.Contains(scopes, any(filter(x)[0]))
			})
		}),
		lie(list, "filter-list-unknown", "a filter that is called a list finds nothing", "v1/tokens/list/tolerance", func(x *Exchange, all []any) []any {
			if len(x.Query["scope[]"]) == 1 && x.Query.Get("scope[]") != "" {
				return nil
			}
			return all
		}),
		Mutant{Name: "v1/expired-is-listed", What: "the list shows tokens that have expired", Scenarios: []string{"v1/tokens/expiry/gone-from-the-list"}, Lie: func() Lie {
			var most []any
			return func(x *Exchange) {
				if x.Operation == list {
					if now := x.Answer.items(); len(now) > len(most) {
						most = now
					}
					x.Answer.setItems(most)
				}
			}
		}},
		lie(get, "read-empty", "a token is read as an empty list", "v1/tokens/read/one v1/tokens/read/members", items(none)),
		lie(get, "read-text", "a token is read as a text", "v1/tokens/read/one", items(texts)),
		lie(get, "read-twice", "a token is read twice", "v1/tokens/read/members", items(func(all []any) []any { return append(slices.Clone(all), all...) })),
		lie(get, "read-another", "another token is read", "v1/tokens/read/members v1/tokens/delete/single-tokens-only v1/tokens/replace/scopes-and-expire v1/tokens/update/single-fields",
			items(each(change("token", func(s string) any { return reversed(s) })))),
		lie(get, "read-later", "a token that is read expires a second later", "v1/tokens/read/members v1/tokens/replace/ v1/tokens/update/", items(each(expiresLater("1")))),
		lie(get, "read-a-day-later", "a token that is read expires two days later", "v1/tokens/replace/one-year", items(each(expiresLater("172800")))),
		lie(get, "read-no-scopes", "a token that is read has other scopes", "v1/tokens/read/members v1/tokens/replace/ v1/tokens/update/", items(each(set("scopes", []any{"GET:a.b/c"})))),
		Mutant{Name: "v1/nothing-with-a-body", What: "204 comes with a body", Lie: always(func(x *Exchange) {
			if x.Surface == "v1" && x.Answer.Status == 204 {
				x.Answer.Raw = []byte("null")
			}
		}), Scenarios: []string{"v1/tokens/list/nothing", "v1/tokens/read/unknown", "v1/tokens/expiry/as-if-deleted", "v1/tokens/delete/only-that-one", "v1/account/isolation", "migration/tokens/"}},
		Mutant{Name: "v1/unknown-as-404", What: "a token that does not exist is refused", Lie: always(func(x *Exchange) {
			if x.Operation == get && x.Answer.Status == 204 {
				refuseInV1(x, 404, "150", "Missing Token")
			}
		}), Scenarios: []string{"v1/tokens/read/unknown", "v1/tokens/expiry/as-if-deleted", "v1/tokens/delete/only-that-one", "v1/account/isolation", "migration/tokens/"}},
		Mutant{Name: "v1/nothing-as-200", What: "an empty list is answered with 200", Lie: always(func(x *Exchange) {
			if x.Operation == list && x.Answer.Status == 204 {
				inV1(x, []any{})
			}
		}), Scenarios: []string{"v1/tokens/list/nothing"}},
	)
	return all
}

// v1Changed are lies about tokens that are replaced, changed and deleted.
func v1Changed() []Mutant {
	var all []Mutant
	for _, operation := range []struct{ name, in, scopes string }{
		{"v1.token.replace", "v1/tokens/replace/", "v1/tokens/replace/scopes-and-expire"}, {"v1.token.update", "v1/tokens/update/", "v1/tokens/update/single-fields"},
	} {
		lie := func(name, what, where string, edit func([]any) []any) {
			all = append(all, Mutant{Name: "v1/" + operation.name[9:] + "-" + name, What: operation.name + " " + what, Scenarios: strings.Split(where, " "),
				Lie: onItems(operation.name, edit)})
		}
		all = append(all, v1Envelope(operation.name, operation.in+"shape")...)
		lie("empty", "answers with an empty list", operation.in+"shape", func([]any) []any { return nil })
		lie("text", "answers with a text", operation.in+"shape", func(items []any) []any { return []any{asObject(items[0])["token"]} })
		lie("twice", "answers with the token twice", operation.scopes, func(items []any) []any { return append(slices.Clone(items), items...) })
		lie("another", "answers with another token", operation.scopes+" v1/account/isolation", each(change("token", func(s string) any { return reversed(s) })))
		lie("scopes", "answers with other scopes", operation.scopes+" v1/tokens/update/ttl", each(set("scopes", []any{"GET:a.b/c"})))
		lie("later", "answers with an expiry two days later", operation.in+" v1/account/isolation", each(expiresLater("172800")))
		for _, member := range []string{"scopes", "expire"} {
			all = append(all, Mutant{Name: "v1/" + operation.name[9:] + "-forgets-" + member, What: operation.name + " answers with the new " + member + ", but GET still shows the old",
				Scenarios: []string{operation.in}, Lie: v1Stale(member)})
		}
		all = append(all, Mutant{Name: "v1/" + operation.name[9:] + "-in-vain", What: "what " + operation.name + " refuses it does all the same", Scenarios: []string{operation.in},
			Lie: func() Lie {
				var refused bool
				return func(x *Exchange) {
					refused = refused || x.Operation == operation.name && x.Answer.Status >= 400
					if refused && x.Operation == "v1.token.get" {
						x.Answer.setItems(each(func(t map[string]any) { t["scopes"] = []any{"GET:a.b/c"}; expiresLater("60")(t) })(x.Answer.items()))
					}
				}
			}})
	}
	return append(all,
		Mutant{Name: "v1/replace-takes-ttl", What: "PUT takes a ttl", Scenarios: []string{"v1/tokens/replace/one-year"}, Lie: on("v1.token.replace", func(x *Exchange) {
			if _, ok := asObject(x.Body)["ttl"]; ok {
				x.Answer.setItems(each(expiresLater("-31535940"))(x.Answer.items()))
			}
		})},
		Mutant{Name: "v1/delete-counts", What: "DELETE says \"1 deleted tokens\"", Scenarios: []string{"v1/tokens/delete/message"}, Lie: on("v1.token.delete", func(x *Exchange) { x.Answer.body()["message"] = "1 deleted tokens" })},
		Mutant{Name: "v1/delete-fails", What: "DELETE says that it is no success", Scenarios: []string{"v1/tokens/delete/message"}, Lie: on("v1.token.delete", func(x *Exchange) { x.Answer.body()["success"] = false })},
		Mutant{Name: "v1/delete-error", What: "DELETE has an error", Scenarios: []string{"v1/tokens/delete/message"}, Lie: on("v1.token.delete", func(x *Exchange) { x.Answer.body()["error"] = json.Number("0") })},
		Mutant{Name: "v1/delete-data", What: "DELETE has data", Scenarios: []string{"v1/tokens/delete/no-data"}, Lie: on("v1.token.delete", func(x *Exchange) { x.Answer.body()["data"] = nil })},
		Mutant{Name: "v1/delete-in-vain", What: "what was deleted is still listed", Scenarios: []string{"v1/tokens/delete/gone", "v1/tokens/delete/only-that-one"}, Lie: func() Lie {
			var first []any
			deleted := map[string]bool{}
			return func(x *Exchange) {
				switch x.Operation {
				case "v1.token.list":
					if first == nil {
						first = x.Answer.items()
					}
					if len(deleted) > 0 {
						x.Answer.setItems(first)
					}
				case "v1.token.delete":
					deleted[x.ID] = true
				}
			}
		}},
		Mutant{Name: "v1/delete-all", What: "a DELETE without a token that is refused deletes the tokens", Scenarios: []string{"v1/tokens/delete/single-tokens-only"}, Lie: func() Lie {
			refused := false
			return func(x *Exchange) {
				refused = refused || x.Answer.code() == "140"
				if refused && x.Operation == "v1.token.get" {
					x.Answer.Status, x.Answer.JSON, x.Answer.Raw = 204, nil, []byte{}
				}
			}
		}},
	)
}

// v1Stale makes GET show a member as it was when the token was created.
func v1Stale(member string) func() Lie {
	return func() Lie {
		old := map[string]any{}
		return func(x *Exchange) {
			switch {
			case x.Operation == "v1.token.create" && x.Answer.Status == 200:
				old[text(x.Answer.body(), "token")] = x.Answer.body()[member]
			case x.Operation == "v1.token.get" && x.Answer.Status == 200 && old[x.ID] != nil:
				x.Answer.setItems(each(set(member, old[x.ID]))(x.Answer.items()))
			}
		}
	}
}
