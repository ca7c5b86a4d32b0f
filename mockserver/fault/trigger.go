package fault

import (
	"math/rand/v2"
	"time"

	"oauthmock/mockserver/account"
)

// trigger is a When that has been checked. The zero trigger fires on every call.
type trigger struct {
	probability       *float64
	nth, every, first uint64 // 0 is not set
	after, lasts      time.Duration
	until             time.Time
	times             uint64 // 0 is without bound
}

func newTrigger(w *When) (t trigger, err error) {
	if w == nil {
		return t, nil
	}
	chosen := 0
	for _, one := range []struct {
		name  string
		value *int
		into  *uint64
		picks bool
	}{{"nth", w.Nth, &t.nth, true}, {"every", w.Every, &t.every, true}, {"first", w.First, &t.first, true}, {"times", w.Times, &t.times, false}} {
		if one.value == nil {
			continue
		}
		if *one.value < 1 {
			return t, wrongf(one.name, "is %d; want 1 or more", *one.value)
		}
		*one.into = uint64(*one.value)
		if one.picks {
			chosen++
		}
	}
	if p := w.Probability; p != nil {
		if !(*p >= 0 && *p <= 1) {
			return t, wrongf("probability", "is %v; want a number from 0 to 1", *p)
		}
		t.probability = p
		chosen++
	}
	if chosen > 1 {
		return t, wrongf("", "holds %d of probability, nth, every and first; want one of them", chosen)
	}
	for _, one := range []struct {
		name  string
		value Duration
		into  *time.Duration
	}{{"after", w.After, &t.after}, {"for", w.For, &t.lasts}} {
		if *one.into, err = one.value.read(); err != nil || *one.into < 0 || one.value != "" && *one.into == 0 && one.name == "for" {
			return t, wrongf(one.name, "is %q; want a duration above zero such as \"10s\"", one.value)
		}
	}
	if w.Until != nil {
		t.until = *w.Until
	}
	return t, nil
}

// timed reports whether the account's clock has to be read.
func (t *trigger) timed() bool { return t.after > 0 || t.lasts > 0 || !t.until.IsZero() }

// active reports whether the rule's time has come, and is not over. Began is when it was set, or
// armed.
func (t *trigger) active(began, now time.Time) bool {
	since := now.Sub(began)
	return since >= t.after && (t.lasts == 0 || since-t.after < t.lasts) && (t.until.IsZero() || now.Before(t.until))
}

// tally is a rule's counts for an account.
type tally struct {
	calls uint64 // that reached the rule since it was set, or armed
	fired uint64 // of these
	hits  uint64 // of all
	began time.Time
	armed bool
	drawn map[string]uint64 // calls by operation, for what is drawn by chance
}

type tallies map[account.ID]*tally

// fires counts a call, and reports whether it goes wrong.
func (t *trigger) fires(c *tally, random *rand.Rand) bool {
	c.calls++
	fires := true
	switch {
	case t.probability != nil:
		fires = random.Float64() < *t.probability
	case t.nth > 0:
		fires = c.calls == t.nth
	case t.every > 0:
		fires = c.calls%t.every == 0
	case t.first > 0:
		fires = c.calls <= t.first
	}
	if !fires || t.times > 0 && c.fired >= t.times {
		return false
	}
	c.fired++
	c.hits++
	return true
}
