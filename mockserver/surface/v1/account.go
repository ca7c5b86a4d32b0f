package v1

import (
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/surface"
)

// listScopes is GET /scopes: those that are enabled.
func (s *api) listScopes(c *surface.Call) (any, account.Receipt, error) {
	scopes, receipt, err := s.accounts.Scopes(c.Context(), c.Call)
	names := []string{}
	for i := range scopes {
		if scopes[i].Enabled {
			names = append(names, scopes[i].Scope)
		}
	}
	return names, receipt, err
}

// credit is the payload of GET /credit.
type credit account.Money

// Append implements surface.Body.
func (c credit) Append(b []byte) ([]byte, error) {
	b = account.Money(c).Append(append(b, `{"data":{"credit":`...))
	return append(append(b, `},`...), ending...), nil
}

// getCredit is GET /credit.
func (s *api) getCredit(c *surface.Call) (any, account.Receipt, error) {
	w, receipt, err := s.accounts.Wallet(c.Context(), c.Call)
	return credit(w.Credit), receipt, err
}

// counter is one scope of the counters. Limit is false if calls cost nothing.
type counter struct {
	Counter int64 `json:"counter"`
	Paid    int64 `json:"paid"`
	Limit   any   `json:"limit"`
}

// countersTotal is GET /counters/total.
func (s *api) countersTotal(c *surface.Call) (any, account.Receipt, error) {
	return s.counters(c, account.Period{})
}

// countersOf is GET /counters/day/{day}, and so on. The form is that of the date.
func (s *api) countersOf(name, form string) handler {
	return func(c *surface.Call) (any, account.Receipt, error) {
		date := c.Param(name)
		p, ok := account.ParsePeriod(date)
		if !ok || len(date) != len(form) {
			return s.refused(c, account.Refuse(surface.DateInvalid, "the "+name+" is not "+form+", or no real one"))
		}
		return s.counters(c, p)
	}
}

func (s *api) counters(c *surface.Call, p account.Period) (any, account.Receipt, error) {
	counters, receipt, err := s.accounts.Counters(c.Context(), c.Call, p)
	out := make(map[string]counter, len(counters))
	for scope, n := range counters {
		wire := counter{Counter: n.Requests, Paid: n.Paid, Limit: n.Limit}
		if n.Unlimited {
			wire.Limit = false
		}
		out[scope] = wire
	}
	return out, receipt, err
}
