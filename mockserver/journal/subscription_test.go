package journal_test

import (
	"bytes"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/journal"
)

func ids(entries []*exchange.Exchange) (out []uint64) {
	for _, e := range entries {
		out = append(out, e.ID)
	}
	return out
}

// rest closes a subscription and answers what is in its buffer.
func rest(s *journal.Subscription) (entries []*exchange.Exchange) {
	for range len(s.C) {
		n := <-s.C
		s.Taken(n)
		entries = append(entries, n.Exchange)
	}
	s.Close()
	return entries
}

func TestASubscriberIsToldOfWhatComes(t *testing.T) {
	j := journal.New(2, 1<<20)
	j.Add(entry(1, "a", 0))
	all, ofA, ok := j.Subscribe(10), j.SubscribeTo(journal.Filter{Account: "a"}, 10), j.SubscribeTo(journal.Filter{Status: 200}, 10)
	e := entry(2, "a", 0)
	j.Add(e)
	e.ID, e.Response.Status = 3, 200 // as the server does, which uses it again
	e.Account = "b"
	j.Add(e)
	assert.Equal(t, []uint64{2, 3}, ids(rest(all)))
	assert.Equal(t, []uint64{2}, ids(rest(ofA)))
	assert.Equal(t, []uint64{3}, ids(rest(ok)))
	for _, s := range []*journal.Subscription{all, ofA, ok} {
		assert.Zero(t, s.Dropped())
	}
	j.Add(entry(4, "a", 0))
	all.Close() // twice does no harm
}

func TestWhoReadsTooSlowlyLosesEntriesAndIsToldHowMany(t *testing.T) {
	j := journal.New(100, 1<<20)
	slow, fast := j.SubscribeTo(journal.Filter{Account: "a"}, 3), j.Subscribe(100)
	for i := range 10 {
		j.Add(entry(i, "a", 0))
		j.Add(entry(100+i, "b", 0))
	}
	assert.Equal(t, uint64(7), slow.Dropped(), "what did not match is not missed")
	assert.Equal(t, []uint64{0, 1, 2}, ids(rest(slow)))
	assert.Len(t, rest(fast), 20)
	assert.Zero(t, fast.Dropped())
}

func TestWhoComesBackIsToldOfWhatWasMissed(t *testing.T) {
	for name, c := range map[string]struct {
		filter  journal.Filter
		from    uint64
		missed  []uint64
		dropped uint64
	}{
		"what was added since, whatever its ID":            {journal.Filter{}, 5, []uint64{4, 6, 7}, 0},
		"only what matches":                                {journal.Filter{Account: "a"}, 5, []uint64{4, 6}, 0},
		"nothing when nothing came":                        {journal.Filter{}, 7, nil, 0},
		"that some were dropped":                           {journal.Filter{}, 2, []uint64{3, 5, 4, 6, 7}, 2},
		"nothing of others, when the entry is gone":        {journal.Filter{Account: "b"}, 1, []uint64{7}, 0},
		"that some were dropped, when the entry never was": {journal.Filter{}, 9, nil, 2},
		"all that is left, when the entry is gone":         {journal.Filter{Account: "a"}, 1, []uint64{3, 5, 4, 6}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			j := journal.New(5, 1<<20)
			for _, id := range []int{1, 2, 3, 5, 4, 6, 7} {
				of := account.ID("a")
				if id == 7 {
					of = "b"
				}
				j.Add(entry(id, of, 0))
			}
			missed, dropped, s := j.Resume(c.filter, c.from, 10)
			assert.Equal(t, c.missed, ids(missed))
			assert.Equal(t, c.dropped, dropped)
			j.Add(entry(8, account.ID(c.filter.Account), 0))
			assert.Equal(t, []uint64{8}, ids(rest(s)))
		})
	}
}

// TestNothingIsLostBetweenAskingAndBeingTold reads, subscribes and writes at once: who subscribes
// and then selects knows all, and what is read is what was written, though its memory is used again
// all the time.
func TestNothingIsLostBetweenAskingAndBeingTold(t *testing.T) {
	const writers, each = 4, 2000
	j := journal.New(64, 1<<20)
	var next atomic.Uint64
	var writing, reading sync.WaitGroup
	body := func(id uint64) []byte { return bytes.Repeat([]byte(fmt.Sprintf("%d,", id)), 20) }
	for range writers {
		writing.Go(func() {
			for range each {
				id := next.Add(1)
				j.Add(&exchange.Exchange{ID: id, Account: "a", Response: exchange.Response{Body: body(id), Status: 200}})
			}
		})
	}
	for range 4 {
		reading.Go(func() {
			for range 50 {
				s := j.SubscribeTo(journal.Filter{Account: "a"}, 1<<16)
				entries, lost := j.Select(journal.Filter{Account: "a", Status: 200})
				again, lostSince := j.Select(journal.Filter{Account: "a"})
				known := map[uint64]bool{}
				told := rest(s)
				for _, e := range append(entries, told...) {
					known[e.ID] = true
				}
				for _, e := range append(append(entries, told...), again...) {
					if !bytes.Equal(body(e.ID), e.Response.Body) {
						t.Errorf("entry %d holds the body of another: %s", e.ID, e.Response.Body)
						return
					}
				}
				for _, e := range again {
					if !known[e.ID] {
						t.Errorf("entry %d was neither there nor told", e.ID)
						return
					}
				}
				if lostSince < lost || len(entries) > 64 {
					t.Errorf("%d entries, %d lost, then %d", len(entries), lost, lostSince)
				}
			}
		})
	}
	writing.Wait()
	reading.Wait()
	entries, lost := j.Select(journal.Filter{})
	require.Len(t, entries, 64)
	assert.Equal(t, uint64(writers*each-64), lost)
}

func TestWhatWaitsForAllSubscribersIsBounded(t *testing.T) {
	j := journal.New(10, 1<<20)
	stuck := make([]*journal.Subscription, 20)
	for i := range stuck {
		stuck[i] = j.Subscribe(1000)
	}
	quick := j.Subscribe(1000)
	large := entry(1, "a", 0)
	large.Request.Body = make([]byte, 1<<20)
	for range 100 { // 100 MiB
		j.Add(large)
		n := <-quick.C
		quick.Taken(n)
		assert.Len(t, n.Exchange.Request.Body, 1<<20)
	}
	assert.Zero(t, quick.Dropped(), "who keeps up misses nothing")
	for _, s := range stuck {
		waiting := rest(s)
		assert.LessOrEqual(t, len(waiting), 16)
		assert.Equal(t, uint64(100), s.Dropped()+uint64(len(waiting)))
	}
	late := j.Subscribe(10)
	j.Add(entry(2, "a", 0))
	assert.Len(t, rest(late), 1, "what nobody waits for any more leaves room")
}

func TestNewsAreRenderedOnce(t *testing.T) {
	j := journal.New(10, 1<<20)
	one, other := j.Subscribe(1), j.Subscribe(1)
	j.Add(entry(1, "a", 0))
	rendered := 0
	render := func(e *exchange.Exchange) []byte { rendered++; return []byte{byte(e.ID)} }
	for _, s := range []*journal.Subscription{one, other} {
		n := <-s.C
		s.Taken(n)
		assert.Equal(t, []byte{1}, n.Text(render))
	}
	assert.Equal(t, 1, rendered)
}

func TestPagesGoOnWhileTheJournalDrops(t *testing.T) {
	j := journal.New(4, 10<<20)
	for i := range 4 {
		e := entry(i, "a", 0)
		e.Request.Body = make([]byte, 300<<10) // more than a page
		j.Add(e)
	}
	var seen []uint64
	dropped := j.Pages(journal.Filter{}, func(e *exchange.Exchange) bool {
		seen = append(seen, e.ID)
		if len(seen) == 1 { // while the first is being written
			j.Add(entry(10, "a", 0))
			j.Add(entry(11, "b", 0))
		}
		return true
	})
	assert.Equal(t, []uint64{0, 2, 3}, seen, "neither what was dropped meanwhile nor what came")
	assert.Equal(t, uint64(2), dropped)
	for limit, want := range map[int][]uint64{1: {10}, 2: {3, 10}, 9: {2, 3, 10}} {
		seen = nil
		j.Pages(journal.Filter{Account: "a", Limit: limit}, func(e *exchange.Exchange) bool { seen = append(seen, e.ID); return true })
		assert.Equal(t, want, seen)
	}
}
