package account

import "time"

// RateLimit is a fixed window: so many requests in each.
type RateLimit struct {
	Limit   int64
	Window  time.Duration
	Enabled bool
}

// Quota counts an account's requests in the current window. A window begins with the first request in it, on the
// account's clock.
type Quota struct {
	// Own is the account's limit; nil means the server's.
	Own   *RateLimit
	start time.Time
	used  int64
}

// NewQuota is a quota in whose window, begun at start, so many requests were counted.
func NewQuota(own *RateLimit, start time.Time, used int64) Quota {
	return Quota{Own: own, start: start, used: used}
}

// Window is when the current window began, and how many requests were counted in it. Start is zero before the first request.
func (q *Quota) Window() (start time.Time, used int64) { return q.start, q.used }

// QuotaState says what a request found and left.
type QuotaState struct {
	Enabled   bool
	Limit     int64
	Remaining int64
	// Reset is how long until the next window, on the account's clock.
	Reset time.Duration
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
