package v2

import (
	"encoding/json"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/surface"
)

// userScope is v2 UserScope.
type userScope struct {
	ID       string `json:"id"`
	Scope    string `json:"scope"`
	Method   string `json:"method"`
	Endpoint string `json:"endpoint"`
	Domain   string `json:"domain"`
	Enabled  bool   `json:"enabled"`
}

// scopeDetail is v2 ScopeDetail.
type scopeDetail struct {
	userScope
	RateLimit    any             `json:"rateLimit"` // "100/1m", or false
	FreeLimits   scopeLimits     `json:"freeLimits"`
	Requirements map[string]bool `json:"requirements"`
	Prices       prices          `json:"prices"`
}

// scopeLimits is v2 ScopeLimits: a number of free requests, or false where the window has none.
type scopeLimits struct {
	DayLimit   any `json:"dayLimit"`
	MonthLimit any `json:"monthLimit"`
	YearLimit  any `json:"yearLimit"`
	TotalLimit any `json:"totalLimit"`
}

// prices keep the catalogue's order, because the first key is the default.
type prices []account.Price

// MarshalJSON implements json.Marshaler.
func (p prices) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, price := range p {
		if i > 0 {
			b = append(b, ',')
		}
		key, err := json.Marshal(price.Key)
		if err != nil {
			return nil, err
		}
		b = append(append(b, key...), ':')
		b = price.Amount.Append(b)
	}
	return append(b, '}'), nil
}

func wireScope(s *account.ScopeView) userScope {
	return userScope{ID: s.ID, Scope: s.Scope, Method: s.Method, Endpoint: s.Endpoint, Domain: s.Domain, Enabled: s.Enabled}
}

// orFalse is a number, or false for nil.
func orFalse(n *int64) any {
	if n == nil {
		return false
	}
	return *n
}

func wireScopeDetail(s *account.ScopeView) scopeDetail {
	d := scopeDetail{
		userScope: wireScope(s), RateLimit: false, Requirements: s.Met, Prices: s.Prices,
		FreeLimits: scopeLimits{
			DayLimit: orFalse(s.Free.Day), MonthLimit: orFalse(s.Free.Month), YearLimit: orFalse(s.Free.Year), TotalLimit: orFalse(s.Free.Total),
		},
	}
	if s.RateLimit != "" {
		d.RateLimit = s.RateLimit
	}
	return d
}

// listScopes is GET /scopes.
func (s *api) listScopes(c *surface.Call) (any, account.Receipt, error) {
	scopes, receipt, err := s.accounts.Scopes(c.Context(), c.Call)
	return list(scopes, wireScope), receipt, err
}

// getScope is GET /scopes/{id}.
func (s *api) getScope(c *surface.Call) (any, account.Receipt, error) {
	scope, receipt, err := s.accounts.Scope(c.Context(), c.Call, c.Param("id"))
	if err != nil {
		return nil, receipt, err
	}
	return wireScopeDetail(&scope), receipt, nil
}
