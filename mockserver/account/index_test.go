package account_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"oauthmock/mockserver/account"
)

func TestAnIndexIsAMap(t *testing.T) {
	id := rapid.OneOf(
		rapid.Map(rapid.IntRange(0, 40), func(n int) string { return fmt.Sprintf("%024x", n) }), // often the same
		rapid.StringMatching(`[0-9a-f]{24}`),
		rapid.StringN(0, 3, -1),
	)
	rapid.Check(t, func(t *rapid.T) {
		var index account.Index[int]
		model := map[string]int{}
		t.Repeat(map[string]func(*rapid.T){
			"set": func(t *rapid.T) {
				key, value := id.Draw(t, "id"), rapid.Int().Draw(t, "value")
				index.Set(key, value)
				model[key] = value
			},
			"delete": func(t *rapid.T) {
				key := id.Draw(t, "id")
				if known := slices.Sorted(maps.Keys(model)); len(known) > 0 && rapid.Bool().Draw(t, "one that is there") {
					key = rapid.SampledFrom(known).Draw(t, "known id")
				}
				index.Delete(key)
				delete(model, key)
			},
			"": func(t *rapid.T) {
				for key, want := range model {
					got, ok := index.Get(key)
					require.True(t, ok, key)
					require.Equal(t, want, got, key)
				}
				key := id.Draw(t, "id")
				got, ok := index.Get(key)
				want, there := model[key]
				require.Equal(t, there, ok, key)
				require.Equal(t, want, got, key)
			},
		})
	})
}

func TestAnIndexOfManyFindsThemAll(t *testing.T) {
	const many = 20_000
	name := func(i int) string { return fmt.Sprintf("%024x", i*i) }
	var index account.Index[int]
	missing := func(from, step int) (count int) {
		for i := from; i < many; i += step {
			if got, ok := index.Get(name(i)); !ok || got != i {
				count++
			}
		}
		return count
	}
	for i := range many {
		index.Set(name(i), i)
	}
	assert.Zero(t, missing(0, 1))
	for i := 0; i < many; i += 2 {
		index.Delete(name(i))
	}
	assert.Zero(t, missing(1, 2), "of those that stayed")
	assert.Equal(t, many/2, missing(0, 2), "of those that were deleted")
	for i := 0; i < many; i += 2 {
		index.Set(name(i), i)
	}
	assert.Zero(t, missing(0, 1), "with those that came again")
}

// BenchmarkIndex adds to an index that grows to many, as that of an account with many tokens.
func BenchmarkIndex(b *testing.B) {
	const many = 400_000
	ids := make([]string, many)
	for i := range ids {
		ids[i] = account.Identifier(time.Unix(int64(i/1000), 0), 1, uint64(i))
	}
	var index account.Index[uint32]
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i%many == 0 {
			index = account.Index[uint32]{}
		}
		index.Set(ids[i%many], 1)
	}
}
