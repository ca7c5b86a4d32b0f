package fault

import (
	"context"
	"sync"
	"sync/atomic"

	"oauthmock/mockserver/account"
)

// Past keeps what accounts were like before their last change, while a rule needs it, and runs
// calls on copies, so that nothing of the account changes. It is safe for concurrent use.
type Past struct {
	used    atomic.Bool // since some rehearsal or some rule may want it
	keeping atomic.Bool
	mu      sync.Mutex
	before  map[account.ID]*account.Account // copies, which are never changed
}

// NewPast is a past that knows nothing.
func NewPast() *Past { return &Past{before: map[account.ID]*account.Account{}} }

// keep reports whether calls may be rehearsed, and whether changes are to be remembered, from now
// on. Once calls may be rehearsed they always may: one that was decided on may still be under way
// when its rule is gone.
func (p *Past) keep(rehearsals, on bool) {
	if rehearsals || on {
		p.used.Store(true)
	}
	if p.keeping.Swap(on) && !on {
		p.Forget("")
	}
}

// Forget forgets what an account was like; "" is all of them.
func (p *Past) Forget(id account.ID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if id == "" {
		clear(p.before)
	} else {
		delete(p.before, id)
	}
}

// of is a copy of what the account was like before its last change; nil when none is known.
func (p *Past) of(id account.ID) *account.Account {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.before[id]
}

// stageKey is under which a context has its actor.
type stageKey struct{}

// actor is the copy of an account that stands in for it; if nil, a copy of the account is made when
// it is needed.
type actor struct{ copy *account.Account }

// instead is a context in which transactions are done on a copy of the account.
func instead(ctx context.Context, other *account.Account) context.Context {
	return context.WithValue(ctx, stageKey{}, actor{other})
}

// Transact is store.Update, except that a rehearsal gets a copy of the account, and that what the
// account was like before a change is remembered where some rule wants to know.
func (p *Past) Transact(ctx context.Context, store account.Store, who account.Identity, transact func(*account.Account) error) error {
	if !p.used.Load() { // nearly always
		return store.Update(ctx, who, transact)
	}
	if a, ok := ctx.Value(stageKey{}).(actor); ok {
		var own *account.Account
		err := store.Update(ctx, who, func(live *account.Account) error {
			if a.copy == nil || a.copy.Incarnation != live.Incarnation { // the past of another life is not this one's
				own = live.Clone()
				return nil
			}
			p.mu.Lock()
			defer p.mu.Unlock()
			own = a.copy.Clone() // which is not safe to be made twice at once
			return nil
		})
		if err != nil {
			return err
		}
		return transact(own)
	}
	if !p.keeping.Load() {
		return store.Update(ctx, who, transact)
	}
	return store.Update(ctx, who, func(a *account.Account) error {
		before, changes := a.Clone(), a.Changes()
		defer func() {
			if a.Changes() != changes {
				p.mu.Lock()
				defer p.mu.Unlock()
				p.before[a.ID] = before
			}
		}()
		return transact(a)
	})
}
