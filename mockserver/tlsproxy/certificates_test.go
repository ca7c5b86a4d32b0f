package tlsproxy

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/fault"
)

func newCertificates(t *testing.T) *Certificates {
	t.Helper()
	return &Certificates{
		CA: newCA(t), Now: time.Now, Serves: func(host string) bool { return slices.Contains(served(), host) },
		Fault: func(string) fault.Handshake { return fault.Handshake{} },
	}
}

// serveTLS serves what a handler answers with certificates, and returns the address.
func serveTLS(t *testing.T, c *Certificates, h http.Handler) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &http.Server{Handler: h, TLSConfig: c.Config(), ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelWarn)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.ServeTLS(l, "", "")
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-done
	})
	return l.Addr().String()
}

func TestEachHandshakeGetsTheCertificateOfItsHost(t *testing.T) {
	c := newCertificates(t)
	address := serveTLS(t, c, http.NotFoundHandler())
	for name, test := range map[string]struct {
		sni, verify string
		most        uint16
		says        string
	}{
		"a host":                  {sni: "oauth.openapi.com", verify: "oauth.openapi.com"},
		"a host in capitals":      {sni: "OAuth.openapi.COM", verify: "oauth.openapi.com"},
		"the sandbox":             {sni: "test.oauth.openapi.com", verify: "test.oauth.openapi.com"},
		"localhost":               {sni: "localhost", verify: "localhost"},
		"an address":              {sni: "", verify: "127.0.0.1"},
		"an address of IPv6":      {sni: "", verify: "::1"},
		"with TLS 1.2":            {sni: "localhost", verify: "localhost", most: tls.VersionTLS12},
		"with TLS 1.1":            {sni: "localhost", verify: "localhost", most: tls.VersionTLS11, says: "protocol version"},
		"a host of somebody else": {sni: "evil.com", verify: "evil.com", says: "unrecognized name"},
		"a host below":            {sni: "x.oauth.openapi.com", verify: "x.oauth.openapi.com", says: "unrecognized name"},
	} {
		t.Run(name, func(t *testing.T) {
			config := &tls.Config{ServerName: test.sni, InsecureSkipVerify: true, NextProtos: []string{"h2"}, MinVersion: tls.VersionTLS10, MaxVersion: test.most}
			conn, err := tls.Dial("tcp", address, config)
			if test.says != "" {
				require.ErrorContains(t, err, test.says)
				return
			}
			require.NoError(t, err)
			defer conn.Close()
			assert.Equal(t, "h2", conn.ConnectionState().NegotiatedProtocol)
			shown := conn.ConnectionState().PeerCertificates
			require.Len(t, shown, 2)
			assert.Equal(t, c.CA.Certificate().Raw, shown[1].Raw)
			_, err = shown[0].Verify(x509.VerifyOptions{DNSName: test.verify, Roots: trusting(c.CA)})
			require.NoError(t, err)
			assert.Less(t, shown[0].NotAfter.Sub(shown[0].NotBefore), 48*time.Hour, "short-lived")
			again, err := tls.Dial("tcp", address, config)
			require.NoError(t, err)
			defer again.Close()
			assert.Equal(t, shown[0].Raw, again.ConnectionState().PeerCertificates[0].Raw, "made once")
		})
	}
}

func TestACertificateIsReplacedBeforeItExpires(t *testing.T) {
	c := newCertificates(t)
	hello := &tls.ClientHelloInfo{ServerName: "localhost"}
	first, err := c.certificate(hello)
	require.NoError(t, err)
	now := time.Now().Add(13 * time.Hour)
	c.Now = func() time.Time { return now }
	next, err := c.certificate(hello)
	require.NoError(t, err)
	assert.NotEqual(t, first.Leaf.NotAfter, next.Leaf.NotAfter)
}

func TestHandshakesGoWrongOnPurpose(t *testing.T) {
	var wrong atomic.Pointer[fault.Handshake]
	wrong.Store(&fault.Handshake{})
	c := newCertificates(t)
	c.Fault = func(host string) fault.Handshake {
		assert.Equal(t, "oauth.openapi.com", host)
		return *wrong.Load()
	}
	address := serveTLS(t, c, http.NotFoundHandler())
	sessions := tls.NewLRUClientSessionCache(1) // clients that resume see it too
	dial := func() error {
		conn, err := tls.Dial("tcp", address, &tls.Config{ServerName: "oauth.openapi.com", RootCAs: trusting(c.CA), ClientSessionCache: sessions})
		if err == nil {
			_, _ = io.WriteString(conn, "GET / HTTP/1.0\r\n\r\n")
			_, _ = io.ReadAll(conn) // a session comes with the answer
			_ = conn.Close()
		}
		return err
	}
	require.NoError(t, dial())
	for name, test := range map[string]struct {
		wrong fault.Handshake
		check func(*testing.T, error)
	}{
		"an alert": {fault.Handshake{Kind: fault.BrokenHandshake}, func(t *testing.T, err error) { assert.ErrorContains(t, err, "handshake failure") }},
		"a reset":  {fault.Handshake{Kind: fault.BrokenHandshake, Reset: true}, func(t *testing.T, err error) { assert.ErrorIs(t, err, syscall.ECONNRESET) }},
		"expired": {fault.Handshake{Kind: fault.ExpiredCertificate}, func(t *testing.T, err error) {
			var invalid x509.CertificateInvalidError
			require.ErrorAs(t, err, &invalid)
			assert.Equal(t, x509.Expired, invalid.Reason)
		}},
		"of another host": {fault.Handshake{Kind: fault.WrongHost}, func(t *testing.T, err error) {
			var name x509.HostnameError
			assert.ErrorAs(t, err, &name)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			wrong.Store(&test.wrong)
			test.check(t, dial())
			wrong.Store(&fault.Handshake{})
			require.NoError(t, dial())
		})
	}
}

func TestAConnectionOpenedForAHostServesThatHostAlone(t *testing.T) {
	c := newCertificates(t)
	guarded := c.Guard(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	for name, test := range map[string]struct {
		sni, host string
		status    int
	}{
		"the same":                         {"oauth.openapi.com", "oauth.openapi.com", 204},
		"the same with a port, in capital": {"oauth.openapi.com", "OAUTH.openapi.com:443", 204},
		"the sandbox's":                    {"oauth.openapi.com", "test.oauth.openapi.com", 421},
		"the control API's":                {"oauth.openapi.com", "localhost", 421},
		"loopback, as without TLS":         {"localhost", "oauth.openapi.com", 204},
		"an address, as without TLS":       {"", "oauth.openapi.com", 204},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", http.NoBody)
			r.Host, r.TLS = test.host, &tls.ConnectionState{ServerName: test.sni}
			w := httptest.NewRecorder()
			guarded.ServeHTTP(w, r)
			assert.Equal(t, test.status, w.Code, w.Body)
		})
	}
}

func TestACertificateOfOnesOwnIsReadAgainWhenItChanges(t *testing.T) {
	ca, dir := newCA(t), t.TempDir()
	certFile, keyFile := filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key")
	saved := time.Now().Add(-time.Hour)
	save := func(file, kind string, der []byte) {
		saved = saved.Add(time.Minute) // clocks of file systems are coarse
		require.NoError(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
		require.NoError(t, os.Chtimes(file, saved, saved))
	}
	one := func() (cert, key []byte) {
		leaf, err := ca.leaf([]string{"localhost"}, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
		require.NoError(t, err)
		key, err = x509.MarshalPKCS8PrivateKey(leaf.PrivateKey)
		require.NoError(t, err)
		return leaf.Certificate[0], key
	}
	firstCert, firstKey := one()
	save(certFile, "CERTIFICATE", firstCert)
	save(keyFile, "PRIVATE KEY", firstKey)
	var log bytes.Buffer
	pair, err := OpenPair(certFile, keyFile, slog.New(slog.NewTextHandler(&log, nil)))
	require.NoError(t, err)
	shown := func() []byte {
		got, err := pair.certificate()
		require.NoError(t, err)
		return got.Certificate[0]
	}
	assert.Equal(t, firstCert, shown())

	nextCert, nextKey := one()
	save(certFile, "CERTIFICATE", nextCert)
	assert.Equal(t, firstCert, shown(), "the key is still that of the one before")
	shown()
	assert.Equal(t, 1, bytes.Count(log.Bytes(), []byte("cannot be read")), "said once: %s", log.String())
	save(keyFile, "PRIVATE KEY", nextKey)
	assert.Equal(t, nextCert, shown())
	require.NoError(t, os.Remove(certFile))
	assert.Equal(t, nextCert, shown(), "the files are gone")
	_, err = OpenPair(certFile, keyFile, slog.New(slog.DiscardHandler))
	require.ErrorIs(t, err, os.ErrNotExist)
}
