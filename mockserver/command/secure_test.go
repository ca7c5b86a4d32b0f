package command

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// endpoints are where a mock is reached.
func (p *process) endpoints() (out struct{ HTTP, HTTPS, Proxy string }) {
	p.t.Helper()
	_, body := p.ask("GET", "/__admin/endpoints", "")
	require.NoError(p.t, json.Unmarshal([]byte(body), &out), body)
	return out
}

// through asks a URL as the demo account, by the mock's proxy if it has one, and trusts the mock's
// CA.
func (p *process) through(target string) (status int, body string, shown *tls.ConnectionState) {
	p.t.Helper()
	at := p.endpoints()
	_, ca := p.ask("GET", "/__admin/ca.pem", "")
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(ca))
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true}
	if at.Proxy != "" {
		proxy, err := url.Parse(at.Proxy)
		require.NoError(p.t, err)
		transport.Proxy = http.ProxyURL(proxy)
	}
	r, err := http.NewRequestWithContext(p.t.Context(), "GET", target, http.NoBody)
	require.NoError(p.t, err)
	r.SetBasicAuth("dev@example.com", "0123456789abcdef0123456789abcdef")
	answer, err := transport.RoundTrip(r)
	if err != nil {
		return 0, err.Error(), nil
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(p.t, err)
	return answer.StatusCode, string(text), answer.TLS
}

// secureActs returns the acts of the flags of TLS and proxy.
func secureActs(t *testing.T) map[string]act {
	t.Helper()
	dir := t.TempDir()
	ca := filepath.Join(dir, "ca")
	caFile := filepath.Join(dir, "trust.pem")
	own := httptest.NewUnstartedServer(nil)
	own.StartTLS()
	own.Close()
	certFile, keyFile := filepath.Join(dir, "own.pem"), filepath.Join(dir, "own-key.pem")
	key, err := x509.MarshalPKCS8PrivateKey(own.TLS.Certificates[0].PrivateKey)
	require.NoError(t, err)
	write(t, certFile, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: own.TLS.Certificates[0].Certificate[0]})))
	write(t, keyFile, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})))
	beyond := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "beyond") }))
	t.Cleanup(beyond.Close)

	shown := func(t *testing.T, p *process) {
		status, body := p.ask("GET", "/__admin/ca.pem", "")
		assert.Equal(t, 404, status, body)
		at, err := url.Parse(p.endpoints().HTTPS)
		require.NoError(t, err)
		conn, err := tls.Dial("tcp", at.Host, &tls.Config{InsecureSkipVerify: true})
		require.NoError(t, err)
		defer conn.Close()
		assert.Equal(t, own.Certificate().Raw, conn.ConnectionState().PeerCertificates[0].Raw)
	}
	trusted := func(t *testing.T, p *process) string {
		_, body := p.ask("GET", "/__admin/ca.pem", "")
		return body
	}
	var kept string
	return map[string]act{
		"--tls-addr": {[]string{"--tls-addr", "127.0.0.1:0"}, func(t *testing.T, p *process) {
			status, body, shown := p.through(p.endpoints().HTTPS + "/wallet")
			assert.Equal(t, 200, status, body)
			assert.Equal(t, uint16(tls.VersionTLS13), shown.Version)
			_, har := p.ask("GET", "/__admin/requests?format=har", "")
			assert.Contains(t, har, `"url":"https://127.0.0.1:`)
			assert.NotContains(t, har, `"url":"http://`)
		}},
		"--tls-addr reached from elsewhere": {[]string{"--tls-addr", "0.0.0.0:0"}, func(t *testing.T, p *process) {
			status, _ := p.ask("GET", "/__admin/clock", "")
			assert.Equal(t, 401, status, "the control API asks for a token")
		}},
		"--tls-cert": {[]string{"--tls-addr", "127.0.0.1:0", "--tls-cert", certFile, "--tls-key", keyFile}, shown},
		"--tls-key":  {[]string{"--tls-addr", "127.0.0.1:0", "--tls-cert", certFile, "--tls-key", keyFile}, shown},
		"--ca-dir": {[]string{"--tls-addr", "127.0.0.1:0", "--ca-dir", ca}, func(t *testing.T, p *process) {
			kept = trusted(t, p)
			again := start(t, nil, "--tls-addr", "127.0.0.1:0", "--ca-dir", ca)
			assert.Equal(t, kept, trusted(t, again))
		}},
		"--ca-renew": {[]string{"--proxy-addr", "127.0.0.1:0", "--ca-dir", ca, "--ca-renew"}, func(t *testing.T, p *process) {
			renewed := trusted(t, p)
			again := start(t, nil, "--proxy-addr", "127.0.0.1:0", "--ca-dir", ca, "--ca-renew")
			assert.NotEqual(t, renewed, trusted(t, again))
		}},
		"--ca-file": {[]string{"--proxy-addr", "127.0.0.1:0", "--ca-file", caFile}, func(t *testing.T, p *process) {
			written, err := os.ReadFile(caFile)
			require.NoError(t, err)
			assert.Equal(t, string(written), trusted(t, p))
		}},
		"--proxy-addr": {[]string{"--proxy-addr", "127.0.0.1:0"}, func(t *testing.T, p *process) {
			for _, target := range []string{"https://oauth.openapi.com/wallet", "http://oauth.openapi.com/wallet", "https://oauth.openapi.it/credit"} {
				status, body, _ := p.through(target)
				assert.Equal(t, 200, status, body)
			}
			status, body, _ := p.through("http://example.com/")
			assert.Equal(t, 403, status)
			assert.Contains(t, body, "--proxy-pass example.com")
			status, body, _ = p.through("https://oauth.openapi.com/__admin/clock")
			assert.Equal(t, 403, status, body)
			assert.Contains(t, body, "is not loopback")
		}},
		"--proxy-addr reached from elsewhere": {[]string{"--proxy-addr", "0.0.0.0:0"}, func(t *testing.T, p *process) {
			line := p.stderr.String()
			_, after, _ := strings.Cut(line, "admin-token=")
			token, _, _ := strings.Cut(after, "\n")
			require.NotEmpty(t, token)
			_, after, _ = strings.Cut(line, "msg=proxy url=http://")
			address, _, _ := strings.Cut(after, " ")
			for user, want := range map[*url.Userinfo]int{nil: 407, url.UserPassword("oauthmock", token): 200, url.UserPassword("oauthmock", "x"): 407} {
				transport := &http.Transport{Proxy: http.ProxyURL(&url.URL{Scheme: "http", User: user, Host: address}), DisableKeepAlives: true}
				r, err := http.NewRequestWithContext(t.Context(), "GET", "http://oauth.openapi.com/wallet", http.NoBody)
				require.NoError(t, err)
				r.SetBasicAuth("dev@example.com", "0123456789abcdef0123456789abcdef")
				answer, err := transport.RoundTrip(r)
				require.NoError(t, err)
				require.NoError(t, answer.Body.Close())
				assert.Equal(t, want, answer.StatusCode)
			}
			status, _ := p.ask("GET", "/__admin/clock", "", func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) })
			assert.Equal(t, 200, status, "the proxy's token is the control API's")
			status, _ = p.ask("GET", "/__admin/clock", "")
			assert.Equal(t, 401, status, "which the proxy leads to")
		}},
		"--proxy-pass": {[]string{"--proxy-addr", "127.0.0.1:0", "--proxy-pass", "registry.npmjs.org," + strings.TrimPrefix(beyond.URL, "http://")}, func(t *testing.T, p *process) {
			// Go's client goes to loopback directly, so this one names the proxy as the target.
			r, err := http.NewRequestWithContext(t.Context(), "GET", p.endpoints().Proxy, http.NoBody)
			require.NoError(t, err)
			r.URL.Opaque = beyond.URL + "/"
			answer, err := http.DefaultClient.Do(r)
			require.NoError(t, err)
			defer answer.Body.Close()
			text, err := io.ReadAll(answer.Body)
			require.NoError(t, err)
			assert.Equal(t, "beyond", string(text))
		}},
	}
}
