package command

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"oauthmock/mockserver"
	"oauthmock/mockserver/admin"
	"oauthmock/mockserver/atomicfile"
	"oauthmock/mockserver/tlsproxy"
)

// secured are the values of the flags of TLS and proxy.
type secured struct {
	tlsAddr, tlsCert, tlsKey string
	caDir, caFile            string
	caRenew                  bool
	proxyAddr                string
	proxyPass                []string
	// tellRefused, unless nil, is called for each request that the proxy refused, with its host.
	tellRefused func(host string)
}

// on reports whether anything of it is asked for.
func (s *secured) on() bool { return s.tlsAddr != "" || s.proxyAddr != "" }

// check refuses flags that do nothing without others.
func (s *secured) check() error {
	caFlag := ""
	for _, f := range []struct {
		name  string
		given bool
	}{{"--ca-renew", s.caRenew}, {"--ca-file", s.caFile != ""}, {"--ca-dir", s.caDir != ""}} {
		if f.given {
			caFlag = f.name
		}
	}
	var err error
	switch {
	case (s.tlsCert == "") != (s.tlsKey == ""):
		err = errors.New("--tls-cert and --tls-key: want both, the certificate and its key")
	case s.tlsCert != "" && caFlag != "":
		err = fmt.Errorf("%s: with a certificate of yours (--tls-cert) there is no CA", caFlag)
	case s.caRenew && s.caDir == "":
		err = errors.New("--ca-renew: want --ca-dir, the folder of the CA that shall be made anew; without one each start makes its own")
	case caFlag != "" && !s.on():
		err = fmt.Errorf("%s: there is a CA with --tls-addr or --proxy-addr only", caFlag)
	case s.tlsCert != "" && !s.on():
		err = errors.New("--tls-cert: want --tls-addr or --proxy-addr, which use it")
	case len(s.proxyPass) > 0 && s.proxyAddr == "":
		err = errors.New("--proxy-pass: want --proxy-addr, the address of the proxy")
	}
	if err != nil {
		return usageError{err}
	}
	return nil
}

// passes reads --proxy-pass.
func (s *secured) passes() (out []tlsproxy.Host, err error) {
	for _, text := range s.proxyPass {
		h, err := tlsproxy.ParseHost(text)
		if err != nil {
			return nil, err
		}
		out = append(out, h)
	}
	return out, nil
}

// proxyPass checks the value of --proxy-pass.
func proxyPass(texts []string) ([]mockserver.Option, error) {
	_, err := (&secured{proxyPass: texts}).passes()
	return nil, err
}

// certificates creates what selects the certificate of each TLS handshake, and returns the PEM
// certificate of the CA, if there is one to trust.
func (m *instance) certificates() (c *tlsproxy.Certificates, ca string, err error) {
	c = &tlsproxy.Certificates{Serves: m.mock.Provider, Fault: m.mock.Handshake, Now: time.Now}
	if m.tlsCert != "" {
		if c.Own, err = tlsproxy.OpenPair(m.tlsCert, m.tlsKey, m.log); err != nil {
			return nil, "", usageError{fmt.Errorf("--tls-cert: %w", err)}
		}
	}
	if m.caDir != "" {
		if c.CA, err = tlsproxy.OpenCA(m.caDir, m.mock.Hosts(), m.caRenew, time.Now()); err != nil {
			return nil, "", usageError{fmt.Errorf("--ca-dir: %w", err)}
		}
	} else if c.CA, err = tlsproxy.NewCA(m.mock.Hosts(), time.Now()); err != nil {
		return nil, "", err
	}
	if c.Own != nil {
		return c, "", nil
	}
	text := c.CA.PEM()
	if m.caFile != "" {
		if err := atomicfile.Write(m.caFile, 0o644, func(w io.Writer) error { _, err := w.Write(text); return err }); err != nil {
			return nil, "", fmt.Errorf("--ca-file: %w", err)
		}
	}
	m.log.Info("CA", "subject", c.CA.Certificate().Subject.CommonName, "until", c.CA.Certificate().NotAfter.Format(time.DateOnly), "trust it from", admin.Prefix+"/ca.pem")
	return c, string(text), nil
}

// listenSecurely opens and serves the listeners of TLS and proxy, if requested, and adds their
// addresses to at. The plain server takes over tunnels without TLS.
func (m *instance) listenSecurely(plain *http.Server, api http.Handler, at *mockserver.Listeners) (err error) {
	if !m.on() {
		return nil
	}
	var open opened
	defer func() {
		if err != nil {
			err = errors.Join(err, open.close())
		}
	}()
	certificates, ca, err := m.certificates()
	if err != nil {
		return err
	}
	at.CA = ca
	secure := m.newServer(certificates.Guard(api))
	secure.TLSConfig = certificates.Config()
	secure.Protocols = new(http.Protocols)
	secure.Protocols.SetHTTP1(true)
	secure.Protocols.SetHTTP2(true)
	if m.tlsAddr != "" {
		listener, err := open.keep(m.limits.listen("--tls-addr", m.tlsAddr))
		if err != nil {
			return err
		}
		at.HTTPS = listener.Addr().String()
		m.serveTLS(secure, listener)
		m.log.Info("TLS", "url", "https"+strings.TrimPrefix(baseURL(listener.Addr()), "http"))
	}
	if m.proxyAddr == "" {
		return nil
	}
	pass, err := m.passes()
	if err != nil {
		return err
	}
	listener, err := open.keep(m.limits.listen("--proxy-addr", m.proxyAddr))
	if err != nil {
		return err
	}
	at.Proxy = listener.Addr().String()
	plainTunnels, secureTunnels := tlsproxy.NewHandoff(listener.Addr()), tlsproxy.NewHandoff(listener.Addr())
	m.serve(plain, plainTunnels)
	m.serveTLS(secure, secureTunnels)
	own := *at
	proxy := &tlsproxy.Proxy{
		Serves: m.mock.Provider, Handler: api, Plain: plainTunnels.Give, Secure: secureTunnels.Give, HTTP: own.HTTP, HTTPS: own.HTTPS,
		Listening: func() []string { return []string{own.HTTP, own.HTTPS, own.Proxy, own.Admin} },
		Pass:      pass, Patience: m.limits.read, Refused: m.tellRefused, Log: m.log,
	}
	if !admin.Loopback(m.proxyAddr) {
		proxy.Token = m.adminToken
	}
	server := m.newServer(proxy)
	server.RegisterOnShutdown(proxy.Interrupt)
	server.Protocols = new(http.Protocols)
	server.Protocols.SetHTTP1(true) // a tunnel is a connection, and HTTP/2 has streams
	m.serve(server, listener)
	m.log.Info("proxy", "url", baseURL(listener.Addr()), "wants the admin token", proxy.Token != "")
	return nil
}
