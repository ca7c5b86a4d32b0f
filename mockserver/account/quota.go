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
