package mockserver

import (
	"context"
	"sync"
)

// turns carries out work of one kind, one after the other. Whoever asks while it is carried out
// shares the next turn with all others who do, so that however many ask, nobody waits for more than
// two. It is safe for concurrent use.
type turns struct {
	mu      sync.Mutex
	running bool
	next    *turn // nil while nobody waits
}

// turn is a time that the work is carried out.
type turn struct {
	callers int // who wait for it
	done    chan struct{}
	err     error // once it is done
}

// do has the work carried out from its beginning, and returns its error, or the cause of the
// context's end when that comes first. A turn that nobody waits for any more is left out; one that
// has begun is finished.
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

// run carries out turns until nobody waits.
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
