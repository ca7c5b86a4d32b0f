package command

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const demoBasic = "Authorization: Basic ZGV2QGV4YW1wbGUuY29tOjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVm\r\n"

// dial opens a connection that gives up after a minute.
func (p *process) dial() net.Conn {
	p.t.Helper()
	connection, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	require.NoError(p.t, err)
	p.t.Cleanup(func() { _ = connection.Close() })
	require.NoError(p.t, connection.SetDeadline(time.Now().Add(time.Minute)))
	return connection
}

// write sends bytes as they are.
func (p *process) write(connection net.Conn, text string) {
	p.t.Helper()
	_, err := io.WriteString(connection, text)
	require.NoError(p.t, err)
}

func status(t *testing.T, from *bufio.Reader) int {
	t.Helper()
	answer, err := http.ReadResponse(from, nil)
	require.NoError(t, err)
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	require.NoError(t, err)
	return answer.StatusCode
}

// limitActs returns the acts of the flags that limit what callers may take.
func limitActs() map[string]act {
	const request = "GET /wallet HTTP/1.1\r\nHost: localhost\r\n" + demoBasic + "\r\n"
	return map[string]act{
		"--max-body": {[]string{"--max-body", "10"}, func(t *testing.T, p *process) {
			status, body := p.ask("POST", "/tokens", `{"scopes":1}`)
			assert.Equal(t, 413, status)
			assert.Contains(t, body, `"error":413`)
			status, _ = p.ask("POST", "/tokens", `{        }`)
			assert.Equal(t, 422, status)
		}},
		"--max-header": {[]string{"--max-header", "100"}, func(t *testing.T, p *process) {
			connection := p.dial()
			p.write(connection, "GET /wallet HTTP/1.1\r\nHost: localhost\r\nX-Long: "+strings.Repeat("x", 100+4096)+"\r\n\r\n")
			assert.Equal(t, 431, status(t, bufio.NewReader(connection)))
			for _, length := range []int{100 + 4096, 100_000} { // of one header
				long, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.url+"/wallet", http.NoBody)
				require.NoError(t, err)
				long.Header.Set("X-Long", strings.Repeat("x", length))
				answer, err := h2c(t).Do(long)
				require.NoError(t, err)
				require.NoError(t, answer.Body.Close())
				assert.Equal(t, 431, answer.StatusCode)
			}
			code, _ := p.ask("GET", "/wallet", "")
			assert.Equal(t, 200, code)
		}},
		"--max-connections": {[]string{"--max-connections", "1"}, func(t *testing.T, p *process) {
			first, second := p.dial(), p.dial()
			p.write(first, request)
			require.Equal(t, 200, status(t, bufio.NewReader(first)))
			p.write(second, request)
			require.NoError(t, second.SetReadDeadline(time.Now().Add(200*time.Millisecond)))
			_, err := second.Read(make([]byte, 1))
			require.ErrorIs(t, err, os.ErrDeadlineExceeded, "the second waits")
			require.NoError(t, second.SetReadDeadline(time.Now().Add(time.Minute)))
			require.NoError(t, first.Close())
			assert.Equal(t, 200, status(t, bufio.NewReader(second)))
			require.NoError(t, second.Close()) // else it would be the one that the stop waits for
		}},
		"--read-timeout": {[]string{"--read-timeout", "1s"}, func(t *testing.T, p *process) {
			stalls := p.dial()
			p.write(stalls, "POST /tokens HTTP/1.1\r\nHost: localhost\r\n"+demoBasic+"Content-Length: 50\r\n\r\n{")
			assert.Equal(t, 408, status(t, bufio.NewReader(stalls)))
			mute := p.dial()
			p.write(mute, "GET /wal")
			_, err := io.ReadAll(mute)
			require.NoError(t, err, "the connection is closed")
		}},
		"--idle-timeout": {[]string{"--idle-timeout", "100ms"}, func(t *testing.T, p *process) {
			idle := p.dial()
			p.write(idle, request)
			from := bufio.NewReader(idle)
			require.Equal(t, 200, status(t, from))
			_, err := from.ReadByte()
			assert.ErrorIs(t, err, io.EOF, "the connection is closed")
		}},
		"--write-timeout": {[]string{"--write-timeout", "1s"}, func(t *testing.T, p *process) {
			// Who asks and asks and never reads is cut off; otherwise his writes would block until
			// his own deadline.
			deaf := p.dial()
			many := strings.Repeat("GET /scopes HTTP/1.1\r\nHost: localhost\r\n"+demoBasic+"\r\n", 1000)
			var err error
			for err == nil {
				_, err = io.WriteString(deaf, many)
			}
			assert.NotErrorIs(t, err, os.ErrDeadlineExceeded)
			status, _ := p.ask("GET", "/wallet", "")
			assert.Contains(t, []int{200, 429}, status, "the others are served")
		}},
	}
}

func TestWebPagesMayCallTheAPIOnlyWhereTheyAreLetIn(t *testing.T) {
	from := func(origin string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Origin", origin) }
	}
	header := func(p *process, method, path string, change ...func(*http.Request)) http.Header {
		r, err := http.NewRequestWithContext(t.Context(), method, p.url+path, nil)
		require.NoError(t, err)
		for _, c := range change {
			c(r)
		}
		answer, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		return answer.Header
	}
	preflight := func(r *http.Request) {
		r.Header.Set("Access-Control-Request-Method", "PATCH")
		r.Header.Set("Access-Control-Request-Headers", "authorization,content-type")
	}
	const allow = "Access-Control-Allow-Origin"

	closed := start(t, nil)
	assert.Empty(t, header(closed, "GET", "/wallet", from("https://app.example.com")).Get(allow))
	assert.Empty(t, header(closed, "OPTIONS", "/tokens/x", from("https://app.example.com"), preflight).Get(allow))

	p := start(t, nil, "--cors", "https://app.example.com")
	h := header(p, "OPTIONS", "/tokens/x", from("https://app.example.com"), preflight)
	assert.Equal(t, "https://app.example.com", h.Get(allow))
	assert.Equal(t, "PATCH", h.Get("Access-Control-Allow-Methods"))
	assert.Equal(t, "authorization,content-type", h.Get("Access-Control-Allow-Headers"))
	h = header(p, "GET", "/wallet", from("https://app.example.com"))
	assert.Equal(t, "https://app.example.com", h.Get(allow), "also on refusals")
	assert.Contains(t, strings.ToLower(h.Get("Access-Control-Expose-Headers")), "ratelimit-remaining")
	assert.Empty(t, header(p, "GET", "/wallet", from("https://other.example.com")).Get(allow))
	status, _ := p.ask("POST", "/__admin/reset", "", from("https://app.example.com"))
	assert.Equal(t, 403, status, "the control API stays closed")

	all := start(t, nil, "--cors", "*")
	assert.Equal(t, "*", header(all, "GET", "/wallet", from("https://other.example.com")).Get(allow))
}

// TestRubbishOnTheWire sends what no HTTP client would. What reaches the API is answered in its
// envelope; the rest is Go's own HTTP server's.
func TestRubbishOnTheWire(t *testing.T) {
	p := start(t, nil)
	_, before := p.ask("GET", "/__admin/accounts/demo", "")
	for name, c := range map[string]struct {
		request string
		status  int
		json    bool
	}{
		"a NUL in the path":                 {"GET /tokens/%00 HTTP/1.1\r\nHost: x\r\n" + demoBasic + "\r\n", 422, true},
		"dots in the path":                  {"GET /tokens/../wallet HTTP/1.1\r\nHost: x\r\n" + demoBasic + "\r\n", 404, true},
		"escaped dots":                      {"GET /tokens/%2e%2e HTTP/1.1\r\nHost: x\r\n" + demoBasic + "\r\n", 422, true},
		"an escaped slash":                  {"GET /tokens/a%2Fb HTTP/1.1\r\nHost: x\r\n" + demoBasic + "\r\n", 422, true},
		"a double slash":                    {"GET //wallet HTTP/1.1\r\nHost: x\r\n" + demoBasic + "\r\n", 404, true},
		"a slash too many":                  {"GET /wallet/ HTTP/1.1\r\nHost: x\r\n" + demoBasic + "\r\n", 404, true},
		"a broken escape":                   {"GET /tokens/%zz HTTP/1.1\r\nHost: x\r\n" + demoBasic + "\r\n", 400, false},
		"OPTIONS of the server":             {"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 404, true},
		"OPTIONS of a path":                 {"OPTIONS /wallet HTTP/1.1\r\nHost: x\r\n\r\n", 405, true},
		"a method that nobody knows":        {"BREW /wallet HTTP/1.1\r\nHost: x\r\n" + demoBasic + "\r\n", 405, true},
		"a tunnel":                          {"CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n", 404, true},
		"no protocol":                       {"GET /wallet\r\n\r\n", 400, false},
		"no host":                           {"GET /wallet HTTP/1.1\r\n" + demoBasic + "\r\n", 400, false},
		"a host that is none":               {"GET /wallet HTTP/1.1\r\nHost: :::\r\n" + demoBasic + "\r\n", 200, true},
		"credentials twice":                 {"GET /wallet HTTP/1.1\r\nHost: x\r\n" + demoBasic + demoBasic + "\r\n", 401, true},
		"credentials that are no Base64":    {"GET /wallet HTTP/1.1\r\nHost: x\r\nAuthorization: Basic !!!\r\n\r\n", 401, true},
		"credentials without a colon":       {"GET /wallet HTTP/1.1\r\nHost: x\r\nAuthorization: Basic YWJj\r\n\r\n", 401, true},
		"a scheme alone":                    {"GET /wallet HTTP/1.1\r\nHost: x\r\nAuthorization: Basic\r\n\r\n", 401, true},
		"two lengths":                       {"POST /tokens HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 2\r\n\r\n{}", 400, false},
		"a negative length":                 {"POST /tokens HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", 400, false},
		"a broken chunk":                    {"POST /tokens HTTP/1.1\r\nHost: x\r\n" + demoBasic + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n", 400, true},
		"a length that is too large":        {"POST /tokens HTTP/1.1\r\nHost: x\r\n" + demoBasic + "Content-Length: 99999999999\r\n\r\n", 413, true},
		"a body that waits to be asked for": {"POST /tokens HTTP/1.1\r\nHost: x\r\n" + demoBasic + "Expect: 100-continue\r\nContent-Length: 99999999\r\n\r\n", 413, true},
		"a body that is packed":             {"POST /tokens HTTP/1.1\r\nHost: x\r\n" + demoBasic + "Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00", 400, true},
		"a query of rubbish":                {"GET /errors?%zz&;=&&&limit=%&=%00 HTTP/1.1\r\nHost: x\r\n" + demoBasic + "\r\n", 400, true},
		"a posted question for health":      {"POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 405, true},
	} {
		t.Run(name, func(t *testing.T) {
			connection := p.dial()
			p.write(connection, c.request)
			method, _, _ := strings.Cut(c.request, " ")
			answer, err := http.ReadResponse(bufio.NewReader(connection), &http.Request{Method: method})
			require.NoError(t, err)
			defer answer.Body.Close()
			body, err := io.ReadAll(answer.Body)
			if !c.json {
				assert.Equal(t, c.status, answer.StatusCode)
				return
			}
			require.NoError(t, errors.Join(err))
			assert.Equal(t, c.status, answer.StatusCode, string(body))
			if strings.Contains(c.request, "/healthz") { // which is not a path of the API
				assert.Equal(t, "application/problem+json", answer.Header.Get("Content-Type"))
				assert.Contains(t, string(body), `"detail":`)
				return
			}
			assert.Equal(t, "application/json", answer.Header.Get("Content-Type"))
			assert.Contains(t, string(body), `"success":`)
		})
	}
	_, after := p.ask("GET", "/__admin/accounts/demo", "")
	// Refused calls leave their errors and their usage, which stand at the end, and nothing else.
	mutable := strings.Index(before, `"errors"`)
	assert.Equal(t, before[:mutable], after[:mutable], "the state stays as it was")
}

func TestWhoStallsDoesNotHoldUpAStop(t *testing.T) {
	t.Parallel() // it takes as long as a stop waits
	p := start(t, nil)
	stalls := p.dial()
	p.write(stalls, "POST /tokens HTTP/1.1\r\nHost: localhost\r\n"+demoBasic+"Content-Length: 50\r\n\r\n{")
	p.stop()
	_, err := io.ReadAll(stalls)
	assert.NotErrorIs(t, err, os.ErrDeadlineExceeded, "the connection is closed")
	// That the program ends with 0, what start registered looks after.
}

func TestATooLargeBodyIsAnsweredThoughItIsSentWhole(t *testing.T) {
	p := start(t, nil)
	status, body := p.ask("POST", "/tokens", strings.Repeat(" ", 10<<20))
	assert.Equal(t, 413, status)
	assert.Contains(t, body, `"error":413`)
}
