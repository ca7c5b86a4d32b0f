package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTheMockStopsInOrderWhenItIsSignalled starts the program by the mock's name, as a process of
// its own.
func TestTheMockStopsInOrderWhenItIsSignalled(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("processes of Windows are sent no signals")
	}
	for name, signal := range map[string]os.Signal{"interrupt": os.Interrupt, "terminate": syscall.SIGTERM} {
		t.Run(name, func(t *testing.T) {
			mock := exec.CommandContext(t.Context(), "oauthmock", "serve", "--addr", "127.0.0.1:0")
			var stderr strings.Builder
			mock.Stderr = &stderr
			out, err := mock.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, mock.Start())
			stdout := bufio.NewReader(out)
			url, err := stdout.ReadString('\n')
			require.NoError(t, err)
			assert.Regexp(t, `^http://127\.0\.0\.1:\d+\n$`, url)

			require.NoError(t, mock.Process.Signal(signal))
			rest, err := io.ReadAll(stdout)
			require.NoError(t, err)
			assert.Empty(t, string(rest), "the URL is the one line on standard output")
			require.NoError(t, mock.Wait(), "the exit status is 0: %s", stderr.String())
		})
	}
}
