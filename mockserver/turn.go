package mockserver

import (
	"net/http"
	"net/url"
	"time"
)

// Clock is the clock of a mock or of one of its accounts. It is safe for concurrent use.
type Clock struct {
	mock    *Mock
	tb      TB
	account string // empty for the server's
}

// Fired is something that fell due because a clock was advanced.
type Fired struct {
	At      time.Time `json:"at"`
	What    string    `json:"what"` // such as "token.expired"
	Account string    `json:"account"`
	ID      string    `json:"id"`
}

// shownTime is a clock as the control API shows it.
type shownTime struct {
	Now    time.Time `json:"now"`
	Frozen bool      `json:"frozen"`
}

func (c Clock) path(path string) string {
	if c.account != "" {
		path += "?account=" + url.QueryEscape(c.account)
	}
	return path
}

func (c Clock) get() (t shownTime) {
	c.tb.Helper()
	c.mock.must(c.tb, http.MethodGet, c.path("/clock"), nil, &t)
	return t
}

// Now is the time that the clock shows, in UTC.
func (c Clock) Now() time.Time {
	c.tb.Helper()
	return c.get().Now
}

// Frozen says whether the clock stands still.
func (c Clock) Frozen() bool {
	c.tb.Helper()
	return c.get().Frozen
}

// Set sets the clock, from 1970 to 2249. Whether it stands still does not change.
func (c Clock) Set(now time.Time) {
	c.tb.Helper()
	c.mock.must(c.tb, http.MethodPut, c.path("/clock"), map[string]any{"now": now}, nil)
}

// Freeze lets the clock stand still until it is set, advanced or run.
func (c Clock) Freeze() {
	c.tb.Helper()
	c.mock.must(c.tb, http.MethodPut, c.path("/clock"), map[string]any{"frozen": true}, nil)
}

// Run lets the clock go on.
func (c Clock) Run() {
	c.tb.Helper()
	c.mock.must(c.tb, http.MethodPut, c.path("/clock"), map[string]any{"frozen": false}, nil)
}

// Advance moves the clock on, does what then falls due (tokens expire, subscriptions renew), and answers what that was, in order of time:
// at most 10000 events.
func (c Clock) Advance(by time.Duration) []Fired {
	c.tb.Helper()
	var out struct {
		Fired []Fired `json:"fired"`
	}
	c.mock.must(c.tb, http.MethodPost, c.path("/clock/advance"), map[string]any{"by": by.String()}, &out)
	return out.Fired
}
