package docs_test

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/scenarios"
)

// TestThePageOfDevelopmentScenariosIsWhatTheFilesSay keeps docs/development-scenarios.md true to
// scenarios/development.
func TestThePageOfDevelopmentScenariosIsWhatTheFilesSay(t *testing.T) {
	const file, begin, end = "development-scenarios.md", "<!-- scenarios -->\n", "<!-- /scenarios -->"
	below, err := fs.Sub(scenarios.Embedded(), "development")
	require.NoError(t, err)
	all, err := scenarios.Load(below)
	require.NoError(t, err)
	require.NotEmpty(t, all)
	var want strings.Builder
	want.WriteString("\n")
	for _, s := range all {
		name := path.Base(s.ID)
		assert.Equal(t, name+".yaml", s.File, "the name by which serve knows a scenario is that of its file")
		assert.Equal(t, "development/"+name, s.ID)
		assert.Greater(t, len(s.Description), 200, "%s: a paragraph says what there is, and what to test", s.ID)
		assert.NotContains(t, s.Description, "\n", s.ID)
		assert.Contains(t, s.Tags, "development", s.ID)
		fmt.Fprintf(&want, "### %s\n\n%s. `oauthmock serve --scenario %s`\n\n%s\n\n", name, s.Title, name, wrapped(s.Description))
	}

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

// wrapped breaks a paragraph into lines of at most 100 characters.
func wrapped(text string) string {
	var lines strings.Builder
	length := 0
	for word := range strings.FieldsSeq(text) {
		switch {
		case length == 0:
		case length+1+utf8.RuneCountInString(word) > 100:
			lines.WriteByte('\n')
			length = 0
		default:
			lines.WriteByte(' ')
			length++
		}
		lines.WriteString(word)
		length += utf8.RuneCountInString(word)
	}
	return lines.String()
}
