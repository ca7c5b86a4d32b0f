// Package world holds who exists: it turns fixtures into accounts when the server starts, is reset or is asked for a fresh
// account, and turns accounts back into fixtures when somebody asks for the state.
package world

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/clock"
)

// Store is what the world needs of where accounts are kept.
type Store interface {
	account.Store
	Put(a *account.Account) error
	Remove(id account.ID) bool
	Replace(accounts []*account.Account) error
	IDs() []account.ID
}

// Source opens the fixtures of a world, as often as they are needed. Large worlds that can be made again are not kept.
type Source func() (*fixtures.World, error)

// Static is the source of a world that is kept.
func Static(f *fixtures.World) Source { return func() (*fixtures.World, error) { return f, nil } }

// Config says how a world begins.
type Config struct {
	Fixtures Source
	Clock    *clock.Clock
	Store    Store
	// Start is where the clock begins, and after every reset begins again; zero is the machine's time.
	Start     time.Time
	Frozen    bool
	Seed      uint64
	RateLimit account.RateLimit
}

// World is everybody who exists in one server. It is safe for concurrent use; changes of the whole world (reset, import)
// wait for one another.
type World struct {
	config    Config
	catalogue atomic.Pointer[account.Catalogue]
	limit     atomic.Pointer[account.RateLimit]
	name      string // of the world that the server began with

	mu       sync.Mutex
	services []fixtures.Service
	seed     uint64
	// origins are where a reset of one account leads back to.
	origins map[account.ID]origin
	named   map[string]*fixtures.World // fixtures that were asked for by name, at most maxNamed
	fresh   uint64                     // how many fresh accounts were made
}

// origin is what an account was made of: a fixture of its own, or else the account with its ID in a source.
type origin struct {
	own  *fixtures.Account
	from Source
}

// maxNamed is how many worlds that were asked for by name are kept.
const maxNamed = 16

// ErrNoFixture says that no world has the name, or none an account of the kind.
var ErrNoFixture = errors.New("no such account can be made")

// New fills the store with the fixtures' accounts.
func New(config Config) (*World, error) {
	w := &World{config: config, named: map[string]*fixtures.World{}}
	f, err := config.Fixtures()
	if err != nil {
		return nil, err
	}
	w.name = f.Name
	if s := f.Server; s != nil && config.Start.IsZero() {
		w.config.Start, w.config.Frozen = s.Now.Resolve(clock.Real().UTC()), s.Frozen
	}
	if err := w.begin(f); err != nil {
		return nil, err
	}
	return w, nil
}

// RateLimit is the limit of accounts that have none of their own.
func (w *World) RateLimit() account.RateLimit { return *w.limit.Load() }

// SetRateLimit changes it.
func (w *World) SetRateLimit(l account.RateLimit) { w.limit.Store(&l) }

// Reset puts everything back to the start: accounts, clock, rate limit. Accounts made since are gone.
func (w *World) Reset() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	f, err := w.config.Fixtures()
	if err != nil {
		return err
	}
	return w.begin(f)
}

// begin puts everybody and everything to the start. The world is locked, or nobody knows it yet.
func (w *World) begin(f *fixtures.World) error {
	return w.become(f, w.config.Fixtures, w.config.Seed, func() {
		if w.config.Start.IsZero() && !w.config.Frozen {
			w.config.Clock.Release()
		} else if w.config.Start.IsZero() {
			w.config.Clock.Set(clock.Real().UTC(), true)
		} else {
			w.config.Clock.Set(w.config.Start, w.config.Frozen)
		}
		w.SetRateLimit(w.config.RateLimit)
	})
}

// become replaces everybody by the accounts of a world, of which from is the source; begin is called before times are counted. On an error
// nothing has changed.
func (w *World) become(f *fixtures.World, from Source, seed uint64, begin func()) error {
	services := f.Catalogue
	if len(services) == 0 {
		var err error
		if services, err = fixtures.DefaultCatalogue(); err != nil {
			return err
		}
	}
	c := catalogue(services)
	start := w.config.Clock.Now()
	buildAll := func() ([]*account.Account, error) {
		accounts := make([]*account.Account, len(f.Accounts))
		for i := range f.Accounts {
			a, err := build(&f.Accounts[i], c, seed, start)
			if err != nil {
				return nil, err
			}
			accounts[i] = a
		}
		return accounts, nil
	}
	// Built once to find what is wrong before anything changes, and again once the clock stands where times count from.
	if _, err := buildAll(); err != nil {
		return err
	}
	before, frozen := w.config.Clock.Now(), w.config.Clock.Frozen()
	begin()
	start = w.config.Clock.Now().Truncate(time.Second)
	accounts, err := buildAll()
	if err == nil {
		err = w.config.Store.Replace(accounts)
	}
	if err != nil {
		w.config.Clock.Set(before, frozen)
		return err
	}
	w.catalogue.Store(c)
	w.services, w.seed = services, seed
	w.origins = make(map[account.ID]origin, len(f.Accounts))
	for i := range f.Accounts {
		w.origins[account.ID(f.Accounts[i].ID)] = origin{from: from}
	}
	return nil
}

// ResetAccount puts one account back to how it was made, its clock included.
func (w *World) ResetAccount(id account.ID) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	o, ok := w.origins[id]
	if !ok {
		return account.ErrNoAccount
	}
	f, err := o.fixture(id)
	if err != nil {
		return err
	}
	return w.place(f, w.config.Clock.Now().Truncate(time.Second))
}

// fixture is what the account with an ID was made of.
func (o origin) fixture(id account.ID) (*fixtures.Account, error) {
	if o.own != nil {
		return o.own, nil
	}
	f, err := o.from()
	if err != nil {
		return nil, err
	}
	for i := range f.Accounts {
		if f.Accounts[i].ID == string(id) {
			return &f.Accounts[i], nil
		}
	}
	return nil, account.ErrNoAccount
}

// place builds an account and puts it into the store. The world is locked.
func (w *World) place(f *fixtures.Account, start time.Time) error {
	a, err := build(f, w.catalogue.Load(), w.seed, start)
	if err != nil {
		return err
	}
	return w.config.Store.Put(a)
}

// Wish is what a fresh account is to be like; what is empty is chosen.
type Wish struct {
	Fixture     string `json:"fixture"`
	Email       string `json:"email"`
	APIKey      string `json:"apiKey"`
	Environment string `json:"environment"`
}

// Fresh makes an isolated account from a fixture, with tokens, key and e-mail of its own.
func (w *World) Fresh(wish Wish) (fixtures.Account, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	template, err := w.template(wish)
	if err != nil {
		return fixtures.Account{}, err
	}
	w.fresh++
	now := w.config.Clock.Now().Truncate(time.Second)
	draw := func(what uint64) string { return account.Identifier(now, w.seed^w.fresh<<8, what) }
	template.ID = draw(1)
	template.Email, template.APIKey = wish.Email, wish.APIKey
	if template.Email == "" {
		template.Email = "user-" + template.ID + "@example.com"
	}
	if template.APIKey == "" {
		template.APIKey = draw(2)[8:] + draw(3)[8:]
	}
	// Tokens are secrets, unique in the server: the fixture's are only a pattern.
	ids := account.NewIDs(w.seed, account.ID(template.ID), nil)
	template.Tokens = slices.Clone(template.Tokens)
	for i := range template.Tokens {
		t := &template.Tokens[i]
		created := t.CreatedAt.Resolve(now)
		t.Token, t.RefreshToken = ids.Next("token", created), ids.Next("refresh", created)
	}
	template.Issued = ids.Issued()
	if wish.Email != "" || wish.APIKey != "" { // what was chosen here is as valid as the fixture
		if err := template.Validate(w.services); err != nil {
			return fixtures.Account{}, fmt.Errorf("%w: %w", ErrNoFixture, err)
		}
	}
	if err := w.place(&template, now); err != nil {
		return fixtures.Account{}, err
	}
	w.origins[account.ID(template.ID)] = origin{own: &template}
	return template, nil
}

// template is the fixture's account of the wished environment. The world is locked.
func (w *World) template(wish Wish) (fixtures.Account, error) {
	environment := wish.Environment
	switch environment {
	case "":
		environment = string(account.Production)
	case string(account.Production), string(account.Sandbox):
	default:
		return fixtures.Account{}, fmt.Errorf("%w: environment is %q; want production or sandbox", ErrNoFixture, environment)
	}
	from, err := w.pattern(wish.Fixture)
	if err != nil {
		return fixtures.Account{}, err
	}
	a, ok := from.Account(environment)
	if !ok {
		return fixtures.Account{}, fmt.Errorf("%w: the fixture has no %s account", ErrNoFixture, environment)
	}
	return a, nil
}

// pattern is the world with a name, or the one that the server began with. The world is locked.
func (w *World) pattern(name string) (*fixtures.World, error) {
	if name == "" || name == w.name {
		return w.config.Fixtures()
	}
	if named, ok := w.named[name]; ok {
		return named, nil
	}
	named, err := fixtures.Named(name)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoFixture, err)
	}
	if len(w.named) >= maxNamed {
		clear(w.named)
	}
	w.named[name] = named
	return named, nil
}

// Account is an account's whole state, as fixtures write it.
func (w *World) Account(ctx context.Context, id account.ID) (f fixtures.Account, err error) {
	err = w.config.Store.Update(ctx, id, func(a *account.Account) error {
		a.Settle(a.Now(w.config.Clock.Now()))
		f = describe(a)
		return nil
	})
	return f, err
}

// PutAccount puts an account in the place of the one with its ID, or adds it; that is what a reset of it leads back to.
func (w *World) PutAccount(f fixtures.Account) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := f.Validate(w.services); err != nil {
		return err
	}
	start := w.config.Clock.Now().Truncate(time.Second)
	if err := w.place(&f, start); err != nil {
		return err
	}
	w.origins[account.ID(f.ID)] = origin{own: &f}
	return nil
}

// RemoveAccount removes an account; it says whether there was one.
func (w *World) RemoveAccount(id account.ID) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.origins, id)
	return w.config.Store.Remove(id)
}

// Accounts are the IDs of all accounts, in the order in which they came.
func (w *World) Accounts() []account.ID { return w.config.Store.IDs() }

// Recharge moves an account's wallet; negative amounts debit. It answers the new credit.
func (w *World) Recharge(ctx context.Context, id account.ID, amount account.Money, description string) (credit account.Money, t account.Transaction, err error) {
	err = w.config.Store.Update(ctx, id, func(a *account.Account) error {
		now := a.Now(w.config.Clock.Now())
		a.Settle(now)
		var err error
		t, err = a.Move(amount, description, now)
		credit = a.Wallet.Credit()
		return err
	})
	return credit, t, err
}

// AccountRateLimit is the limit that holds for an account: its own, else the server's.
func (w *World) AccountRateLimit(ctx context.Context, id account.ID) (l account.RateLimit, err error) {
	err = w.config.Store.Update(ctx, id, func(a *account.Account) error {
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
	return w.config.Store.Update(ctx, id, func(a *account.Account) error {
		a.Quota = account.Quota{Own: &l}
		return nil
	})
}

// State is everything, as a fixture: it can be imported again, or started from.
func (w *World) State(ctx context.Context) (fixtures.World, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	limit := w.RateLimit()
	f := fixtures.World{
		Version: fixtures.Version, Name: "state", Catalogue: w.services, Accounts: []fixtures.Account{},
		Server: &fixtures.Server{
			Seed: w.seed, Now: fixtures.At(w.config.Clock.Now()), Frozen: w.config.Clock.Frozen(), RateLimit: WireRateLimit(&limit),
		},
	}
	for _, id := range w.Accounts() {
		a, err := w.Account(ctx, id)
		if errors.Is(err, account.ErrNoAccount) {
			continue // removed meanwhile
		}
		if err != nil {
			return f, err
		}
		f.Accounts = append(f.Accounts, a)
	}
	return f, nil
}

// Import puts an exported state, or any fixture, in the place of everything, at once or not at all. A reset still leads
// back to where the server started.
func (w *World) Import(f *fixtures.World) error {
	limit := w.config.RateLimit
	seed := w.config.Seed
	if s := f.Server; s != nil {
		seed = s.Seed
		if s.RateLimit != nil {
			own, err := rateLimit(s.RateLimit)
			if err != nil {
				return err
			}
			limit = *own
		}
		if err := clock.Check(s.Now.Resolve(w.config.Clock.Now())); err != nil {
			return err
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.become(f, Static(f), seed, func() {
		if s := f.Server; s != nil {
			w.config.Clock.Set(s.Now.Resolve(w.config.Clock.Now()), s.Frozen)
		}
		w.SetRateLimit(limit)
	})
}

// Secret says whether a text is an API key, a token or a refresh token of anybody, at this moment.
func (w *World) Secret(text string) bool {
	for _, kind := range []account.SecretKind{account.AccessToken, account.RefreshToken, account.APIKey} {
		if _, found := w.config.Store.Find(account.Secret{Kind: kind, Value: text}); found {
			return true
		}
	}
	return false
}

// Summary is who an account is: its ID, credentials and environment, and nothing else.
func (w *World) Summary(ctx context.Context, id account.ID) (f fixtures.Account, err error) {
	err = w.config.Store.Update(ctx, id, func(a *account.Account) error {
		f = fixtures.Account{ID: string(a.ID), Email: a.Email, APIKey: a.APIKey, Environment: string(a.Environment)}
		return nil
	})
	return f, err
}
