package report

import "slices"

// The exit statuses of a run.
const (
	ExitPassed       = 0 // everything that was asked was answered as the contract says
	ExitFailed       = 1 // the target broke the contract (FAIL), kept a promise it was expected to break (XPASS), or a requirement is not met
	ExitError        = 2 // the suite was used wrongly, or is itself at fault
	ExitInconclusive = 3 // nothing was proven: unreachable, cut short, nothing executed, a discovery that failed; or something was left behind
)

// ExitCode returns the exit status of the report. A report without results, or with nothing but
// SKIP, proves nothing and is 3; so is one whose discovery failed, or that left something behind. A
// verdict that this package does not know counts as ERROR.
func (r Report) ExitCode() int {
	var failed, errors, inconclusive, executed bool
	for _, result := range r.Results {
		switch result.Verdict {
		case Fail, XPass:
			failed = true
		case Inconclusive:
			inconclusive = true
		case Pass, Warn, XFail:
			executed = true
		case Skip:
		default:
			errors = true
		}
	}
	for _, requirement := range r.Requirements {
		failed = failed || !requirement.Met
	}
	switch {
	case failed:
		return ExitFailed
	case errors:
		return ExitError
	case inconclusive, !executed, r.Stopped != "", len(r.Leftovers) > 0, r.undiscovered():
		return ExitInconclusive
	}
	return ExitPassed
}

// undiscovered reports whether it is open what the target has.
func (r Report) undiscovered() bool {
	return slices.ContainsFunc(r.Discovery, func(d Discovered) bool { return d.State == Failed })
}
