package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"oauthmock/mockserver/clock"
)

// clockCommand shows and turns the clock of a running mock.
func (c *client) clockCommand() *cobra.Command {
	var account string
	show := func(cmd *cobra.Command, _ []string) error {
		return c.run(cmd.Context(), question{method: http.MethodGet, path: []string{"clock"}, query: confined(account)}, c.showClock)
	}
	cmd := group(&cobra.Command{
		Use:   "clock",
		Short: "Show or turn the clock of a running mock",
		Long: "Show or turn the clock of a running mock. With --account it is that account's, which is an offset from the server's.\n" +
			"Without a command the clock is shown.",
		RunE: show,
	})
	c.accountFlag(cmd, cmd.PersistentFlags(), &account, "the clock of this account, by its `ID`")

	advance := &cobra.Command{
		Use:     "advance DURATION",
		Short:   "Move the clock on, and say what fell due",
		Example: "  oauthmock clock advance 24h\n  oauthmock clock advance 1h30m --account demo",
		Args: func(cmd *cobra.Command, args []string) error {
			if err := exactly("DURATION")(cmd, args); err != nil {
				return err
			}
			if by, err := clock.ParseDuration(args[0]); err != nil || by <= 0 {
				return usageError{fmt.Errorf("%q is no duration above zero such as 24h, 1d or 1h30m", args[0])}
			}
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			body, err := json.Marshal(map[string]string{"by": args[0]})
			if err != nil {
				return err
			}
			q := question{method: http.MethodPost, path: []string{"clock", "advance"}, query: confined(account), body: body}
			return c.run(cmd.Context(), q, c.showFired)
		},
	}

	var freeze, run bool
	set := &cobra.Command{
		Use:     "set RFC3339",
		Short:   "Set the clock, and say what fell due; unless told otherwise it goes on or stands still as before",
		Example: "  oauthmock clock set 2026-02-12T08:30:00Z --freeze",
		Args: func(cmd *cobra.Command, args []string) error {
			if err := exactly("RFC3339")(cmd, args); err != nil {
				return err
			}
			if _, err := time.Parse(time.RFC3339, args[0]); err != nil {
				return usageError{fmt.Errorf("%q is no time in RFC 3339, such as 2026-02-12T08:30:00Z", args[0])}
			}
			if freeze && run {
				return usageError{errors.New("the clock can stand still (--freeze) or go on (--run), not both")}
			}
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			change := map[string]any{"now": args[0]}
			if freeze || run {
				change["frozen"] = freeze
			}
			body, err := json.Marshal(change)
			if err != nil {
				return err
			}
			q := question{method: http.MethodPut, path: []string{"clock"}, query: confined(account), body: body}
			return c.run(cmd.Context(), q, c.showFired)
		},
	}
	set.Flags().BoolVar(&freeze, "freeze", false, "let it stand still from then on")
	set.Flags().BoolVar(&run, "run", false, "let it go on from there")

	turn := func(name, short string, frozen bool) *cobra.Command {
		return &cobra.Command{
			Use: name, Short: short, Args: noArguments, ValidArgsFunction: cobra.NoFileCompletions,
			RunE: func(cmd *cobra.Command, _ []string) error {
				body := fmt.Appendf(nil, `{"frozen":%t}`, frozen)
				return c.run(cmd.Context(), question{method: http.MethodPut, path: []string{"clock"}, query: confined(account), body: body}, c.showClock)
			},
		}
	}
	cmd.AddCommand(
		&cobra.Command{Use: "show", Short: "Show the clock", Args: noArguments, ValidArgsFunction: cobra.NoFileCompletions, RunE: show},
		advance, set, turn("freeze", "Let the clock stand still where it is", true), turn("run", "Let the clock go on from where it is", false),
	)
	return cmd
}

// showClock prints what a clock shows, and whether it stands still.
func (c *client) showClock(body []byte) error {
	var clock struct {
		Now    time.Time
		Frozen bool
	}
	if err := decodeAnswer(body, &clock); err != nil {
		return err
	}
	how := "running"
	if clock.Frozen {
		how = "frozen"
	}
	return c.printf("%s  %s\n", clock.Now.Format(time.RFC3339), how)
}

// showFired prints a clock, and what fell due.
func (c *client) showFired(body []byte) error {
	if err := c.showClock(body); err != nil {
		return err
	}
	var advanced struct {
		Fired []struct {
			At                time.Time
			What, Account, ID string
		}
		Dropped int
	}
	if err := decodeAnswer(body, &advanced); err != nil {
		return err
	}
	if len(advanced.Fired) == 0 {
		return c.printf("nothing fell due\n")
	}
	rows := [][]string{}
	for _, f := range advanced.Fired {
		rows = append(rows, []string{f.At.Format(time.RFC3339), f.What, f.Account, f.ID})
	}
	if err := c.printf("\n"); err != nil {
		return err
	}
	if err := c.table([]string{"at", "what", "account", "id"}, rows); err != nil {
		return err
	}
	if advanced.Dropped > 0 {
		return c.printf("… and %d more\n", advanced.Dropped)
	}
	return nil
}
