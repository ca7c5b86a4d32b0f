package world

import (
	"context"

	"oauthmock/mockserver/account"
)

// Find says whose secret it is, at this moment.
func (w *World) Find(s account.Secret) (account.Identity, bool) { return w.config.Store.Find(s) }

// EmailKnown reports whether some account has an e-mail. It looks at every account, and is for
// people who ask why.
func (w *World) EmailKnown(email string) bool {
	for _, id := range w.Accounts() {
		if a, err := w.Summary(context.Background(), id); err == nil && a.Email == email {
			return true
		}
	}
	return false
}

// Ended returns the account of a token, by its value or its refresh token, and how the token ended;
// ok is false if that is unknown. It checks every account.
func (w *World) Ended(secret string) (id account.ID, e account.Ending, ok bool) {
	if !w.Retired(secret) {
		return "", e, false
	}
	for _, id := range w.Accounts() {
		_ = w.update(context.Background(), id, func(a *account.Account) error { // one may have been removed meanwhile
			e, ok = a.Ended(secret)
			return nil
		})
		if ok {
			return id, e, true
		}
	}
	return "", e, false
}
