package conformance

import (
	"fmt"
	"strings"
	"testing"

	"oauthmock/conformance/report"
	"oauthmock/conformance/runner"
	"oauthmock/scenarios"
)

// Test runs the suite's own scenarios against a target, each as a subtest under its id, so that -run and -v work as usual.
// FAIL and ERROR fail the subtest, and so does INCONCLUSIVE: a test that proved nothing has not passed. SKIP skips it.
func Test(t *testing.T, target Target) {
	t.Helper()
	list, err := scenarios.Load(scenarios.Embedded())
	if err != nil {
		t.Fatalf("the scenarios do not load: %v", err)
	}
	test(t, target, list)
}

func test(t *testing.T, target Target, list []scenarios.Scenario) {
	t.Helper()
	r, err := runner.New(target, Options{Scenarios: list})
	if err != nil {
		t.Fatalf("conformance: %v", err)
	}
	t.Cleanup(r.Close)
	for _, scenario := range r.Chosen() {
		t.Run(scenario.ID, func(t *testing.T) {
			result := r.One(t.Context(), scenario)
			switch result.Verdict {
			case report.Pass, report.Warn:
			case report.Skip:
				t.Skip(result.Reason)
			default:
				t.Errorf("%s", describe(result))
			}
		})
	}
}

// describe is a result that is not good, in the words that a developer needs: what was asked, what came, how to repeat it.
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
