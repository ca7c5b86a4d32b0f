package mockserver

import (
	"net/http"
	"net/url"

	"oauthmock/mockserver/fault"
)

// Fault makes calls go wrong as a rule says, behind the rules that there are, until the mock is reset or the rule removed. A rule that is wrong
// ends the test.
func (m *Mock) Fault(rule fault.Rule) {
	m.tb.Helper()
	m.must(m.tb, http.MethodPost, "/faults", rule, nil)
}

// Chaos makes calls go wrong by rules that come with the program; see WithChaos.
func (m *Mock) Chaos(profile string) {
	m.tb.Helper()
	m.must(m.tb, http.MethodPost, "/faults", profileBody(m.tb, profile), nil)
}

func profileBody(tb TB, profile string) map[string]any {
	tb.Helper()
	rules, err := fault.Profile(profile)
	if err != nil {
		tb.Fatalf("mockserver: %v", err)
	}
	return map[string]any{"version": fault.Version, "faults": rules}
}

// Faults are the rules by which calls go wrong, in their order, with how often each fired.
func (m *Mock) Faults() []fault.View {
	m.tb.Helper()
	var all struct{ Items []fault.View }
	m.must(m.tb, http.MethodGet, "/faults", nil, &all)
	return all.Items
}

// RemoveFault removes a rule. Calls that wait because of it go on. That there is none of the name ends the test.
func (m *Mock) RemoveFault(name string) {
	m.tb.Helper()
	m.must(m.tb, http.MethodDelete, "/faults/"+url.PathEscape(name), nil, nil)
}

// Fault is Mock.Fault for the calls of this account alone. Names of rules are unique in a mock, so the rule's name is put behind the account's ID.
// It answers the name, by which Mock.RemoveFault knows the rule. With the account the rule is gone.
func (a *Account) Fault(rule fault.Rule) (name string) {
	a.tb.Helper()
	rule.Name = a.ID + "." + rule.Name
	if rule.ArmedBy != "" {
		rule.ArmedBy = a.ID + "." + rule.ArmedBy
	}
	a.mock.must(a.tb, http.MethodPost, "/faults?account="+url.QueryEscape(a.ID), rule, nil)
	return rule.Name
}

// Faults are the rules that are confined to this account; see Mock.Faults.
func (a *Account) Faults() []fault.View {
	a.tb.Helper()
	var all struct{ Items []fault.View }
	a.mock.must(a.tb, http.MethodGet, "/faults?account="+url.QueryEscape(a.ID), nil, &all)
	return all.Items
}
