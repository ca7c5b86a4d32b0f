package command

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
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
		// By hand, because assert would print all tests and the whole README.
		if !strings.Contains(tests.String(), `"--`+f.Name+`"`) {
			t.Errorf("no test gives --%s", f.Name)
		}
		if !regexp.MustCompile("`--" + f.Name + "[ `]").Match(readme) {
			t.Errorf("the README does not name --%s", f.Name)
		}
	})
}

func TestTheHelpOfServeShowsEveryFlagInOneGroup(t *testing.T) {
	code, help, _ := command(t.Context(), "serve", "--help")
	assert.Equal(t, exitOK, code)
	serveCommand(io.Discard, io.Discard).Flags().VisitAll(func(f *pflag.Flag) {
		assert.Len(t, regexp.MustCompile(`(?m)^ {6}--`+f.Name+`[ [\n]`).FindAllString(help, -1), 1, "--%s", f.Name)
	})
	assert.Less(t, strings.Index(help, "\nWhere it listens:\n"), strings.Index(help, "--addr HOST:PORT"))
	assert.Less(t, strings.Index(help, "\nWhat goes wrong:\n"), strings.Index(help, "--faults FILE"))
	for line := range strings.Lines(help) {
		assert.LessOrEqual(t, len(line), helpColumns+8, line)
	}
}
