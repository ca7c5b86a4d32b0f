package world

import (
	"slices"
	"time"

	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
)

// describe writes an account as fixtures write it, with absolute times: the inverse of build.
func describe(a *account.Account) fixtures.Account {
	restore := func(scope string) string { return account.RestoreScope(scope, a.Environment) }
	restoreAll := func(scopes []string) []string {
		out := make([]string, len(scopes))
		for i, s := range scopes {
			out[i] = restore(s)
		}
		return out
	}
	enabled, met := a.Entitlements.Patterns()
	if enabled == nil {
		enabled = []string{} // a list, also in JSON
	}
	f := fixtures.Account{
		ID: string(a.ID), Email: a.Email, APIKey: a.APIKey, Environment: string(a.Environment), Visitor: a.Visitor, CreatedAt: fixtures.At(a.CreatedAt),
		Clock: relative(a.Clock), RateLimit: WireRateLimit(a.Quota.Own), EnabledScopes: enabled, RequirementsMet: met,
		Wallet: fixtures.Wallet{CreatedAt: fixtures.At(a.Wallet.CreatedAt)}, Issued: a.IDs.Issued(),
	}
	if start, used := a.Quota.Window(); !start.IsZero() {
		f.Quota = &fixtures.Quota{Start: fixtures.At(start), Used: used}
	}
	a.ScopeQuotas(func(scope string, q *account.Quota) {
		own := fixtures.ScopeQuota{Scope: restore(scope), RateLimit: WireRateLimit(q.Own)}
		if start, used := q.Window(); !start.IsZero() {
			own.Quota = &fixtures.Quota{Start: fixtures.At(start), Used: used}
		}
		f.ScopeQuotas = append(f.ScopeQuotas, own)
	})
	for _, t := range a.Wallet.Transactions() {
		f.Wallet.Transactions = append(f.Wallet.Transactions, WireTransaction(t))
	}
	for _, t := range a.Tokens.All() {
		f.Tokens = append(f.Tokens, fixtures.Token{
			Token: t.Value, RefreshToken: t.RefreshToken, Name: t.Name, Scopes: restoreAll(t.Scopes),
			CreatedAt: fixtures.At(t.CreatedAt.Time()), UpdatedAt: fixtures.At(t.UpdatedAt.Time()), ExpireAt: fixtures.At(t.ExpireAt.Time()),
			TTL: int64(t.TTL / time.Second), Limits: tokenLimits(t.Limits),
			Stats: fixtures.TokenStats{
				TotalRequests: t.Stats.TotalRequests, WalletRequests: t.Stats.WalletRequests, SubscriptionRequests: t.Stats.SubscriptionRequests,
				ErrorRequests: t.Stats.ErrorRequests, WalletAmount: fixtures.Amount(t.Stats.WalletAmount), IP: slices.Clone(t.Stats.IPs.List()),
			},
		})
	}
	for _, s := range a.Subscriptions {
		f.Subscriptions = append(f.Subscriptions, fixtures.Subscription{
			ID: s.ID, Scope: restore(s.Scope), Type: s.Type, Active: s.Active, Autorenew: s.Autorenew,
			TotalRequests: s.TotalRequests, AvailableRequests: s.AvailableRequests, Price: fixtures.Amount(s.Price), PricePerRequest: fixtures.Amount(s.PricePerRequest),
			StartsAt: fixtures.At(s.StartsAt), ExpiresAt: fixtures.At(s.ExpiresAt), CreatedAt: fixtures.At(s.CreatedAt), UpdatedAt: fixtures.At(s.UpdatedAt),
		})
	}
	for _, c := range a.Callbacks {
		callback := fixtures.Callback{
			ID: c.ID, Scope: restore(c.Scope), URL: c.URL, Method: c.Method, Field: c.Field, Active: c.Active,
			CreatedAt: fixtures.At(c.CreatedAt), StartedAt: fixtures.At(c.StartedAt), HTTPResponseCode: c.HTTPResponseCode,
			ElapsedTime: int64(c.ElapsedTime / time.Millisecond), Attempt: c.Attempt, Retry: c.Retry, Data: c.Data, Custom: c.Custom, Headers: c.Headers,
		}
		if c.Domain != "" {
			callback.Domain = account.Pattern{Host: c.Domain}.InProduction(a.Environment).Host
		}
		if !c.CompletedAt.IsZero() {
			at := fixtures.At(c.CompletedAt)
			callback.CompletedAt = &at
		}
		f.Callbacks = append(f.Callbacks, callback)
	}
	for _, e := range a.Errors.Entries() {
		f.Errors = append(f.Errors, fixtures.Error{
			ID: e.ID, Scope: restore(e.Scope), ErrorAt: fixtures.At(e.At), Status: e.Status, Code: e.Code, Message: e.Message, IP: e.IP,
		})
	}
	a.Usage.Days(func(day account.Day, scope string, c *account.Counter) {
		f.Usage = append(f.Usage, fixtures.Usage{
			Day: fixtures.At(day.Time()), Scope: restore(scope), TotalRequests: c.Requests, WalletRequests: c.WalletRequests,
			SubscriptionRequests: c.SubscriptionRequests, ErrorRequests: c.ErrorRequests, WalletAmount: fixtures.Amount(c.WalletAmount), IP: slices.Clone(c.IPs.List()),
		})
	})
	f.Books = books(a.Books())
	return f
}

func books(b account.Books) *fixtures.Books {
	tally := func(t account.Tally) fixtures.Tally {
		return fixtures.Tally{
			TotalRequests: t.Requests, WalletRequests: t.WalletRequests, SubscriptionRequests: t.SubscriptionRequests,
			ErrorRequests: t.ErrorRequests, WalletAmount: fixtures.Amount(t.WalletAmount),
		}
	}
	return &fixtures.Books{
		Usage: tally(b.Usage), Tokens: tally(b.Tokens), Own: tally(b.Own), Gone: tally(b.Gone), Charged: fixtures.Amount(b.Charged), Prepaid: b.Prepaid,
	}
}

func tokenLimits(l *account.TokenLimits) fixtures.TokenLimits {
	if l == nil {
		return fixtures.TokenLimits{}
	}
	return fixtures.TokenLimits{
		TotalRequests: l.TotalRequests, WalletRequests: l.WalletRequests, SubscriptionRequests: l.SubscriptionRequests,
		WalletAmount: (*fixtures.Amount)(l.WalletAmount), IP: l.IP,
	}
}

// WireRateLimit writes a rate limit as fixtures and the control API do; nil is none.
func WireRateLimit(l *account.RateLimit) *fixtures.RateLimit {
	if l == nil {
		return nil
	}
	return &fixtures.RateLimit{Limit: l.Limit, Window: l.Window.String(), Enabled: l.Enabled}
}

// WireTransaction writes a transaction as fixtures and the control API do.
func WireTransaction(t account.Transaction) fixtures.Transaction {
	return fixtures.Transaction{ID: t.ID, Amount: fixtures.Amount(t.Amount), CreatedAt: fixtures.At(t.CreatedAt), Description: t.Description}
}
