//go:build !race

package main

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance/client"
	"oauthmock/conformance/client/samples"
	"oauthmock/conformance/report"
)

// judged plays cases with a client that runs within this process.
func judged(t *testing.T, program client.Program, cases []client.Case, timeout time.Duration) report.Report {
	t.Helper()
	result, err := client.Run(t.Context(), program, startForClient, client.Options{
		Name: "a sample", Level: "should", Timeout: timeout, Parallel: 8, Cases: cases, Redactor: report.NewRedactor(),
	})
	require.NoError(t, err)
	return result
}

// TestTheWholeSuiteOfClients proves the judge of clients: it never accuses the client that is
// right, and finds each broken one out by the rule that the table names, and by no other.
func TestTheWholeSuiteOfClients(t *testing.T) { //nolint:tparallel // the subtests wait for the right client first
	right := &samples.Client{}
	passed := map[string][]string{}
	for _, result := range judged(t, right, client.Cases(), 30*time.Second).Results {
		assert.Equal(t, report.Pass, result.Verdict, "%s: %s", result.ID, result.Reason)
		for _, assertion := range result.Assertions {
			passed[result.ID] = append(passed[result.ID], assertion.ID)
		}
	}
	for _, fault := range samples.Faults() {
		t.Run(fault.Name, func(t *testing.T) {
			t.Parallel()
			// Where the right client never came to ask whether it has the fault, the broken one
			// does the same.
			cases := slices.DeleteFunc(client.Cases(), func(c client.Case) bool {
				return !right.Touches(c.Task, fault.Name) || fault.Breaks == "task/result" && c.Outcome != fault.Breaks
			})
			require.NotEmpty(t, cases, "no task asks for it")
			broken := map[string]bool{}
			for _, result := range judged(t, &samples.Client{Fault: fault.Name}, cases, timeoutOf(fault)).Results {
				assert.Contains(t, []report.Verdict{report.Pass, report.Fail}, result.Verdict, "%s: %s", result.ID, result.Reason)
				for _, assertion := range result.Assertions {
					if assertion.Verdict == report.Fail {
						broken[assertion.ID] = true
						assert.Equal(t, fault.Breaks, assertion.ID, "%s: expected %s, got %s", result.ID, assertion.Expected, assertion.Actual)
						assert.NotEmpty(t, assertion.Expected)
						assert.NotEmpty(t, assertion.Actual)
					}
				}
			}
			assert.Equal(t, map[string]bool{fault.Breaks: true}, broken)
		})
	}
	shown := map[string]bool{}
	for _, ids := range passed {
		for _, id := range ids {
			shown[id] = true
		}
	}
	for _, rule := range client.Rules() {
		assert.True(t, shown[rule.ID], "the right client shows nothing of %s", rule.ID)
		assert.True(t, slices.ContainsFunc(samples.Faults(), func(f samples.Fault) bool { return f.Breaks == rule.ID }), "no broken client breaks %s", rule.ID)
	}
}

// timeoutOf is short where the client would never end.
func timeoutOf(fault samples.Fault) time.Duration {
	if fault.Breaks == "task/ends" {
		return 6 * time.Second
	}
	return 30 * time.Second
}
