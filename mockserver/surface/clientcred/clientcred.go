package clientcred

import (
	"context"
	"net/http"
	"time"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/grant"
	"oauthmock/mockserver/surface"
	"oauthmock/spec"
)

// Name of the surface.
const Name = "clientcred"

const (
	tokenName = Name + ".token"
	pingName  = Name + ".ping"
)

// byToken is the name of an access token, beside those of the ways in which clients authenticate.
const byToken = "token"

// Accounts are the use cases that the surface needs.
type Accounts interface {
	surface.Clients
	IssueToken(ctx context.Context, call account.Call, clientID string) (grant.Token, account.Receipt, error)
	FindGrantToken(value string) (account.Identity, bool)
	GrantToken(ctx context.Context, call account.Call, value string, inOwnName bool) (grant.Token, grant.User, account.Receipt, error)
}

// api holds what the handlers use.
type api struct {
	accounts Accounts
	shape    Shape
}

// New creates the surface. It owns everything below /v1.
func New(accounts Accounts, shape Shape) surface.Surface {
	s := &api{accounts, shape}
	return surface.Surface{
		Description: surface.Description{
			Name: Name, Prefix: "/v1", Whole: true, Auth: []string{surface.ClientSecretBasic, surface.ClientSecretPost, byToken},
			Document: spec.ClientCred(),
			Operations: []surface.Operation{
				{Name: tokenName, Method: http.MethodPost, Path: "/v1/auth/token", Authenticate: s.authenticate, Handle: s.token},
				{Name: pingName, Method: http.MethodGet, Path: "/v1/ping", Authenticate: s.findToken, Handle: s.ping},
			},
			Explain: s.explain,
		},
		Failure: failure,
	}
}

// authenticate identifies the client that requests a token.
func (s *api) authenticate(c *surface.Call) account.Reason {
	client, reason := c.AuthenticateClient(s.accounts)
	c.Own = client
	return reason
}

// token is POST /v1/auth/token. Other fields of the form are ignored: grant_type and scope, which
// every OAuth library sends, and the session_key that a message mentions.
func (s *api) token(c *surface.Call) (surface.Answer, account.Receipt, error) {
	token, receipt, err := s.accounts.IssueToken(c.Context(), c.Call, c.Own.(surface.Client).ID)
	if err != nil {
		return surface.Answer{}, receipt, err
	}
	return answered(s.shape.body(members{token.Value, "Bearer", int64(token.ExpiresAt.Sub(token.IssuedAt) / time.Second)})), receipt, nil
}

// findToken finds the account of an access token.
func (s *api) findToken(c *surface.Call) account.Reason {
	c.Gone = account.GrantTokenInvalid
	value, ok := surface.Bearer(c.Authorization())
	if !ok || value == "" {
		c.Why = "the request has no access token as Bearer"
		return account.GrantTokenInvalid
	}
	c.Exchange.Auth, c.Bearer = byToken, value
	identity, known := s.accounts.FindGrantToken(value)
	if !known || !c.Accept(identity) {
		c.Why = "there is no such token: it was never given, has expired, or was revoked"
		return account.GrantTokenInvalid
	}
	return ""
}

// ping is GET /v1/ping, by which a client can try what a token is good for, and see it expire.
func (s *api) ping(c *surface.Call) (surface.Answer, account.Receipt, error) {
	token, _, receipt, err := s.accounts.GrantToken(c.Context(), c.Call, c.Bearer, true)
	if err != nil {
		return surface.Answer{}, receipt, err
	}
	return answered(object{struct {
		Data any `json:"data"`
	}{struct {
		ClientID string `json:"client_id"`
	}{token.ClientID}}}), receipt, nil
}
