// Package tlsproxy leads unchanged programs to the mock: a certificate authority of its own that
// can sign for nothing but the hosts that the mock serves, the certificate of each TLS handshake,
// and an HTTP proxy that is never an open one.
package tlsproxy
