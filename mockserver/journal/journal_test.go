package journal_test

import (
	"errors"
	"net/http"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/journal"
)

func entry(id int, of account.ID, bytes int) *exchange.Exchange {
	return &exchange.Exchange{ID: uint64(id), Account: of, Response: exchange.Response{Body: make([]byte, bytes)}}
}

func TestTheJournalKeepsTheNewestAndCountsWhatItDropped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		maxEntries := rapid.IntRange(1, 200).Draw(t, "entries")
		j := journal.New(maxEntries, 1<<40)
		n := rapid.IntRange(0, 500).Draw(t, "n")
		for i := range n {
			j.Add(entry(i, "a", 0))
		}
		entries, dropped := j.Select(journal.Filter{})
		if len(entries) != min(n, maxEntries) || int(dropped) != n-len(entries) {
			t.Fatalf("%d kept and %d dropped of %d, bound %d", len(entries), dropped, n, maxEntries)
		}
		for i, e := range entries {
			if e.ID != uint64(n-len(entries)+i) {
				t.Fatalf("entry %d is %d", i, e.ID)
			}
		}
	})
}

func TestTheJournalIsBoundedInBytes(t *testing.T) {
	j := journal.New(1000, 64<<10)
	for i := range 100 {
		j.Add(entry(i, "a", 8<<10))
	}
	entries, dropped := j.Select(journal.Filter{})
	assert.Len(t, entries, 7) // each counts its body and what stands around it
	assert.Equal(t, uint64(93), dropped)
	j.Add(entry(100, "a", 1<<20))
	entries, _ = j.Select(journal.Filter{})
	assert.Len(t, entries, 1, "an entry larger than the bound stands alone")
}

func TestAnEntryIsReadAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String()
		headers := rapid.Custom(func(t *rapid.T) http.Header {
			return rapid.MapOf(text, rapid.SliceOfN(text, 1, 3)).Draw(t, "headers")
		})
		moment := rapid.Custom(func(t *rapid.T) time.Time { return time.Unix(0, rapid.Int64Min(0).Draw(t, "ns")).UTC() })
		number := rapid.Int64()
		e := &exchange.Exchange{
			ID: rapid.Uint64().Draw(t, "id"), At: moment.Draw(t, "at"), Began: moment.Draw(t, "began"), Took: time.Duration(number.Draw(t, "took")),
			Surface: text.Draw(t, "surface"), Operation: text.Draw(t, "operation"), Account: account.ID(text.Draw(t, "account")),
			Auth: text.Draw(t, "auth"), IP: text.Draw(t, "ip"), Reason: text.Draw(t, "reason"), Grade: text.Draw(t, "grade"), Source: text.Draw(t, "source"),
			Quota: account.QuotaState{
				Enabled: rapid.Bool().Draw(t, "enabled"), Limit: number.Draw(t, "limit"), Remaining: number.Draw(t, "remaining"),
				Reset: time.Duration(number.Draw(t, "reset")),
			},
			Request: exchange.Request{
				Method: text.Draw(t, "method"), Host: text.Draw(t, "host"), URI: text.Draw(t, "uri"), Header: headers.Draw(t, "request"),
				Body: rapid.SliceOfN(rapid.Byte(), 1, 100).Draw(t, "question"), BodyError: errors.New(text.Filter(func(s string) bool { return s != "" }).Draw(t, "error")),
			},
			Response: exchange.Response{
				Status: rapid.IntMin(0).Draw(t, "status"), Header: headers.Draw(t, "response"), Body: rapid.SliceOfN(rapid.Byte(), 1, 100).Draw(t, "answer"),
			},
		}
		j := journal.New(2, 1<<20)
		for range rapid.IntRange(0, 3).Draw(t, "before") { // so that memory is used again
			j.Add(&exchange.Exchange{Response: exchange.Response{Body: make([]byte, 500)}})
		}
		j.Add(e)
		entries, _ := j.Select(journal.Filter{})
		if got := entries[len(entries)-1]; !reflect.DeepEqual(e, got) {
			t.Fatalf("wrote %+v, read %+v", e, got)
		}
	})
}

func TestClearingForgetsOneAccountOrAll(t *testing.T) {
	j := journal.New(4, 1<<20)
	for i := range 6 {
		j.Add(entry(i, account.ID([]string{"a", "b"}[i%2]), 0))
	}
	j.Clear("a")
	entries, dropped := j.Select(journal.Filter{})
	require.Len(t, entries, 2)
	assert.Equal(t, []uint64{3, 5}, []uint64{entries[0].ID, entries[1].ID})
	assert.Equal(t, uint64(1), dropped, "what was dropped of the other account")
	for i := range 3 {
		j.Add(entry(10+i, "a", 0))
	}
	entries, _ = j.Select(journal.Filter{})
	assert.Len(t, entries, 4, "the ring goes on after clearing")
	j.Clear("")
	entries, dropped = j.Select(journal.Filter{})
	assert.Empty(t, entries)
	assert.Zero(t, dropped)
	_, ok := j.Get("11")
	assert.False(t, ok)
}
