package command

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/spf13/cobra"
)

// coverageCommand reports what the tests of a client never met.
func (c *client) coverageCommand() *cobra.Command {
	var account string
	cmd := &cobra.Command{
		Use:   "coverage",
		Short: "List what your tests never met of the API on a running mock",
		Long: "List the operations, statuses and refusals (by error number) that your tests never met on a running mock since it started or was\n" +
			"reset.",
		Args: noArguments, ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			q := question{method: http.MethodGet, path: []string{"coverage"}, query: confined(account)}
			return c.run(cmd.Context(), q, c.showCoverage)
		},
	}
	c.accountFlag(cmd, cmd.Flags(), &account, "only what this account met, by its `ID`")
	return cmd
}

// showCoverage prints how much was met of each kind, and then what was not.
func (c *client) showCoverage(body []byte) error {
	kinds, err := members(body)
	if err != nil {
		return fmt.Errorf("the answer is not what oauthmock answers: %w", err)
	}
	var summary []string
	var missing strings.Builder
	for _, kind := range kinds {
		var met struct {
			Covered, Total *int
			Missing        []string
		}
		if decodeAnswer(kind.value, &met) != nil || met.Covered == nil || met.Total == nil {
			continue // a member that is not a kind
		}
		summary = append(summary, fmt.Sprintf("%s %d/%d", cell(kind.name), *met.Covered, *met.Total))
		if len(met.Missing) == 0 {
			continue
		}
		fmt.Fprintf(&missing, "\n%s never met\n", cell(kind.name))
		for _, m := range met.Missing {
			fmt.Fprintf(&missing, "  %s\n", cell(m))
		}
	}
	return c.printf("coverage  %s\n%s", strings.Join(summary, " · "), missing.String())
}
