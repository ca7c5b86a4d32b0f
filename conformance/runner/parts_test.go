package runner

import (
	"bufio"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAPathIsSentExactlyAsWritten(t *testing.T) {
	// Go's own server refuses some of these paths before any handler, so the request line is read
	// from the wire.
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	lines := make(chan string, 1)
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			line, _ := bufio.NewReader(connection).ReadString('\n')
			lines <- line
			_, _ = connection.Write([]byte("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"))
			_ = connection.Close()
		}
	}()
	for _, prefix := range []string{"", "/__v2"} {
		base, err := parseBase("base URL", "http://"+listener.Addr().String()+prefix+"/")
		require.NoError(t, err)
		for _, path := range []string{"/tokens", "/tokens/", "/tokens/%2F%2e", "//wallet", "/a%zz", "/a;b,c:d@e", "/ü", "/.", "/..%2f", "/tokens/a%20b", "/{id}"} {
			for _, query := range []string{"", "scopes=GET:a/b,POST:c/*", "a=%zz&&b"} {
				request, err := newRequest(t.Context(), base, http.MethodGet, path, query, http.NoBody)
				require.NoError(t, err, path)
				_, err = newClient(nil, Connection{}, Options{Timeout: defaultTimeout}, 0).ask(t.Context(), request, manner{})
				require.NoError(t, err, path)
				want := "GET " + prefix + path
				if query != "" {
					want += "?" + query
				}
				assert.Equal(t, want+" HTTP/1.1\r\n", <-lines)
			}
		}
		for _, path := range []string{"/a b", "/a\r\nX: y", "/\x00"} {
			_, err := newRequest(t.Context(), base, http.MethodGet, path, "", http.NoBody)
			require.ErrorContains(t, err, "cannot be sent; escape it", path)
		}
	}
}

func TestPathParametersAreEscapedIntoOneSegment(t *testing.T) {
	for value, want := range map[string]string{"abc": "/tokens/abc", "a/b": "/tokens/a%2Fb", "..": "/tokens/%2E%2E", "": "/tokens/", "a b?": "/tokens/a%20b%3F"} {
		assert.Equal(t, want, fillPath("/tokens/{token}", map[string]string{"token": value}))
	}
}

func TestAQueryHoldsScalarsAndLists(t *testing.T) {
	assert.Equal(t, "a=1.50&b=x&b=true&c=", encodeQuery(map[string]any{"a": json.Number("1.50"), "b": []any{"x", true}, "c": ""}))
}

func TestACurlWordIsQuotedForTheShell(t *testing.T) {
	for text, want := range map[string]string{
		"plain":                   `'plain'`,
		"it's $HOME":              `'it'\''s $HOME'`,
		"x/${TOKEN_1}":            `"x/${TOKEN_1}"`,
		"\"$a`\\ ${TOKEN_1} ${x}": "\"\\\"\\$a\\`\\\\ ${TOKEN_1} \\${x}\"",
	} {
		assert.Equal(t, want, quote(text))
	}
}

func TestEvidenceIsCutBetweenLetters(t *testing.T) {
	assert.Equal(t, "abc", cut("abc", 3))
	assert.Equal(t, "ab… (4 bytes)", cut("abcd", 2))
	assert.Equal(t, "a… (3 bytes)", cut("aé", 2))
}

func TestThisMachineIsKnownByNameAndNumber(t *testing.T) {
	for _, host := range []string{"localhost", "localhost:80", "127.0.0.1:1", "127.9.9.9", "[::1]:80", "::1", "a.localhost:1", "[::ffff:127.0.0.1]:1"} {
		assert.True(t, loopback(host), host)
	}
	for _, host := range []string{"example.com", "127.0.0.1.example.com", "10.0.0.1:80", "localhost.example.com", "[2001:db8::1]:80", ""} {
		assert.False(t, loopback(host), host)
	}
}

func TestAMatrixIsEveryCombination(t *testing.T) {
	assert.Equal(t, []combination{{}}, combinations(nil))
	var labels []string
	for _, one := range combinations(map[string][]any{"b": {json.Number("1"), "x\ny"}, "a": {nil, strings.Repeat("z", 100)}}) {
		labels = append(labels, one.label)
		assert.Len(t, one.values, 2)
	}
	assert.Equal(t, []string{"[a=null,b=1]", "[a=null,b=x␀y]", "[a=" + strings.Repeat("z", 60) + "…100,b=1]", "[a=" + strings.Repeat("z", 60) + "…100,b=x␀y]"}, labels)
}

func TestABreakerOpensAfterThreeFailuresInARow(t *testing.T) {
	trouble := errors.New("reset")
	b := newBreaker("the target")
	for range 2 {
		b.failure("wallet.get", trouble)
	}
	assert.Empty(t, b.given("wallet.get"))
	b.success("scope.list")
	b.failure("wallet.get", trouble)
	assert.Contains(t, b.given("wallet.get"), "given up after 3 requests in a row to which wallet.get gave no whole answer (the last: reset)")
	assert.Empty(t, b.given(""), "the target answers otherwise")
	b.failure("token.get", trouble)
	b.failure("token.list", trouble)
	assert.Contains(t, b.given("scope.list"), "to which the target gave no whole answer")

	refused := &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	b = newBreaker("the target")
	b.failure("", refused)
	assert.Contains(t, b.given(""), "the target cannot be reached")
	b = newBreaker("the target")
	b.success("")
	b.failure("", refused)
	assert.Empty(t, b.given(""), "it was there before")
}
