package report_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance/report"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with testdata/name, or writes it with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run the test with -update to write it")
	assert.Equal(t, string(want), got)
}

// sample is a report with every verdict, and texts that a terminal and XML must not get as they
// are.
func sample() report.Report {
	return report.Report{
		Version: report.Version, Target: "http://127.0.0.1:4711", Seed: 7, Level: "should", TokenShape: "both",
		Summary: report.Summary{
			Scenarios: 12, Passed: 3, Failed: 2, Warned: 1, Skipped: 2, XFailed: 1, XPassed: 1, Inconclusive: 1, Errors: 1, Requests: 57, Seconds: 1.26,
		},
		Results: []report.Result{
			{ID: "v2/wallet/credit-is-the-sum", Title: "Credit is the sum of the transactions", Level: "MUST", Verdict: report.Pass, File: "scenarios/v2/wallet.yaml", Line: 3, Seconds: 0.012, Tags: []string{"wallet"},
				Assertions: []report.Assertion{{ID: "read/status", Level: "MUST", Verdict: report.Pass, Requirement: "the wallet is readable", Source: "v2 GET /wallet 200", Step: 0, Line: 9}},
				Steps:      []report.Step{{Name: "read", Operation: "wallet.get", Method: "GET", URL: "http://127.0.0.1:4711/wallet", Status: 200, Curl: "curl -sS …", Seconds: 0.002, ResponseHeaders: map[string]string{"Content-Type": "application/json"}}},
			},
			{ID: "v2/wallet/pages", Title: "Transactions come in pages", Level: "MUST", Verdict: report.Pass, File: "scenarios/v2/wallet.yaml", Line: 20},
			{ID: "v2/tokens/create", Title: "A token is made", Level: "MUST", Verdict: report.Pass, File: "scenarios/v2/tokens.yaml", Line: 3},
			{ID: "v2/tokens/rotation/old-pair-is-gone", Title: "After a rotation the old pair is gone", Level: "MUST", Verdict: report.Fail, Reason: "the old pair still works", File: "scenarios/v2/rotation.yaml", Line: 12, Seconds: 0.25,
				Assertions: []report.Assertion{
					{ID: "rotate/status", Level: "MUST", Verdict: report.Pass, Requirement: "rotation answers 200", Source: "v2 PATCH /tokens/{token} 200", Step: 0, Line: 20},
					{ID: "ask with the old pair/code", Level: "MUST", Verdict: report.Fail, Requirement: "the old token is deleted", Source: "v2 PATCH /tokens/{token} 401", Expected: "130", Actual: "140", Step: 1, Line: 34},
					{ID: "ask with the old pair/envelope.success", Level: "SHOULD", Verdict: report.Fail, Requirement: "a failure says success: false", Source: "overlay 5", Expected: "false", Actual: "missing", Step: 1},
					{ID: "compare/0", Level: "MUST", Verdict: report.Fail, Requirement: "something that was captured", Source: "v2", Expected: "a\nb", Actual: "\x1b[31mred\x1b[0m \u202e \x00 \xff ]]> &", Step: -1, Line: 40},
				},
				Steps: []report.Step{
					{Name: "rotate", Operation: "token.update", Method: "PATCH", URL: "http://127.0.0.1:4711/tokens/${TOKEN_1}", Status: 200, Curl: "curl -sS -X PATCH …", Seconds: 0.1},
					{Name: "ask with the old pair", Operation: "token.update", Method: "PATCH", URL: "http://127.0.0.1:4711/tokens/${TOKEN_1}", Status: 401, Seconds: 0.0034,
						Curl:        `curl -sS -H 'Authorization: Bearer ${REFRESH_TOKEN_1}' -X PATCH 'http://127.0.0.1:4711/tokens/${TOKEN_1}' -d '{}'`,
						RequestBody: "{}", ResponseBody: "{\"data\":null,\n\"success\":false,\"message\":\"Unauthorized\x07\",\"error\":140}"},
				},
			},
			{ID: "v2/stats/dates", Title: "Dates that are none are refused", Level: "MUST", Verdict: report.Fail, Reason: "7 assertions failed", File: "scenarios/v2/stats.yaml", Line: 5, Assertions: manyFailures(7)},
			{ID: "v2/tokens/order", Title: "Tokens come oldest first", Level: "SHOULD", Verdict: report.Warn, Reason: "a SHOULD did not hold", File: "scenarios/v2/tokens.yaml", Line: 60,
				Assertions: []report.Assertion{{ID: "list/data/$[*].expireAt", Level: "SHOULD", Verdict: report.Warn, Requirement: "oldest first", Source: "assumed", Expected: "ascending", Actual: "descending", Step: -1}}},
			{ID: "v2/tokens/known-bug", Title: "A bug that is known", Level: "MUST", Verdict: report.XFail, Reason: "ticket 12", File: "scenarios/v2/tokens.yaml", Line: 80},
			{ID: "v2/tokens/fixed-bug", Title: "A bug that was known", Level: "MUST", Verdict: report.XPass, Reason: "expected to fail (ticket 13), but it passes", File: "scenarios/v2/tokens.yaml", Line: 90},
			{ID: "v2/clock/expiry", Title: "Tokens expire", Level: "MUST", Verdict: report.Skip, Reason: "needs a control API", File: "scenarios/v2/clock.yaml", Line: 1},
			{ID: "v2/clock/limit", Title: "Limits are by the minute", Level: "MUST", Verdict: report.Skip, Reason: "needs a control API", File: "scenarios/v2/clock.yaml", Line: 9},
			{ID: "v2/callbacks/list", Title: "Callbacks are listed", Level: "MUST", Verdict: report.Inconclusive, Reason: "no answer within 10s", File: "scenarios/v2/callbacks.yaml", Line: 2, Seconds: 10,
				Steps: []report.Step{{Name: "list", Method: "GET", URL: "http://127.0.0.1:4711/callbacks", Failure: "no answer within 10s", Curl: "curl …"}}},
			{ID: "alone", Title: "A scenario that asks for too much", Level: "OBSERVE", Verdict: report.Error, Reason: "the control API refused: 500", File: "mine.yaml", Line: 2},
		},
		Coverage: report.Coverage{
			Operations: report.Covered{Covered: 18, Total: 18, Missing: []string{}},
			Statuses:   report.Covered{Covered: 41, Total: 41},
			Refusals:   report.Covered{Covered: 26, Total: 27, Missing: []string{"PATCH /tokens/{token} 401 130"}},
			Properties: report.Covered{Covered: 2, Total: 14, Missing: []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"}},
			Parameters: report.Covered{Covered: 3, Total: 3},
		},
	}
}

func manyFailures(n int) []report.Assertion {
	var all []report.Assertion
	for i := range n {
		all = append(all, report.Assertion{ID: "ask [date=" + string(rune('a'+i)) + "]/status", Level: "MUST", Verdict: report.Fail, Requirement: "a date is a date", Source: "v2 GET /stats 422", Expected: "422", Actual: "200", Step: -1, Line: 9 + i})
	}
	return all
}
