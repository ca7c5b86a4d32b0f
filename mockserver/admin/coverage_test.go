package admin_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
	"oauthmock/mockserver/coverage"
)

func covered(t *testing.T, h http.Handler, query string) coverage.Report {
	t.Helper()
	answer := send(t, h, "GET", "/__admin/coverage"+query, "")
	require.Equal(t, 200, answer.Code, answer.Body.String())
	var r coverage.Report
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &r))
	return r
}

func TestCoverageSaysWhatAClientNeverMet(t *testing.T) {
	handler := newServer(t, mockserver.WithJournal(1, 1)).Handler() // coverage does not depend on what the journal drops
	send(t, handler, "GET", "/wallet", "")
	send(t, handler, "PATCH", "/tokens/656d1e2f8b3c2a001f7e4aff", `{}`) // 404/160
	send(t, handler, "GET", "/no-such-path", "")
	stranger := httptest.NewRequest("PATCH", "http://localhost/tokens/656d1e2f8b3c2a001f7e4aff", http.NoBody)
	stranger.Header.Set("Authorization", "Bearer nobody") // 401/130, of no account
	handler.ServeHTTP(httptest.NewRecorder(), stranger)

	all := covered(t, handler, "")
	assert.Equal(t, [3]int{2, 3, 2}, [3]int{all.Operations.Covered, all.Statuses.Covered, all.Refusals.Covered})
	assert.Equal(t, [3]int{18 + 12 + 1 + 3, 41 + 28 + 6 + 12, 27 + 14 + 3 + 6}, [3]int{all.Operations.Total, all.Statuses.Total, all.Refusals.Total})
	assert.NotContains(t, all.Operations.Missing, "wallet.get")
	assert.Contains(t, all.Refusals.Missing, "v1 PUT /token/{token} 404 170")
	assert.Contains(t, all.Operations.Missing, "token.delete")
	assert.Contains(t, all.Statuses.Missing, "PATCH /tokens/{token} 200")
	assert.NotContains(t, all.Refusals.Missing, "PATCH /tokens/{token} 401 130")
	assert.Contains(t, all.Refusals.Missing, "PATCH /tokens/{token} 401 140")

	demo := covered(t, handler, "?account=demo")
	assert.Equal(t, [3]int{2, 2, 1}, [3]int{demo.Operations.Covered, demo.Statuses.Covered, demo.Refusals.Covered})
	assert.Zero(t, covered(t, handler, "?account=demo-sandbox").Operations.Covered)
	assert.Equal(t, 404, send(t, handler, "GET", "/__admin/coverage?account=nobody", "").Code)
	assert.Equal(t, 404, send(t, handler, "DELETE", "/__admin/coverage?account=nobody", "").Code)
}

func TestCoverageIsForgotten(t *testing.T) {
	for name, c := range map[string]struct {
		method, path string
		demo, all    int // operations that are still covered
	}{
		"with a reset":               {"POST", "/reset", 0, 0},
		"with a reset of an account": {"POST", "/reset?account=demo", 0, 1},
		"with a DELETE":              {"DELETE", "/coverage", 0, 0},
		"with a DELETE of its own":   {"DELETE", "/coverage?account=demo", 0, 1},
		"not with the journal":       {"DELETE", "/requests", 1, 1},
		"not with another account":   {"DELETE", "/coverage?account=demo-sandbox", 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			handler := newServer(t).Handler()
			send(t, handler, "GET", "/wallet", "")
			require.Equal(t, 1, covered(t, handler, "?account=demo").Operations.Covered)
			require.Equal(t, 204, send(t, handler, c.method, "/__admin"+c.path, "").Code)
			assert.Equal(t, c.demo, covered(t, handler, "?account=demo").Operations.Covered)
			assert.Equal(t, c.all, covered(t, handler, "").Operations.Covered)
		})
	}
}
