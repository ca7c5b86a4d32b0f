package conformance_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"oauthmock/conformance"
	"oauthmock/conformance/conformtest"
)

func TestScenariosAreSubtests(t *testing.T) {
	l, url := newLiteral(t, true, true)
	options := conformance.Options{Scenarios: features(t)}
	t.Run("with control all run", func(t *testing.T) {
		conformtest.Test(t, target(url, true), options)
		assert.Contains(t, l.requests, "POST /__admin/accounts")
	})
	l.requests = nil
	t.Run("without control some are skipped", func(t *testing.T) {
		conformtest.Test(t, target(url, false), options)
		assert.NotContains(t, l.requests, "POST /__admin/accounts")
		assert.Contains(t, l.requests, "GET /stats")
	})
}
