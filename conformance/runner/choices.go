package runner

import (
	"fmt"
	"slices"

	"oauthmock/conformance/check"
	"oauthmock/conformance/report"
	"oauthmock/scenarios"
)

// choice is something that the contract leaves to a target, which then does it in one way in all
// its answers.
type choice struct {
	// kind is the assertion that fails where an answer differs from the others.
	kind string
	of   func(*check.Exchange) string
	// ways in the order in which they win where two are as frequent.
	ways []string
	want string
}

// The choices are functions and not variables, because a package has no state.
func tokenShape() choice {
	return choice{kind: "token.shape", of: (*check.Exchange).Shape, ways: []string{check.ShapeBoth, check.ShapeData, check.ShapeFlat},
		want: "one form for all single tokens (%s, as most)"}
}

func successEnvelope() choice {
	return choice{kind: "envelope.success", of: (*check.Exchange).Envelope, ways: []string{check.EnvelopeFull, check.EnvelopeDocumented},
		want: "one envelope for all successes (%s, as most)"}
}

// choices lists, by step, what the target chose.
func (s *session) choices() []chosen {
	var seen []chosen
	for i, sent := range s.evidence {
		if sent.exchange == nil {
			continue
		}
		for _, one := range []choice{tokenShape(), successEnvelope()} {
			if way := one.of(sent.exchange); way != "" {
				seen = append(seen, chosen{kind: one.kind, surface: sent.surface.Name, step: sent.step, way: way, index: i})
			}
		}
	}
	return seen
}

type chosen struct {
	kind, surface, step, way string
	index                    int
}

// compare finds the way in which most answers came, by surface, and fails the steps that had
// another one. It returns the way of the first surface that has such answers, or "mixed", and adds
// the places of the outcomes that it changed to revised.
func (r *Runner) compare(one choice, outcomes []outcome, revised map[int]bool) string {
	first := ""
	for _, surface := range r.judgement.Surfaces() {
		if way := r.compareOn(surface.Name, one, outcomes, revised); first == "" {
			first = way
		}
	}
	return first
}

func (r *Runner) compareOn(surface string, one choice, outcomes []outcome, revised map[int]bool) string {
	counts := map[string]int{}
	each := func(visit func(int, chosen)) {
		for i := range outcomes {
			for _, seen := range outcomes[i].choices {
				if seen.kind == one.kind && seen.surface == surface {
					visit(i, seen)
				}
			}
		}
	}
	each(func(_ int, seen chosen) { counts[seen.way]++ })
	usual := ""
	for _, way := range one.ways {
		if counts[way] > counts[usual] {
			usual = way
		}
	}
	if len(counts) < 2 {
		return usual
	}
	each(func(i int, seen chosen) {
		if seen.way != usual {
			revised[i] = true
			r.failChoice(&outcomes[i].result, seen, check.Finding{Kind: one.kind, Expected: fmt.Sprintf(one.want, usual), Actual: seen.way})
		}
	})
	return "mixed"
}

func (r *Runner) failChoice(result *report.Result, seen chosen, finding check.Finding) {
	id := seen.step + "/" + finding.Kind
	i := slices.IndexFunc(result.Assertions, func(a report.Assertion) bool { return a.ID == id })
	if i < 0 || result.Assertions[i].Verdict != report.Pass {
		return
	}
	a := &result.Assertions[i]
	finding.Level = scenarios.Level(a.Level)
	a.Verdict, a.Expected, a.Actual, a.Step = r.verdictOf(finding), finding.Expected, finding.Actual, seen.index
	reason := fmt.Sprintf("%s: expected %s, got %s", a.ID, a.Expected, a.Actual)
	switch {
	case result.Verdict == report.XPass && a.Verdict == report.Fail:
		result.Reason = reason
		r.expectFailure(result)
	case (result.Verdict == report.Pass || result.Verdict == report.Warn) && graver(a.Verdict, result.Verdict):
		result.Verdict, result.Reason = a.Verdict, reason
	}
}
