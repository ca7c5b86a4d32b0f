package scenarios

import (
	"fmt"
	"slices"
)

// ControlReasons says why the scenario can only run against a target with a control API; empty when
// it does not need one.
func (s *Scenario) ControlReasons() []string {
	var reasons []string
	if slices.Contains(s.Needs, "control") {
		reasons = append(reasons, "it relies on a fresh account")
	}
	if s.Given.Fixture != "" {
		reasons = append(reasons, fmt.Sprintf("it starts from the fixture %q", s.Given.Fixture))
	}
	if s.Given.Credit != "" {
		reasons = append(reasons, "it sets the wallet's credit")
	}
	if s.Given.Clock != nil {
		reasons = append(reasons, "it sets the clock")
	}
	if s.Given.RateLimit != nil {
		reasons = append(reasons, "it sets the rate limit")
	}
	if s.Given.registers() {
		reasons = append(reasons, "it registers clients or users")
	}
	if s.Given.setsFaults() {
		reasons = append(reasons, "it sets faults")
	}
	for _, name := range sortedKeys(s.Given.Accounts) {
		// What one user can have is an account of each environment.
		if other := s.Given.Accounts[name]; len(s.Given.Accounts) > 1 || other.sandbox() == s.Given.sandbox() || other.needsControl() {
			reasons = append(reasons, "it needs further accounts")
			break
		}
	}
	for i := range s.Steps {
		if s.Steps[i].Control != nil {
			reasons = append(reasons, "its steps act on the clock, the wallet, the rate limit or faults")
			break
		}
	}
	return reasons
}

// needsControl reports whether an account of this state can only be made by a control API.
func (g *Given) needsControl() bool {
	return g.Fixture != "" || g.Credit != "" || g.Clock != nil || g.RateLimit != nil || len(g.Clients)+len(g.Users)+len(g.Faults) > 0
}

func (g *Given) sandbox() bool { return g.Environment == "sandbox" }

// NeedsSandbox reports whether the scenario calls as an account of the sandbox.
func (s *Scenario) NeedsSandbox() bool {
	if s.Given.sandbox() {
		return true
	}
	for _, other := range s.Given.Accounts {
		if other.sandbox() {
			return true
		}
	}
	return false
}

// NeedsServices reports whether the scenario can only run against a target that offers the paid
// services.
func (s *Scenario) NeedsServices() bool {
	return slices.Contains(s.Needs, needServices)
}

const needServices = "services"
