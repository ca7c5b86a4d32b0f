//go:build !race

package conformance_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance"
	"oauthmock/conformance/inprocess"
	"oauthmock/conformance/report"
	"oauthmock/scenarios"
)

// TestTheWholeSuiteAccusesNoLiteralServerOfItsChoices draws combinations of what the document
// leaves open, each switch on in half of them. No MUST is broken by any. Each combination is judged
// by an eighth of the scenarios, and each scenario judges five or six of them.
func TestTheWholeSuiteAccusesNoLiteralServerOfItsChoices(t *testing.T) {
	const parts = 8
	all := slices.DeleteFunc(suite(t), func(s scenarios.Scenario) bool { return s.Level != scenarios.Must })
	for seed := range 44 {
		own := draw(uint64(seed))
		t.Run(fmt.Sprint("drawn ", seed), func(t *testing.T) {
			l, handler := literalOf(true, false, own)
			to := target("http://localhost", false)
			to.Client, to.Clock = &http.Client{Transport: inprocess.Transport{Handler: handler}}, &hurried{literal: l}
			var some []scenarios.Scenario
			for i := seed % parts; i < len(all); i += parts {
				some = append(some, all[i])
			}
			out, err := conformance.Run(t.Context(), to, conformance.Options{Scenarios: some, Surfaces: []string{"v2"}, Level: "must"})
			require.NoError(t, err)
			assert.Empty(t, failed(out), own)
			assert.Positive(t, out.Summary.Passed)
		})
	}
}

func TestTheWholeSuiteDoesNotAccuseALiteralServerAtLevelMust(t *testing.T) {
	l, url := newLiteral(t, false, false)
	for name, list := range map[string][]scenarios.Scenario{"the suite": suite(t), "the features": features(t)} {
		to := target(url, false)
		to.Clock = &hurried{literal: l}
		out := run(t, to, conformance.Options{Scenarios: list, Level: "must"})
		for _, result := range out.Results {
			assert.Contains(t, []report.Verdict{report.Pass, report.Warn, report.Skip}, result.Verdict, "%s: %s: %s", name, result.ID, result.Reason)
		}
	}
}
