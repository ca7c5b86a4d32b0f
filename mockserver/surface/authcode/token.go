package authcode

import (
	"net/http"
	"strconv"

	"github.com/segmentio/encoding/json"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/grant"
	"oauthmock/mockserver/surface"
)

// authenticateClient identifies the client that requests a token.
func (s *api) authenticateClient(c *surface.Call) account.Reason {
	client, reason := c.AuthenticateClient(s.accounts)
	c.Own = client
	return reason
}

// token is POST /api/token.php: a code for an access token.
func (s *api) token(c *surface.Call) (surface.Answer, account.Receipt, error) {
	client := c.Own.(surface.Client)
	code := client.Form.Get("code")
	if code == "" {
		return surface.Answer{}, account.Receipt{}, account.Refuse(surface.RequestInvalid, "the request has no code")
	}
	token, receipt, err := s.accounts.ExchangeCode(c.Context(), c.Call, grant.Exchange{
		ClientID: client.ID, Code: code, RedirectURI: client.Form.Get("redirect_uri"), Verifier: client.Form.Get("code_verifier"),
		Request: strconv.FormatUint(c.Exchange.ID, 10),
	})
	if err != nil {
		return surface.Answer{}, receipt, err
	}
	return answered(struct {
		AccessToken string `json:"access_token"`
		TokenType   string `json:"token_type"`
		ExpiresIn   int64  `json:"expires_in"`
	}{token.Value, "Bearer", int64(token.ExpiresAt.Sub(token.IssuedAt).Seconds())}), receipt, nil
}

// findToken finds the account of an access token.
func (s *api) findToken(c *surface.Call) account.Reason {
	c.Gone = account.AccessTokenInvalid
	value, ok := surface.Bearer(c.Authorization())
	if !ok || value == "" {
		c.Why = "the request has no access token as Bearer"
		return account.AccessTokenInvalid
	}
	c.Exchange.Auth, c.Own = byToken, bearer(value)
	identity, known := s.accounts.FindGrantToken(value)
	if !known || !c.Accept(identity) {
		c.Why = "there is no such token: it was never given, has expired, or was revoked"
		return account.AccessTokenInvalid
	}
	return ""
}

// bearer is an access token that a caller brought.
type bearer string

// userinfo is GET /api/userinfo.php: who the user is.
func (s *api) userinfo(c *surface.Call) (surface.Answer, account.Receipt, error) {
	_, user, receipt, err := s.accounts.GrantToken(c.Context(), c.Call, string(c.Own.(bearer)), false)
	if err != nil {
		return surface.Answer{}, receipt, err
	}
	return answered(struct {
		Username string `json:"username"`
		Email    string `json:"email"`
		FullName string `json:"full_name"`
	}{user.Username, user.Email, user.FullName}), receipt, nil
}

// answered is a successful answer to a client. Nobody may keep it (RFC 6749, section 5.1).
func answered(value any) surface.Answer {
	return surface.Answer{Status: http.StatusOK, ContentType: surface.JSON, Header: hardened(), Body: object{value}}
}

// object is a body in JSON.
type object struct{ value any }

// Append implements surface.Body.
func (o object) Append(b []byte) ([]byte, error) { return json.Append(b, o.value, 0) }
