package world

import (
	"context"
	"errors"
	"sync"

	"oauthmock/mockserver/account"
)

// ErrReset is why something that waited was cancelled.
var ErrReset = errors.New("what was waited for was reset, restored or removed")

// waits are the pending waits, by account ("" for all). They are safe for concurrent use.
type waits struct {
	mu   sync.Mutex
	all  map[uint64]wait
	next uint64
}

type wait struct {
	account account.ID
	cancel  context.CancelCauseFunc
}

// Within returns a context for waiting on behalf of an account, or of none (""), which only changes
// of the whole world affect: it is done, with the cause ErrReset, when the account is reset,
// restored from a snapshot or removed, or the whole world is replaced. Call stop when the wait is
// over.
func (w *World) Within(ctx context.Context, id account.ID) (_ context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	s := &w.waits
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = map[uint64]wait{}
	}
	s.next++
	n := s.next
	s.all[n] = wait{account: id, cancel: cancel}
	return ctx, func() {
		cancel(context.Canceled)
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.all, n)
	}
}

// cancel ends what waits for an account; for "" everything.
func (s *waits) cancel(id account.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n, w := range s.all {
		if id == "" || w.account == id {
			w.cancel(ErrReset)
			delete(s.all, n)
		}
	}
}
