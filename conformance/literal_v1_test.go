package conformance_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"oauthmock/conformance"
	"oauthmock/conformance/report"
	"oauthmock/scenarios"
)

// legacy is a second, small implementation of v1, on the accounts of a literal one of v2. As it
// stands it does what the reference page says and nothing else: the page has no refusals, and an
// empty list is a list. With documented set it refuses as the provider's v1 document does, and
// answers 204 where there is nothing; but wherever the page and the document are silent it chooses
// otherwise than the mock.
type legacy struct {
	*literal
	documented bool
}

// newLegacy serves v1 below /legacy, v2 at the root.
func newLegacy(t *testing.T, documented, control bool) conformance.Target {
	t.Helper()
	l := &legacy{&literal{strict: true, accounts: map[string]*holder{}}, documented}
	l.accounts[literalKey] = l.newHolder(literalEmail, literalKey, "production", true)
	mux := http.NewServeMux()
	mux.HandleFunc("/", l.literal.serve)
	mux.Handle("/legacy/", http.StripPrefix("/legacy", http.HandlerFunc(l.serve)))
	if control {
		l.mountControl(mux)
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	to := target(server.URL, control)
	to.Addresses = map[string]string{"v1": server.URL + "/legacy"}
	return to
}

func (l *legacy) serve(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	answer, no := l.answer(r)
	body := map[string]any{"success": true, "message": "", "error": nil}
	switch list, isList := answer.([]any); {
	case no != nil:
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(no.status)
		body = map[string]any{"success": false, "message": no.message, "error": no.code} // without data
	case l.documented && isList && len(list) == 0 && strings.HasPrefix(r.URL.Path, "/token"):
		w.WriteHeader(http.StatusNoContent)
		return
	default:
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		if members, beside := answer.(beside); beside {
			maps.Copy(body, members)
		} else {
			body["data"] = answer
		}
	}
	_ = json.NewEncoder(w).Encode(body)
}

// beside are members that stand beside those of the envelope.
type beside map[string]any

// refuse words a refusal as the document does, or, where the page alone counts, somehow.
func (l *legacy) refuse(status, code int, message string) (any, *refused) {
	if !l.documented {
		return nil, &refused{http.StatusBadRequest, 1, "no"}
	}
	return nil, &refused{status, code, message}
}

// otherwise refuses what the document has no refusal for.
func otherwise(status int) (any, *refused) {
	return nil, &refused{status, 9000 + status, "It cannot be done"}
}

func (l *legacy) answer(r *http.Request) (any, *refused) {
	email, key, _ := r.BasicAuth()
	h := l.accounts[key]
	if h == nil || h.email != email {
		return otherwise(http.StatusUnauthorized)
	}
	h.tokens = slices.DeleteFunc(h.tokens, func(b *bearer) bool { return !b.expires.After(h.now()) })
	collection, rest, single := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch {
	case collection == "token" && r.Method == http.MethodPost && !single:
		return l.createLegacy(h, r)
	case collection == "token" && r.Method == http.MethodGet && !single:
		return l.listLegacy(h, r), nil
	case collection == "token":
		return l.one(h, r, rest)
	case r.Method != http.MethodGet:
		return otherwise(http.StatusMethodNotAllowed)
	case collection == "scopes":
		names := []any{}
		for _, scope := range slices.Backward(h.scopes) {
			if scope["enabled"] == true {
				names = append(names, scope["scope"])
			}
		}
		return beside{"data": names}, nil
	case collection == "credit":
		return map[string]any{"credit": h.credit()}, nil
	case collection == "counters":
		return l.counters(h, rest)
	}
	return otherwise(http.StatusNotFound)
}

func (l *legacy) counters(h *holder, period string) (any, *refused) {
	name, date, _ := strings.Cut(period, "/")
	form := map[string]string{"day": "2022-01-01", "month": "2022-01", "year": "2022"}[name]
	// By its form alone: whether the calendar has it, nobody says.
	if name != "total" && !regexp.MustCompile("^"+regexp.MustCompile(`\d`).ReplaceAllString(form, `\d`)+"$").MatchString(date) {
		return l.refuse(404, 610, "Wrong date format for the selected range, please format the date like: "+form)
	}
	counted := map[string]any{}
	if len(h.errors) > 0 {
		counted["GET:oauth.openapi.com/tokens"] = map[string]any{"counter": 3, "paid": 1, "limit": 0}
	}
	return counted, nil
}

// legacyWish is the body of POST, PUT and PATCH.
type legacyWish struct {
	Scopes json.RawMessage
	TTL    *int64
	Expire *int64
}

// scopes reads those of a body; wildcards become what they cover.
func (l *legacy) scopes(h *holder, want legacyWish) (asked []any, expanded []any, no *refused) {
	asked, no = l.allowed(h, want.Scopes, refused{406, 270, "invalid scopes specified"}, refused{406, 270, "invalid scopes specified"})
	if no != nil && !l.documented {
		no = &refused{http.StatusBadRequest, 1, "no"}
	}
	for _, scope := range asked {
		if !strings.Contains(scope.(string), "*") {
			expanded = append(expanded, scope)
			continue
		}
		for _, known := range slices.Backward(h.scopes) {
			expanded = append(expanded, known["scope"])
		}
	}
	return asked, expanded, no
}

func (l *legacy) createLegacy(h *holder, r *http.Request) (any, *refused) {
	var want legacyWish
	if err := json.NewDecoder(r.Body).Decode(&want); err != nil {
		return otherwise(http.StatusUnsupportedMediaType)
	}
	if len(want.Scopes) == 0 {
		return l.refuse(406, 110, "missing scopes array")
	}
	scopes, expanded, no := l.scopes(h, want)
	if no != nil {
		return nil, no
	}
	b := &bearer{token: l.id(), refresh: l.id(), scopes: scopes, limits: map[string]any{}, created: h.now(), updated: h.now()}
	b.expires = b.created.AddDate(1, 0, 0)
	if want.TTL != nil && *want.TTL > 0 {
		b.expires = b.created.Add(time.Duration(*want.TTL) * time.Second)
	}
	h.tokens = append(h.tokens, b)
	return beside{"scopes": expanded, "expire": b.expires.Unix(), "token": b.token}, nil
}

func legacyToken(b *bearer) map[string]any {
	return map[string]any{"token": b.token, "scopes": b.scopes, "expire": b.expires.Unix()}
}

// listLegacy lists the newest first.
func (l *legacy) listLegacy(h *holder, r *http.Request) any {
	wanted := slices.DeleteFunc(append(r.URL.Query()["scope"], r.URL.Query()["scope[]"]...), func(s string) bool { return s == "" })
	list := []any{}
	for _, b := range slices.Backward(h.tokens) {
		if len(wanted) == 0 || slices.ContainsFunc(wanted, func(s string) bool { return slices.Contains(b.scopes, any(s)) }) {
			list = append(list, legacyToken(b))
		}
	}
	return list
}

func (l *legacy) one(h *holder, r *http.Request, id string) (any, *refused) {
	at := slices.IndexFunc(h.tokens, func(b *bearer) bool { return b.token == id })
	numbers := map[string][2]int{"PUT": {160, 170}, "PATCH": {280, 290}, "DELETE": {140, 150}}[r.Method]
	switch {
	case r.Method == http.MethodGet && !l.isID(id):
		return l.refuse(402, 125, "Wrong Token")
	case r.Method == http.MethodGet && at < 0:
		return []any{}, nil
	case r.Method == http.MethodGet:
		return []any{legacyToken(h.tokens[at])}, nil
	case numbers[0] == 0:
		return otherwise(http.StatusMethodNotAllowed)
	case id == "":
		return l.refuse(403, numbers[0], "Only single tokens are enabled for this method")
	case at < 0:
		return l.refuse(404, numbers[1], "Missing Token")
	case r.Method == http.MethodDelete:
		h.tokens = slices.Delete(h.tokens, at, at+1)
		return beside{"message": "1 deleted token"}, nil
	}
	return l.change(h, h.tokens[at], r)
}

func (l *legacy) change(h *holder, b *bearer, r *http.Request) (any, *refused) {
	var want legacyWish
	if err := json.NewDecoder(r.Body).Decode(&want); err != nil {
		return otherwise(http.StatusUnsupportedMediaType)
	}
	if len(want.Scopes) == 0 && r.Method == http.MethodPatch { // the page marks them required
		return l.refuse(406, 310, "missing scopes array and expire")
	}
	scopes, _, no := l.scopes(h, want)
	if no != nil {
		return nil, no
	}
	b.scopes, b.updated = scopes, h.now()
	switch {
	case r.Method == http.MethodPut && want.Expire != nil:
		b.expires = time.Unix(*want.Expire, 0)
	case r.Method == http.MethodPut:
		b.expires = h.now().AddDate(1, 0, 0)
	case want.TTL != nil:
		b.expires = h.now().Add(time.Duration(*want.TTL) * time.Second)
	}
	return []any{legacyToken(b)}, nil
}

// ofV1 judges a target by the scenarios of v1, and of both versions.
func ofV1(t *testing.T, to conformance.Target, level string) report.Report {
	t.Helper()
	return run(t, to, conformance.Options{Files: scenarios.Embedded(), Surfaces: []string{"v1", "migration"}, Level: level})
}
