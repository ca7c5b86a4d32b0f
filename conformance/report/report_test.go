package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance/report"
)

func TestExitCodeIsTheWorstThatHappened(t *testing.T) {
	for name, tc := range map[string]struct {
		verdicts []report.Verdict
		want     int
	}{
		"no scenario proves nothing":              {nil, 3},
		"all skipped proves nothing":              {[]report.Verdict{report.Skip, report.Skip}, 3},
		"all passed":                              {[]report.Verdict{report.Pass, report.Pass}, 0},
		"skips beside a pass do not matter":       {[]report.Verdict{report.Skip, report.Pass}, 0},
		"a warning is a pass":                     {[]report.Verdict{report.Warn}, 0},
		"an expected failure is a pass":           {[]report.Verdict{report.XFail}, 0},
		"a failure":                               {[]report.Verdict{report.Pass, report.Fail}, 1},
		"an expected failure that did not happen": {[]report.Verdict{report.XPass, report.Pass}, 1},
		"a failure beside an error":               {[]report.Verdict{report.Error, report.Fail, report.Inconclusive}, 1},
		"an error":                                {[]report.Verdict{report.Pass, report.Error}, 2},
		"an error beside something left open":     {[]report.Verdict{report.Inconclusive, report.Error}, 2},
		"something left open":                     {[]report.Verdict{report.Pass, report.Inconclusive}, 3},
		"a verdict that nobody knows":             {[]report.Verdict{report.Pass, "pass"}, 2},
		"no verdict":                              {[]report.Verdict{""}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			var r report.Report
			for _, verdict := range tc.verdicts {
				r.Results = append(r.Results, report.Result{Verdict: verdict})
			}
			assert.Equal(t, tc.want, r.ExitCode())
		})
	}
}

func TestConsoleReportsAreAsPeopleLikeToReadThem(t *testing.T) {
	passed := report.Report{
		Version: "1.0", Target: "http://127.0.0.1:1", Level: "must", Summary: report.Summary{Scenarios: 1, Passed: 1, Requests: 1, Seconds: 0.1},
		Results:  []report.Result{{ID: "v2/a/b", Title: "b", Verdict: report.Pass}},
		Coverage: report.Coverage{Operations: report.Covered{Covered: 1, Total: 1}},
	}
	skipped := report.Report{Target: "http://example.com", Level: "should", Results: []report.Result{{ID: "v2/a/b", Verdict: report.Skip, Reason: "writes"}}}
	for name, tc := range map[string]struct {
		report report.Report
		style  report.Style
	}{
		"console.txt":         {report: sample()},
		"console-color.txt":   {report: sample(), style: report.Style{Color: true}},
		"console-quiet.txt":   {report: sample(), style: report.Style{Quiet: true}},
		"console-passed.txt":  {report: passed},
		"console-skipped.txt": {report: skipped},
		"console-empty.txt":   {report: report.Report{Target: "http://example.com", Level: "should"}},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			require.NoError(t, report.WriteConsole(&out, tc.report, tc.style))
			golden(t, name, out.String())
			if !tc.style.Color {
				assert.Equal(t, -1, strings.IndexFunc(out.String(), func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }), "nothing that a terminal would obey")
			}
		})
	}
}

func TestEveryWriterPassesOnTheErrorOfItsFile(t *testing.T) {
	full := errors.New("disk full")
	for name, write := range map[string]func(io.Writer) error{
		"console": func(w io.Writer) error { return report.WriteConsole(w, sample(), report.Style{}) },
		"json":    func(w io.Writer) error { return report.WriteJSON(w, sample()) },
		"junit":   func(w io.Writer) error { return report.WriteJUnit(w, sample()) },
	} {
		t.Run(name, func(t *testing.T) {
			assert.ErrorIs(t, write(brokenWriter{full}), full)
		})
	}
}

type brokenWriter struct{ err error }

func (b brokenWriter) Write([]byte) (int, error) { return 0, b.err }

func TestProgressOnATerminalIsOneLineThatGoesAway(t *testing.T) {
	var out bytes.Buffer
	progress := report.NewProgress(&out, true, report.Style{})
	hear(progress, 2, report.Result{ID: "v2/a/" + strings.Repeat("long", 40), Verdict: report.Pass},
		report.Result{ID: "v2/a/b", Verdict: report.Fail, Reason: "no"})
	progress.Done()

	assert.NotContains(t, out.String(), "\n")
	lines := strings.Split(out.String(), "\r\x1b[K")
	require.Len(t, lines, 5)
	assert.Equal(t, "0/2", lines[1])
	assert.True(t, strings.HasPrefix(lines[2], "1/2 · v2/a/longlong"), lines[2])
	assert.LessOrEqual(t, len([]rune(lines[2])), 80)
	assert.Equal(t, "2/2 · 1 not passed · v2/a/b", lines[3])
	assert.Empty(t, lines[4])
}

func TestProgressElsewhereIsALineForEachFailureOnly(t *testing.T) {
	var out bytes.Buffer
	progress := report.NewProgress(&out, false, report.Style{})
	hear(progress, 4, sample().Results...)
	progress.Done()

	golden(t, "progress.txt", out.String())
}

// hear tells a listener of a run.
func hear(listener report.Listener, total int, results ...report.Result) {
	listener.Hear(report.Event{Kind: report.Started, Total: total, Run: &report.Report{}})
	for _, result := range results {
		for _, event := range report.EventsOf(result, time.Time{}) {
			listener.Hear(event)
		}
	}
}

func TestTheEventsOfARunAmountToItsReport(t *testing.T) {
	whole := sample()
	var model report.Model
	hear(&model, len(whole.Results), whole.Results...)
	revised := whole.Results[0]
	revised.Verdict = report.Fail
	revised.Assertions = []report.Assertion{{ID: "read/status", Verdict: report.Fail}}
	hear(&model, len(whole.Results), revised)
	head := whole
	head.Results = nil
	model.Hear(report.Event{Kind: report.Ended, Run: &head})

	got := model.Report()
	assert.Equal(t, report.Fail, got.Results[0].Verdict, "the later event counts")
	assert.Equal(t, revised.Assertions, got.Results[0].Assertions)
	assert.Len(t, got.Results[0].Steps, 1)
	whole.Results, got.Results = whole.Results[1:], got.Results[1:]
	assert.Equal(t, whole, got)
}

func TestJUnitIsWhatCIServersRead(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, report.WriteJUnit(&out, sample()))
	golden(t, "junit.xml", out.String())

	type outcome struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
	var read struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Suites   []struct {
			Name    string `xml:"name,attr"`
			Tests   int    `xml:"tests,attr"`
			Skipped int    `xml:"skipped,attr"`
			Cases   []struct {
				Class   string    `xml:"classname,attr"`
				Name    string    `xml:"name,attr"`
				Failure []outcome `xml:"failure"`
				Error   []outcome `xml:"error"`
				Skipped []outcome `xml:"skipped"`
				Output  string    `xml:"system-out"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	require.NoError(t, xml.Unmarshal(out.Bytes(), &read))
	assert.Equal(t, []int{12, 3, 2}, []int{read.Tests, read.Failures, read.Errors})
	require.Len(t, read.Suites, 2)
	assert.Equal(t, "v2", read.Suites[0].Name)
	assert.Equal(t, 3, read.Suites[0].Skipped)
	require.Len(t, read.Suites[0].Cases, 11)
	rotation := read.Suites[0].Cases[3]
	assert.Equal(t, "v2.tokens.rotation", rotation.Class)
	assert.Equal(t, "old-pair-is-gone", rotation.Name)
	require.Len(t, rotation.Failure, 1)
	assert.Equal(t, "the old pair still works", rotation.Failure[0].Message)
	assert.Contains(t, rotation.Failure[0].Text, `\x1b[31mred\x1b[0m \u202e \x00 \xff ]]> &`)
	assert.NotRegexp(t, `<testsuites[^>]* skipped=|<testcase[^>]* (file|line)=`, out.String(), "the xUnit plugin of Jenkins takes no such attributes")
	assert.Contains(t, read.Suites[0].Cases[5].Output, "oldest first", "what a warning is about can be read")
}

func TestEveryJSONReportMeetsThePublishedSchema(t *testing.T) {
	schema := compileSchema(t)
	for name, r := range map[string]report.Report{
		"every verdict": sample(),
		"nothing":       {Version: report.Version, Level: "must"},
		"no version":    {Level: "should"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			require.NoError(t, report.WriteJSON(&out, r))
			document, err := jsonschema.UnmarshalJSON(&out)
			require.NoError(t, err)
			assert.NoError(t, schema.Validate(document))
		})
	}
}

func TestTheSchemaRefusesWhatIsNoReport(t *testing.T) {
	schema := compileSchema(t)
	for name, spoil := range map[string]func(*report.Report){
		"a verdict in lower case": func(r *report.Report) { r.Results[0].Verdict = "pass" },
		"an unknown level":        func(r *report.Report) { r.Results[0].Level = "MAY" },
		"a run level in capitals": func(r *report.Report) { r.Level = "MUST" },
		"a scenario without id":   func(r *report.Report) { r.Results[0].ID = "" },
		"an assertion without id": func(r *report.Report) { r.Results[0].Assertions[0].ID = "" },
		"a negative count":        func(r *report.Report) { r.Summary.Passed = -1 },
		"another major version":   func(r *report.Report) { r.Version = "2.0" },
		"the same missing twice":  func(r *report.Report) { r.Coverage.Refusals.Missing = []string{"a", "a"} },
	} {
		t.Run(name, func(t *testing.T) {
			r := sample()
			spoil(&r)
			var out bytes.Buffer
			require.NoError(t, report.WriteJSON(&out, r))
			document, err := jsonschema.UnmarshalJSON(&out)
			require.NoError(t, err)
			assert.Error(t, schema.Validate(document))
		})
	}
}

// A member that is in the struct and not in the schema, or the other way round, is found here.
func TestTheSchemaHasTheMembersOfTheReport(t *testing.T) {
	var schema struct {
		Properties map[string]json.RawMessage `json:"properties"`
		Defs       map[string]struct {
			Properties map[string]json.RawMessage `json:"properties"`
		} `json:"$defs"`
	}
	require.NoError(t, json.Unmarshal(report.Schema(), &schema))
	member := func(name string) map[string]json.RawMessage {
		var nested struct {
			Properties map[string]json.RawMessage `json:"properties"`
		}
		require.NoError(t, json.Unmarshal(schema.Properties[name], &nested))
		return nested.Properties
	}
	for name, pair := range map[string]struct {
		schema map[string]json.RawMessage
		value  any
	}{
		"report":      {schema.Properties, report.Report{}},
		"summary":     {member("summary"), report.Summary{}},
		"coverage":    {member("coverage"), report.Coverage{}},
		"result":      {schema.Defs["result"].Properties, report.Result{}},
		"assertion":   {schema.Defs["assertion"].Properties, report.Assertion{}},
		"step":        {schema.Defs["step"].Properties, report.Step{}},
		"covered":     {schema.Defs["covered"].Properties, report.Covered{}},
		"fact":        {schema.Defs["fact"].Properties, report.Fact{}},
		"requirement": {schema.Defs["requirement"].Properties, report.Requirement{}},
		"cell":        {schema.Defs["cell"].Properties, report.Cell{}},
		"judged":      {schema.Defs["judged"].Properties, report.Judged{}},
	} {
		t.Run(name, func(t *testing.T) {
			var inSchema, inStruct []string
			for key := range pair.schema {
				inSchema = append(inSchema, key)
			}
			for field := range reflect.TypeOf(pair.value).Fields() {
				key, _, _ := strings.Cut(field.Tag.Get("json"), ",")
				inStruct = append(inStruct, key)
			}
			assert.ElementsMatch(t, inStruct, inSchema)
		})
	}
}

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(report.Schema()))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	require.NoError(t, compiler.AddResource("report.schema.json", document))
	schema, err := compiler.Compile("report.schema.json")
	require.NoError(t, err)
	return schema
}

func TestConsoleOnlyNamesWhatFailsAfterTheFirstTwenty(t *testing.T) {
	r := report.Report{Level: "should"}
	for i := range 23 {
		id := "v2/a/" + string(rune('a'+i))
		r.Results = append(r.Results, report.Result{ID: id, Title: "Title of " + id, Verdict: report.Fail, Reason: "all is lost", Assertions: manyFailures(1)})
	}
	var out bytes.Buffer

	require.NoError(t, report.WriteConsole(&out, r, report.Style{}))

	assert.Equal(t, 20, strings.Count(out.String(), "Title of"))
	assert.Contains(t, out.String(), "\nFAIL  MUST  a date is a date\n      in 1 scenario: v2/a/v\nFAIL  MUST  a date is a date\n      in 1 scenario: v2/a/w\n\n")
}

func TestAJSONReportDoesNothingToATerminal(t *testing.T) {
	const hostile = "a\u009b31m\u202e\U000e0001\ufffd\x1b"
	var out strings.Builder
	require.NoError(t, report.WriteJSON(&out, report.Report{Target: hostile}))
	assert.Contains(t, out.String(), `"a\u009b31m\u202e\udb40\udc01\ufffd\u001b"`)
	var read struct{ Target string }
	require.NoError(t, json.Unmarshal([]byte(out.String()), &read))
	assert.Equal(t, hostile, read.Target, "the text is the same")
}
