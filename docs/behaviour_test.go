package docs_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/spec"
)

var update = flag.Bool("update", false, "write the generated parts anew")

// TestTheRefusalsInBehaviourAreTheTable keeps docs/behaviour.md true to spec/refusals.yaml.
func TestTheRefusalsInBehaviourAreTheTable(t *testing.T) {
	const file, begin, end = "behaviour.md", "<!-- refusals -->\n", "<!-- /refusals -->"
	table, err := spec.Refusals()
	require.NoError(t, err)
	var want strings.Builder
	want.WriteString("\n| surface | operation | reason | status | error | message | grade | source |\n|---|---|---|---|---|---|---|---|\n")
	for _, r := range table.All() {
		fmt.Fprintf(&want, "| %s | `%s` | %s | %d | %s | %s | %s | %s |\n", r.Surface, r.Operation, r.Reason, r.Status, strings.TrimSpace(r.Code.String()+" "+r.CodeName), r.Message, r.Grade, r.Source)
	}
	want.WriteString("\n")

	written, err := os.ReadFile(file)
	require.NoError(t, err)
	head, rest, found := strings.Cut(string(written), begin)
	require.True(t, found)
	got, tail, found := strings.Cut(rest, end)
	require.True(t, found)
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(head+begin+want.String()+end+tail), 0o600))
		return
	}
	assert.Equal(t, want.String(), got, "run: go test ./docs -update")
}
