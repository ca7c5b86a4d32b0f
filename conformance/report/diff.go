package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// ReadJSON reads a report that WriteJSON wrote, of this version or an older minor one, and of a
// newer minor one what is known of it.
func ReadJSON(r io.Reader) (Report, error) {
	var read Report
	if err := json.NewDecoder(r).Decode(&read); err != nil {
		return Report{}, fmt.Errorf("it is not a JSON report: %w", err)
	}
	if major, _, _ := strings.Cut(read.Version, "."); major != "1" {
		return Report{}, fmt.Errorf("it is not a JSON report of version 1.x (its version is %q)", read.Version)
	}
	return read, nil
}

// Difference is one thing on which two reports disagree.
type Difference struct {
	// Scenario and Assertion name it; of what a target chose, Observation does.
	Scenario    string `json:"scenario,omitempty"`
	Assertion   string `json:"assertion,omitempty"`
	Observation string `json:"observation,omitempty"`
	// A and B are the verdicts or what was observed; "" where one report does not have it.
	A string `json:"a"`
	B string `json:"b"`
}

// Diff compares two reports: verdicts of scenarios and assertions, and what was observed: token
// shape, headers, page sizes, and what OBSERVE assertions saw. It ignores times, IDs and whatever
// differs from run to run. Scenarios that only one report has are differences, too.
func Diff(a, b Report) []Difference {
	var all []Difference
	for _, pair := range pairs(a.Results, b.Results, func(r Result) string { return r.ID }) {
		all = append(all, diffResults(pair)...)
	}
	return append(all, diffObservations(a.observed(), b.observed())...)
}

// pair are the entries of one name in two lists; nil where a list has none.
type pair[E any] struct {
	name string
	a, b *E
}

// pairs matches two lists by name, in the order of the first, then of the second.
func pairs[E any](a, b []E, name func(E) string) []pair[E] {
	var list []pair[E]
	at := map[string]int{}
	for i := range a {
		at[name(a[i])] = len(list)
		list = append(list, pair[E]{name: name(a[i]), a: &a[i]})
	}
	for i := range b {
		if j, known := at[name(b[i])]; known {
			list[j].b = &b[i]
			continue
		}
		list = append(list, pair[E]{name: name(b[i]), b: &b[i]})
	}
	return list
}

func diffResults(results pair[Result]) []Difference {
	switch {
	case results.a == nil:
		return []Difference{{Scenario: results.name, B: string(results.b.Verdict)}}
	case results.b == nil:
		return []Difference{{Scenario: results.name, A: string(results.a.Verdict)}}
	}
	var all []Difference
	if results.a.Verdict != results.b.Verdict {
		all = append(all, Difference{Scenario: results.name, A: string(results.a.Verdict), B: string(results.b.Verdict)})
	}
	// What was not executed has no assertions to compare.
	if !results.a.Verdict.Executed() || !results.b.Verdict.Executed() {
		return all
	}
	for _, one := range pairs(results.a.Assertions, results.b.Assertions, func(a Assertion) string { return a.ID }) {
		if one.a == nil || one.b == nil {
			continue // it hangs on an answer before it, which differs already
		}
		switch {
		case one.a.Verdict != one.b.Verdict:
			all = append(all, Difference{Scenario: results.name, Assertion: one.name, A: told(*one.a), B: told(*one.b)})
		case one.a.Level == "OBSERVE" && steady(one.a.Actual) != steady(one.b.Actual):
			all = append(all, Difference{Scenario: results.name, Assertion: one.name, A: one.a.Actual, B: one.b.Actual})
		}
	}
	return all
}

func told(a Assertion) string {
	if a.Verdict == Pass {
		return string(a.Verdict)
	}
	return fmt.Sprintf("%s (expected %s, got %s)", a.Verdict, a.Expected, a.Actual)
}

// unsteady matches what differs between two runs against one target: times, IDs, and the names of
// secrets.
var unsteady = regexp.MustCompile(`\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?)?|\$\{[A-Z][A-Z0-9_]*\}|[0-9a-f]{12,}|[A-Za-z]{3}, \d\d [A-Za-z]{3} \d{4} [\d:]+|127\.0\.0\.1:\d+|localhost:\d+`)

func steady(text string) string { return unsteady.ReplaceAllString(text, "…") }

// observed are all observations by name.
func (r Report) observed() map[string]string {
	all := map[string]string{}
	maps.Copy(all, r.Observations)
	if r.TokenShape != "" {
		all["token shape"] = r.TokenShape
	}
	return all
}

func diffObservations(a, b map[string]string) []Difference {
	names := append(sorted(a), sorted(b)...)
	slices.Sort(names)
	var all []Difference
	for _, name := range slices.Compact(names) {
		if a[name] != b[name] {
			all = append(all, Difference{Observation: name, A: a[name], B: b[name]})
		}
	}
	return all
}

// WriteDiff writes differences for people, scenario by scenario. The error is that of w.
func WriteDiff(w io.Writer, a, b Report, differences []Difference) error {
	out := bufio.NewWriter(w)
	line := func(format string, args ...any) { fmt.Fprintf(out, format+"\n", args...) }
	line("A  %s · level %s · %s", oneLine(a.Target, valueLimit), a.Level, plural(len(a.Results), "scenario"))
	line("B  %s · level %s · %s", oneLine(b.Target, valueLimit), b.Level, plural(len(b.Results), "scenario"))
	if a.Level != b.Level {
		line("   the levels differ, and with them verdicts of the same answers")
	}
	scenario, observed := "", false
	for _, d := range differences {
		if d.Scenario != scenario || d.Observation != "" && !observed {
			line("")
		}
		observed = d.Observation != ""
		switch {
		case d.Observation != "":
			line("observed %s", oneLine(d.Observation, valueLimit))
			line("  A  %s", orNothing(d.A))
			line("  B  %s", orNothing(d.B))
		case d.Assertion == "":
			line("%s  %s → %s", oneLine(d.Scenario, valueLimit), orNothing(d.A), orNothing(d.B))
		default:
			if d.Scenario != scenario {
				line("%s", oneLine(d.Scenario, valueLimit))
			}
			line("  %s", oneLine(d.Assertion, valueLimit))
			line("    A  %s", orNothing(d.A))
			line("    B  %s", orNothing(d.B))
		}
		scenario = d.Scenario
	}
	if len(differences) > 0 {
		line("")
	}
	switch len(differences) {
	case 0:
		line("no difference")
	default:
		line("%s", plural(len(differences), "difference"))
	}
	return out.Flush()
}

func orNothing(text string) string {
	if text == "" {
		return "(nothing)"
	}
	return oneLine(text, answerLimit)
}
