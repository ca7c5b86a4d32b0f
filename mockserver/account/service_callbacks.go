package account

import (
	"context"
	"errors"
	"time"
)

// PendingCallbacks is what waits to be delivered for an account.
type PendingCallbacks struct {
	// Count of callbacks, and about how many bytes they take.
	Count, Bytes int
	// Wait is how long after now, on the account's clock, the first attempt is due; of no meaning
	// where Count is zero.
	Wait time.Duration
}

// AddCallback begins a callback of the scope that is named, in the account's environment or in
// production. It returns ErrNoScope when the catalogue has no such scope, and ErrNoAccount as
// Store.Update does.
func (s *Service) AddCallback(ctx context.Context, who Identity, scope string, r CallbackRequest, p CallbackPayload) (id string, err error) {
	err = s.store.Update(ctx, who, func(a *Account) error {
		now := a.Now(s.clock.Now())
		a.Settle(now)
		offer, ok := a.Entitlements.catalogue.named(scope, a.Environment)
		if !ok {
			offer, ok = a.Entitlements.catalogue.named(MoveScope(scope, a.Environment), a.Environment)
		}
		if !ok {
			return ErrNoScope
		}
		id = a.addCallback(offer.Name.In(a.Environment), r, p, now, now).ID
		return nil
	})
	return id, err
}

// StartJob begins a job of an asynchronous scope, and the callback that was asked for with it,
// whose ID is empty where none was. It returns ErrNoScope when the catalogue has no such scope, or
// one that is not asynchronous, and ErrNoAccount as Store.Update does.
func (s *Service) StartJob(ctx context.Context, who Identity, r JobRequest) (job Job, callback string, err error) {
	err = s.store.Update(ctx, who, func(a *Account) error {
		now := a.Now(s.clock.Now())
		a.Settle(now)
		offer, ok := a.Entitlements.catalogue.named(r.Scope, a.Environment)
		if !ok || offer.Async == nil {
			return ErrNoScope
		}
		j, c, err := a.addJob(r, offer.Async, now)
		if err != nil {
			return err
		}
		a.attempts++
		job = *j
		if c != nil {
			callback = c.ID
		}
		return nil
	})
	return job, callback, err
}

// PendingCallbacks returns what waits to be delivered for an account.
func (s *Service) PendingCallbacks(ctx context.Context, who Identity) (p PendingCallbacks, err error) {
	const least = 10 * time.Millisecond // what is due within a second begins with the next one
	err = s.store.Update(ctx, who, func(a *Account) error {
		c := a.nextDue()
		if c == nil {
			return nil
		}
		p.Count, p.Bytes = len(a.queue), a.dueBytes
		if server := s.clock.Now(); c.Due.After(a.Now(server)) {
			p.Wait = max(least, c.Due.Sub(a.Clock.At(server)))
		}
		return nil
	})
	return p, err
}

// BeginAttempt takes up the attempt that is due first. ok is false if none is due, or one is
// under way already. Who begins an attempt ends it, with FinishAttempt or DropAttempt.
func (s *Service) BeginAttempt(ctx context.Context, who Identity) (attempt Attempt, ok bool, err error) {
	err = s.store.Update(ctx, who, func(a *Account) error {
		now := a.Now(s.clock.Now())
		a.Settle(now)
		attempt, ok = a.beginAttempt(now)
		return nil
	})
	return attempt, ok, err
}

// FinishAttempt books how an attempt ended, and returns what happened. ok is false if the attempt
// is not the one under way. It returns ErrNoAccount when the life of the account to which the
// attempt belongs is over.
func (s *Service) FinishAttempt(ctx context.Context, attempt Attempt, o Outcome) (e Event, ok bool, err error) {
	err = s.store.Update(ctx, attempt.Account, func(a *Account) error {
		e, ok = a.finishAttempt(attempt.Callback.ID, attempt.N, o, a.Now(s.clock.Now()))
		return nil
	})
	return e, ok, err
}

// DropAttempt gives back an attempt that was not made: it is due as before.
func (s *Service) DropAttempt(ctx context.Context, attempt Attempt) error {
	return s.store.Update(ctx, attempt.Account, func(a *Account) error {
		a.dropAttempt(attempt.Callback.ID, attempt.N)
		return nil
	})
}

// ErrNoCallback reports that an account has no callback of an ID.
var ErrNoCallback = errors.New("the account has no such callback")

// RetryCallback makes a further attempt of a callback due at once, also of one that was delivered
// or given up. It returns ErrNoCallback, and ErrNoAccount as Store.Update does.
func (s *Service) RetryCallback(ctx context.Context, who Identity, id string) error {
	return s.store.Update(ctx, who, func(a *Account) error {
		now := a.Now(s.clock.Now())
		a.Settle(now)
		if !a.retryCallback(id, now) {
			return ErrNoCallback
		}
		return nil
	})
}

// PostponeAttempt gives back an attempt that was not made: it is due a time after it would have
// begun, on the account's clock.
func (s *Service) PostponeAttempt(ctx context.Context, attempt Attempt, by time.Duration) error {
	return s.store.Update(ctx, attempt.Account, func(a *Account) error {
		a.postponeAttempt(attempt.Callback.ID, attempt.N, by)
		return nil
	})
}

// HastenAttempt makes an attempt that was postponed due at once, unless it was made meanwhile.
func (s *Service) HastenAttempt(ctx context.Context, attempt Attempt) error {
	return s.store.Update(ctx, attempt.Account, func(a *Account) error {
		a.hastenAttempt(attempt.Callback.ID, attempt.N)
		return nil
	})
}
