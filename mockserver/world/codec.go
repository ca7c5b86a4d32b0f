package world

import (
	"fmt"
	"slices"
	"time"

	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
)

// A fixture becomes an account by decoder, and an account becomes a fixture by encoder. The files
// codec_*.go hold, for each noun, both directions side by side.

// kit is what the accounts built from one fixture share. It is not modified, except for the cache
// of scope names, for which the world is locked.
type kit struct {
	entitlements account.Entitlements
	environment  account.Environment
	// lived accounts keep their lists in the order in which things happened; of others the oldest
	// comes first.
	lived bool
	moved map[string]string // names of scopes, by their names in production
	// shares reports that several accounts are made with the kit. They start with the same usage,
	// as long as day is today.
	shares bool
	day    account.Day
	usage  account.Usage
}

func newKit(f *fixtures.Account, c *account.Catalogue, lived bool) *kit {
	e := account.Environment(f.Environment)
	return &kit{
		environment: e, lived: lived, moved: map[string]string{},
		entitlements: account.NewEntitlements(c, e, f.EnabledScopes, f.RequirementsMet),
	}
}

// sort puts the oldest first, unless the order is the one in which things happened.
func sort[T any](k *kit, list []T, compare func(x, y T) int) {
	if !k.lived {
		slices.SortStableFunc(list, compare)
	}
}

// decoder builds an account from a fixture. Times in the fixture are relative to start.
type decoder struct {
	*kit
	start time.Time
}

func (d decoder) at(w fixtures.When) time.Time          { return w.Resolve(d.start) }
func (d decoder) moment(w fixtures.When) account.Moment { return account.MomentOf(d.at(w)) }

// scope returns the name that a scope has in the account's environment.
func (d decoder) scope(inProduction string) string {
	if d.environment == account.Production {
		return inProduction
	}
	name, ok := d.moved[inProduction]
	if !ok {
		name = account.MoveScope(inProduction, d.environment)
		d.moved[inProduction] = name
	}
	return name
}

// scopes returns the names of scopes in the account's environment. In production it returns the
// list itself: neither side changes it.
func (d decoder) scopes(inProduction []string) []string {
	if d.environment == account.Production {
		return inProduction
	}
	out := make([]string, len(inProduction))
	for i, s := range inProduction {
		out[i] = d.scope(s)
	}
	return out
}

// build builds an account from its fixture, which must be valid, and shares with it what neither
// modifies.
func (k *kit) build(f *fixtures.Account, seed uint64, start time.Time) (*account.Account, error) {
	d := decoder{k, start}
	a := &account.Account{
		ID: account.ID(f.ID), Email: f.Email, APIKey: f.APIKey, Environment: k.environment, Visitor: f.Visitor, CreatedAt: d.at(f.CreatedAt),
		Entitlements: k.entitlements,
		IDs:          account.NewIDs(seed, account.ID(f.ID), f.Issued),
	}
	if err := d.clock(a, f); err != nil {
		return nil, fmt.Errorf("account %q: %w", f.ID, err)
	}
	if err := d.quotas(a, f); err != nil {
		return nil, fmt.Errorf("account %q: %w", f.ID, err)
	}
	if err := d.grants(a, f); err != nil {
		return nil, fmt.Errorf("account %q: %w", f.ID, err)
	}
	d.wallet(a, f)
	d.tokens(a, f)
	d.subscriptions(a, f)
	d.callbacks(a, f)
	d.jobs(a, f)
	d.errors(a, f)
	d.usageOf(a, f)
	restoreBooks(a, f.Books)
	return a, nil
}

// encoder builds a fixture from an account.
type encoder struct{ environment account.Environment }

// scope returns the name that a scope has in production.
func (e encoder) scope(s string) string { return account.RestoreScope(s, e.environment) }

func (e encoder) scopes(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = e.scope(s)
	}
	return out
}

// describe returns an account as a fixture with absolute times. It is the inverse of build.
func describe(a *account.Account) fixtures.Account {
	e := encoder{a.Environment}
	enabled, met := a.Entitlements.Patterns()
	if enabled == nil {
		enabled = []string{} // a list, also in JSON
	}
	f := fixtures.Account{
		ID: string(a.ID), Email: a.Email, APIKey: a.APIKey, Environment: string(a.Environment), Visitor: a.Visitor, CreatedAt: fixtures.At(a.CreatedAt),
		Clock: relative(a.Clock), EnabledScopes: enabled, RequirementsMet: met, Issued: a.IDs.Issued(),
	}
	e.quotas(&f, a)
	e.grants(&f, a)
	e.wallet(&f, a)
	e.tokens(&f, a)
	e.subscriptions(&f, a)
	e.callbacks(&f, a)
	e.jobs(&f, a)
	e.errors(&f, a)
	e.usage(&f, a)
	f.Books = books(a.Books())
	return f
}
