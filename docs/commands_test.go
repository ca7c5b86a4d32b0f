package docs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestCurlLinesSayThatTheirBodiesAreJSON: with -d alone curl says that a body is a form, which
// --strict-requests and services refuse.
func TestCurlLinesSayThatTheirBodiesAreJSON(t *testing.T) {
	pages, err := filepath.Glob("*.md")
	require.NoError(t, err)
	lines := 0
	for _, page := range append(pages, filepath.Join("..", "README.md")) {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for command := range strings.SplitSeq(strings.ReplaceAll(string(text), "\\\n", ""), "\n") {
			json := strings.Contains(command, "-d '{") || strings.Contains(command, "-d '[") || strings.Contains(command, "--json '")
			if !strings.Contains(command, "curl ") || !json {
				continue
			}
			lines++
			assert.True(t, strings.Contains(command, "--json") || strings.Contains(command, "Content-Type: application/json"), "%s: %s", page, command)
		}
	}
	assert.Positive(t, lines)
}
