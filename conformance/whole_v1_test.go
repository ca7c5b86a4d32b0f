//go:build !race

package conformance_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"oauthmock/conformance/report"
)

// What is judged here at length is judged with the race detector by
// TestAServerOfV1AloneIsJudgedByItsScenariosAlone.

func TestTheWholeSuiteDoesNotAccuseAServerThatDoesWhatThePageOfV1Says(t *testing.T) {
	for name, control := range map[string]bool{"with a control API": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			out := ofV1(t, newLegacy(t, false, control), "must")
			assert.Zero(t, out.ExitCode(), "%v", failed(out))
			assert.Empty(t, failed(out))
			assert.Greater(t, out.Summary.Passed, 15)
		})
	}
}

func TestTheWholeSuiteDoesNotAccuseAServerThatChoosesOtherwiseWhereV1IsSilent(t *testing.T) {
	for name, control := range map[string]bool{"with a control API": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			out := ofV1(t, newLegacy(t, true, control), "should")
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
			assert.Greater(t, observed, 10, "what it chooses otherwise is told")
		})
	}
}
