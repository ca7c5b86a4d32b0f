package verify

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/journal"
)

// Result is the result of a Check.
type Result struct {
	// Satisfied means that the journal holds what was expected. Inconclusive means that entries
	// which could decide it were dropped.
	Satisfied    bool `json:"satisfied"`
	Inconclusive bool `json:"inconclusive"`
	// Count is how many requests matched, and with InOrder how many steps were found in order.
	// Matched are their IDs, oldest first.
	Count   int      `json:"count"`
	Matched []string `json:"matched"`
	// NearMisses are at most 5 requests that did not match, where more were wanted: those with the
	// fewest differences, then the newest.
	NearMisses []NearMiss `json:"nearMisses"`
	// Dropped is how many entries were dropped that could have matched, as far as anybody knows.
	Dropped uint64 `json:"dropped"`
	// Detail says it in words.
	Detail string `json:"detail"`
}

// NearMiss is a request that did not match, and why not.
type NearMiss struct {
	ID          string       `json:"id"`
	Differences []Difference `json:"differences"` // at most 20
}

// Difference is one member in which a request is not as expected: "path", "query.limit",
// "headers.Content-Type", "body.scopes[0]", and with InOrder also "order". Actual is null if the
// request has none. Secrets are fingerprints, as in the journal.
type Difference struct {
	Field    string `json:"field"`
	Expected any    `json:"expected"`
	Actual   any    `json:"actual"`
}

// maxNearMisses bounds Result.NearMisses.
const maxNearMisses = 5

// Evaluate holds a check against exchanges, in any order, while so many others were dropped.
// Exchanges of other accounts are none of the check's: they are to be left out.
func (c *Check) Evaluate(entries []*exchange.Exchange, dropped uint64) Result {
	t := newTally(c)
	for _, e := range entries {
		t.add(e)
	}
	t.finish(dropped)
	return t.result()
}

// tally holds a check against one exchange after the other, and keeps only what it needs of them.
type tally struct {
	*Check
	matched []uint64
	nearest []candidate
	dropped uint64
	all     []*exchange.Exchange // if ordered
}

// candidate is a request that did not match.
type candidate struct {
	exchange *exchange.Exchange
	distance int
	early    uint64 // the ID that it should have come after, if that is wrong
}

func newTally(c *Check) *tally { return &tally{Check: c} }

func (t *tally) add(e *exchange.Exchange) {
	if t.ordered {
		t.all = append(t.all, e)
		return
	}
	if d := t.steps[0].distance(e); d > 0 {
		t.consider(candidate{exchange: e, distance: d})
		return
	}
	t.matched = append(t.matched, e.ID)
}

// consider keeps the candidates that came nearest.
func (t *tally) consider(c candidate) {
	at, _ := slices.BinarySearchFunc(t.nearest, c, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(b.exchange.ID, a.exchange.ID))
	})
	if at < maxNearMisses {
		t.nearest = slices.Insert(t.nearest, at, c)
		t.nearest = t.nearest[:min(len(t.nearest), maxNearMisses)]
	}
}

// finish is called after the last exchange.
func (t *tally) finish(dropped uint64) {
	t.dropped = dropped
	slices.Sort(t.matched)
	if t.ordered {
		t.inOrder()
	}
}

// inOrder finds the steps one after another. Taking the first request that matches a step is
// optimal: it leaves the most for the following steps.
func (t *tally) inOrder() {
	slices.SortFunc(t.all, func(a, b *exchange.Exchange) int { return cmp.Compare(a.ID, b.ID) })
	for _, e := range t.all {
		if len(t.matched) < len(t.steps) && t.steps[len(t.matched)].distance(e) == 0 {
			t.matched = append(t.matched, e.ID)
		}
	}
	if len(t.matched) == len(t.steps) {
		return
	}
	var last uint64
	if len(t.matched) > 0 {
		last = t.matched[len(t.matched)-1]
	}
	for _, e := range t.all {
		if slices.Contains(t.matched, e.ID) {
			continue
		}
		c := candidate{exchange: e, distance: t.steps[len(t.matched)].distance(e)}
		if e.ID < last {
			c.distance, c.early = c.distance+1, last
		}
		t.consider(c)
	}
}

// verdict returns what is known. The true count lies between the matches found and those plus
// everything dropped.
func (t *tally) verdict() (satisfied, inconclusive bool) {
	found := uint64(len(t.matched))
	if t.ordered {
		satisfied = len(t.matched) == len(t.steps)
		return satisfied, !satisfied && t.dropped > 0
	}
	atMost := found + t.dropped
	switch {
	case found > uint64(t.high) || atMost < uint64(t.low):
		return false, false
	case found >= uint64(t.low) && atMost <= uint64(t.high):
		return true, false
	}
	return false, true
}

// settled reports whether no further request can improve the result.
func (t *tally) settled() bool {
	found := len(t.matched)
	switch {
	case t.ordered:
		return found == len(t.steps)
	case t.high == unbounded:
		return found >= t.low
	case found > t.high, uint64(found)+t.dropped > uint64(t.high):
		return true
	case t.low == t.high: // reached, or perhaps reached, is enough; but none at all is known only at the end
		return t.low > 0 && (found == t.low || t.dropped > 0 && uint64(found)+t.dropped >= uint64(t.low))
	}
	return false
}

// wanted is how many more matching requests it takes until the answer can change.
func (t *tally) wanted() int {
	switch found := len(t.matched); {
	case t.ordered:
		return 1 // the one that was missing may come late, and be the first
	case found < t.low:
		return t.low - found
	default:
		return t.high + 1 - found
	}
}

func (t *tally) result() Result {
	r := Result{Count: len(t.matched), Dropped: t.dropped, Matched: make([]string, len(t.matched)), NearMisses: []NearMiss{}}
	for i, id := range t.matched {
		r.Matched[i] = name(id)
	}
	r.Satisfied, r.Inconclusive = t.verdict()
	r.Detail = t.detail(r)
	if r.Satisfied || !t.ordered && r.Count >= t.low {
		return r
	}
	step := t.steps[0]
	if t.ordered {
		step = t.steps[r.Count]
	}
	for _, c := range t.nearest {
		r.NearMisses = append(r.NearMisses, c.nearMiss(step, t.redactor))
	}
	return r
}

// nearMiss renders a candidate.
func (c candidate) nearMiss(step *matcher, redactor *journal.Redactor) NearMiss {
	out := NearMiss{ID: name(c.exchange.ID), Differences: []Difference{}}
	v := newView(redactor, c.exchange)
	step.compare(c.exchange, func(d difference) bool {
		out.Differences = append(out.Differences, Difference{d.field, d.expected(v), d.actual(v)})
		return len(out.Differences) < maxDifferences
	})
	if c.early != 0 {
		out.Differences = append(out.Differences, Difference{"order", "after request " + name(c.early), "before it"})
	}
	return out
}

// detail says the result in words.
func (t *tally) detail(r Result) string {
	var b strings.Builder
	if t.ordered {
		fmt.Fprintf(&b, "of %d requests in order, %d were found", len(t.steps), r.Count)
		if r.Count < len(t.steps) {
			fmt.Fprintf(&b, "; nothing matches inOrder[%d] after them", r.Count)
		}
	} else {
		verb := "requests match"
		if r.Count == 1 {
			verb = "request matches"
		}
		fmt.Fprintf(&b, "%d %s, wanted %s", r.Count, verb, t.wish())
	}
	if t.dropped > 0 {
		fmt.Fprintf(&b, "; up to %d entries were dropped that could have matched", t.dropped)
	}
	if r.Inconclusive {
		b.WriteString(", so nobody can tell: a larger journal (--journal-entries, --journal-bytes), or a reset before, helps")
	}
	return b.String()
}

// wish is how many requests are wanted, in words.
func (c *Check) wish() string {
	switch {
	case c.low == c.high:
		return fmt.Sprintf("exactly %d", c.low)
	case c.high == unbounded:
		return fmt.Sprintf("at least %d", c.low)
	case c.low == 0:
		return fmt.Sprintf("at most %d", c.high)
	}
	return fmt.Sprintf("%d to %d", c.low, c.high)
}

func name(id uint64) string { return strconv.FormatUint(id, 10) }
