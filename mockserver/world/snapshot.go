package world

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"sync"
	"time"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/clock"
)

// MaxSnapshots is how many snapshots a server keeps.
const MaxSnapshots = 100

// What can be wrong with a snapshot that is asked for.
var (
	ErrSnapshotName = errors.New("the name of a snapshot is 1 to 64 letters, digits, '.', '_' and '-'")
	ErrNoSnapshot   = errors.New("there is no such snapshot")
	ErrTaken        = errors.New("secrets of the snapshot's account belong to another account by now")
	ErrSnapshots    = fmt.Errorf("there are %d snapshots already: remove one first", MaxSnapshots)
)

// maxSnapshotName is the most bytes of a name. In the expression it would take a third of a
// millisecond of each start to compile.
const maxSnapshotName = 64

var snapshotName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9._-]+$`) })

// Snapshot describes a snapshot.
type Snapshot struct {
	Name string
	// Account is the only account that it holds; "" when it holds the whole server.
	Account account.ID
	// At is the time on the clock, the account's or the server's, when it was taken.
	At time.Time
	// Accounts counts the accounts in it.
	Accounts int
}

// snapshot is a copy of accounts with the era that they lived in. It is never changed.
type snapshot struct {
	Snapshot
	accounts []*account.Account // in the order in which they came
	origins  map[account.ID]origin
	era      era
	now      time.Time // on the server's clock
}

// TakeSnapshot keeps a copy of the whole server, or of one account if id is not "", under a name,
// instead of what stood there. Each account is copied between two of its transactions.
func (w *World) TakeSnapshot(ctx context.Context, name string, id account.ID) (Snapshot, error) {
	if len(name) > maxSnapshotName || !snapshotName().MatchString(name) {
		return Snapshot{}, ErrSnapshotName
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, again := w.snapshots[name]; !again && len(w.snapshots) >= MaxSnapshots {
		return Snapshot{}, ErrSnapshots
	}
	ids := []account.ID{id}
	if id == "" {
		ids = w.Accounts()
	}
	s := &snapshot{Snapshot: Snapshot{Name: name, Account: id, Accounts: len(ids)}, origins: map[account.ID]origin{}}
	for _, one := range ids {
		err := w.update(ctx, one, func(a *account.Account) error {
			s.accounts = append(s.accounts, a.Clone())
			return nil
		})
		if err != nil {
			return Snapshot{}, err
		}
		s.origins[one] = w.origins[one]
	}
	// The clock comes last: nothing in the copies happened after what it shows.
	s.now = w.config.Clock.Now()
	s.era = era{
		services: w.services, catalogue: w.catalogue.Load(), seed: w.seed, fresh: w.fresh, limit: w.RateLimit(), clock: w.config.Clock.Setting(),
	}
	s.At = s.now
	if id != "" {
		s.At = s.accounts[0].Clock.At(s.now)
	}
	w.snapshots[name] = s
	return s.Snapshot, nil
}

// RestoreSnapshot puts what a snapshot holds instead of what is: the whole server, or one account
// if id is not "", at once or not at all. Clocks show what they showed, windows of rate limits are
// as full as they were, and the ids that are drawn are those that came next.
func (w *World) RestoreSnapshot(name string, id account.ID) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	s, ok := w.snapshots[name]
	if !ok {
		return ErrNoSnapshot
	}
	if id == "" {
		id = s.Account
	}
	if id != "" {
		return w.restoreAccount(s, id)
	}
	accounts := make([]*account.Account, len(s.accounts))
	for i, a := range s.accounts {
		accounts[i] = a.Clone()
	}
	next := s.era
	next.clock = clock.Set(w.config.Clock.Machine(), s.now, next.clock.Frozen())
	return w.become(accounts, maps.Clone(s.origins), next)
}

// restoreAccount restores one account of a snapshot. The world is locked.
func (w *World) restoreAccount(s *snapshot, id account.ID) error {
	index := slices.IndexFunc(s.accounts, func(a *account.Account) bool { return a.ID == id })
	if index < 0 {
		return account.ErrNoAccount
	}
	a, o := s.accounts[index].Clone(), s.origins[id]
	if !a.Clock.Frozen() {
		a.Clock.Offset += s.now.Sub(w.config.Clock.Now())
	}
	if c := w.catalogue.Load(); c != s.era.catalogue {
		enabled, met := a.Entitlements.Patterns()
		a.Entitlements, o.kit = account.NewEntitlements(c, a.Environment, enabled, met), nil
	}
	if err := w.adopt(a, o); err != nil {
		return fmt.Errorf("%w: %w", ErrTaken, err)
	}
	w.waits.cancel(id)
	return nil
}

// Snapshots are all snapshots, by name.
func (w *World) Snapshots() []Snapshot {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := make([]Snapshot, 0, len(w.snapshots))
	for _, name := range slices.Sorted(maps.Keys(w.snapshots)) {
		out = append(out, w.snapshots[name].Snapshot)
	}
	return out
}

// Snapshot is the snapshot with a name, or ErrNoSnapshot.
func (w *World) Snapshot(name string) (Snapshot, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s, ok := w.snapshots[name]
	if !ok {
		return Snapshot{}, ErrNoSnapshot
	}
	return s.Snapshot, nil
}

// RemoveSnapshot forgets a snapshot; it reports whether there was one.
func (w *World) RemoveSnapshot(name string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, ok := w.snapshots[name]
	delete(w.snapshots, name)
	return ok
}
