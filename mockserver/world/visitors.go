package world

import (
	"sync"

	"oauthmock/mockserver/account"
)

// MaxVisitors is how many accounts Admit creates: clients guessing credentials must not fill the
// memory.
const MaxVisitors = 10_000

// visitors are the accounts that Admit made, with their API keys. They are safe for concurrent use.
type visitors struct {
	mu   sync.RWMutex
	keys map[account.ID]string
	uses map[string]int // of an API key, which visitors may share
}

// replace forgets all, and notes those among the accounts.
func (v *visitors) replace(accounts []*account.Account) {
	v.mu.Lock()
	v.keys, v.uses = map[account.ID]string{}, map[string]int{}
	v.mu.Unlock()
	for _, a := range accounts {
		v.note(a)
	}
}

// note notes an account if it is a visitor's, and forgets it if it was one.
func (v *visitors) note(a *account.Account) {
	v.forget(a.ID)
	if !a.Visitor {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.keys[a.ID] = a.APIKey
	v.uses[a.APIKey]++
}

func (v *visitors) forget(id account.ID) {
	v.mu.Lock()
	defer v.mu.Unlock()
	key, ok := v.keys[id]
	if !ok {
		return
	}
	delete(v.keys, id)
	if v.uses[key]--; v.uses[key] == 0 {
		delete(v.uses, key)
	}
}

func (v *visitors) full() bool {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return len(v.keys) >= MaxVisitors
}

func (v *visitors) hasKey(text string) bool {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.uses[text] > 0
}
