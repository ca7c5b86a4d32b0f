package main

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"golang.org/x/net/http/httpproxy"

	"oauthmock/conformance"
	"oauthmock/conformance/report"
	"oauthmock/spec/strictyaml"
)

// connectionFlags configure the connection to the server.
type connectionFlags struct {
	caFile, certFile, keyFile string
	insecure                  bool
}

func (c *connectionFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&c.caFile, "cacert", "", "PEM `FILE` of certificates to trust in addition to the system's")
	flags.BoolVar(&c.insecure, "insecure", false, "do not verify certificates; every report warns about it")
	flags.StringVar(&c.certFile, "client-cert", "", "PEM `FILE` of a client certificate")
	flags.StringVar(&c.keyFile, "client-key", "", "PEM `FILE` of its key")
}

// connection reads the files. addresses are where requests go, so that a proxy of the environment
// is reported only if it is used.
func (c *connectionFlags) connection(getenv func(string) string, addresses []string) (conformance.Connection, error) {
	made := conformance.Connection{Insecure: c.insecure}
	told := report.Connection{Insecure: c.insecure, CACertificate: c.caFile, ClientCertificate: c.certFile}
	if c.caFile != "" {
		text, err := strictyaml.ReadFile(c.caFile, longestPEM)
		if err != nil {
			return made, fmt.Errorf("--cacert: %w", err)
		}
		if made.Roots, err = x509.SystemCertPool(); err != nil {
			made.Roots = x509.NewCertPool()
		}
		if !made.Roots.AppendCertsFromPEM(text) {
			return made, fmt.Errorf("--cacert: %s holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----", c.caFile)
		}
	}
	switch {
	case c.certFile == "" && c.keyFile != "":
		return made, errors.New("--client-key needs --client-cert beside it")
	case c.certFile != "" && c.keyFile == "":
		return made, errors.New("--client-cert needs --client-key beside it")
	case c.certFile != "":
		pair, err := readPair(c.certFile, c.keyFile)
		if err != nil {
			return made, fmt.Errorf("--client-cert and --client-key: %w", err)
		}
		made.Certificates = []tls.Certificate{pair}
	}
	proxy, err := c.proxy(getenv)
	if err != nil {
		return made, err
	}
	made.Proxy = func(request *http.Request) (*url.URL, error) { return proxy(request.URL) }
	for _, text := range addresses {
		if address, err := url.Parse(text); err == nil {
			if by, err := proxy(address); err == nil && by != nil {
				by.User = nil
				told.Proxy = by.String()
			}
		}
	}
	if told != (report.Connection{}) {
		made.Told = &told
	}
	return made, nil
}

// proxy is that of HTTPS_PROXY, less NO_PROXY and loopback. Plain HTTP goes straight: a proxy would
// read the credentials.
func (c *connectionFlags) proxy(getenv func(string) string) (func(*url.URL) (*url.URL, error), error) {
	config := httpproxy.Config{HTTPSProxy: cmp.Or(getenv("HTTPS_PROXY"), getenv("https_proxy")), NoProxy: cmp.Or(getenv("NO_PROXY"), getenv("no_proxy"))}
	if config.HTTPSProxy != "" {
		// An invalid address would silently be ignored, or taken for another one.
		all := httpproxy.Config{HTTPSProxy: config.HTTPSProxy}
		by, err := all.ProxyFunc()(&url.URL{Scheme: "https", Host: "proxied.invalid"})
		if err != nil || by == nil || by.Hostname() == "" || strings.HasSuffix(by.Host, ":") || !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, by.Scheme) {
			return nil, errors.New("HTTPS_PROXY is not an address such as http://proxy.example:3128")
		}
	}
	return config.ProxyFunc(), nil
}

// longestPEM bounds what is read of a file with certificates or a key, in bytes.
const longestPEM = 16 << 20

// readPair reads a certificate and its key. Pipes and devices are refused before they are opened.
func readPair(certFile, keyFile string) (tls.Certificate, error) {
	certificate, err := strictyaml.ReadFile(certFile, longestPEM)
	if err != nil {
		return tls.Certificate{}, err
	}
	key, err := strictyaml.ReadFile(keyFile, longestPEM)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.X509KeyPair(certificate, key)
}
