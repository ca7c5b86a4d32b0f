package command

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"oauthmock/release"
)

// versionCommand prints which build this is.
func versionCommand(stdout io.Writer) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  noArguments,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(stdout, "oauthmock", version())
			return err
		},
	}
}

// version names this build.
func version() string { return release.Version() }
