package report

import (
	"fmt"
	"slices"
	"time"
)

// Baseline are the failures that are known of a target.
type Baseline []Known

// Known is one of them: a scenario, or one of its assertions.
type Known struct {
	// ID is the scenario's; Assertion is that of one assertion of it, "" for the scenario as a
	// whole.
	ID, Assertion string
	// Reason in words.
	Reason string
	// Until is the last day, in UTC, on which the failure is accepted; the zero time means always.
	Until time.Time
}

// over reports whether the entry no longer counts.
func (k Known) over(now time.Time) bool {
	return !k.Until.IsZero() && !now.UTC().Before(k.Until.AddDate(0, 0, 1))
}

// Apply turns known failures into XFAIL, and those that no longer fail into XPASS. An expired entry
// makes what it names FAIL in either case: somebody must look at it. Applying a baseline again,
// after a result was judged again, is correct too.
func (b Baseline) Apply(result *Result, now time.Time) {
	if !result.Verdict.Executed() {
		return
	}
	touched := false
	for _, known := range b {
		if known.ID != result.ID {
			continue
		}
		if known.Assertion == "" {
			known.whole(result, now)
			return
		}
		touched = known.one(result, now) || touched
	}
	if touched {
		result.conclude()
	}
}

// whole applies an entry to a scenario.
func (k Known) whole(result *Result, now time.Time) {
	fails := result.Verdict == Fail || slices.ContainsFunc(result.Assertions, func(a Assertion) bool { return a.Verdict == Fail })
	switch {
	case fails && k.over(now):
		result.Verdict, result.Reason = Fail, fmt.Sprintf("known (%s), but until %s only (%s)", k.Reason, k.Until.Format(time.DateOnly), result.Reason)
	case k.over(now):
		result.Verdict, result.Reason = Fail, fmt.Sprintf("known to fail (%s) until %s, but it passed; take it off the list", k.Reason, k.Until.Format(time.DateOnly))
	case fails:
		result.Verdict, result.Reason = XFail, fmt.Sprintf("expected: %s (%s)", k.Reason, result.Reason)
	default:
		result.Verdict, result.Reason = XPass, fmt.Sprintf("expected to fail (%s), but it passed; take it off the list", k.Reason)
	}
}

// one applies an entry to an assertion, and reports whether the scenario has it.
func (k Known) one(result *Result, now time.Time) bool {
	i := slices.IndexFunc(result.Assertions, func(a Assertion) bool { return a.ID == k.Assertion })
	if i < 0 {
		return false
	}
	a := &result.Assertions[i]
	switch {
	case a.Verdict == Warn:
		return false
	case k.over(now):
		a.Verdict = Fail
	case a.Verdict == Fail:
		a.Verdict = XFail
	case a.Verdict == Pass:
		a.Verdict = XPass
	}
	return true
}

// conclude determines the verdict of a scenario again: the gravest of its assertions.
func (r *Result) conclude() {
	for _, verdict := range []Verdict{Fail, XPass, XFail} {
		i := slices.IndexFunc(r.Assertions, func(a Assertion) bool { return a.Verdict == verdict && (a.Level != "OBSERVE" || verdict != Pass) })
		if i < 0 {
			continue
		}
		a := r.Assertions[i]
		r.Verdict = verdict
		switch verdict {
		case XPass:
			r.Reason = fmt.Sprintf("%s: expected to fail, but it holds; take it off the list", a.ID)
		default:
			r.Reason = fmt.Sprintf("%s: expected %s, got %s", a.ID, a.Expected, a.Actual)
		}
		return
	}
}
