package v2

import (
	"strings"

	"oauthmock/mockserver/account"
)

// operation is one line of the contract: where it is found, under which scope it is counted, who answers.
type operation struct {
	name, method, path string
	scope              account.ScopeName
	// bearer says that a refresh token or the token itself may take the place of Basic.
	bearer bool
	handle func(*Surface, *call) (any, account.Receipt, error)
}

// Operation is an operation as others need to know it: its name, and where it is found ("/tokens/{token}").
type Operation struct{ Name, Method, Path string }

// Operations are those of the surface, each once.
func Operations() []Operation {
	var out []Operation
	for _, o := range operations() {
		if strings.HasSuffix(o.path, "/") {
			continue // the form without an id of one that is listed
		}
		segments := strings.Split(o.path, "/")
		for i, segment := range segments {
			if name, ok := strings.CutPrefix(segment, ":"); ok {
				segments[i] = "{" + name + "}"
			}
		}
		out = append(out, Operation{o.name, o.method, strings.Join(segments, "/")})
	}
	return out
}

// operations is the routing table. Calls are counted under the collection's scope (docs/behaviour.md, Accounting: ids under their collection,
// /wallet/transactions under /wallet, all statistics under /stats).
func operations() []operation {
	scope := func(method, collection string) account.ScopeName {
		return account.NameScope(method, Domain, collection)
	}
	var (
		postTokens, getTokens      = scope("POST", "tokens"), scope("GET", "tokens")
		patchTokens, deleteTokens  = scope("PATCH", "tokens"), scope("DELETE", "tokens")
		getScopes, getErrors       = scope("GET", "scopes"), scope("GET", "errors")
		getWallet, getCallbacks    = scope("GET", "wallet"), scope("GET", "callbacks")
		getStats, getSubscriptions = scope("GET", "stats"), scope("GET", "subscriptions")
	)
	return []operation{
		{name: "token.create", method: "POST", path: "/tokens", scope: postTokens, handle: (*Surface).createToken},
		{name: "token.list", method: "GET", path: "/tokens", scope: getTokens, handle: (*Surface).listTokens},
		{name: "token.get", method: "GET", path: "/tokens/:token", scope: getTokens, handle: (*Surface).getToken},
		{name: "token.update", method: "PATCH", path: "/tokens/:token", scope: patchTokens, bearer: true, handle: (*Surface).updateToken},
		{name: "token.update", method: "PATCH", path: "/tokens/", scope: patchTokens, bearer: true, handle: (*Surface).missTokenID},
		{name: "token.delete", method: "DELETE", path: "/tokens/:token", scope: deleteTokens, handle: (*Surface).deleteToken},
		{name: "token.delete", method: "DELETE", path: "/tokens/", scope: deleteTokens, handle: (*Surface).missTokenID},
		{name: "scope.list", method: "GET", path: "/scopes", scope: getScopes, handle: (*Surface).listScopes},
		{name: "scope.get", method: "GET", path: "/scopes/:id", scope: getScopes, handle: (*Surface).getScope},
		{name: "error.list", method: "GET", path: "/errors", scope: getErrors, handle: (*Surface).listErrors},
		{name: "wallet.get", method: "GET", path: "/wallet", scope: getWallet, handle: (*Surface).getWallet},
		{name: "wallet.transactions", method: "GET", path: "/wallet/transactions", scope: getWallet, handle: (*Surface).listTransactions},
		{name: "callback.list", method: "GET", path: "/callbacks", scope: getCallbacks, handle: (*Surface).listCallbacks},
		{name: "callback.get", method: "GET", path: "/callbacks/:id", scope: getCallbacks, handle: (*Surface).getCallback},
		{name: "stats.total", method: "GET", path: "/stats", scope: getStats, handle: (*Surface).statsTotal},
		{name: "stats.ips", method: "GET", path: "/stats/ips", scope: getStats, handle: (*Surface).statsIPs},
		{name: "stats.apis", method: "GET", path: "/stats/apis", scope: getStats, handle: (*Surface).statsAPIs},
		{name: "stats.api", method: "GET", path: "/stats/apis/:domain", scope: getStats, handle: (*Surface).statsAPI},
		{name: "subscription.list", method: "GET", path: "/subscriptions", scope: getSubscriptions, handle: (*Surface).listSubscriptions},
		{name: "subscription.get", method: "GET", path: "/subscriptions/:id", scope: getSubscriptions, handle: (*Surface).getSubscription},
	}
}
