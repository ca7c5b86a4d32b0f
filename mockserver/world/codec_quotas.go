package world

import (
	"fmt"
	"time"

	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
)

func (d decoder) quotas(a *account.Account, f *fixtures.Account) (err error) {
	if a.Quota, err = d.quota(f.RateLimit, f.Quota); err != nil {
		return err
	}
	for _, q := range f.ScopeQuotas {
		quota, err := d.quota(q.RateLimit, q.Quota)
		if err != nil {
			return fmt.Errorf("scopeQuotas: %w", err)
		}
		a.RestoreScopeQuota(d.scope(q.Scope), &quota)
	}
	return nil
}

func (e encoder) quotas(f *fixtures.Account, a *account.Account) {
	f.RateLimit, f.Quota = WireRateLimit(a.Quota.Own), wireQuota(&a.Quota)
	a.ScopeQuotas(func(scope string, q *account.Quota) {
		f.ScopeQuotas = append(f.ScopeQuotas, fixtures.ScopeQuota{Scope: e.scope(scope), RateLimit: WireRateLimit(q.Own), Quota: wireQuota(q)})
	})
}

func (d decoder) quota(limit *fixtures.RateLimit, used *fixtures.Quota) (account.Quota, error) {
	own, err := rateLimit(limit)
	switch {
	case err != nil:
		return account.Quota{}, err
	case used == nil:
		return account.NewQuota(own, time.Time{}, 0), nil
	}
	return account.NewQuota(own, d.at(used.Start), used.Used), nil
}

// wireQuota returns nil for a quota of which nothing was used.
func wireQuota(q *account.Quota) *fixtures.Quota {
	start, used := q.Window()
	if start.IsZero() {
		return nil
	}
	return &fixtures.Quota{Start: fixtures.At(start), Used: used}
}

// rateLimit reads a limit; nil means none.
func rateLimit(f *fixtures.RateLimit) (*account.RateLimit, error) {
	if f == nil {
		return nil, nil
	}
	window, err := time.ParseDuration(f.Window)
	if err != nil || window <= 0 {
		return nil, fmt.Errorf("rateLimit.window %q is not a duration above zero such as 1m", f.Window)
	}
	if f.Limit < 0 || (f.Enabled && f.Limit == 0) {
		return nil, fmt.Errorf("rateLimit.limit is %d; want 1 or more", f.Limit)
	}
	return &account.RateLimit{Limit: f.Limit, Window: window, Enabled: f.Enabled}, nil
}

// WireRateLimit returns a rate limit as fixtures and the control API write it; nil means none.
func WireRateLimit(l *account.RateLimit) *fixtures.RateLimit {
	if l == nil {
		return nil
	}
	return &fixtures.RateLimit{Limit: l.Limit, Window: l.Window.String(), Enabled: l.Enabled}
}
