package grant

import "time"

// Token is an access token.
type Token struct {
	Value    string
	ClientID string
	// Username is the user who consented; empty if the client asked in its own name (client
	// credentials).
	Username  string
	IssuedAt  time.Time
	ExpiresAt time.Time
}

// TokenLifetime is how long an access token is valid.
const TokenLifetime = 3600 * time.Second

// clientPrefix is the prefix of client credentials tokens.
const clientPrefix = "sk-"

// IssueToken creates a token for a client in its own name (client credentials): "sk-" and 32
// hexadecimal digits. The client has authenticated; it is refused if it is no longer registered, or
// is disabled.
func (g *Grants) IssueToken(draw Draw, clientID string, now time.Time) (Token, error) {
	client, ok := g.Client(clientID)
	switch {
	case !ok:
		return Token{}, refuse(ClientInvalid, "no client has this client_id")
	case client.Disabled:
		return Token{}, refuse(ClientDisabled, "the client "+clientID+" is disabled")
	}
	return g.give(draw, Token{ClientID: clientID}, now), nil
}

// give creates a token of a grant.
func (g *Grants) give(draw Draw, t Token, now time.Time) Token {
	t.IssuedAt, t.ExpiresAt = now, now.Add(TokenLifetime)
	for taken := true; taken; _, taken = g.tokens.get(t.Value) {
		t.Value = draw(kindToken) + draw(kindToken)
		if t.Username == "" {
			t.Value = clientPrefix + t.Value
		}
	}
	g.RestoreToken(t)
	return t
}

// Use returns a live token, of client credentials if inOwnName, otherwise of the authorization code
// grant. A disabled client has none.
func (g *Grants) Use(value string, inOwnName bool, now time.Time) (Token, error) {
	t, ok := g.tokens.get(value)
	switch {
	case !ok || !now.Before(t.ExpiresAt):
		return Token{}, refuse(TokenInvalid, "there is no such token: it was never given, has expired, or was revoked")
	case inOwnName && t.Username != "":
		return Token{}, refuse(TokenInvalid, "the token is one of the authorization code grant, and this API takes those of client credentials")
	case !inOwnName && t.Username == "":
		return Token{}, refuse(TokenInvalid, "the token is one of client credentials, and this API takes those of the authorization code grant")
	}
	if client, ok := g.Client(t.ClientID); ok && client.Disabled {
		return Token{}, refuse(TokenInvalid, "the client "+client.ID+" is disabled, and its tokens with it")
	}
	return *t, nil
}

// RestoreToken adds a token as it is.
func (g *Grants) RestoreToken(t Token) {
	if oldest, full := g.tokens.oldest(MaxTokens); full {
		g.drop(oldest)
	}
	g.tokens.put(t.Value, &t, t.ExpiresAt)
	g.issue(TokenKey, t.Value)
}

// Tokens returns the live tokens, oldest first. The result must not be modified.
func (g *Grants) Tokens() []*Token { return g.tokens.all() }

// drop removes a token, and reports whether it existed.
func (g *Grants) drop(value string) bool {
	ok := g.tokens.remove(value)
	if ok {
		g.revoke(TokenKey, value)
	}
	return ok
}
