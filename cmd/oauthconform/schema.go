package main

import (
	"io"
	"strings"

	"github.com/spf13/cobra"

	"oauthmock/conformance/report"
	"oauthmock/scenarios"
)

func newSchema(p program) *cobra.Command {
	var ofReport bool
	command := &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of scenario files, or of the JSON report",
		Args:  noArguments,
		RunE: func(*cobra.Command, []string) error {
			text := scenarios.Schema()
			if ofReport {
				text = string(report.Schema())
			}
			_, err := io.WriteString(p.stdout, strings.TrimRight(text, "\n")+"\n")
			return err
		},
	}
	command.Flags().BoolVar(&ofReport, "report", false, "the schema of the JSON report")
	return command
}
