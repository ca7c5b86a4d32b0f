package report_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"oauthmock/conformance/report"
)

func TestABaselineHoldsUpToAndOnItsLastDay(t *testing.T) {
	last := time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)
	during, after := last.Add(23*time.Hour+59*time.Minute), last.AddDate(0, 0, 1)
	result := func(first, second report.Verdict) report.Result {
		verdict := report.Pass
		if first == report.Fail || second == report.Fail {
			verdict = report.Fail
		}
		return report.Result{ID: "v2/a", Verdict: verdict, Assertions: []report.Assertion{{ID: "ask/status", Verdict: first}, {ID: "ask/code", Verdict: second}}}
	}
	whole := report.Baseline{{ID: "v2/a", Reason: "ticket 1", Until: last}}
	one := report.Baseline{{ID: "v2/a", Assertion: "ask/code", Reason: "ticket 2", Until: last}}
	for name, tc := range map[string]struct {
		baseline      report.Baseline
		first, second report.Verdict
		now           time.Time
		want          report.Verdict
	}{
		"a scenario that fails":                        {whole, report.Fail, report.Pass, during, report.XFail},
		"one that passes":                              {whole, report.Pass, report.Pass, during, report.XPass},
		"one that fails, too late":                     {whole, report.Fail, report.Pass, after, report.Fail},
		"one that passes, too late":                    {whole, report.Pass, report.Pass, after, report.Fail},
		"an assertion that fails":                      {one, report.Pass, report.Fail, during, report.XFail},
		"an assertion that holds":                      {one, report.Pass, report.Pass, during, report.XPass},
		"an assertion that fails, and another":         {one, report.Fail, report.Fail, during, report.Fail},
		"an assertion that holds, and another fails":   {one, report.Fail, report.Pass, during, report.Fail},
		"an assertion that fails, too late":            {one, report.Pass, report.Fail, after, report.Fail},
		"an assertion that holds, too late":            {one, report.Pass, report.Pass, after, report.Fail},
		"no day at all":                                {report.Baseline{{ID: "v2/a", Reason: "x"}}, report.Fail, report.Pass, after, report.XFail},
		"another scenario":                             {report.Baseline{{ID: "v2/b", Reason: "x"}}, report.Fail, report.Pass, during, report.Fail},
		"an assertion that the scenario does not have": {report.Baseline{{ID: "v2/a", Assertion: "ask/nothing", Reason: "x"}}, report.Fail, report.Pass, during, report.Fail},
	} {
		t.Run(name, func(t *testing.T) {
			got := result(tc.first, tc.second)
			tc.baseline.Apply(&got, tc.now)
			assert.Equal(t, tc.want, got.Verdict)
			tc.baseline.Apply(&got, tc.now)
			assert.Equal(t, tc.want, got.Verdict, "again")
		})
	}
	skipped := report.Result{ID: "v2/a", Verdict: report.Skip}
	whole.Apply(&skipped, after)
	assert.Equal(t, report.Skip, skipped.Verdict, "what did not run is not judged")
}

func TestDiffTellsVerdictsAndWhatWasObserved(t *testing.T) {
	of := func(verdict report.Verdict, observed, credit string) report.Report {
		return report.Report{
			TokenShape: "both", Observations: map[string]string{"v2: headers of successes": observed},
			Results: []report.Result{
				{ID: "v2/a", Verdict: verdict, Assertions: []report.Assertion{
					{ID: "ask/status", Level: "MUST", Verdict: verdict, Expected: "200", Actual: "at 2026-01-02T03:04:05"},
					{ID: "ask/order", Level: "OBSERVE", Verdict: report.Pass, Actual: credit},
				}},
				{ID: "v2/b", Verdict: report.Pass, Assertions: []report.Assertion{{ID: "ask/data", Level: "MUST", Verdict: report.Pass, Actual: credit}}},
			},
		}
	}
	a := of(report.Pass, "Date", "oldest first, 2026-01-02T03:04:05")
	assert.Empty(t, report.Diff(a, a))
	assert.Empty(t, report.Diff(a, of(report.Pass, "Date", "oldest first, 2027-09-09T09:09:09")), "times differ from run to run")

	b := of(report.Fail, "Date | Server", "newest first")
	b.Results = b.Results[:1]
	assert.Equal(t, []report.Difference{
		{Scenario: "v2/a", A: "PASS", B: "FAIL"},
		{Scenario: "v2/a", Assertion: "ask/status", A: "PASS", B: "FAIL (expected 200, got at 2026-01-02T03:04:05)"},
		{Scenario: "v2/a", Assertion: "ask/order", A: "oldest first, 2026-01-02T03:04:05", B: "newest first"},
		{Scenario: "v2/b", A: "PASS"},
		{Observation: "v2: headers of successes", A: "Date", B: "Date | Server"},
	}, report.Diff(a, b))
}
