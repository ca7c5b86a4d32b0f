package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// How much of a run a Markdown report shows: it is for the summary of a CI job, which may be 1 MiB
// long.
const (
	markdownCauses = 40
	markdownPlaces = 10
)

// WriteMarkdown writes the report for the summary of a CI job, in GitHub's flavour of Markdown: the
// verdict, the coverage, and what is broken, each thing folded with its evidence. The error is that
// of w.
func WriteMarkdown(w io.Writer, r Report) error {
	m := markdown{bufio.NewWriter(w)}
	m.head(r)
	causes := Causes(r, Fail)
	for i, cause := range causes {
		if i == markdownCauses {
			m.printf("\nand %d more; the other reports have them all\n", len(causes)-markdownCauses)
			break
		}
		m.cause(cause)
	}
	for _, verdict := range []Verdict{XPass, Error, Inconclusive, XFail, Skip} {
		m.apart(r, verdict)
	}
	return m.Flush()
}

type markdown struct{ *bufio.Writer }

func (m markdown) printf(format string, args ...any) { fmt.Fprintf(m, format, args...) }

func (m markdown) head(r Report) {
	word, why := Headline(r)
	sign := map[Verdict]string{Pass: "✅", Inconclusive: "⚠️"}[word]
	if sign == "" {
		sign = "❌"
	}
	m.printf("## %s %s", sign, word)
	if why != "" {
		m.printf(" %s", escapedMarkdown(strings.TrimPrefix(": "+why, map[bool]string{true: ": ", false: ""}[strings.HasPrefix(why, "(")])))
	}
	m.printf("\n\n%s · level %s · seed %d · %s in %s\n\n", escapedMarkdown(r.Target), r.Level, r.Seed, plural(r.Summary.Requests, "request"), seconds(r.Summary.Seconds))
	p := page{Report: r}
	p.counts()
	p.meters()
	var names, rules, numbers []string
	column := func(name, number string) {
		names, rules, numbers = append(names, name), append(rules, "---:"), append(numbers, number)
	}
	for _, one := range p.Counts {
		column(string(one.Verdict), fmt.Sprint(one.N))
	}
	for _, one := range p.Meters {
		column(one.Name, fmt.Sprintf("%d/%d", one.Covered.Covered, one.Total))
	}
	if len(names) > 0 {
		for _, row := range [][]string{names, rules, numbers} {
			m.printf("| %s |\n", strings.Join(row, " | "))
		}
		m.printf("\n")
	}
	for _, one := range r.Requirements {
		if !one.Met {
			m.printf("- **Required:** %s\n", escapedMarkdown(one.String()))
		}
	}
	if r.Connection != nil && r.Connection.Insecure {
		m.printf("- **--insecure:** no certificate was verified\n")
	}
	if len(r.Leftovers) > 0 {
		m.printf("- **%s** that the run made could not be removed from the target\n", plural(len(r.Leftovers), "thing"))
	}
	for _, fact := range r.About {
		m.printf("- %s: %s\n", escapedMarkdown(fact.Name), escapedMarkdown(fact.Text))
	}
	for _, one := range r.Discovery {
		m.printf("- %s: %s (%s)\n", escapedMarkdown(one.What), one.State, escapedMarkdown(one.Detail))
	}
	m.printf("\n")
}

func (m markdown) cause(cause Cause) {
	best := cause.Shown[0]
	m.printf("<details><summary><b>%s</b> %s <i>(%d × in %s)</i></summary>\n\n", cause.Level, htmlMarkdown(cause.Title), len(cause.Shown), plural(cause.Scenarios, "scenario"))
	if len(cause.Where) > 0 {
		m.printf("%s\n\n", escapedMarkdown(whereText(cause.Where)))
	}
	m.printf("> %s\n>\n> %s\n\n", escapedMarkdown(best.Assertion.Requirement), escapedMarkdown(best.Assertion.Source))
	var lines []string
	for _, line := range detail(*best.Result, *best.Assertion) {
		if line.label != "requirement" && line.label != "source" {
			lines = append(lines, fmt.Sprintf("%-9s  %s", line.label, line.text))
		}
	}
	m.fence(strings.Join(lines, "\n"))
	for i, one := range cause.Shown {
		if i == markdownPlaces {
			m.printf("- and %d more\n", len(cause.Shown)-markdownPlaces)
			break
		}
		m.printf("- %s\n", escapedMarkdown(one.Result.ID+": "+one.Assertion.ID))
	}
	m.printf("\n</details>\n")
}

// fence renders a text literally, whatever it contains.
func (m markdown) fence(text string) {
	marks := "```"
	for strings.Contains(text, marks) {
		marks += "`"
	}
	m.printf("%stext\n%s\n%s\n\n", marks, Printable(text), marks)
}

func (m markdown) apart(r Report, verdict Verdict) {
	reasons := reasonsOf(r, verdict)
	if len(reasons) == 0 {
		return
	}
	total := 0
	for _, one := range reasons {
		total += len(one.IDs)
	}
	m.printf("\n<details><summary><b>%s</b> %s</summary>\n\n", verdict, plural(total, "scenario"))
	for i, one := range reasons {
		if i == markdownCauses {
			m.printf("- and %s more\n", plural(len(reasons)-markdownCauses, "reason"))
			break
		}
		m.printf("- %d × %s\n", len(one.IDs), escapedMarkdown(one.Text))
	}
	m.printf("\n</details>\n")
}

// escapedMarkdown shows a text of the target as text, on one line.
func escapedMarkdown(text string) string {
	return escapedWords(oneLine(text, valueLimit))
}

func escapedWords(text string) string {
	var out strings.Builder
	for _, r := range text {
		if strings.ContainsRune("\\`*_{}[]<>#!|~&@$", r) {
			fmt.Fprintf(&out, "&#%d;", r)
			continue
		}
		out.WriteRune(r)
	}
	return out.String()
}

// htmlMarkdown is a title inside of HTML, with code between backquotes.
func htmlMarkdown(text string) string {
	var out strings.Builder
	for i, part := range strings.Split(text, "`") {
		if i%2 == 1 {
			out.WriteString("<code>" + escapedWords(part) + "</code>")
		} else {
			out.WriteString(escapedWords(part))
		}
	}
	return out.String()
}
