package account

import (
	"strings"
)

// Environment is production or sandbox. Each is an account of its own, with its own key, tokens and
// wallet.
type Environment string

// The two environments.
const (
	Production Environment = "production"
	Sandbox    Environment = "sandbox"
)

// sandboxPrefix stands before the domain in every scope of a sandbox account.
const sandboxPrefix = "test."

// ScopeName is how a scope is called in each environment: METHOD:domain/endpoint.
type ScopeName struct{ production, sandbox string }

// NameScope names a scope by its method, production domain and endpoint.
func NameScope(method, domain, endpoint string) ScopeName {
	return ScopeName{
		production: method + ":" + domain + "/" + endpoint,
		sandbox:    method + ":" + sandboxPrefix + domain + "/" + endpoint,
	}
}

// In is the scope's name in an environment.
func (n ScopeName) In(e Environment) string {
	if e == Sandbox {
		return n.sandbox
	}
	return n.production
}

// DomainIn is what a production domain is called in an environment.
func DomainIn(domain string, e Environment) string {
	if e == Sandbox {
		return sandboxPrefix + domain
	}
	return domain
}

// Pattern is a scope as it is asked for: METHOD:host/path, where "*" may stand for the method, for
// the host or its front labels ("*.openapi.com"), and for the path or its last segments ("v1/*").
type Pattern struct{ Method, Host, Path string }

// ParsePattern reads a pattern; ok is false when text does not have the form.
func ParsePattern(text string) (p Pattern, ok bool) {
	method, rest, found := strings.Cut(text, ":")
	if !found || !validMethod(method) {
		return Pattern{}, false
	}
	host, path, found := strings.Cut(rest, "/")
	if !found || !validHost(host) || !validPath(path) {
		return Pattern{}, false
	}
	return Pattern{Method: method, Host: host, Path: path}, true
}

func validMethod(s string) bool {
	if s == "*" {
		return true
	}
	for i := range len(s) {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return s != "" && len(s) <= 16
}

func validHost(s string) bool {
	if s == "*" {
		return true
	}
	s = strings.TrimPrefix(s, "*.")
	if s == "" || len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || strings.Trim(label, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != "" {
			return false
		}
	}
	return true
}

func validPath(s string) bool {
	star := strings.IndexByte(s, '*')
	if star >= 0 && (star != len(s)-1 || (star > 0 && s[star-1] != '/')) {
		return false
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] == 0x7f {
			return false
		}
	}
	return s != "" && len(s) <= 1024
}

// Wild reports whether the pattern may match more than one scope.
func (p Pattern) Wild() bool {
	return p.Method == "*" || strings.HasPrefix(p.Host, "*") || strings.HasSuffix(p.Path, "*")
}

// Matches reports whether a method, host and path are covered.
func (p Pattern) Matches(method, host, path string) bool {
	return (p.Method == "*" || p.Method == method) && p.matchesHost(host) && p.matchesPath(path)
}

func (p Pattern) matchesHost(host string) bool {
	if tail, wild := strings.CutPrefix(p.Host, "*"); wild {
		return strings.HasSuffix(host, tail)
	}
	return p.Host == host
}

func (p Pattern) matchesPath(path string) bool {
	if head, wild := strings.CutSuffix(p.Path, "*"); wild {
		return strings.HasPrefix(path, head)
	}
	return p.Path == path
}

// String is the pattern as it was written.
func (p Pattern) String() string { return p.Method + ":" + p.Host + "/" + p.Path }

// In moves a pattern written for production into an environment.
func (p Pattern) In(e Environment) Pattern {
	if e == Sandbox && !strings.HasPrefix(p.Host, "*") {
		p.Host = sandboxPrefix + p.Host
	}
	return p
}

// InProduction moves a pattern written for an environment back, the inverse of In.
func (p Pattern) InProduction(e Environment) Pattern {
	if e == Sandbox {
		p.Host = strings.TrimPrefix(p.Host, sandboxPrefix)
	}
	return p
}

// MoveScope moves a scope's text into an environment; text that is not a scope stays as it is.
func MoveScope(text string, e Environment) string {
	if p, ok := ParsePattern(text); ok && p.In(e) != p {
		return p.In(e).String()
	}
	return text
}

// RestoreScope is the inverse of MoveScope.
func RestoreScope(text string, e Environment) string {
	if p, ok := ParsePattern(text); ok && p.InProduction(e) != p {
		return p.InProduction(e).String()
	}
	return text
}

// DomainOf is the domain of a scope's text: what stands between ":" and "/".
func DomainOf(scope string) string {
	_, rest, _ := strings.Cut(scope, ":")
	host, _, _ := strings.Cut(rest, "/")
	return host
}
