package conformance_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// literal is a second, small implementation of v2. As it stands it takes the published document
// literally: tokens bare, reads as {data}, refusals as the examples show them, and nothing that the
// document does not say. With strict set it sends the envelope that the overlay assumes. It exists
// to show that the suite does not accuse a server which reads the document another way than the
// mock does.
type literal struct {
	strict bool
	// choices are what it does otherwise than the mock besides.
	choices choices

	mu       sync.Mutex
	accounts map[string]*holder // by API key
	issued   int
	requests []string
}

// holder is an account.
type holder struct {
	id, email, key, environment string
	offset                      time.Duration
	frozen                      *time.Time
	limit, used                 int
	tokens                      []*bearer
	scopes                      []map[string]any
	transactions                []map[string]any
	callbacks, subscriptions    []map[string]any
	errors                      []map[string]any
}

type bearer struct {
	token, refresh, name      string
	scopes                    []any
	limits                    map[string]any
	created, updated, expires time.Time
}

const (
	literalEmail = "someone@example.com"
	literalKey   = "00112233445566778899aabbccddeeff"
)

// newLiteral serves a literal implementation with one account, and its control API where control is
// set.
func newLiteral(t *testing.T, strict, control bool) (*literal, string) {
	t.Helper()
	l, handler := literalOf(strict, control, nil)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return l, server.URL
}

// literalOf is a literal implementation that makes choices of its own.
func literalOf(strict, control bool, own choices) (*literal, http.Handler) {
	l := &literal{strict: strict, choices: own, accounts: map[string]*holder{}}
	l.accounts[literalKey] = l.newHolder(literalEmail, literalKey, "production", true)
	mux := http.NewServeMux()
	mux.HandleFunc("/", l.serve)
	if control {
		l.mountControl(mux)
	}
	return l, mux
}

func (l *literal) id() string {
	l.issued++
	sum := sha256.Sum256([]byte(strconv.Itoa(l.issued)))
	if l.choices["ids of another form"] {
		return "obj-" + strings.ToUpper(hex.EncodeToString(sum[:10]))
	}
	return hex.EncodeToString(sum[:12])
}

func (l *literal) newHolder(email, key, environment string, demo bool) *holder {
	h := &holder{id: l.id(), email: email, key: key, environment: environment}
	for i, name := range []string{"company.openapi.com/IT-start", "company.openapi.com/IT-full", "sms.openapi.com/send", "pec.openapi.com/box"} {
		domain, endpoint, _ := strings.Cut(name, "/")
		h.scopes = append(h.scopes, map[string]any{"id": l.id(), "scope": "GET:" + name, "method": "GET", "endpoint": endpoint, "domain": domain, "enabled": i < 3})
	}
	if !demo || l.choices["an empty world"] {
		return h
	}
	at := stamp(time.Now().Add(-time.Hour))
	for range 3 {
		h.callbacks = append(h.callbacks, map[string]any{"id": l.id(), "scope": "GET:sms.openapi.com/send", "domain": "sms.openapi.com", "active": false,
			"startedAt": at, "createdAt": at, "completedAt": at, "httpResponseCode": 200, "data": map[string]any{}, "custom": map[string]any{},
			"headers": map[string]any{}, "elapsedTime": 12, "attempt": 1, "retry": 0, "field": "data", "method": "POST", "url": "https://example.com/cb"})
		h.subscriptions = append(h.subscriptions, map[string]any{"id": l.id(), "scope": "GET:sms.openapi.com/send", "domain": "sms.openapi.com", "active": true,
			"startsAt": at, "expiresAt": at, "totalRequests": "10", "availableRequests": "7", "pricePerRequest": 0.01, "type": "month", "autorenew": true,
			"createdAt": at, "updatedAt": at, "price": 0.1})
		h.transactions = append(h.transactions, map[string]any{"id": "txn_" + l.id(), "amount": 10.25, "createdAt": at, "description": "Wallet recharge"})
		h.errors = append(h.errors, map[string]any{"id": l.id(), "scope": "GET:oauth.openapi.com/tokens", "domain": "oauth.openapi.com", "errorAt": at,
			"httpResponseCode": 404, "errorCode": 120, "message": "Not Found", "ip": "127.0.0.1"})
	}
	return h
}

func (h *holder) now() time.Time {
	if h.frozen != nil {
		return *h.frozen
	}
	return time.Now().Add(h.offset).UTC().Truncate(time.Second)
}

func stamp(at time.Time) string {
	return at.UTC().Format("2006-01-02T15:04:05+00:00")
}

// refused is an answer that is no success.
type refused struct {
	status  int
	code    int
	message string
}

func (l *literal) serve(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests = append(l.requests, r.Method+" "+r.URL.EscapedPath())
	body, _ := io.ReadAll(r.Body)
	no, body := l.choices.asked(r, body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	var answer any
	if no == nil {
		answer, no = l.answer(w, r)
	}
	w.Header().Set("Content-Type", "application/json")
	if no != nil {
		worded := l.choices.worded(r, *no)
		l.choices.send(w, r, worded.status, map[string]any{"success": false, "message": worded.message, "error": worded.code, "data": nil})
		return
	}
	l.choices.send(w, r, http.StatusOK, l.choices.answered(r, answer))
}

// enveloped is how a read answers.
func (l *literal) enveloped(data any) (any, *refused) {
	if l.strict {
		return map[string]any{"data": data, "success": true, "message": "", "error": nil}, nil
	}
	return map[string]any{"data": data}, nil
}

func (l *literal) answer(w http.ResponseWriter, r *http.Request) (any, *refused) {
	segments := strings.Split(strings.TrimPrefix(r.URL.Path, "/"), "/")
	email, key, _ := r.BasicAuth()
	h := l.accounts[key]
	if h != nil && h.email != email {
		h = nil
	}
	refresh, isBearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if isBearer && r.Method == http.MethodPatch && segments[0] == "tokens" {
		return l.rotate(refresh, segments[len(segments)-1])
	}
	if h == nil {
		return nil, &refused{401, 140, "Unauthorized"}
	}
	if h.used++; h.limit > 0 && h.used > h.limit {
		w.Header().Set("Retry-After", "60")
		w.Header().Set("RateLimit-Limit", strconv.Itoa(h.limit))
		w.Header().Set("RateLimit-Remaining", "0")
		w.Header().Set("RateLimit-Reset", "60")
		return nil, &refused{429, 429, "Too Many Requests"}
	}
	h.tokens = slices.DeleteFunc(h.tokens, func(b *bearer) bool { return !b.expires.After(h.now()) })
	if segments[0] == "tokens" {
		return l.tokens(h, r, segments)
	}
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", "GET")
		return nil, &refused{405, 405, "Method Not Allowed"}
	}
	return l.reads(h, r, segments)
}

func (l *literal) tokens(h *holder, r *http.Request, segments []string) (any, *refused) {
	id := ""
	if len(segments) > 1 {
		id = segments[1]
	}
	at := slices.IndexFunc(h.tokens, func(b *bearer) bool { return b.token == id })
	switch {
	case r.Method == http.MethodPost && len(segments) == 1:
		return l.create(h, r)
	case r.Method == http.MethodGet && len(segments) == 1:
		return l.list(h, r)
	case r.Method == http.MethodGet && !l.isID(id):
		return nil, &refused{422, 60, "Invalid Token Format"}
	case r.Method == http.MethodGet && at < 0:
		return nil, &refused{404, 120, "Not Found"}
	case r.Method == http.MethodGet:
		return l.token(h.tokens[at])
	case r.Method == http.MethodPatch && id == "":
		return nil, &refused{400, 150, "Token ID is required"}
	case r.Method == http.MethodPatch && at < 0:
		return nil, &refused{404, 160, "Not Found"}
	case r.Method == http.MethodPatch:
		return l.update(h, h.tokens[at], r)
	case r.Method == http.MethodDelete && id == "":
		return nil, &refused{400, 170, "Token ID is required"}
	case r.Method == http.MethodDelete && at < 0:
		return nil, &refused{404, 180, "Not Found"}
	case r.Method == http.MethodDelete:
		h.tokens = slices.Delete(h.tokens, at, at+1)
		if l.strict {
			return map[string]any{"data": nil, "success": true, "message": "Deleted", "error": nil}, nil
		}
		return map[string]any{"message": "Deleted", "data": nil}, nil
	}
	return nil, &refused{405, 405, "Method Not Allowed"}
}

func (l *literal) isID(text string) bool {
	if l.choices["ids of another form"] {
		return regexp.MustCompile(`^obj-[0-9A-F]{20}$`).MatchString(text)
	}
	return regexp.MustCompile(`^[0-9a-f]{24}$`).MatchString(text)
}

func (b *bearer) fields() map[string]any {
	return map[string]any{"token": b.token, "name": b.name, "createdAt": stamp(b.created), "expireAt": stamp(b.expires), "updatedAt": stamp(b.updated),
		"scopes": b.scopes, "refreshToken": b.refresh, "limits": b.limits,
		"stats": map[string]any{"totalRequests": 0, "walletRequests": 0, "subscriptionRequests": 0, "errorRequests": 0, "walletAmount": 0, "ip": []any{}}}
}

func (l *literal) token(b *bearer) (any, *refused) {
	if l.strict {
		return l.enveloped(b.fields())
	}
	return b.fields(), nil
}

func (l *literal) list(h *holder, r *http.Request) (any, *refused) {
	all := []map[string]any{}
	for _, b := range h.tokens {
		all = append(all, b.fields())
	}
	page, no := l.paged(all, r, nil)
	if no != nil {
		return nil, no
	}
	return l.enveloped(page)
}

// wish is the body of POST and PATCH.
type wish struct {
	Scopes *json.RawMessage
	Name   *string
	TTL    *int64
	Limits map[string]any
}

func (l *literal) create(h *holder, r *http.Request) (any, *refused) {
	var want wish
	if err := json.NewDecoder(r.Body).Decode(&want); err != nil {
		return nil, &refused{400, 400, "Malformed JSON body"}
	}
	if want.Scopes == nil || string(*want.Scopes) == "null" {
		return nil, &refused{422, 70, "missing scopes array"}
	}
	scopes, no := l.allowed(h, *want.Scopes, refused{422, 80, "invalid scopes format"}, refused{422, 90, "Invalid scopes specified or API not enabled"})
	if no == nil {
		no = l.tooLong(want)
	}
	if no != nil {
		return nil, no
	}
	b := &bearer{token: l.id(), refresh: l.id(), scopes: scopes, limits: map[string]any{}, created: h.now(), updated: h.now()}
	b.expires = b.created.Add(l.lifetime(want.TTL))
	b.apply(want)
	h.tokens = append(h.tokens, b)
	return l.token(b)
}

// tooLong refuses a life of over a year, where that is the choice.
func (l *literal) tooLong(want wish) *refused {
	if l.choices["a ttl over a year is refused"] && want.TTL != nil && *want.TTL > 365*24*60*60 {
		return &refused{422, 422, "ttl is too long"}
	}
	return nil
}

func (l *literal) lifetime(ttl *int64) time.Duration {
	const year = 365 * 24 * time.Hour
	if l.choices["a default lifetime of a month"] && (ttl == nil || *ttl <= 0) {
		return 30 * 24 * time.Hour
	}
	if ttl == nil || *ttl <= 0 || *ttl > int64(year/time.Second) {
		return year
	}
	return time.Duration(*ttl) * time.Second
}

func (b *bearer) apply(want wish) {
	if want.Name != nil {
		b.name = *want.Name
	}
	maps.Copy(b.limits, want.Limits)
}

// allowed are the scopes of a request, if the account may have them.
func (l *literal) allowed(h *holder, text json.RawMessage, malformed, disabled refused) ([]any, *refused) {
	var scopes []string
	if json.Unmarshal(text, &scopes) != nil || len(scopes) == 0 {
		return nil, &malformed
	}
	var list []any
	for _, scope := range scopes {
		if !regexp.MustCompile(`^(\*|[A-Z]+):[^/]+/.+$`).MatchString(scope) {
			return nil, &malformed
		}
		if l.choices["no wildcards"] && strings.Contains(scope, "*") {
			return nil, &malformed
		}
		known := slices.ContainsFunc(h.scopes, func(s map[string]any) bool { return s["scope"] == scope && s["enabled"] == true })
		if !known && !strings.Contains(scope, "*") {
			return nil, &disabled
		}
		list = append(list, scope)
	}
	return list, nil
}

func (l *literal) update(h *holder, b *bearer, r *http.Request) (any, *refused) {
	var want wish
	if err := json.NewDecoder(r.Body).Decode(&want); err != nil {
		return nil, &refused{422, 100, "invalid scopes format"}
	}
	if want.Scopes != nil {
		scopes, no := l.allowed(h, *want.Scopes, refused{422, 100, "invalid scopes format"}, refused{422, 110, "Invalid scopes specified or API not enabled"})
		if no != nil {
			return nil, no
		}
		b.scopes = scopes
	}
	if no := l.tooLong(want); no != nil {
		return nil, no
	}
	if b.updated = h.now(); want.TTL != nil {
		b.expires = b.updated.Add(l.lifetime(want.TTL))
	}
	b.apply(want)
	return l.token(b)
}

func (l *literal) rotate(refresh, id string) (any, *refused) {
	for _, h := range l.accounts {
		for i, b := range h.tokens {
			if b.refresh == refresh && b.token == id && b.expires.After(h.now()) {
				next := *b
				next.token, next.refresh = l.id(), l.id()
				next.created, next.updated = h.now(), h.now()
				next.expires = next.created.Add(b.expires.Sub(b.created))
				h.tokens[i] = &next
				return l.token(&next)
			}
		}
	}
	return nil, &refused{401, 130, "Unauthorized"}
}

// describeAccount is the answer of POST /__admin/accounts.
func (h *holder) describeAccount() map[string]any {
	return map[string]any{"id": h.id, "email": h.email, "apiKey": h.key, "environment": h.environment}
}

func (h *holder) credit() float64 {
	sum := 0
	for _, one := range h.transactions {
		amount, _ := one["amount"].(float64)
		sum += int(amount*10000 + map[bool]float64{true: 0.5, false: -0.5}[amount > 0])
	}
	return float64(sum) / 10000
}

func (h *holder) move(id string, amount float64, description string) map[string]any {
	one := map[string]any{"id": "txn_" + id, "amount": amount, "createdAt": stamp(h.now()), "description": description}
	h.transactions = append([]map[string]any{one}, h.transactions...)
	return one
}
