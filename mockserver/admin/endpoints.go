package admin

import (
	"cmp"
	"net"
	"net/http"

	"github.com/gin-gonic/gin"

	"oauthmock/mockserver/surface"
)

// Listeners are the addresses, as HOST:PORT, on which a server listens; empty where it does not.
// Admin is the control API's own.
type Listeners struct {
	HTTP, HTTPS, Proxy, Admin string
	// CA is the PEM certificate of the authority that signs for the server; empty if there is none.
	CA string
}

// Endpoints are the addresses of a server: GET /__admin/endpoints.
type Endpoints struct {
	// The listeners, under the host name of the request; nil if there is none.
	HTTP  *string `json:"http"`
	HTTPS *string `json:"https"`
	Proxy *string `json:"proxy"`
	// Surfaces are the base URLs of all APIs but the paid services, by name.
	Surfaces map[string]string `json:"surfaces"`
}

// Listen records where the server listens, and whether the control API has a listener of its own.
// It is safe for concurrent use.
func (a *API) Listen(at Listeners, apart bool) { a.listening.Store(&listening{at, apart}) }

// listening is where a server listens.
type listening struct {
	Listeners
	apart bool
}

func (a *API) getEndpoints(c *gin.Context) (int, any, error) {
	at := a.listeners()
	out := Endpoints{Surfaces: map[string]string{}}
	host := askedName(c.Request)
	url := func(scheme, address string) *string {
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil
		}
		text := scheme + "://" + net.JoinHostPort(host, port)
		return &text
	}
	out.HTTP, out.HTTPS, out.Proxy = url("http", at.HTTP), url("https", at.HTTPS), url("http", at.Proxy)
	base := a.base(c.Request, at)
	for _, d := range a.Surfaces {
		if d.Serves == nil {
			out.Surfaces[d.Name] = base + prefix(d)
		}
	}
	return http.StatusOK, out, nil
}

// getCA answers with the certificate of the mock's own authority.
func (a *API) getCA(*gin.Context) (int, any, error) {
	text := a.listeners().CA
	if text == "" {
		return 0, nil, problemf(http.StatusNotFound, "the mock has no CA: --tls-addr or --proxy-addr makes one, unless --tls-cert names a certificate of yours")
	}
	return http.StatusOK, streamed(func(c *gin.Context) { c.Data(http.StatusOK, "application/x-pem-file", []byte(text)) }), nil
}

// Listening returns where the server listens.
func (a *API) Listening() Listeners { return a.listeners().Listeners }

func (a *API) listeners() listening {
	if at := a.listening.Load(); at != nil {
		return *at
	}
	return listening{}
}

// base is the URL of the API for a caller of the control API: as the caller asked, with the API's
// port where the control API has a listener of its own. On a host of the provider it is the
// listener's, since all paths there are one surface's.
func (a *API) base(r *http.Request, at listening) string {
	scheme, host := "http", r.Host
	if r.TLS != nil {
		scheme = "https"
	}
	address := at.HTTP
	if scheme == "https" {
		address = cmp.Or(at.HTTPS, at.HTTP)
	}
	listens, port, err := net.SplitHostPort(address)
	switch {
	case err != nil: // there is no listener: the caller is in the process
	case a.provided(r.Host):
		if ip := net.ParseIP(listens); ip == nil || ip.IsUnspecified() {
			listens = "127.0.0.1"
		}
		host = net.JoinHostPort(listens, port)
	case at.apart:
		host = net.JoinHostPort(askedName(r), port)
	}
	return scheme + "://" + host
}

// provided reports whether a host serves a single surface.
func (a *API) provided(host string) bool {
	name := surface.HostName(host)
	for _, d := range a.Surfaces {
		if d.Serves != nil && d.Serves(name) {
			return true
		}
		for _, h := range d.Hosts {
			if h.Name == name {
				return true
			}
		}
	}
	return false
}

// askedName returns the host name of a request, as it was written.
func askedName(r *http.Request) string {
	if name, _, err := net.SplitHostPort(r.Host); err == nil {
		return name
	}
	return surface.HostName(r.Host)
}

// prefix returns the end of a surface's base URL, after which its operations' paths begin.
func prefix(d *surface.Description) string {
	if d.Whole {
		return ""
	}
	return d.Prefix
}
