package authcode

import (
	"context"
	"net/http"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/grant"
	"oauthmock/mockserver/surface"
	"oauthmock/spec"
)

// Name of the surface.
const Name = "authcode"

// The names of its operations.
const (
	authorizeName = Name + ".authorize"
	tokenName     = Name + ".token"
	userinfoName  = Name + ".userinfo"
)

// The names of credentials besides those of clients: the client_id of the authorization page, which
// is not authenticated, and an access token.
const (
	byClientID = "client_id"
	byToken    = "token"
)

// Clients are the clients of all accounts, and the users that may sign in at them.
type Clients interface {
	surface.Clients
	FindClient(id string) (account.Identity, bool)
	Client(ctx context.Context, call account.Call, id string) (account.ClientView, account.Receipt, error)
	AuthenticateUser(ctx context.Context, call account.Call, name, password string) (grant.User, error)
}

// Codes are given to clients, and become tokens.
type Codes interface {
	IssueCode(ctx context.Context, call account.Call, r grant.CodeRequest) (grant.Code, error)
	ExchangeCode(ctx context.Context, call account.Call, x grant.Exchange) (grant.Token, account.Receipt, error)
}

// Tokens looks up access tokens.
type Tokens interface {
	FindGrantToken(value string) (account.Identity, bool)
	GrantToken(ctx context.Context, call account.Call, value string, inOwnName bool) (grant.Token, grant.User, account.Receipt, error)
}

// Accounts are the use cases that the surface needs.
type Accounts interface {
	Clients
	Codes
	Tokens
}

// api holds what the handlers use.
type api struct {
	accounts Accounts
	auto     func() (user string, on bool)
	sessions *sessions
}

// New creates the surface. auto reports whether the pages of the authorization endpoint are
// skipped, because a user consents at once: the named one or, if the name is empty, the first one
// of the client's account. It is called at every request, possibly concurrently.
func New(accounts Accounts, auto func() (user string, on bool)) surface.Surface {
	s := &api{accounts, auto, newSessions()}
	return surface.Surface{
		Description: surface.Description{
			Name: Name, Prefix: "/api", Whole: true,
			Auth:     []string{byClientID, surface.ClientSecretBasic, surface.ClientSecretPost, byToken},
			Document: spec.AuthCode(),
			Operations: []surface.Operation{
				{
					Name: authorizeName, Method: http.MethodGet, Forms: []string{http.MethodPost}, Path: "/api/authorize.php",
					Authenticate: s.findClient, Handle: s.authorize,
				},
				{
					Name: tokenName, Method: http.MethodPost, Path: "/api/token.php",
					Authenticate: s.authenticateClient, Handle: s.token,
				},
				{
					Name: userinfoName, Method: http.MethodGet, Path: "/api/userinfo.php",
					Authenticate: s.findToken, Handle: s.userinfo,
				},
			},
			Explain: explain,
		},
		Failure: s.failure,
		Secret:  s.sessions.secret,
	}
}
