package world

import (
	"context"

	"oauthmock/mockserver/account"
)

// ScopeRateLimit is the limit that holds for a scope of a paid service and an account: its own,
// otherwise the catalogue's. The scope is called as in production, or as in the account's
// environment.
func (w *World) ScopeRateLimit(ctx context.Context, id account.ID, scope string) (l account.RateLimit, err error) {
	err = w.limited(ctx, id, scope, func(_ *account.Account, _ string, now account.RateLimit) { l = now })
	return l, err
}

// SetScopeRateLimit gives an account a limit of its own for a scope, and a new window.
func (w *World) SetScopeRateLimit(ctx context.Context, id account.ID, scope string, l account.RateLimit) error {
	return w.limited(ctx, id, scope, func(a *account.Account, name string, _ account.RateLimit) {
		a.RestoreScopeQuota(name, &account.Quota{Own: &l})
	})
}

// limited does something with the limit of a scope.
func (w *World) limited(ctx context.Context, id account.ID, scope string, do func(a *account.Account, name string, now account.RateLimit)) error {
	return w.update(ctx, id, func(a *account.Account) error {
		for _, name := range []string{scope, account.MoveScope(scope, a.Environment)} {
			if l, ok := a.ScopeRateLimit(name); ok {
				do(a, name, l)
				return nil
			}
		}
		return account.ErrNoScope
	})
}
