package command

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"oauthmock/mockserver/journal"
)

// completionPatience is how long a shell waits for names that the mock knows.
const completionPatience = time.Second

// names fetches a list from the control API and returns the shell's completions. If the mock does
// not answer there are none.
func (c *client) names(cmd *cobra.Command, q question, items any, each func() []string) ([]string, cobra.ShellCompDirective) {
	if err := c.fromEnvironment(cmd); err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), completionPatience)
	defer cancel()
	_, body, err := c.ask(ctx, q)
	if err == nil {
		err = decodeAnswer(body, items)
	}
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return each(), cobra.ShellCompDirectiveNoFileComp
}

// completeAccounts offers the IDs of accounts.
func (c *client) completeAccounts(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	var all struct{ Items []accountRow }
	return c.names(cmd, question{method: http.MethodGet, path: []string{"accounts"}}, &all, func() (out []string) {
		for _, a := range all.Items {
			out = append(out, a.ID+"\t"+cell(a.Environment+" "+a.Email))
		}
		return out
	})
}

// completeSnapshots offers the names of snapshots.
func (c *client) completeSnapshots(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	var all struct{ Items []struct{ Name string } }
	return c.names(cmd, question{method: http.MethodGet, path: []string{"snapshots"}}, &all, func() (out []string) {
		for _, s := range all.Items {
			out = append(out, s.Name)
		}
		return out
	})
}

// completeFaults offers the names of rules by which calls go wrong.
func (c *client) completeFaults(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	var all struct{ Items []faultRow }
	return c.names(cmd, question{method: http.MethodGet, path: []string{"faults"}}, &all, func() (out []string) {
		for _, r := range all.Items {
			out = append(out, r.Name+"\t"+cell(r.Effect.Kind+" "+r.Where))
		}
		return out
	})
}

// completeRequests offers the IDs of the newest requests.
func (c *client) completeRequests(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	var all struct{ Items []journal.Entry }
	q := question{method: http.MethodGet, path: []string{"requests"}, query: map[string][]string{"limit": {"50"}}}
	return c.names(cmd, q, &all, func() (out []string) {
		for _, e := range all.Items {
			out = append(out, e.ID+"\t"+shorten(e.Request.Method+" "+e.Request.URI+" → "+strconv.Itoa(e.Response.Status)))
		}
		return out
	})
}

// completeFirst completes the first argument, and no other.
func (c *client) completeFirst(complete cobra.CompletionFunc) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return complete(cmd, args, toComplete)
	}
}
