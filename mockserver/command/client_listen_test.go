package command

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/callback"
)

func TestListenPrintsCallbacksAndChecksTheirSignatures(t *testing.T) {
	for name, c := range map[string]struct{ secret, signature, want string }{
		"good":              {"s", callback.Sign("s", []byte(`{"a":1}`)), "signature good"},
		"of another secret": {"s", callback.Sign("x", []byte(`{"a":1}`)), "signature bad"},
		"missing":           {"s", "", "signature missing"},
		"without a secret":  {"", "sha256=00", "signature unchecked"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			out, in := io.Pipe()
			args := []string{"callbacks", "listen", "--status", "503"}
			if c.secret != "" {
				args = append(args, "--secret", c.secret)
			}
			var log safeBuffer
			code := make(chan int, 1)
			go func() {
				code <- Run(ctx, args, func(string) string { return "" }, in, &log)
				_ = in.Close()
			}()
			lines := bufio.NewScanner(out)
			require.True(t, lines.Scan(), log.String())
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, lines.Text()+"/hook", strings.NewReader(`{"a":1}`))
			require.NoError(t, err)
			if c.signature != "" {
				r.Header.Set(callback.SignatureHeader, c.signature)
			}
			status := make(chan int, 1)
			go func() {
				answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
				if err != nil {
					status <- 0
					return
				}
				_ = answer.Body.Close()
				status <- answer.StatusCode
			}()
			require.True(t, lines.Scan())
			assert.Equal(t, "/hook  "+c.want+`  {"a":1}`, lines.Text())
			assert.Equal(t, 503, <-status)
			cancel()
			assert.Equal(t, exitOK, <-code, log.String())
		})
	}
}
