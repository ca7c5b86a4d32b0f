package main

import (
	"bufio"
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/scenarios"
)

func TestThePagesOfRequirementsAreWhatTheSetsSay(t *testing.T) {
	list, err := loadScenarios("")
	require.NoError(t, err)
	for _, name := range scenarios.RequirementSets() {
		var b bytes.Buffer
		out := bufio.NewWriter(&b)
		require.NoError(t, writeRequirements(out, name, list))
		require.NoError(t, out.Flush())
		file := "../../docs/requirements/" + name + ".md"
		if *update {
			require.NoError(t, os.WriteFile(file, b.Bytes(), 0o644))
		}
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Equal(t, b.String(), string(text), "%s: go test ./cmd/oauthconform -run Requirements -update", file)
	}
}
