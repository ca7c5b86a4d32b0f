package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/spf13/cobra"
)

// tokensCommand lists the tokens of an account of a running mock.
func (c *client) tokensCommand() *cobra.Command {
	var of string
	cmd := &cobra.Command{
		Use:     "tokens",
		Short:   "List the tokens of an account of a running mock",
		Long:    "List the tokens of an account of a running mock, oldest first, in clear text: anyone who sees the list can use them.",
		Example: "  oauthmock tokens --account demo",
		Args:    noArguments, ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			body, err := c.whole(cmd, of)
			if err != nil {
				return err
			}
			var a struct{ Tokens json.RawMessage }
			if err := decodeAnswer(body, &a); err != nil {
				return err
			}
			if len(a.Tokens) == 0 {
				a.Tokens = json.RawMessage("[]")
			}
			if c.json {
				return c.raw(a.Tokens)
			}
			var tokens []struct {
				Token, RefreshToken, Name, ExpireAt string
				Scopes                              []string
			}
			if err := decodeAnswer(a.Tokens, &tokens); err != nil {
				return err
			}
			rows := [][]string{}
			for _, t := range tokens {
				rows = append(rows, []string{t.Token, t.RefreshToken, t.ExpireAt, shorten(t.Name), shorten(strings.Join(t.Scopes, " "))})
			}
			return c.table([]string{"token", "refresh token", "expires at", "name", "scopes"}, rows)
		},
	}
	c.accountFlag(cmd, cmd.Flags(), &of, "whose tokens, by the account's `ID`")
	return cmd
}

// whole asks for the whole of an account, which must be named.
func (c *client) whole(cmd *cobra.Command, of string) (body []byte, err error) {
	if of == "" {
		return nil, usageError{errors.New("say with --account whose (\"oauthmock accounts\" lists them)")}
	}
	_, body, err = c.ask(cmd.Context(), question{method: http.MethodGet, path: []string{"accounts", of}})
	return body, err
}

// walletShowCommand shows a wallet.
func (c *client) walletShowCommand() *cobra.Command {
	var of string
	cmd := &cobra.Command{
		Use: "show", Short: "Show the transactions of a wallet and their total", Example: "  oauthmock wallet show --account demo",
		Args: noArguments, ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			body, err := c.whole(cmd, of)
			if err != nil {
				return err
			}
			var a struct{ Wallet json.RawMessage }
			if err := decodeAnswer(body, &a); err != nil {
				return err
			}
			if c.json {
				return c.raw(a.Wallet)
			}
			var wallet struct {
				Transactions []struct {
					ID, Description, CreatedAt string
					Amount                     json.Number
				}
			}
			if err := decodeAnswer(a.Wallet, &wallet); err != nil {
				return err
			}
			credit, err := creditOf(body)
			if err != nil {
				return err
			}
			rows := [][]string{}
			for _, t := range wallet.Transactions {
				rows = append(rows, []string{t.CreatedAt, t.Amount.String(), t.ID, shorten(t.Description)})
			}
			if err := c.table([]string{"at", "amount", "id", "description"}, rows); err != nil {
				return err
			}
			return c.printf("\nthe credit is %s\n", credit)
		},
	}
	c.accountFlag(cmd, cmd.Flags(), &of, "whose wallet, by the account's `ID`")
	return cmd
}

// rateLimitCommand shows and sets rate limits.
func (c *client) rateLimitCommand() *cobra.Command {
	var account, scope, client, window string
	ask := func(cmd *cobra.Command, method string, change any) error {
		query := confined(account)
		for name, value := range map[string]string{"scope": scope, "client": client} {
			if value != "" {
				query.Set(name, value)
			}
		}
		q := question{method: method, path: []string{"ratelimit"}, query: query}
		if change != nil {
			var err error
			if q.body, err = json.Marshal(change); err != nil {
				return err
			}
		}
		return c.run(cmd.Context(), q, c.showRateLimit)
	}
	show := func(cmd *cobra.Command, _ []string) error { return ask(cmd, http.MethodGet, nil) }
	cmd := group(&cobra.Command{
		Use: "ratelimit", Short: "Show or set the rate limit of a running mock",
		Long: "Show or set the rate limit of a running mock: the default for all accounts, or that of an account, of a client, or of an account for one\nscope.",
		RunE: show,
	})
	c.accountFlag(cmd, cmd.PersistentFlags(), &account, "that of this account, by its `ID`")
	cmd.PersistentFlags().StringVar(&scope, "scope", "", "that of the account for this `SCOPE` of a paid service")
	cmd.PersistentFlags().StringVar(&client, "client", "", "that of this OAuth client, by its `ID`")
	set := &cobra.Command{
		Use: "set N", Short: "Allow N requests per window", Example: "  oauthmock ratelimit set 10 --window 1m --account demo",
		Args: exactly("N"), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			var n int64
			if err := json.Unmarshal([]byte(args[0]), &n); err != nil || n < 1 {
				return usageError{fmt.Errorf("%q is not a number of requests, 1 or more", args[0])}
			}
			change := map[string]any{"limit": n, "enabled": true}
			if window != "" {
				change["window"] = window
			}
			return ask(cmd, http.MethodPut, change)
		},
	}
	set.Flags().StringVar(&window, "window", "", "how long a window is, a `DURATION` such as 1m; default is as before")
	cmd.AddCommand(
		&cobra.Command{Use: "show", Short: "Show the rate limit", Args: noArguments, ValidArgsFunction: cobra.NoFileCompletions, RunE: show},
		set,
		&cobra.Command{
			Use: "off", Short: "Turn the rate limit off", Args: noArguments, ValidArgsFunction: cobra.NoFileCompletions,
			RunE: func(cmd *cobra.Command, _ []string) error {
				return ask(cmd, http.MethodPut, map[string]any{"enabled": false})
			},
		},
	)
	return cmd
}

// showRateLimit prints a rate limit.
func (c *client) showRateLimit(body []byte) error {
	var l struct {
		Limit   int64
		Window  string
		Enabled bool
	}
	if err := decodeAnswer(body, &l); err != nil {
		return err
	}
	if !l.Enabled {
		return c.printf("off\n")
	}
	return c.printf("%d requests in %s\n", l.Limit, cell(l.Window))
}
