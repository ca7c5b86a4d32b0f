package runner

import (
	"fmt"
	"slices"

	"oauthmock/conformance/check"
	"oauthmock/conformance/report"
	"oauthmock/scenarios"
)

// shapes lists, by step, in which form single tokens came.
func (s *session) shapes() []shapeSeen {
	var seen []shapeSeen
	for i, sent := range s.evidence {
		if sent.exchange == nil {
			continue
		}
		if shape := sent.exchange.Shape(); shape != "" {
			seen = append(seen, shapeSeen{surface: sent.surface.Name, step: sent.step, shape: shape, index: i})
		}
	}
	return seen
}

type shapeSeen struct {
	surface, step, shape string
	index                int
}

// mixedShapes is the finding for an answer whose form differs from that of the run.
func mixedShapes(shape, usual string) check.Finding {
	return check.Finding{Kind: "token.shape", OK: false, Expected: fmt.Sprintf("one form for all single tokens (%s, as most)", usual), Actual: shape}
}

// compareShapes finds the form in which most payloads came that may come bare, by surface, and fails the steps that had another
// one. It returns the form of the first surface that has such, or "mixed", and the places of the outcomes that it changed.
func (r *Runner) compareShapes(outcomes []outcome) (string, map[int]bool) {
	first, revised := "", map[int]bool{}
	for _, surface := range r.judgement.Surfaces() {
		if shape := r.compareShapesOf(surface.Name, outcomes, revised); first == "" {
			first = shape
		}
	}
	return first, revised
}

func (r *Runner) compareShapesOf(surface string, outcomes []outcome, revised map[int]bool) string {
	counts := map[string]int{}
	for _, one := range outcomes {
		for _, seen := range one.shapes {
			if seen.surface == surface {
				counts[seen.shape]++
			}
		}
	}
	usual := ""
	for _, shape := range []string{check.ShapeBoth, check.ShapeData, check.ShapeFlat} {
		if counts[shape] > counts[usual] {
			usual = shape
		}
	}
	if len(counts) < 2 {
		return usual
	}
	for i := range outcomes {
		for _, seen := range outcomes[i].shapes {
			if seen.surface == surface && seen.shape != usual {
				revised[i] = true
				r.failShape(&outcomes[i].result, seen, mixedShapes(seen.shape, usual))
			}
		}
	}
	return "mixed"
}

func (r *Runner) failShape(result *report.Result, seen shapeSeen, finding check.Finding) {
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
