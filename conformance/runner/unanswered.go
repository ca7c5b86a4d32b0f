package runner

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"oauthmock/conformance/check"
	"oauthmock/scenarios"
)

// provokes reports whether 429 may be the answer that a scenario asks for.
func provokes(scenario *scenarios.Scenario) bool {
	if scenario.Given.RateLimit != nil || len(scenario.Given.Faults) > 0 {
		return true
	}
	for _, other := range scenario.Given.Accounts {
		if other.RateLimit != nil || len(other.Faults) > 0 {
			return true
		}
	}
	return slices.ContainsFunc(scenario.Steps, func(step scenarios.Step) bool {
		return step.Control != nil && (step.Control.RateLimit != nil || step.Control.Faults != nil) ||
			slices.Contains(step.Expect.Status, http.StatusTooManyRequests) ||
			slices.ContainsFunc(step.Outcomes, func(o scenarios.Outcome) bool { return o.Status == http.StatusTooManyRequests })
	})
}

// tooSlow is how many seconds an answer may take where lifetimes of two seconds are waited for.
const tooSlow = 0.3

// timed reports whether the scenario waits for something to end.
func (s *session) timed() bool {
	return slices.ContainsFunc(s.scenario.Steps, func(step scenarios.Step) bool { return step.Wait != "" })
}

// unanswered judges a call without a complete answer. A target that hangs up on it twice, while it
// answers another call, has failed the rule that the step is about; any other reason proves
// nothing, and is returned as an error.
func (s *session) unanswered(ctx context.Context, label string, got *sent, index int, level scenarios.Level, err error) error {
	s.noteLost(got, err)
	if !hungUp(err) || len(s.breaking) > 0 || ctx.Err() != nil {
		return err
	}
	again, second := s.send(ctx, got.call)
	if again == nil || !hungUp(second) {
		return err
	}
	s.noteLost(again, second)
	s.evidence = append(s.evidence, again)
	other := s.anotherCall(got)
	if other == nil {
		return err
	}
	if _, failed := s.send(ctx, *other); failed != nil {
		return err
	}
	s.breaker.forgive(got.operationName())
	s.ledger.add(s, label, check.Finding{Kind: "http.answer", Level: level, Expected: "an answer", Source: "RFC 9110 section 15: every request is answered with a status",
		Actual: fmt.Sprintf("none, twice (%v), while %s %s was answered", second, other.method, other.path)}, index)
	verdict, reason := s.ledger.verdict()
	return stop{verdict, reason}
}

// anotherCall is a read of the same surface that works elsewhere: the last one of the scenario that
// was answered, otherwise a plain one.
func (s *session) anotherCall(than *sent) *call {
	for _, sent := range slices.Backward(s.evidence) {
		if sent.exchange != nil && sent.surface == than.surface && isRead(sent.method) && sent.operation != than.operation {
			return &sent.call
		}
	}
	for _, one := range s.readsOf(than.surface, than.account) {
		if one.operation != than.operation || overrides(than.call.header) {
			return &one
		}
	}
	return nil
}
