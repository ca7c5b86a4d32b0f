package journal_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/journal"
)

// TestRecordsOfAllSizesStayAsTheyWereWritten adds, reads while adding, and clears, in any order,
// and knows each exchange by what its ID makes of it.
func TestRecordsOfAllSizesStayAsTheyWereWritten(t *testing.T) {
	body := func(id uint64, length int) []byte { return bytes.Repeat([]byte{byte('a' + id%26)}, length) }
	rapid.Check(t, func(t *rapid.T) {
		j := journal.New(rapid.IntRange(1, 60).Draw(t, "entries"), rapid.Int64Range(1<<10, 1<<20).Draw(t, "bytes"))
		lengths := map[uint64]int{}
		var last uint64
		add := func(t *rapid.T) {
			last++
			length := rapid.OneOf(rapid.IntRange(0, 600), rapid.IntRange(0, 40<<10)).Draw(t, "length")
			header := http.Header{"Long": {strings.Repeat("h", rapid.SampledFrom([]int{0, 0, 0, 3000}).Draw(t, "header"))}}
			lengths[last] = length
			j.Add(&exchange.Exchange{
				ID: last, Account: account.ID([]string{"a", "b"}[last%2]),
				Request:  exchange.Request{Header: header, Body: body(last, length/2)},
				Response: exchange.Response{Body: body(last, length)},
			})
		}
		check := func(e *exchange.Exchange) {
			length := lengths[e.ID]
			if !bytes.Equal(e.Request.Body, body(e.ID, length/2)) || !bytes.Equal(e.Response.Body, body(e.ID, length)) {
				t.Fatalf("exchange %d is not as it was written", e.ID)
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"add": add,
			"read": func(t *rapid.T) {
				adding := rapid.IntRange(0, 5).Draw(t, "added meanwhile")
				var before uint64
				j.Walk(journal.Filter{}, func(e *exchange.Exchange) bool {
					check(e)
					if e.ID <= before {
						t.Fatalf("exchange %d comes after %d", e.ID, before)
					}
					before = e.ID
					for range adding {
						add(t)
					}
					return true
				})
			},
			"clear": func(t *rapid.T) {
				j.Clear(account.ID(rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "of")))
			},
		})
	})
}
