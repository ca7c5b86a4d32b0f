package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"oauthmock/conformance/report"
	"oauthmock/scenarios"
)

func newLint(p program) *cobra.Command {
	return &cobra.Command{
		Use:   "lint [FILE|FOLDER]…",
		Short: "Check scenario files; without arguments the suite's own",
		Long: `lint loads scenario files and prints everything that is wrong in them, with file and line, and what would be right.
Exit status: 0 nothing is wrong; 2 something is.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{""}
			}
			wrong, good := 0, 0
			// Names must be unique among all files together.
			first := map[string]string{}
			for _, name := range args {
				all, err := loadScenarios(name)
				problems := scenarios.Problems(err)
				if err != nil && len(problems) == 0 {
					return err
				}
				for _, problem := range problems {
					wrong++
					fmt.Fprintln(p.stdout, problem.Error())
				}
				for _, s := range all {
					place := fmt.Sprintf("%s:%d", s.File, s.Line)
					if other, twice := first[s.ID]; twice {
						wrong++
						fmt.Fprintf(p.stdout, "%s: the id %q is taken by %s; choose another\n", place, s.ID, other)
						continue
					}
					first[s.ID] = place
					good++
				}
			}
			if wrong > 0 {
				fmt.Fprintf(p.stderr, "oauthconform: %s\n", plural(wrong, "problem"))
				return exitError(report.ExitError)
			}
			fmt.Fprintf(p.stdout, "%s, nothing wrong\n", plural(good, "scenario"))
			return nil
		},
	}
}

func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}
