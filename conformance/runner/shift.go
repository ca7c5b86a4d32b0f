package runner

import (
	"slices"

	"oauthmock/scenarios"
)

// shift is a part of a run: scenarios by their places, and how many run at once.
type shift struct {
	workers   int
	scenarios []int
}

// shifts schedules a run. If every scenario has accounts of its own, all run concurrently. On a
// shared account those that neither disturb others nor are disturbed go first, and the rest one
// after another.
func (r *Runner) shifts(order []int) []shift {
	if r.control != nil || r.options.Parallel == 1 {
		return []shift{{r.options.Parallel, order}}
	}
	var beside, alone []int
	for _, i := range order {
		if r.sharesAccount(r.chosen[i]) {
			beside = append(beside, i)
		} else {
			alone = append(alone, i)
		}
	}
	return []shift{{r.options.Parallel, beside}, {1, alone}}
}

// sharesAccount reports whether a scenario can run while others use its account: it reads nothing
// that the calls of others change, spends nothing, and races with nobody.
func (r *Runner) sharesAccount(scenario *scenarios.Scenario) bool {
	if provokes(scenario) || len(scenario.Given.Items) > 0 {
		return false
	}
	for _, surface := range r.called(scenario) {
		if surface.Paid || !surface.TakesAccount(nil) {
			return false
		}
	}
	return !slices.ContainsFunc(scenario.Steps, func(step scenarios.Step) bool {
		if step.Concurrent > 0 || step.Walk != nil || step.Follow != nil || step.Authorize != nil {
			return true
		}
		call, ok := scenarios.ResolveCall(r.judgement.Operations(), step.Call)
		return ok && call.Operation != nil && slices.Contains(r.judgement.Surface(call.Surface).Moving, call.Operation.Name)
	})
}
