package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"oauthmock/spec"
	"oauthmock/spec/audit"
)

func newLintSpec(p program) *cobra.Command {
	var asJSON bool
	command := &cobra.Command{
		Use:   "spec",
		Short: "Print what the published document cannot detect, and what its strict reading adds",
		Long: `lint spec reads the v2 document twice, as published and strictly, and prints what each reading requires of every answer. Then it derives wrong
answers from the document's own examples, changing one place at a time, and counts how many each reading accepts.

(A folder called spec is linted as ./spec.)`,
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error {
			answers, err := audit.Survey(spec.V2())
			if err != nil {
				return err
			}
			measured, err := audit.Measure(spec.V2())
			if err != nil {
				return err
			}
			out := bufio.NewWriter(p.stdout)
			if asJSON {
				encoder := json.NewEncoder(out)
				encoder.SetEscapeHTML(false)
				encoder.SetIndent("", "  ")
				err = encoder.Encode(struct {
					Answers  []audit.Surveyed  `json:"answers"`
					Measured audit.Measurement `json:"measured"`
				}{answers, measured})
			} else {
				printSurvey(out, answers)
				printMeasurement(out, measured)
			}
			if err != nil {
				return err
			}
			return out.Flush()
		},
	}
	command.Flags().BoolVar(&asJSON, "json", false, "as JSON, with every place by its path")
	return command
}

// printSurvey prints a row for every published answer, and one for the statuses that were added to
// an operation.
func printSurvey(w io.Writer, answers []audit.Surveyed) {
	fmt.Fprint(w, `What the v2 document demands of answers: as published, and by the strict reading

  optional   objects that do not say which of their members must be there
  open       objects that may hold any other member
  formless   texts and numbers without format, pattern, enum, minimum or maximum
  any body   there is no schema, so nothing can be wrong

`)
	line := func(name, status string, cells ...any) {
		text := fmt.Sprintf("%-19s  %-6s", name, status) + fmt.Sprintf(strings.Repeat("  %-8s", len(cells)), cells...)
		fmt.Fprintln(w, strings.TrimRight(text, " "))
	}
	fmt.Fprintf(w, "%29s%-30s%s\n", "", "as published", "strictly")
	line("operation", "status", "optional", "open", "formless", "optional", "open", "formless")
	last := ""
	for i, a := range answers {
		name := a.Operation
		if name == last {
			name = ""
		}
		last = a.Operation
		if !a.Added {
			line(name, strconv.Itoa(a.Status), append(demanded(a.Published), demanded(a.Strict)...)...)
		}
		if i+1 == len(answers) || answers[i+1].Operation != a.Operation {
			if added := addedTo(answers, a.Operation); added != "" {
				line("", "added: "+added)
			}
		}
	}
	printTotals(w, answers)
}

// demanded are the three cells of a reading.
func demanded(d audit.Demands) []any {
	switch {
	case !d.Schema:
		return []any{"any body", "", ""}
	case d.Refusals > 0:
		return []any{"only " + plural(d.Refusals, "refusal"), "", ""}
	}
	return []any{part(len(d.NoRequired), d.Objects), part(len(d.Open), d.Objects), part(len(d.Formless), d.Values)}
}

func part(n, of int) string {
	return fmt.Sprintf("%d of %d", n, of)
}

// addedTo lists the statuses that the published document does not have.
func addedTo(answers []audit.Surveyed, operation string) string {
	var list []string
	for _, a := range answers {
		if a.Operation == operation && a.Added {
			list = append(list, fmt.Sprint(a.Status))
		}
	}
	return strings.Join(list, " ")
}

func printTotals(w io.Writer, answers []audit.Surveyed) {
	published, added := 0, 0
	type sum struct{ none, objects, optional, open, values, formless int }
	var sums [2]sum
	for _, a := range answers {
		if a.Added {
			added++
			continue
		}
		published++
		for i, d := range []audit.Demands{a.Published, a.Strict} {
			s := &sums[i]
			if !d.Schema {
				s.none++
			}
			s.objects, s.values = s.objects+d.Objects, s.values+d.Values
			s.optional, s.open, s.formless = s.optional+len(d.NoRequired), s.open+len(d.Open), s.formless+len(d.Formless)
		}
	}
	fmt.Fprintln(w)
	for i, name := range []string{"As published", "Strictly"} {
		s := sums[i]
		fmt.Fprintf(w, "%s, of %s %d have no schema; of %s %d are optional and %d open; of %s %d are formless.\n", name,
			plural(published, "documented answer"), s.none, plural(s.objects, "object"), s.optional, s.open, plural(s.values, "value"), s.formless)
	}
	fmt.Fprintf(w, "The strict reading knows %s more, by operation and status. (--json names every place.)\n", plural(added, "answer"))
}

// printMeasurement prints how many wrong answers of each kind the readings let pass.
func printMeasurement(w io.Writer, m audit.Measurement) {
	fmt.Fprintf(w, "\nWrong answers that are accepted, of %d made from %s\n\n", m.Wrong, plural(m.Right, "right one"))
	fmt.Fprintf(w, "%-42s  %7s  %16s  %15s\n", "what is wrong", "answers", "as published", "strictly")
	row := func(what string, wrong int, published, strict audit.Count) {
		fmt.Fprintf(w, "%-42s  %7d  %7d  %5.1f %%  %6d  %5.1f %%\n", what, wrong, published.Accepted, published.Share(), strict.Accepted, strict.Share())
	}
	for _, kind := range m.Kinds {
		row(string(kind.Kind), kind.Wrong, kind.Published, kind.Strict)
	}
	row("in all", m.Wrong, m.Published, m.Strict)
	row("of these, made from what is documented", m.Documented.Wrong, m.Documented.Published, m.Documented.Strict)

	fmt.Fprintf(w, "\nOf the %d that pass as published, %d had no schema to be held against.\n", m.Published.Accepted, m.Published.WithoutSchema)
	if len(m.StillRight) > 0 {
		fmt.Fprintf(w, "Of the %d that pass the strict reading, these are right again after the change:\n", m.Strict.Accepted)
		for _, reason := range m.StillRight {
			fmt.Fprintf(w, "  %4d  %s\n", reason.Count, reason.Why)
		}
	}
	fmt.Fprintf(w, "Others that pass it, of which there should be none: %d\n", len(m.Unseen))
	for _, text := range m.Unseen {
		fmt.Fprintf(w, "  %s\n", text)
	}
}
