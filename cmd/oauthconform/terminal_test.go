package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/creack/pty"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// onTerminal runs the program with standard output and error on a terminal, and returns what that
// shows.
func onTerminal(t *testing.T, environment map[string]string, args ...string) string {
	t.Helper()
	screen, terminal, err := pty.Open()
	if errors.Is(err, pty.ErrUnsupported) || errors.Is(err, os.ErrNotExist) {
		t.Skip("there are no pseudo-terminals here")
	}
	require.NoError(t, err)
	defer screen.Close()
	shown := make(chan string, 1)
	go func() {
		all, _ := io.ReadAll(screen) // it ends with an error on some systems, and without one on others
		shown <- string(all)
	}()
	run(t.Context(), args, func(name string) string { return environment[name] }, terminal, terminal)
	require.NoError(t, terminal.Close())
	return <-shown
}

func TestATerminalShowsProgressAndColours(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.yaml")
	require.NoError(t, os.WriteFile(file, []byte(`
version: "1.0"
scenarios:
  - id: mine/wallet/read
    title: The wallet is read
    level: MUST
    requirement: GET /wallet answers 200.
    source: "GET /wallet 200"
    steps: [{name: read, call: wallet.get, expect: {status: 200}}]
`), 0o600))
	const progress, green = "\r\x1b[K1/1 · mine/wallet/read", "\x1b[32mPASS\x1b[0m"

	shown := onTerminal(t, nil, "run", "--scenarios", file)
	assert.Contains(t, shown, "\r\x1b[K0/1")
	assert.Contains(t, shown, progress)
	assert.Contains(t, shown, green)

	shown = onTerminal(t, nil, "run", "--scenarios", file, "--quiet")
	assert.NotContains(t, shown, "1/1")

	shown = onTerminal(t, map[string]string{"NO_COLOR": "1"}, "run", "--scenarios", file)
	assert.Contains(t, shown, progress)
	assert.NotContains(t, shown, "\x1b[32m")
	assert.Contains(t, shown, "PASS")
}
