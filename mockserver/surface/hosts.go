package surface

import (
	"net/http"
	"strings"

	"oauthmock/mockserver/account"
)

// Host is a name under which the provider serves a surface.
type Host struct {
	Name        string
	Environment account.Environment
}

// HostsV2 are the hosts of v2, from its document's `servers`.
func HostsV2() []Host {
	return []Host{{"oauth.openapi.com", account.Production}, {"test.oauth.openapi.com", account.Sandbox}}
}

// HostsV1 are the hosts of the legacy API, from its documentation.
func HostsV1() []Host {
	return []Host{
		{"oauth.openapi.it", account.Production}, {"test.oauth.openapi.it", account.Sandbox},
		{"oauth.altravia.com", account.Production}, {"test.oauth.altravia.com", account.Sandbox},
	}
}

// HostName is the host of a request in lower case, without port and trailing dot.
func HostName(host string) string {
	// net.SplitHostPort would allocate an error for every host without a port.
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

// Mount is a surface with the places where it is found.
type Mount struct {
	Name    string
	Handler http.Handler
	// Hosts of the provider on which it stands at "/".
	Hosts []Host
	// Serves, unless nil, says of any other host, by its HostName, whether the surface stands there at "/" as well.
	Serves func(host string) bool
	// Prefix on any other host: "" is "/", "/__v2" is what stands below it. The handler sees paths without it, unless Whole is set.
	Prefix string
	Whole  bool
}

// holds says whether a request's path stands at the mount's prefix or below it.
func (m *Mount) holds(r *http.Request) bool {
	if m.Prefix == "" {
		return true
	}
	// As it was sent, because that is what the surface goes by: an escaped letter of the prefix is another path.
	rest, found := strings.CutPrefix(r.URL.EscapedPath(), m.Prefix)
	return found && (rest == "" || rest[0] == '/')
}

// Router finds the surface of a request: by the provider's host, else by the longest prefix.
type Router struct {
	mounts []Mount
	hosts  map[string]http.Handler
	// None answers when no surface is found.
	None http.Handler
}

// NewRouter makes a router; none answers what belongs to no surface.
func NewRouter(none http.Handler, mounts ...Mount) *Router {
	r := &Router{mounts: mounts, hosts: map[string]http.Handler{}, None: none}
	for _, m := range mounts {
		for _, h := range m.Hosts {
			r.hosts[h.Name] = m.Handler
		}
	}
	return r
}

// Provider says whether a host is one of the provider's own.
func (r *Router) Provider(host string) bool {
	return r.provided(HostName(host)) != nil
}

// provided is what stands at a host of the provider; nil where the host is another's.
func (r *Router) provided(name string) http.Handler {
	if h, ok := r.hosts[name]; ok {
		return h
	}
	for i := range r.mounts {
		if m := &r.mounts[i]; m.Serves != nil && m.Serves(name) {
			return m.Handler
		}
	}
	return nil
}

// ServeHTTP implements http.Handler.
func (r *Router) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if h := r.provided(HostName(req.Host)); h != nil {
		h.ServeHTTP(w, req)
		return
	}
	best := -1
	for i, m := range r.mounts {
		if m.holds(req) && (best < 0 || len(m.Prefix) > len(r.mounts[best].Prefix)) {
			best = i
		}
	}
	if best < 0 {
		r.None.ServeHTTP(w, req)
		return
	}
	if m := r.mounts[best]; m.Prefix != "" && !m.Whole {
		http.StripPrefix(m.Prefix, m.Handler).ServeHTTP(w, req)
	} else {
		m.Handler.ServeHTTP(w, req)
	}
}

// EnvironmentOf says which environment's keys alone a host takes; none for a host that is not the provider's.
func EnvironmentOf(hosts []Host, host string) (account.Environment, bool) {
	name := HostName(host)
	for _, h := range hosts {
		if h.Name == name {
			return h.Environment, true
		}
	}
	return "", false
}
