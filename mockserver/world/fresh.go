package world

import (
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"time"

	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/grant"
)

// AccountOptions choose what a new account is like; empty members are chosen by Fresh.
type AccountOptions struct {
	Fixture     string `json:"fixture"`
	Email       string `json:"email"`
	APIKey      string `json:"apiKey"`
	Environment string `json:"environment"`
	// Open enables every scope of the catalogue, and meets every requirement.
	Open bool `json:"open"`
}

// pattern is which accounts of which world are asked for.
type pattern struct {
	fixture     string // "" is the world that the server began with
	environment account.Environment
	open        bool
}

// template is what fresh accounts of one pattern are built from. It is never modified: they share
// its lists.
type template struct {
	account fixtures.Account
	kit     *kit
}

const (
	// maxTemplates is how many templates are kept, ready to be used again.
	maxTemplates = 32
	// maxTemplate is how many entries the lists of a template hold that is kept; larger ones are
	// made again each time.
	maxTemplate = 20_000
)

// Fresh creates an isolated account from a fixture, with tokens, clients, key and e-mail of its
// own. It returns its ID, credentials, environment, clients and users, which the caller must not
// change.
func (w *World) Fresh(options AccountOptions) (fixtures.Account, error) {
	p := pattern{fixture: options.Fixture, environment: account.Environment(options.Environment), open: options.Open}
	switch p.environment {
	case "":
		p.environment = account.Production
	case account.Production, account.Sandbox:
	default:
		return fixtures.Account{}, fmt.Errorf("%w: environment is %q; want production or sandbox", ErrNoFixture, options.Environment)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	t, err := w.template(p)
	if err != nil {
		return fixtures.Account{}, err
	}
	now := w.config.Clock.Now().Truncate(time.Second)
	who := fixtures.Account{Email: options.Email, APIKey: options.APIKey, Environment: string(p.environment)}
	count := w.fresh
	draw := func(what uint64) string { return account.Identifier(now, w.seed^count<<8, what) }
	for taken := true; taken; _, taken = w.origins[account.ID(who.ID)] {
		count++
		who.ID = draw(1)
	}
	if who.Email == "" {
		who.Email = "user-" + who.ID + "@example.com"
	}
	if who.APIKey == "" {
		who.APIKey = draw(2)[8:] + draw(3)[8:]
	}
	if options.Email != "" || options.APIKey != "" { // what was chosen here is as valid as the fixture
		if err := fixtures.CheckCredentials(who.Email, who.APIKey, false); err != nil {
			return fixtures.Account{}, fmt.Errorf("%w: %w", ErrNoFixture, err)
		}
	}
	if err := w.make(t, &who, now); err != nil {
		return fixtures.Account{}, err
	}
	w.fresh = count
	return who, nil
}

// Reasons why nobody is admitted.
var (
	ErrFull      = fmt.Errorf("there are %d accounts of visitors already, and no more are made", MaxVisitors)
	ErrNoVisitor = errors.New("no account is made for such credentials")
)

// Admit returns the account with credentials or, if there is none, creates one from the world that
// the server started with: for visitors, whose credentials are unknown.
func (w *World) Admit(email, apiKey string, environment account.Environment) (account.Identity, error) {
	// Check before locking, so clients guessing credentials do not block others.
	if w.visitors.full() {
		return account.Identity{}, ErrFull
	}
	if err := fixtures.CheckCredentials(email, apiKey, true); err != nil {
		return account.Identity{}, fmt.Errorf("%w: %w", ErrNoVisitor, err)
	}
	credentials := account.Credentials(email, apiKey)
	w.mu.Lock()
	defer w.mu.Unlock()
	if known, ok := w.config.Store.Find(credentials); ok { // of two who came at once, one was faster
		return known, nil
	}
	if w.visitors.full() {
		return account.Identity{}, ErrFull
	}
	t, err := w.template(pattern{environment: environment})
	if err != nil {
		return account.Identity{}, err
	}
	// The ID is derived from the credentials and not from a count, so that the order of visitors
	// does not matter.
	digest := fnv.New64a()
	digest.Write([]byte(credentials.Value)) // never fails, says package hash
	now := w.config.Clock.Now().Truncate(time.Second)
	who := fixtures.Account{Email: email, APIKey: apiKey, Environment: string(environment), Visitor: true}
	for n, taken := uint64(0), true; taken; n++ {
		who.ID = account.Identifier(now, w.seed^digest.Sum64(), n)
		_, taken = w.origins[account.ID(who.ID)]
	}
	if err := w.make(t, &who, now); err != nil {
		return account.Identity{}, err
	}
	// The world is locked, so the account is there, in the life in which it was just made.
	admitted, _ := w.config.Store.Find(credentials)
	return admitted, nil
}

// make builds an account from a template, with who's identity, clients and users. The caller holds
// the world's lock.
func (w *World) make(t *template, who *fixtures.Account, now time.Time) error {
	f := t.account
	f.ID, f.Email, f.APIKey, f.Environment, f.Visitor = who.ID, who.Email, who.APIKey, who.Environment, who.Visitor
	// Tokens and clients are unique in the server: the fixture's are only a pattern.
	ids := account.NewIDs(w.seed, account.ID(f.ID), nil)
	f.Tokens = slices.Clone(f.Tokens)
	for i := range f.Tokens {
		one := &f.Tokens[i]
		created := one.CreatedAt.Resolve(now)
		one.Token, one.RefreshToken = ids.Next("token", created), ids.Next("refresh", created)
	}
	f.Clients, f.Codes, f.GrantTokens = slices.Clone(f.Clients), nil, nil
	f.WebhookSecret = "" // drawn
	for i := range f.Clients {
		c := &f.Clients[i]
		c.ID, c.Secret = grant.DrawClient(ids.Draw(now))
		c.Quota = nil
	}
	who.Clients, who.Users = f.Clients, f.Users
	f.Issued = ids.Issued()
	return w.place(origin{own: &f, kit: t.kit}, account.ID(f.ID), now)
}

// template returns what accounts of a pattern are built from. The caller holds the world's lock.
func (w *World) template(p pattern) (*template, error) {
	if p.fixture == w.name {
		p.fixture = ""
	}
	if t, ok := w.templates[p]; ok {
		return t, nil
	}
	from, err := w.open(p.fixture)
	if err != nil {
		return nil, err
	}
	index := slices.IndexFunc(from.Accounts, func(a fixtures.Account) bool { return a.Environment == string(p.environment) })
	if index < 0 {
		return nil, fmt.Errorf("%w: the fixture has no %s account", ErrNoFixture, p.environment)
	}
	t := &template{account: from.Accounts[index]}
	lived := t.account.Lived(from)
	if a := &t.account; p.open {
		a.EnabledScopes, a.RequirementsMet = []string{"*:*/*"}, w.requirements()
	}
	t.kit = newKit(&t.account, w.catalogue.Load(), lived)
	t.kit.shares = true
	a := &t.account
	if len(a.Tokens)+len(a.Wallet.Transactions)+len(a.Subscriptions)+len(a.Callbacks)+len(a.Errors)+len(a.Usage) > maxTemplate {
		return t, nil
	}
	if w.templates == nil || len(w.templates) >= maxTemplates {
		w.templates = map[pattern]*template{}
	}
	w.templates[p] = t
	return t, nil
}

// open returns the world with a name; "" is the one that the server started with.
func (w *World) open(name string) (*fixtures.World, error) {
	if name == "" {
		return w.config.Fixtures()
	}
	named, err := fixtures.Named(name)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoFixture, err)
	}
	return named, nil
}

// requirements are all that any scope of the catalogue has. The world is locked.
func (w *World) requirements() []string {
	all := map[string]bool{}
	for _, s := range w.catalogue.Load().Scopes() {
		for _, r := range s.Requirements {
			all[r] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}
