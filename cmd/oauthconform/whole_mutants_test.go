//go:build !race

package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance/mutant"
)

// TestTheWholeSuiteKillsMutants tries one mutant of each family, or with -whole all of them.
func TestTheWholeSuiteKillsMutants(t *testing.T) {
	all, err := loadScenarios("")
	require.NoError(t, err)
	some := mutant.All()
	assert.GreaterOrEqual(t, len(some), 80)
	if !*whole {
		families := map[string]mutant.Mutant{}
		for _, m := range some {
			family, _, _ := strings.Cut(m.Name, "/")
			families[family] = m // the last of each
		}
		some = nil
		for _, m := range families {
			some = append(some, m)
		}
	}
	matrix, err := mutant.Run(t.Context(), mutant.Config{Scenarios: all, Mutants: some, Start: startMutated, Parallel: 2})
	require.NoError(t, err)
	assert.Empty(t, matrix.Survivors())
	if *whole {
		assert.Empty(t, matrix.Idle())
	}
}
