package command

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAJournalWithoutRoomIsRefused(t *testing.T) {
	for _, args := range [][]string{{"--journal-entries", "0"}, {"--journal-entries", "-1"}, {"--journal-bytes", "0"}, {"--journal-bytes", "0", "--journal-entries", "5"}, {"--journal-entries", "many"}} {
		var stderr strings.Builder
		code := Run(t.Context(), append([]string{"serve", "--addr", "127.0.0.1:0"}, args...), func(string) string { return "" }, io.Discard, &stderr)
		assert.Equal(t, exitUsage, code, args)
		assert.Contains(t, stderr.String(), args[0])
	}
}

// TestAStreamOfTheJournalEndsWithTheServer opens a stream, lets the server's time limits pass, and
// stops the server.
func TestAStreamOfTheJournalEndsWithTheServer(t *testing.T) {
	t.Parallel() // it waits more than it works
	for name, args := range map[string][]string{
		"on the listener of all":   nil,
		"on a listener of its own": {"--admin-addr", "127.0.0.1:0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t, nil, append(args, "--read-timeout", "1s", "--write-timeout", "1s")...)
			url := p.url
			if args != nil {
				_, line, found := strings.Cut(p.stderr.String(), "url=http://")
				require.True(t, found, p.stderr.String())
				url = "http://" + strings.TrimSuffix(strings.Fields(line)[0], "/__admin")
			}
			r, err := http.NewRequestWithContext(t.Context(), "GET", url+"/__admin/requests/stream", nil)
			require.NoError(t, err)
			answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
			require.NoError(t, err)
			defer answer.Body.Close()
			from := bufio.NewReader(answer.Body)
			until := func(prefix string) {
				for {
					line, err := from.ReadString('\n')
					require.NoError(t, err)
					if strings.HasPrefix(line, prefix) {
						return
					}
				}
			}
			until(": ")
			mute := p.dial() // is cut off when the time for reading is over
			p.write(mute, "GET /wal")
			_, err = io.ReadAll(mute)
			require.NoError(t, err)
			p.ask("GET", "/wallet", "")
			until("event: request")

			p.stop()
			_, err = io.Copy(io.Discard, from)
			require.NoError(t, err, "the stream ends, and is not cut off")
			assert.NotContains(t, p.stderr.String(), "cut off")
		})
	}
}
