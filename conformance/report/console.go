package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Style is how the console report looks.
type Style struct {
	// Color marks verdicts with ANSI colours.
	Color bool
	// Quiet leaves out everything but what did not pass and the last lines.
	Quiet bool
}

// How many of a kind are listed before the rest is only counted; the JSON report holds all.
const (
	failuresShown   = 20
	assertionsShown = 5
	warningsShown   = 40
	idsShown        = 5
	missingShown    = 10
)

// WriteConsole writes the report for people: what failed with its evidence, then what was left
// open, skipped and covered, and at the end, where the eye is, the verdict. The error is that of w.
func WriteConsole(w io.Writer, r Report, style Style) error {
	out := bufio.NewWriter(w)
	c := console{Writer: out, style: style}
	if r.Stopped != "" {
		c.printf("%s\n", c.style.paint(yellow, "INCONCLUSIVE: "+oneLine(r.Stopped, answerLimit)))
		return out.Flush()
	}
	if !style.Quiet {
		c.head(r)
	}
	c.causes(r)
	c.failures(r, XPass)
	c.failures(r, Error)
	c.byReason(r, Inconclusive, "could not be judged")
	if !style.Quiet {
		c.warnings(r)
		c.byReason(r, XFail, "expected to fail, and did")
		c.byReason(r, Skip, "left out")
		c.subjects(r)
		c.coverage(r.Coverage)
	}
	c.alarms(r)
	c.summary(r)
	return out.Flush()
}

type console struct {
	*bufio.Writer
	style Style
}

func (c console) printf(format string, args ...any) { fmt.Fprintf(c, format, args...) }

func (c console) head(r Report) {
	c.printf("oauthconform · %s · level %s · seed %d", oneLine(r.Target, valueLimit), r.Level, r.Seed)
	if r.TokenShape != "" {
		c.printf(" · token shape %s", oneLine(r.TokenShape, valueLimit))
	}
	if r.SuccessEnvelope != "" && r.SuccessEnvelope != "full" {
		c.printf(" · success envelope %s", oneLine(r.SuccessEnvelope, valueLimit))
	}
	c.printf("\n")
	for _, fact := range r.About {
		text := oneLine(fact.Text, valueLimit)
		if fact.Loud {
			text = c.style.paint(yellow, text)
		}
		c.printf("%s: %s\n", oneLine(fact.Name, valueLimit), text)
	}
	for _, one := range r.Discovery {
		c.printf("%s: %s (%s)\n", oneLine(one.What, valueLimit), c.state(one.State), oneLine(one.Detail, answerLimit))
	}
	c.printf("\n")
}

// state renders the result of a search, in colour if it leaves the run in doubt.
func (c console) state(state Discovery) string {
	if state == Failed || state == Locked {
		return c.style.paint(yellow, string(state))
	}
	return string(state)
}

// alarms writes what holds for the run as a whole and must not be overlooked, right above the
// verdict.
func (c console) alarms(r Report) {
	if r.Connection != nil && r.Connection.Insecure {
		c.printf("%s\n", c.style.paint(red, "--insecure: no certificate was verified; whoever stands between may have given these answers"))
	}
	if r.Connection != nil && r.Connection.Proxy != "" {
		c.printf("%s\n", c.style.paint(yellow, "asked by way of the proxy "+oneLine(r.Connection.Proxy, valueLimit)))
	}
	if len(r.Leftovers) > 0 {
		c.printf("%s\n", c.style.paint(yellow, plural(len(r.Leftovers), "thing")+" that the run made could not be removed:"))
		var lines []string
		for _, one := range r.Leftovers {
			lines = append(lines, fmt.Sprintf("%s %s %s: %s", one.Surface, one.Kind, one.ID, oneLine(one.Reason, valueLimit)))
		}
		c.list("  ", lines, warningsShown)
	}
}

// causes prints each defect once: what was requested, expected and answered where it shows best,
// and where else it shows. After the first twenty it only names them.
func (c console) causes(r Report) {
	shown := 0
	for _, cause := range Causes(r, Fail) {
		where := ""
		if len(cause.Where) > 0 {
			where = strings.Join(cause.Where[:min(idsShown, len(cause.Where))], ", ")
			if more := len(cause.Where) - idsShown; more > 0 {
				where += fmt.Sprintf(" and %d more", more)
			}
		}
		c.printf("%s  %s  %s\n", c.style.verdict(Fail), cause.Level, cause.Title)
		if shown++; shown > failuresShown {
			c.printf("      in %s: %s\n", plural(cause.Scenarios, "scenario"), oneLine(cause.Shown[0].Result.ID, valueLimit))
			continue
		}
		if where != "" {
			c.printf("      %-11s  %s\n", "where", oneLine(where, valueLimit))
		}
		best := cause.Shown[0]
		c.printf("      %-11s  %s\n", "scenario", oneLine(best.Result.ID+": "+best.Result.Title, valueLimit))
		for _, line := range detail(*best.Result, *best.Assertion) {
			c.printf("      %-11s  %s\n", line.label, line.text)
		}
		if more := len(cause.Shown) - 1; more > 0 {
			c.printf("      %-11s  %s in %s:\n", "shown by", plural(len(cause.Shown), "assertion"), plural(cause.Scenarios, "scenario"))
			var lines []string
			for _, one := range cause.Shown {
				lines = append(lines, one.Result.ID+": "+one.Assertion.ID)
			}
			c.list("                   ", lines, idsShown)
		}
		c.printf("\n")
	}
	if shown > failuresShown {
		c.printf("\n")
	}
	c.unexplained(r)
}

// unexplained shows failed scenarios without a failed assertion, so that no failure is left out.
func (c console) unexplained(r Report) {
	for _, result := range r.Results {
		if result.Verdict == Fail && !slices.ContainsFunc(result.Assertions, func(a Assertion) bool { return a.Verdict == Fail }) {
			c.failure(result, Fail)
		}
	}
}

// failures prints each scenario of a verdict with the assertions that led to it. After the first
// twenty it only names them: more than that have one cause, or a wrong target.
func (c console) failures(r Report, verdict Verdict) {
	shown := 0
	for _, result := range r.Results {
		if result.Verdict != verdict && (verdict != Error || !result.Verdict.unknown()) {
			continue
		}
		if shown++; shown > failuresShown {
			c.printf("%s  %s%s\n", c.style.verdict(result.Verdict), oneLine(result.ID, valueLimit), because(result.Reason))
			continue
		}
		c.failure(result, verdict)
	}
	if shown > failuresShown {
		c.printf("\n")
	}
}

func (c console) failure(result Result, verdict Verdict) {
	c.printf("%s  %s\n", c.style.verdict(result.Verdict), oneLine(result.Title, valueLimit))
	c.printf("      %s\n", oneLine(result.ID, valueLimit))
	var blamed []Assertion
	for _, assertion := range result.Assertions {
		if blames(verdict, assertion.Verdict) {
			blamed = append(blamed, assertion)
		}
	}
	for _, assertion := range blamed[:min(assertionsShown, len(blamed))] {
		c.printf("\n")
		for _, line := range detail(result, assertion) {
			c.printf("      %-11s  %s\n", line.label, line.text)
		}
	}
	if more := len(blamed) - assertionsShown; more > 0 {
		c.printf("\n      … and %s that did not hold; the JSON report has them all\n", plural(more, "more assertion"))
	}
	if len(blamed) == 0 {
		if result.Reason != "" {
			c.printf("      %-11s  %s\n", "reason", oneLine(result.Reason, valueLimit))
		}
		if result.File != "" {
			c.printf("      %-11s  %s:%d\n", "file", oneLine(result.File, valueLimit), result.Line)
		}
	}
	c.printf("\n")
}

// warnings names what did not hold without failing the run: one line each, for at --level must
// there may be many.
func (c console) warnings(r Report) {
	var lines []string
	scenarios := 0
	for _, result := range r.Results {
		if result.Verdict != Warn {
			continue
		}
		scenarios++
		lines = append(lines, result.ID+because(result.Reason))
		for _, assertion := range result.Assertions {
			if blames(Warn, assertion.Verdict) {
				lines = append(lines, fmt.Sprintf("  %s %s: expected %s, got %s", assertion.Level, assertion.ID, oneLine(assertion.Expected, answerLimit), oneLine(assertion.Actual, answerLimit)))
			}
		}
	}
	if scenarios == 0 {
		return
	}
	c.printf("%s  %s with findings that do not fail the run\n", c.style.verdict(Warn), plural(scenarios, "scenario"))
	c.list("      ", lines, warningsShown)
	c.printf("\n")
}

// blames reports whether an assertion is a cause of its scenario's verdict.
func blames(scenario, assertion Verdict) bool {
	switch scenario {
	case Fail:
		return assertion == Fail
	case Warn:
		return assertion == Warn || assertion == Fail
	case Error:
		return assertion == Error || assertion == Fail
	}
	return false
}

// byReason shows scenarios of a verdict together where they have the same reason.
func (c console) byReason(r Report, verdict Verdict, words string) {
	var reasons []string
	ids := map[string][]string{}
	count := 0
	for _, result := range r.Results {
		if result.Verdict != verdict {
			continue
		}
		reason := result.Reason
		if reason == "" {
			reason = "no reason given"
		}
		if ids[reason] == nil {
			reasons = append(reasons, reason)
		}
		ids[reason] = append(ids[reason], result.ID)
		count++
	}
	if count == 0 {
		return
	}
	c.printf("%s  %s %s\n", c.style.verdict(verdict), plural(count, "scenario"), words)
	for _, reason := range reasons {
		c.printf("      %d × %s\n", len(ids[reason]), oneLine(reason, valueLimit))
		c.list("          ", ids[reason], idsShown)
	}
	c.printf("\n")
}

func (c console) list(indent string, items []string, shown int) {
	for i, item := range items {
		if i == shown {
			c.printf("%s… and %d more\n", indent, len(items)-shown)
			return
		}
		c.printf("%s%s\n", indent, strings.ReplaceAll(Printable(item), "\n", " "))
	}
}

// subjects counts verdicts by the first two words of the ids: "v2/tokens  45 PASS  1 FAIL".
func (c console) subjects(r Report) {
	var names []string
	counts := map[string]map[Verdict]int{}
	width := 0
	for _, result := range r.Results {
		name := subject(result.ID)
		if counts[name] == nil {
			counts[name] = map[Verdict]int{}
			names = append(names, name)
			width = max(width, len(name))
		}
		counts[name][result.Verdict]++
	}
	slices.Sort(names)
	for _, name := range names {
		c.printf("%-*s %s\n", width, name, c.tally(counts[name]))
	}
	if len(names) > 0 {
		c.printf("\n")
	}
}

func subject(id string) string {
	words := strings.SplitN(oneLine(id, valueLimit), "/", 3)
	return strings.Join(words[:min(2, len(words))], "/")
}

func (c console) tally(counts map[Verdict]int) string {
	var parts []string
	for _, verdict := range []Verdict{Pass, Warn, Fail, XPass, XFail, Error, Inconclusive, Skip} {
		if counts[verdict] > 0 {
			parts = append(parts, fmt.Sprintf("%4d %s", counts[verdict], c.style.verdict(verdict)))
		}
	}
	return strings.Join(parts, " ")
}

func (c console) coverage(coverage Coverage) {
	dimensions := []struct {
		name string
		Covered
	}{
		{"operations", coverage.Operations},
		{"statuses", coverage.Statuses},
		{"refusals", coverage.Refusals},
		{"properties", coverage.Properties},
		{"parameters", coverage.Parameters},
	}
	var parts []string
	for _, d := range dimensions {
		if d.Total > 0 {
			parts = append(parts, fmt.Sprintf("%s %d/%d", d.name, d.Covered.Covered, d.Total))
		}
	}
	if len(parts) == 0 {
		return
	}
	c.printf("coverage  %s\n", strings.Join(parts, " · "))
	for _, d := range dimensions {
		switch missing := len(d.Missing); {
		case missing == 0:
		case missing > missingShown:
			// Somebody chose a few scenarios; then this is no news.
			c.printf("  %d %s not met; the JSON report names them\n", missing, d.name)
		default:
			c.printf("  %s not met:\n", d.name)
			c.list("    ", d.Missing, missing)
		}
	}
	c.printf("\n")
}

func (c console) summary(r Report) {
	counts := map[Verdict]int{}
	for _, result := range r.Results {
		counts[result.Verdict]++
	}
	c.printf("%s", plural(len(r.Results), "scenario"))
	if tally := strings.Join(strings.Fields(c.tally(counts)), " "); tally != "" {
		c.printf(": %s", tally)
	}
	c.printf("; %s in %.1f s\n", plural(r.Summary.Requests, "request"), r.Summary.Seconds)
	if must := r.Summary.Must; must.Total > 0 {
		c.printf("%d of %d MUSTs judged\n", must.Executed, must.Total)
	}
	word, why := Headline(r)
	color := map[Verdict]string{Pass: green, Inconclusive: yellow}[word]
	if color == "" {
		color = red
	}
	line := string(word)
	switch {
	case why != "" && word == Pass:
		line += " " + why
	case why != "":
		line += ": " + why
	}
	c.printf("%s\n", c.style.paint(color, oneLine(line, valueLimit)))
}
