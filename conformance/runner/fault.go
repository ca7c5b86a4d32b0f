package runner

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"oauthmock/conformance/report"
	"oauthmock/scenarios"
)

// faultHeader names the rule that made an answer.
const faultHeader = "X-Mock-Fault"

// breaks reports whether the control API takes rules of faults, which not every one does. It is
// asked once.
func (c *control) breaks(ctx context.Context) bool {
	c.askedFaults.Do(func() {
		c.faulty = c.call(ctx, http.MethodGet, "/faults", nil, nil, nil) == nil
	})
	return c.faulty
}

// setFault is a rule that the session put into the target.
type setFault struct {
	account *account
	written string // its name in the scenario
}

// name is the rule's name in the target, where scenarios that run side by side must not take one
// another's.
func (f setFault) name() string { return f.written + "." + f.account.ID }

// addFaults puts rules into the target, for one account.
func (s *session) addFaults(ctx context.Context, a *account, rules []scenarios.FaultRule, lookup lookup, answer any) error {
	if len(rules) > 0 && !s.control.breaks(ctx) {
		return stop{report.Skip, "needs a control API with faults"}
	}
	for i := range rules {
		expanded, err := scenarios.Expand(rules[i].Rule, lookup)
		if err != nil {
			return err
		}
		object, _ := expanded.(map[string]any)
		rule := maps.Clone(object)
		set := setFault{a, rules[i].Name}
		rule["name"] = set.name()
		if armedBy, ok := rule["armedBy"].(string); ok {
			rule["armedBy"] = setFault{a, armedBy}.name()
		}
		match, _ := rule["match"].(map[string]any)
		if match = maps.Clone(match); match == nil {
			match = map[string]any{}
		}
		match["account"] = a.ID
		rule["match"] = match
		if err := s.control.call(ctx, http.MethodPost, "/faults", nil, rule, answer); err != nil {
			return err
		}
		s.faults = append(s.faults, set)
		effect, _ := rule["effect"].(map[string]any)
		// What is only late, or a refusal of the API's own, is an answer like any other.
		s.breaking[set.name()] = effect != nil && effect["kind"] != "latency" && effect["kind"] != "refusal"
	}
	return nil
}

// removeFault takes a rule out of the target.
func (s *session) removeFault(ctx context.Context, f setFault) error {
	err := s.control.call(ctx, http.MethodDelete, "/faults/"+url.PathEscape(f.name()), nil, nil, nil)
	if err == nil {
		s.faults = slices.DeleteFunc(s.faults, func(other setFault) bool { return other == f })
	}
	return err
}

// changeFaults does what a step asks for.
func (s *session) changeFaults(ctx context.Context, a *account, change *scenarios.ControlFaults, lookup lookup, answer any) error {
	for _, name := range change.Remove {
		if err := s.removeFault(ctx, setFault{a, name}); err != nil {
			return err
		}
	}
	return s.addFaults(ctx, a, change.Add, lookup, answer)
}

// removeFaults takes all rules of the scenario out of the target.
func (s *session) removeFaults(ctx context.Context) {
	for _, f := range slices.Clone(s.faults) {
		if err := s.removeFault(ctx, f); err != nil {
			s.leaving.addOther(report.Leftover{Surface: whatControl, Kind: kindFault, ID: f.name(), Reason: err.Error()})
			if errors.As(err, new(transportError)) {
				return
			}
		}
	}
}

// broken reports whether an answer was made by a fault rule that the scenario itself set. Only the
// step's expectations apply to it, not what is true of every other answer.
func (s *session) broken(sent *sent) bool {
	return s.breaking[sent.answer.header.Get(faultHeader)]
}
