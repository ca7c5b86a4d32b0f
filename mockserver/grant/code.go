package grant

import (
	"fmt"
	"time"
)

// Code is an authorization code: a user's consent to a client, which can be exchanged for a token
// once.
type Code struct {
	Value    string
	ClientID string
	Username string
	// RedirectURI is where the code was sent.
	RedirectURI string
	Challenge   Challenge
	IssuedAt    time.Time
	ExpiresAt   time.Time
	// UsedAt is when the code was exchanged, and UsedBy identifies the request that exchanged it;
	// both are zero before. Token is the token it was exchanged for.
	UsedAt time.Time
	UsedBy string
	Token  string
	// Revoked is set when the code was used again and its token revoked.
	Revoked bool
	// Expired is set when the code expired before it was used.
	Expired bool
}

// CodeLifetime is how long a code can be exchanged.
const CodeLifetime = 60 * time.Second

// keptFor is how long a code is kept once it can no longer be exchanged, so that explanations can
// say why it is refused. It is not shorter than a token's lifetime: using a code again revokes the
// token it was exchanged for.
const keptFor = TokenLifetime

// CodeRequest is a request for a code. The client and its redirect URI have been checked, and the
// user has consented.
type CodeRequest struct {
	ClientID    string
	Username    string
	RedirectURI string
	Challenge   Challenge
}

// IssueCode creates a code. It refuses a client or a user that the account no longer has, a
// disabled client, and a redirect URI that is not the client's.
func (g *Grants) IssueCode(draw Draw, r CodeRequest, now time.Time) (Code, error) {
	client, ok := g.Client(r.ClientID)
	switch {
	case !ok:
		return Code{}, refuse(ClientInvalid, "no client has this client_id")
	case client.Disabled:
		return Code{}, refuse(ClientDisabled, "the client "+client.ID+" is disabled")
	}
	if _, err := client.Redirect(r.RedirectURI); err != nil {
		return Code{}, err
	}
	if _, ok := g.User(r.Username); !ok {
		return Code{}, refuse(UserInvalid, "the account has no user of this name")
	}
	c := Code{ClientID: r.ClientID, Username: r.Username, RedirectURI: r.RedirectURI, Challenge: r.Challenge, IssuedAt: now, ExpiresAt: now.Add(CodeLifetime)}
	for taken := true; taken; _, taken = g.codes.get(c.Value) {
		c.Value = draw(kindCode) + draw(kindCode)
	}
	g.RestoreCode(c)
	return c, nil
}

// Exchange is a token request with a code, by a client that has authenticated.
type Exchange struct {
	ClientID string
	Code     string
	// RedirectURI must equal the code's, unless it is empty.
	RedirectURI string
	// Verifier for the code's challenge; empty if the request has none.
	Verifier string
	// Request identifies the request, for the explanation of a second one.
	Request string
}

// Exchange exchanges a code for a token, once. Using a code again revokes the token it was
// exchanged for (RFC 6749, section 4.1.2). Any other refused attempt changes nothing: the code can
// still be exchanged until it expires.
func (g *Grants) Exchange(draw Draw, x Exchange, now time.Time) (Token, error) {
	c, ok := g.codes.get(x.Code)
	switch {
	case !ok:
		return Token{}, refuse(CodeInvalid, "there is no such code: it was never given, or is forgotten since its client or user was removed, or since more than an hour")
	case c.ClientID != x.ClientID:
		return Token{}, refuse(CodeInvalid, "the code was given to the client "+c.ClientID+", not to "+x.ClientID)
	case !c.UsedAt.IsZero():
		return Token{}, refuse(CodeInvalid, g.usedAgain(c))
	case c.Expired || !now.Before(c.ExpiresAt): // setting the clock back does not revive a code
		return Token{}, refuse(CodeInvalid, fmt.Sprintf("the code expired at %s, %d seconds after it was given", c.ExpiresAt.Format(time.RFC3339), int(c.ExpiresAt.Sub(c.IssuedAt).Seconds())))
	case x.RedirectURI != "" && x.RedirectURI != c.RedirectURI:
		return Token{}, refuse(CodeInvalid, "the redirect_uri is not the one that the code was sent to, "+c.RedirectURI)
	}
	if mistake := c.Challenge.verify(x.Verifier); mistake != "" {
		return Token{}, refuse(CodeInvalid, mistake+". The code is not used up by this")
	}
	if client, ok := g.Client(x.ClientID); ok && client.Disabled {
		return Token{}, refuse(ClientDisabled, "the client "+client.ID+" is disabled")
	}
	t := g.give(draw, Token{ClientID: c.ClientID, Username: c.Username}, now)
	c.UsedAt, c.UsedBy, c.Token = now, x.Request, t.Value
	g.codes.move(c.Value, now.Add(keptFor))
	return t, nil
}

// usedAgain revokes the token of a code that is used again, and returns the explanation.
func (g *Grants) usedAgain(c *Code) string {
	said := "this code was used at " + c.UsedAt.Format(time.RFC3339)
	if c.UsedBy != "" {
		said += ", by request " + c.UsedBy
	}
	if g.drop(c.Token) {
		c.Revoked = true
		g.changes++
		return said + "; the access token that it gave is therefore revoked"
	}
	if c.Revoked {
		return said + "; the access token that it gave was revoked when it was used a second time"
	}
	return said + "; the access token that it gave has expired"
}

// RestoreCode adds a code as it is.
func (g *Grants) RestoreCode(c Code) {
	due := c.ExpiresAt
	switch {
	case !c.UsedAt.IsZero():
		due = c.UsedAt.Add(keptFor)
	case c.Expired:
		due = c.ExpiresAt.Add(keptFor)
	}
	if oldest, full := g.codes.oldest(MaxCodes); full {
		g.dropCode(oldest)
	}
	g.codes.put(c.Value, &c, due)
	g.issue(CodeKey, c.Value)
}

// Codes returns the codes that are kept, oldest first. The result must not be modified.
func (g *Grants) Codes() []*Code { return g.codes.all() }

func (g *Grants) dropCode(value string) {
	if g.codes.remove(value) {
		g.revoke(CodeKey, value)
	}
}
