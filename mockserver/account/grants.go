package account

import (
	"context"
	"errors"
	"time"

	"oauthmock/mockserver/grant"
)

// Use cases of the two grants, client credentials and authorization code. A client's ID identifies
// the account of a call. Every counted call takes a request from the client's window; the account's
// usage and error log do not record them.

// Reasons for which a grant is refused, besides RateLimited.
const (
	ClientInvalid     = Reason(grant.ClientInvalid)
	ClientDisabled    = Reason(grant.ClientDisabled)
	RedirectInvalid   = Reason(grant.RedirectInvalid)
	ChallengeInvalid  = Reason(grant.ChallengeInvalid)
	UserInvalid       = Reason(grant.UserInvalid)
	CodeInvalid       = Reason(grant.CodeInvalid)
	GrantTokenInvalid = Reason(grant.TokenInvalid)
)

// Bounds of what an account holds of grants; see package grant.
const (
	MaxClients     = grant.MaxClients
	MaxUsers       = grant.MaxUsers
	MaxCodes       = grant.MaxCodes
	MaxGrantTokens = grant.MaxTokens
)

// granted turns a refusal of package grant into one of an account.
func granted(err error) error {
	if refusal, ok := errors.AsType[*grant.Refusal](err); ok {
		return Refuse(Reason(refusal.Reason), refusal.Detail)
	}
	return err
}

// secret returns the account's secret for a key of its grants.
func secret(k grant.Key) Secret {
	switch k.Kind {
	case grant.ClientKey:
		return Secret{ClientID, k.Value}
	case grant.CodeKey:
		return Secret{GrantCode, k.Value}
	default:
		return Secret{GrantToken, k.Value}
	}
}

// Draw draws what grants need, derived from (seed, account, kind, n) like all identifiers of the
// account.
func (i *IDs) Draw(now time.Time) grant.Draw {
	const seconds = 8 // the digits of an identifier that encode the time
	return func(kind string) string { return i.Next(kind, now)[seconds:] }
}

// ClientRateLimit returns the limit of a client's window: the client's own, otherwise the
// account's, otherwise the server's.
func (a *Account) ClientRateLimit(id string, server RateLimit) RateLimit {
	if q, ok := a.clients[id]; ok && q.Own != nil {
		return *q.Own
	}
	if a.Quota.Own != nil {
		return *a.Quota.Own
	}
	return server
}

// RestoreClientQuota replaces the window of a client.
func (a *Account) RestoreClientQuota(id string, q Quota) {
	if a.clients == nil {
		a.clients = map[string]*Quota{}
	}
	a.clients[id] = &q
}

// ClientQuota returns a copy of the window of a client; ok is false if none has started and the
// client has no limit of its own.
func (a *Account) ClientQuota(id string) (Quota, bool) {
	q, ok := a.clients[id]
	if !ok {
		return Quota{}, false
	}
	return *q, true
}

// RemoveClient removes a client with its window, codes and tokens. It reports whether the client
// existed.
func (a *Account) RemoveClient(id string) bool {
	delete(a.clients, id)
	return a.Grants.RemoveClient(id)
}

// takeAsClient counts a request in a client's window.
func (a *Account) takeAsClient(id string, now time.Time, server RateLimit) (QuotaState, bool) {
	if _, ok := a.clients[id]; !ok {
		a.RestoreClientQuota(id, Quota{})
	}
	return a.clients[id].take(now, a.ClientRateLimit(id, server))
}

// FindClient returns the account that a client belongs to.
func (s *Service) FindClient(id string) (Identity, bool) { return s.store.Find(Secret{ClientID, id}) }

// FindGrantToken returns the account that an access token of either grant belongs to.
func (s *Service) FindGrantToken(value string) (Identity, bool) {
	return s.store.Find(Secret{GrantToken, value})
}

// look is a transaction that counts nothing.
func (s *Service) look(ctx context.Context, who Identity, rule func(a *Account, now time.Time) error) error {
	return s.store.Update(ctx, who, func(a *Account) error {
		now := a.Now(s.clock.Now())
		a.Settle(now)
		return granted(rule(a, now))
	})
}

// asClient is the way of every counted call. It refuses with RateLimited if the client's window is
// full.
func (s *Service) asClient(ctx context.Context, call Call, id string, rule func(a *Account, now time.Time) error) (Receipt, error) {
	receipt := Receipt{Account: call.Account.ID, Client: id}
	err := s.look(ctx, call.Account, func(a *Account, now time.Time) error {
		receipt.At = now
		if _, ok := a.Grants.Client(id); !ok {
			return Refuse(ClientInvalid, "the client was removed while the call waited")
		}
		var ok bool
		if receipt.Quota, ok = a.takeAsClient(id, now, s.limit()); !ok {
			return Refuse(RateLimited, "the window of the client "+id+" is full")
		}
		return rule(a, now)
	})
	return receipt, err
}

// AuthenticateClient returns the account of a client if the secret is correct. If the secret is
// wrong or the client is disabled, it returns the account along with the refusal, so that the
// refused call can be shown to its owner; it returns the zero Identity if the client does not
// exist. It counts nothing.
func (s *Service) AuthenticateClient(ctx context.Context, id, secret string) (Identity, error) {
	identity, known := s.FindClient(id)
	if !known {
		_, err := new(grant.Grants).AuthenticateClient(id, secret) // takes the usual time, and refuses
		return Identity{}, granted(err)
	}
	return identity, s.look(ctx, identity, func(a *Account, _ time.Time) error {
		_, err := a.Grants.AuthenticateClient(id, secret)
		return err
	})
}

// ClientView is a client as the authorization pages see it, without its secret, with the users that
// may sign in, without their passwords.
type ClientView struct {
	grant.Client
	Users []grant.User
}

// Client returns a client that has not authenticated, and counts the call. Every request to the
// authorization pages starts with it.
func (s *Service) Client(ctx context.Context, call Call, id string) (view ClientView, receipt Receipt, err error) {
	receipt, err = s.asClient(ctx, call, id, func(a *Account, _ time.Time) error {
		c, _ := a.Grants.Client(id)
		view.Client = *c
		view.Secret = ""
		for _, u := range a.Grants.Users() {
			user := *u
			user.Password = ""
			view.Users = append(view.Users, user)
		}
		return nil
	})
	return view, receipt, err
}

// AuthenticateUser returns the user of the caller's account with a name and a password. It counts
// nothing.
func (s *Service) AuthenticateUser(ctx context.Context, call Call, name, password string) (user grant.User, err error) {
	err = s.look(ctx, call.Account, func(a *Account, _ time.Time) error {
		u, err := a.Grants.AuthenticateUser(name, password)
		if err == nil {
			user = *u
			user.Password = ""
		}
		return err
	})
	return user, err
}

// IssueCode creates an authorization code. It counts nothing: Client has counted the request.
func (s *Service) IssueCode(ctx context.Context, call Call, r grant.CodeRequest) (code grant.Code, err error) {
	err = s.look(ctx, call.Account, func(a *Account, now time.Time) error {
		code, err = a.Grants.IssueCode(a.IDs.Draw(now), r, now)
		return err
	})
	return code, err
}

// ExchangeCode exchanges a code for an access token, for a client that has authenticated. Of many
// concurrent exchanges exactly one succeeds; all others, and every later one, revoke the token.
func (s *Service) ExchangeCode(ctx context.Context, call Call, x grant.Exchange) (token grant.Token, receipt Receipt, err error) {
	receipt, err = s.asClient(ctx, call, x.ClientID, func(a *Account, now time.Time) error {
		token, err = a.Grants.Exchange(a.IDs.Draw(now), x, now)
		return err
	})
	return token, receipt, err
}

// IssueToken creates an access token for a client in its own name. The client has authenticated.
func (s *Service) IssueToken(ctx context.Context, call Call, clientID string) (token grant.Token, receipt Receipt, err error) {
	receipt, err = s.asClient(ctx, call, clientID, func(a *Account, now time.Time) error {
		token, err = a.Grants.IssueToken(a.IDs.Draw(now), clientID, now)
		return err
	})
	return token, receipt, err
}

// GrantToken returns a live token of client credentials (inOwnName) or of the authorization code
// grant, and its user, if it has one, without password. The call counts in the window of the
// token's client.
func (s *Service) GrantToken(ctx context.Context, call Call, value string, inOwnName bool) (token grant.Token, user grant.User, receipt Receipt, err error) {
	receipt = Receipt{Account: call.Account.ID}
	err = s.look(ctx, call.Account, func(a *Account, now time.Time) error {
		receipt.At = now
		t, err := a.Grants.Use(value, inOwnName, now)
		if err != nil {
			return err
		}
		receipt.Client = t.ClientID
		var ok bool
		if receipt.Quota, ok = a.takeAsClient(t.ClientID, now, s.limit()); !ok {
			return Refuse(RateLimited, "the window of the client "+t.ClientID+" is full")
		}
		if u, ok := a.Grants.User(t.Username); ok {
			user = *u
			user.Password = ""
		}
		token = t
		return nil
	})
	return token, user, receipt, err
}
