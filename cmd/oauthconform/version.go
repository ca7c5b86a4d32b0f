package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"oauthmock/conformance/report"
	"oauthmock/scenarios"
)

func newVersion(p program) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the versions of the program and of its formats",
		Args:  noArguments,
		RunE: func(*cobra.Command, []string) error {
			version := "(unknown)"
			if build, ok := debug.ReadBuildInfo(); ok && build.Main.Version != "" {
				version = build.Main.Version
			}
			_, err := fmt.Fprintf(p.stdout, "oauthconform %s, scenarios %s, report %s, %s %s/%s\n", version, scenarios.Version, report.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
