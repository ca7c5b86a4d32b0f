package runner

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// gate is what every request to the target passes, including those of discovery, the control API
// and clean-up. It spaces requests, holds them back while the target is rate limiting, and keeps
// their number within a bound. It is safe for concurrent use.
type gate struct {
	// interval is the least time between two requests; 0 for none.
	interval time.Duration
	// bound is how many requests may be sent in all; 0 for any number.
	bound int

	mu   sync.Mutex
	sent int
	// kept is how many of the bound are kept for removing what was made.
	kept int
	// next is when the next request may be sent.
	next time.Time
	// cut reports whether a request was refused.
	cut bool
}

// newGate returns a gate for rate requests a second (0 for any), of which bound may be sent in all
// (0 for any) and sent have been.
func newGate(rate float64, bound, sent int) *gate {
	g := &gate{bound: bound, sent: sent}
	if rate > 0 {
		g.interval = time.Duration(float64(time.Second) / rate)
	}
	return g
}

// cutOff means that a bound of the user's keeps a request from being sent.
type cutOff struct{ reason string }

func (c cutOff) Error() string { return c.reason }

// purpose is what a request is for, as far as the bound is concerned.
type purpose int

const (
	asking purpose = iota
	// making leaves something behind that another request must remove.
	making
	// removing uses what was kept for it.
	removing
)

// admit counts a request against the bound, and refuses what would leave too few for removing what
// was made.
func (g *gate) admit(why purpose) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	need := 1
	switch why {
	case making:
		need = 2
	case removing:
		need = 1 - min(1, g.kept)
	}
	if g.bound > 0 && g.sent+g.kept+need > g.bound {
		g.cut = true
		return cutOff{g.reason()}
	}
	g.sent++
	switch {
	case why == making:
		g.kept++
	case why == removing && g.kept > 0:
		g.kept--
	}
	return nil
}

func (g *gate) reason() string { return fmt.Sprintf("cut off by --max-requests %d", g.bound) }

// release returns what was reserved for the clean-up of something that was not created.
func (g *gate) release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.kept = max(0, g.kept-1)
}

// closed returns why no more requests that ask are let through; "" while they are.
func (g *gate) closed() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.bound > 0 && g.cut && g.sent+g.kept >= g.bound {
		return g.reason()
	}
	return ""
}

// turn waits until n requests may be sent together. The error is that of the context.
func (g *gate) turn(ctx context.Context, n int) error {
	g.mu.Lock()
	now := time.Now()
	at := g.next
	if at.Before(now) {
		at = now
	}
	if g.interval > 0 {
		// A burst is paid for before it is sent, so that what it has to prove does not depend on
		// the rate.
		at = at.Add(time.Duration(n-1) * g.interval)
		g.next = at.Add(g.interval)
	}
	g.mu.Unlock()
	return wait(ctx, at.Sub(now))
}

// hold lets no request through for a while.
func (g *gate) hold(length time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if until := time.Now().Add(length); until.After(g.next) {
		g.next = until
	}
}

// wait returns after a while, or with the error of the context.
func wait(ctx context.Context, length time.Duration) error {
	if length <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(length)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// count returns how many requests were sent.
func (g *gate) count() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.sent
}
