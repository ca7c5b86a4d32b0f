package scenarios

import (
	"fmt"
	"slices"
	"strings"
)

// controls finds refusals that are expected without a success beside them, and controls that are
// named in vain.
func (l *linter) controls() {
	s := l.scenario
	var lacking []refusal
	for i := range s.Steps {
		if observed(s, &s.Steps[i]) {
			continue
		}
		for _, one := range l.refusals(&s.Steps[i]) {
			if !l.controlled(one, s, true) {
				lacking = append(lacking, one)
			}
		}
	}
	named := l.named()
	for _, one := range lacking {
		if !slices.ContainsFunc(named, func(other *Scenario) bool { return l.controlled(one, other, false) }) {
			l.problem(one.step.Line, "step %q must be refused, but nothing shows that it is not refused always: add a step in which %s succeeds, or name the scenario that has one, as control: ID%s",
				one.step.Name, one.wants(), butNotIn(named))
		}
	}
	for _, other := range named {
		if !slices.ContainsFunc(lacking, func(one refusal) bool { return l.controlled(one, other, false) }) {
			l.problem(s.LineOf("control"), "control: %s has no success that a refusal of %s lacks; leave it out", other.ID, s.ID)
		}
	}
}

// named are the scenarios that hold the controls of the one at hand.
func (l *linter) named() []*Scenario {
	var list []*Scenario
	for _, id := range l.scenario.Control {
		other, there := l.byID[id]
		switch {
		case !there:
			l.problem(l.scenario.LineOf("control"), "control: there is no scenario %q%s", id, didYouMean(id, sortedKeys(l.byID)))
		case other == l.scenario:
			l.problem(l.scenario.LineOf("control"), "control: %q is the scenario itself; leave it out", id)
		default:
			list = append(list, other)
		}
	}
	return list
}

// butNotIn names the scenarios that were named and hold no success of the kind.
func butNotIn(named []*Scenario) string {
	if len(named) == 0 {
		return ""
	}
	ids := make([]string, len(named))
	for i, s := range named {
		ids[i] = s.ID
	}
	return "; there is none in " + strings.Join(ids, ", ")
}

// refusal is one kind of request that a scenario expects to be refused.
type refusal struct {
	step *Step
	// operation that must succeed elsewhere; "" when any does, by the account named as.
	operation, as string
	surface       string
}

// wants describes the control that is missing.
func (r refusal) wants() string {
	switch {
	case r.operation != "":
		return r.operation
	case r.as != "":
		return fmt.Sprintf("any call by the account %q", r.as)
	}
	return "any call by the scenario's own account"
}

// refusals returns what a step expects to be refused, one for each operation that it calls.
func (l *linter) refusals(step *Step) []refusal {
	statuses := slices.Clone(step.Expect.Status)
	for _, outcome := range step.Outcomes {
		if outcome.Count != "0" {
			statuses = append(statuses, outcome.Status)
		}
	}
	statuses = slices.DeleteFunc(statuses, func(status int) bool { return status < 400 })
	if len(statuses) == 0 {
		return nil
	}
	// The refusal is about who calls, or how often, not what is called: then any call that succeeds
	// shows that it is this which was refused.
	caller := step.Auth != nil && step.Auth.Kind != "basic" ||
		!slices.ContainsFunc(statuses, func(status int) bool { return status != 401 && status != 429 })
	var list []refusal
	for _, place := range l.places(step) {
		one := refusal{step: step, operation: place.operation, as: step.As, surface: place.surface}
		if caller && place.operation != paidService {
			one.operation = ""
		}
		if !slices.Contains(list, one) {
			list = append(list, one)
		}
	}
	return list
}

// controlled reports whether a step of the scenario succeeds where the refusal is expected. The
// names of accounts mean something within their own scenario only.
func (l *linter) controlled(r refusal, in *Scenario, same bool) bool {
	return slices.ContainsFunc(in.Steps, func(step Step) bool {
		if !succeeds(&step) || observed(in, &step) || r.operation == "" && same && step.As != r.as {
			return false
		}
		return slices.ContainsFunc(l.places(&step), func(place place) bool {
			return r.operation == place.operation || r.operation == "" && place.operation != "" && place.surface == r.surface
		})
	})
}

// succeeds reports whether a step can only pass when a request of it is answered with success.
func succeeds(step *Step) bool {
	for _, outcome := range step.Outcomes {
		if served(outcome.Status) && (outcome.Count == "some" || strings.Trim(outcome.Count, "0123456789") == "" && outcome.Count != "0") {
			return true
		}
	}
	if step.Authorize != nil && step.Authorize.Deny {
		return false
	}
	return len(step.Expect.Status) > 0 && !slices.ContainsFunc(step.Expect.Status, func(status int) bool { return !served(status) })
}

// observed reports whether what a step expects is recorded only, so that nothing fails when it is
// otherwise.
func observed(s *Scenario, step *Step) bool {
	if step.Expect.Level != "" {
		return step.Expect.Level == Observe
	}
	return s.Level == Observe
}

// served reports whether a status means that the request was served: 2xx, or a redirect, by which
// pages answer.
func served(status int) bool {
	return status >= 200 && status < 400
}
