package scenarios_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWhatOneUserCanHaveNeedsNoControlAPI(t *testing.T) {
	tests := map[string]struct {
		given   string
		control bool
		sandbox bool
	}{
		"an account of the sandbox beside one of production":      {"{accounts: {other: {environment: sandbox}}}", false, true},
		"an account of production beside one of the sandbox":      {"{environment: sandbox, accounts: {other: {environment: production}}}", false, true},
		"a sandbox with tokens":                                   {"{accounts: {other: {environment: sandbox, tokens: [{as: theirs}]}}}", false, true},
		"two accounts of production":                              {"{accounts: {other: {}}}", true, false},
		"two accounts of the sandbox":                             {"{environment: sandbox, accounts: {other: {environment: sandbox}}}", true, true},
		"a sandbox that is empty":                                 {"{accounts: {other: {environment: sandbox, fixture: empty}}}", true, true},
		"a sandbox with a clock of its own":                       {"{accounts: {other: {environment: sandbox, clock: {now: \"2030-01-01T00:00:00Z\"}}}}", true, true},
		"accounts of both environments beside one of the sandbox": {"{environment: sandbox, accounts: {a: {}, b: {environment: sandbox}}}", true, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			list, err := load(t, head+"    given: "+test.given+"\n    steps:\n      - {name: read, call: wallet.get, expect: {status: 200}}\n")
			require.NoError(t, err)
			assert.Equal(t, test.control, len(list[0].ControlReasons()) > 0)
			assert.Equal(t, test.sandbox, list[0].NeedsSandbox())
		})
	}
}
