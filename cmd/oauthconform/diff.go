package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"oauthmock/conformance/report"
)

func newDiff(p program) *cobra.Command {
	var asJSON bool
	command := &cobra.Command{
		Use:   "diff A.json B.json",
		Short: "Compare two reports: verdicts, assertion by assertion, and what was observed",
		Long: `diff shows where two targets, or two releases of one, differ: verdicts of scenarios and assertions, and what the targets chose where the documents
leave a choice (token shape, headers, page sizes, format of timestamps, what OBSERVE assertions saw). Times and ids are ignored. It exits 1 if
there is a difference, and 0 otherwise.`,
		Example: "  oauthconform diff mock.json sandbox.json",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return fmt.Errorf("diff takes two JSON reports; it got %s", plural(len(args), "argument"))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			var both [2]report.Report
			for i, name := range args {
				var err error
				if both[i], err = readReport(name); err != nil {
					return err
				}
			}
			differences := report.Diff(both[0], both[1])
			var err error
			if asJSON {
				encoder := json.NewEncoder(p.stdout)
				encoder.SetEscapeHTML(false)
				encoder.SetIndent("", "  ")
				err = encoder.Encode(map[string]any{"items": append([]report.Difference{}, differences...)})
			} else {
				err = report.WriteDiff(p.stdout, both[0], both[1], differences)
			}
			if err == nil && len(differences) > 0 {
				return exitError(report.ExitFailed)
			}
			return err
		},
	}
	command.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return command
}
