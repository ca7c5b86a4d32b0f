package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"oauthmock/conformance/report"
	"oauthmock/scenarios"
)

func newLint(p program) *cobra.Command {
	command := &cobra.Command{
		Use:   "lint [FILE|FOLDER]…",
		Short: "Check scenario files; without arguments the suite's own",
		Long: `lint loads scenario files and prints every problem with file and line, and what would be valid: first what
cannot be loaded; if everything can, also what proves nothing. Every refusal needs a success of the same operation, in its scenario or in one
named by "control"; every step asserts something; every call belongs to an operation or a paid service, or expects to be
refused; every MUST quotes a document; no SHOULD rests on an assumption alone; every id is unique.
Exit status: 0 nothing is wrong; 2 something is.`,
		Example: "  oauthconform lint\n  oauthconform lint mine.yaml more/\n  oauthconform lint spec",
		Args:    cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{""}
			}
			list, problems, err := loadAll(args)
			if err != nil {
				return err
			}
			if len(problems) == 0 {
				// Only now: of a file that does not load no scenario is known, not even as the
				// control of others.
				if problems, err = scenarios.Lint(list); err != nil {
					return err
				}
			}
			if slices.Contains(args, "") && len(problems) == 0 { // the suite's own, which sets are frozen of
				wrong, err := lintSets(list)
				if err != nil {
					return err
				}
				for _, one := range wrong {
					fmt.Fprintln(p.stdout, report.Printable(one.Error()))
				}
				if len(wrong) > 0 {
					return exitError(report.ExitError)
				}
			}
			for _, problem := range problems {
				fmt.Fprintln(p.stdout, report.Printable(problem.Error()))
			}
			if len(problems) > 0 {
				fmt.Fprintf(p.stderr, "oauthconform: %s\n", plural(len(problems), "problem"))
				return exitError(report.ExitError)
			}
			fmt.Fprintf(p.stdout, "%s, nothing wrong\n", plural(len(list), "scenario"))
			return nil
		},
	}
	spec := newLintSpec(p)
	fromEnvironment(spec, p.getenv)
	command.AddCommand(spec)
	return command
}

// lintSets returns what is wrong with the frozen requirement sets.
func lintSets(list []scenarios.Scenario) (wrong []error, err error) {
	for _, name := range scenarios.RequirementSets() {
		set, err := scenarios.Requirements(name)
		if err != nil {
			return nil, err
		}
		wrong = append(wrong, set.Check(list)...)
	}
	return wrong, nil
}

// loadAll loads files and folders of scenarios, and what is wrong in them. The error is of those
// that cannot be read.
func loadAll(names []string) ([]scenarios.Scenario, []scenarios.Problem, error) {
	var list []scenarios.Scenario
	var problems []scenarios.Problem
	for _, name := range names {
		some, err := loadScenarios(name)
		found := scenarios.Problems(err)
		if err != nil && len(found) == 0 {
			return nil, nil, err
		}
		list, problems = append(list, some...), append(problems, found...)
	}
	return list, problems, nil
}

func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}
