package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"oauthmock/conformance/check"
	"oauthmock/conformance/report"
	"oauthmock/scenarios"
)

// setUpReceiver gives a scenario an address at which it receives callbacks.
func (s *session) setUpReceiver(ctx context.Context) error {
	given := s.scenario.Given.Receiver
	if given == nil {
		return nil
	}
	box, err := s.receiver.open(ctx, slices.Clone(given.Answers))
	if err != nil {
		return stop{report.Error, err.Error()}
	}
	s.mail = box
	s.vars["receiver"] = map[string]any{"url": box.url}
	return nil
}

// receiveStep holds the callbacks that came since the last such step against what it expects.
func (s *session) receiveStep(ctx context.Context, step *scenarios.Step) error {
	secret, err := s.webhookSecret(ctx)
	if err != nil {
		return err
	}
	lookup := s.lookup(ctx, step.As, nil)
	expect, wants, err := expected(step.Expect, lookup)
	if err != nil {
		return err
	}
	level := cmp.Or(expect.Level, s.scenario.Level)
	wait := patience
	if s.control != nil {
		wait = patienceWithControl
	}
	got := s.mail.next(ctx, step.Receive, wait)
	if ctx.Err() != nil {
		return transportError{errors.New("interrupted")}
	}
	list := make([]any, len(got))
	for i, one := range got {
		list[i] = one.value(secret)
	}
	s.ledger.add(s, step.Name, check.Finding{
		Kind: "callback.count", Level: level, OK: len(got) == step.Receive, Line: step.LineOf("receive"),
		Expected: fmt.Sprintf("%d callbacks at the receiver", step.Receive), Actual: fmt.Sprint(len(got)),
	}, -1)
	if len(got) != step.Receive {
		return nil
	}
	for _, finding := range check.At("callback", wants.Data, list, true, level) {
		s.ledger.add(s, step.Name, finding, -1)
	}
	return s.capture(step, step.Name, step.Capture, list, true, lookup, -1, s.vars)
}

// webhookSecret returns the secret that signs the account's callbacks; "" if it is unknown.
func (s *session) webhookSecret(ctx context.Context) (string, error) {
	if s.control == nil {
		return "", nil
	}
	secret, err := s.control.webhookSecret(ctx, s.accounts[""].ID)
	if err == nil && secret != "" {
		s.secrets.Add("WEBHOOK_SECRET", secret)
	}
	return secret, err
}

// unreceived says why a scenario that receives callbacks cannot run; "" when it can.
func (r *Runner) unreceived(scenario *scenarios.Scenario) string {
	given := scenario.Given.Receiver
	switch timeout := cmp.Or(r.target.CallbackTimeout, defaultCallbackTimeout); {
	case given == nil:
		return ""
	case r.target.CallbackURL == "" && !r.target.InProcess && !loopback(r.base.Host):
		return "receives callbacks, and the target is not this machine; give the address under which it sees this machine with --callback-url"
	case timeout > longestHang && slices.Contains(given.Answers, scenarios.NoAnswer):
		return fmt.Sprintf("lets the target wait for its receiver, %s; give --callback-timeout where it waits for %s at most", timeout, longestHang)
	}
	return ""
}
