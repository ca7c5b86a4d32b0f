package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance/mutant"
	"oauthmock/conformance/report"
)

func TestAMutantThatProvesNothingIsNoKill(t *testing.T) {
	all, err := loadScenarios("")
	require.NoError(t, err)
	try := func(m mutant.Mutant) (mutant.Matrix, error) {
		return mutant.Run(t.Context(), mutant.Config{Scenarios: all, Mutants: []mutant.Mutant{m}, Start: startMutated})
	}
	covered := []string{"v2/wallet/get/shape"}

	matrix, err := try(mutant.Mutant{Name: "x/honest", Scenarios: covered, Lie: func() mutant.Lie { return func(*mutant.Exchange) {} }})
	require.NoError(t, err)
	require.Len(t, matrix.Survivors(), 1)
	assert.Contains(t, matrix.Survivors()[0].Problem, "changed nothing on the wire")

	matrix, err = try(mutant.Mutant{Name: "x/crash", Scenarios: covered, Lie: func() mutant.Lie {
		return func(x *mutant.Exchange) { x.Answer.Status = 201; panic("in the middle") }
	}})
	require.NoError(t, err)
	require.Len(t, matrix.Survivors(), 1, "a crash is no kill")

	matrix, err = try(mutant.Mutant{Name: "x/unnoticed", Scenarios: covered, Lie: func() mutant.Lie {
		return func(x *mutant.Exchange) {
			x.Answer.Header = x.Answer.Header.Clone()
			x.Answer.Header.Set("X-Harmless", "1")
		}
	}})
	require.NoError(t, err)
	require.Len(t, matrix.Survivors(), 1)
	assert.Contains(t, matrix.Survivors()[0].Problem, "no assertion noticed it")

	_, err = try(mutant.Mutant{Name: "x/uncovered", Scenarios: []string{"v2/no/such"}, Lie: func() mutant.Lie { return func(*mutant.Exchange) {} }})
	assert.ErrorContains(t, err, "v2/no/such")

	broken := func(string) (http.Handler, error) {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }), nil
	}
	_, err = mutant.Run(t.Context(), mutant.Config{Scenarios: all, Mutants: mutant.All()[:1], Start: broken})
	assert.ErrorContains(t, err, "honest server does not pass", "a kill proves nothing where the honest server fails")
}

func TestEveryFlagOfMutantsDoesSomething(t *testing.T) {
	ask := func(args ...string) (int, string, string) {
		var stdout, stderr strings.Builder
		code := run(t.Context(), append([]string{"mutants"}, args...), func(string) string { return "" }, &stdout, &stderr)
		return code, stdout.String(), stderr.String()
	}
	code, out, _ := ask("--name", "limits/no-retry", "--name", "money/sign", "--parallel", "1")
	assert.Equal(t, report.ExitPassed, code)
	assert.Contains(t, out, "limits/no-retry-after")
	assert.Contains(t, out, "v2/rate-limit/refusal/retry-after")
	assert.Contains(t, out, "2 of 2 mutants killed")

	code, out, _ = ask("--name", "limits/no-retry", "--json")
	assert.Equal(t, report.ExitPassed, code)
	var matrix mutant.Matrix
	require.NoError(t, json.Unmarshal([]byte(out), &matrix))
	assert.Equal(t, "limits/no-retry-after", matrix.Outcomes[0].Name)

	code, _, errors := ask("--name", "no/such")
	assert.Equal(t, report.ExitError, code)
	assert.Contains(t, errors, "rotation", "the families are named")

	code, _, errors = ask("--parallel", "0")
	assert.Equal(t, report.ExitError, code)
	assert.Contains(t, errors, "--parallel")

	code, _, errors = ask("--scenarios", "testdata/canary.yaml")
	assert.Equal(t, report.ExitError, code)
	assert.Contains(t, errors, "is not a scenario", "mutants need the scenarios that cover them")
}
