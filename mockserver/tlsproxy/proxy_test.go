package tlsproxy

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lab is a proxy on a port, with a mock behind it that repeats what it was asked.
type lab struct {
	*Proxy
	ca      *CA
	address string
	own     string // where the mock can be asked without the proxy
}

// newLab starts a proxy. change sets what it is to do.
func newLab(t *testing.T, change func(*Proxy)) *lab {
	t.Helper()
	mock := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "mock %s %s host=%s tls=%v url=%s proxy=%q body=%s", r.Method, r.RequestURI, r.Host, r.TLS != nil, r.URL, r.Header["Proxy-Authorization"], body)
	})
	certificates := newCertificates(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	plainListener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	plainTunnels, secureTunnels := NewHandoff(listener.Addr()), NewHandoff(listener.Addr())
	l := &lab{ca: certificates.CA, address: listener.Addr().String(), own: plainListener.Addr().String()}
	l.Proxy = &Proxy{
		Serves: certificates.Serves, Handler: mock, Plain: plainTunnels.Give, Secure: secureTunnels.Give, HTTP: l.own, Patience: time.Minute, Log: slog.New(slog.DiscardHandler),
		Listening: func() []string { return []string{l.address, l.own} },
	}
	if change != nil {
		change(l.Proxy)
	}
	quiet := slog.NewLogLogger(slog.DiscardHandler, slog.LevelWarn)
	plain := &http.Server{Handler: mock, ErrorLog: quiet}
	secure := &http.Server{Handler: certificates.Guard(mock), TLSConfig: certificates.Config(), ErrorLog: quiet}
	proxy := &http.Server{Handler: l.Proxy, ErrorLog: quiet}
	proxy.RegisterOnShutdown(l.Interrupt)
	ended := make(chan error, 4)
	for _, serve := range []func() error{
		func() error { return plain.Serve(plainTunnels) }, func() error { return plain.Serve(plainListener) },
		func() error { return secure.ServeTLS(secureTunnels, "", "") }, func() error { return proxy.Serve(listener) },
	} {
		go func() { ended <- serve() }()
	}
	t.Cleanup(func() {
		l.Interrupt()
		for _, s := range []*http.Server{proxy, secure, plain} {
			assert.NoError(t, s.Close())
		}
		for range cap(ended) {
			assert.ErrorIs(t, <-ended, http.ErrServerClosed)
		}
		l.transport.CloseIdleConnections()
	})
	return l
}

// send sends lines, and returns the first answer.
func (l *lab) send(t *testing.T, lines ...string) (status int, body string) {
	t.Helper()
	conn, err := net.Dial("tcp", l.address)
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, strings.Join(lines, "\r\n")+"\r\n\r\n")
	require.NoError(t, err)
	method, _, _ := strings.Cut(lines[0], " ")
	answer, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	require.NoError(t, err)
	defer answer.Body.Close()
	if method == http.MethodConnect && answer.StatusCode == http.StatusOK {
		return answer.StatusCode, ""
	}
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, string(text)
}

// client is a client that goes through the proxy.
func (l *lab) client(t *testing.T, user *url.Userinfo) *http.Client {
	t.Helper()
	transport := &http.Transport{
		Proxy: http.ProxyURL(&url.URL{Scheme: "http", User: user, Host: l.address}), ForceAttemptHTTP2: true,
		TLSClientConfig: &tls.Config{RootCAs: trusting(l.ca)},
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func read(t *testing.T, client *http.Client, target string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, http.NoBody)
	require.NoError(t, err)
	answer, err := client.Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, answer.Proto + " " + string(body)
}

func TestServedHostsAreLedToTheMock(t *testing.T) {
	l := newLab(t, nil)
	status, body := read(t, l.client(t, nil), "https://oauth.openapi.com/wallet?a=b%20c")
	assert.Equal(t, 200, status)
	assert.Equal(t, `HTTP/2.0 mock GET /wallet?a=b%20c host=oauth.openapi.com tls=true url=/wallet?a=b%20c proxy=[] body=`, body)
	status, body = read(t, l.client(t, nil), "http://oauth.openapi.com/tokens/%2F")
	assert.Equal(t, 200, status)
	assert.Equal(t, `HTTP/1.1 mock GET /tokens/%2F host=oauth.openapi.com tls=false url=/tokens/%2F proxy=[] body=`, body)

	for name, c := range map[string]struct {
		request []string
		says    string
	}{
		"an absolute URL of https":            {[]string{"GET https://oauth.openapi.com/wallet HTTP/1.1", "Host: oauth.openapi.com", "Connection: close"}, "mock GET /wallet host=oauth.openapi.com tls=true"},
		"without a path":                      {[]string{"GET http://oauth.openapi.com HTTP/1.1", "Host: x", "Connection: close"}, "mock GET / host=oauth.openapi.com tls=false url=/ "},
		"without a path, with a query":        {[]string{"GET http://oauth.openapi.com?x=1 HTTP/1.1", "Host: x", "Connection: close"}, "mock GET /?x=1 host=oauth.openapi.com"},
		"with another Host":                   {[]string{"GET http://oauth.openapi.com/ HTTP/1.1", "Host: evil.com", "Connection: close"}, "host=oauth.openapi.com"},
		"on any port":                         {[]string{"GET http://oauth.openapi.com:8443/ HTTP/1.1", "Host: x", "Connection: close"}, "host=oauth.openapi.com:8443"},
		"of HTTP/1.0":                         {[]string{"GET http://oauth.openapi.com/ HTTP/1.0"}, "mock GET / host=oauth.openapi.com"},
		"the mock's own address":              {[]string{"GET http://" + l.own + "/wallet HTTP/1.1", "Host: x", "Connection: close"}, "mock GET /wallet host=" + l.own},
		"the mock's own address, by its name": {[]string{"GET http://localhost:" + port(l.own) + "/ HTTP/1.1", "Host: x", "Connection: close"}, "mock GET / host=localhost"},
		"a CONNECT without TLS inside":        {[]string{"CONNECT oauth.openapi.com:80 HTTP/1.1", "Host: x"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			status, body := l.send(t, c.request...)
			assert.Equal(t, 200, status, body)
			assert.Contains(t, body, c.says)
		})
	}
}

func port(address string) string {
	_, port, _ := net.SplitHostPort(address)
	return port
}

// TestTheProxyIsNotAnOpenOne: whatever is tried, nobody but the mock is ever asked.
func TestTheProxyIsNotAnOpenOne(t *testing.T) {
	refused := make(chan string, 100)
	var asked atomic.Int64
	neighbour := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) })) // another service on this machine
	defer neighbour.Close()
	l := newLab(t, func(p *Proxy) { p.Refused = func(host string) { refused <- host } })
	local := strings.TrimPrefix(neighbour.URL, "http://")
	for name, c := range map[string]struct {
		request []string
		status  int
		says    string
	}{
		"another host":                        {[]string{"GET http://example.com/ HTTP/1.1", "Host: oauth.openapi.com"}, 403, "--proxy-pass example.com."},
		"another host by CONNECT":             {[]string{"CONNECT example.com:443 HTTP/1.1", "Host: oauth.openapi.com"}, 403, "--proxy-pass example.com."},
		"another port by CONNECT":             {[]string{"CONNECT example.com:22 HTTP/1.1", "Host: x"}, 403, "--proxy-pass example.com:22."},
		"a neighbour":                         {[]string{"GET http://" + local + "/ HTTP/1.1", "Host: x"}, 403, "--proxy-pass " + local},
		"a neighbour by CONNECT":              {[]string{"CONNECT " + local + " HTTP/1.1", "Host: oauth.openapi.com"}, 403, ""},
		"a neighbour by name":                 {[]string{"CONNECT localhost:" + port(local) + " HTTP/1.1", "Host: x"}, 403, ""},
		"a neighbour by a number":             {[]string{"CONNECT 2130706433:" + port(local) + " HTTP/1.1", "Host: x"}, 403, ""},
		"a neighbour by a short address":      {[]string{"CONNECT 127.1:" + port(local) + " HTTP/1.1", "Host: x"}, 403, ""},
		"a neighbour by IPv6 in disguise":     {[]string{"CONNECT [::ffff:127.0.0.1]:" + port(local) + " HTTP/1.1", "Host: x"}, 403, ""},
		"a neighbour by no address":           {[]string{"CONNECT 0.0.0.0:" + port(local) + " HTTP/1.1", "Host: x"}, 403, ""},
		"the metadata of a cloud":             {[]string{"GET http://169.254.169.254/latest/meta-data HTTP/1.1", "Host: x"}, 403, ""},
		"the proxy itself":                    {[]string{"CONNECT " + l.address + " HTTP/1.1", "Host: x"}, 403, ""},
		"a served host as user":               {[]string{"GET http://oauth.openapi.com@" + local + "/ HTTP/1.1", "Host: x"}, 403, ""},
		"a served host below another":         {[]string{"CONNECT oauth.openapi.com.evil.com:443 HTTP/1.1", "Host: x"}, 403, ""},
		"a served host with a line in it":     {[]string{"CONNECT oauth.openapi.com%0d%0a:443 HTTP/1.1", "Host: x"}, 400, ""},
		"a served host with a NUL":            {[]string{"GET http://oauth.openapi.com%00.evil.com/ HTTP/1.1", "Host: x"}, 400, ""},
		"a Host that contradicts, twice":      {[]string{"GET http://oauth.openapi.com/ HTTP/1.1", "Host: a", "Host: b"}, 400, ""},
		"a body of two lengths":               {[]string{"POST http://oauth.openapi.com/ HTTP/1.1", "Host: x", "Content-Length: 4", "Content-Length: 5", "", "abcde"}, 400, ""},
		"a chunked body in HTTP/1.0 and more": {[]string{"POST http://oauth.openapi.com/ HTTP/1.1", "Host: x", "Transfer-Encoding: chunked, identity", "", "0"}, 501, ""},
		"no proxy request at all":             {[]string{"GET /wallet HTTP/1.1", "Host: oauth.openapi.com"}, 400, "wants CONNECT or an absolute URL"},
		"another scheme":                      {[]string{"GET ftp://oauth.openapi.com/ HTTP/1.1", "Host: x"}, 400, "http and https"},
		"CONNECT without a port":              {[]string{"CONNECT oauth.openapi.com HTTP/1.1", "Host: x"}, 400, ""},
	} {
		t.Run(name, func(t *testing.T) {
			status, body := l.send(t, append([]string{c.request[0], "Connection: close"}, c.request[1:]...)...)
			assert.Equal(t, c.status, status, body)
			assert.Contains(t, body, c.says)
		})
	}
	assert.Zero(t, asked.Load())
	close(refused)
	var told []string
	for host := range refused {
		told = append(told, host)
	}
	assert.Contains(t, told, "example.com:22")
}

func TestATunnelServesTheHostsOfTheMockAlone(t *testing.T) {
	l := newLab(t, nil)
	for name, c := range map[string]struct{ connect, sni, host, says string }{
		"the host":               {"oauth.openapi.com:443", "oauth.openapi.com", "oauth.openapi.com", " 200 OK"},
		"another of the mock's":  {"oauth.openapi.com:443", "test.oauth.openapi.com", "test.oauth.openapi.com", " 200 OK"},
		"a stranger's, by SNI":   {"oauth.openapi.com:443", "evil.com", "evil.com", "unrecognized name"},
		"a stranger's, by Host":  {"oauth.openapi.com:443", "oauth.openapi.com", "evil.com", " 421 Misdirected Request"},
		"this machine's, by SNI": {"oauth.openapi.com:443", "localhost", "localhost", " 200 OK"},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", l.address)
			require.NoError(t, err)
			defer conn.Close()
			_, err = fmt.Fprintf(conn, "CONNECT %s HTTP/1.1\r\nHost: x\r\n\r\n", c.connect)
			require.NoError(t, err)
			answer, err := http.ReadResponse(bufio.NewReaderSize(conn, 16), &http.Request{Method: http.MethodConnect})
			require.NoError(t, err)
			require.NoError(t, answer.Body.Close())
			require.Equal(t, 200, answer.StatusCode)
			secure := tls.Client(conn, &tls.Config{ServerName: c.sni, RootCAs: trusting(l.ca)})
			_, err = fmt.Fprintf(secure, "GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", c.host)
			if err != nil {
				assert.ErrorContains(t, err, c.says)
				return
			}
			text, err := io.ReadAll(secure)
			require.NoError(t, err)
			assert.Contains(t, string(text), c.says)
		})
	}
}

func TestANetworkProxyWantsItsToken(t *testing.T) {
	l := newLab(t, func(p *Proxy) { p.Token = "hunter22" })
	for name, c := range map[string]struct {
		header string
		status int
	}{
		"none":                       {"X-None: x", 407},
		"as bearer":                  {"Proxy-Authorization: Bearer hunter22", 200},
		"as password":                {"Proxy-Authorization: Basic b2F1dGhtb2NrOmh1bnRlcjIy", 200},
		"a wrong one":                {"Proxy-Authorization: Bearer hunter2", 407},
		"a wrong password":           {"Proxy-Authorization: Basic b2F1dGhtb2NrOmh1bnRlcjI=", 407},
		"no password":                {"Proxy-Authorization: Basic b2F1dGhtb2Nr", 407},
		"as the API's, not proxy's":  {"Authorization: Bearer hunter22", 407},
		"of an unknown kind":         {"Proxy-Authorization: Digest hunter22", 407},
		"an empty one":               {"Proxy-Authorization: Bearer", 407},
		"an empty password":          {"Proxy-Authorization: Basic b2F1dGhtb2NrOg==", 407},
		"what is not Base64 at all":  {"Proxy-Authorization: Basic ???", 407},
		"in another spelling, basic": {"proxy-authorization: basic b2F1dGhtb2NrOmh1bnRlcjIy", 200},
	} {
		t.Run(name, func(t *testing.T) {
			for _, line := range []string{"GET http://oauth.openapi.com/ HTTP/1.1", "CONNECT oauth.openapi.com:443 HTTP/1.1", "GET http://example.com/ HTTP/1.1"} {
				status, body := l.send(t, line, "Host: x", "Connection: close", c.header)
				want := c.status
				if strings.Contains(line, "example.com") && want == 200 {
					want = 403
				}
				assert.Equal(t, want, status, body)
				assert.NotContains(t, body, "hunter22", "the mock does not get it, and nobody is told it")
			}
		})
	}
	status, _ := read(t, l.client(t, url.UserPassword("oauthmock", "hunter22")), "https://oauth.openapi.com/")
	assert.Equal(t, 200, status)
}

func TestNamedHostsArePassedThroughUntouched(t *testing.T) {
	beyond := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "beyond %s host=%s", r.RequestURI, r.Host)
	}))
	defer beyond.Close()
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "plain %s host=%s forwarded=%q", r.RequestURI, r.Host, r.Header["X-Forwarded-For"])
	}))
	defer plain.Close()
	secureAt, plainAt := strings.TrimPrefix(beyond.URL, "https://"), strings.TrimPrefix(plain.URL, "http://")
	l := newLab(t, func(p *Proxy) { p.Pass = hosts(t, secureAt, plainAt, "localhost:"+port(plainAt)) })
	client := l.client(t, nil)
	transport := client.Transport.(*http.Transport)
	transport.TLSClientConfig.RootCAs.AddCert(beyond.Certificate())
	transport.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: l.address})
	status, body := read(t, client, beyond.URL+"/x%2Fy")
	assert.Equal(t, 200, status, body)
	assert.Equal(t, "HTTP/1.1 beyond /x%2Fy host="+secureAt, body)
	status, body = l.send(t, "GET "+plain.URL+"/x%2Fy HTTP/1.1", "Host: x", "Connection: close", "Proxy-Authorization: Bearer secret")
	assert.Equal(t, 200, status, body)
	assert.Equal(t, "plain /x%2Fy host="+plainAt+" forwarded=[]", body)
	status, body = l.send(t, "GET http://localhost:"+port(plainAt)+"/ HTTP/1.1", "Host: x", "Connection: close")
	assert.Equal(t, 200, status, body)
	status, body = l.send(t, "GET "+beyond.URL+"/ HTTP/1.1", "Host: x", "Connection: close")
	assert.Equal(t, 502, status, body)
	assert.Contains(t, body, "certificate", "an absolute URL of https is asked with TLS, and its certificate judged")
}

func hosts(t *testing.T, texts ...string) (out []Host) {
	t.Helper()
	for _, text := range texts {
		h, err := ParseHost(text)
		require.NoError(t, err)
		out = append(out, h)
	}
	return out
}

// TestANameThatLeadsToThisMachineIsNotFollowed: whoever owns a domain can point it anywhere.
func TestANameThatLeadsToThisMachineIsNotFollowed(t *testing.T) {
	l := newLab(t, func(p *Proxy) {
		p.Pass = hosts(t, "rebound.localhost", "0.0.0.0", "127.0.0.1:"+port(p.HTTP), "127.0.0.2")
	})
	for _, address := range []string{"rebound.localhost:80", "0.0.0.0:80", l.own} {
		_, err := l.dial(t.Context(), "tcp", address)
		require.Error(t, err)
		if errors.As(err, new(*net.DNSError)) {
			continue // systems that do not know such names go nowhere either
		}
		assert.ErrorIs(t, err, errForbidden, address)
	}
	_, err := l.dial(t.Context(), "tcp", "127.0.0.2:1")
	assert.NotErrorIs(t, err, errForbidden, "an address that was named is meant")
}

func TestHostsToPassThroughAreRead(t *testing.T) {
	for text, c := range map[string]struct{ meant, not []string }{
		"registry.npmjs.org": {[]string{"registry.npmjs.org:443", "registry.npmjs.org:80"}, []string{"registry.npmjs.org:22", "npmjs.org:443", "x.registry.npmjs.org:443"}},
		"Example.COM:8443":   {[]string{"example.com:8443"}, []string{"example.com:443"}},
		"*.example.com":      {[]string{"a.example.com:443", "a.b.example.com:80"}, []string{"example.com:443", "aexample.com:443"}},
		"127.0.0.1:3000":     {[]string{"127.0.0.1:3000"}, []string{"127.0.0.1:80", "127.0.0.2:3000"}},
		"[::1]:3000":         {[]string{"[::1]:3000"}, []string{"[::2]:3000"}},
	} {
		h, err := ParseHost(text)
		require.NoError(t, err, text)
		for i, addresses := range [][]string{c.meant, c.not} {
			for _, address := range addresses {
				name, port, err := net.SplitHostPort(address)
				require.NoError(t, err)
				assert.Equal(t, i == 0, h.means(name, port), "%s %s", text, address)
			}
		}
	}
	for _, text := range []string{"", "*", "*.", "https://example.com", "a b", "example.com:0", "example.com:https", "*.127.0.0.1"} {
		_, err := ParseHost(text)
		assert.Error(t, err, text)
	}
}

func TestAStopEndsTunnels(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer silent.Close()
	l := newLab(t, func(p *Proxy) { p.Pass = hosts(t, silent.Addr().String()) })
	for _, target := range []string{silent.Addr().String(), "oauth.openapi.com:443"} {
		conn, err := net.Dial("tcp", l.address)
		require.NoError(t, err)
		defer conn.Close()
		_, err = fmt.Fprintf(conn, "CONNECT %s HTTP/1.1\r\nHost: x\r\n\r\n", target)
		require.NoError(t, err)
		reader := bufio.NewReader(conn)
		answer, err := http.ReadResponse(reader, &http.Request{Method: http.MethodConnect})
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		assert.Equal(t, 200, answer.StatusCode)
		l.Interrupt()
		_, err = reader.ReadByte()
		assert.Error(t, err)
	}
}
