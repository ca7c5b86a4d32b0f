package world

import (
	"sync"

	"oauthmock/mockserver/account"
)

// MaxVisitors is how many accounts Admit creates: clients guessing credentials must not fill the
// memory.
const MaxVisitors = 10_000

// visitors are the accounts that Admit made. They are safe for concurrent use.
type visitors struct {
	mu  sync.RWMutex
	ids map[account.ID]struct{}
}

// replace forgets all, and notes those among the accounts.
func (v *visitors) replace(accounts []*account.Account) {
	v.mu.Lock()
	v.ids = map[account.ID]struct{}{}
	v.mu.Unlock()
	for _, a := range accounts {
		v.note(a)
	}
}

// note notes an account if it is a visitor's, and forgets it if it was one.
func (v *visitors) note(a *account.Account) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if delete(v.ids, a.ID); a.Visitor {
		v.ids[a.ID] = struct{}{}
	}
}

func (v *visitors) forget(id account.ID) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.ids, id)
}

func (v *visitors) full() bool {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return len(v.ids) >= MaxVisitors
}
