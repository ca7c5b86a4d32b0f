package runner

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/url"
	"time"

	"oauthmock/conformance/report"
)

// Connection is how the target is reached. The zero value verifies certificates with the roots of
// the system, shows none, and uses no proxy.
type Connection struct {
	// Roots are trusted instead of the system's, when they are not nil.
	Roots *x509.CertPool
	// Insecure verifies no certificate.
	Insecure bool
	// Certificates are shown to a target that asks for one.
	Certificates []tls.Certificate
	// Proxy returns the proxy for a request, nil for none. A nil Proxy uses none: that of the
	// environment would see credentials, and may answer in the target's place.
	Proxy func(*http.Request) (*url.URL, error)
	// Told is what reports mention of it; nil for nothing.
	Told *report.Connection
}

// transport sends requests as they are: no redirects, no cookies, no compression.
func (c Connection) transport(timeout time.Duration) *http.Transport {
	transport := &http.Transport{
		Proxy:                  c.Proxy,
		DisableCompression:     true,
		MaxIdleConnsPerHost:    64,
		IdleConnTimeout:        30 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
		TLSHandshakeTimeout:    timeout,
		ForceAttemptHTTP2:      true,
	}
	if c.Roots != nil || c.Insecure || len(c.Certificates) > 0 {
		transport.TLSClientConfig = &tls.Config{RootCAs: c.Roots, InsecureSkipVerify: c.Insecure, Certificates: c.Certificates} // #nosec G402 -- the user asks for it, and every report tells
	}
	return transport
}
