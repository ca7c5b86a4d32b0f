package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"oauthmock/mockserver/fault"
)

// faultsCommand lists, adds and removes the rules of a running mock by which calls go wrong.
func (c *client) faultsCommand() *cobra.Command {
	var account string
	list := func(cmd *cobra.Command, _ []string) error {
		return c.run(cmd.Context(), question{method: http.MethodGet, path: []string{"faults"}, query: confined(account)}, c.showFaults)
	}
	cmd := group(&cobra.Command{
		Use:   "faults",
		Short: "List, add or remove fault rules of a running mock",
		Long:  "List, add or remove fault rules of a running mock. Without a command it lists them in their order.",
		RunE:  list,
	})
	c.accountFlag(cmd, cmd.PersistentFlags(), &account, "only rules that are confined to this account, by its `ID`; rules that are added become so")
	cmd.AddCommand(
		&cobra.Command{Use: "list", Short: "List the rules, with how often each fired", Args: noArguments, ValidArgsFunction: cobra.NoFileCompletions, RunE: list},
		c.addFaultsCommand(&account), c.removeFaultsCommand(&account),
	)
	return cmd
}

func (c *client) addFaultsCommand(account *string) *cobra.Command {
	var chaos []string
	cmd := &cobra.Command{
		Use:   "add [FILE|RULE…]",
		Short: "Add rules: of files, of profiles, or written out as JSON",
		Long: "Add rules behind all others: of files (- is standard input), of profiles, or written out as JSON. All of an argument are added, or none.\n" +
			"The profiles are " + strings.Join(fault.Profiles(), ", ") + ".",
		Example: "  oauthmock faults add rules.yaml\n" +
			"  oauthmock faults add --chaos slow --account demo\n" +
			`  oauthmock faults add '{"name":"twice","match":{"operation":"token.create"},"when":{"first":2},"effect":{"kind":"status","status":503}}'`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && len(chaos) == 0 {
				return usageError{errors.New("say which rules: a file, a rule as JSON, or --chaos PROFILE")}
			}
			bodies, err := faultBodies(args, chaos, cmd.InOrStdin())
			if err != nil {
				return err
			}
			for _, body := range bodies {
				q := question{method: http.MethodPost, path: []string{"faults"}, query: confined(*account), body: body}
				if err := c.run(cmd.Context(), q, c.showAdded); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().StringSliceVar(&chaos, "chaos", nil, "a `PROFILE` that comes with the program; may be repeated")
	_ = cmd.RegisterFlagCompletionFunc("chaos", cobra.FixedCompletions(fault.Profiles(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (c *client) removeFaultsCommand(account *string) *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:     "remove NAME…",
		Short:   "Remove rules; with --all every one, or with --account those of the account",
		Example: "  oauthmock faults remove twice\n  oauthmock faults remove --all",
		Args: func(cmd *cobra.Command, args []string) error {
			if all == (len(args) > 0) {
				return usageError{fmt.Errorf("%s takes either names or --all", cmd.CommandPath())}
			}
			return nil
		},
		ValidArgsFunction: c.completeFirst(c.completeFaults),
		RunE: func(cmd *cobra.Command, args []string) error {
			if all {
				q := question{method: http.MethodDelete, path: []string{"faults"}, query: confined(*account)}
				return c.run(cmd.Context(), q, func([]byte) error { return c.printf("the rules are removed\n") })
			}
			for _, name := range args {
				err := c.run(cmd.Context(), question{method: http.MethodDelete, path: []string{"faults", name}}, func([]byte) error {
					return c.printf("rule %s is removed\n", cell(name))
				})
				if err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "all rules")
	return cmd
}

// faultBodies reads the rules that are to be added, as the control API takes them. Files are
// checked here, so that what is wrong has a line.
func faultBodies(args, chaos []string, stdin io.Reader) (bodies [][]byte, err error) {
	for _, arg := range args {
		name, data := arg, []byte(arg)
		switch {
		case strings.HasPrefix(strings.TrimSpace(arg), "{"):
			name = "RULE"
		case arg == "-":
			name = "standard input"
			data, err = io.ReadAll(io.LimitReader(stdin, fault.MaxBytes+1))
		default:
			data, err = readBounded(arg)
		}
		if err != nil {
			return nil, err
		}
		rules, single, err := fault.Decode(name, data)
		if err == nil && !single {
			rules, err = fault.Load(name, data, fault.Known{})
		}
		if err != nil {
			return nil, usageError{err}
		}
		bodies = append(bodies, faultBody(rules))
	}
	for _, profile := range chaos {
		rules, err := fault.Profile(profile)
		if err != nil {
			return nil, usageError{fmt.Errorf("--chaos: %w", err)}
		}
		bodies = append(bodies, faultBody(rules))
	}
	return bodies, nil
}

func faultBody(rules []fault.Rule) []byte {
	body, err := json.Marshal(map[string]any{"version": fault.Version, "faults": rules})
	if err != nil {
		panic(fmt.Sprintf("rules are plain data: %v", err))
	}
	return body
}

// faultRow is a rule as the control API lists it.
type faultRow struct {
	Name, Where string
	Match, When json.RawMessage
	Effect      struct{ Kind string }
	Hits, Calls uint64
}

func (c *client) showFaults(body []byte) error {
	var all struct{ Items []faultRow }
	if err := decodeAnswer(body, &all); err != nil {
		return err
	}
	rows := [][]string{}
	for _, r := range all.Items {
		rows = append(rows, []string{
			r.Name, strconv.FormatUint(r.Hits, 10), strconv.FormatUint(r.Calls, 10), r.Effect.Kind, r.Where, flat(r.Match), flat(r.When),
		})
	}
	return c.table([]string{"name", "hits", "calls", "effect", "where", "match", "when"}, rows)
}

// flat is an object in one line: "operation=wallet.get".
func flat(value json.RawMessage) string {
	all, err := members(value)
	if err != nil {
		return "" // there is none
	}
	parts := make([]string, 0, len(all))
	for _, m := range all {
		parts = append(parts, m.name+"="+shorten(scalar(m.value)))
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

func (c *client) showAdded(body []byte) error {
	var added struct{ Items []faultRow }
	if err := decodeAnswer(body, &added); err != nil {
		return err
	}
	for _, r := range added.Items {
		if err := c.printf("rule %s is added\n", cell(r.Name)); err != nil {
			return err
		}
	}
	return nil
}
