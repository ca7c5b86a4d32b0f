package grant

import (
	"net"
	"net/url"
	"slices"
	"strings"
)

// Client is an application registered with an account.
type Client struct {
	// ID is unique in a server, so it identifies the account that a call belongs to.
	ID     string
	Secret string
	// RedirectURIs are the URIs that users may be sent back to. The first is the default.
	RedirectURIs []string
	// Disabled refuses the client any token once it has authenticated.
	Disabled bool
}

// Redirect checks the redirect URI of an authorization request. It must equal one of the client's,
// character for character, except that an http URI on a loopback address may have any port (RFC
// 8252, section 7.3). note mentions a port that differs, and is otherwise empty.
func (c *Client) Redirect(uri string) (note string, err error) {
	if uri == "" {
		return "", refuse(RedirectInvalid, "the request has no redirect_uri, which the API requires")
	}
	if slices.Contains(c.RedirectURIs, uri) {
		return "", nil
	}
	for _, registered := range c.RedirectURIs {
		if sameButPort(registered, uri) {
			return "the redirect URI has another port than " + registered + ", which is registered; on a loopback address any port will do (RFC 8252, section 7.3)", nil
		}
	}
	if len(c.RedirectURIs) == 0 {
		return "", refuse(RedirectInvalid, "the client has no redirect URI")
	}
	return "", refuse(RedirectInvalid, "the redirect URI is not one that the client registered: "+strings.Join(c.RedirectURIs, ", "))
}

// sameButPort reports whether two URIs differ at most in the port, and lead to this machine over
// http.
func sameButPort(registered, uri string) bool {
	want, wantPort, ok := loopback(registered)
	got, gotPort, too := loopback(uri)
	return ok && too && want == got && wantPort != gotPort
}

// loopback splits the port from an http URI whose host is a loopback address. The name localhost
// does not count: RFC 8252 covers addresses only.
func loopback(uri string) (rest, port string, ok bool) {
	const scheme = "http://"
	authority, found := strings.CutPrefix(uri, scheme)
	if !found {
		return "", "", false
	}
	end := strings.IndexAny(authority, "/?#")
	if end < 0 {
		end = len(authority)
	}
	authority, tail := authority[:end], authority[end:]
	if strings.ContainsAny(authority, `@\`) {
		return "", "", false
	}
	u, err := url.Parse(scheme + authority)
	if err != nil {
		return "", "", false
	}
	host := u.Hostname()
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return "", "", false
	}
	return host + tail, u.Port(), true
}

// AddClient registers a client. It returns an error if the account already has the ID, or has
// MaxClients.
func (g *Grants) AddClient(c Client) error {
	if _, taken := g.Client(c.ID); taken {
		return ErrTaken
	}
	if len(g.clients) >= MaxClients {
		return ErrFull
	}
	c.RedirectURIs = slices.Clone(c.RedirectURIs)
	g.clients = append(g.clients, &c)
	g.registrations++
	g.issue(ClientKey, c.ID)
	return nil
}

// RemoveClient removes a client with its codes and tokens. It reports whether the client existed.
func (g *Grants) RemoveClient(id string) bool {
	at := slices.IndexFunc(g.clients, func(c *Client) bool { return c.ID == id })
	if at < 0 {
		return false
	}
	g.clients = slices.Delete(g.clients, at, at+1)
	g.registrations++
	g.revoke(ClientKey, id)
	g.dropWhere(func(clientID, _ string) bool { return clientID == id })
	return true
}

// Client returns a client by its ID. The result must not be modified.
func (g *Grants) Client(id string) (*Client, bool) {
	for _, c := range g.clients {
		if c.ID == id {
			return c, true
		}
	}
	return nil, false
}

// Clients returns the clients in order of registration. The result must not be modified.
func (g *Grants) Clients() []*Client { return g.clients }

// AuthenticateClient returns the client with an ID and a secret, in a time that does not depend on
// the secret. A disabled client is refused as such only if the secret is correct.
func (g *Grants) AuthenticateClient(id, secret string) (*Client, error) {
	c, known := g.Client(id)
	if !known {
		c = &Client{}
	}
	right := equal(c.Secret, secret)
	switch {
	case !known:
		return nil, refuse(ClientInvalid, "no client has this client_id")
	case !right:
		return nil, refuse(ClientInvalid, "the client_secret is not that of the client "+c.ID)
	case c.Disabled:
		return nil, refuse(ClientDisabled, "the client "+c.ID+" is disabled")
	}
	return c, nil
}
