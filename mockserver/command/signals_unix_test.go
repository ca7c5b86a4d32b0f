//go:build unix

package command

import (
	"context"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSignalsGoToTheCommand(t *testing.T) {
	own, err := os.Executable()
	require.NoError(t, err)
	t.Setenv(childMode, "wait")
	for name, send := range map[string]func(stop context.CancelFunc) error{
		"SIGHUP":                func(context.CancelFunc) error { return syscall.Kill(os.Getpid(), syscall.SIGHUP) },
		"the end of everything": func(stop context.CancelFunc) error { stop(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			var out, errs safeBuffer
			ended := make(chan int, 1)
			go func() { ended <- Run(ctx, []string{"exec", "--", own}, func(string) string { return "" }, &out, &errs) }()
			require.Eventually(t, func() bool { return strings.HasPrefix(out.String(), "ready\n") }, time.Minute, time.Millisecond, errs.String())
			require.NoError(t, send(stop))
			assert.Equal(t, 5, <-ended, errs.String())
			assert.Regexp(t, "^ready\n(hangup|terminated)\n$", out.String())
		})
	}
}
