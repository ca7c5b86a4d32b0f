package account

import (
	"strconv"
	"strings"
	"time"
)

// RateLimit is a number of requests per fixed window.
type RateLimit struct {
	Limit   int64
	Window  time.Duration
	Enabled bool
}

// ParseRateLimit parses a limit as the provider writes it: "100/1m" means a hundred requests per
// minute. ok is false for any other form; empty text means no limit.
func ParseRateLimit(text string) (RateLimit, bool) {
	count, window, _ := strings.Cut(text, "/")
	n, err := strconv.ParseUint(count, 10, 31)
	if err != nil || n == 0 {
		return RateLimit{}, text == ""
	}
	every, err := time.ParseDuration(window)
	if err != nil || every <= 0 {
		return RateLimit{}, false
	}
	return RateLimit{Limit: int64(n), Window: every, Enabled: true}, true
}

// Quota counts an account's requests in the current window. A window starts with the first request
// in it, on the account's clock.
type Quota struct {
	// Own is the account's limit; nil means the server's.
	Own   *RateLimit
	start time.Time
	used  int64
}

// NewQuota returns a quota whose window started at start and counted used requests.
func NewQuota(own *RateLimit, start time.Time, used int64) Quota {
	return Quota{Own: own, start: start, used: used}
}

// Window returns when the current window started, and the requests counted in it. start is zero
// before the first request.
func (q *Quota) Window() (start time.Time, used int64) { return q.start, q.used }

// QuotaState is the state of a window before and after a request.
type QuotaState struct {
	Enabled   bool
	Limit     int64
	Remaining int64
	// Reset is the time until the next window, on the account's clock.
	Reset time.Duration
}

// scopeQuota is the window of a scope of a paid service.
func (a *Account) scopeQuota(c *Charge) *Quota {
	q, ok := a.scopes[c.Name]
	if !ok {
		if !c.Scope.limit.Enabled {
			return &Quota{} // nothing to count
		}
		q = &Quota{}
		a.RestoreScopeQuota(c.Name, q)
	}
	return q
}

// RestoreScopeQuota replaces the window of a scope, named as in the environment.
func (a *Account) RestoreScopeQuota(scope string, q *Quota) {
	if a.scopes == nil {
		a.scopes = map[string]*Quota{}
	}
	a.scopes[scope] = q
}

// ScopeQuotas calls yield, in order, for the window of every scope that was called or has a limit
// of its own. Call it within a transaction only.
func (a *Account) ScopeQuotas(yield func(scope string, q *Quota)) {
	for _, scope := range a.limitedScopes() {
		yield(scope, a.scopes[scope])
	}
}

// ScopeRateLimit returns the limit in force for a scope, named as in the environment: the account's
// own, otherwise the catalogue's. ok is false if the catalogue has no such scope.
func (a *Account) ScopeRateLimit(scope string) (RateLimit, bool) {
	offer, ok := a.Entitlements.catalogue.named(scope, a.Environment)
	if !ok {
		return RateLimit{}, false
	}
	if q, ok := a.scopes[scope]; ok && q.Own != nil {
		return *q.Own, true
	}
	return offer.limit, true
}

// take counts a request, unless the window is full.
func (q *Quota) take(now time.Time, server RateLimit) (QuotaState, bool) {
	limit := server
	if q.Own != nil {
		limit = *q.Own
	}
	if !limit.Enabled {
		return QuotaState{}, true
	}
	if since := now.Sub(q.start); since < 0 || since >= limit.Window {
		q.start, q.used = now, 0
	}
	state := QuotaState{Enabled: true, Limit: limit.Limit, Reset: q.start.Add(limit.Window).Sub(now)}
	if q.used >= limit.Limit {
		return state, false
	}
	q.used++
	state.Remaining = limit.Limit - q.used
	return state, true
}
