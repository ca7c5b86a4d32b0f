package surface

import (
	"context"
	"errors"
	"net/url"

	"oauthmock/mockserver/account"
)

// The names of the ways in which an OAuth client authenticates, as RFC 7591 has them.
const (
	ClientSecretBasic = "client_secret_basic"
	ClientSecretPost  = "client_secret_post"
)

// Clients knows whose clients are whose.
type Clients interface {
	AuthenticateClient(ctx context.Context, id, secret string) (account.Identity, error)
}

// Client is an OAuth client that calls an endpoint with a form.
type Client struct {
	ID   string
	Form url.Values
	// Challenged reports whether the caller tried HTTP Basic, and so wants to hear of it when it is
	// refused.
	Challenged bool
}

// AuthenticateClient finds out which OAuth client calls, and makes its account the caller.
// Otherwise it returns the reason for which the caller is refused; Challenged is set then too.
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
	// The client says whose the call is, also when its secret is wrong: so the refusal is in the
	// account's journal.
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

// Because takes apart why Authenticate refuses a caller: it notes the words, and returns the
// reason. What is no refusal is an internal error, but for an account that is gone.
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

// clientCredentials are the ID and the secret by which an OAuth client authenticates.
type clientCredentials struct {
	ID, Secret string
	// Raw are the same as they stand in HTTP Basic, unless they do not differ. Half of the clients
	// in the field do not encode them as RFC 6749, section 2.3.1, asks, and so a server that wants
	// to get on with all of them tries both.
	Raw *clientCredentials
	// Method is ClientSecretBasic or ClientSecretPost.
	Method string
}

// clientCredentials reads the credentials of an OAuth client from HTTP Basic, from the members
// client_id and client_secret of a form, or from both where they agree. Names are those of the
// members, client_id first. It refuses credentials in the query, which ends up in logs, and those
// of which a part is missing. Challenge reports whether the caller tried HTTP Basic, and so wants
// to hear of it when it is refused.
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

// agrees reports whether nothing in a form contradicts credentials that came as HTTP Basic.
func (c *clientCredentials) agrees(form clientCredentials) bool {
	same := func(id, secret string) bool {
		return (form.ID == "" || form.ID == id) && (form.Secret == "" || form.Secret == secret)
	}
	return same(c.ID, c.Secret) || c.Raw != nil && same(c.Raw.ID, c.Raw.Secret)
}
