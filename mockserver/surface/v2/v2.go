// Package v2 is the surface of the OAuth API, version 2: its operations, their wire format, and one
// writer for all answers. The published document is in spec/v2; docs/behaviour.md has every rule
// with its grade.
package v2

import (
	"sync"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/surface"
	"oauthmock/spec"
)

// Name of the surface.
const Name = "v2"

// Domain under which the surface's own calls are counted.
const Domain = "oauth.openapi.com"

// TokenShape is how a single token is sent (the published document contradicts itself: see
// docs/behaviour.md).
type TokenShape string

// The shapes of a single token.
const (
	Both TokenShape = "both" // enveloped in data, and the same fields beside it
	Data TokenShape = "data" // enveloped in data
	Flat TokenShape = "flat" // bare
)

// api holds what the handlers use.
type api struct {
	accounts Accounts
	shape    TokenShape
	envelope Envelope
	basic    func(*surface.Call) account.Reason
	lists    *sync.Pool // of *detailList
}

// New creates the surface.
func New(accounts Accounts, shape TokenShape, envelope Envelope) surface.Surface {
	s := &api{accounts, shape, envelope, surface.ByBasic(accounts), newLists()}
	return surface.Surface{
		Description: surface.Description{
			Name: Name, Domain: Domain,
			// From the document's `servers`.
			Hosts:  []surface.Host{{Name: Domain, Environment: account.Production}, {Name: "test." + Domain, Environment: account.Sandbox}},
			Prefix: "/__v2", Auth: []string{"basic", "refresh", "token"},
			Document: spec.V2(), Operations: s.operations(),
		},
		Failure: surface.Enveloped,
		Refuse: func(c *surface.Call, refusal error) (account.Receipt, error) {
			return accounts.Refuse(c.Context(), c.Call, refusal)
		},
	}
}

// bearerOrBasic authenticates by a refresh token or a token, otherwise by e-mail and API key.
func (s *api) bearerOrBasic(c *surface.Call) account.Reason {
	bearer, ok := surface.Bearer(c.Authorization())
	if !ok {
		return s.basic(c)
	}
	identity, kind, known := s.accounts.AuthenticateBearer(bearer)
	c.Bearer, c.Gone, c.Exchange.Auth = bearer, account.RefreshTokenInvalid, "refresh"
	if kind == account.AccessToken {
		c.Exchange.Auth = "token"
	}
	if !known || !c.Accept(identity) {
		return account.RefreshTokenInvalid
	}
	return ""
}

// refused records a call that a handler refuses before any use case is asked.
func (s *api) refused(c *surface.Call, refusal error) (any, account.Receipt, error) {
	receipt, err := s.accounts.Refuse(c.Context(), c.Call, refusal)
	return nil, receipt, err
}
