// Package store keeps accounts in memory, finds them by their secrets, and runs one transaction at
// a time on each. Package storetest holds the requirements of any store.
package store

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"oauthmock/mockserver/account"
)

// Memory is a store in memory. It is safe for concurrent use; transactions on different accounts do
// not wait for one another.
type Memory struct {
	mu       sync.RWMutex
	accounts map[account.ID]*record
	records  map[uint32]*record // by number
	numbers  uint32             // the next number
	order    []account.ID       // of creation
	owners   owners
	lives    *atomic.Uint64 // the number of incarnations created
	retired  *retired
	held     *held
}

// owners finds the number of a record by a secret, with an index for each kind.
type owners [account.SecretKinds]account.Index[uint32]

// record is an account and the lock that its transactions hold.
type record struct {
	mu       sync.Mutex
	account  *account.Account
	gone     bool // removed or replaced while a transaction waited for it
	number   uint32
	identity account.Identity

	held          []uint64 // hashes of account.Held
	registrations uint64   // at which they were taken
}

// NewMemory returns an empty store.
func NewMemory() *Memory {
	return &Memory{accounts: map[account.ID]*record{}, records: map[uint32]*record{}, lives: new(atomic.Uint64), retired: newRetired(), held: newHeld()}
}

// Find returns the account that a secret belongs to.
func (m *Memory) Find(s account.Secret) (account.Identity, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	r, ok := m.owner(s)
	if !ok {
		return account.Identity{}, false
	}
	return r.identity, true
}

// owner returns the record that a secret belongs to. The caller holds the store's lock.
func (m *Memory) owner(s account.Secret) (*record, bool) {
	number, ok := m.owners[s.Kind].Get(s.Value)
	if !ok {
		return nil, false
	}
	return m.records[number], true
}

// disown removes a secret from the index if it still belongs to the record. The caller holds the
// store's lock.
func (m *Memory) disown(s account.Secret, r *record) {
	if number, ok := m.owners[s.Kind].Get(s.Value); ok && number == r.number {
		m.owners[s.Kind].Delete(s.Value)
	}
	m.retire(s)
}

// Update runs the closure on the account, in exclusion of all others. The closure's changes stay
// even if it returns an error, which Update returns. Once Update has returned, issued secrets are
// found and revoked ones are not. Update returns account.ErrNoAccount if the account does not
// exist, or is not the incarnation that who names (if it names one), and the context's error if the
// context is done before the closure starts. The environment in who is ignored.
func (m *Memory) Update(ctx context.Context, who account.Identity, transact func(*account.Account) error) error {
	r := m.take(who.ID)
	if r == nil {
		return account.ErrNoAccount
	}
	defer r.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if who.Incarnation != 0 && who.Incarnation != r.identity.Incarnation {
		return account.ErrNoAccount
	}
	// Deferred, so that the index is updated even if the closure panics.
	defer m.index(r)
	return transact(r.account)
}

// index updates the secrets of an account whose record is locked.
func (m *Memory) index(r *record) {
	revoked, issued := r.account.TakeSecretChanges()
	registered := r.account.Grants.Registrations() != r.registrations
	if len(revoked)+len(issued) == 0 && !registered {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.accounts[r.identity.ID] != r { // replaced meanwhile: these secrets belong to nobody
		return
	}
	if registered {
		old := r.held
		m.hold(r)
		m.release(old)
	}
	// Issued secrets first, then revoked ones: a token that was created and expired in one
	// transaction is gone.
	for _, s := range issued {
		m.owners[s.Kind].Set(s.Value, r.number)
	}
	for _, s := range revoked {
		m.disown(s, r)
	}
}

// Put adds an account, or replaces the one with its ID. A secret that belongs to another account is
// an error. A transaction that waits for the replaced account gets the new one if it names no
// incarnation, otherwise account.ErrNoAccount.
func (m *Memory) Put(a *account.Account) error {
	old := m.take(a.ID)
	if old != nil {
		defer old.mu.Unlock()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.accounts[a.ID] != old {
		return fmt.Errorf("account %q is being changed by another request", a.ID)
	}
	secrets := a.Secrets()
	for _, s := range secrets {
		if owner, taken := m.owner(s); taken && owner.identity.ID != a.ID {
			return fmt.Errorf("account %q and account %q would share a secret: e-mail with API key, tokens, refresh tokens, client ids, codes and access tokens must be unique", a.ID, owner.identity.ID)
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

// insert indexes an account whose secrets are unused. The caller holds the store's lock.
func (m *Memory) insert(a *account.Account, secrets []account.Secret) {
	a.TakeSecretChanges() // secrets includes them all
	m.numbers++
	a.Incarnation = account.Incarnation(m.lives.Add(1))
	r := &record{account: a, number: m.numbers, identity: a.Identity()}
	m.accounts[a.ID], m.records[r.number] = r, r
	for _, s := range secrets {
		m.owners[s.Kind].Set(s.Value, r.number)
	}
	m.hold(r)
}

// take waits for an account's transaction to end and locks its record, which the caller unlocks. It
// returns nil if the account does not exist. The record's lock is always taken before the store's.
func (m *Memory) take(id account.ID) *record {
	for {
		m.mu.RLock()
		r, ok := m.accounts[id]
		m.mu.RUnlock()
		if !ok {
			return nil
		}
		r.mu.Lock()
		if !r.gone {
			return r
		}
		r.mu.Unlock() // replaced while waiting: hold its successor
	}
}

// forget removes a held account from the index. The caller holds the store's lock, too.
func (m *Memory) forget(r *record) {
	r.gone = true
	m.release(r.held)
	delete(m.records, r.number)
	for _, s := range r.account.Secrets() {
		m.disown(s, r)
	}
}

// Remove removes an account; it reports whether there was one.
func (m *Memory) Remove(id account.ID) bool {
	r := m.take(id)
	if r == nil {
		return false
	}
	defer r.mu.Unlock()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forget(r)
	delete(m.accounts, id)
	m.order = slices.DeleteFunc(m.order, func(other account.ID) bool { return other == id })
	return true
}

// Replace puts these accounts instead of all others, at once, or changes nothing and says why not.
func (m *Memory) Replace(accounts []*account.Account) error {
	next := NewMemory()
	next.lives = m.lives     // so that no incarnation is repeated
	next.retired = m.retired // so that hashes are the same
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
	next.held.phrases = newest(slices.Concat(m.held.phrases, next.held.phrases))
	m.accounts, m.order, m.owners, m.records, m.numbers, m.held = next.accounts, next.order, next.owners, next.records, next.numbers, next.held
	m.mu.Unlock()
	for _, r := range old { // transactions that still wait are turned away
		r.mu.Lock()
		r.gone = true
		for _, s := range r.account.Secrets() {
			m.retire(s)
		}
		m.retired.addHashes(r.held)
		r.mu.Unlock()
	}
	return nil
}

// retire remembers a secret that is nobody's any more. A client's ID is none, and e-mail with API
// key no text that anybody sends.
func (m *Memory) retire(s account.Secret) {
	if s.Kind != account.ClientID && s.Kind != account.BasicCredentials {
		m.retired.add(s.Value)
	}
}

// Held reports whether a text is a secret of some account that others may have as well; see
// account.Held.
func (m *Memory) Held(text string) bool {
	hash := m.retired.hash(text)
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.held.counts[hash] > 0
}

// Phrases returns the newest secrets with characters other than letters, digits, dots, underscores
// and dashes, including some that belong to nobody any more.
func (m *Memory) Phrases() []string {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.held.phrases // which is never changed in place
}

// hold records the secrets of an account that others may have as well. The caller holds the locks
// of the store and the record.
func (m *Memory) hold(r *record) {
	secrets := r.account.Held()
	r.held, r.registrations = make([]uint64, 0, len(secrets)), r.account.Grants.Registrations()
	for _, secret := range secrets {
		hash := m.retired.hash(secret)
		r.held = append(r.held, hash)
		m.held.add(secret, hash)
	}
}

// release removes them, and keeps as retired those that nobody else has. The caller holds the
// store's lock.
func (m *Memory) release(hashes []uint64) {
	for _, hash := range hashes {
		if m.held.remove(hash) {
			m.retired.addHashes([]uint64{hash})
		}
	}
}

// Retired reports whether a text was a secret of somebody who has it no more, as far as that is
// remembered: of so many newest. It may be somebody's again.
func (m *Memory) Retired(text string) bool { return m.retired.has(text) }

// IDs of all accounts, in the order in which they were added.
func (m *Memory) IDs() []account.ID {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return slices.Clone(m.order)
}
