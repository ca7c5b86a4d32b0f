package world

import (
	"context"

	"oauthmock/mockserver/account"
)

// SetCredit moves an account's wallet so that it holds an amount, unless it does.
func (w *World) SetCredit(ctx context.Context, id account.ID, credit account.Money, description string) error {
	return w.update(ctx, id, func(a *account.Account) error {
		now := a.Now(w.config.Clock.Now())
		a.Settle(now)
		if credit == a.Wallet.Credit() {
			return nil
		}
		_, err := a.Move(credit-a.Wallet.Credit(), description, now)
		return err
	})
}

// ExpireTokens makes tokens of an account expire now, by their values or refresh tokens; without any, all. Those that the account does not
// have are passed over.
func (w *World) ExpireTokens(ctx context.Context, id account.ID, values ...string) error {
	return w.update(ctx, id, func(a *account.Account) error {
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
