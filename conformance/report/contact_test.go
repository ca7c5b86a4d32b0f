package report_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance/report"
)

func TestWhatIsLeftOrUnknownIsToldByEveryReportAndIsNoPass(t *testing.T) {
	passed := []report.Result{{ID: "v2/a/b", Title: "a", Level: "MUST", Verdict: report.Pass}}
	tests := map[string]struct {
		report report.Report
		words  string
		exit   int
	}{
		"a leftover": {report.Report{Leftovers: []report.Leftover{{Surface: "v2", Kind: "token", ID: "${TOKEN_1}", Reason: "DELETE answered 500"}}},
			"v2 token ${TOKEN_1}: DELETE answered 500", report.ExitInconclusive},
		"a discovery that failed": {report.Report{Discovery: []report.Discovered{{What: "control API", State: report.Failed, Detail: "no answer within 10s"}}},
			"control API: failed (no answer within 10s)", report.ExitInconclusive},
		"a control API that is absent": {report.Report{Discovery: []report.Discovered{{What: "control API", State: report.Absent, Detail: "status 404"}}},
			"control API: absent (status 404)", report.ExitPassed},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			test.report.Results = passed
			assert.Equal(t, test.exit, test.report.ExitCode())
			var console, junit, json bytes.Buffer
			require.NoError(t, report.WriteConsole(&console, test.report, report.Style{}))
			require.NoError(t, report.WriteJUnit(&junit, test.report))
			require.NoError(t, report.WriteJSON(&json, test.report))
			for _, text := range []string{console.String(), junit.String()} {
				assert.Contains(t, text, test.words)
			}
			assert.Contains(t, json.String(), test.words[len(test.words)-10:len(test.words)-1])
		})
	}
}

func TestARunThatNeverBeganIsOneLine(t *testing.T) {
	r := report.Report{Stopped: "nothing answers at http://127.0.0.1:1", Results: []report.Result{{ID: "v2/a/b", Verdict: report.Inconclusive}, {ID: "v2/a/c", Verdict: report.Inconclusive}}}
	var console bytes.Buffer
	require.NoError(t, report.WriteConsole(&console, r, report.Style{}))
	assert.Equal(t, "INCONCLUSIVE: nothing answers at http://127.0.0.1:1\n", console.String())
	assert.Equal(t, report.ExitInconclusive, r.ExitCode())
}

func TestALongRunTellsInAPipeHowFarItIs(t *testing.T) {
	var out bytes.Buffer
	progress := report.NewProgress(&out, false, report.Style{})
	progress.Hear(report.Event{Kind: report.Started, Total: 50})
	for i := range 50 {
		id := fmt.Sprint(i)
		progress.Hear(report.Event{Kind: report.Finished, Scenario: id, Result: &report.Result{ID: id, Verdict: report.Pass}})
	}
	assert.Equal(t, "5/50\n10/50\n15/50\n20/50\n25/50\n30/50\n35/50\n40/50\n45/50\n50/50\n", out.String())
}

func TestAnInterruptedRunIsNotOneWhoseDiscoveryFailed(t *testing.T) {
	_, why := report.Headline(report.Report{Results: []report.Result{{Verdict: report.Pass}, {Verdict: report.Inconclusive}}})
	assert.Equal(t, "the target could not be judged in full", why)
	_, why = report.Headline(report.Report{Results: []report.Result{{Verdict: report.Pass}}, Leftovers: []report.Leftover{{}}})
	assert.Equal(t, "something that the run made is left on the target", why)
}
