package command

import (
	"bytes"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"oauthmock/mockserver/atomicfile"
)

// exports lets a command write its output to a file, atomically and only on success. Only the owner
// can read the file, because a mock's output may hold secrets.
func (c *client) exports(cmd *cobra.Command) *cobra.Command {
	var file string
	cmd.Flags().StringVarP(&file, "output", "o", "", "write what would be printed into this `FILE`")
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if file == "" {
			return run(cmd, args)
		}
		if follow := cmd.Flags().Lookup("follow"); follow != nil && follow.Changed {
			return usageError{fmt.Errorf("--output takes what ends, and --follow does not")}
		}
		var text bytes.Buffer
		stdout := c.stdout
		c.stdout = &text
		err := run(cmd, args)
		c.stdout = stdout
		if err != nil {
			return err
		}
		err = atomicfile.Write(file, 0o600, func(to io.Writer) error {
			_, err := to.Write(text.Bytes())
			return err
		})
		if err != nil {
			return fmt.Errorf("--output: %w", err)
		}
		return nil
	}
	return cmd
}
