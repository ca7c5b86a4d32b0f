package mockserver

import (
	"io"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/rs/cors"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/admin"
	"oauthmock/mockserver/console"
	"oauthmock/mockserver/fault"
	"oauthmock/mockserver/journal"
	"oauthmock/mockserver/surface"
)

// Handler serves everything: the API, health and metrics, and the control API.
func (s *Server) Handler() http.Handler { return handler{s, true} }

// APIHandler serves the API, health and metrics, but not the control API (see AdminHandler).
func (s *Server) APIHandler() http.Handler { return handler{s, false} }

// AdminHandler serves the control API alone.
func (s *Server) AdminHandler() http.Handler { return control{s} }

// control serves the control API and, below it, the console.
type control struct{ *Server }

// ServeHTTP implements http.Handler.
func (c control) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == console.Prefix || strings.HasPrefix(r.URL.Path, console.Prefix+"/") {
		c.console.ServeHTTP(w, r)
		return
	}
	c.admin.ServeHTTP(w, r)
}

// AdminToken returns the bearer token that the control API requires; empty if it requires none.
func (s *Server) AdminToken() string { return s.admin.Token }

// Listeners are the addresses on which a server listens.
type Listeners = admin.Listeners

// Listen records where the server listens, for GET /__admin/endpoints and because callbacks are
// never sent there. With WithStateFile, callbacks are delivered only from then on. apart reports
// whether the control API has a listener of its own. Listen is safe for concurrent use.
func (s *Server) Listen(at Listeners, apart bool) {
	s.admin.Listen(at, apart)
	s.callbacks.Start()
}

// listening returns the addresses, as HOST:PORT, on which the server listens.
func (s *Server) listening() []string {
	at := s.admin.Listening()
	return []string{at.HTTP, at.HTTPS, at.Proxy, at.Admin}
}

// Hosts returns the names of all hosts that the server answers for: the provider's, further ones
// (WithProviderHost), and those of the catalogue.
func (s *Server) Hosts() (hosts []string) {
	for _, d := range s.admin.Surfaces {
		for _, h := range d.Hosts {
			hosts = append(hosts, h.Name)
		}
	}
	for _, scope := range s.world.Catalogue().Scopes() {
		for _, name := range []string{scope.Domain, account.DomainIn(scope.Domain, account.Sandbox)} {
			if s.Provider(name) {
				hosts = append(hosts, name)
			}
		}
	}
	slices.Sort(hosts)
	return slices.Compact(hosts)
}

// Provider reports whether a host, with or without port, is currently one of Hosts.
func (s *Server) Provider(host string) bool { return s.router.Provider(host) }

// Handshake counts a TLS handshake with a host, and returns the fault to inject into it, if any.
func (s *Server) Handshake(host string) fault.Handshake { return s.faults.Handshake(host) }

// Names returns the names of surfaces, operations and credentials that the server's requests can
// have.
func (s *Server) Names() journal.Names { return s.admin.Surfaces.Names() }

// handler is the outermost handler of a server.
type handler struct {
	*Server
	withAdmin bool
}

// ServeHTTP dispatches a request: the control API takes precedence over every surface; health and
// metrics yield on the provider's own hosts.
func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	if path == admin.Prefix || strings.HasPrefix(path, admin.Prefix+"/") {
		if h.withAdmin {
			control{h.Server}.ServeHTTP(w, r)
		} else {
			h.api.ServeHTTP(w, r) // an unknown path there
		}
		return
	}
	if path == "/" && surface.WantsPage(r) && (r.Method == http.MethodGet || r.Method == http.MethodHead) && !h.router.Provider(r.Host) {
		http.Redirect(w, r, h.consoleURL(r), http.StatusFound)
		return
	}
	switch path {
	case "/healthz", "/readyz", "/metrics":
		if h.router.Provider(r.Host) {
			break
		}
		if path == "/metrics" {
			readOnly(h.meter.ServeHTTP, w, r)
		} else {
			readOnly(health, w, r)
		}
		return
	}
	h.api.ServeHTTP(w, r)
}

// consoleURL returns the address of the console for a browser that asked the API: on the same
// listener, or on the control API's.
func (h handler) consoleURL(r *http.Request) string {
	const to = console.Prefix + "/"
	_, port, err := net.SplitHostPort(h.admin.Listening().Admin)
	if h.withAdmin || err != nil {
		return to
	}
	return "http://" + net.JoinHostPort(surface.HostName(r.Host), port) + to
}

// crossOrigin allows web pages of some origins to call h.
func crossOrigin(origins []string, h http.Handler) http.Handler {
	if len(origins) == 0 {
		return h
	}
	return cors.New(cors.Options{
		AllowedOrigins: origins, AllowedHeaders: []string{"*"},
		AllowedMethods: []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPatch, http.MethodPut, http.MethodDelete},
		ExposedHeaders: []string{
			"X-Mock-Charge", "X-Mock-Fault", "X-Mock-Paid-By", "X-Mock-Request-Id",
			"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After",
		},
	}).Handler(h)
}

// readOnly lets h serve GET and HEAD only.
func readOnly(h http.HandlerFunc, w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		h(w, r)
		return
	}
	w.Header().Set("Allow", "GET, HEAD")
	admin.WriteProblem(w, http.StatusMethodNotAllowed, "this path does not take "+r.Method+", only GET and HEAD")
}

// health reports that the server is up. It is ready as soon as it answers, because New has loaded
// everything.
func health(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"status":"ok"}`+"\n")
}

// Protocols returns the protocols that a server of the mock speaks: HTTP/1.1, and HTTP/2 without
// TLS for clients that know in advance (h2c). Use it for an http.Server that serves Handler.
func Protocols() *http.Protocols {
	var p http.Protocols
	p.SetHTTP1(true)
	p.SetUnencryptedHTTP2(true)
	return &p
}
