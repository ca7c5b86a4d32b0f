// Package world holds the accounts of a server: it builds accounts from fixtures when the server
// starts, is reset or is asked for a fresh account, and converts them back to fixtures to export
// the state.
package world

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/clock"
)

// Store is what the world needs of the store of accounts.
type Store interface {
	account.Store
	Put(a *account.Account) error
	Remove(id account.ID) bool
	Replace(accounts []*account.Account) error
	IDs() []account.ID
	// Held reports whether a text is a secret of some account that others may have as well; see
	// account.Held.
	Held(text string) bool
	// Phrases returns such secrets that are no words; see store.Memory.
	Phrases() []string
	// Retired reports whether a text was a secret once, as far as that is remembered.
	Retired(text string) bool
}

// Source opens the fixtures of a world, as often as they are needed. Large worlds that can be made
// again are not kept.
type Source func() (*fixtures.World, error)

// Static is the source of a world that is kept.
func Static(f *fixtures.World) Source { return func() (*fixtures.World, error) { return f, nil } }

// Config configures a world.
type Config struct {
	Fixtures Source
	Clock    *clock.Clock
	Store    Store
	// Start is where the clock starts, also after every reset; zero means the machine's time.
	Start     time.Time
	Frozen    bool
	Seed      uint64
	RateLimit account.RateLimit
	// AutoApprove is the initial setting, which a reset restores.
	AutoApprove AutoApprove
	// Services are sold too, in worlds whose catalogue does not name them.
	Services []fixtures.Service
	// Retention bounds what each account remembers one by one.
	Retention account.Retention
}

// World is everything in one server. It is safe for concurrent use; changes of the whole world
// (reset, import, snapshots) exclude one another, and requests do not wait for them.
type World struct {
	config    Config
	catalogue atomic.Pointer[account.Catalogue]
	limit     atomic.Pointer[account.RateLimit]
	approve   atomic.Pointer[AutoApprove]
	name      string // of the world that the server started with
	visitors  visitors
	waits     waits
	changed   func(account.ID)

	mu       sync.Mutex
	services []fixtures.Service
	seed     uint64
	// origins are where a reset of one account leads back to. Every account has one.
	origins   map[account.ID]origin
	templates map[pattern]*template // at most maxTemplates
	fresh     uint64                // how many fresh accounts were made
	snapshots map[string]*snapshot  // at most MaxSnapshots
}

// origin is what an account was built from: a fixture of its own, with the kit that it shares with
// others, or otherwise the account with its ID in a source.
type origin struct {
	own  *fixtures.Account
	kit  *kit
	from Source
}

// ErrNoFixture is returned if no world has the name, or none has an account of the kind.
var ErrNoFixture = errors.New("no such account can be made")

// New fills the store with the fixtures' accounts.
func New(config Config) (*World, error) {
	w := &World{config: config, snapshots: map[string]*snapshot{}}
	f, err := config.Fixtures()
	if err != nil {
		return nil, err
	}
	w.startAt(f)
	if err := w.begin(f); err != nil {
		return nil, err
	}
	return w, nil
}

// startAt records the name and the clock of the fixtures that the server starts with.
func (w *World) startAt(f *fixtures.World) {
	w.name = f.Name
	if s := f.Server; s != nil && w.config.Start.IsZero() {
		w.config.Start, w.config.Frozen = s.Now.Resolve(clock.Real().UTC()), s.Frozen
	}
}

// OnChange has f called after the clock of an account was moved, or the account was replaced or
// removed; for "", of all. F must not change the world. OnChange is called before the world is used
// by others, once.
func (w *World) OnChange(f func(account.ID)) { w.changed = f }

func (w *World) tell(id account.ID) {
	if w.changed != nil {
		w.changed(id)
	}
}

// update is a transaction on the account that has the ID now, whichever life of it that is.
func (w *World) update(ctx context.Context, id account.ID, transact func(*account.Account) error) error {
	return w.config.Store.Update(ctx, account.Identity{ID: id}, transact)
}

// RateLimit is the limit of accounts that have none of their own.
func (w *World) RateLimit() account.RateLimit { return *w.limit.Load() }

// SetRateLimit changes it.
func (w *World) SetRateLimit(l account.RateLimit) { w.limit.Store(&l) }

// Reset puts everything back to the start: accounts, clock, rate limit, consent without pages.
// Accounts made since are gone, and what waits (Within) is cancelled. Snapshots stay: they are
// there to come back to.
func (w *World) Reset() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	f, err := w.config.Fixtures()
	if err != nil {
		return err
	}
	return w.begin(f)
}

// begin restores the initial state. The caller must hold w.mu, unless w is not yet shared.
func (w *World) begin(f *fixtures.World) error {
	next := era{services: f.Catalogue, seed: w.config.Seed, limit: w.config.RateLimit}
	machine := w.config.Clock.Machine()
	switch {
	case !w.config.Start.IsZero():
		next.clock = clock.Set(machine, w.config.Start.UTC(), w.config.Frozen)
	case w.config.Frozen:
		next.clock = clock.Set(machine, machine, true)
	}
	if err := w.populate(f, w.config.Fixtures, next, next.clock.At(machine)); err != nil {
		return err
	}
	w.SetAutoApprove(w.config.AutoApprove)
	return nil
}

// era is the state of the server that does not belong to an account.
type era struct {
	services  []fixtures.Service // none is the default catalogue's
	catalogue *account.Catalogue // nil is made of the services
	seed      uint64
	fresh     uint64
	limit     account.RateLimit
	clock     clock.Setting // relative to the machine's
}

// populate replaces everybody by the accounts of a world, of which from is the source. Times count
// from start.
func (w *World) populate(f *fixtures.World, from Source, next era, start time.Time) error {
	if len(next.services) == 0 {
		next.services = fixtures.DefaultCatalogue()
	}
	next.services = with(next.services, w.config.Services)
	next.catalogue = catalogue(next.services)
	start = start.Truncate(time.Second)
	accounts := make([]*account.Account, len(f.Accounts))
	origins := make(map[account.ID]origin, len(f.Accounts))
	for i := range f.Accounts {
		one := &f.Accounts[i]
		a, err := newKit(one, next.catalogue, one.Lived(f)).build(one, next.seed, start)
		if err != nil {
			return err
		}
		a.Retain(w.config.Retention)
		accounts[i], origins[a.ID] = a, origin{from: from}
	}
	return w.become(accounts, origins, next)
}

// with adds services to those that are sold, and to each of them the scopes that no scope of it
// covers.
func with(services, more []fixtures.Service) []fixtures.Service {
	out := slices.Clone(services)
	for _, m := range more {
		i := slices.IndexFunc(out, func(s fixtures.Service) bool { return s.Domain == m.Domain })
		if i < 0 {
			out = append(out, m)
			continue
		}
		sold := out[i].Scopes
		out[i].Scopes = slices.Clip(sold)
		for _, scope := range m.Scopes {
			covered := slices.ContainsFunc(sold, func(s fixtures.Scope) bool {
				return s.Method == scope.Method && (s.Endpoint == scope.Endpoint || strings.HasPrefix(scope.Endpoint, s.Endpoint+"/"))
			})
			if !covered {
				out[i].Scopes = append(out[i].Scopes, scope)
			}
		}
	}
	return out
}

// become puts accounts instead of everybody, and an era instead of the one that is; on an error
// nothing has changed. The clock is first, so that no account of the new era ever sees the time of
// the old one; what it does to the accounts of the old one is lost with them.
func (w *World) become(accounts []*account.Account, origins map[account.ID]origin, next era) error {
	clockBefore, limitBefore := w.config.Clock.Setting(), w.limit.Load()
	w.config.Clock.Restore(next.clock)
	w.SetRateLimit(next.limit)
	if err := w.config.Store.Replace(accounts); err != nil {
		w.config.Clock.Restore(clockBefore)
		w.limit.Store(limitBefore)
		return err
	}
	if w.catalogue.Swap(next.catalogue) != next.catalogue {
		w.templates = nil
	}
	w.services, w.seed, w.fresh, w.origins = next.services, next.seed, next.fresh, origins
	w.visitors.replace(accounts)
	w.waits.cancel("")
	w.tell("")
	return nil
}

// ResetAccount puts one account back to how it was made, its clock and its rate limit included, and
// cancels what waits for it.
func (w *World) ResetAccount(id account.ID) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	o, ok := w.origins[id]
	if !ok {
		return account.ErrNoAccount
	}
	if err := w.place(o, id, w.config.Clock.Now()); err != nil {
		return err
	}
	w.waits.cancel(id)
	return nil
}

// fixture returns what the account with an ID was built from.
func (o origin) fixture(id account.ID) (f *fixtures.Account, lived bool, err error) {
	if o.own != nil {
		return o.own, o.own.Lived(nil), nil
	}
	from, err := o.from()
	if err != nil {
		return nil, false, err
	}
	for i := range from.Accounts {
		if f := &from.Accounts[i]; f.ID == string(id) {
			return f, f.Lived(from), nil
		}
	}
	return nil, false, account.ErrNoAccount
}

// place builds an account of its origin, and puts it into the store. Times count from now. The
// world is locked.
func (w *World) place(o origin, id account.ID, now time.Time) error {
	f, lived, err := o.fixture(id)
	if err != nil {
		return err
	}
	k := o.kit
	if k == nil {
		k = newKit(f, w.catalogue.Load(), lived)
	}
	a, err := k.build(f, w.seed, now.Truncate(time.Second))
	if err != nil {
		return err
	}
	a.Retain(w.config.Retention)
	return w.adopt(a, o)
}

// adopt puts an account into the store, with its origin. The world is locked.
func (w *World) adopt(a *account.Account, o origin) error {
	if err := w.config.Store.Put(a); err != nil {
		return err
	}
	w.origins[a.ID] = o
	w.visitors.note(a)
	w.tell(a.ID)
	return nil
}

// Account is an account's whole state, as fixtures write it.
func (w *World) Account(ctx context.Context, id account.ID) (f fixtures.Account, err error) {
	err = w.update(ctx, id, func(a *account.Account) error {
		a.Settle(a.Now(w.config.Clock.Now()))
		f = describe(a)
		return nil
	})
	return f, err
}

// PutAccount adds an account, or replaces the one with its ID; a reset of the account returns to
// it.
func (w *World) PutAccount(f fixtures.Account) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := f.Validate(w.services); err != nil {
		return err
	}
	return w.place(origin{own: &f}, account.ID(f.ID), w.config.Clock.Now())
}

// RemoveAccount removes an account; it reports whether there was one. What waits for it is
// cancelled.
func (w *World) RemoveAccount(id account.ID) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.origins, id)
	w.visitors.forget(id)
	w.waits.cancel(id)
	defer w.tell(id)
	return w.config.Store.Remove(id)
}

// Accounts are the IDs of all accounts, in the order in which they came.
func (w *World) Accounts() []account.ID { return w.config.Store.IDs() }

// Recharge credits an account's wallet, or debits it if the amount is negative. It returns the new
// credit.
func (w *World) Recharge(ctx context.Context, id account.ID, amount account.Money, description string) (credit account.Money, t account.Transaction, err error) {
	err = w.update(ctx, id, func(a *account.Account) error {
		now := a.Now(w.config.Clock.Now())
		a.Settle(now)
		var err error
		t, err = a.Move(amount, description, now)
		credit = a.Wallet.Credit()
		return err
	})
	return credit, t, err
}

// AccountRateLimit is the limit that holds for an account: its own, otherwise the server's.
func (w *World) AccountRateLimit(ctx context.Context, id account.ID) (l account.RateLimit, err error) {
	err = w.update(ctx, id, func(a *account.Account) error {
		l = w.RateLimit()
		if a.Quota.Own != nil {
			l = *a.Quota.Own
		}
		return nil
	})
	return l, err
}

// SetAccountRateLimit gives an account a limit of its own, and a new window.
func (w *World) SetAccountRateLimit(ctx context.Context, id account.ID, l account.RateLimit) error {
	return w.update(ctx, id, func(a *account.Account) error {
		a.Quota = account.Quota{Own: &l}
		return nil
	})
}

// Secret reports whether a text is an API key, a token or a refresh token, an access token or a
// code of a grant, the secret of a client, a user's password or a webhook secret, of anybody, or
// was one: what the journal shows was live when it was sent.
func (w *World) Secret(text string) bool {
	for _, kind := range []account.SecretKind{account.AccessToken, account.RefreshToken, account.GrantToken, account.GrantCode} {
		if _, found := w.config.Store.Find(account.Secret{Kind: kind, Value: text}); found {
			return true
		}
	}
	return w.config.Store.Held(text) || w.Retired(text)
}

// Phrases returns secrets that Secret does not find within a text, as they hold other characters
// than words do: the newest.
func (w *World) Phrases() []string { return w.config.Store.Phrases() }

// Retired reports whether a text was a secret of somebody once, as far as that is remembered.
func (w *World) Retired(text string) bool { return w.config.Store.Retired(text) }

// Summary returns an account's ID, credentials and environment only.
func (w *World) Summary(ctx context.Context, id account.ID) (f fixtures.Account, err error) {
	err = w.update(ctx, id, func(a *account.Account) error {
		f = fixtures.Account{ID: string(a.ID), Email: a.Email, APIKey: a.APIKey, Environment: string(a.Environment)}
		return nil
	})
	return f, err
}

// Registered returns the OAuth clients and users of an account.
func (w *World) Registered(ctx context.Context, id account.ID) (clients []fixtures.Client, users []fixtures.User, err error) {
	err = w.update(ctx, id, func(a *account.Account) error {
		for _, c := range a.Grants.Clients() {
			clients = append(clients, fixtures.Client{ID: c.ID, Secret: c.Secret, RedirectURIs: slices.Clone(c.RedirectURIs), Disabled: c.Disabled})
		}
		for _, u := range a.Grants.Users() {
			users = append(users, fixtures.User{Username: u.Username, Password: u.Password, Email: u.Email, FullName: u.FullName})
		}
		return nil
	})
	return clients, users, err
}
