package report

import (
	"fmt"
	"slices"
	"strings"
)

// Headline is the verdict on a whole run, as every report starts or ends with it: a word ("FAIL",
// "PASS", "XPASS", "ERROR", "INCONCLUSIVE"), and what it rests on, which may be "".
func Headline(r Report) (word Verdict, why string) {
	switch r.ExitCode() {
	case ExitFailed:
		return failedFor(r)
	case ExitError:
		return Error, "the suite itself is at fault where it is said; nothing follows for the target"
	case ExitInconclusive:
		return Inconclusive, inconclusive(r)
	}
	if must := r.Summary.Must; 2*must.Executed < must.Total {
		return Pass, fmt.Sprintf("(%d of %d MUSTs judged)", must.Executed, must.Total)
	}
	return Pass, ""
}

func failedFor(r Report) (Verdict, string) {
	failed, xpassed := 0, 0
	for _, result := range r.Results {
		switch result.Verdict {
		case Fail:
			failed++
		case XPass:
			xpassed++
		}
	}
	switch {
	case failed > 0:
		verb := "thing breaks"
		n := max(1, len(Causes(r, Fail)))
		if n > 1 {
			verb = "things break"
		}
		return Fail, fmt.Sprintf("%d %s the contract, in %s", n, verb, plural(failed, "scenario"))
	case xpassed > 0:
		return XPass, "what was expected to fail passes; take it off the list of known failures"
	}
	var unmet []string
	for _, one := range r.Requirements {
		if !one.Met {
			unmet = append(unmet, one.String())
		}
	}
	return Fail, "a requirement is not met: " + strings.Join(unmet, "; ")
}

// String states a requirement and what was reached.
func (q Requirement) String() string {
	return fmt.Sprintf("%s %d of %d, where at least %g %% are required", q.Of, q.Covered, q.Total, 100*q.AtLeast)
}

func inconclusive(r Report) string {
	if r.Stopped != "" {
		return oneLine(r.Stopped, answerLimit)
	}
	if len(r.Results) == 0 {
		return "no scenario was chosen"
	}
	has := func(test func(Result) bool) bool { return slices.ContainsFunc(r.Results, test) }
	switch {
	case has(func(one Result) bool { return one.Verdict == Inconclusive }):
		return "the target could not be judged in full"
	case !has(func(one Result) bool { return one.Verdict != Skip }):
		return "every scenario was skipped"
	case len(r.Leftovers) > 0:
		return "something that the run made is left on the target"
	}
	return "what the target has could not be found out in full"
}

// Require measures a report by conditions: of is operations, statuses, refusals, properties,
// parameters or must, and atLeast a part of 1. What has nothing to cover is met by nothing, unless
// nothing is asked of it.
func (r Report) Require(of string, atLeast float64) Requirement {
	dimensions := map[string]Covered{
		"operations": r.Coverage.Operations, "statuses": r.Coverage.Statuses, "refusals": r.Coverage.Refusals,
		"properties": r.Coverage.Properties, "parameters": r.Coverage.Parameters,
		"must": {Covered: r.Summary.Must.Executed, Total: r.Summary.Must.Total},
	}
	one := dimensions[of]
	met := float64(one.Covered) >= atLeast*float64(one.Total)
	return Requirement{Of: of, AtLeast: atLeast, Covered: one.Covered, Total: one.Total, Met: met && (one.Total > 0 || atLeast == 0)}
}
