package mockserver_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/fault"
	"oauthmock/mockserver/mocktest"
	"oauthmock/mockserver/tlsproxy"
)

// secured serves a mock with TLS, and returns its address and what clients trust.
func secured(t *testing.T, m *mocktest.Mock) (address string, roots *x509.CertPool) {
	t.Helper()
	ca, err := tlsproxy.NewCA(m.Server().Hosts(), time.Now())
	require.NoError(t, err)
	certificates := &tlsproxy.Certificates{CA: ca, Serves: m.Server().Provider, Fault: m.Server().Handshake, Now: time.Now}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &http.Server{Handler: m.Handler(), TLSConfig: certificates.Config(), ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
	ended := make(chan error, 1)
	go func() { ended <- server.ServeTLS(listener, "", "") }()
	t.Cleanup(func() {
		assert.NoError(t, server.Close())
		assert.ErrorIs(t, <-ended, http.ErrServerClosed)
	})
	roots = x509.NewCertPool()
	roots.AddCert(ca.Certificate())
	return listener.Addr().String(), roots
}

// TestTheBytesWithinTLS: faults mean on TLS what they mean without it.
func TestTheBytesWithinTLS(t *testing.T) {
	m := newFaulty(t)
	address, roots := secured(t, m)
	for name, c := range map[string]struct {
		effect fault.Effect
		sent   string // a regular expression for all bytes
		end    error
	}{
		"empty":           {fault.Effect{Kind: "empty"}, `^$`, nil},
		"reset":           {fault.Effect{Kind: "reset"}, `^$`, syscall.ECONNRESET},
		"truncate":        {fault.Effect{Kind: "truncate", Bytes: new(7)}, `^HTTP/1\.1 200 OK\r\n(?s:.*)Content-Length: \d{3}\r\n(?s:.*)\r\n\r\n\{"data"$`, nil},
		"malformed-chunk": {fault.Effect{Kind: "malformed-chunk"}, `\r\nno size\r\n\?+\r\n$`, nil},
		"random-bytes":    {fault.Effect{Kind: "random-bytes", Bytes: new(9)}, `^(?s:[^H].{0,26})$`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			m.AddFault(fault.Rule{Name: "one", Effect: &c.effect})
			defer m.RemoveFault("one")
			connection, err := tls.Dial("tcp", address, &tls.Config{ServerName: "oauth.openapi.com", RootCAs: roots})
			require.NoError(t, err)
			defer connection.Close()
			require.NoError(t, connection.SetDeadline(time.Now().Add(time.Minute)))
			_, err = io.WriteString(connection, "GET /wallet HTTP/1.1\r\nHost: oauth.openapi.com\r\nAuthorization: Basic ZGV2QGV4YW1wbGUuY29tOjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVm\r\n\r\n")
			require.NoError(t, err)
			sent, err := io.ReadAll(connection)
			require.ErrorIs(t, err, c.end) // of nil, that it is nil
			assert.Regexp(t, c.sent, string(sent))
		})
	}
}

// TestRulesOnTLSCountHandshakes: for the server, by the name that is asked for, on the server's
// clock, and no call meets them.
func TestRulesOnTLSCountHandshakes(t *testing.T) {
	m := newFaulty(t)
	address, roots := secured(t, m)
	shake := func(host string) error {
		connection, err := tls.Dial("tcp", address, &tls.Config{ServerName: host, RootCAs: roots})
		if err == nil {
			_ = connection.Close()
		}
		return err
	}
	m.AddFault(fault.Rule{
		Name: "second", Match: &fault.Match{Headers: map[string]string{"host": "*.openapi.com"}},
		When: &fault.When{Nth: new(2), For: "1m"}, Effect: &fault.Effect{Kind: "tls-handshake"},
	})
	m.AddFault(fault.Rule{Name: "sandbox", Match: &fault.Match{Headers: map[string]string{"Host": "test.*"}}, Effect: &fault.Effect{Kind: "tls-expired"}})
	require.NoError(t, shake("localhost"), "another host does not count")
	require.NoError(t, shake("oauth.openapi.com"))
	assert.ErrorContains(t, shake("oauth.openapi.com"), "handshake failure")
	require.NoError(t, shake("oauth.openapi.com"))
	assert.ErrorContains(t, shake("test.oauth.openapi.com"), "expired")
	views := m.Faults()
	require.Len(t, views, 2)
	assert.Equal(t, []uint64{1, 4, 1, 1}, []uint64{views[0].Hits, views[0].Calls, views[1].Hits, views[1].Calls})
	assert.Equal(t, fault.Before, views[0].Where)

	a := m.NewAccount(t)
	answer := call(t.Context(), http.DefaultClient, m, a, "GET", "/wallet", "")
	assert.Equal(t, 200, answer.status, "calls do not meet them")
	assert.Empty(t, answer.header.Get("X-Mock-Fault"))
	m.Reset()
	require.NoError(t, shake("test.oauth.openapi.com"), "a reset removes them")

	m.AddFault(fault.Rule{Name: "outage", When: &fault.When{For: "1m"}, Effect: &fault.Effect{Kind: "tls-wrong-host"}})
	assert.ErrorContains(t, shake("oauth.openapi.com"), "wrong-host.localhost")
	m.Clock().Advance(time.Minute)
	require.NoError(t, shake("oauth.openapi.com"), "the server's clock has passed it")
}
