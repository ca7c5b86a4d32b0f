package callback

import (
	"context"
	"errors"
	"maps"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/fault"
)

// held is an attempt that a fault holds back: it was decided about, and is due later.
type held struct {
	attempt account.Attempt
	fault   *exchange.Fault
}

// hold decides what goes wrong with an attempt, once, and notes it in the exchange. It reports
// whether the attempt is held back, and so is not to be made now.
func (s *Sender) hold(ctx context.Context, a account.Attempt, e *exchange.Exchange) bool {
	s.mu.Lock()
	l := s.lines[a.Account.ID]
	if l == nil { // as after a reset; the outcome of the attempt stays unknown
		s.mu.Unlock()
		return false
	}
	maps.DeleteFunc(l.held, func(_ string, h held) bool { return h.attempt.Account != a.Account })
	earlier, known := l.held[a.Callback.ID]
	delete(l.held, a.Callback.ID)
	waits := false // for the next attempt, which this one is
	for _, h := range l.held {
		waits = waits || h.fault.Kind == fault.Reorder
	}
	s.mu.Unlock()
	if known && earlier.attempt.N == a.N {
		e.Fault = earlier.fault
		return false
	}
	s.config.Fault(e)
	if e.Fault == nil || e.Fault.Delay <= 0 || e.Fault.Kind == fault.Reorder && waits {
		return false
	}
	if s.config.Accounts.PostponeAttempt(context.WithoutCancel(ctx), a, e.Fault.Delay) != nil {
		return true // the life of the account to which the attempt belongs is over
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if l.held == nil {
		l.held = map[string]held{}
	}
	l.held[a.Callback.ID] = held{a, e.Fault}
	return true
}

// release makes what waits for the next attempt of an account due, once one was made.
func (s *Sender) release(made account.Attempt) {
	s.mu.Lock()
	var waiting []account.Attempt
	if l := s.lines[made.Account.ID]; l != nil {
		for _, h := range l.held {
			if h.fault.Kind == fault.Reorder && h.attempt.Callback.ID != made.Callback.ID && h.attempt.Account == made.Account {
				waiting = append(waiting, h.attempt)
			}
		}
	}
	s.mu.Unlock()
	for _, a := range waiting {
		_ = s.config.Accounts.HastenAttempt(context.Background(), a) // it fails where the account is gone
	}
}

// errDropped is why an attempt that a fault dropped has no answer.
var errDropped = errors.New("a fault rule dropped it, so that it was not sent")
