package mocktest

import (
	"net/http"
	"net/url"

	"oauthmock/mockserver/fault"
)

// AddFault adds a rule by which calls fail, after the rules that exist, until the mock is reset or
// the rule is removed. An invalid rule ends the test.
func (m *Mock) AddFault(rule fault.Rule) {
	m.tb.Helper()
	m.must(m.tb, http.MethodPost, "/faults", rule, nil)
}

// AddChaos adds the rules of a built-in profile; see mockserver.WithChaos.
func (m *Mock) AddChaos(profile string) {
	m.tb.Helper()
	rules, err := fault.Profile(profile)
	if err != nil {
		m.tb.Fatalf("mocktest: %v", err)
		return
	}
	m.must(m.tb, http.MethodPost, "/faults", map[string]any{"version": fault.Version, "faults": rules}, nil)
}

// Faults returns the rules in their order, each with the number of calls that it has affected.
func (m *Mock) Faults() []fault.View {
	m.tb.Helper()
	return m.faults(m.tb, "/faults")
}

func (m *Mock) faults(tb TB, path string) []fault.View {
	tb.Helper()
	var all struct{ Items []fault.View }
	m.must(tb, http.MethodGet, path, nil, &all)
	return all.Items
}

// RemoveFault removes a rule. Calls delayed by the rule resume. If no rule has the name, the test
// ends.
func (m *Mock) RemoveFault(name string) {
	m.tb.Helper()
	m.must(m.tb, http.MethodDelete, "/faults/"+url.PathEscape(name), nil, nil)
}

// AddFault adds a rule for the calls of this account alone. Because names of rules are unique in a
// mock, the rule's name is prefixed with the account's ID; AddFault returns that name, which
// Mock.RemoveFault takes. The rule is removed with the account.
func (a *Account) AddFault(rule fault.Rule) (name string) {
	a.tb.Helper()
	rule.Name = a.ID + "." + rule.Name
	if rule.ArmedBy != "" {
		rule.ArmedBy = a.ID + "." + rule.ArmedBy
	}
	a.mock.must(a.tb, http.MethodPost, "/faults?account="+url.QueryEscape(a.ID), rule, nil)
	return rule.Name
}

// Faults returns the rules that are confined to this account; see Mock.Faults.
func (a *Account) Faults() []fault.View {
	a.tb.Helper()
	return a.mock.faults(a.tb, "/faults?account="+url.QueryEscape(a.ID))
}
