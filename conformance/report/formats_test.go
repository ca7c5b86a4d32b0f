package report_test

import (
	"bytes"
	"encoding/json"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance/report"
)

// hostile is what a target may send to whoever reads the report.
const hostile = "</pre></script><script>alert(1)</script><img src=x onerror=alert(2)>\n::error::owned\n]]> `</code>` | \x1b[31m [x](javascript:alert(3)) @everyone"

// hostileReport has it wherever a target can put it.
func hostileReport() report.Report {
	step := report.Step{
		Name: "ask", Surface: "v2", Route: "/wallet", Method: "GET", URL: "http://127.0.0.1/wallet?" + hostile, Status: 200, Curl: "curl " + hostile,
		RequestHeaders: map[string]string{"X-A": hostile}, ResponseHeaders: map[string]string{hostile: hostile},
		ResponseBody: `{"credit": "` + strings.NewReplacer("\n", `\n`, "\x1b", `\u001b`).Replace(hostile) + `"}`,
	}
	return report.Report{
		Target: hostile, Level: "should", Summary: report.Summary{Scenarios: 2, Failed: 1, Skipped: 1},
		About: []report.Fact{{Name: "clock", Text: hostile, Loud: true}}, Leftovers: []report.Leftover{{Surface: "v2", Kind: "token", ID: hostile, Reason: hostile}},
		Matrix: []report.Cell{{Surface: "v2", Method: "GET", Path: "/wallet", Status: 200, Code: hostile, Seen: 1, Failed: 1}},
		Results: []report.Result{
			{ID: "v2/wallet/credit", Title: "The credit is a number", Level: "MUST", Verdict: report.Fail, Reason: hostile, File: "wallet.yaml", Line: 3, Script: "# " + hostile, Steps: []report.Step{step},
				Assertions: []report.Assertion{{ID: "ask/data/$.credit", Kind: "data", Level: "MUST", Verdict: report.Fail, Requirement: "the credit is a number", Source: "v2", Expected: "type number",
					Actual: hostile, Differences: []string{hostile}, Places: []string{"$.credit"}}}},
			{ID: "v2/wallet/other", Title: "Other", Level: "MUST", Verdict: report.Skip, Reason: hostile},
		},
	}
}

// The page runs one script, its own, and fetches nothing, whatever the target says.
func TestAHostileTargetPutsNothingIntoThePage(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, report.WriteHTML(&out, hostileReport()))
	page := out.String()

	assert.Equal(t, 1, strings.Count(page, "<script"), "its own alone")
	for _, bad := range []string{"<img", "\x1b"} {
		assert.NotContains(t, page, bad)
	}
	assert.Empty(t, regexp.MustCompile(`(?i)\b(src|href|action|poster|data)\s*=\s*["']?(https?:|//|javascript:)`).FindAllString(page, -1), "nothing is fetched")
	for _, good := range []string{"default-src &#39;none&#39;; style-src &#39;sha256-", `<mark class="wrong"`, "&lt;script&gt;alert(1)&lt;/script&gt;"} {
		assert.Contains(t, page, good)
	}
}

func TestAHostileTargetWritesNoWorkflowCommandsAndNoMarkdown(t *testing.T) {
	var commands, markdown bytes.Buffer
	require.NoError(t, report.WriteGitHub(&commands, hostileReport()))
	require.NoError(t, report.WriteMarkdown(&markdown, hostileReport()))

	for line := range strings.Lines(commands.String()) {
		assert.Regexp(t, `^::(error|notice) (file=wallet\.yaml,line=3,)?title=(MUST|oauthconform FAIL)`, line)
	}
	outside := regexp.MustCompile("(?s)```+text\n.*?```+\n").ReplaceAllString(markdown.String(), "")
	assert.NotRegexp(t, `<(script|img)|\]\(|@everyone|\n::error`, outside)
	assert.Contains(t, outside, "## ❌ FAIL")
}

func TestEveryReportOfAnythingCanBeWritten(t *testing.T) {
	for name, write := range map[string]func(io.Writer, report.Report) error{
		"html": report.WriteHTML, "markdown": report.WriteMarkdown, "github": report.WriteGitHub, "har": report.WriteHAR,
	} {
		t.Run(name, func(t *testing.T) {
			for _, r := range []report.Report{{}, sample(), hostileReport()} {
				var out bytes.Buffer
				require.NoError(t, write(&out, r))
				assert.NotEmpty(t, out.String())
			}
		})
	}
}

func TestTheArchiveHasAnEntryForEachExchange(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, report.WriteHAR(&out, hostileReport()))
	var read struct {
		Log struct {
			Version string
			Entries []struct {
				Pageref string
				Request struct {
					Method, URL string
					QueryString []map[string]string
				}
				Response struct{ Content struct{ Text string } }
			}
		}
	}
	require.NoError(t, json.Unmarshal(out.Bytes(), &read))
	assert.Equal(t, "1.2", read.Log.Version)
	require.Len(t, read.Log.Entries, 1)
	assert.Equal(t, "v2/wallet/credit", read.Log.Entries[0].Pageref)
	assert.Equal(t, "GET", read.Log.Entries[0].Request.Method)
	assert.NotContains(t, read.Log.Entries[0].Request.URL, "<")
}

func TestEventsAreLinesThatAmountToTheReport(t *testing.T) {
	whole := sample()
	var out bytes.Buffer
	hear(report.NewEvents(&out), len(whole.Results), whole.Results...)

	var model report.Model
	for line := range strings.Lines(out.String()) {
		var event report.Event
		require.NoError(t, json.Unmarshal([]byte(line), &event), line)
		model.Hear(event)
	}
	got := model.Report()
	require.Len(t, got.Results, len(whole.Results))
	assert.Equal(t, whole.Results[3].Verdict, got.Results[3].Verdict)
	assert.Len(t, got.Results[3].Assertions, 4)
	assert.Len(t, got.Results[3].Steps, 2)
}

// One broken thing is one cause, however many assertions it fails; two are two, also in one
// exchange.
func TestFailuresAreGroupedByWhatIsBroken(t *testing.T) {
	answer := func(route, body string) report.Step {
		return report.Step{Surface: "v2", Method: "GET", Route: route, Status: 200, ResponseBody: body}
	}
	failed := func(id string, step report.Step, assertions ...report.Assertion) report.Result {
		for i := range assertions {
			assertions[i].Verdict = report.Fail
		}
		return report.Result{ID: id, Verdict: report.Fail, Steps: []report.Step{step}, Assertions: assertions}
	}
	placed := func(kind, level string, places ...string) report.Assertion {
		return report.Assertion{ID: "ask/" + kind, Kind: kind, Level: level, Requirement: "it is so", Places: places}
	}
	broken := answer("/stats", `{"error":500}`)
	broken.Status = 500
	for name, tc := range map[string]struct {
		results []report.Result
		want    []string
	}{
		"a member that is missing, by three checks in two scenarios": {[]report.Result{
			failed("a", answer("/tokens/{token}", `{"data":{"name":""}}`), placed("strict.schema", "SHOULD", "$.data.limits"), placed("data", "MUST", "$.data.limits.ip")),
			failed("b", answer("/tokens", `{"name":""}`), placed("document.schema", "MUST", "$.limits")),
		}, []string{"MUST `limits` is missing ×3 in 2"}},
		"values that differ, of one kind": {[]report.Result{
			failed("a", answer("/wallet", `{"data":{"credit":"12.5"}}`), placed("data", "MUST", "$.data.credit")),
			failed("b", answer("/wallet", `{"data":{"credit":"7"}}`), placed("data", "MUST", "$.data.credit")),
		}, []string{"MUST `credit` is \"12.5\" ×2 in 2"}},
		"two things in one exchange": {[]report.Result{
			failed("a", answer("/wallet", `{"data":{"credit":"12.5"}}`), placed("strict.schema", "MUST", "$.data.credit", "$.data.createdAt")),
		}, []string{"MUST `credit` is \"12.5\" ×1 in 1", "MUST `createdAt` is missing ×1 in 1"}},
		"an operation that breaks is one, whatever else is wrong with the answer": {[]report.Result{
			failed("a", broken, placed("strict.schema", "SHOULD", "$.message"), report.Assertion{ID: "ask/http.status", Kind: "http.status", Level: "MUST", Expected: "status 200", Actual: "status 500"}),
			failed("b", broken, report.Assertion{ID: "ask/http.status", Kind: "http.status", Level: "MUST", Expected: "status 422", Actual: "status 500"}),
		}, []string{"MUST GET /stats answers 500 ×3 in 2"}},
		"MUST before SHOULD": {[]report.Result{
			failed("a", answer("/wallet", `{"a":1}`), placed("data", "SHOULD", "$.a")),
			failed("b", answer("/wallet", `{"a":1}`), placed("data", "SHOULD", "$.a")),
			failed("c", answer("/wallet", `{"b":1}`), placed("data", "MUST", "$.b")),
		}, []string{"MUST `b` is 1 ×1 in 1", "SHOULD `a` is 1 ×2 in 2"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, cause := range report.Causes(report.Report{Results: tc.results}, report.Fail) {
				got = append(got, cause.Level+" "+cause.Title+" ×"+string(rune('0'+len(cause.Shown)))+" in "+string(rune('0'+cause.Scenarios)))
			}
			assert.Equal(t, tc.want, got)
		})
	}
}

func TestTheHeadlineSaysHowMuchWasJudged(t *testing.T) {
	for name, tc := range map[string]struct {
		must         report.Judged
		requirements []report.Requirement
		word         report.Verdict
		why          string
	}{
		"all":                       {report.Judged{Executed: 240, Total: 240}, nil, report.Pass, ""},
		"half":                      {report.Judged{Executed: 120, Total: 240}, nil, report.Pass, ""},
		"less than half":            {report.Judged{Executed: 12, Total: 240}, nil, report.Pass, "(12 of 240 MUSTs judged)"},
		"a requirement that is met": {report.Judged{}, []report.Requirement{{Of: "must", Met: true}}, report.Pass, ""},
		"one that is not":           {report.Judged{}, []report.Requirement{{Of: "refusals", AtLeast: 1, Covered: 26, Total: 27}}, report.Fail, "a requirement is not met: refusals 26 of 27, where at least 100 % are required"},
	} {
		t.Run(name, func(t *testing.T) {
			r := report.Report{Results: []report.Result{{Verdict: report.Pass}}, Requirements: tc.requirements, Summary: report.Summary{Must: tc.must}}
			word, why := report.Headline(r)
			assert.Equal(t, tc.word, word)
			assert.Equal(t, tc.why, why)
		})
	}
}

func TestWhatIsRequiredIsHeldAgainstTheCoverage(t *testing.T) {
	r := report.Report{Summary: report.Summary{Must: report.Judged{Executed: 9, Total: 10}}, Coverage: report.Coverage{Refusals: report.Covered{Covered: 27, Total: 27}}}
	assert.True(t, r.Require("refusals", 1).Met)
	assert.True(t, r.Require("must", 0.9).Met)
	assert.False(t, r.Require("must", 0.91).Met)
	assert.False(t, r.Require("operations", 0.5).Met, "where there is nothing to cover nothing is met")
	assert.True(t, r.Require("operations", 0).Met)
}
