package command

import (
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheDocumentationNamesEveryFlag(t *testing.T) {
	readme, err := os.ReadFile("../../docs/oauthmock.md")
	require.NoError(t, err)
	serveCommand(os.Getenv, io.Discard, io.Discard).Flags().VisitAll(func(f *pflag.Flag) {
		// Not by assert, which would print the whole page.
		if !regexp.MustCompile("`--" + f.Name + "[ `]").Match(readme) {
			t.Errorf("docs/oauthmock.md does not name --%s", f.Name)
		}
	})
}

func TestTheHelpOfServeShowsEveryFlagInOneGroup(t *testing.T) {
	code, help, _ := command(t.Context(), "serve", "--help")
	assert.Equal(t, exitOK, code)
	serveCommand(os.Getenv, io.Discard, io.Discard).Flags().VisitAll(func(f *pflag.Flag) {
		assert.Len(t, regexp.MustCompile(`(?m)^ {6}--`+f.Name+`[ [\n]`).FindAllString(help, -1), 1, "--%s", f.Name)
	})
	assert.Less(t, strings.Index(help, "\nWhere it listens:\n"), strings.Index(help, "--addr HOST:PORT"))
	assert.Less(t, strings.Index(help, "\nWhat goes wrong:\n"), strings.Index(help, "--faults FILE"))
	for line := range strings.Lines(help) {
		assert.LessOrEqual(t, len(line), helpColumns+8, line)
	}
}
