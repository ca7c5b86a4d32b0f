package conformtest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"oauthmock/conformance"
	"oauthmock/conformance/report"
	"oauthmock/conformance/runner"
	"oauthmock/scenarios"
)

// Test runs scenarios against a target, each as a subtest named by its ID, so that -run and -v work
// as usual. FAIL and ERROR fail the subtest, and so does INCONCLUSIVE: a test that proved nothing
// has not passed. SKIP and XFAIL skip it.
//
// At most one Options may be given. Without Options.Scenarios the suite's own scenarios run.
func Test(t *testing.T, target conformance.Target, options ...conformance.Options) {
	t.Helper()
	var chosen conformance.Options
	switch len(options) {
	case 0:
	case 1:
		chosen = options[0]
	default:
		t.Fatalf("conformtest.Test takes at most one Options, but got %d", len(options))
	}
	if chosen.Scenarios == nil {
		var err error
		if chosen.Scenarios, err = scenarios.Load(scenarios.Embedded()); err != nil {
			t.Fatalf("conformtest: the scenarios do not load: %v", err)
		}
	}
	r, err := runner.New(target, chosen)
	if err != nil {
		t.Fatalf("conformtest: %v", err)
	}
	t.Cleanup(r.Close)
	if reason := r.Preflight(t.Context()); reason != "" {
		t.Fatalf("conformtest: %s", reason)
	}
	t.Cleanup(func() {
		for _, left := range r.Leftovers(context.Background()) {
			t.Errorf("left on the target: %s %s %s: %s", left.Surface, left.Kind, left.ID, left.Reason)
		}
	})
	for _, scenario := range r.Chosen() {
		t.Run(scenario.ID, func(t *testing.T) {
			result := r.One(t.Context(), scenario)
			switch result.Verdict {
			case report.Pass, report.Warn:
			case report.Skip, report.XFail:
				t.Skip(result.Reason)
			default:
				t.Errorf("%s", describe(result))
			}
		})
	}
}

// describe renders a result that fails its subtest: what was sent, what was received, and how to
// repeat it.
func describe(result report.Result) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s %s: %s\n%s:%d\n", result.Verdict, result.Title, result.Reason, result.File, result.Line)
	for _, a := range result.Assertions {
		if a.Verdict != report.Fail {
			continue
		}
		fmt.Fprintf(&out, "  %s (%s, %s)\n    %s\n    expected %s\n    got      %s\n", a.ID, a.Level, a.Source, a.Requirement, a.Expected, a.Actual)
		if a.Step >= 0 && a.Step < len(result.Steps) {
			fmt.Fprintf(&out, "    %s\n", result.Steps[a.Step].Curl)
		}
	}
	return out.String()
}
