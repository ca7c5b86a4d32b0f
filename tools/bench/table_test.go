package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestQuantiles(t *testing.T) {
	for name, tc := range map[string]struct {
		values            []float64
		low, middle, high float64
	}{
		"one value":             {[]float64{3}, 3, 3, 3},
		"an odd number":         {[]float64{5, 1, 3, 2, 4}, 2, 3, 4},
		"an even number":        {[]float64{4, 1, 3, 2}, 1.75, 2.5, 3.25},
		"one far from the rest": {[]float64{1, 1, 1, 1, 1000}, 1, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			low, high := quartiles(tc.values)
			assert.Equal(t, []float64{tc.low, tc.middle, tc.high}, []float64{low, median(tc.values), high})
		})
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[float64]string{0: "0", 999: "999", 999.6: "1,000", 1000: "1,000", 123456: "123,456", 1234567: "1,234,567"} {
		assert.Equal(t, want, thousands(n))
	}
}

func TestTheRatioOfARoundIsThatOfItsOwnSlices(t *testing.T) {
	assert.Equal(t, []float64{0.5, 2}, pair{one: []float64{10, 40}, other: []float64{20, 20}}.ratios())
}

func TestTheTableSaysWhatIsMet(t *testing.T) {
	met := line{what: "a"}
	met.atLeast([]float64{0.75}, 0.75)
	missed := line{what: "b"}
	missed.atLeast([]float64{0.74}, 0.75)
	told := line{what: "c"}
	told.atLeast([]float64{0.1}, 0)
	slow := line{what: "s"}
	slow.atMost([]float64{1.31}, 1.3)
	under := line{what: "d"}
	under.below(999, 1000, "", "1 kB")
	over := line{what: "e"}
	over.below(1000, 1000, "", "1 kB")

	assert.Equal(t, `| | oauthmock | against | result | processor time a request | needed | met |
|---|---|---|---|---|---|---|
| a |  |  | **0.75** (0.75–0.75) |  | ≥ 0.75 | yes |
| b |  |  | **0.74** (0.74–0.74) |  | ≥ 0.75 | **no** |
| c |  |  | **0.10** (0.10–0.10) |  |  |  |
| s |  |  | **1.31 ×** as long (1.31–1.31) |  | ≤ 1.30 × | **no** |
| d |  |  |  |  | < 1 kB | yes |
| e |  |  |  |  | < 1 kB | **no** |

Median of the rounds, and in parentheses its quartiles. here.
`, markdown([]line{met, missed, told, slow, under, over}, "here"))
}
