package v2

import (
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/surface"
)

// createToken is POST /tokens.
func (s *Surface) createToken(c *call) (any, account.Receipt, error) {
	r, err := tokenRequest(c.body, true)
	if err != nil {
		return s.refused(c, err)
	}
	t, receipt, err := s.accounts.CreateToken(c.context(), c.Call, r)
	return detail{&t}, receipt, err
}

// listTokens is GET /tokens, and with ?id= the detail that its summary speaks of.
func (s *Surface) listTokens(c *call) (any, account.Receipt, error) {
	query := c.query()
	if id := query.Get("id"); id != "" {
		t, receipt, err := s.accounts.Token(c.context(), c.Call, id)
		return detailInList{detail{&t}}, receipt, err
	}
	p, _ := page(query) // the operation has no query error: defaults
	tokens, receipt, err := s.accounts.Tokens(c.context(), c.Call, p)
	return detailList(tokens), receipt, err
}

// getToken is GET /tokens/{token}.
func (s *Surface) getToken(c *call) (any, account.Receipt, error) {
	t, receipt, err := s.accounts.Token(c.context(), c.Call, c.gin.Param("token"))
	return detail{&t}, receipt, err
}

// updateToken is PATCH /tokens/{token}: with Basic an update, with the refresh token as Bearer a rotation.
func (s *Surface) updateToken(c *call) (any, account.Receipt, error) {
	r, err := tokenRequest(c.body, false)
	if err != nil {
		return s.refused(c, err)
	}
	var t account.Token
	var receipt account.Receipt
	if value := c.gin.Param("token"); c.bearer != "" {
		t, receipt, err = s.accounts.UpdateTokenAsBearer(c.context(), c.Call, value, c.bearer, r)
	} else {
		t, receipt, err = s.accounts.UpdateToken(c.context(), c.Call, value, r)
	}
	return detail{&t}, receipt, err
}

// deleteToken is DELETE /tokens/{token}.
func (s *Surface) deleteToken(c *call) (any, account.Receipt, error) {
	receipt, err := s.accounts.DeleteToken(c.context(), c.Call, c.gin.Param("token"))
	return deleted{}, receipt, err
}

// missTokenID is PATCH or DELETE on /tokens/ without an id.
func (s *Surface) missTokenID(c *call) (any, account.Receipt, error) {
	return s.refused(c, account.Refuse(surface.TokenIDMissing, "the path ends where the token should stand"))
}
