package world

import (
	"context"
	"errors"

	"oauthmock/mockserver/account"
)

// Violation is an invariant of an account that does not hold.
type Violation struct {
	Account account.ID
	account.Violation
}

// maxViolations bounds the list of what is off.
const maxViolations = 1000

// Violations are the invariants that do not hold: of one account, or of all if id is "". Each account is looked at between two of its
// transactions.
func (w *World) Violations(ctx context.Context, id account.ID) ([]Violation, error) {
	ids := []account.ID{id}
	if id == "" {
		ids = w.Accounts()
	}
	out := []Violation{}
	for _, one := range ids {
		err := w.update(ctx, one, func(a *account.Account) error {
			a.Settle(a.Now(w.config.Clock.Now()))
			for _, v := range a.Violations() {
				out = append(out, Violation{one, v})
			}
			return nil
		})
		if err != nil && (id != "" || !errors.Is(err, account.ErrNoAccount)) { // of all, one may have been removed meanwhile
			return nil, err
		}
		if len(out) >= maxViolations {
			return out[:maxViolations], nil
		}
	}
	return out, nil
}

// Catalogue is what the provider sells at this moment.
func (w *World) Catalogue() *account.Catalogue { return w.catalogue.Load() }
