package explore

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
)

// deed is a kind of move. It draws what it needs, and does nothing where the account is not so that
// it could be done.
type deed struct {
	name   string
	weight int
	do     func(w *world, r *rand.Rand)
}

// tokenDeeds are the life of tokens in v2.
func tokenDeeds() []deed {
	return []deed{
		{"create", 10, create},
		{"read", 8, func(w *world, r *rand.Rand) { w.look(pick(r, w.alive())) }},
		{"list", 4, list},
		{"update", 9, update},
		{"rotate", 6, rotate},
		{"delete", 4, remove},
		{"use a dead one", 6, dead},
		{"ask for what is none", 7, refusedOfTokens},
		{"strangers", 3, strangers},
		{"time passes", 6, advance},
		{"until it expires", 3, expire},
	}
}

func (t *token) id() string      { return "${" + t.variable + "}" }
func (t *token) refresh() string { return "${" + t.variable + "r}" }

// shown is what an answer with a token must hold under data. created means that the answer made it.
func (w *world) shown(t *token, made bool) map[string]any {
	data := map[string]any{
		"$.name": at(should, equals(t.name)), "$.scopes": at(should, equals(t.scopes)),
		"$.stats.totalRequests": at(should, equals(t.sum.total)), "$.stats.walletRequests": at(should, equals(t.sum.wallet)),
		"$.stats.errorRequests": at(should, equals(t.sum.errors)), "$.stats.walletAmount": at(should, equals(money(t.sum.amount))),
		"$.stats.subscriptionRequests": at(should, equals(0)),
		"$.limits":                     at(observe, equals(t.limits)),
	}
	for name, value := range t.limits {
		data["$.limits."+name] = at(should, equals(value))
	}
	if w.frozen {
		data["$.createdAt"], data["$.expireAt"] = at(should, w.instant(t.created)), at(should, w.instant(t.expire))
	}
	if made {
		data["$.token"], data["$.refreshToken"] = at(should, map[string]any{"format": "id"}), at(should, map[string]any{"format": "id"})
		return data
	}
	data["$.token"] = at(must, equals(t.id()))
	if !t.unseen {
		data["$.refreshToken"] = at(should, equals(t.refresh()))
	}
	return data
}

// ttlOf draws a lifetime and what becomes of it. nil is none.
func (w *world) ttlOf(r *rand.Rand) (value any, life int) {
	if w.services && r.IntN(3) > 0 {
		return nil, year
	}
	switch r.IntN(6) {
	case 0:
		value = pick(r, []any{0, -1, -3600})
		return value, year
	case 1:
		value = pick(r, []any{year + 1, year * 10, 4102444800})
		return value, year
	case 2:
		return nil, year
	}
	if !w.frozen {
		life = pick(r, []int{3600, 86400, 604800, year}) // such as end after the sequence
		return life, life
	}
	life = pick(r, []int{1, 2, 59, 60, 61, 599, 3600, 86399, 86400, 86401, 604800, 2592000, year - 1, year})
	return life, life
}

// nameOf draws a name: every text is one.
func nameOf(r *rand.Rand) string {
	return pick(r, []string{"Service X API token", "a", "0", "null", "false", " blanks around ", "two\nlines\tand a tab", `"quoted" \ and /`, "<b>&amp;</b>", "’“”…", "ünïcödé 日本語",
		"👩‍👩‍👧‍👦", "e\u0301 é", "\u202eright to left", "%00%2F..", "a,b;c=d&e", long(255), long(256), long(1000), "-1", "1e400", "[object Object]", "$1 {0} %s"})
}

func long(n int) string {
	text := make([]byte, n)
	for i := range text {
		text[i] = byte('a' + i%26)
	}
	return string(text)
}

// limitsOf draws limits.
func (w *world) limitsOf(r *rand.Rand) map[string]any {
	limits := map[string]any{}
	if w.services {
		if r.IntN(2) == 0 {
			return limits
		}
		// Such as a few calls reach.
		limits[pick(r, []string{"totalRequests", "walletRequests"})] = r.IntN(4)
		if r.IntN(2) == 0 {
			limits["walletAmount"] = money(pick(r, []int{0, 799, 800, 1300, 1600, 2400}))
		}
		if r.IntN(6) == 0 {
			limits["ip"] = pick(r, [][]string{{"127.0.0.1"}, {"192.168.1.1"}, {}})
		}
		return limits
	}
	for _, name := range []string{"totalRequests", "walletRequests", "subscriptionRequests"} {
		if r.IntN(2) == 0 {
			limits[name] = pick(r, []int{0, 1, 2, 3, 5, 10, 1000, 10000, 2147483647, 2147483648, 9007199254740991})
		}
	}
	if r.IntN(2) == 0 {
		limits["walletAmount"] = money(pick(r, []int{0, 1, 799, 800, 801, 1600, 2400, 500000, 1234567, 105000}))
	}
	if r.IntN(4) == 0 {
		limits["ip"] = pick(r, [][]string{{"127.0.0.1"}, {"127.0.0.1", "10.0.0.2"}, {"192.168.1.1"}, {}})
	}
	return limits
}

func (w *world) draw(r *rand.Rand) []string {
	all := []string{"${scope}", "${scope2}", "${scope3}"}[:w.scopes]
	if w.services {
		all = all[:0]
		for _, p := range w.products() {
			if !p.off {
				all = append(all, p.scope)
			}
		}
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		all = all[:2+r.IntN(len(all)-2)]
		switch r.IntN(4) {
		case 0:
			all = append(all, w.named(pick(r, []string{"GET:company.openapi.com/*", "*:company.openapi.com/*", "*:company.openapi.com/EU-start", "GET:*.openapi.com/*", "*:*.openapi.com/*"})))
		case 1:
			all = append(all, w.named("POST:docuengine.openapi.com/requests"), w.named("GET:docuengine.openapi.com/requests"))
		}
		return all
	}
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:1+r.IntN(len(all))]
}

func create(w *world, r *rand.Rand) {
	if len(w.alive()) > 6 {
		return
	}
	t := &token{variable: fmt.Sprintf("t%d", w.n+1), scopes: w.draw(r), created: w.now, limits: map[string]any{}}
	body := map[string]any{"scopes": t.scopes}
	if r.IntN(2) == 0 {
		t.name = nameOf(r)
		body["name"] = t.name
	}
	var ttl any
	if ttl, t.life = w.ttlOf(r); ttl != nil {
		body["ttl"] = ttl
	}
	t.expire = w.now + t.life
	if r.IntN(2) == 0 {
		t.limits = w.limitsOf(r)
		body["limits"] = maps.Clone(t.limits)
	}
	level := must
	if t.limits["ip"] != nil || t.name == "" {
		level = should
	}
	w.call("create a token", &step{Call: "token.create", Body: body, Expect: &expect{Level: level, Data: w.shown(t, true)},
		Capture: map[string]string{t.variable: "$.token", t.variable + "r": "$.refreshToken"}})
	w.tokens = append(w.tokens, t)
}

// look reads a token.
func (w *world) look(t *token) {
	if t == nil {
		return
	}
	if t.unseen {
		t.unseen = false
		w.call("read a token for the first time", &step{Call: "token.get", Path: map[string]string{"token": t.id()}, Expect: &expect{Level: must, Data: w.shownUnseen(t)},
			Capture: map[string]string{t.variable + "r": "$.refreshToken"}})
		return
	}
	w.call("read a token", &step{Call: "token.get", Path: map[string]string{"token": t.id()}, Expect: &expect{Level: must, Data: w.shown(t, false)}})
}

// shownUnseen is what a token shows that no answer of v2 showed before.
func (w *world) shownUnseen(t *token) map[string]any {
	data := w.shown(t, false)
	data["$.refreshToken"] = at(should, map[string]any{"format": "id"})
	return data
}

func list(w *world, r *rand.Rand) {
	alive := w.alive()
	ids := make([]string, len(alive))
	for i, t := range alive {
		ids[i] = t.id()
	}
	if !w.fresh {
		data := map[string]any{}
		for _, t := range w.tokens {
			if w.gone(t) {
				data["$[?(@.token == '"+t.id()+"')].token"] = at(should, map[string]any{"exists": false})
			}
		}
		w.call("walk through the tokens", &step{Call: "token.list", Walk: map[string]any{"limit": 100, "key": "token"}, Expect: &expect{Level: should, Items: data}})
		return
	}
	switch skip, limit := r.IntN(len(alive)+2), r.IntN(len(alive)+2); r.IntN(4) {
	case 0:
		part := ids[min(skip, len(ids)):]
		if limit > 0 {
			part = part[:min(limit, len(part))]
		}
		w.call("list some tokens", &step{Call: "token.list", Query: map[string]any{"skip": skip, "limit": limit},
			Expect: &expect{Level: should, Data: map[string]any{"$[*].token": at(observe, equals(part)), "$": at(should, map[string]any{"length": len(part)})}}})
	case 1:
		if len(alive) == 0 {
			return
		}
		t := pick(r, alive)
		data := map[string]any{}
		i := slices.Index(alive, t)
		for path, matcher := range w.shown(t, t.unseen) {
			data[fmt.Sprintf("$[%d]%s", i, path[1:])] = at(observe, matcher.(map[string]any))
		}
		w.call("list a token", &step{Call: "token.list", Expect: &expect{Level: should, Data: data}})
	default:
		w.call("list the tokens", &step{Call: "token.list", Expect: &expect{Level: should,
			Data: map[string]any{"$[*].token": at(should, map[string]any{"sameElements": ids}), "$": at(should, map[string]any{"length": len(ids)})}}})
	}
}

func update(w *world, r *rand.Rand) {
	t := pick(r, w.alive())
	if t == nil {
		return
	}
	body := map[string]any{}
	level := must
	if r.IntN(2) == 0 {
		t.name = nameOf(r)
		body["name"] = t.name
	}
	if r.IntN(3) == 0 {
		t.scopes = w.draw(r)
		body["scopes"] = t.scopes
	}
	if r.IntN(3) == 0 {
		if ttl, life := w.ttlOf(r); ttl != nil {
			body["ttl"], t.life, t.expire = ttl, life, w.now+life
		}
	}
	if r.IntN(2) == 0 {
		level = should
		changed := w.limitsOf(r)
		t.limits = maps.Clone(t.limits)
		maps.Copy(t.limits, changed)
		for _, name := range slices.Sorted(maps.Keys(t.limits)) {
			if _, set := changed[name]; !set && r.IntN(3) == 0 {
				changed[name] = nil
				delete(t.limits, name)
			}
		}
		body["limits"] = changed
	}
	s := &step{Call: "token.update", Path: map[string]string{"token": t.id()}, Body: body, Expect: &expect{Level: level, Data: w.shown(t, false)}}
	if t.unseen {
		t.unseen = false
		s.Expect.Data = w.shownUnseen(t)
		s.Capture = map[string]string{t.variable + "r": "$.refreshToken"}
	}
	w.call("update a token", s)
}

func rotate(w *world, r *rand.Rand) {
	t := pick(r, w.alive())
	if t == nil || t.unseen || t.life == 0 {
		return
	}
	next := &token{variable: fmt.Sprintf("t%d", w.n+1), scopes: t.scopes, name: t.name, limits: t.limits, created: w.now, life: t.life, sum: t.sum}
	body := map[string]any{}
	if r.IntN(4) == 0 {
		next.name = nameOf(r)
		body["name"] = next.name
	}
	if r.IntN(4) == 0 {
		body["scopes"] = w.draw(r)
	}
	if r.IntN(4) == 0 {
		if ttl, life := w.ttlOf(r); ttl != nil {
			body["ttl"], next.life = ttl, life
		}
	}
	next.expire = w.now + next.life
	t.dead = true
	data := w.shown(next, true)
	data["$.token"], data["$.refreshToken"] = at(must, map[string]any{"not": t.id()}), at(must, map[string]any{"not": t.refresh()})
	level := must
	if len(body) > 0 {
		level = should
		for _, path := range []string{"$.name", "$.expireAt"} {
			if matcher, there := data[path].(map[string]any); there {
				at(observe, matcher)
			}
		}
	}
	w.call("rotate a token", &step{Call: "token.update", Path: map[string]string{"token": t.id()}, Auth: map[string]any{"bearer": t.refresh()}, Body: body,
		Expect: &expect{Level: level, Data: data}, Capture: map[string]string{next.variable: "$.token", next.variable + "r": "$.refreshToken"}})
	w.tokens = append(w.tokens, next)
	// Where a list shows it nobody says.
	i := slices.Index(w.tokens, t)
	w.tokens = append(slices.Delete(w.tokens, i, i+1), t)
}

func remove(w *world, r *rand.Rand) {
	t := pick(r, w.alive())
	if t == nil {
		return
	}
	t.dead = true
	w.call("delete a token", &step{Call: "token.delete", Path: map[string]string{"token": t.id()}, Expect: &expect{Level: must}})
}

// dead asks for a token that is there no more.
func dead(w *world, r *rand.Rand) {
	t := pick(r, slices.DeleteFunc(slices.Clone(w.tokens), func(t *token) bool { return !w.gone(t) }))
	if t == nil {
		return
	}
	level := should
	switch path := map[string]string{"token": t.id()}; r.IntN(5) {
	case 0:
		w.refuse("read a token that is gone", &step{Call: "token.get", Path: path, Expect: &expect{Level: level}}, 404, 120, "Not Found")
	case 1:
		w.refuse("update a token that is gone", &step{Call: "token.update", Path: path, Body: map[string]any{"name": "back"}, Expect: &expect{Level: level}}, 404, 160, "Not Found")
	case 2:
		w.refuse("delete a token that is gone", &step{Call: "token.delete", Path: path, Expect: &expect{Level: level}}, 404, 180, "Not Found")
	case 3:
		if t.unseen {
			return
		}
		w.stranger("rotate a token that is gone", &step{Call: "token.update", Path: path, Auth: map[string]any{"bearer": t.refresh()}, Body: map[string]any{}}, 130)
	default:
		other := pick(r, w.alive())
		if other == nil || t.unseen {
			return
		}
		w.stranger("rotate with the refresh token of one that is gone", &step{Call: "token.update", Path: map[string]string{"token": other.id()},
			Auth: map[string]any{"bearer": pick(r, []string{t.refresh(), t.id()})}, Body: map[string]any{"name": "stolen"}}, 130)
	}
}

// stranger adds a call that is refused because nobody may make it. It belongs to no account, and is
// counted nowhere.
func (w *world) stranger(what string, s *step, code int) {
	if s.Expect == nil {
		s.Expect = &expect{Level: should}
	}
	s.Expect.Status, s.Expect.Code, s.Expect.Message = []int{401}, code, "Unauthorized"
	w.add(what, s)
}

func advance(w *world, r *rand.Rand) {
	w.pass(pick(r, []int{1, 1, 2, 30, 59, 60, 61, 600, 3600, 43200, 86400, 86400, 172800, 2678400}))
}

// expire lets time pass until a token is about to expire, or has just expired.
func expire(w *world, r *rand.Rand) {
	if !w.frozen {
		t := &token{variable: fmt.Sprintf("t%d", w.n+1), dead: true}
		w.call("create a token for two seconds", &step{Call: "token.create", Body: map[string]any{"scopes": []any{"${scope}"}, "ttl": 2}, Expect: &expect{Level: must},
			Capture: map[string]string{t.variable: "$.token", t.variable + "r": "$.refreshToken"}})
		w.add("time passes", &step{Wait: "4s"})
		w.tokens = append(w.tokens, t)
		return
	}
	if t := pick(r, w.alive()); t != nil && t.expire-w.now < year/2 {
		if left := t.expire - w.now - r.IntN(2); left > 0 {
			w.pass(left)
		}
	}
}

func (w *world) pass(seconds int) {
	if !w.frozen {
		return
	}
	w.now += seconds
	w.add("time passes", &step{Control: map[string]any{"advance": fmt.Sprintf("%ds", seconds)}})
}
