package v2

import (
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/surface"
)

// createToken is POST /tokens.
func (s *api) createToken(c *surface.Call) (any, account.Receipt, error) {
	r, err := tokenRequest(c.Body(), true)
	if err != nil {
		return s.refused(c, err)
	}
	t, receipt, err := s.accounts.CreateToken(c.Context(), c.Call, r)
	return detail{&t}, receipt, err
}

// listTokens is GET /tokens, and with ?id= the detail that its summary speaks of.
func (s *api) listTokens(c *surface.Call) (any, account.Receipt, error) {
	query := c.Query()
	if id := query.Get("id"); id != "" {
		t, receipt, err := s.accounts.Token(c.Context(), c.Call, id)
		return detailInList{detail{&t}}, receipt, err
	}
	p, _ := page(query) // the operation has no query error: defaults
	list := s.lists.Get().(*detailList)
	tokens, receipt, err := s.accounts.AppendTokens(c.Context(), c.Call, p, list.tokens[:0])
	list.tokens = tokens
	return list, receipt, err
}

// getToken is GET /tokens/{token}.
func (s *api) getToken(c *surface.Call) (any, account.Receipt, error) {
	t, receipt, err := s.accounts.Token(c.Context(), c.Call, c.Param("token"))
	return detail{&t}, receipt, err
}

// updateToken is PATCH /tokens/{token}: with Basic an update, with the refresh token as Bearer a
// rotation.
func (s *api) updateToken(c *surface.Call) (any, account.Receipt, error) {
	value, err := tokenID(c)
	if err != nil {
		return s.refused(c, err)
	}
	r, err := tokenRequest(c.Body(), false)
	if err != nil {
		return s.refused(c, err)
	}
	var t account.Token
	var receipt account.Receipt
	if c.Bearer != "" {
		t, receipt, err = s.accounts.UpdateTokenAsBearer(c.Context(), c.Call, value, c.Bearer, r)
	} else {
		t, receipt, err = s.accounts.UpdateToken(c.Context(), c.Call, value, r)
	}
	return detail{&t}, receipt, err
}

// deleteToken is DELETE /tokens/{token}.
func (s *api) deleteToken(c *surface.Call) (any, account.Receipt, error) {
	value, err := tokenID(c)
	if err != nil {
		return s.refused(c, err)
	}
	receipt, err := s.accounts.DeleteToken(c.Context(), c.Call, value)
	return deleted{}, receipt, err
}

// tokenID is the token that the path names.
func tokenID(c *surface.Call) (string, error) {
	if value := c.Param("token"); value != "" {
		return value, nil
	}
	return "", account.Refuse(surface.TokenIDMissing, "the path ends where the token should be")
}
