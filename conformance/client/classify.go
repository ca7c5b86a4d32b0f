package client

import (
	"strings"
)

// route is the method and path of an operation. {token} is one segment; a path that ends in /* is a
// prefix.
type route struct{ operation, method, path string }

// routes are the API's operations by method and path, for evidence that does not name them. What a
// path has before them is the server's own.
func routes() []route {
	return []route{
		{"authcode.authorize", "GET", "/api/authorize.php"},
		{"authcode.authorize", "POST", "/api/authorize.php"},
		{"authcode.token", "POST", "/api/token.php"},
		{"authcode.userinfo", "GET", "/api/userinfo.php"},
		{"clientcred.token", "POST", "/v1/auth/token"},
		{"clientcred.ping", "GET", "/v1/ping"},
		{"token.create", "POST", "/tokens"},
		{"token.list", "GET", "/tokens"},
		{"token.get", "GET", "/tokens/{token}"},
		{"token.update", "PATCH", "/tokens/{token}"},
		{"token.delete", "DELETE", "/tokens/{token}"},
		{"v1.token.create", "POST", "/token"},
		{"v1.token.list", "GET", "/token"},
		{"v1.token.get", "GET", "/token/{token}"},
		{"v1.token.replace", "PUT", "/token/{token}"},
		{"v1.token.update", "PATCH", "/token/{token}"},
		{"v1.token.delete", "DELETE", "/token/{token}"},
		{"v1.credit.get", "GET", "/credit"},
		{"v1.counters.day", "GET", "/counters/day/{date}"},
		{"v1.counters.month", "GET", "/counters/month/{date}"},
		{"v1.counters.year", "GET", "/counters/year/{date}"},
		{"v1.counters.total", "GET", "/counters"},
		{"scope.list", "GET", "/scopes"},
		{"scope.get", "GET", "/scopes/{id}"},
		{"wallet.get", "GET", "/wallet"},
		{"wallet.transactions", "GET", "/wallet/transactions"},
		{"subscription.list", "GET", "/subscriptions"},
		{"subscription.get", "GET", "/subscriptions/{id}"},
		{"callback.list", "GET", "/callbacks"},
		{"callback.get", "GET", "/callbacks/{id}"},
		{"error.list", "GET", "/errors"},
		{"stats.total", "GET", "/stats"},
		{"stats.ips", "GET", "/stats/ips"},
		{"stats.apis", "GET", "/stats/apis"},
		{"stats.api", "GET", "/stats/apis/{domain}"},
	}
}

// classify returns the operation of a request, and the token in its path. Any other request with a
// Bearer is a call of a service.
func classify(host, method, path string, bearer bool) (operation, token string) {
	path = strings.TrimSuffix(path, "/")
	if strings.Contains(path, "/__services/") {
		return "service.call", ""
	}
	v1 := strings.Contains(path, "/__v1/") || strings.HasSuffix(hostName(host), "oauth.openapi.it") || strings.HasSuffix(hostName(host), "oauth.altravia.com")
	if v1 && method == "GET" && strings.HasSuffix(path, "/scopes") {
		return "v1.scope.list", ""
	}
	for _, r := range routes() {
		if r.method != method {
			continue
		}
		if token, ok := r.match(path); ok && (!v1 || strings.HasPrefix(r.operation, "v1.")) {
			return r.operation, token
		}
	}
	if bearer {
		return "service.call", ""
	}
	return "", ""
}

// match reports whether a path ends as the route's, and returns the token in it.
func (r route) match(path string) (token string, ok bool) {
	fixed, parameter, has := strings.Cut(r.path, "/{")
	if !has {
		return "", strings.HasSuffix(path, fixed)
	}
	cut := strings.LastIndex(path, "/")
	if cut < 0 || !strings.HasSuffix(path[:cut], fixed) {
		return "", false
	}
	if parameter == "token}" {
		token = path[cut+1:]
	}
	return token, true
}

// hostName is a host without its port, in lower case.
func hostName(host string) string {
	host = strings.ToLower(host)
	if colon := strings.LastIndex(host, ":"); colon > strings.LastIndex(host, "]") {
		return host[:colon]
	}
	return host
}
