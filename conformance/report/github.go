package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// mostAnnotations bounds what is written: GitHub shows ten errors and ten warnings of a step.
const mostAnnotations = 10

// WriteGitHub writes annotations of GitHub Actions (workflow commands): what is broken as errors,
// findings that fail nothing as warnings, each at the scenario's place, and the verdict as a
// notice. The error is that of w.
func WriteGitHub(w io.Writer, r Report) error {
	out := bufio.NewWriter(w)
	write := func(kind string, causes []Cause) {
		for i, cause := range causes {
			if i == mostAnnotations-1 && len(causes) > mostAnnotations {
				fmt.Fprintf(out, "::%s title=oauthconform::%s\n", kind, workflowText(fmt.Sprintf("and %d more; see the report", len(causes)-i)))
				return
			}
			best := cause.Shown[0]
			file, line := best.Result.File, best.Assertion.Line
			if line == 0 {
				line = best.Result.Line
			}
			at := ""
			if file != "" {
				at = fmt.Sprintf("file=%s,line=%d,", workflowProperty(file), line)
			}
			title := strings.ReplaceAll(cause.Level+": "+cause.Title, "`", "")
			text := fmt.Sprintf("%s\nexpected %s\ngot %s\n%d × in %s", best.Assertion.Requirement, best.Assertion.Expected, best.Assertion.Actual, len(cause.Shown), plural(cause.Scenarios, "scenario"))
			fmt.Fprintf(out, "::%s %stitle=%s::%s\n", kind, at, workflowProperty(title), workflowText(text))
		}
	}
	write("error", Causes(r, Fail))
	write("warning", Causes(r, Warn))
	for _, one := range r.Requirements {
		if !one.Met {
			fmt.Fprintf(out, "::error title=required::%s\n", workflowText(one.String()))
		}
	}
	word, why := Headline(r)
	kind := map[int]string{ExitPassed: "notice", ExitInconclusive: "warning"}[r.ExitCode()]
	if kind == "" {
		kind = "error"
	}
	fmt.Fprintf(out, "::%s title=oauthconform %s::%s\n", kind, word, workflowText(strings.TrimSpace(why+" "+r.Target)))
	return out.Flush()
}

// workflowText is the message of a workflow command. Line ends and percent signs are escaped, as
// the runner demands.
func workflowText(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(Printable(text))
}

// workflowProperty is a property of one, in which colons and commas have a meaning too.
func workflowProperty(text string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(workflowText(oneLine(text, titleLimit)))
}
