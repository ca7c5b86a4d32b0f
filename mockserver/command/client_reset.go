package command

import (
	"net/http"

	"github.com/spf13/cobra"
)

// resetCommand puts a running mock back to the start.
func (c *client) resetCommand() *cobra.Command {
	var account string
	cmd := &cobra.Command{
		Use:   "reset",
		Short: "Put a running mock back to the start",
		Long: "Put a running mock back to the start: accounts, journal, clock, rate limits. Accounts made since are gone. With --account only that\n" +
			"account goes back to how it was made.",
		Args:              noArguments,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			q := question{method: http.MethodPost, path: []string{"reset"}, query: confined(account)}
			return c.run(cmd.Context(), q, func([]byte) error {
				if account != "" {
					return c.printf("account %s is back to how it was made\n", cell(account))
				}
				return c.printf("everything is back to the start\n")
			})
		},
	}
	c.accountFlag(cmd, cmd.Flags(), &account, "only this account, by its `ID`")
	return cmd
}
