package main

import (
	"flag"
	"fmt"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance"
	"oauthmock/conformance/report"
	"oauthmock/mockserver"
)

var whole = flag.Bool("whole", false, "try everything instead of a sample: 20 seeds of the honest mock, every mutant")

// TestTheHonestMockIsNeverAccused runs the whole suite against the mock in every token shape, in random orders, one at a time and eight at
// once, over real connections.
func TestTheHonestMockIsNeverAccused(t *testing.T) {
	all, err := loadScenarios("")
	require.NoError(t, err)
	seeds := uint64(1)
	if *whole {
		seeds = 20
	}
	for _, shape := range []string{"both", "data", "flat"} {
		mock, err := mockserver.New(mockserver.WithTokenShape(shape))
		require.NoError(t, err)
		server := httptest.NewServer(mock.Handler())
		t.Cleanup(server.Close)
		target := conformance.Target{BaseURL: server.URL, AdminURL: server.URL + "/__admin"}
		for seed := range seeds {
			for _, parallel := range []int{1, 8} {
				if !*whole && parallel == 1 && shape != "both" {
					continue
				}
				t.Run(fmt.Sprintf("%s, seed %d, %d at once", shape, seed, parallel), func(t *testing.T) {
					result, err := conformance.Run(t.Context(), target, conformance.Options{
						Scenarios: all, Shuffle: true, Seed: seed, Parallel: parallel,
					})
					require.NoError(t, err)
					for _, r := range result.Results {
						assert.Equal(t, report.Pass, r.Verdict, "%s: %s", r.ID, r.Reason)
					}
					assert.Equal(t, shape, result.TokenShape)
					assert.Empty(t, result.Coverage.Operations.Missing)
					assert.Empty(t, result.Coverage.Refusals.Missing)
					assert.Len(t, mock.Accounts(), 2, "the suite removes the accounts that it made")
				})
			}
		}
	}
}

// TestATightRateLimitOfTheServerIsNoFault: scenarios that are not about the limit get accounts with room enough.
func TestATightRateLimitOfTheServerIsNoFault(t *testing.T) {
	all, err := loadScenarios("")
	require.NoError(t, err)
	mock, err := mockserver.New(mockserver.WithRateLimit(3))
	require.NoError(t, err)
	server := httptest.NewServer(mock.Handler())
	defer server.Close()
	result, err := conformance.Run(t.Context(), conformance.Target{BaseURL: server.URL, AdminURL: server.URL + "/__admin"},
		conformance.Options{Scenarios: all, IDs: []string{"v2/tokens/rotation/", "v2/rate-limit/"}, Parallel: 4})
	require.NoError(t, err)
	assert.Equal(t, result.Summary.Scenarios, result.Summary.Passed)
}
