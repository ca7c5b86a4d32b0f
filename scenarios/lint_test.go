package scenarios_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/scenarios"
)

func TestTheEmbeddedScenariosProveWhatTheyClaim(t *testing.T) {
	all, err := scenarios.Load(scenarios.Embedded())
	require.NoError(t, err)
	problems, err := scenarios.Lint(all)
	require.NoError(t, err)
	for _, problem := range problems {
		assert.Fail(t, problem.Error())
	}
}
