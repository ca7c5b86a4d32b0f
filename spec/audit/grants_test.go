package audit

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/spec"
)

func TestTheStrictReadingOfTheGrantsLetsNothingWrongPass(t *testing.T) {
	for _, d := range []*spec.Document{spec.ClientCred(), spec.AuthCode()} {
		m, err := Measure(d)
		require.NoError(t, err, d.Name())
		assert.Greater(t, m.Right, 15, d.Name())
		assert.Greater(t, m.Wrong, 500, d.Name())
		assert.Empty(t, m.Unseen, "%s: neither seen by the strict reading nor right", d.Name())
	}
}
