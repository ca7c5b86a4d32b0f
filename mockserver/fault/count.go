package fault

import (
	"maps"
	"math/rand/v2"
	"sync"
	"time"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
)

// rule is a Rule that has been checked, with what it has counted.
type rule struct {
	Rule
	match      matcher
	when       trigger
	kind       kind
	effect     effect // nil if there is none
	action     action
	configured bool
	gone       chan struct{} // closed when the rule is removed: calls that wait because of it resume

	mu      sync.Mutex
	tallies tallies
	forgot  uint64                   // hits of accounts that are no more
	began   time.Time                // when it was set, on the server's clock
	begins  map[account.ID]time.Time // the same on the clocks of accounts that showed another time
}

// View is a rule as the book holds it.
type View struct {
	Rule
	// Hits counts how often it fired, and Calls how many calls reached it.
	Hits  uint64 `json:"hits"`
	Calls uint64 `json:"calls"`
}

// take counts a call that matches, and returns the fault to inject, or nil.
func (r *rule) take(b *Book, e *exchange.Exchange) *Fault {
	var now time.Time
	if r.when.timed() {
		now = b.now(e.Account)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.tally(e.Account)
	if r.ArmedBy != "" && !c.armed || r.when.timed() && !r.when.active(c.began, now) {
		return nil
	}
	if c.drawn == nil {
		c.drawn = map[string]uint64{}
	}
	operation := e.Surface + " " + e.Operation
	c.drawn[operation]++
	f := &Fault{book: b, rule: r, exchange: e, operation: operation, call: c.drawn[operation]}
	var random *rand.Rand
	if r.when.probability != nil {
		random = f.chance()
	}
	if !r.when.fires(c, random) {
		return nil
	}
	return f
}

// tally returns the rule's counts for an account. The caller holds the rule's lock.
func (r *rule) tally(id account.ID) *tally {
	c, ok := r.tallies[id]
	if !ok {
		c = &tally{began: r.began}
		if own, ok := r.begins[id]; ok {
			c.began = own
		}
		r.tallies[id] = c
	}
	return c
}

// arm lets the rule look at the calls of an account, from the start.
func (r *rule) arm(b *Book, id account.ID) {
	var now time.Time
	if r.when.timed() {
		now = b.now(id)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.tally(id)
	c.armed, c.calls, c.fired, c.began = true, 0, 0, now
}

// restart lets the rule count from the start for an account.
func (r *rule) restart(id account.ID, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.tallies, id)
	if r.when.timed() {
		own := maps.Clone(r.begins) // rules that were set at once share it
		own[id] = now
		r.begins = own
	}
}

func (r *rule) forgetAccount(id account.ID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c, ok := r.tallies[id]; ok {
		r.forgot += c.hits
		delete(r.tallies, id)
	}
}

func (r *rule) confinedTo(id account.ID) bool {
	return r.Match != nil && r.Match.Account != "" && r.Match.Account == string(id)
}

func (r *rule) view() View {
	r.mu.Lock()
	defer r.mu.Unlock()
	v := View{Rule: r.Rule, Hits: r.forgot}
	for _, c := range r.tallies {
		v.Hits += c.hits
		v.Calls += c.calls
	}
	return v
}
