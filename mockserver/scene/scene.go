package scene

import (
	"fmt"
	"slices"
	"time"

	"oauthmock/fixtures"
	"oauthmock/mockserver/account"
	"oauthmock/mockserver/clock"
	"oauthmock/mockserver/fault"
	"oauthmock/scenarios"
)

// Wish overrides parts of a scenario; empty fields leave it as it is.
type Wish struct {
	// Fixtures replaces given.fixture, also for further accounts.
	Fixtures func() (*fixtures.World, error)
	// Seed of what is generated: tokens, and the API keys of further accounts.
	Seed uint64
	// Start replaces given.clock.now.
	Start time.Time
	// NoLimits ignores given.rateLimit of all accounts.
	NoLimits bool
}

// Scene is the start of a scenario. It is read-only.
type Scene struct {
	Scenario *scenarios.Scenario
	// Start is where the server's clock starts; zero means the machine's time. Frozen reports
	// whether it is frozen.
	Start  time.Time
	Frozen bool
	// Cast are the accounts of the scenario: its own first, then the further ones by name.
	Cast []Member
	// Faults are the rules of given.faults, each limited to its account.
	Faults []fault.Rule

	wish Wish
}

// Member is an account of a scenario.
type Member struct {
	// Name under given.accounts; empty for the scenario's own account.
	Name                       string
	ID                         account.ID
	Email, APIKey, Environment string
	// Scopes are the enabled scopes that steps call ${scope}, ${scope2}, …
	Scopes []string
	Tokens []Token
	// Clients and Users are those of given.clients and given.users.
	Clients []Client
	Users   []User
}

// Token is a token of given.tokens.
type Token struct {
	// As is the token's name in steps ("first", or "first.1" if there are several); Name is its
	// name in the API.
	As, Name, Token, RefreshToken string
	// TTL is its lifetime from the start.
	TTL time.Duration
}

// Set builds the scene of a scenario. An error names file and line.
func Set(s *scenarios.Scenario, w Wish) (*Scene, error) {
	out := &Scene{Scenario: s, Start: w.Start, wish: w}
	if c := s.Given.Clock; c != nil {
		out.Frozen = c.Frozen
		if out.Start.IsZero() {
			now, err := moment(s, c)
			if err != nil {
				return nil, err
			}
			out.Start = now
		}
	}
	if err := checkGiven(s); err != nil {
		return nil, err
	}
	composed, err := out.compose()
	if err != nil {
		return nil, err
	}
	at := out.Start
	if at.IsZero() {
		at = clock.Real()
	}
	if err := composed.world.ValidateAt(at); err != nil {
		return nil, problem(s, s.LineOf("given"), "the starting state cannot be: %v", err)
	}
	out.Cast, out.Faults = composed.cast, composed.faults
	return out, nil
}

// World builds the fixtures of the scene, again on each call; it is the source of a server's world.
func (s *Scene) World() (*fixtures.World, error) {
	composed, err := s.compose()
	if err != nil {
		return nil, err
	}
	return composed.world, nil
}

// Member returns an account of the scene by its name under given.accounts; "" is the scenario's
// own.
func (s *Scene) Member(name string) (Member, bool) {
	i := slices.IndexFunc(s.Cast, func(m Member) bool { return m.Name == name })
	if i < 0 {
		return Member{}, false
	}
	return s.Cast[i], true
}

// moment parses the time of a clock.
func moment(s *scenarios.Scenario, c *scenarios.GivenClock) (time.Time, error) {
	now, err := time.Parse(time.RFC3339, c.Now)
	if err == nil {
		err = clock.Check(now)
	}
	if err != nil {
		return time.Time{}, problem(s, c.LineOf("now"), "clock: now is %q, where no clock can begin; write a time such as 2026-02-12T08:30:00Z", c.Now)
	}
	return now.UTC(), nil
}

// problem returns an error about a scenario, with file and line.
func problem(s *scenarios.Scenario, line int, format string, args ...any) error {
	return scenarios.Problem{File: s.File, Line: line, Message: fmt.Sprintf(format, args...)}
}
