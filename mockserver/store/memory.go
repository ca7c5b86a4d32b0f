// Package store keeps accounts in memory, finds them by their secrets, and gives one transaction at a time the
// account it asks for. What any store must do is held by package storetest.
package store

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"oauthmock/mockserver/account"
)

// Memory is a store in memory. It is safe for concurrent use; transactions on different accounts do not wait for one another.
type Memory struct {
	mu       sync.RWMutex
	accounts map[account.ID]*record
	records  map[uint32]*record // by number
	numbers  uint32             // given out
	order    []account.ID       // of creation
	owners   owners
}

// owners finds the number of a record by a secret: an index for each kind.
type owners [account.SecretKinds]account.Index[uint32]

// record is an account with the lock that its transactions hold.
type record struct {
	mu       sync.Mutex
	account  *account.Account
	gone     bool // removed or replaced while a transaction waited for it
	number   uint32
	identity account.Identity
}

// NewMemory answers an empty store.
func NewMemory() *Memory {
	return &Memory{accounts: map[account.ID]*record{}, records: map[uint32]*record{}}
}

// Find says whose secret it is.
func (m *Memory) Find(s account.Secret) (account.Identity, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	r, ok := m.owner(s)
	if !ok {
		return account.Identity{}, false
	}
	return r.identity, true
}

// owner finds the record that a secret belongs to. The store is locked.
func (m *Memory) owner(s account.Secret) (*record, bool) {
	number, ok := m.owners[s.Kind].Get(s.Value)
	if !ok {
		return nil, false
	}
	return m.records[number], true
}

// disown takes a secret out of the index, if it is still that record's. The store is locked.
func (m *Memory) disown(s account.Secret, r *record) {
	if number, ok := m.owners[s.Kind].Get(s.Value); ok && number == r.number {
		m.owners[s.Kind].Delete(s.Value)
	}
}

// Update hands the account to the closure, alone. What the closure did stays, also when it answers an error, which Update
// passes on. Secrets that were issued or revoked are found, or not, from the moment Update returns. It answers
// account.ErrNoAccount when there is no such account, and the context's error when that is done before the closure began.
func (m *Memory) Update(ctx context.Context, id account.ID, transact func(*account.Account) error) error {
	m.mu.RLock()
	r, ok := m.accounts[id]
	m.mu.RUnlock()
	if !ok {
		return account.ErrNoAccount
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if r.gone {
		return account.ErrNoAccount
	}
	// Deferred, so that the index follows the account even when the closure panics.
	defer m.index(r)
	return transact(r.account)
}

// index brings the secrets up to date with an account whose record is locked.
func (m *Memory) index(r *record) {
	revoked, issued := r.account.TakeSecretChanges()
	if len(revoked)+len(issued) == 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.accounts[r.identity.ID] != r { // replaced meanwhile: these secrets are nobody's
		return
	}
	// First what was issued, then what was revoked: a token that was made and expired in one transaction is gone.
	for _, s := range issued {
		m.owners[s.Kind].Set(s.Value, r.number)
	}
	for _, s := range revoked {
		m.disown(s, r)
	}
}

// Put adds an account, or replaces the one with its ID. It refuses secrets that belong to another account. A transaction
// that waits for the replaced account is turned away with account.ErrNoAccount.
func (m *Memory) Put(a *account.Account) error {
	old, unlock := m.hold(a.ID)
	defer unlock()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.accounts[a.ID] != old {
		return fmt.Errorf("account %q is being changed by another request", a.ID)
	}
	secrets := a.Secrets()
	for _, s := range secrets {
		if owner, taken := m.owner(s); taken && owner.identity.ID != a.ID {
			return fmt.Errorf("account %q and account %q would share a secret: e-mail with API key, tokens and refresh tokens must be unique", a.ID, owner.identity.ID)
		}
	}
	if old != nil {
		m.forget(old)
	} else {
		m.order = append(m.order, a.ID)
	}
	m.insert(a, secrets)
	return nil
}

// insert indexes an account whose secrets are nobody's. The store is locked.
func (m *Memory) insert(a *account.Account, secrets []account.Secret) {
	a.TakeSecretChanges() // all of them are in secrets
	m.numbers++
	r := &record{account: a, number: m.numbers, identity: account.Identity{ID: a.ID, Environment: a.Environment}}
	m.accounts[a.ID], m.records[r.number] = r, r
	for _, s := range secrets {
		m.owners[s.Kind].Set(s.Value, r.number)
	}
}

// hold waits for an account's transaction to end and keeps others out; nil when there is no such account. Locks are always
// taken in this order: the record's, then the store's.
func (m *Memory) hold(id account.ID) (r *record, unlock func()) {
	for {
		m.mu.RLock()
		r, ok := m.accounts[id]
		m.mu.RUnlock()
		if !ok {
			return nil, func() {}
		}
		r.mu.Lock()
		if !r.gone {
			return r, r.mu.Unlock
		}
		r.mu.Unlock() // replaced while we waited: hold its successor
	}
}

// forget takes a held account out of the index. The store is locked too.
func (m *Memory) forget(r *record) {
	r.gone = true
	delete(m.records, r.number)
	for _, s := range r.account.Secrets() {
		m.disown(s, r)
	}
}

// Remove removes an account; it says whether there was one.
func (m *Memory) Remove(id account.ID) bool {
	r, unlock := m.hold(id)
	defer unlock()
	if r == nil {
		return false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forget(r)
	delete(m.accounts, id)
	m.order = slices.DeleteFunc(m.order, func(other account.ID) bool { return other == id })
	return true
}

// Replace puts these accounts in the place of all others, at once, or changes nothing and says why not.
func (m *Memory) Replace(accounts []*account.Account) error {
	next := NewMemory()
	for _, a := range accounts {
		if _, twice := next.accounts[a.ID]; twice {
			return fmt.Errorf("account %q stands twice", a.ID)
		}
		if err := next.Put(a); err != nil {
			return err
		}
	}
	m.mu.Lock()
	old := m.accounts
	m.accounts, m.order, m.owners, m.records, m.numbers = next.accounts, next.order, next.owners, next.records, next.numbers
	m.mu.Unlock()
	for _, r := range old { // transactions that still wait are turned away
		r.mu.Lock()
		r.gone = true
		r.mu.Unlock()
	}
	return nil
}

// IDs of all accounts, in the order in which they were added.
func (m *Memory) IDs() []account.ID {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return slices.Clone(m.order)
}
