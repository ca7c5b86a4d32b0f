//go:build !race

package main

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance"
	"oauthmock/conformance/explore"
	"oauthmock/conformance/mutant"
	"oauthmock/conformance/runner"
	"oauthmock/scenarios"
)

// exploreMutants lets explore look for mutants, two at once, and returns those that it found, by
// name with what it was found by.
func exploreMutants(t *testing.T, some []mutant.Mutant, length time.Duration, seed uint64) map[string]string {
	t.Helper()
	found := map[string]string{}
	var mu sync.Mutex
	var all sync.WaitGroup
	jobs := make(chan mutant.Mutant)
	for range 2 {
		all.Go(func() {
			for m := range jobs {
				key, err := exploreMutant(t.Context(), m, length, seed)
				mu.Lock()
				if err != nil {
					t.Errorf("%s: %v", m.Name, err)
				} else if key != "" {
					found[m.Name] = key
				}
				mu.Unlock()
			}
		})
	}
	for _, m := range some {
		jobs <- m
	}
	close(jobs)
	all.Wait()
	return found
}

func exploreMutant(ctx context.Context, m mutant.Mutant, length time.Duration, seed uint64) (string, error) {
	honest, err := startMutated(m.Given)
	if err != nil {
		return "", err
	}
	var changed atomic.Int64
	target, err := m.Target(ctx, honest, func() { changed.Add(1) })
	if err != nil {
		return "", err
	}
	outcome, err := explore.Run(ctx, target, explore.Options{Options: runner.Options{Level: "observe", Seed: seed}, For: length, Most: 1})
	if err != nil || len(outcome.Findings) == 0 || changed.Load() == 0 {
		return "", err
	}
	return outcome.Findings[0].Key, reproduced(ctx, target, outcome.Findings[0])
}

// reproduced returns an error where the scenario file of a finding does not show it again.
func reproduced(ctx context.Context, target runner.Target, found explore.Finding) error {
	list, err := scenarios.Parse("found.yaml", found.Text)
	if err != nil {
		return err
	}
	result, err := conformance.Run(ctx, target, conformance.Options{Scenarios: list, Level: "observe"})
	if err == nil && result.Summary.Failed != 1 {
		err = fmt.Errorf("%s is not reproduced by\n%s", found.Key, found.Text)
	}
	return err
}

// TestTheWholeSuiteSwitchedOffExploreFindsMutants has explore look for mutants without any
// scenario: three, or with -whole 25 that are drawn from all of them, of which it must find 20.
// EXPLORE_SEED, EXPLORE_MUTANTS, EXPLORE_FOR and EXPLORE_NAME (the beginning of names) choose
// others, more and longer.
func TestTheWholeSuiteSwitchedOffExploreFindsMutants(t *testing.T) {
	all := mutant.All()
	if !*whole {
		some, err := mutant.Select(all, []string{"tokens/update-forgets-name", "v1/replace-in-vain", "services/transaction-bare-id"})
		require.NoError(t, err)
		assert.Len(t, exploreMutants(t, some, time.Minute, 1), 3)
		return
	}
	seed, err := strconv.ParseUint(cmp.Or(os.Getenv("EXPLORE_SEED"), "1"), 10, 64)
	require.NoError(t, err)
	count, err := strconv.Atoi(cmp.Or(os.Getenv("EXPLORE_MUTANTS"), "25"))
	require.NoError(t, err)
	length, err := time.ParseDuration(cmp.Or(os.Getenv("EXPLORE_FOR"), "30s"))
	require.NoError(t, err)
	all = slices.DeleteFunc(all, func(m mutant.Mutant) bool { return !strings.HasPrefix(m.Name, os.Getenv("EXPLORE_NAME")) })
	rand.New(rand.NewPCG(seed, 0)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	all = all[:min(count, len(all))]
	found := exploreMutants(t, all, length, seed)
	for _, m := range all {
		t.Logf("%-8s %s: %s", map[bool]string{true: "found", false: "missed"}[found[m.Name] != ""], m.Name, m.What)
	}
	t.Logf("seed %d: %d of %d mutants found in at most %s each", seed, len(found), len(all), length)
	assert.GreaterOrEqual(t, float64(len(found)), 0.8*float64(len(all)))
}

// TestTheWholeSuiteSwitchedOffExploreAccusesNobody has explore look for failures of the honest mock
// in each token shape: for two seconds, or with -whole for ten minutes, with a seed a minute.
func TestTheWholeSuiteSwitchedOffExploreAccusesNobody(t *testing.T) {
	seeds, length := 1, 2*time.Second
	if *whole {
		seeds, length = 10, time.Minute
	}
	for seed := range seeds {
		honest, err := startMutated([]string{"", "data", "flat", "documented"}[seed%4])
		require.NoError(t, err)
		target, err := mutant.Mutant{}.Target(t.Context(), honest, func() {})
		require.NoError(t, err)
		outcome, err := explore.Run(t.Context(), target, explore.Options{Options: runner.Options{Level: "observe", Seed: uint64(seed)}, For: length, Most: 3})
		require.NoError(t, err)
		for _, found := range outcome.Findings {
			t.Errorf("seed %d: %s: %s\n%s", seed, found.Key, found.Result.Reason, found.Text)
		}
		assert.Positive(t, outcome.Sequences)
		assert.Empty(t, outcome.Skipped)
		assert.Empty(t, outcome.Report.Leftovers)
	}
}
