package tlsproxy

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"oauthmock/mockserver/admin"
	"oauthmock/mockserver/fault"
	"oauthmock/mockserver/surface"
)

// Alerts of TLS, RFC 8446, 6.2.
const (
	alertHandshakeFailure = 40
	alertUnrecognizedName = 112
)

// Certificates chooses the certificate of each TLS handshake: one of the CA, for the host that the
// client names, or the user's own. It is safe for concurrent use.
type Certificates struct {
	// CA signs.
	CA *CA
	// Own, unless nil, is served instead of what the CA signs.
	Own *Pair
	// Serves reports whether the mock answers for a host, in lower case. Others get no certificate.
	Serves func(host string) bool
	// Fault returns what goes wrong with a handshake on purpose.
	Fault func(host string) fault.Handshake
	// Now returns real time: clients check certificates by theirs.
	Now func() time.Time

	mu     sync.Mutex
	leaves map[string]*tls.Certificate // as many as there are hosts that are served
}

// Config is for servers that ask for certificates here. They speak TLS 1.2 and up, HTTP/2 and
// HTTP/1.1.
func (c *Certificates) Config() *tls.Config {
	config := c.base()
	config.GetConfigForClient = c.choose
	config.GetCertificate = func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) { return c.certificate(hello) }
	return config
}

func (c *Certificates) base() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
}

// choose looks at a handshake before anything is answered, also where a session is resumed and no
// certificate is asked for. nil is as ever.
func (c *Certificates) choose(hello *tls.ClientHelloInfo) (*tls.Config, error) {
	name := surface.HostName(hello.ServerName)
	if c.Own == nil && !c.signs(name) {
		sendAlert(hello.Conn, alertUnrecognizedName)
		if c.Serves(name) {
			return nil, fmt.Errorf("%q was asked for by SNI, and became a host of the mock after the CA was made: start the mock anew, with --ca-renew where it keeps its CA", name)
		}
		return nil, fmt.Errorf("%q was asked for by SNI, and is not a host that the mock serves", name)
	}
	wrong := c.Fault(name)
	switch {
	case wrong.Kind == fault.Handshaken:
		return nil, nil //nolint:nilnil // crypto/tls takes it for the server's own
	case wrong.Kind == fault.BrokenHandshake && wrong.Reset:
		resetConnection(hello.Conn)
		return nil, fmt.Errorf("reset by the fault rule %q", wrong.Rule)
	case wrong.Kind == fault.BrokenHandshake:
		sendAlert(hello.Conn, alertHandshakeFailure)
		return nil, fmt.Errorf("refused by the fault rule %q", wrong.Rule)
	}
	now := c.Now()
	names, begins, ends := certified(name), now.Add(-skew), now.Add(leafLifetime)
	if wrong.Kind == fault.ExpiredCertificate {
		begins, ends = now.Add(-2*leafLifetime), now.Add(-leafLifetime)
	} else {
		names = []string{"wrong-host." + localhost} // which the CA may sign for, and nobody requests
	}
	leaf, err := c.CA.leaf(names, begins, ends)
	if err != nil {
		return nil, err
	}
	config := c.base()
	config.Certificates = []tls.Certificate{*leaf}
	config.SessionTicketsDisabled = true // a resumed session would not show the certificate
	return config, nil
}

// signs reports whether the CA signs for a name; "" is that of a client that named none, as those
// that ask an address do.
func (c *Certificates) signs(name string) bool {
	return name == "" || name == localhost || c.Serves(name) && c.CA.permits(name)
}

// certified are the names in the certificate of a host.
func certified(name string) []string {
	if name == "" || name == localhost {
		return []string{localhost, "127.0.0.1", "::1"}
	}
	return []string{name}
}

// certificate is that of a host, as ever.
func (c *Certificates) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if c.Own != nil {
		return c.Own.certificate()
	}
	names, now := certified(surface.HostName(hello.ServerName)), c.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if leaf, ok := c.leaves[names[0]]; ok && leaf.Leaf.NotAfter.Sub(now) > leafLifetime/2 {
		return leaf, nil
	}
	leaf, err := c.CA.leaf(names, now.Add(-skew), now.Add(leafLifetime))
	if err != nil {
		return nil, err
	}
	if c.leaves == nil {
		c.leaves = map[string]*tls.Certificate{}
	}
	c.leaves[names[0]] = leaf
	return leaf, nil
}

// Guard answers 421 to requests for a host other than the connection's, if that is one of the
// provider: such a connection serves no other API. Hosts that a certificate of the user's own
// covers may share a connection, as in browsers.
func (c *Certificates) Guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS != nil {
			named, asked := surface.HostName(r.TLS.ServerName), surface.HostName(r.Host)
			if named != asked && named != "" && c.Serves(named) && !(c.Own != nil && c.Own.covers(asked)) {
				admin.WriteProblem(w, http.StatusMisdirectedRequest, fmt.Sprintf("the connection was opened for %s (SNI), and the request is for %s: open one for it", named, asked))
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// sendAlert sends a fatal alert, and closes the connection, so that crypto/tls sends none of its
// own.
func sendAlert(c net.Conn, alert byte) {
	const kind, major, minor, length, fatal = 21, 3, 3, 2, 2
	_, _ = c.Write([]byte{kind, major, minor, 0, length, fatal, alert}) // the client may have left
	_ = c.Close()
}

// resetConnection makes the system discard what was not sent, and reset the connection.
func resetConnection(c net.Conn) {
	if l, ok := c.(interface{ SetLinger(seconds int) error }); ok {
		_ = l.SetLinger(0)
	}
	_ = c.Close()
}
