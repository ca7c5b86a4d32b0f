package world

import (
	"context"

	"oauthmock/mockserver/account"
)

// Find says whose secret it is, at this moment.
func (w *World) Find(s account.Secret) (account.Identity, bool) { return w.config.Store.Find(s) }

// EmailKnown says whether some account has an e-mail. It looks at every account, and is for people who ask why.
func (w *World) EmailKnown(email string) bool {
	for _, id := range w.Accounts() {
		if a, err := w.Summary(context.Background(), id); err == nil && a.Email == email {
			return true
		}
	}
	return false
}
