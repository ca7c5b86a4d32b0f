package world

import (
	"context"
	"errors"
	"fmt"

	"oauthmock/mockserver/account"
)

// Violation is an invariant of an account that does not hold.
type Violation struct {
	Account account.ID
	account.Violation
}

// maxViolations bounds the list of what is off.
const maxViolations = 1000

// Violations are the invariants that do not hold: of one account, or of all if id is "". Each
// account is looked at between two of its transactions.
func (w *World) Violations(ctx context.Context, id account.ID) ([]Violation, error) {
	ids := []account.ID{id}
	if id == "" {
		ids = w.Accounts()
	}
	out := []Violation{}
	for _, one := range ids {
		found, err := w.audit(ctx, one)
		out = append(out, found...)
		if err != nil && (id != "" || !errors.Is(err, account.ErrNoAccount)) { // of all, one may have been removed meanwhile
			return nil, err
		}
		if len(out) >= maxViolations {
			return out[:maxViolations], nil
		}
	}
	return out, nil
}

// audit looks at one account. The world is locked meanwhile, because an account that is just being
// replaced can no longer be found by its secrets.
func (w *World) audit(ctx context.Context, id account.ID) (out []Violation, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	err = w.update(ctx, id, func(a *account.Account) error {
		a.Settle(a.Now(w.config.Clock.Now()))
		for _, v := range a.Violations() {
			out = append(out, Violation{id, v})
		}
		if n := w.unfound(a); n > 0 {
			out = append(out, Violation{id, account.Violation{
				Invariant: "store.secrets", Detail: fmt.Sprintf("%d of the account's credentials, tokens and refresh tokens lead to nobody, or to another account", n),
			}})
		}
		return nil
	})
	return out, err
}

// unfound counts the secrets of an account by which the store does not find it.
func (w *World) unfound(a *account.Account) (n int) {
	for _, s := range a.Secrets() {
		if owner, ok := w.config.Store.Find(s); !ok || owner.ID != a.ID {
			n++
		}
	}
	return n
}

// Catalogue returns the current catalogue.
func (w *World) Catalogue() *account.Catalogue { return w.catalogue.Load() }
