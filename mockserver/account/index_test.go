package account_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"oauthmock/mockserver/account"
)

func TestAnIndexTakesIdentifiersAndOtherTexts(t *testing.T) {
	const one, other = "69188d435a7c562c0f9d4021", "69188d435a7c562c0f9d4022"
	var index account.Index[int]
	holds := func(want map[string]int) {
		t.Helper()
		assert.Equal(t, len(want), index.Len())
		for _, key := range []string{"", "k", one, other} {
			got, ok := index.Get(key)
			value, there := want[key]
			assert.Equal(t, value, got, key)
			assert.Equal(t, there, ok, key)
		}
	}
	holds(nil)
	index.Delete(one)
	index.Delete("k")
	for i, key := range []string{one, "k", "", one} {
		index.Set(key, i+1)
	}
	holds(map[string]int{one: 4, "k": 2, "": 3})
	index.Delete("k")
	index.Delete(other)
	holds(map[string]int{one: 4, "": 3})
	index.Delete(one)
	holds(map[string]int{"": 3})
}

// BenchmarkIndex is what an account with many tokens asks of its index.
func BenchmarkIndex(b *testing.B) {
	const many = 400_000
	ids := make([]string, many)
	var full account.Index[uint32]
	for i := range ids {
		ids[i] = account.Identifier(time.Unix(int64(i/1000), 0), 1, uint64(i))
		full.Set(ids[i], 1)
	}
	b.Run("Get", func(b *testing.B) {
		for i := 0; b.Loop(); i += 7919 {
			full.Get(ids[i%many])
		}
	})
	b.Run("Set", func(b *testing.B) {
		b.ReportAllocs()
		var index account.Index[uint32]
		for i := 0; b.Loop(); i++ {
			if i%many == 0 {
				index = account.Index[uint32]{}
			}
			index.Set(ids[i%many], 1)
		}
	})
}
