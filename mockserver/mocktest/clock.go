package mocktest

import (
	"net/http"
	"net/url"
	"time"
)

// Clock is the clock of a mock or of one account. It is safe for concurrent use.
type Clock struct {
	mock    *Mock
	tb      TB
	account string // empty for the server's clock
}

// Clock returns the server's clock. The clocks of all accounts move with it.
func (m *Mock) Clock() Clock { return Clock{mock: m, tb: m.tb} }

// Clock returns the account's clock, an offset from the server's.
func (a *Account) Clock() Clock { return Clock{mock: a.mock, tb: a.tb, account: a.ID} }

// Fired is an event that fell due because a clock was advanced.
type Fired struct {
	At      time.Time `json:"at"`
	What    string    `json:"what"` // such as "token.expired"
	Account string    `json:"account"`
	ID      string    `json:"id"`
}

// reading is a clock as the control API shows it.
type reading struct {
	Now    time.Time `json:"now"`
	Frozen bool      `json:"frozen"`
}

func (c Clock) path(path string) string {
	if c.account != "" {
		path += "?account=" + url.QueryEscape(c.account)
	}
	return path
}

func (c Clock) read() (r reading) {
	c.tb.Helper()
	c.mock.must(c.tb, http.MethodGet, c.path("/clock"), nil, &r)
	return r
}

func (c Clock) change(change map[string]any) []Fired {
	c.tb.Helper()
	var out struct {
		Fired []Fired `json:"fired"`
	}
	c.mock.must(c.tb, http.MethodPut, c.path("/clock"), change, &out)
	return out.Fired
}

// Now returns the clock's time, in UTC.
func (c Clock) Now() time.Time {
	c.tb.Helper()
	return c.read().Now
}

// Frozen reports whether the clock is frozen.
func (c Clock) Frozen() bool {
	c.tb.Helper()
	return c.read().Frozen
}

// Set sets the clock, to a time from 1970 to 2249. A frozen clock stays frozen. It returns what
// fell due, as Advance does; a clock that goes back undoes nothing.
func (c Clock) Set(now time.Time) []Fired {
	c.tb.Helper()
	return c.change(map[string]any{"now": now})
}

// Freeze stops the clock until Run is called. Set and Advance still move it.
func (c Clock) Freeze() {
	c.tb.Helper()
	c.change(map[string]any{"frozen": true})
}

// Run lets a frozen clock run again.
func (c Clock) Run() {
	c.tb.Helper()
	c.change(map[string]any{"frozen": false})
}

// Advance moves the clock forward and carries out what falls due, such as the expiry of tokens and
// the renewal of subscriptions. It returns these events in order of time, at most 10000.
func (c Clock) Advance(by time.Duration) []Fired {
	c.tb.Helper()
	var out struct {
		Fired []Fired `json:"fired"`
	}
	c.mock.must(c.tb, http.MethodPost, c.path("/clock/advance"), map[string]any{"by": by.String()}, &out)
	return out.Fired
}
