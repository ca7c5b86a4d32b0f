//go:build !race

package main

import (
	"fmt"
	"oauthmock/conformance/report"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Tests whose names begin with TestTheWholeSuite run the suite many times. The race detector would
// make each run take ten times as long and sees the same code in
// TestTheHonestMockIsNotAccusedWhenEightAskAtOnce, so these tests are built without it only: make
// test runs them by that name, after all the others.

// TestTheWholeSuiteNeverAccusesTheHonestMock judges the mock in every token shape, in random
// orders, one at a time and eight at once, over real connections.
func TestTheWholeSuiteNeverAccusesTheHonestMock(t *testing.T) {
	seeds := uint64(1)
	if *whole {
		seeds = 20
	}
	// With flat the answers are the document to the letter.
	for shape, envelope := range map[string]string{"both": "full", "data": "full", "flat": "documented"} {
		judge := honest(t, shape, envelope)
		for seed := range seeds {
			for _, parallel := range []int{1, 8} {
				if !*whole && (parallel == 1) != (shape == "both") {
					continue // both at eight at once is a test of its own
				}
				t.Run(fmt.Sprintf("%s, seed %d, %d at once", shape, seed, parallel), func(t *testing.T) {
					judge(t, seed, parallel)
				})
			}
		}
	}
}

func TestTheWholeSuiteIsProvenWithoutAControlAPIToo(t *testing.T) {
	var stdout, stderr strings.Builder
	code := run(t.Context(), []string{"mutants", "--name", "rotation/same", "--name", "limits/no-retry", "--without-control"}, func(string) string { return "" }, &stdout, &stderr)
	assert.Equal(t, report.ExitFailed, code, "the limit of the rate cannot be reached")
	assert.Contains(t, stdout.String(), "2 of 3 mutants killed without a control API")
	assert.Contains(t, stdout.String(), "without a control API nothing asks what it lies about")
}
