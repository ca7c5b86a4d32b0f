package account

import (
	"context"
	"slices"
	"time"
)

// Use cases of v1 that v2 does not have.

// CreateExpandedToken is v1 POST /token. expanded are the requested scopes followed, once each, by
// the enabled scopes that wildcards among them cover.
func (s *Service) CreateExpandedToken(ctx context.Context, call Call, r TokenRequest) (token Token, expanded []string, receipt Receipt, err error) {
	receipt, err = s.do(ctx, call, func(a *Account, now time.Time) error {
		t, err := a.createToken(r, now)
		if err == nil {
			expanded = a.Entitlements.expand(t.Scopes)
		}
		return give(&token, t, err)
	})
	return token, expanded, receipt, err
}

// expand returns scopes, followed by each enabled scope that is not among them and that wildcards
// among them cover, in the catalogue's order.
func (e *Entitlements) expand(scopes []string) []string {
	var wild []Pattern
	for _, text := range scopes {
		if p, ok := ParsePattern(text); ok && p.Wild() {
			wild = append(wild, p)
		}
	}
	if len(wild) == 0 {
		return scopes
	}
	expanded := slices.Clone(scopes)
	for _, s := range e.catalogue.scopes {
		name := s.Name.In(e.environment)
		covered := func(p Pattern) bool { return p.Matches(s.Method, DomainIn(s.Domain, e.environment), s.Endpoint) }
		if e.Enabled(name) && slices.ContainsFunc(wild, covered) && !slices.Contains(scopes, name) {
			expanded = append(expanded, name)
		}
	}
	return expanded
}

// TokensWithScopes is v1 GET /token: all tokens that list one of the scopes, written the same;
// without scopes all tokens. The oldest come first.
func (s *Service) TokensWithScopes(ctx context.Context, call Call, scopes []string) (tokens []Token, receipt Receipt, err error) {
	receipt, err = s.do(ctx, call, func(a *Account, _ time.Time) error {
		wanted := func(scope string) bool { return slices.Contains(scopes, scope) }
		for _, t := range a.Tokens.All() {
			if len(scopes) == 0 || slices.ContainsFunc(t.Scopes, wanted) {
				tokens = append(tokens, *t)
			}
		}
		return nil
	})
	return tokens, receipt, err
}

// FindToken is v1 GET /token/{token}: no token or one.
func (s *Service) FindToken(ctx context.Context, call Call, value string) (tokens []Token, receipt Receipt, err error) {
	receipt, err = s.do(ctx, call, func(a *Account, _ time.Time) error {
		if !ValidID(value) {
			return Refuse(TokenIDMalformed, "a token is 24 lower-case hex digits")
		}
		if t, ok := a.Tokens.Get(value); ok {
			tokens = []Token{*t}
		}
		return nil
	})
	return tokens, receipt, err
}

// ReplaceToken is v1 PUT /token/{token}.
func (s *Service) ReplaceToken(ctx context.Context, call Call, value string, r TokenRequest) (token Token, receipt Receipt, err error) {
	receipt, err = s.do(ctx, call, func(a *Account, now time.Time) error {
		t, err := a.replaceToken(value, r, now)
		return give(&token, t, err)
	})
	return token, receipt, err
}

// ChangeToken is v1 PATCH /token/{token}: an update that names something to change.
func (s *Service) ChangeToken(ctx context.Context, call Call, value string, r TokenRequest) (token Token, receipt Receipt, err error) {
	receipt, err = s.do(ctx, call, func(a *Account, now time.Time) error {
		nothing := !r.Scopes.Present && !r.ScopesMalformed && !r.Expire.Present && !r.TTL.Present
		if _, ok := a.Tokens.Get(value); ok && nothing {
			return Refuse(ChangeMissing, "the request has no scopes, no expire and no ttl")
		}
		t, err := a.updateToken(value, r, now)
		return give(&token, t, err)
	})
	return token, receipt, err
}

// Included counts the calls of a scope in a period, and how many of them are included.
type Included struct {
	// Requests are all calls, Paid those of them that the wallet paid for.
	Requests, Paid int64
	// Limit is how many are included. It is meaningless if Unlimited is set, because calls cost
	// nothing.
	Limit     int64
	Unlimited bool
}

// Counters is v1 GET /counters: the calls in a period, by scope. Like all statistics it covers the
// calls that finished before this one.
func (s *Service) Counters(ctx context.Context, call Call, p Period) (counters map[string]Included, receipt Receipt, err error) {
	receipt, err = s.do(ctx, call, func(a *Account, now time.Time) error {
		counters = map[string]Included{}
		a.Usage.each(p, func(scope string, c *Counter) {
			sum := counters[scope]
			sum.Requests += c.Requests
			sum.Paid += c.WalletRequests
			counters[scope] = sum
		})
		for scope, sum := range counters {
			sum.Limit, sum.Unlimited = a.included(scope, p, now)
			counters[scope] = sum
		}
		return nil
	})
	return counters, receipt, err
}

// included returns how many calls of a scope need not be paid for in a period: those of the active
// subscriptions, otherwise the free ones of that window.
func (a *Account) included(scope string, p Period, now time.Time) (limit int64, unlimited bool) {
	offer, ok := a.Entitlements.catalogue.named(scope, a.Environment)
	if ok && offer.Price() == 0 {
		return 0, true
	}
	subscribed := false
	for _, s := range a.Subscriptions {
		if s.Scope == scope && s.Active && !s.StartsAt.After(now) && s.ExpiresAt.After(now) {
			limit, subscribed = limit+s.TotalRequests, true
		}
	}
	if subscribed || !ok {
		return limit, false
	}
	if free := offer.Free.in(p); free != nil {
		limit = *free
	}
	return limit, false
}

// in returns the free requests of the window that a period is.
func (f FreeLimits) in(p Period) *int64 {
	switch {
	case p.Day > 0:
		return f.Day
	case p.Month > 0:
		return f.Month
	case p.Year > 0:
		return f.Year
	}
	return f.Total
}
