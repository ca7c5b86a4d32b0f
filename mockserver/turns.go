package mockserver

import (
	"context"
	"sync"
)

// turns runs work of one kind, one turn after the other. Callers that arrive during a turn share
// the next one, so nobody waits for more than two turns, however many callers there are. It is safe
// for concurrent use.
type turns struct {
	mu      sync.Mutex
	running bool
	next    *turn // nil while nobody waits
}

// turn is one run of the work.
type turn struct {
	callers int // callers waiting for it
	done    chan struct{}
	err     error // closed when it is done
}

// do runs the work from its beginning and returns its error, or the cause of the context's end if
// that comes first. A turn that nobody waits for any more is skipped; one that has started is
// finished.
func (t *turns) do(ctx context.Context, work func() error) error {
	t.mu.Lock()
	mine := t.next
	if mine == nil {
		mine = &turn{done: make(chan struct{})}
		t.next = mine
	}
	mine.callers++
	if !t.running {
		t.running = true
		go t.run(work)
	}
	t.mu.Unlock()
	select {
	case <-mine.done:
		return mine.err
	case <-ctx.Done():
		t.mu.Lock()
		defer t.mu.Unlock()
		mine.callers--
		return context.Cause(ctx)
	}
}

// run runs turns until nobody waits.
func (t *turns) run(work func() error) {
	for {
		t.mu.Lock()
		now := t.next
		t.next = nil
		if now == nil {
			t.running = false
			t.mu.Unlock()
			return
		}
		abandoned := now.callers == 0
		t.mu.Unlock()
		if !abandoned {
			now.err = work()
		}
		close(now.done)
	}
}
