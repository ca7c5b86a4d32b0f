package docs_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance/client"
)

// TestThePageOfCertifyingClientsIsWhatTheTablesSay keeps docs/certifying-clients.md true to the
// tables of tasks, cases and rules.
func TestThePageOfCertifyingClientsIsWhatTheTablesSay(t *testing.T) {
	const file = "certifying-clients.md"
	written, err := os.ReadFile(file)
	require.NoError(t, err)
	want := string(written)
	for name, part := range map[string]string{"tasks": taskTable(), "cases": caseTable(), "rules": ruleTable()} {
		begin, end := "<!-- "+name+" -->\n", "<!-- /"+name+" -->"
		head, rest, found := strings.Cut(want, begin)
		require.True(t, found, name)
		_, tail, found := strings.Cut(rest, end)
		require.True(t, found, name)
		want = head + begin + part + end + tail
	}
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(want), 0o600))
		return
	}
	assert.Equal(t, want, string(written), "run: go test ./docs -update")
}

func taskTable() string {
	var out strings.Builder
	fmt.Fprintf(&out, "Version %s of the tables.\n", client.Version)
	for _, task := range client.Tasks() {
		fmt.Fprintf(&out, "\n### %s\n\n%s\n\n| | member | type | |\n|---|---|---|---|\n", task.Name, wrapped(task.Does))
		for _, part := range []struct {
			name   string
			fields []client.Field
		}{{"given", task.Parameters}, {"prints", task.Prints}} {
			for _, field := range part.fields {
				optional := ""
				if field.Optional {
					optional = " (not always)"
				}
				fmt.Fprintf(&out, "| %s | `%s` | %s | %s%s |\n", part.name, field.Name, field.Type, field.Meaning, optional)
			}
		}
	}
	return out.String() + "\n"
}

func caseTable() string {
	var out strings.Builder
	out.WriteString("| case | | ends | proves |\n|---|---|---|---|\n")
	for _, c := range client.Cases() {
		fmt.Fprintf(&out, "| `%s` | %s | %s | %s |\n", c.ID, c.Title, c.End, strings.Join(append([]string{c.Outcome}, c.Needs...), ", "))
	}
	return out.String()
}

func ruleTable() string {
	var out strings.Builder
	out.WriteString("| rule | level | requirement | applied to | clock | source |\n|---|---|---|---|---|---|\n")
	for _, rule := range client.Rules() {
		fmt.Fprintf(&out, "| `%s` | %s | %s | %s | %s | %s |\n", rule.ID, rule.Level, rule.Requirement, rule.Scope, rule.Clock, rule.Source)
	}
	return out.String()
}
