package tlsproxy

import (
	"crypto/subtle"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"strings"
	"sync"
	"time"

	"oauthmock/mockserver/admin"
	"oauthmock/mockserver/surface"
)

// Proxy is an HTTP proxy for programs that have the provider's addresses built in. It leads the
// hosts that the mock serves, and the mock's own addresses, to the mock, passes some through, and
// refuses all others. It is safe for concurrent use; the exported fields are set before.
type Proxy struct {
	// Serves reports whether the mock answers for a host, in lower case.
	Serves func(host string) bool
	// Handler answers requests with absolute URLs that are led to the mock.
	Handler http.Handler
	// Plain and Secure accept tunnels to the mock, without and with TLS. They report whether they
	// did.
	Plain, Secure func(net.Conn) bool
	// HTTP and HTTPS are where the mock itself can be asked by its address, as HOST:PORT; Listening
	// are all addresses that it listens on.
	HTTP, HTTPS string
	Listening   func() []string
	// Pass are the hosts that requests are passed through to.
	Pass []Host
	// Token, unless empty, is what callers must present: a proxy that other machines can reach is
	// never an open one.
	Token string
	// Patience bounds how long a tunnel may take for its first byte.
	Patience time.Duration
	// Refused, unless nil, is called for each refusal of a host.
	Refused func(host string)
	Log     *slog.Logger

	once      sync.Once
	forward   *httputil.ReverseProxy
	transport *http.Transport // of forward

	mu      sync.Mutex
	tunnels map[net.Conn]struct{} // that are passed through, or wait for their first byte
	ended   bool
}

// way is where a request goes.
type way uint8

const (
	nowhere way = iota
	toMock
	through
)

// lead finds the way to a host.
func (p *Proxy) lead(name, port string) way {
	switch {
	case p.Serves(name), port != "" && (p.own(p.HTTP, name, port) || p.own(p.HTTPS, name, port)):
		return toMock
	case p.passes(name, port):
		return through
	}
	return nowhere
}

// own reports whether a host and port are an address of the mock on this machine.
func (p *Proxy) own(address, name, port string) bool {
	_, listens, err := net.SplitHostPort(address)
	return err == nil && listens == port && admin.Loopback(name)
}

// ServeHTTP implements http.Handler.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !p.admitted(r) {
		w.Header().Add("Proxy-Authenticate", `Basic realm="oauthmock proxy"`)
		w.Header().Add("Proxy-Authenticate", `Bearer realm="oauthmock proxy"`)
		admin.WriteProblem(w, http.StatusProxyAuthRequired, "the proxy can be reached from the network, so it wants the token of --admin-token: as password in its address (http://oauthmock:TOKEN@HOST:PORT), or as Proxy-Authorization: Bearer TOKEN")
		return
	}
	r.Header.Del("Proxy-Authorization") // it is for the proxy alone
	r.Header.Del("Proxy-Connection")
	if r.Method == http.MethodConnect {
		p.connect(w, r)
		return
	}
	port := r.URL.Port()
	switch {
	case r.URL.Host == "":
		admin.WriteProblem(w, http.StatusBadRequest, "this is an HTTP proxy of oauthmock, and wants CONNECT or an absolute URL: set HTTP_PROXY and HTTPS_PROXY to its address (oauthmock env prints them)")
		return
	case r.URL.Scheme == "http" && port == "":
		port = "80"
	case r.URL.Scheme == "https" && port == "":
		port = "443"
	case r.URL.Scheme != "http" && r.URL.Scheme != "https":
		admin.WriteProblem(w, http.StatusBadRequest, fmt.Sprintf("the proxy knows http and https, not %q", r.URL.Scheme))
		return
	}
	name := surface.HostName(r.URL.Host)
	switch p.lead(name, port) {
	case toMock:
		p.answer(w, r, name)
	case through:
		p.passOn(w, r)
	default:
		p.refuse(w, name, port)
	}
}

// admitted reports whether a caller has shown the token.
func (p *Proxy) admitted(r *http.Request) bool {
	if p.Token == "" {
		return true
	}
	value := r.Header.Get("Proxy-Authorization")
	shown, ok := surface.Bearer(value)
	if !ok {
		basic := http.Request{Header: http.Header{"Authorization": {value}}}
		_, shown, _ = basic.BasicAuth()
	}
	return subtle.ConstantTimeCompare([]byte(shown), []byte(p.Token)) == 1
}

// refuse explains how to allow a host.
func (p *Proxy) refuse(w http.ResponseWriter, name, port string) {
	allow := name
	if port != "80" && port != "443" {
		allow = net.JoinHostPort(name, port)
	}
	if p.Refused != nil {
		p.Refused(allow)
	}
	p.Log.Warn("the proxy refused a host", "host", name, "port", port, "to allow it", "--proxy-pass "+allow)
	admin.WriteProblem(w, http.StatusForbidden, fmt.Sprintf("oauthmock's proxy leads to the hosts that the mock serves, and %s is none of them. To let requests through to it, start oauthmock (serve or exec) with --proxy-pass %s. "+
		"A host of the provider's that the mock does not know gets an API with --provider-host HOST=SURFACE.", net.JoinHostPort(name, port), allow))
}

// answer lets the mock answer a request with an absolute URL, as if it had been sent to that host.
func (p *Proxy) answer(w http.ResponseWriter, r *http.Request, name string) {
	if r.URL.Scheme == "https" { // what the client takes it for
		r.TLS = &tls.ConnectionState{Version: tls.VersionTLS13, HandshakeComplete: true, ServerName: name}
	}
	r.RequestURI = origin(r.RequestURI)
	r.URL.Scheme, r.URL.Host, r.URL.User = "", "", nil
	if r.URL.Path == "" {
		r.URL.Path = "/"
	}
	p.Handler.ServeHTTP(w, r)
}

// origin is an absolute URL without scheme and host, letter by letter.
func origin(uri string) string {
	_, rest, _ := strings.Cut(uri, "://")
	i := strings.IndexAny(rest, "/?#")
	switch {
	case i < 0:
		return "/"
	case rest[i] != '/':
		return "/" + rest[i:]
	}
	return rest[i:]
}

// start makes what requests are passed through by, when the first comes.
func (p *Proxy) start() {
	p.transport = &http.Transport{
		DialContext: p.dial, DisableCompression: true, ForceAttemptHTTP2: true, TLSHandshakeTimeout: dialTimeout, IdleConnTimeout: time.Minute, MaxIdleConns: mostIdle,
	}
	p.forward = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.Out.Host = r.In.Host }, Transport: p.transport,
		ErrorLog:     slog.NewLogLogger(p.Log.Handler(), slog.LevelWarn),
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) { p.failed(w, r.URL.Host, err) },
	}
}

// mostIdle bounds the connections that wait for a next request to a host that is passed through.
const mostIdle = 100

// passOn sends a request with an absolute URL to its host.
func (p *Proxy) passOn(w http.ResponseWriter, r *http.Request) {
	p.once.Do(p.start)
	// How long others take is their affair.
	c := http.NewResponseController(w)
	if err := errors.Join(c.SetReadDeadline(time.Time{}), c.SetWriteDeadline(time.Time{})); err != nil {
		p.Log.Debug("a request is passed through within the mock's own time limits", "reason", err)
	}
	p.forward.ServeHTTP(w, r)
}

// failed reports that a host could not be reached.
func (p *Proxy) failed(w http.ResponseWriter, host string, err error) {
	status := http.StatusBadGateway
	if errors.Is(err, errForbidden) {
		status = http.StatusForbidden
	}
	admin.WriteProblem(w, status, fmt.Sprintf("oauthmock's proxy passes %s through, but could not: %v", host, err))
}

// Interrupt ends the tunnels that are passed through, now and from now on. A server that stops
// calls it, because it knows nothing of them.
func (p *Proxy) Interrupt() {
	p.once.Do(p.start)
	p.transport.CloseIdleConnections()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = true
	for c := range p.tunnels {
		_ = c.Close()
	}
}

// hold registers a connection until it is released. It reports whether the proxy is still running.
func (p *Proxy) hold(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.tunnels == nil {
		p.tunnels = map[net.Conn]struct{}{}
	}
	p.tunnels[c] = struct{}{}
	return !p.ended
}

func (p *Proxy) letGo(c net.Conn) {
	p.mu.Lock()
	delete(p.tunnels, c)
	p.mu.Unlock()
	_ = c.Close()
}
