package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Time       string          `xml:"time,attr"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
	seconds    float64
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Classname string         `xml:"classname,attr"`
	Name      string         `xml:"name,attr"`
	Time      string         `xml:"time,attr"`
	Skipped   *junitOutcome  `xml:"skipped"`
	Errors    []junitOutcome `xml:"error"`
	Failures  []junitOutcome `xml:"failure"`
	SystemOut *junitOutput   `xml:"system-out"`
}

type junitOutput struct {
	Text string `xml:",cdata"`
}

type junitOutcome struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",cdata"`
}

// WriteJUnit writes the report as JUnit XML, the dialect that CI servers share, and with no
// attribute that the schema of Jenkins' xUnit plugin (junit-10.xsd) does not have: a test suite per
// surface, a test case per scenario, with the words of its id as class name and name. FAIL and
// XPASS are failures; ERROR and INCONCLUSIVE are errors; SKIP and XFAIL are skipped; PASS and WARN
// passed, WARN with its findings as output. The error is that of w.
func WriteJUnit(w io.Writer, r Report) error {
	all := junitSuites{Name: "oauthconform", Time: junitTime(r.Summary.Seconds)}
	at := map[string]int{}
	for _, result := range r.Results {
		surface, _, _ := strings.Cut(result.ID, "/")
		i, known := at[surface]
		if !known {
			i = len(all.Suites)
			at[surface] = i
			all.Suites = append(all.Suites, junitSuite{Name: Printable(surface), Properties: junitProperties(r)})
		}
		all.Suites[i].add(result)
	}
	for i := range all.Suites {
		suite := &all.Suites[i]
		suite.Time = junitTime(suite.seconds)
		all.Tests += suite.Tests
		all.Failures += suite.Failures
		all.Errors += suite.Errors
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func junitProperties(r Report) []junitProperty {
	properties := []junitProperty{
		{Name: "target", Value: Printable(r.Target)},
		{Name: "seed", Value: fmt.Sprint(r.Seed)},
		{Name: "level", Value: Printable(r.Level)},
	}
	for _, one := range r.Discovery {
		properties = append(properties, junitProperty{Name: "discovery", Value: oneLine(fmt.Sprintf("%s: %s (%s)", one.What, one.State, one.Detail), 400)})
	}
	if r.Connection != nil && r.Connection.Insecure {
		properties = append(properties, junitProperty{Name: "insecure", Value: "no certificate was verified"})
	}
	if r.Connection != nil && r.Connection.Proxy != "" {
		properties = append(properties, junitProperty{Name: "proxy", Value: Printable(r.Connection.Proxy)})
	}
	for _, one := range r.Leftovers {
		properties = append(properties, junitProperty{Name: "leftover", Value: oneLine(fmt.Sprintf("%s %s %s: %s", one.Surface, one.Kind, one.ID, one.Reason), 400)})
	}
	return properties
}

func (s *junitSuite) add(result Result) {
	class, name := junitName(result.ID)
	one := junitCase{Classname: class, Name: name, Time: junitTime(result.Seconds)}
	s.Tests++
	s.seconds += result.Seconds
	switch result.Verdict {
	case Pass:
	case Warn:
		one.SystemOut = &junitOutput{Text: "\n" + Printable(findings(result, Warn))}
	case Fail, XPass:
		s.Failures++
		one.Failures = []junitOutcome{junitDetail(result)}
	case Skip, XFail:
		s.Skipped++
		one.Skipped = &junitOutcome{Message: oneLine(string(result.Verdict)+": "+result.Reason, 400)}
	default:
		s.Errors++
		one.Errors = []junitOutcome{junitDetail(result)}
	}
	s.Cases = append(s.Cases, one)
}

// junitName cuts "v2/tokens/rotation/old-pair-is-gone" into class "v2.tokens.rotation" and name
// "old-pair-is-gone".
func junitName(id string) (class, name string) {
	id = Printable(id)
	if i := strings.LastIndexByte(id, '/'); i >= 0 {
		return strings.ReplaceAll(id[:i], "/", "."), id[i+1:]
	}
	return "oauthconform", id
}

func junitDetail(result Result) junitOutcome {
	message := result.Reason
	if message == "" {
		message = result.Title
	}
	text := findings(result, Fail)
	if text == "" {
		text = result.Title + "\n" + result.Reason + "\n"
	}
	return junitOutcome{Message: oneLine(message, 400), Type: string(result.Verdict), Text: "\n" + Printable(text)}
}

// findings returns the assertions of a verdict as plain text, each with the exchange that it
// judged.
func findings(result Result, verdict Verdict) string {
	var out strings.Builder
	for _, assertion := range result.Assertions {
		if assertion.Verdict == verdict {
			for _, line := range detail(result, assertion) {
				fmt.Fprintf(&out, "%-11s %s\n", line.label, line.text)
			}
			out.WriteByte('\n')
		}
	}
	return out.String()
}

func junitTime(seconds float64) string { return fmt.Sprintf("%.3f", seconds) }
