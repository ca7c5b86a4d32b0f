package conformance_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"oauthmock/conformance"
	"oauthmock/conformance/report"
	"oauthmock/scenarios"
)

// ofGrants judges a target by the scenarios of both grants.
func ofGrants(t *testing.T, to conformance.Target, level string) report.Report {
	t.Helper()
	return run(t, to, conformance.Options{Files: scenarios.Embedded(), Surfaces: []string{"clientcred", "authcode"}, Level: level})
}

func TestAServerThatDoesWhatThePagesOfTheGrantsSayIsNotAccused(t *testing.T) {
	for name, control := range map[string]bool{"with a control API": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			_, to := newGrants(t, false, control)
			out := ofGrants(t, to, "must")
			assert.Zero(t, out.ExitCode(), "%v", failed(out))
			assert.Empty(t, failed(out))
			assert.Greater(t, out.Summary.Passed, 20)
			assert.Greater(t, out.Summary.Warned, 5, "what the RFCs say besides is missed")
		})
	}
}

func TestAServerThatChoosesOtherwiseWhereTheGrantsAreSilentIsNotAccused(t *testing.T) {
	for name, control := range map[string]bool{"with a control API": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			_, to := newGrants(t, true, control)
			out := ofGrants(t, to, "should")
			assert.Zero(t, out.ExitCode(), "%v", failed(out))
			assert.Empty(t, failed(out))
			observed := 0
			for _, result := range out.Results {
				for _, a := range result.Assertions {
					if a.Level == "OBSERVE" && a.Verdict != report.Pass {
						observed++
					}
				}
			}
			assert.Greater(t, observed, 20, "what it chooses otherwise is told")
			assert.Equal(t, report.ExitFailed, ofGrants(t, to, "observe").ExitCode(), "and held against it where somebody asks for it")
		})
	}
}
