package callback

import (
	"context"
	"time"

	"oauthmock/mockserver/account"
)

// maxWatched bounds what one Watch remembers.
const maxWatched = 1_000_000

// Watch remembers what happens to the callbacks of an account, or of all, from when it is made.
type Watch struct {
	sender *Sender
	id     account.ID
	fired  []Fired
}

// Watch starts to watch an account, or all if id is "". End it with Wait.
func (s *Sender) Watch(id account.ID) *Watch {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := &Watch{sender: s, id: id}
	s.watches[w] = true
	return w
}

// Wait waits until no attempt is due or under way, at most for a time on the machine's clock, and
// returns what happened meanwhile.
func (w *Watch) Wait(ctx context.Context, most time.Duration) []Fired {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	s := w.sender
	for {
		s.mu.Lock()
		moved, idle := s.moved, s.idle(w.id)
		if idle || ctx.Err() != nil || s.alive.Err() != nil {
			delete(s.watches, w)
			defer s.mu.Unlock()
			return w.fired
		}
		s.mu.Unlock()
		select {
		case <-moved:
		case <-ctx.Done():
		}
	}
}

// idle reports whether nothing is due or under way. The sender is locked.
func (s *Sender) idle(id account.ID) bool {
	for of, l := range s.lines {
		if (id == "" || id == of) && l.running {
			return false
		}
	}
	return true
}
