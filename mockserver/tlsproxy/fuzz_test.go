package tlsproxy

import (
	"bufio"
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"oauthmock/mockserver/surface"
)

// FuzzTheProxyLeadsToTheMockAlone: whatever is asked, the mock gets it for a host of its own or for
// its own address, and nobody else gets anything.
func FuzzTheProxyLeadsToTheMockAlone(f *testing.F) {
	for _, text := range []string{
		"GET http://oauth.openapi.com/wallet?x HTTP/1.1\r\nHost: evil.com\r\n\r\n", "GET https://127.0.0.1:8080?x HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET http://a@oauth.openapi.com:1/%2f#x HTTP/1.0\r\n\r\n", "CONNECT oauth.openapi.com:443 HTTP/1.1\r\nHost: x\r\n\r\n", "GET http://[::1]:8080/ HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET http://oauth.openapi.com.:80/ HTTP/1.1\r\nHost: x\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
		if err != nil {
			t.Skip("net/http refuses it")
		}
		asked, uri := r.URL.Host, r.RequestURI
		p := &Proxy{
			Serves: func(host string) bool { return slices.Contains(served(), host) }, HTTP: "127.0.0.1:8080", Log: slog.New(slog.DiscardHandler),
			Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				_, port, _ := net.SplitHostPort(asked)
				assert.True(t, slices.Contains(served(), surface.HostName(asked)) || port == "8080", asked)
				assert.Equal(t, asked, r.Host)
				assert.True(t, strings.HasPrefix(r.RequestURI, "/") && (r.RequestURI == "/" || strings.HasSuffix(uri, r.RequestURI[1:])), "%q of %q", r.RequestURI, uri)
				assert.Empty(t, r.URL.Host+r.URL.Scheme)
				assert.Empty(t, r.Header["Proxy-Authorization"])
			}),
			Listening: func() []string { panic("nobody is called") },
		}
		p.ServeHTTP(httptest.NewRecorder(), r.WithContext(context.Background()))
	})
}
