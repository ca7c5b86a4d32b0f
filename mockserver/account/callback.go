package account

import (
	"slices"
	"time"
)

// Callback is an entry in the log of callbacks from paid services to the customer.
type Callback struct {
	ID     string
	Scope  string
	Domain string // empty means none
	URL    string
	// Method is how the payload is sent: FormCallback, otherwise as JSON.
	Method    string
	Field     string
	Active    bool
	CreatedAt time.Time
	// StartedAt is when the first attempt started.
	StartedAt time.Time
	// CompletedAt is zero while the callback is pending.
	CompletedAt time.Time
	// HTTPResponseCode of the customer's server at the last attempt; 0 before the first one, and if
	// there was no answer.
	HTTPResponseCode int
	ElapsedTime      time.Duration
	// Attempt is the number of the attempt that is due or in flight or, once completed, of the last
	// one.
	Attempt int
	Retry   int // retries made
	Data    map[string]any
	// Bare means that Data holds, as text under "body", a service's answer that is not a JSON
	// object: only the text is sent.
	Bare   bool
	Custom any
	// Headers are those requested until the first attempt, then those sent.
	Headers map[string]string

	// Due is when the next attempt is due; zero if there will be none.
	Due time.Time
	// Retries is how many retries were requested, 0 to MaxRetries.
	Retries int
	// Size is the approximate size of Data in bytes.
	Size int

	seq   uint64 // position in order of addition
	place int    // index in the queue
}

// Bounds of callbacks.
const (
	// MaxRetries is how many retries a call may request.
	MaxRetries = 5
	// maxCallbacks and maxCallbackBytes bound what an account keeps: the oldest completed callbacks
	// are dropped.
	maxCallbacks     = 100_000
	maxCallbackBytes = 64 << 20
)

// FormCallback is the method of callbacks whose payload is sent as a form field.
const FormCallback = "POST"

// CallbackRequest requests a callback. It must be deliverable: nothing is checked here.
type CallbackRequest struct {
	URL, Method, Field string
	Headers            map[string]string
	Custom             any
	Retries            int
}

// CallbackPayload is the payload of a callback.
type CallbackPayload struct {
	Data map[string]any
	Bare bool // see Callback
	Size int  // in bytes
}

// Attempt is one attempt to deliver a callback.
type Attempt struct {
	// Account is the life of the account to which the attempt belongs.
	Account  Identity
	Callback Callback
	// Secret signs the payload.
	Secret string
	// N counts from 1. At is when the attempt starts, on the account's clock.
	N  int
	At time.Time
}

// Outcome is how an attempt ended.
type Outcome struct {
	// Code of the answer; 0 if there was none.
	Code int
	// Took is the duration of the attempt in real time.
	Took time.Duration
	// Headers that were sent; nil keeps those of the callback.
	Headers map[string]string
	// Final means that another attempt would end the same way, so none is made.
	Final bool
}

// The events of callbacks.
const (
	CallbackDelivered = "callback.delivered"
	CallbackFailed    = "callback.failed" // will be retried
	CallbackGivenUp   = "callback.given-up"
)

// lease keeps two attempts of one account apart. It is not persisted: an attempt that was cut off
// by a stop is made again.
type lease struct {
	id string // of the callback; empty if nobody holds it
	n  int
	at time.Time
	// free is when the last attempt ended, on the account's clock.
	free time.Time
}

// Backoff returns the delay after the n-th failed attempt, counted from 1.
func Backoff(n int) time.Duration { return time.Second << (n - 1) }

// addCallback adds a callback whose first attempt is due at a given time. The scope is named as in
// the account's environment.
func (a *Account) addCallback(scope string, r CallbackRequest, p CallbackPayload, now, due time.Time) *Callback {
	c := &Callback{
		ID: a.IDs.Next("callback", now), Scope: scope, Domain: DomainOf(scope), URL: r.URL, Method: r.Method, Field: r.Field, Active: true,
		CreatedAt: now, StartedAt: now, Attempt: 1, Data: p.Data, Bare: p.Bare, Size: p.Size, Custom: r.Custom, Headers: r.Headers,
		Due: due, Retries: r.Retries,
	}
	a.RestoreCallback(c)
	a.attempts++
	a.forgetCallbacks()
	return c
}

// RestoreCallback adds a callback as it is, as the newest.
func (a *Account) RestoreCallback(c *Callback) {
	a.lastCallback++
	c.seq = a.lastCallback
	a.Callbacks = append(a.Callbacks, c)
	a.callbackBytes += c.Size
	if !c.Due.IsZero() {
		a.enqueue(c)
	}
}

// forgetCallbacks drops the oldest completed callbacks beyond the bounds. Pending ones stay: the
// queue over all accounts is bounded.
func (a *Account) forgetCallbacks() {
	if len(a.Callbacks) <= maxCallbacks && a.callbackBytes <= maxCallbackBytes {
		return
	}
	goal, bytes := maxCallbacks*3/4, maxCallbackBytes*3/4 // some extra, so that the next ones fit
	left := len(a.Callbacks)
	a.callbackIndex = callbackIndex{}
	a.Callbacks = slices.DeleteFunc(a.Callbacks, func(c *Callback) bool {
		if c.Active || left <= goal && a.callbackBytes <= bytes {
			return false
		}
		left--
		a.callbackBytes -= c.Size
		return true
	})
}

// beginAttempt starts the attempt that is due first, unless none is due by now or one is in flight.
// Attempts run one after another: one that had to wait starts when the one before it ended.
func (a *Account) beginAttempt(now time.Time) (Attempt, bool) {
	c := a.nextDue()
	if a.lease.id != "" || c == nil || c.Due.After(now) {
		return Attempt{}, false
	}
	at := c.Due
	if a.lease.free.After(at) && !a.lease.free.After(now) {
		at = a.lease.free
	}
	if c.Attempt == 1 {
		c.StartedAt = at
	}
	a.lease.id, a.lease.n, a.lease.at = c.ID, c.Attempt, at
	return Attempt{Account: a.Identity(), Callback: *c, Secret: a.WebhookSecret, N: c.Attempt, At: at}, true
}

// dropAttempt returns an attempt that was not made. It is due as before.
func (a *Account) dropAttempt(id string, n int) {
	if a.lease.id == id && a.lease.n == n {
		a.lease.id = ""
	}
}

// postponeAttempt returns an attempt that was not made, and delays it.
func (a *Account) postponeAttempt(id string, n int, by time.Duration) {
	c := a.callback(id)
	if c == nil || a.lease.id != id || a.lease.n != n {
		return
	}
	a.lease.id = ""
	a.attempts++
	c.Due = a.lease.at.Add(by)
	a.reschedule(c)
}

// hastenAttempt makes an attempt due when the one before it ended, unless it is due earlier.
func (a *Account) hastenAttempt(id string, n int) {
	if c := a.callback(id); c != nil && c.Attempt == n && c.Due.After(a.lease.free) {
		a.attempts++
		c.Due = a.lease.free
		a.reschedule(c)
	}
}

// retryCallback makes a further attempt due at once, whatever the outcome of those before, unless
// one is in flight. It reports whether the callback exists.
func (a *Account) retryCallback(id string, now time.Time) bool {
	c := a.callback(id)
	if c == nil || a.lease.id == id {
		return c != nil
	}
	a.attempts++
	waits := !c.Due.IsZero()
	c.Due = now
	if waits {
		a.reschedule(c)
		return true
	}
	// It is completed, or comes from a fixture.
	c.Attempt++
	c.Active, c.CompletedAt = true, time.Time{}
	a.enqueue(c)
	return true
}

// auditCallbacks checks callbacks and jobs: pending ones are counted, completed ones do not wait
// and are no longer active.
func (a *Account) auditCallbacks(off func(invariant, format string, values ...any)) {
	due, dueBytes, bytes, leased := 0, 0, 0, a.lease.id == ""
	for _, c := range a.Callbacks {
		bytes += c.Size
		leased = leased || c.ID == a.lease.id && !c.Due.IsZero()
		switch {
		case c.Active != c.CompletedAt.IsZero():
			off("callbacks.state", "callback %s is active: %t, and completed: %t", c.ID, c.Active, !c.CompletedAt.IsZero())
		case !c.Active && !c.Due.IsZero():
			off("callbacks.state", "callback %s is completed, and an attempt is due", c.ID)
		}
		if !c.Due.IsZero() {
			due++
			dueBytes += c.Size
		}
	}
	if due != len(a.queue) || dueBytes != a.dueBytes || bytes != a.callbackBytes {
		off("callbacks.pending", "%d callbacks of %d bytes wait, and %d of %d are counted; all take %d bytes, and %d are counted", due, dueBytes, len(a.queue), a.dueBytes, bytes, a.callbackBytes)
	}
	if !leased {
		off("callbacks.pending", "an attempt of callback %s is under way, which waits for none", a.lease.id)
	}
	jobs := 0
	for _, j := range a.Jobs {
		jobs += j.size()
	}
	if jobs != a.jobBytes {
		off("jobs.size", "jobs take %d bytes, and %d are counted", jobs, a.jobBytes)
	}
}

// finishAttempt records the outcome of an attempt, and returns what happened. It ignores an attempt
// that is not the one in flight.
func (a *Account) finishAttempt(id string, n int, o Outcome, now time.Time) (Event, bool) {
	c := a.callback(id)
	if c == nil || a.lease.id != id || a.lease.n != n {
		return Event{}, false
	}
	end := a.lease.at.Add(o.Took.Truncate(time.Second))
	if end.After(now) { // the clock is frozen, or was set back
		end = now
	}
	if end.Before(a.lease.at) {
		end = a.lease.at
	}
	a.lease = lease{free: end}
	a.attempts++
	c.HTTPResponseCode, c.Retry = o.Code, n-1
	if o.Headers != nil {
		c.Headers = o.Headers
	}
	e := Event{At: end, ID: id, What: CallbackGivenUp}
	switch {
	case o.Code == 200:
		e.What = CallbackDelivered
	case n <= c.Retries && !o.Final:
		e.What = CallbackFailed
		c.Attempt, c.Due = n+1, end.Add(Backoff(n))
		a.reschedule(c)
		return e, true
	}
	a.dequeue(c)
	c.Active, c.Due, c.CompletedAt = false, time.Time{}, end
	c.ElapsedTime = end.Sub(c.StartedAt) + o.Took%time.Second
	return e, true
}
