package admin

import (
	"crypto/subtle"
	"mime"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"oauthmock/mockserver/surface"
)

// guard refuses cross-site requests. A web page open on this machine can send requests to loopback:
// so changes with a body must have the type application/json (which such a page may send only after
// a preflight), a foreign Origin is refused, also if only Sec-Fetch-Site reveals it, and, if no
// token is required, so is a Host that is not loopback (a name that was made to resolve to this
// machine).
func (a *API) guard(c *gin.Context) {
	if p := a.refuse(c.Request); p != nil {
		if p.Status == http.StatusUnauthorized {
			c.Header("WWW-Authenticate", `Bearer realm="oauthmock control API"`)
		}
		write(c, p)
		c.Abort()
	}
}

func (a *API) refuse(r *http.Request) *problem {
	if origin := r.Header.Get("Origin"); origin != "" && !sameOrigin(origin, r.Host) {
		return problemf(http.StatusForbidden, "requests of web pages from other origins (%s) are refused", origin)
	}
	if site := r.Header.Get("Sec-Fetch-Site"); r.Header.Get("Origin") == "" && (site == "cross-site" || site == "same-site") && !navigates(r) {
		return problemf(http.StatusForbidden, "requests of web pages from other origins (Sec-Fetch-Site: %s) are refused", site)
	}
	if a.Token != "" {
		token, offered := surface.Bearer(r.Header.Get("Authorization"))
		if cookie, err := r.Cookie(Cookie); !offered && err == nil {
			token = cookie.Value
			if r.Method != http.MethodGet && r.Method != http.MethodHead && r.Header.Get("Origin") == "" {
				return problemf(http.StatusForbidden, "a change that only a cookie allows must say its Origin, which browsers do")
			}
		}
		if subtle.ConstantTimeCompare([]byte(token), []byte(a.Token)) != 1 {
			return problemf(http.StatusUnauthorized, "the control API wants \"Authorization: Bearer\" with the token of --admin-token")
		}
	} else if !Loopback(r.Host) {
		return problemf(http.StatusForbidden, "the host %q is not loopback: without --admin-token the control API answers localhost, 127.0.0.1 and [::1] only", r.Host)
	}
	if hasBody(r) {
		kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if err != nil || kind != "application/json" {
			return problemf(http.StatusUnsupportedMediaType, "a body must come with Content-Type: application/json, not %q", r.Header.Get("Content-Type"))
		}
	}
	return nil
}

// Cookie is the name of the cookie in which the console keeps the token of --admin-token. It allows
// what a bearer token allows, but for changes without an Origin of the console's own.
const Cookie = "oauthmock-admin"

// navigates reports whether a request is for a page that a link led to. The page with the link
// never sees the answer.
func navigates(r *http.Request) bool {
	return r.Method == http.MethodGet && r.Header.Get("Sec-Fetch-Mode") == "navigate"
}

func hasBody(r *http.Request) bool {
	return r.Body != nil && r.Body != http.NoBody && r.ContentLength != 0
}

func sameOrigin(origin, host string) bool {
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, host)
}

// Loopback reports whether a host (with or without port) is this machine's own.
func Loopback(host string) bool {
	name := surface.HostName(host)
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	address, err := netip.ParseAddr(name)
	return err == nil && address.Unmap().IsLoopback()
}
