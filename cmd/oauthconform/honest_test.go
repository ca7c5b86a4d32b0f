package main

import (
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance"
	"oauthmock/conformance/report"
	"oauthmock/mockserver"
)

// TestTheHonestMockIsNotAccusedWhenEightAskAtOnce is the run of the whole suite that the race
// detector watches.
func TestTheHonestMockIsNotAccusedWhenEightAskAtOnce(t *testing.T) {
	honest(t, "both", "full")(t, 0, 8)
}

// honest starts a mock, and returns what runs the whole suite against it and demands that
// everything passes.
func honest(t *testing.T, shape, envelope string) func(t *testing.T, seed uint64, parallel int) {
	t.Helper()
	all, err := loadScenarios("")
	require.NoError(t, err)
	mock, err := mockserver.New(mockserver.WithTokenShape(shape), mockserver.WithSuccessEnvelope(envelope), mockserver.WithCallbackTimeout(callbackTimeout))
	require.NoError(t, err)
	server := httptest.NewServer(mock.Handler())
	t.Cleanup(server.Close)
	target := conformance.Target{BaseURL: server.URL, AdminURL: server.URL + "/__admin", CallbackTimeout: callbackTimeout}
	return func(t *testing.T, seed uint64, parallel int) {
		t.Helper()
		result, err := conformance.Run(t.Context(), target, conformance.Options{
			Scenarios: all, Shuffle: true, Seed: seed, Parallel: parallel,
		})
		require.NoError(t, err)
		for _, r := range result.Results {
			assert.Equal(t, report.Pass, r.Verdict, "%s: %s", r.ID, r.Reason)
		}
		assert.Equal(t, shape, result.TokenShape)
		assert.Equal(t, envelope, result.SuccessEnvelope)
		assert.Empty(t, result.Coverage.Operations.Missing)
		assert.Empty(t, result.Coverage.Refusals.Missing)
		assert.Len(t, mock.Accounts(), 2, "the suite removes the accounts that it made")
	}
}

// TestATightRateLimitOfTheServerIsNoFault: scenarios that are not about the limit get accounts with
// room enough.
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
