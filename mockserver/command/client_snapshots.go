package command

import (
	"net/http"
	"time"

	"github.com/spf13/cobra"
)

// snapshotsCommand keeps states of a running mock under names.
func (c *client) snapshotsCommand() *cobra.Command {
	list := func(cmd *cobra.Command, _ []string) error {
		return c.run(cmd.Context(), question{method: http.MethodGet, path: []string{"snapshots"}}, c.showSnapshots)
	}
	cmd := group(&cobra.Command{
		Use:   "snapshots",
		Short: "Keep states of a running mock under names, and go back to them",
		Long:  "Keep states of a running mock under names, and go back to them. Without a command they are listed.",
		RunE:  list,
	})
	cmd.AddCommand(&cobra.Command{Use: "list", Short: "List the snapshots", Args: noArguments, ValidArgsFunction: cobra.NoFileCompletions, RunE: list})

	add := func(name, short, said, method string, confinable bool, complete cobra.CompletionFunc, path func(snapshot string) []string) {
		var account string
		sub := &cobra.Command{
			Use: name + " NAME", Short: short, Args: exactly("NAME"), ValidArgsFunction: complete,
			RunE: func(cmd *cobra.Command, args []string) error {
				q := question{method: method, path: path(args[0]), query: confined(account)}
				return c.run(cmd.Context(), q, func([]byte) error { return c.printf("snapshot %s is %s\n", cell(args[0]), said) })
			},
		}
		if confinable {
			c.accountFlag(sub, sub.Flags(), &account, "only this account, by its `ID`")
		}
		cmd.AddCommand(sub)
	}
	known := c.completeFirst(c.completeSnapshots)
	add("take", "Keep the state under a name; what was kept under it is gone", "taken", http.MethodPut, true, cobra.NoFileCompletions,
		func(name string) []string { return []string{"snapshots", name} })
	add("restore", "Go back to a snapshot", "restored", http.MethodPost, true, known,
		func(name string) []string { return []string{"snapshots", name, "restore"} })
	add("remove", "Remove a snapshot", "removed", http.MethodDelete, false, known,
		func(name string) []string { return []string{"snapshots", name} })
	return cmd
}

// showSnapshots prints the list of snapshots.
func (c *client) showSnapshots(body []byte) error {
	var all struct {
		Items []struct {
			Name, Account string
			At            time.Time
		}
	}
	if err := decodeAnswer(body, &all); err != nil {
		return err
	}
	rows := [][]string{}
	for _, s := range all.Items {
		rows = append(rows, []string{s.Name, s.At.Format(time.RFC3339), s.Account})
	}
	return c.table([]string{"name", "at", "account"}, rows)
}
