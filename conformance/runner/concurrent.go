package runner

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"oauthmock/conformance/check"
	"oauthmock/conformance/report"
	"oauthmock/scenarios"
)

// concurrent sends a request many times at once, and counts the kinds of answers.
func (s *session) concurrent(ctx context.Context, step *scenarios.Step, label string, local, lists map[string]any) error {
	c, err := s.build(ctx, step, label, local)
	if err != nil {
		return err
	}
	if _, err := s.pay(ctx, &c, step.Concurrent); err != nil {
		return err
	}
	// All wait for their turn before the first is sent: at one request a second there is no race.
	if err := s.client.gate.turn(ctx, step.Concurrent); err != nil {
		return transportError{fmt.Errorf("interrupted: %w", context.Cause(ctx))}
	}
	c.how.inTurn = true
	answers := make([]*sent, step.Concurrent)
	failures := make([]error, step.Concurrent)
	start := make(chan struct{})
	var ready, done sync.WaitGroup
	for i := range answers {
		ready.Add(1)
		done.Go(func() {
			ready.Done()
			<-start
			answers[i], failures[i] = s.send(ctx, c)
		})
	}
	ready.Wait()
	close(start)
	done.Wait()

	indexes := make([]int, len(answers))
	for i, got := range answers {
		if got == nil {
			return stop{report.Error, failures[i].Error()}
		}
		indexes[i] = s.judge(label, got, s.levelOf(step))
	}
	var failed error
	for i, err := range failures {
		if err != nil {
			s.noteLost(answers[i], err)
			failed = cmp.Or(failed, err)
		}
	}
	if failed != nil {
		return failed
	}
	for i, got := range answers {
		into := map[string]any{}
		if err := s.expect(ctx, step, label, got, indexes[i], local, into); err != nil {
			return err
		}
		appendEach(lists, into)
	}
	return s.outcomes(ctx, step, label, answers, indexes, local)
}

func (s *session) outcomes(ctx context.Context, step *scenarios.Step, label string, answers []*sent, indexes []int, local map[string]any) error {
	if len(step.Outcomes) == 0 {
		return nil
	}
	lookup := s.lookup(ctx, step.As, local)
	outcomes := slices.Clone(step.Outcomes)
	for i := range outcomes {
		code, err := scenarios.Expand(outcomes[i].Code, lookup)
		if err != nil {
			return err
		}
		outcomes[i].Code = code
	}
	counts, first, exact := make([]int, len(outcomes)), make([]int, len(outcomes)), make([]int, len(outcomes))
	var others []string
	other := -1
	for i, got := range answers {
		kind := slices.IndexFunc(outcomes, func(o scenarios.Outcome) bool { return isOutcome(o, got.exchange) })
		if kind >= 0 {
			exact[kind]++
		} else {
			kind = slices.IndexFunc(outcomes, func(o scenarios.Outcome) bool { return got.exchange.OpenOutcome(&o) })
		}
		if kind < 0 {
			others, other = append(others, describeAnswer(got.exchange)), indexes[i]
			continue
		}
		if counts[kind]++; counts[kind] == 1 {
			first[kind] = i
		}
	}
	names := map[string]int{}
	for i, outcome := range outcomes {
		name := strings.TrimSpace(fmt.Sprintf("%d %s", outcome.Status, codeName(step.Outcomes[i])))
		if names[name]++; names[name] > 1 {
			name = fmt.Sprintf("%s#%d", name, names[name])
		}
		index := -1
		if counts[i] > 0 {
			index = indexes[first[i]]
		}
		s.ledger.add(s, label, check.Finding{Kind: "outcome", Path: name, Level: s.levelOf(step), OK: enough(outcome.Count, counts[i], len(others)),
			Line: outcome.LineOf("count"), Expected: fmt.Sprintf("%s of %d", outcome.Count, len(answers)), Actual: fmt.Sprint(counts[i])}, index)
		if exact[i] != counts[i] {
			s.ledger.add(s, label, check.Finding{Kind: "outcome.exact", Path: name, Level: scenarios.Observe, Line: outcome.LineOf("status"),
				Expected: fmt.Sprintf("status %s", name), Actual: fmt.Sprintf("%d refused in another way", counts[i]-exact[i])}, index)
		}
		if counts[i] > 0 {
			payload, there := answers[first[i]].exchange.Payload()
			if err := s.capture(step, label, outcome.Capture, payload, there, lookup, index, s.vars); err != nil {
				return err
			}
		}
	}
	tally := map[string]int{}
	for _, one := range others {
		tally[one]++
	}
	actual := "none"
	if len(others) > 0 {
		var parts []string
		for _, one := range slices.Sorted(maps.Keys(tally)) {
			parts = append(parts, fmt.Sprintf("%d × %s", tally[one], one))
		}
		actual = strings.Join(parts, ", ")
	}
	s.ledger.add(s, label, check.Finding{Kind: "outcomes", Level: s.levelOf(step), OK: len(others) == 0, Line: step.LineOf("outcomes"),
		Expected: "no answer but those listed", Actual: actual}, other)
	return nil
}

func isOutcome(o scenarios.Outcome, e *check.Exchange) bool {
	code, message, _ := e.Refusal()
	return e.Status == o.Status && (!o.Has("code") || check.Equal(code, o.Code)) && (o.Message == nil || check.Equal(message, *o.Message))
}

func enough(count string, got, others int) bool {
	switch count {
	case "any":
		return true
	case "some":
		return got > 0
	case "rest":
		return others == 0
	}
	n, err := strconv.Atoi(count)
	return err == nil && got == n
}

func codeName(o scenarios.Outcome) string {
	if !o.Has("code") {
		return ""
	}
	return scenarios.Text(o.Code)
}

func describeAnswer(e *check.Exchange) string {
	code, message, ok := e.Refusal()
	if !ok || code == nil {
		return fmt.Sprintf("status %d", e.Status)
	}
	return fmt.Sprintf("status %d, error %s, %s", e.Status, check.Render(code), check.Render(message))
}
