package conformance_test

import (
	"testing"

	"oauthmock/conformance"
	"oauthmock/conformance/report"
	"oauthmock/scenarios"
)

// ofGrants judges a target by the scenarios of both grants.
func ofGrants(t *testing.T, to conformance.Target, level string) report.Report {
	t.Helper()
	return run(t, to, conformance.Options{Files: scenarios.Embedded(), Surfaces: []string{"clientcred", "authcode"}, Level: level})
}
