package command

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"oauthmock/mockserver/journal"
)

// explainCommand explains an answer of a running mock.
func (c *client) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain ID|last",
		Short: "Explain why a running mock answered a request as it did",
		Long: "Explain why a running mock answered a request as it did. The ID is in the answer's header X-Mock-Request-Id, and in \"oauthmock\n" +
			"requests\"; last means the newest request.",
		Example:           "  oauthmock explain last\n  oauthmock explain 42",
		Args:              exactly("ID"),
		ValidArgsFunction: c.completeFirst(c.completeRequests),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.run(cmd.Context(), question{method: http.MethodGet, path: []string{"requests", args[0]}}, c.showExplained)
		},
	}
}

// showExplained prints an entry of the journal and its explanation: the words first, then
// everything else in the answer.
func (c *client) showExplained(body []byte) error {
	var e struct {
		journal.Entry
		Explanation json.RawMessage
	}
	if err := decodeAnswer(body, &e); err != nil {
		return err
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "#%s  %s  %s → %d\n", cell(e.ID), e.At.Format(time.RFC3339), shorten(e.Request.Method+" "+e.Request.URI), e.Response.Status)
	fmt.Fprintf(&out, "%s   received at %s by the machine's clock", cell(string(e.Kind)), e.ReceivedAt.Format(time.RFC3339Nano))
	if e.Credential != "" {
		fmt.Fprintf(&out, ", with %s", cell(e.Credential))
	}
	out.WriteByte('\n')
	for _, side := range []struct{ name, body string }{{"request ", e.Request.Body}, {"response", e.Response.Body}} {
		if side.body != "" {
			fmt.Fprintf(&out, "%s  %s\n", side.name, shorten(side.body))
		}
	}
	if len(e.Explanation) == 0 || e.Explanation[0] != '{' {
		return c.printf("%s", out.String())
	}
	all, err := members(e.Explanation)
	if err != nil {
		return fmt.Errorf("the answer is not what oauthmock answers: %w", err)
	}
	out.WriteByte('\n')
	var details bytes.Buffer
	for _, m := range all {
		var words []string
		if m.name == "words" && json.Unmarshal(m.value, &words) == nil {
			for _, sentence := range words {
				fmt.Fprintln(&out, cell(sentence))
			}
			continue
		}
		if err := outlined(&details, "", cell(m.name)+":", m.value); err != nil {
			return fmt.Errorf("the answer is not what oauthmock answers: %w", err)
		}
	}
	return c.printf("%s\n%s", out.String(), details.String())
}
