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

// clockCommand shows and sets the clock of a running mock.
func (c *client) clockCommand() *cobra.Command {
	account := new(string)
	show := func(cmd *cobra.Command, _ []string) error {
		return c.run(cmd.Context(), question{method: http.MethodGet, path: []string{"clock"}, query: confined(*account)}, c.showClock)
	}
	cmd := group(&cobra.Command{
		Use:   "clock",
		Short: "Show or set the clock of a running mock",
		Long: "Show or set the clock of a running mock. With --account, the clock of that account, which is an offset from the server's.\n" +
			"Without a command it shows the clock.",
		RunE: show,
	})
	c.accountFlag(cmd, cmd.PersistentFlags(), account, "the clock of this account, by its `ID`")
	cmd.AddCommand(
		&cobra.Command{Use: "show", Short: "Show the clock", Args: noArguments, ValidArgsFunction: cobra.NoFileCompletions, RunE: show},
		c.clockAdvance(account), c.clockSet(account),
		c.clockTurn(account, "freeze", "Stop the clock where it is", true), c.clockTurn(account, "run", "Let the clock run on from where it is", false),
	)
	return cmd
}

// clockAdvance advances the clock by a duration.
func (c *client) clockAdvance(account *string) *cobra.Command {
	return &cobra.Command{
		Use:     "advance DURATION",
		Short:   "Advance the clock, and list what fell due",
		Example: "  oauthmock clock advance 24h\n  oauthmock clock advance 1h30m --account demo",
		Args: func(cmd *cobra.Command, args []string) error {
			if err := exactly("DURATION")(cmd, args); err != nil {
				return err
			}
			if by, err := clock.ParseDuration(args[0]); err != nil || by <= 0 {
				return usageError{fmt.Errorf("%q is not a duration above zero such as 24h, 1d or 1h30m", args[0])}
			}
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			body, err := json.Marshal(map[string]string{"by": args[0]})
			if err != nil {
				return err
			}
			q := question{method: http.MethodPost, path: []string{"clock", "advance"}, query: confined(*account), body: body}
			return c.run(cmd.Context(), q, c.showFired)
		},
	}
}

// clockSet sets the clock to a time, and leaves it running or frozen as it was unless a flag says
// otherwise.
func (c *client) clockSet(account *string) *cobra.Command {
	var freeze, run bool
	cmd := &cobra.Command{
		Use:     "set RFC3339",
		Short:   "Set the clock, and list what fell due; it stays running or frozen unless a flag changes that",
		Example: "  oauthmock clock set 2026-02-12T08:30:00Z --freeze",
		Args: func(cmd *cobra.Command, args []string) error {
			if err := exactly("RFC3339")(cmd, args); err != nil {
				return err
			}
			if _, err := time.Parse(time.RFC3339, args[0]); err != nil {
				return usageError{fmt.Errorf("%q is not a time in RFC 3339, such as 2026-02-12T08:30:00Z", args[0])}
			}
			if freeze && run {
				return usageError{errors.New("the clock can be frozen (--freeze) or run (--run), not both")}
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
			q := question{method: http.MethodPut, path: []string{"clock"}, query: confined(*account), body: body}
			return c.run(cmd.Context(), q, c.showFired)
		},
	}
	cmd.Flags().BoolVar(&freeze, "freeze", false, "freeze the clock at that time")
	cmd.Flags().BoolVar(&run, "run", false, "let the clock run from that time")
	return cmd
}

// clockTurn freezes the clock, or lets it run.
func (c *client) clockTurn(account *string, name, short string, frozen bool) *cobra.Command {
	return &cobra.Command{
		Use: name, Short: short, Args: noArguments, ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			body := fmt.Appendf(nil, `{"frozen":%t}`, frozen)
			return c.run(cmd.Context(), question{method: http.MethodPut, path: []string{"clock"}, query: confined(*account), body: body}, c.showClock)
		},
	}
}

// showClock prints the time of a clock, and whether it is frozen.
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
