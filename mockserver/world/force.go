package world

import (
	"context"
	"time"

	"oauthmock/mockserver/account"
)

// SetCredit sets the credit of an account's wallet by a transaction, unless it already has that
// credit. It returns account.ErrNoAccount if the incarnation that who names, if any, is over.
func (w *World) SetCredit(ctx context.Context, who account.Identity, credit account.Money, description string) error {
	return w.config.Store.Update(ctx, who, func(a *account.Account) error {
		now := a.Now(w.config.Clock.Now())
		a.Settle(now)
		if credit == a.Wallet.Credit() {
			return nil
		}
		_, err := a.Move(credit-a.Wallet.Credit(), description, now)
		return err
	})
}

// ExpireTokens makes tokens of an account expire now, by their values or refresh tokens; without
// any, all. Those that the account does not have are passed over. It returns account.ErrNoAccount
// as SetCredit does.
func (w *World) ExpireTokens(ctx context.Context, who account.Identity, values ...string) error {
	return w.config.Store.Update(ctx, who, func(a *account.Account) error {
		now := a.Now(w.config.Clock.Now())
		if len(values) == 0 {
			for _, t := range a.Tokens.All() {
				values = append(values, t.Value)
			}
		}
		for _, v := range values {
			a.ExpireToken(v, now)
		}
		a.Settle(now)
		return nil
	})
}

// TokenAge returns how long ago a token was made, on its account's clock. It reports whether the
// account has it.
func (w *World) TokenAge(ctx context.Context, who account.Identity, token string) (age time.Duration, ok bool) {
	err := w.config.Store.Update(ctx, who, func(a *account.Account) error {
		var t *account.Token
		if t, ok = a.Tokens.Get(token); ok {
			age = a.Now(w.config.Clock.Now()).Sub(t.CreatedAt.Time())
		}
		return nil
	})
	return age, ok && err == nil
}
