// Package clock tells what time it is: the server's time, and each account's, which is an offset
// from the server's. Nothing else in the mock asks the machine for the time of its contract.
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
	// FrozenAt, unless zero, is the time at which this clock stands still.
	FrozenAt time.Time
}

// Frozen says whether the clock stands still.
func (s Setting) Frozen() bool { return !s.FrozenAt.IsZero() }

// At is the time that the clock shows while its base shows base.
func (s Setting) At(base time.Time) time.Time {
	if s.Frozen() {
		return s.FrozenAt
	}
	if s.Offset == 0 {
		return base
	}
	return base.Add(s.Offset)
}

// Set answers the setting that shows now while the base shows base, standing still or running on.
func Set(base, now time.Time, frozen bool) Setting {
	s := Setting{Offset: now.Sub(base)}
	if frozen {
		s.FrozenAt = now
	}
	return s
}

// Advance answers the setting moved on by a duration.
func (s Setting) Advance(by time.Duration) Setting {
	s.Offset += by
	if s.Frozen() {
		s.FrozenAt = s.FrozenAt.Add(by)
	}
	return s
}

// The times that a clock may show. A time.Duration, in which offsets are kept, holds 292 years: any
// two of these are closer.
var (
	earliest = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(2250, 1, 1, 0, 0, 0, 0, time.UTC)
)

// Check refuses times that no clock may show: before 1970, or from the year 2250 on.
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

// New answers a clock that shows the machine's time; machine is time.Now, or a test's own.
func New(machine func() time.Time) *Clock {
	c := &Clock{machine: machine}
	c.setting.Store(&Setting{})
	return c
}

// Real is the machine's time, for what happens in the world of wires: timeouts, durations of calls.
func Real() time.Time { return time.Now() }

// Now is the time in UTC that the clock shows.
func (c *Clock) Now() time.Time { return c.At(c.machine()) }

// At is the time in UTC that the clock shows while the machine's shows a time.
func (c *Clock) At(machine time.Time) time.Time { return c.setting.Load().At(machine.Round(0).UTC()) }

// Frozen says whether the clock stands still.
func (c *Clock) Frozen() bool { return c.setting.Load().Frozen() }

// Set makes the clock show now, standing still or running on.
func (c *Clock) Set(now time.Time, frozen bool) {
	s := Set(c.machine().Round(0).UTC(), now.UTC(), frozen)
	c.setting.Store(&s)
}

// Machine is the machine's time in UTC, which the clock counts from.
func (c *Clock) Machine() time.Time { return c.machine().Round(0).UTC() }

// Setting is how the clock stands relative to the machine's; Restore makes it stand so again.
func (c *Clock) Setting() Setting { return *c.setting.Load() }

// Restore makes the clock stand as a Setting says.
func (c *Clock) Restore(s Setting) { c.setting.Store(&s) }

// Release makes the clock show the machine's time again.
func (c *Clock) Release() { c.setting.Store(&Setting{}) }

// Advance moves the clock on.
func (c *Clock) Advance(by time.Duration) {
	for {
		old := c.setting.Load()
		moved := old.Advance(by)
		if c.setting.CompareAndSwap(old, &moved) {
			return
		}
	}
}
