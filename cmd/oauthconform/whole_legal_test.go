//go:build !race

package main

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance"
	"oauthmock/conformance/report"
	"oauthmock/mockserver"
	"oauthmock/mockserver/fault"
)

// TestTheWholeSuiteAllowsAMockThatIsHostileButLegal judges, at the level of what is published,
// answers that are as the document allows and not as one is used to. Only pages that are shorter
// than what was asked for are a matter of lists, which the suite holds together, and not of the
// document: they may fail, but no answer may be one that the document forbids.
func TestTheWholeSuiteAllowsAMockThatIsHostileButLegal(t *testing.T) {
	all, err := loadScenarios("")
	require.NoError(t, err)
	run := func(t *testing.T, option mockserver.Option) []report.Result {
		mock, err := mockserver.New(option, mockserver.WithCallbackTimeout(callbackTimeout))
		require.NoError(t, err)
		server := httptest.NewServer(mock.Handler())
		defer server.Close()
		result, err := conformance.Run(t.Context(), conformance.Target{BaseURL: server.URL, AdminURL: server.URL + "/__admin", CallbackTimeout: callbackTimeout},
			conformance.Options{Scenarios: all, Parallel: 8, Level: "must"})
		require.NoError(t, err)
		return result.Results
	}
	t.Run("everything but pages", func(t *testing.T) {
		rule := fault.Rule{Name: "legal", Effect: &fault.Effect{Kind: "legal", Vary: []string{"order", "nulls", "extra", "shape"}}}
		for _, r := range run(t, mockserver.WithFaults(rule)) {
			if r.Verdict == report.Skip && strings.HasPrefix(r.Reason, "the target does not show what the scenario starts from") {
				continue // null where it looks for an entry with a time, say
			}
			assert.Contains(t, []report.Verdict{report.Pass, report.Warn}, r.Verdict, "%s: %s", r.ID, r.Reason)
		}
	})
	t.Run("the profile", func(t *testing.T) {
		judged := 0
		for _, r := range run(t, mockserver.WithChaos("hostile-but-legal")) {
			for _, a := range r.Assertions {
				if a.Kind == "document.schema" {
					judged++
					assert.Equal(t, report.Pass, a.Verdict, "%s %s: expected %s, got %s", r.ID, a.ID, a.Expected, a.Actual)
				}
			}
		}
		assert.Greater(t, judged, 1000)
	})
}
