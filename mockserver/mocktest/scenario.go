package mocktest

import "oauthmock/mockserver/scene"

// Scene returns what the mock started with: the scenario of mockserver.WithScenario, its accounts
// and tokens. Without a scenario it ends the test.
func (m *Mock) Scene() *scene.Scene {
	m.tb.Helper()
	s := m.server.Scene()
	if s == nil {
		m.tb.Fatalf("mocktest: the mock was started without mockserver.WithScenario")
	}
	return s
}

// Account returns an account of the scenario that the mock started with, by its name under
// given.accounts; "" is the scenario's own account.
func (m *Mock) Account(tb TB, name string) *Account {
	tb.Helper()
	s := m.Scene()
	member, ok := s.Member(name)
	if !ok {
		tb.Fatalf("mocktest: the scenario %s has no account %q", s.Scenario.ID, name)
		return nil
	}
	return &Account{
		ID: string(member.ID), Email: member.Email, APIKey: member.APIKey, Environment: member.Environment,
		mock: m, tb: tb,
	}
}
