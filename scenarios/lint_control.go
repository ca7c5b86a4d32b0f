package scenarios

import (
	"fmt"
	"slices"
	"strings"
)

// controls finds refusals that are expected without a success beside them.
func (l *linter) controls() {
	s := l.scenario
	var lacking []refusal
	for i := range s.Steps {
		for _, one := range l.refusals(&s.Steps[i]) {
			if !l.controlled(one, s, true) {
				lacking = append(lacking, one)
			}
		}
	}
	if !s.Has("control") {
		for _, one := range lacking {
			l.problem(one.step.Line, "step %q must be refused, but nothing shows that it is not refused always; add a step in which %s succeeds, or name the scenario that holds one: control: ID",
				one.step.Name, one.wants())
		}
		return
	}
	line := s.LineOf("control")
	other, there := l.byID[s.Control]
	switch {
	case !there:
		l.problem(line, "control: there is no scenario %q%s", s.Control, didYouMean(s.Control, sortedKeys(l.byID)))
	case other == s:
		l.problem(line, "control: %q is the scenario itself; leave it out", s.Control)
	case len(lacking) == 0:
		l.problem(line, "control: every refusal of %s has its control in the scenario itself; leave it out", s.ID)
	default:
		for _, one := range lacking {
			if !l.controlled(one, other, false) {
				l.problem(line, "control: in %s there is no step in which %s succeeds, which step %q needs", other.ID, one.wants(), one.step.Name)
			}
		}
	}
}

// refusal is one kind of request that a scenario expects to be refused.
type refusal struct {
	step *Step
	// operation that must succeed elsewhere; "" when any does, by the account named as.
	operation, as string
}

// wants says in words what would be the control.
func (r refusal) wants() string {
	switch {
	case r.operation != "":
		return r.operation
	case r.as != "":
		return fmt.Sprintf("any call by the account %q", r.as)
	}
	return "any call by the scenario's own account"
}

// refusals are what a step expects to be refused, one for each operation that it asks.
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
	// Who calls, not what is called: then another call by who is allowed shows that it is the credentials that were refused.
	authentication := step.Auth != nil && step.Auth.Kind != "basic" || !slices.ContainsFunc(statuses, func(status int) bool { return status != 401 })
	var list []refusal
	for _, place := range l.places(step) {
		one := refusal{step: step, operation: place.operation, as: step.As}
		if authentication || place.operation == "" {
			one.operation = ""
		}
		if !slices.Contains(list, one) {
			list = append(list, one)
		}
	}
	return list
}

// controlled says whether a step of the scenario succeeds where the refusal is expected. The names of accounts mean something within
// their own scenario only.
func (l *linter) controlled(r refusal, in *Scenario, same bool) bool {
	return slices.ContainsFunc(in.Steps, func(step Step) bool {
		if !succeeds(in, &step) || r.operation == "" && same && step.As != r.as {
			return false
		}
		return slices.ContainsFunc(l.places(&step), func(place place) bool {
			return r.operation == place.operation || r.operation == "" && place.operation != ""
		})
	})
}

// succeeds says whether a step can only pass when a request of it is answered with success.
func succeeds(s *Scenario, step *Step) bool {
	level := s.Level
	if step.Expect.Level != "" {
		level = step.Expect.Level
	}
	if step.Call == "" || level == Observe && s.Level != Observe {
		return false
	}
	for _, outcome := range step.Outcomes {
		if is2xx(outcome.Status) && (outcome.Count == "some" || strings.Trim(outcome.Count, "0123456789") == "" && outcome.Count != "0") {
			return true
		}
	}
	return len(step.Expect.Status) > 0 && !slices.ContainsFunc(step.Expect.Status, func(status int) bool { return !is2xx(status) })
}

func is2xx(status int) bool {
	return status >= 200 && status < 300
}
