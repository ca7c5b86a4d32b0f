package v1

import (
	"context"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/surface"
)

// createToken is POST /token.
func (s *api) createToken(c *surface.Call) (any, account.Receipt, error) {
	r, err := request(c.Body())
	if err != nil {
		return s.refused(c, err)
	}
	t, expanded, receipt, err := s.accounts.CreateExpandedToken(c.Context(), c.Call, r)
	return &created{expanded, t}, receipt, err
}

// listTokens is GET /token. The filter may be given several times, also as scope[]; an empty one
// filters nothing.
func (s *api) listTokens(c *surface.Call) (any, account.Receipt, error) {
	var scopes []string
	query := c.Query()
	for _, scope := range append(query["scope"], query["scope[]"]...) {
		if scope != "" {
			scopes = append(scopes, scope)
		}
	}
	tokens, receipt, err := s.accounts.TokensWithScopes(c.Context(), c.Call, scopes)
	return listed(tokens), receipt, err
}

// getToken is GET /token/{token}.
func (s *api) getToken(c *surface.Call) (any, account.Receipt, error) {
	tokens, receipt, err := s.accounts.FindToken(c.Context(), c.Call, c.Param("token"))
	return listed(tokens), receipt, err
}

// replaceToken is PUT /token/{token}.
func (s *api) replaceToken(c *surface.Call) (any, account.Receipt, error) {
	return s.changed(c, s.accounts.ReplaceToken)
}

// updateToken is PATCH /token/{token}.
func (s *api) updateToken(c *surface.Call) (any, account.Receipt, error) {
	return s.changed(c, s.accounts.ChangeToken)
}

// changed changes the token in the path, and answers with the changed token.
func (s *api) changed(c *surface.Call, change func(context.Context, account.Call, string, account.TokenRequest) (account.Token, account.Receipt, error)) (any, account.Receipt, error) {
	value := c.Param("token")
	if value == "" {
		return s.tokenMissing(c)
	}
	r, err := request(c.Body())
	if err != nil {
		return s.refused(c, err)
	}
	t, receipt, err := change(c.Context(), c.Call, value, r)
	return list{t}, receipt, err
}

// deleteToken is DELETE /token/{token}.
func (s *api) deleteToken(c *surface.Call) (any, account.Receipt, error) {
	value := c.Param("token")
	if value == "" {
		return s.tokenMissing(c)
	}
	receipt, err := s.accounts.DeleteToken(c.Context(), c.Call, value)
	return deleted, receipt, err
}

func (s *api) tokenMissing(c *surface.Call) (any, account.Receipt, error) {
	return s.refused(c, account.Refuse(surface.TokenIDMissing, "the path ends where the token should be"))
}
