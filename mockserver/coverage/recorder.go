// Package coverage records which operations, statuses and error numbers the callers of a server
// have met, and reports which of the published ones they have not. It keeps its own record because
// the journal drops entries.
package coverage

import (
	"maps"
	"sync"
	"sync/atomic"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/surface"
)

// Bounds of a Recorder.
const (
	// MaxAccounts is the number of accounts that are counted individually.
	MaxAccounts = 16_384
	// maxMet is the number of different answers that are told apart. The surfaces have a few
	// hundred.
	maxMet = 1024
)

// Recorder records what all callers together, and each account, have met. It is safe for concurrent
// use.
type Recorder struct {
	// known numbers the answers met. It is replaced as a whole, never modified, so counting needs
	// no lock.
	known atomic.Pointer[map[answer]int]
	// read reads the published documents when they are first needed.
	read func() (*contract, error)

	overall marks

	mu       sync.RWMutex
	accounts map[account.ID]*marks
	full     bool // an account did not fit
}

// answer is something that can be met.
type answer struct {
	operation string
	status    int
	code      string
}

// marks has a bit for each answer.
type marks [maxMet / 64]atomic.Uint64

func (m *marks) set(number int) {
	word, bit := &m[number/64], uint64(1)<<(number%64)
	if word.Load()&bit == 0 { // it is nearly always set, and reading is cheaper
		word.Or(bit)
	}
}

func (m *marks) has(number int) bool { return m[number/64].Load()&(1<<(number%64)) != 0 }

func (m *marks) clear() {
	for i := range m {
		m[i].Store(0)
	}
}

// New creates an empty recorder for the operations of surfaces.
func New(surfaces surface.Descriptions) *Recorder {
	r := &Recorder{read: sync.OnceValues(func() (*contract, error) { return readContract(surfaces) }), accounts: map[account.ID]*marks{}}
	r.known.Store(&map[answer]int{})
	return r
}

// Count records what a finished exchange met, and keeps nothing of it. Exchanges that matched no
// operation are not counted.
func (r *Recorder) Count(e *exchange.Exchange) {
	if e.Operation == "" {
		return
	}
	met := answer{e.Operation, e.Response.Status, e.Code}
	number, ok := (*r.known.Load())[met]
	if !ok {
		if number, ok = r.meet(met); !ok {
			return
		}
	}
	r.overall.set(number)
	if e.Account == "" {
		return
	}
	r.mu.RLock()
	own := r.accounts[e.Account]
	r.mu.RUnlock()
	if own == nil {
		if own = r.begin(e.Account); own == nil {
			return
		}
	}
	own.set(number)
}

// meet returns the number of an answer, unless there are too many.
func (r *Recorder) meet(met answer) (number int, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	known := *r.known.Load()
	if number, ok = known[met]; ok {
		return number, true
	}
	if number = len(known); number == maxMet {
		return 0, false
	}
	known = maps.Clone(known)
	known[met] = number
	r.known.Store(&known)
	return number, true
}

// begin starts to count an account, or returns nil if there are too many.
func (r *Recorder) begin(id account.ID) *marks {
	r.mu.Lock()
	defer r.mu.Unlock()
	if own := r.accounts[id]; own != nil {
		return own
	}
	if len(r.accounts) == MaxAccounts {
		r.full = true
		return nil
	}
	own := &marks{}
	r.accounts[id] = own
	return own
}

// Clear clears the record of an account or, if of is empty, of everybody. Clearing an account does
// not change the record of all together.
func (r *Recorder) Clear(of account.ID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if of != "" {
		delete(r.accounts, of)
		return
	}
	r.overall.clear()
	clear(r.accounts)
	r.full = false
}
