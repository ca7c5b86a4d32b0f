package journal

import (
	"slices"
	"sync/atomic"

	"oauthmock/mockserver/exchange"
)

// Subscription gets entries as they are added. It is safe for concurrent use.
type Subscription struct {
	// C gives out the entries that match, in the order in which they were added. Whoever receives
	// one calls Taken. Close closes it.
	C <-chan *News

	c       chan *News
	filter  Filter
	journal *Journal
	dropped atomic.Uint64
}

// Subscribe is told of every entry from now on: one that Select does not answer yet will come. The
// journal waits for nobody: entries that find the buffer full, which holds so many, are dropped and
// counted. So is all that waits for whoever is slowest, where too much waits for all together.
func (j *Journal) Subscribe(buffer int) *Subscription { return j.SubscribeTo(Filter{}, buffer) }

// SubscribeTo is Subscribe for the entries that match; the others cost nothing and are not counted.
// The filter's limit has no meaning here.
func (j *Journal) SubscribeTo(f Filter, buffer int) *Subscription {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.subscribe(f, buffer)
}

// Resume is SubscribeTo for who was told of the entry with an ID before: it answers also the
// entries that matched and were added since, and of how many there is no telling because they were
// dropped (at most so many; 0 when there is no gap).
func (j *Journal) Resume(f Filter, id uint64, buffer int) (missed []*exchange.Exchange, dropped uint64, s *Subscription) {
	j.mu.Lock()
	since, found := 0, false
	for i := range j.count {
		if j.at(i).id == id {
			since, found = i+1, true
			break
		}
	}
	var records [][]byte
	for i := since; i < j.count; i++ {
		if e := j.at(i); f.Kind.Covers(kindOf(e.record)) && (found || e.id > id) && (f.Account == "" || f.account() == e.account) {
			records = append(records, e.record)
		}
	}
	if !found {
		dropped = j.drops.count(f.account())
	}
	s = j.subscribe(f, buffer)
	j.readers++
	j.mu.Unlock()
	defer j.release()
	for _, record := range records {
		if e := read(record); f.Match(e) {
			missed = append(missed, e)
		}
	}
	return missed, dropped, s
}

// subscribe adds a subscription. The journal is locked.
func (j *Journal) subscribe(f Filter, buffer int) *Subscription {
	s := &Subscription{c: make(chan *News, max(1, buffer)), filter: f, journal: j}
	s.C = s.c
	j.subscriptions = append(j.subscriptions, s)
	return s
}

// Taken must be called with what was received from C, so that others can wait in its place.
func (s *Subscription) Taken(n *News) {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	s.journal.taken(n)
}

// Dropped is how many entries were lost because the subscriber was too slow.
func (s *Subscription) Dropped() uint64 { return s.dropped.Load() }

// Close ends the subscription, also twice.
func (s *Subscription) Close() {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	if at := slices.Index(s.journal.subscriptions, s); at >= 0 {
		s.journal.subscriptions = slices.Delete(s.journal.subscriptions, at, at+1)
		s.journal.empty(s)
		close(s.c)
	}
}
