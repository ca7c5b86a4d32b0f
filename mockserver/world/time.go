package world

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/clock"
)

// Time is the time that a clock shows.
type Time struct {
	Now    time.Time
	Frozen bool
}

// Fired is something that fell due because a clock moved on.
type Fired struct {
	Account account.ID
	account.Event
}

// Time returns the time of the server's clock.
func (w *World) Time() Time {
	return Time{Now: w.config.Clock.Now(), Frozen: w.config.Clock.Frozen()}
}

// SetTime sets the server's clock, and returns what fell due in all accounts, in order of time.
// Accounts whose clocks are offset move with it. The clock may go back, which undoes nothing that
// fell due.
func (w *World) SetTime(ctx context.Context, t Time) (Time, []Fired, error) {
	if err := clock.Check(t.Now); err != nil {
		return Time{}, nil, err
	}
	if err := w.checkAccounts(t.Now); err != nil {
		return Time{}, nil, err
	}
	defer w.tell("")
	_, passed, err := w.settleAll(ctx) // what fell due by itself stays so, also when the clock goes back
	if err != nil {
		return Time{}, nil, err
	}
	w.config.Clock.Set(t.Now, t.Frozen)
	now, fired, err := w.settleAll(ctx)
	return now, append(passed, fired...), err
}

// checkAccounts refuses a time of the server's clock that would move an account's clock, by its
// offset, out of what a clock can show.
func (w *World) checkAccounts(server time.Time) error {
	for _, id := range w.Accounts() {
		err := w.update(context.Background(), id, func(a *account.Account) error {
			if err := clock.Check(a.Clock.At(server)); err != nil {
				return fmt.Errorf("the clock of account %q moves along: %w", id, err)
			}
			return nil
		})
		if err != nil && !errors.Is(err, account.ErrNoAccount) {
			return err
		}
	}
	return nil
}

// Times returns the time of the server's clock, and those of the accounts' clocks that differ.
func (w *World) Times() (server time.Time, own map[account.ID]time.Time) {
	server, own = w.config.Clock.Now(), map[account.ID]time.Time{}
	for _, id := range w.Accounts() {
		_ = w.update(context.Background(), id, func(a *account.Account) error { // it fails for accounts that are gone
			if now := a.Clock.At(server); !now.Equal(server) {
				own[id] = now
			}
			return nil
		})
	}
	return server, own
}

// Advance advances the server's clock, and returns what fell due in all accounts, in order of time.
func (w *World) Advance(ctx context.Context, by time.Duration) (Time, []Fired, error) {
	if err := advanceable(w.config.Clock.Now(), by); err != nil {
		return Time{}, nil, err
	}
	if err := w.checkAccounts(w.config.Clock.Now().Add(by)); err != nil {
		return Time{}, nil, err
	}
	w.config.Clock.Advance(by)
	defer w.tell("")
	return w.settleAll(ctx)
}

// settleAll does what is due in all accounts, and returns it in order of time.
func (w *World) settleAll(ctx context.Context) (Time, []Fired, error) {
	var fired []Fired
	for _, id := range w.Accounts() {
		some, err := w.settle(ctx, account.Identity{ID: id}, nil)
		if err != nil && !errors.Is(err, account.ErrNoAccount) {
			return Time{}, nil, err
		}
		fired = append(fired, some...)
	}
	slices.SortStableFunc(fired, func(x, y Fired) int { return x.At.Compare(y.At) })
	return w.Time(), fired, nil
}

// AccountTime returns the time of an account's clock.
func (w *World) AccountTime(ctx context.Context, id account.ID) (t Time, err error) {
	err = w.update(ctx, id, func(a *account.Account) error {
		t = w.timeOf(a)
		return nil
	})
	return t, err
}

func (w *World) timeOf(a *account.Account) Time {
	return Time{Now: a.Clock.At(w.config.Clock.Now()), Frozen: a.Clock.Frozen() || w.config.Clock.Frozen()}
}

// SetAccountTime sets an account's clock, and returns what fell due. The clock may go back, which
// undoes nothing that fell due.
func (w *World) SetAccountTime(ctx context.Context, id account.ID, t Time) (now Time, fired []Fired, err error) {
	if err := clock.Check(t.Now); err != nil {
		return Time{}, nil, err
	}
	defer w.tell(id)
	fired, err = w.settle(ctx, account.Identity{ID: id}, func(a *account.Account) error {
		a.Clock = clock.Set(w.config.Clock.Now(), t.Now.UTC(), t.Frozen)
		now = w.timeOf(a)
		return nil
	})
	return now, fired, err
}

// AdvanceAccount advances an account's clock, and returns what fell due. It returns
// account.ErrNoAccount if the incarnation that who names, if any, is over.
func (w *World) AdvanceAccount(ctx context.Context, who account.Identity, by time.Duration) (t Time, fired []Fired, err error) {
	defer w.tell(who.ID)
	fired, err = w.settle(ctx, who, func(a *account.Account) error {
		if err := advanceable(a.Clock.At(w.config.Clock.Now()), by); err != nil {
			return err
		}
		a.Clock = a.Clock.Advance(by)
		t = w.timeOf(a)
		return nil
	})
	return t, fired, err
}

// settle moves an account's clock, if asked to, and does what is then due.
func (w *World) settle(ctx context.Context, who account.Identity, move func(*account.Account) error) (fired []Fired, err error) {
	err = w.config.Store.Update(ctx, who, func(a *account.Account) error {
		settle := func() {
			for _, e := range a.Settle(a.Now(w.config.Clock.Now())) {
				fired = append(fired, Fired{Account: who.ID, Event: e})
			}
		}
		settle() // what fell due by itself stays so, also when the clock goes back
		if move == nil {
			return nil
		}
		if err := move(a); err != nil {
			return err
		}
		settle()
		return nil
	})
	return fired, err
}

// ErrBackwards is returned for an advance by zero or less.
var ErrBackwards = errors.New("a clock advances by a duration above zero: to go back, set it")

func advanceable(now time.Time, by time.Duration) error {
	if by <= 0 {
		return ErrBackwards
	}
	if err := clock.Check(now.Add(by)); err != nil {
		return fmt.Errorf("advanced by %s: %w", by, err)
	}
	return nil
}
