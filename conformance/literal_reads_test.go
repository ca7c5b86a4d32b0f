package conformance_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (l *literal) reads(h *holder, r *http.Request, segments []string) (any, *refused) {
	id := ""
	if len(segments) > 1 {
		id = segments[1]
	}
	switch path := strings.Join(segments, "/"); {
	case path == "scopes":
		return l.enveloped(h.scopes)
	case segments[0] == "scopes" && len(segments) == 2:
		return l.scope(h, id)
	case path == "wallet":
		at := stamp(h.now())
		return l.enveloped(map[string]any{"credit": h.credit(), "createdAt": at, "updatedAt": at})
	case path == "wallet/transactions":
		return l.page(h.transactions, r, nil, "id", "amount", "createdAt", "description")
	case path == "errors" && l.choices["an empty error log"]:
		return l.page(nil, r, &refused{400, 190, "Query error"})
	case path == "errors":
		return l.page(h.errors, r, &refused{400, 190, "Query error"})
	case path == "callbacks":
		return l.page(h.callbacks, r, &refused{400, 210, "Query error"}, "id", "scope", "url", "httpResponseCode", "startedAt", "completedAt")
	case path == "subscriptions" && r.URL.Query().Has("id"):
		return l.one(h.subscriptions, r.URL.Query().Get("id"), refused{404, 220, "Subscription not found"})
	case path == "subscriptions":
		return l.page(h.subscriptions, r, &refused{400, 230, "Query error"}, "id", "scope", "active", "availableRequests", "startsAt", "expiresAt")
	case segments[0] == "callbacks" && len(segments) == 2:
		return l.one(h.callbacks, id, refused{404, 200, "Callback not found"})
	case segments[0] == "subscriptions" && len(segments) == 2:
		return l.one(h.subscriptions, id, refused{404, 220, "Subscription not found"})
	case segments[0] == "stats":
		return l.stats(r, segments)
	}
	return nil, &refused{404, 404, "Not Found"}
}

// scope is the one answer whose envelope the document spells out.
func (l *literal) scope(h *holder, id string) (any, *refused) {
	for _, scope := range h.scopes {
		if scope["id"] == id {
			none := map[string]any{"dayLimit": false, "monthLimit": false, "yearLimit": false, "totalLimit": false}
			data := map[string]any{"rateLimit": false, "freeLimits": none, "requirements": map[string]any{}, "prices": map[string]any{}}
			maps.Copy(data, scope)
			return map[string]any{"data": data, "success": true, "message": "", "error": nil}, nil
		}
	}
	return nil, &refused{404, 10, "Scope not found"}
}

func (l *literal) one(all []map[string]any, id string, missing refused) (any, *refused) {
	for _, item := range all {
		if item["id"] == id {
			return l.enveloped(item)
		}
	}
	return nil, &missing
}

// page is one page of a list, of which only the named members are shown (all, when none is named).
func (l *literal) page(all []map[string]any, r *http.Request, wrong *refused, members ...string) (any, *refused) {
	if scopes := r.URL.Query().Get("scopes"); scopes != "" {
		all = slices.DeleteFunc(slices.Clone(all), func(item map[string]any) bool {
			return !slices.Contains(strings.Split(scopes, ","), fmt.Sprint(item["scope"]))
		})
	}
	items, no := l.paged(all, r, wrong)
	if no != nil {
		return nil, no
	}
	shown := []map[string]any{}
	for _, item := range items {
		if len(members) == 0 {
			shown = append(shown, item)
			continue
		}
		short := map[string]any{}
		for _, name := range members {
			short[name] = item[name]
			if name == "httpResponseCode" {
				short[name] = fmt.Sprint(item[name])
			}
		}
		shown = append(shown, short)
	}
	return l.enveloped(shown)
}

func (l *literal) paged(all []map[string]any, r *http.Request, wrong *refused) ([]map[string]any, *refused) {
	number := func(name string, otherwise int) (int, bool) {
		text := r.URL.Query().Get(name)
		n, err := strconv.Atoi(text)
		if text == "" || wrong == nil && (err != nil || n < 0) {
			return otherwise, true
		}
		return n, err == nil && n >= 0
	}
	limit, okLimit := number("limit", 100)
	skip, okSkip := number("skip", 0)
	if !okLimit || !okSkip {
		return nil, wrong
	}
	if limit > 100 && l.choices["a limit over 100 is refused"] {
		if wrong == nil {
			wrong = &refused{400, 400, "limit is too large"}
		}
		return nil, wrong
	}
	if l.choices["the newest first"] {
		all = slices.Clone(all)
		slices.Reverse(all)
	}
	if limit == 0 || limit > 100 {
		limit = 100
	}
	skip = min(skip, len(all))
	return append([]map[string]any{}, all[skip:min(skip+limit, len(all))]...), nil
}

func (l *literal) stats(r *http.Request, segments []string) (any, *refused) {
	if date := r.URL.Query().Get("date"); date != "" {
		layout := map[int]string{4: "2006", 7: "2006-01", 10: "2006-01-02"}[len(date)]
		if _, err := time.Parse(layout, date); layout == "" || err != nil {
			return nil, &refused{422, 240, "Invalid date format, must be YYYY or YYYY-MM or YYYY-MM-DD"}
		}
	}
	counts := func(more map[string]any) map[string]any {
		for _, name := range []string{"totalRequests", "walletRequests", "subscriptionRequests", "errorRequests", "walletAmount", "totalIps"} {
			more[name] = 0
		}
		return more
	}
	switch {
	case len(segments) == 1:
		return l.enveloped(counts(map[string]any{"totalApis": 0}))
	case len(segments) == 2 && segments[1] == "ips":
		return l.enveloped([]string{})
	case len(segments) == 2 && segments[1] == "apis":
		return l.enveloped(map[string]any{})
	case len(segments) == 3 && segments[1] == "apis":
		return l.enveloped(counts(map[string]any{"ip": []string{}, "totalScopes": 0, "scopes": map[string]any{}}))
	}
	return nil, &refused{404, 404, "Not Found"}
}

// mountControl serves the part of the control API that the suite uses.
func (l *literal) mountControl(mux *http.ServeMux) {
	handle := func(pattern string, status int, act func(r *http.Request, body map[string]any, h *holder) any) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.requests = append(l.requests, r.Method+" "+regexp.MustCompile(`[0-9a-f]{24}`).ReplaceAllString(r.URL.Path, "ID"))
			var body map[string]any
			_ = json.NewDecoder(r.Body).Decode(&body)
			var found *holder
			for _, h := range l.accounts {
				if h.id == r.PathValue("id")+r.URL.Query().Get("account") {
					found = h
				}
			}
			w.Header().Set("Content-Type", "application/json")
			answer := act(r, body, found)
			w.WriteHeader(status)
			if answer != nil {
				_ = json.NewEncoder(w).Encode(answer)
			}
		})
	}
	clock := func(h *holder) map[string]any {
		if h == nil {
			return map[string]any{"now": stamp(time.Now()), "frozen": false}
		}
		return map[string]any{"now": stamp(h.now()), "frozen": h.frozen != nil}
	}
	handle("GET /__admin/clock", 200, func(_ *http.Request, _ map[string]any, h *holder) any { return clock(h) })
	handle("PUT /__admin/clock", 200, func(_ *http.Request, body map[string]any, h *holder) any {
		at, _ := time.Parse(time.RFC3339, fmt.Sprint(body["now"]))
		h.offset = time.Until(at)
		if body["frozen"] == true {
			h.frozen = &at
		}
		return clock(h)
	})
	handle("POST /__admin/clock/advance", 200, func(_ *http.Request, body map[string]any, h *holder) any {
		by, _ := time.ParseDuration(fmt.Sprint(body["by"]))
		h.offset += by
		if h.frozen != nil {
			at := h.frozen.Add(by)
			h.frozen = &at
		}
		fired := []any{}
		for _, b := range h.tokens {
			if !b.expires.After(h.now()) {
				fired = append(fired, map[string]any{"at": stamp(b.expires), "what": "token.expired", "account": h.id, "id": b.token})
			}
		}
		answer := clock(h)
		answer["fired"] = fired
		return answer
	})
	handle("POST /__admin/accounts", 201, func(_ *http.Request, body map[string]any, _ *holder) any {
		key := l.id() + "00000000"
		environment, _ := body["environment"].(string)
		h := l.newHolder("fresh-"+key[:6]+"@example.com", key, environment, body["fixture"] == "demo")
		l.accounts[key] = h
		return h.describeAccount()
	})
	handle("DELETE /__admin/accounts/{id}", 204, func(_ *http.Request, _ map[string]any, h *holder) any {
		delete(l.accounts, h.key)
		return nil
	})
	handle("POST /__admin/accounts/{id}/wallet", 200, func(_ *http.Request, body map[string]any, h *holder) any {
		amount, _ := body["amount"].(float64)
		moved := h.move(l.id(), amount, fmt.Sprint(body["description"]))
		return map[string]any{"credit": h.credit(), "transaction": moved}
	})
	handle("PUT /__admin/ratelimit", 200, func(_ *http.Request, body map[string]any, h *holder) any {
		limit, _ := body["limit"].(float64)
		h.limit, h.used = int(limit), 0
		return body
	})
}
