package v2

import (
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/fault"
	"oauthmock/mockserver/surface"
)

// operations are the surface's. Calls are counted under the collection's scope (docs/behaviour.md,
// Accounting: ids under their collection, /wallet/transactions under /wallet, all statistics under
// /stats).
func (s *api) operations() []surface.Operation {
	type handler = func(*api, *surface.Call) (any, account.Receipt, error)
	operation := func(name, method, collection, path string, handle handler) surface.Operation {
		return surface.Operation{
			Name: name, Method: method, Path: "/" + collection + path, Scope: account.NameScope(method, Domain, collection),
			Authenticate: s.basic, Handle: s.answered(name, handle),
		}
	}
	all := []surface.Operation{
		operation("token.create", "POST", "tokens", "", (*api).createToken),
		operation("token.list", "GET", "tokens", "", (*api).listTokens),
		operation("token.get", "GET", "tokens", "/{token}", (*api).getToken),
		operation("token.update", "PATCH", "tokens", "/{token}", (*api).updateToken),
		operation("token.delete", "DELETE", "tokens", "/{token}", (*api).deleteToken),
		operation("scope.list", "GET", "scopes", "", (*api).listScopes),
		operation("scope.get", "GET", "scopes", "/{id}", (*api).getScope),
		operation("error.list", "GET", "errors", "", (*api).listErrors),
		operation("wallet.get", "GET", "wallet", "", (*api).getWallet),
		operation("wallet.transactions", "GET", "wallet", "/transactions", (*api).listTransactions),
		operation("callback.list", "GET", "callbacks", "", (*api).listCallbacks),
		operation("callback.get", "GET", "callbacks", "/{id}", (*api).getCallback),
		operation("stats.total", "GET", "stats", "", (*api).statsTotal),
		operation("stats.ips", "GET", "stats", "/ips", (*api).statsIPs),
		operation("stats.apis", "GET", "stats", "/apis", (*api).statsAPIs),
		operation("stats.api", "GET", "stats", "/apis/{domain}", (*api).statsAPI),
		operation("subscription.list", "GET", "subscriptions", "", (*api).listSubscriptions),
		operation("subscription.get", "GET", "subscriptions", "/{id}", (*api).getSubscription),
	}
	freedom := freedom()
	for i := range all {
		o := &all[i]
		o.Freedom = freedom[o.Name]
		switch o.Name {
		case "token.update":
			o.Authenticate = s.bearerOrBasic
			o.Also = []string{"/tokens/"}
		case "token.delete":
			o.Also = []string{"/tokens/"}
		}
	}
	return all
}

// freedom returns what the published document leaves open, by operation.
func freedom() map[string]fault.Freedom {
	page := fault.Freedom{Paged: true}
	// Its schema has a single token bare, its examples under data (docs/behaviour.md, shape of a
	// single token).
	single := fault.Freedom{Beside: "{" + afterData + "}"}
	completedOrDomain := []string{"completedAt", "domain"}
	return map[string]fault.Freedom{
		"token.create": single, "token.get": single, "token.update": single,
		"token.list": page, "error.list": page, "wallet.transactions": page, "subscription.list": page,
		"callback.list": {Paged: true, NullInList: []string{"completedAt"}, NullInDetail: completedOrDomain}, // with ?id= it is a detail
		"callback.get":  {NullInDetail: completedOrDomain},
		"stats.apis":    {Map: true},
	}
}
