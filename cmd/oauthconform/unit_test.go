package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance"
	"oauthmock/conformance/report"
)

func TestABaselineIsReadStrictly(t *testing.T) {
	day := time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		text string
		want report.Baseline
		err  string
	}{
		"ids and reasons":           {text: "# known\nv2/a: ticket 12\nv2/b: |\n  long\n  story\n", want: report.Baseline{{ID: "v2/a", Reason: "ticket 12"}, {ID: "v2/b", Reason: "long\nstory\n"}}},
		"an assertion and a date":   {text: "v2/a#ask/data/$.x#2: {reason: ticket 12, until: 2026-12-31}\n", want: report.Baseline{{ID: "v2/a", Assertion: "ask/data/$.x#2", Reason: "ticket 12", Until: day}}},
		"an empty file":             {text: ""},
		"a file of comments":        {text: "# none\n"},
		"a reason that is a number": {text: "v2/a: 12\n", want: report.Baseline{{ID: "v2/a", Reason: "12"}}},
		"an unknown id":             {text: "v2/a: x\nv2/c: y\n", err: `f.yaml:2: ["v2/c"]: unknown`},
		"an unknown member":         {text: "v2/a: {reason: x, till: 2026-12-31}\n", err: `there is no member "till"; there are reason and until`},
		"a date that is none":       {text: "v2/a: {reason: x, until: 2026-02-30}\n", err: `until must be a date, such as 2026-12-31`},
		"no reason beside the date": {text: "v2/a: {until: 2026-12-31}\n", err: `say in words why it is expected to fail`},
		"an id without a reason":    {text: "v2/a:\n", err: `f.yaml:1: ["v2/a"]: say in words why it is expected to fail`},
		"a blank reason":            {text: "v2/a: '  '\n", err: `f.yaml:1: ["v2/a"]: say in words`},
		"a reason that is a list":   {text: "v2/a: [x]\n", err: `f.yaml:1: ["v2/a"]: say in words`},
		"an id twice":               {text: "v2/a: x\nv2/a: y\n", err: `f.yaml:2: the key "v2/a" stands twice, first in line 1: keep one`},
		"a list":                    {text: "- v2/a\n", err: "f.yaml:1: write a mapping, each line ID: REASON"},
		"two documents":             {text: "v2/a: x\n---\nv2/b: y\n", err: "f.yaml:2: a second document starts here"},
		"no YAML":                   {text: "\t{", err: "f.yaml:1: is not JSON: it ends too early"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "f.yaml")
			require.NoError(t, os.WriteFile(file, []byte(tc.text), 0o600))

			got, err := (&baselineFlags{file: file}).load([]string{"v2/a", "v2/b"}, "unknown")

			if tc.err != "" {
				assert.ErrorContains(t, err, tc.err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tc.want, got)
		})
	}
}

func TestColourIsForTerminalsThatWantIt(t *testing.T) {
	for name, tc := range map[string]struct {
		environment map[string]string
		terminal    bool
		want        bool
	}{
		"a terminal":                        {terminal: true, want: true},
		"a file":                            {},
		"a terminal with NO_COLOR":          {environment: map[string]string{"NO_COLOR": "1"}, terminal: true},
		"a terminal that can nothing":       {environment: map[string]string{"TERM": "dumb"}, terminal: true},
		"a terminal with an empty NO_COLOR": {environment: map[string]string{"NO_COLOR": ""}, terminal: true, want: true},
	} {
		t.Run(name, func(t *testing.T) {
			style := styleOf(func(name string) string { return tc.environment[name] }, tc.terminal, true)
			assert.Equal(t, report.Style{Color: tc.want, Quiet: true}, style)
		})
	}
}

func TestTheEndOfARunSaysWhatWasProven(t *testing.T) {
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	for name, tc := range map[string]struct {
		ctx     context.Context
		verdict report.Verdict
		writing error
		want    error
	}{
		"all passed":                             {t.Context(), report.Pass, nil, nil},
		"a failure":                              {t.Context(), report.Fail, nil, exitError(1)},
		"a failure and a report not written":     {t.Context(), report.Fail, errors.New("full"), exitError(1)},
		"all passed and a report not written":    {t.Context(), report.Pass, errors.New("full"), exitError(2)},
		"left open and a report not written":     {t.Context(), report.Inconclusive, errors.New("full"), exitError(2)},
		"interrupted when all had passed so far": {interrupted, report.Pass, nil, exitError(3)},
		"interrupted after a failure":            {interrupted, report.Fail, nil, exitError(1)},
		"nothing but skipped":                    {t.Context(), report.Skip, nil, exitError(3)},
	} {
		t.Run(name, func(t *testing.T) {
			result := report.Report{Results: []report.Result{{Verdict: tc.verdict}}}
			assert.Equal(t, tc.want, endOf(tc.ctx, result.ExitCode(), tc.writing))
		})
	}
}

func TestAShortKeyIsToldToBeVisible(t *testing.T) {
	for name, tc := range map[string]struct{ key, want string }{
		"short": {"12345", "oauthconform: --api-key is too short to be told from ordinary text: it may show in the reports\n"},
		"long":  {"123456", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var stderr bytes.Buffer
			guard(conformance.Target{Email: "me@example.com", APIKey: tc.key}, &stderr)
			assert.Equal(t, tc.want, stderr.String())
		})
	}
}

func TestAnInterruptedRunWritesItsReportAndProvesNothing(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		interrupt()
		<-r.Context().Done()
	}))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "report.json")
	var stdout, stderr bytes.Buffer

	status := run(ctx, []string{
		"run", "--base-url", server.URL, "--admin-url", "none", "--email", canaryEmail, "--api-key", canaryKey,
		"--scenarios", "testdata/canary.yaml", "--timeout", "5m", "--report", "json=" + file,
	}, func(string) string { return "" }, &stdout, &stderr)

	assert.Equal(t, report.ExitInconclusive, status)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var written report.Report
	require.NoError(t, json.Unmarshal(text, &written))
	assert.Len(t, written.Results, 4)
	for _, result := range written.Results {
		assert.Equal(t, report.Inconclusive, result.Verdict, result.ID)
	}
	assert.Contains(t, stdout.String(), "INCONCLUSIVE")
}
