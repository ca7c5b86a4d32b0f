package scene

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/clock"
	"oauthmock/mockserver/fault"
	"oauthmock/mockserver/grant"
	"oauthmock/scenarios"
)

// composition is a scene under construction.
type composition struct {
	*Scene
	world  *fixtures.World
	start  time.Time // what the server's clock will show
	cast   []Member
	faults []fault.Rule
	vars   map[string]any // the variables of steps: scopes, further accounts, tokens
	issued map[string]bool
}

// compose builds the world, with the same tokens and keys each time.
func (s *Scene) compose() (*composition, error) {
	c := &composition{Scene: s, start: s.Start, vars: map[string]any{}, issued: map[string]bool{}}
	if c.start.IsZero() {
		c.start = clock.Real().UTC()
	}
	given := s.Scenario.Given
	from, err := s.open(given.Fixture)
	if err != nil {
		return nil, problem(s.Scenario, given.LineOf("fixture"), "%v", err)
	}
	// Shared values are copied before they are changed.
	world := *from
	world.Accounts = slices.Clone(from.Accounts)
	world.Name = s.Scenario.ID
	c.world = &world
	for i := range world.Accounts {
		c.note(&world.Accounts[i])
	}
	index := find(&world, given.Environment)
	if index < 0 {
		return nil, c.lacks(given, "")
	}
	names := slices.Sorted(maps.Keys(given.Accounts))
	if len(names) > maxAccounts {
		return nil, problem(s.Scenario, given.LineOf("accounts"), "there are %d further accounts; a mock begins with at most %d", len(names), maxAccounts)
	}
	at := []int{index}
	for _, name := range names {
		if err := c.add(name, given.Accounts[name]); err != nil {
			return nil, err
		}
		at = append(at, len(c.world.Accounts)-1)
	}
	all := append([]string{""}, names...)
	givens := []scenarios.Given{given}
	for _, name := range names {
		givens = append(givens, given.Accounts[name])
	}
	for i, name := range all {
		a := &c.world.Accounts[at[i]]
		if err := c.equip(a, givens[i], name); err != nil {
			return nil, err
		}
	}
	// Tokens come after all accounts exist, as in the suite; rules come last, because they may name
	// tokens.
	for i := range all {
		if err := c.content(&c.world.Accounts[at[i]], givens[i], &c.cast[i]); err != nil {
			return nil, err
		}
	}
	for i := range all {
		if err := c.rules(givens[i], &c.cast[i]); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// open returns the world that a fixture names, unless the server was started with another one.
func (s *Scene) open(fixture string) (*fixtures.World, error) {
	switch {
	case s.wish.Fixtures != nil:
		return s.wish.Fixtures()
	case fixture == "":
		return fixtures.Named("demo") // as the suite chooses: with entries in every list
	}
	return fixtures.Named(fixture)
}

// find returns the index of the first account of an environment, or -1.
func find(w *fixtures.World, environment string) int {
	return slices.IndexFunc(w.Accounts, func(a fixtures.Account) bool { return a.Environment == orProduction(environment) })
}

func orProduction(environment string) string {
	if environment == "" {
		return string(account.Production)
	}
	return environment
}

func (c *composition) lacks(g scenarios.Given, name string) error {
	return problem(c.Scenario, g.LineOf("environment"), "%sthe fixture has no %s account", of(name), orProduction(g.Environment))
}

// note records the IDs and secrets of an account, which must be unique.
func (c *composition) note(a *fixtures.Account) {
	c.issued[a.ID], c.issued[a.APIKey] = true, true
	for i := range a.Tokens {
		c.issued[a.Tokens[i].Token], c.issued[a.Tokens[i].RefreshToken] = true, true
	}
}

// add adds a further account: a copy of a fixture's, with an ID, credentials and tokens of its own.
func (c *composition) add(name string, g scenarios.Given) error {
	from, err := c.open(g.Fixture)
	if err != nil {
		return problem(c.Scenario, g.LineOf("fixture"), "%s%v", of(name), err)
	}
	index := find(from, g.Environment)
	if index < 0 {
		return c.lacks(g, name)
	}
	a := from.Accounts[index]
	a.ID = name
	for n := 2; c.issued[a.ID]; n++ {
		a.ID = fmt.Sprintf("%s-%d", name, n)
	}
	a.Email = a.ID + "@example.com"
	a.APIKey = c.draw(name, "api-key")[8:] + c.draw(name, "api-key-2")[8:]
	a.Tokens = slices.Clone(a.Tokens)
	for i := range a.Tokens {
		a.Tokens[i].Token, a.Tokens[i].RefreshToken = c.pair(name, fmt.Sprintf("fixture-%d", i))
	}
	a.Clients, a.Codes, a.GrantTokens = slices.Clone(a.Clients), nil, nil
	drawn := 0
	for i := range a.Clients {
		a.Clients[i].ID, a.Clients[i].Secret = grant.DrawClient(func(kind string) string {
			drawn++
			return c.draw(name, fmt.Sprintf("%s-%d", kind, drawn))[8:]
		})
	}
	c.note(&a)
	c.world.Accounts = append(c.world.Accounts, a)
	return nil
}

// equip applies the given clock, wallet and limit to an account, and adds it to the scene's
// accounts.
func (c *composition) equip(a *fixtures.Account, g scenarios.Given, name string) error {
	if name != "" && g.Clock != nil {
		now, err := moment(c.Scenario, g.Clock)
		if err != nil {
			return err
		}
		own := &fixtures.Clock{Offset: now.Sub(c.start).String()}
		if g.Clock.Frozen {
			at := fixtures.At(now)
			own = &fixtures.Clock{FrozenAt: &at}
		}
		a.Clock = own
	}
	if g.Credit != "" {
		if err := c.credit(a, g, name); err != nil {
			return err
		}
	}
	if g.RateLimit != nil && !c.wish.NoLimits {
		a.RateLimit = &fixtures.RateLimit{Limit: int64(g.RateLimit.Limit), Window: g.RateLimit.Window, Enabled: true}
		a.Quota = nil
	}
	m := Member{Name: name, ID: account.ID(a.ID), Email: a.Email, APIKey: a.APIKey, Environment: a.Environment}
	if err := c.register(a, g, &m); err != nil {
		return err
	}
	c.cast = append(c.cast, m)
	if name != "" {
		c.vars[name] = map[string]any{"email": a.Email, "apiKey": a.APIKey}
	}
	return nil
}

// credit sets a wallet's credit by one transaction.
func (c *composition) credit(a *fixtures.Account, g scenarios.Given, name string) error {
	want, err := account.ParseMoney(g.Credit)
	if err != nil {
		return problem(c.Scenario, g.LineOf("credit"), "%scredit: %v", of(name), err)
	}
	difference := fixtures.Amount(want) - a.Wallet.Credit()
	if difference == 0 {
		return nil
	}
	description := "Wallet recharge"
	if difference < 0 {
		description = "Wallet debit"
	}
	a.Wallet.Transactions = append(slices.Clone(a.Wallet.Transactions), fixtures.Transaction{
		ID: "txn_" + c.draw(name, "credit"), Amount: difference, Description: description,
	})
	return nil
}

// of names a further account in messages.
func of(name string) string {
	if name == "" {
		return ""
	}
	return "account " + name + ": "
}
