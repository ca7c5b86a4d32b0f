package explore

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// v1Deeds are the life of tokens in v1, and what it shows of the account.
func v1Deeds() []deed {
	return []deed{
		{"create in v1", 9, createV1},
		{"read in v1", 7, func(w *world, r *rand.Rand) {
			if t := pick(r, w.alive()); t != nil {
				w.call("read a token in v1", &step{Call: "v1.token.get", Path: map[string]string{"token": t.id()}, Expect: &expect{Level: must, Data: w.shownV1(t, "$[0]", true)}})
			}
		}},
		{"list in v1", 5, listV1},
		{"replace in v1", 6, replaceV1},
		{"update in v1", 6, updateV1},
		{"delete in v1", 3, func(w *world, r *rand.Rand) {
			if t := pick(r, w.alive()); t != nil {
				t.dead = true
				w.call("delete a token in v1", &step{Call: "v1.token.delete", Path: map[string]string{"token": t.id()},
					Expect: &expect{Level: must, Body: map[string]any{"$.message": at(should, equals("1 deleted token")), "$.data": at(observe, map[string]any{"exists": false})}}})
			}
		}},
		{"use a dead one in v1", 5, deadV1},
		{"ask for what is none in v1", 8, refusedV1},
		{"strangers in v1", 3, strangersV1},
		{"credit", 2, func(w *world, _ *rand.Rand) {
			w.call("read the credit in v1", &step{Call: "v1.credit.get", Expect: &expect{Level: should, Data: map[string]any{"$.credit": at(should, equals(money(w.credit)))}}})
		}},
		{"scopes in v1", 1, func(w *world, _ *rand.Rand) {
			w.call("list the scopes in v1", &step{Call: "v1.scope.list", Expect: &expect{Level: should, Data: map[string]any{"$": at(observe, map[string]any{"contains": "${scope}", "unique": true})}}})
		}},
		{"counters", 5, counters},
	}
}

// shownV1 is what v1 shows of a token at a path. listed means that it is named.
func (w *world) shownV1(t *token, path string, listed bool) map[string]any {
	data := map[string]any{path + ".scopes": at(should, equals(t.scopes))}
	if listed {
		data[path+".token"] = at(should, equals(t.id()))
	}
	if w.frozen {
		data[path+".expire"] = at(should, equals(w.time(t.expire).Unix()))
	}
	return data
}

func createV1(w *world, r *rand.Rand) {
	if len(w.alive()) > 6 {
		return
	}
	t := &token{variable: fmt.Sprintf("t%d", w.n+1), scopes: w.draw(r), created: w.now, limits: map[string]any{}, unseen: true}
	t.scopes = slices.DeleteFunc(t.scopes, func(scope string) bool { return strings.Contains(scope, "*") })
	if len(t.scopes) == 0 {
		return
	}
	body := map[string]any{"scopes": t.scopes}
	t.life, t.expire = year, w.now+year
	switch ttl, life := w.ttlOf(r); r.IntN(5) {
	case 0, 1:
		if ttl != nil {
			body["ttl"] = ttl
			t.life, t.expire = life, w.now+life
		}
	case 2:
		if w.frozen {
			life = min(life, year)
			body["expire"] = w.time(w.now + life).Unix()
			t.life, t.expire = 0, w.now+life
		}
	case 3:
		body["expire"] = 0
	case 4:
		life = pick(r, []int{60, 3600, 86400})
		body["expire"] = life // a lifetime
		t.life, t.expire = life, w.now+life
	}
	data := w.shownV1(t, "$", false)
	data["$.token"] = at(must, map[string]any{"format": "id", "level": should})
	w.call("create a token in v1", &step{Call: "v1.token.create", Body: body, Expect: &expect{Level: must, Data: data}, Capture: map[string]string{t.variable: "$.token"}})
	w.tokens = append(w.tokens, t)
}

func listV1(w *world, r *rand.Rand) {
	alive := w.alive()
	s := &step{Call: "v1.token.list", Expect: &expect{Level: should}}
	if len(alive) > 0 && r.IntN(3) == 0 {
		scope := pick(r, pick(r, alive).scopes)
		alive = slices.DeleteFunc(alive, func(t *token) bool { return !slices.Contains(t.scopes, scope) })
		s.Query = map[string]any{"scope": scope}
	} else if r.IntN(6) == 0 {
		s.Query = map[string]any{"scope": ""}
	}
	if len(alive) == 0 {
		s.Expect.Status, s.Expect.Empty = []int{204}, true
		w.call("list no tokens in v1", s)
		return
	}
	var ids []string
	for _, t := range alive {
		ids = append(ids, t.id())
	}
	i := r.IntN(len(alive))
	s.Expect.Data = map[string]any{"$[*].token": at(should, map[string]any{"sameElements": ids}), "$": at(should, map[string]any{"length": len(ids)})}
	if s.Query == nil {
		s.Expect.Data["$[*].token"] = at(observe, equals(ids))
		maps.Copy(s.Expect.Data, w.shownV1(alive[i], fmt.Sprintf("$[%d]", i), true))
		for path, matcher := range s.Expect.Data {
			if path != "$" {
				at(observe, matcher.(map[string]any))
			}
		}
	}
	w.call("list the tokens in v1", s)
}

func replaceV1(w *world, r *rand.Rand) {
	t := pick(r, w.alive())
	if t == nil || !w.frozen {
		return
	}
	life := pick(r, []int{1, 60, 3600, 86400, year - 1, year, year + 86400, -60})
	t.scopes = w.draw(r)
	body := map[string]any{"scopes": t.scopes, "expire": w.time(w.now + life).Unix()}
	t.expire, t.life = w.now+min(life, year), 0
	if r.IntN(3) == 0 {
		body["ttl"] = 77
	}
	w.call("replace a token in v1", &step{Call: "v1.token.replace", Path: map[string]string{"token": t.id()}, Body: body, Expect: &expect{Level: must, Data: w.shownV1(t, "$[0]", true)}})
}

func updateV1(w *world, r *rand.Rand) {
	t := pick(r, w.alive())
	if t == nil || !w.frozen {
		return
	}
	body := map[string]any{}
	if r.IntN(2) == 0 {
		t.scopes = w.draw(r)
		body["scopes"] = t.scopes
	}
	switch life := pick(r, []int{1, 60, 3600, 86400, year}); {
	case r.IntN(2) == 0:
		body["ttl"] = life
		t.expire, t.life = w.now+life, life
		if r.IntN(2) == 0 {
			body["expire"] = w.time(w.now + 7200).Unix()
		}
	case len(body) == 0 || r.IntN(2) == 0:
		body["expire"] = w.time(w.now + life).Unix()
		t.expire, t.life = w.now+life, 0
	}
	w.call("update a token in v1", &step{Call: "v1.token.update", Path: map[string]string{"token": t.id()}, Body: body, Expect: &expect{Level: should, Data: w.shownV1(t, "$[0]", true)}})
}

func deadV1(w *world, r *rand.Rand) {
	t := pick(r, slices.DeleteFunc(slices.Clone(w.tokens), func(t *token) bool { return !w.gone(t) }))
	id := "000000000000000000000000"
	if t != nil {
		id = t.id()
	}
	path := map[string]string{"token": id}
	switch r.IntN(4) {
	case 0:
		w.call("read a token in v1 that is gone", &step{Call: "v1.token.get", Path: path, Expect: &expect{Level: should, Status: []int{204}, Empty: true}})
	case 1:
		w.refuse("replace a token in v1 that is gone", &step{Call: "v1.token.replace", Path: path, Body: map[string]any{"scopes": []any{"${scope}"}}, Expect: &expect{Level: should}}, 404, 170, "Missing Token")
	case 2:
		w.refuse("update a token in v1 that is gone", &step{Call: "v1.token.update", Path: path, Body: map[string]any{"scopes": []any{"${scope}"}}, Expect: &expect{Level: should}}, 404, 290, "Missing Token")
	default:
		w.refuse("delete a token in v1 that is gone", &step{Call: "v1.token.delete", Path: path, Expect: &expect{Level: should}}, 404, 150, "Missing Token")
	}
}

func refusedV1(w *world, r *rand.Rand) {
	t := pick(r, w.alive())
	path := map[string]string{}
	if t != nil {
		path["token"] = t.id()
	}
	rest := func(s *step) *step { s.Expect = &expect{Level: should}; return s }
	slash := pick(r, []string{"", "/"})
	odd := pick(r, []string{"x", "00000000000000000000000", "FFFFFFFFFFFFFFFFFFFFFFFF", "656d1e2f8b3c2a001f7e4a1g", "%20"})
	bad := pick(r, []any{"${scope}", 5, []any{}, map[string]any{}, []any{5}, []any{"nothing"}, []any{"GET:nobody.openapi.com/nothing"}, true})
	wrongScopes := func() any { return map[string]any{"scopes": bad} }
	switch r.IntN(11) {
	case 0:
		w.refuse("create a token in v1 without scopes", rest(&step{Call: "v1.token.create", Body: pick(r, []any{map[string]any{}, map[string]any{"ttl": 60}, map[string]any{"scopes": nil}})}), 406, 110, "missing scopes array")
	case 1:
		w.refuse("create a token in v1 with wrong scopes", rest(&step{Call: "v1.token.create", Body: wrongScopes()}), 406, 270, "invalid scopes specified")
	case 2:
		w.refuseAs("v1.token.get", "read what is no token in v1", rest(&step{Call: "v1 GET /token/" + odd}), 402, 125, "Wrong Token")
	case 3:
		w.refuseAs("v1.token.replace", "replace without a token in v1", rest(&step{Call: "v1 PUT /token" + slash, Body: map[string]any{"scopes": []any{"${scope}"}}}), 403, 160, "Only single tokens are enabled for this method")
	case 4:
		w.refuseAs("v1.token.update", "update without a token in v1", rest(&step{Call: "v1 PATCH /token" + slash, Body: map[string]any{"scopes": []any{"${scope}"}}}), 403, 280, "Only single tokens are enabled for this method")
	case 5:
		w.refuseAs("v1.token.delete", "delete without a token in v1", rest(&step{Call: "v1 DELETE /token" + slash}), 403, 140, "Only single tokens are enabled for this method")
	case 6:
		if t != nil {
			w.refuse("replace with wrong scopes in v1", rest(&step{Call: "v1.token.replace", Path: path, Body: pick(r, []any{map[string]any{}, wrongScopes()})}), 406, 270, "invalid scopes specified")
		}
	case 7:
		if t != nil {
			w.refuse("update with nothing in v1", rest(&step{Call: "v1.token.update", Path: path, Body: pick(r, []any{map[string]any{}, map[string]any{"expire": 0}, map[string]any{"name": "x"}})}), 406, 310, "missing scopes array and expire")
		}
	case 8:
		if t != nil {
			w.refuse("update with wrong scopes in v1", rest(&step{Call: "v1.token.update", Path: path, Body: wrongScopes()}), 406, 270, "invalid scopes specified")
		}
	case 9:
		one := pick(r, [][3]string{{"day", "2022-01-01", "2022-1-1"}, {"day", "2022-01-01", "2022-02-30"}, {"day", "2022-01-01", "2022-01"}, {"day", "2022-01-01", "x"}, {"month", "2022-01", "2022-13"}, {"month", "2022-01", "2022"}, {"month", "2022-01", "2022-01-01"}, {"year", "2022", "22"}, {"year", "2022", "2022-01"}, {"year", "2022", "x"}})
		w.refuse("counters of no "+one[0], rest(&step{Call: "v1.counters." + one[0], Path: map[string]string{one[0]: one[2]}}), 404, 610, "Wrong date format for the selected range, please format the date like: "+one[1])
	default:
		w.refuse("a wrong type in v1", rest(&step{Call: "v1.token.create", Body: map[string]any{"scopes": []any{"${scope}"}, pick(r, []string{"ttl", "expire"}): pick(r, []any{"60", 1.5, []any{}, true})}}), 422, 422, "")
	}
}

func strangersV1(w *world, r *rand.Rand) {
	calls := []*step{{Call: "v1.token.create", Body: map[string]any{"scopes": []any{"${scope}"}}}, {Call: "v1.token.list"}, {Call: "v1.scope.list"}, {Call: "v1.credit.get"}, {Call: "v1.counters.total"}}
	if t := pick(r, w.alive()); t != nil {
		path := map[string]string{"token": t.id()}
		calls = append(calls, &step{Call: "v1.token.get", Path: path}, &step{Call: "v1.token.delete", Path: path}, &step{Call: "v1.token.replace", Path: path, Body: map[string]any{"scopes": []any{"${scope2}"}}})
	}
	s := pick(r, calls)
	s.Auth = pick(r, []any{"none", map[string]any{"credentials": map[string]any{"apiKey": "${apiKey|shorter}"}}, map[string]any{"credentials": map[string]any{"apiKey": "wrong"}}, map[string]any{"bearer": "${apiKey}"}})
	s.Expect = &expect{Level: should, Status: []int{401}, Code: 120, Message: "Wrong Auth Data"}
	w.add("ask as a stranger with "+s.Call, s)
}

// counters asks for the calls of a period, by scope.
func counters(w *world, r *rand.Rand) {
	kind := pick(r, []string{"total", "day", "month", "year"})
	form := map[string]string{"total": "", "day": "2006-01-02", "month": "2006-01", "year": "2006"}[kind]
	s := &step{Call: "v1.counters." + kind, Expect: &expect{Level: should}}
	at0 := w.now
	if len(w.calls) > 0 && r.IntN(2) == 0 {
		at0 = pick(r, w.calls).at
	}
	period := w.time(at0).Format(form)
	if kind != "total" {
		s.Path = map[string]string{kind: period}
	}
	all := map[string]*sums{}
	for _, c := range w.calls {
		if w.time(c.at).Format(form) == period {
			if all[c.scope] == nil {
				all[c.scope] = &sums{}
			}
			all[c.scope].add(c.sums)
		}
	}
	data := map[string]any{"$": at(should, map[string]any{"length": len(all)})}
	for scope, sum := range all {
		data["$['"+scope+"'].counter"], data["$['"+scope+"'].paid"] = at(should, equals(sum.total)), at(should, equals(sum.wallet))
		if p := w.productOf(scope); p == nil {
			data["$['"+scope+"'].limit"] = at(observe, equals(false))
		} else if p.price > 0 {
			limit := p.free[form]
			data["$['"+scope+"'].limit"] = at(observe, equals(limit))
		}
	}
	s.Expect.Data = data
	w.call("read the counters in v1", s)
}

func (w *world) productOf(scope string) *product {
	for _, p := range w.products() {
		if p.scope == scope {
			return &p
		}
	}
	return nil
}
