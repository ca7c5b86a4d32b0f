package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"oauthmock/conformance/report"
	"oauthmock/release"
	"oauthmock/scenarios"
)

func newVersion(p program) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the versions of the program and of its formats",
		Args:  noArguments,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(p.stdout, "oauthconform %s, scenarios %s, report %s, %s %s/%s\n", release.Version(), scenarios.Version, report.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
