package runner

import (
	"fmt"

	"oauthmock/conformance/check"
	"oauthmock/conformance/report"
	"oauthmock/scenarios"
)

// ledger keeps the assertions of a scenario, one for each id. What is checked several times under
// one id (repetitions, pages, concurrent answers) stays passed until the first failure, which is
// then what is reported.
type ledger struct {
	order []*report.Assertion
	byID  map[string]*report.Assertion
}

// add notes a finding about the exchange with this index (-1 for none).
func (l *ledger) add(s *session, step string, finding check.Finding, index int) {
	id := step + "/" + finding.Name()
	assertion := report.Assertion{
		ID: id, Kind: finding.Kind, Level: string(finding.Level), Verdict: s.verdictOf(finding), Requirement: finding.Requirement, Source: finding.Source,
		Expected: finding.Expected, Actual: finding.Actual, Step: index, Line: finding.Line,
	}
	if !finding.OK {
		assertion.Differences, assertion.Places = finding.Differences, finding.Places
	}
	if assertion.Requirement == "" {
		assertion.Requirement = s.scenario.Requirement
	}
	if assertion.Source == "" {
		assertion.Source = s.scenario.Reference()
	}
	known, ok := l.byID[id]
	switch {
	case !ok:
		if l.byID == nil {
			l.byID = map[string]*report.Assertion{}
		}
		l.byID[id] = &assertion
		l.order = append(l.order, &assertion)
	case graver(assertion.Verdict, known.Verdict):
		*known = assertion
	}
}

// verdictOf an assertion: that of SHOULD and of OBSERVE depends on the level of the run.
func (r *Runner) verdictOf(finding check.Finding) report.Verdict {
	switch {
	case finding.OK:
		return report.Pass
	case finding.Level == scenarios.Observe && r.options.Level != levelObserve, finding.Level == scenarios.Should && r.options.Level == levelMust:
		return report.Warn
	}
	return report.Fail
}

func graver(a, b report.Verdict) bool { return gravity(a) > gravity(b) }

func gravity(verdict report.Verdict) int {
	switch verdict {
	case report.Fail:
		return 2
	case report.Warn:
		return 1
	}
	return 0
}

// verdict of the whole scenario by its assertions, with the reason: the first of the gravest, a
// MUST before a SHOULD. What is observed changes it only where it fails.
func (l *ledger) verdict() (report.Verdict, string) {
	verdict, reason, must := report.Pass, "", false
	for _, a := range l.order {
		if a.Level == string(scenarios.Observe) && a.Verdict != report.Fail {
			continue
		}
		strict := a.Level == string(scenarios.Must)
		if graver(a.Verdict, verdict) || a.Verdict == verdict && verdict != report.Pass && strict && !must {
			verdict, reason, must = a.Verdict, fmt.Sprintf("%s: expected %s, got %s", a.ID, a.Expected, a.Actual), strict
		}
	}
	return verdict, reason
}
