package conformance

import (
	"testing"

	"oauthmock/conformance/report"
	"oauthmock/scenarios"
)

// AsTests is Test with scenarios of the caller's.
func AsTests(t *testing.T, target Target, list []scenarios.Scenario) {
	t.Helper()
	test(t, target, list)
}

// Describe is what Test says about a result that is not good.
func Describe(result report.Result) string {
	return describe(result)
}
