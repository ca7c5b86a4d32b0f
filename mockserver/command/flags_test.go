package command

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestEveryFlagIsTriedAndTold: a flag that no test gives could do nothing, and one that the README leaves out is not found.
func TestEveryFlagIsTriedAndTold(t *testing.T) {
	files, err := filepath.Glob("*_test.go")
	require.NoError(t, err)
	var tests strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		tests.Write(text)
	}
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	serveCommand(io.Discard, io.Discard).Flags().VisitAll(func(f *pflag.Flag) {
		assert.Contains(t, tests.String(), `"--`+f.Name+`"`, "no test gives --%s", f.Name)
		assert.Regexp(t, "`--"+f.Name+"[ `]", string(readme), "the README does not name --%s", f.Name)
	})
}
