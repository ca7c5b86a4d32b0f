package explore

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWhatIsNotNeededForAFailureIsLeftOut(t *testing.T) {
	list := make([]int, 60)
	for i := range list {
		list[i] = i
	}
	for name, needed := range map[string][]int{
		"one element":              {17},
		"the first and the last":   {0, 59},
		"several, far apart":       {3, 21, 22, 40},
		"everything":               list,
		"a few at the very end":    {57, 58, 59},
		"neighbours in the middle": {30, 31},
	} {
		t.Run(name, func(t *testing.T) {
			tries := 0
			shrunk, failed := shrink(list, func(some []int) bool {
				tries++
				return !slices.ContainsFunc(needed, func(n int) bool { return !slices.Contains(some, n) })
			})
			assert.True(t, failed)
			assert.Equal(t, needed, shrunk)
			assert.Less(t, tries, 700)
		})
	}
}

func TestWhatDoesNotFailIsNotShrunk(t *testing.T) {
	_, failed := shrink([]int{1, 2, 3}, func([]int) bool { return false })
	assert.False(t, failed)
}

func TestAmountsAreWrittenAsShortlyAsCanBe(t *testing.T) {
	for amount, text := range map[money]string{0: "0", 800: "0.08", 100000: "10", -95: "-0.0095", 1252200: "125.22", 1: "0.0001"} {
		assert.Equal(t, text, amount.String())
	}
}
