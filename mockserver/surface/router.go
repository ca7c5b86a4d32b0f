package surface

import (
	"net/http"
	"strings"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
)

// Router finds the surface of a request: by the provider's host, otherwise by the longest prefix.
// It is immutable, and so safe for concurrent use.
type Router struct {
	engines []*Engine
	hosts   map[string]place
}

// place is what a host of the provider serves.
type place struct {
	engine      *Engine
	environment account.Environment
}

// NewRouter creates a router for surfaces, at least one. A request that belongs to none is answered
// by the first, as an unknown path. Requests must reach the router through an exchange.Handler. A
// surface that cannot be served is an error.
func NewRouter(config Config, surfaces ...Surface) (*Router, error) {
	r := &Router{hosts: map[string]place{}}
	for _, s := range surfaces {
		engine, err := NewEngine(s, config)
		if err != nil {
			return nil, err
		}
		r.engines = append(r.engines, engine)
		for _, host := range engine.surface.Hosts {
			r.hosts[host.Name] = place{engine, host.Environment}
		}
	}
	return r, nil
}

// Provider reports whether a host is one of the provider's own.
func (r *Router) Provider(host string) bool {
	_, found := r.provided(HostName(host))
	return found
}

// provided returns what a host of the provider serves.
func (r *Router) provided(name string) (place, bool) {
	if at, ok := r.hosts[name]; ok {
		return at, true
	}
	for _, engine := range r.engines {
		if serves := engine.surface.Serves; serves != nil && serves(name) {
			return place{engine: engine}, true
		}
	}
	return place{}, false
}

// ServeHTTP implements http.Handler.
func (r *Router) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	e := exchange.From(w)
	e.Path = req.URL.EscapedPath()
	if at, ok := r.provided(HostName(req.Host)); ok {
		e.Environment = at.environment
		at.engine.ServeHTTP(w, req)
		return
	}
	var best *Engine
	for _, engine := range r.engines {
		// Surfaces match the path as it was sent, so the router does too: an escaped letter in the
		// prefix makes it another path.
		if below(e.Path, engine.surface.Prefix) && (best == nil || len(engine.surface.Prefix) > len(best.surface.Prefix)) {
			best = engine
		}
	}
	switch {
	case best == nil:
		r.engines[0].unknown(w, req)
	case best.surface.Prefix == "" || best.surface.Whole:
		best.ServeHTTP(w, req)
	default:
		e.Path = e.Path[len(best.surface.Prefix):]
		http.StripPrefix(best.surface.Prefix, best).ServeHTTP(w, req)
	}
}

// below reports whether a path equals a prefix or is below it.
func below(path, prefix string) bool {
	rest, found := strings.CutPrefix(path, prefix)
	return found && (prefix == "" || rest == "" || rest[0] == '/')
}

// HostName returns a request's host in lower case, without port and trailing dot.
func HostName(host string) string {
	// net.SplitHostPort allocates an error for every host without a port.
	if colon := strings.LastIndexByte(host, ':'); colon >= 0 && digits(host[colon+1:]) {
		if name := host[:colon]; strings.IndexByte(name, ':') < 0 || strings.HasSuffix(name, "]") {
			host = name
		}
	}
	if strings.IndexByte(host, '[') >= 0 || strings.IndexByte(host, ']') >= 0 {
		host = strings.Trim(host, "[]")
	}
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

func digits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return true
}
