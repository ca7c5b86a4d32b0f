package conformance_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"oauthmock/conformance"
)

func TestScenariosAreSubtests(t *testing.T) {
	l, url := newLiteral(t, true, true)
	t.Run("with control all run", func(t *testing.T) {
		conformance.AsTests(t, target(url, true), features(t))
		assert.Contains(t, l.requests, "POST /__admin/accounts")
	})
	l.requests = nil
	t.Run("without control some are skipped", func(t *testing.T) {
		conformance.AsTests(t, target(url, false), features(t))
		assert.NotContains(t, l.requests, "POST /__admin/accounts")
		assert.Contains(t, l.requests, "GET /stats")
	})
}

func TestAFailedSubtestSaysWhatAndHowToRepeatIt(t *testing.T) {
	_, url := newLiteral(t, true, true)
	out := run(t, target(url, true), conformance.Options{Scenarios: written(t, two), IDs: []string{"v2/two/bad"}})
	text := conformance.Describe(out.Results[0])
	for _, part := range []string{
		"FAIL a: read/http.status: expected status 404, got status 200\n", "v2/written.yaml:4\n", "expected status 404\n", "got      status 200\n",
		`curl -sS -u "${OAUTH_EMAIL}:${OAUTH_API_KEY}" '` + url + `/wallet'`,
	} {
		assert.Contains(t, text, part)
	}
}
