package grant

import (
	"net"
	"net/url"
	"slices"
	"strings"
)

// Client is an application that is registered with an account.
type Client struct {
	// ID is unique in a server: it says whose account a call belongs to.
	ID     string
	Secret string
	// RedirectURIs are where users may be sent back to, the first one first.
	RedirectURIs []string
	// Disabled keeps the client, once it has authenticated, from any token.
	Disabled bool
}

// Redirect checks a redirect URI of an authorization request. It must be one of the client's,
// character for character; of an http URI on a loopback address any port will do (RFC 8252, section
// 7.3). Note names a port that differs, else it is empty.
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

// sameButPort reports whether two URIs differ in nothing but the port, and lead to this machine
// over http.
func sameButPort(registered, uri string) bool {
	want, wantPort, ok := loopback(registered)
	got, gotPort, too := loopback(uri)
	return ok && too && want == got && wantPort != gotPort
}

// loopback takes the port out of an http URI whose host is a loopback address. The name localhost
// is none: RFC 8252 speaks of addresses.
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

// AddClient registers a client. It refuses an ID that the account has already, and more than
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
	g.issue(ClientKey, c.ID)
	return nil
}

// RemoveClient forgets a client, its codes and its tokens. It reports whether there was one.
func (g *Grants) RemoveClient(id string) bool {
	at := slices.IndexFunc(g.clients, func(c *Client) bool { return c.ID == id })
	if at < 0 {
		return false
	}
	g.clients = slices.Delete(g.clients, at, at+1)
	g.revoke(ClientKey, id)
	g.dropWhere(func(clientID, _ string) bool { return clientID == id })
	return true
}

// Client finds a client by its ID. The result must not be changed.
func (g *Grants) Client(id string) (*Client, bool) {
	for _, c := range g.clients {
		if c.ID == id {
			return c, true
		}
	}
	return nil, false
}

// Clients returns the clients in the order in which they were registered. The result must not be
// changed.
func (g *Grants) Clients() []*Client { return g.clients }

// AuthenticateClient returns the client with an ID and a secret. The time that it takes does not
// depend on the secret. A disabled client is refused only when the secret is right.
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
