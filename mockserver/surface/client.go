package surface

import (
	"context"
	"errors"
	"net/url"

	"oauthmock/mockserver/account"
)

// Client authentication methods, named as in RFC 7591.
const (
	ClientSecretBasic = "client_secret_basic"
	ClientSecretPost  = "client_secret_post"
)

// Clients looks up OAuth clients.
type Clients interface {
	AuthenticateClient(ctx context.Context, id, secret string) (account.Identity, error)
}

// Client is an OAuth client that calls an endpoint with a form.
type Client struct {
	ID   string
	Form url.Values
	// Challenged reports whether the caller tried HTTP Basic, so that a refusal must carry
	// WWW-Authenticate.
	Challenged bool
}

// AuthenticateClient identifies the calling OAuth client, and makes its account the caller.
// Otherwise it returns the reason for the refusal; Challenged is set in either case.
func (c *Call) AuthenticateClient(clients Clients) (client Client, reason account.Reason) {
	c.Gone = account.ClientInvalid
	var err error
	if client.Form, err = c.Form(); err != nil {
		return client, c.Because(err)
	}
	given, challenged, err := c.clientCredentials(client.Form)
	client.Challenged = challenged
	if err != nil {
		return client, c.Because(err)
	}
	c.Exchange.Auth = given.Method
	identity, err := clients.AuthenticateClient(c.Context(), given.ID, given.Secret)
	if err != nil && given.Raw != nil {
		if other, rawErr := clients.AuthenticateClient(c.Context(), given.Raw.ID, given.Raw.Secret); rawErr == nil {
			identity, err, given = other, nil, *given.Raw
			c.Exchange.Note = "The credentials in HTTP Basic were taken as they are: the client does not form-encode them, as RFC 6749, section 2.3.1, asks."
		}
	}
	if err == nil && given.Raw != nil {
		c.Exchange.Note = "The credentials in HTTP Basic were form-decoded, as RFC 6749, section 2.3.1, asks."
	}
	// The client_id tells whose call it is even if the secret is wrong, so the account's journal
	// shows the refusal.
	if identity.ID != "" {
		c.Exchange.Client = given.ID
		if !c.Accept(identity) && err == nil {
			c.Why = "the host takes credentials of the other environment only"
			return client, account.ClientInvalid
		}
	}
	if err != nil {
		return client, c.Because(err)
	}
	client.ID = given.ID
	return client, ""
}

// Because turns an error of authentication into the reason for the refusal, and notes its words. An
// error that is not a refusal is internal, except that of an account that is gone.
func (c *Call) Because(err error) account.Reason {
	if refusal, ok := errors.AsType[*account.Refusal](err); ok {
		c.Why = refusal.Detail
		return refusal.Reason
	}
	if c.Why = err.Error(); errors.Is(err, account.ErrNoAccount) {
		return c.Gone
	}
	return account.Internal
}

// clientCredentials are the client_id and client_secret of an OAuth client.
type clientCredentials struct {
	ID, Secret string
	// Raw are the same credentials taken from HTTP Basic without decoding, or nil if decoding
	// changes nothing. Half of the clients in the field do not encode them as RFC 6749, section
	// 2.3.1, requires, so servers that want to work with all of them try both.
	Raw *clientCredentials
	// Method is ClientSecretBasic or ClientSecretPost.
	Method string
}

// clientCredentials reads the credentials of an OAuth client from HTTP Basic, from the members
// client_id and client_secret of a form, or from both if they agree. It refuses credentials in the
// query, which ends up in logs, and incomplete ones. challenge reports whether the caller tried
// HTTP Basic.
func (c *Call) clientCredentials(form url.Values) (credentials clientCredentials, challenge bool, err error) {
	const id, secret = "client_id", "client_secret"
	query := c.Query()
	for _, name := range []string{id, secret} {
		if query.Has(name) {
			return credentials, false, account.Refuse(RequestInvalid, "the query has "+name+"; want it in the body or in the Authorization header, for addresses end up in logs")
		}
	}
	posted := clientCredentials{ID: form.Get(id), Secret: form.Get(secret), Method: ClientSecretPost}
	if len(c.Request.Header["Authorization"]) > 0 {
		basic, err := c.basicClient()
		if err != nil {
			return credentials, true, err
		}
		if !basic.agrees(posted) {
			return credentials, true, account.Refuse(RequestInvalid, "the client credentials in the body are not those in the Authorization header; send one of them")
		}
		return basic, true, nil
	}
	switch {
	case posted.ID == "":
		return posted, false, account.Refuse(RequestInvalid, "the request has no client_id, neither in the body nor as HTTP Basic")
	case posted.Secret == "":
		return posted, false, account.Refuse(RequestInvalid, "the request has no client_secret, neither in the body nor as HTTP Basic")
	}
	return posted, false, nil
}

// basicClient reads HTTP Basic as OAuth clients send it.
func (c *Call) basicClient() (clientCredentials, error) {
	user, password, ok := Basic(c.Authorization())
	if !ok {
		return clientCredentials{}, account.Refuse(account.ClientInvalid, `the Authorization header is not HTTP Basic with the Base64 of "client_id:client_secret"`)
	}
	raw := clientCredentials{ID: user, Secret: password, Method: ClientSecretBasic}
	id, secret := unescape(user), unescape(password)
	if id == user && secret == password {
		return raw, nil
	}
	return clientCredentials{ID: id, Secret: secret, Method: ClientSecretBasic, Raw: &raw}, nil
}

// agrees reports whether a form does not contradict credentials sent as HTTP Basic.
func (c *clientCredentials) agrees(form clientCredentials) bool {
	same := func(id, secret string) bool {
		return (form.ID == "" || form.ID == id) && (form.Secret == "" || form.Secret == secret)
	}
	return same(c.ID, c.Secret) || c.Raw != nil && same(c.Raw.ID, c.Raw.Secret)
}
