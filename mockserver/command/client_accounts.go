package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
)

// accountRow is an account as the control API lists it.
type accountRow struct{ ID, Email, APIKey, Environment string }

// accountsCommand shows, makes and removes accounts of a running mock.
func (c *client) accountsCommand() *cobra.Command {
	list := func(cmd *cobra.Command, _ []string) error {
		return c.run(cmd.Context(), question{method: http.MethodGet, path: []string{"accounts"}}, func(body []byte) error {
			var all struct{ Items []accountRow }
			if err := decodeAnswer(body, &all); err != nil {
				return err
			}
			rows := [][]string{}
			for _, a := range all.Items {
				rows = append(rows, []string{a.ID, a.Environment, a.Email, a.APIKey})
			}
			return c.table([]string{"id", "environment", "email", "api key"}, rows)
		})
	}
	cmd := group(&cobra.Command{
		Use:   "accounts",
		Short: "List, create, show or remove accounts of a running mock",
		Long:  "List, create, show or remove accounts of a running mock. Without a command it lists them.",
		RunE:  list,
	})
	cmd.AddCommand(
		&cobra.Command{Use: "list", Short: "List the accounts", Args: noArguments, ValidArgsFunction: cobra.NoFileCompletions, RunE: list},
		c.newAccountCommand(),
		c.exports(&cobra.Command{
			Use: "show ID", Short: "Show an account; with --json its whole state, as fixtures write it", Args: exactly("ID"), ValidArgsFunction: c.completeFirst(c.completeAccounts),
			RunE: func(cmd *cobra.Command, args []string) error {
				return c.run(cmd.Context(), question{method: http.MethodGet, path: []string{"accounts", args[0]}}, c.showAccount)
			},
		}),
		&cobra.Command{
			Use: "remove ID", Short: "Remove an account", Args: exactly("ID"), ValidArgsFunction: c.completeFirst(c.completeAccounts),
			RunE: func(cmd *cobra.Command, args []string) error {
				return c.run(cmd.Context(), question{method: http.MethodDelete, path: []string{"accounts", args[0]}}, func([]byte) error {
					return c.printf("account %s is removed\n", cell(args[0]))
				})
			},
		},
	)
	return cmd
}

func (c *client) newAccountCommand() *cobra.Command {
	var fixture, email, apiKey, environment string
	var open bool
	cmd := &cobra.Command{
		Use:   "new",
		Short: "Create a fresh, isolated account: a copy of the world's first one, or an empty one",
		Long: "Create a fresh account from a fixture: by default a copy of the first account of the mock's world (for demo with its tokens, wallet,\n" +
			"subscriptions and history); --fixture empty creates one without any. It has its own credentials, tokens and OAuth clients, and is isolated from\nother accounts.",
		Example: "  oauthmock accounts new --fixture empty\n  oauthmock accounts new --environment sandbox --json",
		Args:    noArguments, ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			wish := map[string]any{}
			for member, value := range map[string]string{"fixture": fixture, "email": email, "apiKey": apiKey, "environment": environment} {
				if value != "" {
					wish[member] = value
				}
			}
			if open {
				wish["open"] = true
			}
			body, err := json.Marshal(wish)
			if err != nil {
				return err
			}
			return c.run(cmd.Context(), question{method: http.MethodPost, path: []string{"accounts"}, body: body}, func(body []byte) error {
				var made struct {
					accountRow
					Clients []struct{ ID, Secret string }
					Users   []struct{ Username, Password string }
				}
				if err := decodeAnswer(body, &made); err != nil {
					return err
				}
				var text strings.Builder
				fmt.Fprintf(&text, "id           %s\nenvironment  %s\nemail        %s\napi key      %s\n",
					cell(made.ID), cell(made.Environment), cell(made.Email), cell(made.APIKey))
				for _, one := range made.Clients {
					fmt.Fprintf(&text, "client       %s  %s\n", cell(one.ID), cell(one.Secret))
				}
				for _, one := range made.Users {
					fmt.Fprintf(&text, "user         %s  %s\n", cell(one.Username), cell(one.Password))
				}
				return c.printf("%s", text.String())
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&fixture, "fixture", "", "the world that the account is made from, by its `NAME`; default is the one that the mock began with")
	flags.StringVar(&email, "email", "", "its `E-MAIL`; default is one of its own")
	flags.StringVar(&apiKey, "api-key", "", "its API `KEY`; default is one of its own")
	flags.StringVar(&environment, "environment", "", "production or sandbox; default is production")
	flags.BoolVar(&open, "open", false, "enable every scope of the catalogue, and meet every requirement")
	_ = cmd.RegisterFlagCompletionFunc("fixture", cobra.FixedCompletions(fixtures.Names(), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("environment", cobra.FixedCompletions([]string{string(account.Production), string(account.Sandbox)}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// showAccount prints who an account is, and how much of everything it has.
func (c *client) showAccount(body []byte) error {
	var a struct {
		accountRow
		EnabledScopes []string
		RateLimit     json.RawMessage
		Wallet        struct {
			Transactions []json.RawMessage
		}
		Tokens, Errors, Callbacks, Subscriptions []json.RawMessage
	}
	if err := decodeAnswer(body, &a); err != nil {
		return err
	}
	credit, err := creditOf(body)
	if err != nil {
		return err
	}
	rows := [][]string{
		{"environment", a.Environment}, {"email", a.Email}, {"api key", a.APIKey},
		{"credit", credit.String()}, {"transactions", strconv.Itoa(len(a.Wallet.Transactions))}, {"tokens", strconv.Itoa(len(a.Tokens))},
		{"subscriptions", strconv.Itoa(len(a.Subscriptions))}, {"callbacks", strconv.Itoa(len(a.Callbacks))}, {"errors", strconv.Itoa(len(a.Errors))},
		{"scopes", strings.Join(a.EnabledScopes, " ")},
	}
	return c.table([]string{"id", a.ID}, rows)
}

// creditOf sums up the wallet of a whole account.
func creditOf(body []byte) (credit account.Money, err error) {
	var a struct {
		Wallet struct {
			Transactions []struct{ Amount json.Number }
		}
	}
	if err := decodeAnswer(body, &a); err != nil {
		return 0, err
	}
	for _, t := range a.Wallet.Transactions {
		amount, err := account.ParseMoney(t.Amount.String())
		if err != nil {
			return 0, fmt.Errorf("the answer is not what oauthmock answers: %w", err)
		}
		credit += amount
	}
	return credit, nil
}

// walletCommand shows and moves the wallet of an account of a running mock.
func (c *client) walletCommand() *cobra.Command {
	cmd := group(&cobra.Command{Use: "wallet", Short: "Show or move the wallet of an account of a running mock"})
	var of, description string
	add := &cobra.Command{
		Use:   "add AMOUNT",
		Short: "Recharge a wallet; a negative amount debits it",
		Long: "Recharge a wallet, with up to four decimals. A negative amount debits it; write it after two dashes, so that it is not taken for a\n" +
			"flag.",
		Example: "  oauthmock wallet add 10.50 --account demo\n  oauthmock wallet add --account demo --description Fee -- -2",
		Args: func(cmd *cobra.Command, args []string) error {
			if err := exactly("AMOUNT")(cmd, args); err != nil {
				return err
			}
			if _, err := account.ParseMoney(args[0]); err != nil {
				return usageError{err}
			}
			if !json.Valid([]byte(args[0])) { // +1, .5, 01
				return usageError{fmt.Errorf("%q is not an amount: write a decimal number such as 12.5", args[0])}
			}
			if of == "" {
				return usageError{errors.New("say with --account whose wallet (\"oauthmock accounts\" lists them)")}
			}
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			wish := map[string]any{"amount": json.RawMessage(args[0])}
			if description != "" {
				wish["description"] = description
			}
			body, err := json.Marshal(wish)
			if err != nil {
				return err
			}
			q := question{method: http.MethodPost, path: []string{"accounts", of, "wallet"}, body: body}
			return c.run(cmd.Context(), q, func(body []byte) error {
				var moved struct {
					Credit      json.Number
					Transaction struct {
						ID, Description string
						Amount          json.Number
					}
				}
				if err := decodeAnswer(body, &moved); err != nil {
					return err
				}
				t := moved.Transaction
				return c.printf("%s: %s (%s); the credit is %s\n", cell(t.ID), t.Amount, cell(t.Description), moved.Credit)
			})
		},
	}
	c.accountFlag(add, add.Flags(), &of, "whose wallet, by the account's `ID`")
	add.Flags().StringVar(&description, "description", "", "what the transaction is called; default is Wallet recharge, or Wallet debit")
	add.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w (see %s --help; a negative amount stands behind two dashes: -- -2)", err, cmd.CommandPath())}
	})
	cmd.AddCommand(add, c.walletShowCommand())
	return cmd
}
