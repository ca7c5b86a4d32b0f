//go:build !race

package conformance_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance/report"
)

// The race detector watches the whole suite, with these surfaces, in
// TestTheHonestMockIsNotAccusedWhenEightAskAtOnce (cmd/oauthconform).

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

func TestTheWholeSuiteJudgesAServerOfV1AloneByItsScenariosAlone(t *testing.T) {
	to := newLegacy(t, true, true)
	to.BaseURL, to.Surface, to.Addresses = to.Addresses["v1"], "v1", nil
	out := ofV1(t, to, "should")
	require.Zero(t, out.ExitCode(), "%v", failed(out))
	for id, verdict := range verdicts(out) {
		if strings.HasPrefix(id, "migration/") {
			assert.Contains(t, verdict, "SKIP: no address of ", id)
		}
	}
}
