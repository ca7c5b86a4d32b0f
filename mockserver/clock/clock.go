// Package clock tells the time: the server's, and each account's, which is an offset from the
// server's. Nothing else in the mock reads the machine's clock for what the contract dates.
package clock

import (
	"fmt"
	"sync/atomic"
	"time"
)

// Setting is a clock as a plain value, relative to another clock (its base). The zero Setting shows
// the base's time.
type Setting struct {
	// Offset is added to the base's time.
	Offset time.Duration
	// FrozenAt, unless zero, is the time at which the clock is frozen.
	FrozenAt time.Time
}

// Frozen reports whether the clock is frozen.
func (s Setting) Frozen() bool { return !s.FrozenAt.IsZero() }

// At returns the time that the clock shows when its base shows base.
func (s Setting) At(base time.Time) time.Time {
	if s.Frozen() {
		return s.FrozenAt
	}
	if s.Offset == 0 {
		return base
	}
	return base.Add(s.Offset)
}

// Set returns the setting that shows now when the base shows base, frozen or running.
func Set(base, now time.Time, frozen bool) Setting {
	s := Setting{Offset: now.Sub(base)}
	if frozen {
		s.FrozenAt = now
	}
	return s
}

// Advance returns the setting advanced by a duration.
func (s Setting) Advance(by time.Duration) Setting {
	s.Offset += by
	if s.Frozen() {
		s.FrozenAt = s.FrozenAt.Add(by)
	}
	return s
}

// The range of times that a clock may show. Any two of them are closer than the 292 years of a
// time.Duration, in which offsets are kept.
var (
	earliest = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(2250, 1, 1, 0, 0, 0, 0, time.UTC)
)

// Check returns an error for times that no clock may show: before 1970, or from the year 2250 on.
func Check(t time.Time) error {
	if t.Before(earliest) || !t.Before(latest) {
		return fmt.Errorf("%s is outside of what a clock can show: 1970-01-01 to 2249-12-31", t.UTC().Format(time.RFC3339))
	}
	return nil
}

// Clock is the server's clock, relative to the machine's. It is safe for concurrent use.
type Clock struct {
	machine func() time.Time
	setting atomic.Pointer[Setting]
}

// New returns a clock that shows the machine's time. machine is time.Now, or a test's own.
func New(machine func() time.Time) *Clock {
	c := &Clock{machine: machine}
	c.setting.Store(&Setting{})
	return c
}

// Real returns the machine's time, for timeouts and durations of calls.
func Real() time.Time { return time.Now() }

// Now returns the clock's time in UTC.
func (c *Clock) Now() time.Time { return c.At(c.machine()) }

// At returns the clock's time in UTC at a given time of the machine.
func (c *Clock) At(machine time.Time) time.Time { return c.setting.Load().At(machine.Round(0).UTC()) }

// Frozen reports whether the clock is frozen.
func (c *Clock) Frozen() bool { return c.setting.Load().Frozen() }

// Set sets the clock to now, frozen or running.
func (c *Clock) Set(now time.Time, frozen bool) {
	s := Set(c.machine().Round(0).UTC(), now.UTC(), frozen)
	c.setting.Store(&s)
}

// Machine returns the machine's time in UTC.
func (c *Clock) Machine() time.Time { return c.machine().Round(0).UTC() }

// Setting returns the clock's setting relative to the machine's clock, for Restore.
func (c *Clock) Setting() Setting { return *c.setting.Load() }

// Restore sets the clock to a Setting.
func (c *Clock) Restore(s Setting) { c.setting.Store(&s) }

// Release makes the clock show the machine's time again.
func (c *Clock) Release() { c.setting.Store(&Setting{}) }

// Advance advances the clock by a duration.
func (c *Clock) Advance(by time.Duration) {
	for {
		old := c.setting.Load()
		moved := old.Advance(by)
		if c.setting.CompareAndSwap(old, &moved) {
			return
		}
	}
}
