package scene

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"oauthmock/mockserver/fault"
	"oauthmock/scenarios"
	"oauthmock/spec"
)

// rules adds the rules of given.faults, each limited to its account.
func (c *composition) rules(g scenarios.Given, m *Member) error {
	for i := range g.Faults {
		written := &g.Faults[i]
		expanded, err := scenarios.Expand(written.Rule, c.lookup(m.Name))
		if err != nil {
			return problem(c.Scenario, written.Line, "%sfault %s: %v", of(m.Name), written.Name, err)
		}
		object, _ := expanded.(map[string]any)
		if m.Name != "" { // names are unique across accounts
			object["name"] = m.Name + "." + written.Name
			if by, ok := object["armedBy"].(string); ok {
				object["armedBy"] = m.Name + "." + by
			}
		}
		match, _ := object["match"].(map[string]any)
		if match = maps.Clone(match); match == nil {
			match = map[string]any{}
		}
		match["account"] = string(m.ID)
		object["match"] = match
		rule, err := read(c.Scenario, written, object)
		if err != nil {
			return err
		}
		c.faults = append(c.faults, rule)
	}
	return nil
}

// read parses a rule as the engine does.
func read(s *scenarios.Scenario, written *scenarios.FaultRule, object map[string]any) (fault.Rule, error) {
	text, err := json.Marshal(object)
	if err != nil {
		return fault.Rule{}, problem(s, written.Line, "fault %s: %v", written.Name, err)
	}
	rules, single, err := fault.Decode("rule", text)
	if one, ok := errors.AsType[fault.Problem](err); ok {
		return fault.Rule{}, problem(s, written.LineOf(one.Place), "fault %s: %s", written.Name, at(one.Place, one.Message))
	}
	if err != nil || !single {
		return fault.Rule{}, problem(s, written.Line, "fault %s: is not a rule: %v", written.Name, err)
	}
	return rules[0], nil
}

func at(place, message string) string {
	if place == "" {
		return message
	}
	return place + ": " + message
}

// Check reports whether a mock can start with a scenario and apply all its fault rules, including
// those of steps.
func Check(s *scenarios.Scenario) error {
	if _, err := Set(s, Wish{}); err != nil {
		return err
	}
	codes := knownCode()
	var problems []error
	own := slices.Clone(s.Given.Faults)
	for i := range s.Steps {
		step := &s.Steps[i]
		if step.Control == nil || step.Control.Faults == nil || len(step.Control.Faults.Add) == 0 {
			continue
		}
		if step.As != "" {
			own = slices.Clone(s.Given.Accounts[step.As].Faults)
		}
		for _, r := range step.Control.Faults.Add { // a name may be used again once its rule is removed
			own = append(slices.DeleteFunc(own, func(o scenarios.FaultRule) bool { return o.Name == r.Name }), r)
		}
		problems = append(problems, checkRules(s, own, codes))
	}
	return errors.Join(problems...)
}

// checkGiven reports whether the engine can apply the rules that accounts start with.
func checkGiven(s *scenarios.Scenario) error {
	problems := []error{checkRules(s, s.Given.Faults, knownCode())}
	for _, name := range slices.Sorted(maps.Keys(s.Given.Accounts)) {
		problems = append(problems, checkRules(s, s.Given.Accounts[name].Faults, knownCode()))
	}
	return errors.Join(problems...)
}

// checkRules reports whether the engine can apply rules together.
func checkRules(s *scenarios.Scenario, written []scenarios.FaultRule, codes func(string) bool) error {
	var rules []fault.Rule
	for i := range written {
		rule, err := read(s, &written[i], written[i].Rule)
		if err != nil {
			return err
		}
		rules = append(rules, rule)
	}
	err := fault.Check(rules, fault.Known{Codes: codes})
	if one, ok := errors.AsType[fault.RuleError](err); ok {
		w := &written[one.Index]
		return problem(s, w.LineOf(one.Place()), "fault %s: %v", w.Name, one.Err)
	}
	return err
}

// knownCode returns a function that reports whether any refusal has an error number.
func knownCode() func(code string) bool {
	return func(code string) bool {
		table, err := spec.Refusals()
		return err == nil && slices.ContainsFunc(table.All(), func(r spec.Refusal) bool { return r.Code.String() == code })
	}
}
