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
