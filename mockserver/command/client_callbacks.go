package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/spf13/cobra"

	"oauthmock/mockserver/journal"
)

// callbacksCommand adds callbacks to a running mock, lists the attempts to deliver them, and
// receives them.
func (c *client) callbacksCommand() *cobra.Command {
	cmd := group(&cobra.Command{Use: "callbacks", Short: "Send callbacks from a running mock, list delivery attempts, retry one, or receive them"})
	cmd.AddCommand(c.sendCallbackCommand(), c.listCallbacksCommand(), c.retryCallbackCommand(), c.listenCommand())
	return cmd
}

func (c *client) sendCallbackCommand() *cobra.Command {
	var of, scope, data, method string
	var retry int
	cmd := &cobra.Command{
		Use:   "send URL",
		Short: "Send a callback to a URL, as a call of a paid service would",
		Long: "Send a callback to a URL, as a call of a paid service would. Only loopback and the hosts of serve --callback-hosts are called. It prints the\n" +
			"callback's id, for GET /callbacks/{id} of the API.",
		Example: `  oauthmock callbacks send http://127.0.0.1:9000/hook --account demo --scope POST:sms.openapi.com/send --data '{"state":"done"}' --retry 3`,
		Args: func(cmd *cobra.Command, args []string) error {
			switch err := exactly("URL")(cmd, args); {
			case err != nil:
				return err
			case of == "":
				return usageError{errors.New("say with --account whose callback it is (\"oauthmock accounts\" lists them)")}
			case scope == "":
				return usageError{errors.New("say with --scope which scope of the catalogue it is of, such as POST:sms.openapi.com/send")}
			case !json.Valid([]byte(data)):
				return usageError{fmt.Errorf("--data: %q is not JSON", data)}
			}
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			body, err := json.Marshal(map[string]any{"url": args[0], "scope": scope, "data": json.RawMessage(data), "method": method, "retry": retry})
			if err != nil {
				return err
			}
			return c.run(cmd.Context(), question{method: http.MethodPost, path: []string{"accounts", of, "callbacks"}, body: body}, func(body []byte) error {
				var made struct{ ID string }
				if err := decodeAnswer(body, &made); err != nil {
					return err
				}
				return c.printf("%s\n", cell(made.ID))
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&of, "account", "", "the account's `ID`")
	flags.StringVar(&scope, "scope", "", "the `SCOPE` that the log shows")
	flags.StringVar(&data, "data", "{}", "the payload, a `JSON` object")
	flags.StringVar(&method, "method", "JSON", "how it travels: `JSON|POST`, as the body or in a form")
	flags.IntVar(&retry, "retry", 0, "how often it is tried again, `N` from 0 to 5")
	_ = cmd.RegisterFlagCompletionFunc("account", c.completeAccounts)
	return cmd
}

func (c *client) listCallbacksCommand() *cobra.Command {
	var of string
	cmd := &cobra.Command{
		Use: "list", Short: "List the delivery attempts of callbacks in the journal, oldest first", Args: noArguments, ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			query := url.Values{"kind": {string(journal.KindCallback)}}
			if of != "" {
				query.Set("account", of)
			}
			return c.run(cmd.Context(), question{method: http.MethodGet, path: []string{"requests"}, query: query}, func(body []byte) error {
				var all struct{ Items []journal.Entry }
				if err := decodeAnswer(body, &all); err != nil {
					return err
				}
				rows := [][]string{}
				for _, e := range all.Items {
					if e.Callback == nil {
						continue
					}
					answer := strconv.Itoa(e.Response.Status)
					if e.Callback.Error != "" {
						answer = e.Callback.Error
					}
					rows = append(rows, []string{
						e.At.Format("2006-01-02T15:04:05Z07:00"), e.Account, e.Callback.ID, strconv.Itoa(e.Callback.Attempt), e.Request.Host + e.Request.URI, answer,
					})
				}
				return c.table([]string{"at", "account", "callback", "attempt", "url", "answer"}, rows)
			})
		},
	}
	cmd.Flags().StringVar(&of, "account", "", "only those of the account with this `ID`")
	_ = cmd.RegisterFlagCompletionFunc("account", c.completeAccounts)
	return cmd
}

func (c *client) retryCallbackCommand() *cobra.Command {
	var of string
	cmd := &cobra.Command{
		Use:     "retry ID",
		Short:   "Retry a callback, even if it was delivered or given up",
		Example: "  oauthmock callbacks retry 698d9d980a304309f0a3e0cd --account demo",
		Args: func(cmd *cobra.Command, args []string) error {
			if err := exactly("ID")(cmd, args); err != nil {
				return err
			}
			if of == "" {
				return usageError{errors.New("say with --account whose callback it is (\"oauthmock accounts\" lists them)")}
			}
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			q := question{method: http.MethodPost, path: []string{"accounts", of, "callbacks", args[0], "retry"}}
			return c.run(cmd.Context(), q, func([]byte) error { return nil })
		},
	}
	cmd.Flags().StringVar(&of, "account", "", "whose callback it is: the account's `ID`")
	_ = cmd.RegisterFlagCompletionFunc("account", c.completeAccounts)
	return cmd
}
