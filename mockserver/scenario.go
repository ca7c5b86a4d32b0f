package mockserver

import (
	"cmp"
	"slices"
	"time"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/admin"
	"oauthmock/mockserver/fault"
	"oauthmock/mockserver/scene"
	"oauthmock/mockserver/surface/v2"
	"oauthmock/mockserver/world"
)

// WithScenario starts with the given part of a scenario: its fixture, environment, credit, clock,
// rate limit, tokens, further accounts and faults. The name is read as by scene.Locate: a
// development scenario by its name ("rate-limited"), any built-in scenario by its id, or a file
// (FILE#ID if it holds several). Resets return to that state. The scenario's own account is the
// fixture's, with the fixture's credentials.
//
// Other options take precedence over the scenario, in whatever order they are given: WithFixtures
// and WithWorld over its fixtures, WithClock, WithFrozenClock and WithRunningClock over its clock,
// WithRateLimit over the limits of its accounts, WithTokenShape and WithSuccessEnvelope over its
// answers.
func WithScenario(nameOrFile string) Option {
	return func(c *config) (err error) {
		c.scenario, err = scene.Locate(nameOrFile).Open()
		return err
	}
}

// WithRunningClock lets the clock run even if a scenario freezes it.
func WithRunningClock() Option {
	return func(c *config) error { c.frozen = new(false); return nil }
}

// set applies what the scenario gives, except where an option takes precedence.
func (c *config) set() error {
	if c.scenario == nil {
		return nil
	}
	s, err := scene.Set(c.scenario, scene.Wish{Fixtures: c.fixtures, Seed: c.seed, Start: c.start, NoLimits: c.limit != nil})
	if err != nil {
		return err
	}
	c.scene, c.fixtures, c.start = s, s.World, s.Start
	if answers := c.scenario.Given.Answers; answers != nil {
		c.shape = cmp.Or(c.shape, v2.TokenShape(answers.TokenShape))
		c.envelope = cmp.Or(c.envelope, v2.Envelope(answers.SuccessEnvelope))
	}
	c.faults = append(c.faults, s.Faults...)
	if c.frozen == nil {
		c.frozen = &s.Frozen
	}
	return nil
}

func (c *config) isFrozen() bool { return c.frozen != nil && *c.frozen }

func (c *config) rateLimit() account.RateLimit {
	if c.limit != nil {
		return *c.limit
	}
	return account.RateLimit{Limit: DefaultRateLimit, Window: time.Minute, Enabled: true}
}

// Reload resets the server to the fixtures, scenario, seed, clock, rate limit, faults and service
// documents in options, and makes that the state that later resets restore. Other options are
// ignored. On an error nothing changes. Reload is safe for concurrent use.
func (s *Server) Reload(options ...Option) error {
	s.reloading.Lock()
	defer s.reloading.Unlock()
	if err := s.reload(options); err != nil {
		return err
	}
	s.started = options
	return nil
}

func (s *Server) reload(options []Option) error {
	c, err := configure(options)
	if err != nil {
		return err
	}
	rules := slices.Concat(c.faults, c.chaos)
	if err := fault.Check(rules, s.faults.Known()); err != nil {
		return c.placed(err, s.faults.Known())
	}
	if err := s.world.Begin(world.Beginning{Fixtures: c.fixtures, Start: c.start, Frozen: c.isFrozen(), Seed: c.seed, RateLimit: c.rateLimit(), Services: c.sold()}); err != nil {
		return err
	}
	if err := s.faults.Begin(rules); err != nil {
		return err
	}
	s.documents.Store(&c.documents)
	c.log = s.log
	c.tellDocuments()
	s.scene.Store(c.scene)
	s.journal.Clear("")
	s.admin.Coverage.Clear("")
	return nil
}

// developed provides the development scenarios to the control API.
type developed struct{ *Server }

// List implements admin.Scenarios.
func (d developed) List() ([]admin.Scenario, error) {
	var out []admin.Scenario
	began := d.Scene()
	for _, name := range scene.Names() {
		s, err := scene.Locate(name).Open()
		if err != nil {
			return nil, err
		}
		out = append(out, admin.Scenario{Name: name, Title: s.Title, Description: s.Description, Active: began != nil && began.Scenario.ID == s.ID})
	}
	return out, nil
}

// Begin implements admin.Scenarios.
func (d developed) Begin(name string) error {
	d.reloading.Lock()
	defer d.reloading.Unlock()
	options := d.started
	if name != "" {
		options = append(slices.Clone(options), WithScenario(name))
	}
	return d.reload(options)
}

// Scene returns the scenario of WithScenario with its accounts and tokens, or nil without one. It
// is read-only.
func (s *Server) Scene() *scene.Scene { return s.scene.Load() }
