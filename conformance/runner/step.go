package runner

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"oauthmock/conformance/check"
	"oauthmock/conformance/report"
	"oauthmock/scenarios"
)

// callStep sends a step once, or as often as it says.
func (s *session) callStep(ctx context.Context, step *scenarios.Step) error {
	// What a step that is sent more than once captures: a list for each variable.
	lists := map[string]any{}
	many := len(step.Matrix) > 0 || step.Has("repeat") || step.Concurrent > 0
	labels := map[string]int{}
	for _, local := range combinations(step.Matrix) {
		label := step.Name + local.label
		if labels[label]++; labels[label] > 1 {
			label = fmt.Sprintf("%s#%d", label, labels[label])
		}
		values, err := s.matrixValues(ctx, step, local.values)
		if err != nil {
			return err
		}
		for range max(1, step.Repeat) {
			into := s.vars
			if many {
				into = map[string]any{}
			}
			switch {
			case step.Authorize != nil:
				err = s.authorize(ctx, step, label, values, into)
			case step.Walk != nil:
				err = s.walk(ctx, step, label, values, into)
			case step.Concurrent > 0:
				err = s.concurrent(ctx, step, label, values, lists)
			default:
				err = s.once(ctx, step, label, values, into)
			}
			if err != nil {
				return err
			}
			if many && step.Concurrent == 0 {
				appendEach(lists, into)
			}
		}
	}
	if many {
		maps.Copy(s.vars, lists)
	}
	return nil
}

func appendEach(lists, values map[string]any) {
	for name, value := range values {
		list, _ := lists[name].([]any)
		lists[name] = append(list, value)
	}
}

func (s *session) matrixValues(ctx context.Context, step *scenarios.Step, written map[string]any) (map[string]any, error) {
	if len(written) == 0 {
		return nil, nil
	}
	expanded, err := scenarios.Expand(written, s.lookup(ctx, step.As, nil))
	values, _ := expanded.(map[string]any)
	return values, err
}

// once sends a step's request and judges the answer.
func (s *session) once(ctx context.Context, step *scenarios.Step, label string, local, into map[string]any) error {
	c, err := s.build(ctx, step, label, local)
	if err != nil {
		return err
	}
	cost, err := s.pay(ctx, &c, 1)
	if err != nil {
		return err
	}
	got, err := s.send(ctx, c)
	s.refund(cost, got)
	if got == nil {
		return stop{report.Error, err.Error()}
	}
	level := s.levelOf(step)
	if got.surface.Open(got.operation, &step.Expect) || got.exchange != nil && got.exchange.Refused(&step.Expect) && slices.Contains(step.Expect.Status, got.status) {
		level = scenarios.Observe
	}
	index := s.judge(label, got, level)
	if err != nil {
		return s.unanswered(ctx, label, got, index, s.levelOf(step), err)
	}
	return s.expect(ctx, step, label, got, index, local, into)
}

// expect holds one answer against the step's expectations, and captures when it came as expected.
func (s *session) expect(ctx context.Context, step *scenarios.Step, label string, got *sent, index int, local, into map[string]any) error {
	lookup := s.lookup(ctx, step.As, local)
	expect, wants, err := expected(step.Expect, lookup)
	if err != nil {
		return err
	}
	asExpected := true
	for _, finding := range check.Expected(expect, wants, got.exchange, s.scenario.Level) {
		if step.Premise && !finding.OK {
			return stop{report.Skip, notShown(label, finding)}
		}
		s.ledger.add(s, label, finding, index)
		asExpected = asExpected && (finding.OK || finding.Kind != "http.status")
	}
	if !asExpected || into == nil {
		return nil
	}
	payload, there := got.exchange.Payload()
	return s.capture(step, label, step.Capture, payload, there, lookup, index, into)
}

// notShown is why a scenario is skipped whose premise a target does not show.
func notShown(label string, finding check.Finding) string {
	return fmt.Sprintf("the target does not show what the scenario starts from: %q: expected %s, got %s", label, finding.Expected, finding.Actual)
}

func (s *session) levelOf(step *scenarios.Step) scenarios.Level {
	if step.Expect.Level != "" {
		return step.Expect.Level
	}
	return s.scenario.Level
}

// capture stores what paths lead to. A path that leads nowhere is a finding, and leaves its
// variable without a value; in a premise it is the end of the scenario.
func (s *session) capture(step *scenarios.Step, label string, captures map[string]string, payload any, there bool, lookup lookup, index int, into map[string]any) error {
	for _, name := range slices.Sorted(maps.Keys(captures)) {
		finding := check.Finding{Kind: "capture", Path: name, Level: s.scenario.Level, Expected: "a value at " + captures[name], Actual: "nothing there"}
		path, err := scenarios.ExpandText(captures[name], lookup)
		var selected check.Selection
		if err == nil && there {
			selected, err = check.Select(path, payload)
		}
		switch {
		case err != nil:
			finding.Actual = err.Error()
		case selected.Found:
			finding.OK, finding.Actual = true, check.Render(selected.Value)
			into[name] = selected.Value
		case step.Premise:
			return stop{report.Skip, notShown(label, finding)}
		}
		s.ledger.add(s, label, finding, index)
	}
	return nil
}

// combination is one choice from a matrix.
type combination struct {
	label  string // "[date=2026-13]"
	values map[string]any
}

// combinations lists all choices, the first key (by name) changing slowest. Without a matrix there
// is one, of nothing.
func combinations(matrix map[string][]any) []combination {
	all := []combination{{}}
	for _, key := range slices.Sorted(maps.Keys(matrix)) {
		var next []combination
		for _, partial := range all {
			for _, value := range matrix[key] {
				values := maps.Clone(partial.values)
				if values == nil {
					values = map[string]any{}
				}
				values[key] = value
				next = append(next, combination{values: values, label: partial.label + "," + key + "=" + labelOf(value)})
			}
		}
		all = next
	}
	for i := range all {
		if all[i].label != "" {
			all[i].label = "[" + strings.TrimPrefix(all[i].label, ",") + "]"
		}
	}
	return all
}

// labelOf returns a matrix value for assertion IDs: as written, short, on one line.
func labelOf(value any) string {
	const longest = 60
	text := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '␀'
		}
		return r
	}, scenarios.Text(value))
	if runes := []rune(text); len(runes) > longest {
		return fmt.Sprintf("%s…%d", string(runes[:longest]), len(runes))
	}
	return text
}

// isTransport reports whether no whole answer came.
func isTransport(err error) bool {
	var transport transportError
	return errors.As(err, &transport)
}
