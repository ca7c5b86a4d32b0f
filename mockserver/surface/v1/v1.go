// Package v1 is the surface of the legacy API, version 1: flat new tokens, lists of one, UNIX
// seconds, and no body where there is nothing. It works on the same accounts as v2. The document is
// in spec/v1; docs/behaviour.md has every rule with its grade.
package v1

import (
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/fault"
	"oauthmock/mockserver/surface"
	"oauthmock/spec"
)

// Name of the surface.
const Name = "v1"

// Domain under which the surface's own calls are counted, whichever of its hosts is called.
const Domain = "oauth.openapi.it"

// api holds what the handlers use.
type api struct{ accounts Accounts }

// New creates the surface.
func New(accounts Accounts) surface.Surface {
	s := &api{accounts}
	var hosts []surface.Host
	for _, host := range []string{Domain, "oauth.altravia.com"} {
		hosts = append(hosts, surface.Host{Name: host, Environment: account.Production},
			surface.Host{Name: "test." + host, Environment: account.Sandbox})
	}
	return surface.Surface{
		Description: surface.Description{
			Name: Name, Domain: Domain, Hosts: hosts, Prefix: "/__v1", Auth: []string{"basic"},
			Document: spec.V1(), Operations: s.operations(), Explain: explain,
		},
		Failure: surface.Enveloped,
		Refuse: func(c *surface.Call, refusal error) (account.Receipt, error) {
			return accounts.Refuse(c.Context(), c.Call, refusal)
		},
	}
}

// operations are the surface's. Calls are counted under the collection's scope: tokens under
// /token, all counters under /counters.
func (s *api) operations() []surface.Operation {
	basic := surface.ByBasic(s.accounts)
	operation := func(name, method, collection, path string, handle handler) surface.Operation {
		return surface.Operation{
			Name: name, Method: method, Path: "/" + collection + path, Scope: account.NameScope(method, Domain, collection),
			Authenticate: basic, Handle: answered(handle),
		}
	}
	// A PUT, PATCH or DELETE without a token is refused by its operation.
	also := func(o surface.Operation, paths ...string) surface.Operation {
		o.Also = paths
		return o
	}
	counters := func(name, path string, handle handler) surface.Operation {
		o := operation("v1.counters."+name, "GET", "counters", path, handle)
		o.Freedom = fault.Freedom{Map: true}
		return o
	}
	return []surface.Operation{
		operation("v1.token.create", "POST", "token", "", s.createToken),
		also(operation("v1.token.list", "GET", "token", "", s.listTokens), "/token/"),
		operation("v1.token.get", "GET", "token", "/{token}", s.getToken),
		also(operation("v1.token.replace", "PUT", "token", "/{token}", s.replaceToken), "/token", "/token/"),
		also(operation("v1.token.update", "PATCH", "token", "/{token}", s.updateToken), "/token", "/token/"),
		also(operation("v1.token.delete", "DELETE", "token", "/{token}", s.deleteToken), "/token", "/token/"),
		operation("v1.scope.list", "GET", "scopes", "", s.listScopes),
		operation("v1.credit.get", "GET", "credit", "", s.getCredit),
		counters("total", "/total", s.countersTotal),
		counters("day", "/day/{day}", s.countersOf("day", "YYYY-MM-DD")),
		counters("month", "/month/{month}", s.countersOf("month", "YYYY-MM")),
		counters("year", "/year/{year}", s.countersOf("year", "YYYY")),
	}
}

// refused records a call that a handler refuses before any use case is asked.
func (s *api) refused(c *surface.Call, refusal error) (any, account.Receipt, error) {
	receipt, err := s.accounts.Refuse(c.Context(), c.Call, refusal)
	return nil, receipt, err
}
