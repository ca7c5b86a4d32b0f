package docs_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/command"
)

// asOauthmock is the environment variable with which the test binary is oauthmock itself.
const asOauthmock = "DOCS_TEST_IS_OAUTHMOCK"

func TestMain(m *testing.M) {
	if os.Getenv(asOauthmock) != "" {
		os.Exit(command.Run(context.Background(), os.Args[1:], os.Getenv, os.Stdout, os.Stderr)) //nolint:forbidigo // here the test binary is the program
	}
	m.Run()
}

// step is a command of a console block, without its comment, and the output that the page shows.
type step struct{ command, output string }

// session returns the steps of the console blocks between two lines of README.md.
func session(t *testing.T, from, to string) (steps []step) {
	t.Helper()
	text, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	_, part, found := strings.Cut(string(text), "\n"+from+"\n")
	require.True(t, found, from)
	part, _, found = strings.Cut(part, "\n"+to)
	require.True(t, found, to)
	console := false
	for line := range strings.Lines(part) {
		text, isCommand := strings.CutPrefix(line, "$ ")
		switch {
		case strings.HasPrefix(line, "```"):
			console = line == "```console\n"
		case console && isCommand:
			text, _, _ = strings.Cut(text, "   #")
			steps = append(steps, step{command: strings.TrimSpace(text)})
		case console && len(steps) > 0:
			steps[len(steps)-1].output += line
		}
	}
	return steps
}

// TestTheSessionOfTheReadmeIsWhatComes runs what README.md shows, in a shell, and compares the
// output.
func TestTheSessionOfTheReadmeIsWhatComes(t *testing.T) {
	for _, program := range []string{"sh", "curl", "jq"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip("needs ", program)
		}
	}
	steps := session(t, "## What it does for you", "## ")
	require.Greater(t, len(steps), 5)
	serve, isServe := strings.CutPrefix(steps[0].command, "oauthmock serve ")
	require.True(t, isServe, steps[0].command)

	bin, urlFile := t.TempDir(), filepath.Join(t.TempDir(), "url")
	program, err := os.Executable()
	require.NoError(t, err)
	if err := os.Symlink(program, filepath.Join(bin, "oauthmock")); err != nil {
		t.Skip("needs symbolic links: ", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	go func() {
		args := append([]string{"serve", "--addr", "127.0.0.1:0", "--url-file", urlFile}, strings.Fields(serve)...)
		ended <- command.Run(ctx, args, func(string) string { return "" }, io.Discard, io.Discard)
	}()
	t.Cleanup(func() {
		stop()
		assert.Zero(t, <-ended)
	})
	var url []byte
	require.Eventually(t, func() bool {
		url, err = os.ReadFile(urlFile)
		return err == nil
	}, 10*time.Second, time.Millisecond)

	const mark = "-- the next step --"
	var script bytes.Buffer
	for _, s := range steps[1:] {
		script.WriteString(s.command + "\necho\necho '" + mark + "'\n")
	}
	base := strings.TrimSpace(string(url))
	shell := exec.CommandContext(t.Context(), "sh", "-c", strings.ReplaceAll(script.String(), "http://127.0.0.1:8080", base))
	shell.Env = append(os.Environ(), asOauthmock+"=1", "OAUTHMOCK_URL="+base, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	output, err := shell.CombinedOutput()
	require.NoError(t, err, string(output))
	came := strings.Split(string(output), mark+"\n")
	for i, s := range steps[1:] {
		t.Run(s.command, func(t *testing.T) {
			for part := range strings.SplitSeq(s.output, "…\n") {
				assert.Contains(t, came[i], strings.TrimSpace(part))
			}
		})
	}
}
