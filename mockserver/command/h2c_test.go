package command

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// h2c is a client that speaks HTTP/2 without TLS, and nothing else.
func h2c(t *testing.T) *http.Client {
	t.Helper()
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: time.Minute}
}

func TestLimitsHoldOnHTTP2Too(t *testing.T) {
	t.Parallel() // it waits more than it works
	ask := func(p *process, body io.Reader) (*http.Response, error) {
		r, err := http.NewRequestWithContext(p.t.Context(), "POST", p.url+"/tokens", body)
		require.NoError(p.t, err)
		r.SetBasicAuth("dev@example.com", "0123456789abcdef0123456789abcdef")
		return h2c(p.t).Do(r)
	}
	t.Run("it is spoken", func(t *testing.T) {
		t.Parallel()
		answer, err := ask(start(t, nil), strings.NewReader(`{"scopes":["*:*/*"]}`))
		require.NoError(t, err)
		defer answer.Body.Close()
		assert.Equal(t, 2, answer.ProtoMajor)
		assert.Equal(t, 200, answer.StatusCode)
	})
	t.Run("--read-timeout for a body", func(t *testing.T) {
		t.Parallel()
		body, never := io.Pipe()
		defer never.Close()
		answer, err := ask(start(t, nil, "--read-timeout", "1s"), body)
		require.NoError(t, err)
		defer answer.Body.Close()
		assert.Equal(t, 408, answer.StatusCode)
	})
	t.Run("--max-body", func(t *testing.T) {
		t.Parallel()
		answer, err := ask(start(t, nil, "--max-body", "10"), strings.NewReader(`{"scopes":["*:*/*"]}`))
		require.NoError(t, err)
		defer answer.Body.Close()
		assert.Equal(t, 413, answer.StatusCode)
	})
	t.Run("--read-timeout for who does not say which version it is", func(t *testing.T) {
		t.Parallel()
		p := start(t, nil, "--read-timeout", "1s")
		connection := p.dial()
		p.write(connection, "PRI * HT")
		_, err := io.ReadAll(connection)
		require.NoError(t, err, "the server closes the connection before the test gives up")
	})
	t.Run("--idle-timeout", func(t *testing.T) {
		t.Parallel()
		p := start(t, nil, "--idle-timeout", "200ms")
		connection := p.dial()
		p.write(connection, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00")
		_, err := io.ReadAll(connection)
		require.NoError(t, err, "the server closes the connection before the test gives up")
	})
	t.Run("--write-timeout ends an answer that is sent too slowly", func(t *testing.T) {
		t.Parallel()
		p := start(t, nil, "--write-timeout", "1s")
		status, _ := p.ask("POST", "/__admin/faults", `{"name":"slow","match":{"operation":"token.create"},"effect":{"kind":"dribble","interval":"100ms"}}`)
		require.Equal(t, 201, status)
		answer, err := ask(p, strings.NewReader(`{"scopes":["*:*/*"]}`))
		require.NoError(t, err)
		defer answer.Body.Close()
		_, err = io.ReadAll(answer.Body)
		require.ErrorContains(t, err, "stream error")
	})
}

func TestAStopEndsWhatHangs(t *testing.T) {
	p := start(t, nil)
	status, _ := p.ask("POST", "/__admin/faults", `{"name":"never","match":{"operation":"wallet.get"},"effect":{"kind":"hang"}}`)
	require.Equal(t, 201, status)
	connection := p.dial()
	p.write(connection, "GET /wallet HTTP/1.1\r\nHost: localhost\r\n"+demoBasic+"\r\n")
	require.Eventually(t, func() bool {
		_, body := p.ask("GET", "/__admin/faults/never", "")
		return strings.Contains(body, `"hits":1`)
	}, time.Minute, time.Millisecond)
	p.stop()
	_, err := bufio.NewReader(connection).ReadByte()
	require.ErrorIs(t, err, io.EOF)
	assert.NotContains(t, p.stderr.String(), "cut off", "nobody waits for it")
}
