package grant

import (
	"fmt"
	"time"
)

// Code is an authorization code: a user's consent to a client, to be exchanged for a token once.
type Code struct {
	Value    string
	ClientID string
	Username string
	// RedirectURI is where the code was sent.
	RedirectURI string
	Challenge   Challenge
	IssuedAt    time.Time
	ExpiresAt   time.Time
	// UsedAt is when the code was exchanged, and UsedBy names the request that did; zero and empty
	// before. Token is what it gave.
	UsedAt time.Time
	UsedBy string
	Token  string
	// Revoked is set once the code was tried again and its token taken back.
	Revoked bool
	// Expired is set once the code's time was over before it was used.
	Expired bool
}

// CodeLifetime is how long a code can be exchanged.
const CodeLifetime = 60 * time.Second

// keptFor is how long a code is remembered once it can no longer be exchanged, so that whoever
// tries it is told why. It is no shorter than a token lives: a code that comes again revokes the
// token that it gave.
const keptFor = TokenLifetime

// CodeRequest is what a code is asked for with. The client and its redirect URI have been checked,
// and the user has consented.
type CodeRequest struct {
	ClientID    string
	Username    string
	RedirectURI string
	Challenge   Challenge
}

// IssueCode makes a code. It refuses a client or a user that the account no longer has, a disabled
// client, and a redirect URI that is not the client's.
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

// Exchange is a token request with a code. Its client has authenticated.
type Exchange struct {
	ClientID string
	Code     string
	// RedirectURI is compared with the code's unless it is empty.
	RedirectURI string
	// Verifier answers the code's challenge; empty when the request has none.
	Verifier string
	// Request names the request, for the explanation of a second one.
	Request string
}

// Exchange makes a token of a code, once. A second try with a code that was exchanged revokes the
// token that it gave (RFC 6749, section 4.1.2). Any other refused try changes nothing: the code can
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
	case c.Expired || !now.Before(c.ExpiresAt): // a clock that goes back makes no code live again
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

// usedAgain revokes what a code gave, and says so.
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

// RestoreCode puts a code among the account's, as it is.
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

// Codes returns the codes that are remembered, oldest first. The result must not be changed.
func (g *Grants) Codes() []*Code { return g.codes.all() }

func (g *Grants) dropCode(value string) {
	if g.codes.remove(value) {
		g.revoke(CodeKey, value)
	}
}
