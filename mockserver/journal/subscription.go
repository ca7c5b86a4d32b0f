package journal

import (
	"slices"
	"sync/atomic"

	"oauthmock/mockserver/exchange"
)

// Subscription gets entries as they are added. It is safe for concurrent use.
type Subscription struct {
	// C gives out the entries that match, in the order in which they were added; they are shared, and not to be changed. Close closes it.
	C <-chan *exchange.Exchange

	c       chan *exchange.Exchange
	filter  Filter
	journal *Journal
	dropped atomic.Uint64
}

// Subscribe is told of every entry from now on: one that Select does not answer yet will come. The journal waits for nobody: entries that
// find the buffer full, which holds so many, are dropped and counted.
func (j *Journal) Subscribe(buffer int) *Subscription { return j.SubscribeTo(Filter{}, buffer) }

// SubscribeTo is Subscribe for the entries that match; the others cost nothing and are not counted. The filter's limit has no meaning here.
func (j *Journal) SubscribeTo(f Filter, buffer int) *Subscription {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.subscribe(f, buffer)
}

// Resume is SubscribeTo for who was told of the entry with an ID before: it answers also the entries that matched and were added since,
// and of how many there is no telling because they were dropped (at most so many; 0 when there is no gap).
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
	s := &Subscription{c: make(chan *exchange.Exchange, max(1, buffer)), filter: f, journal: j}
	s.C = s.c
	j.subscriptions = append(j.subscriptions, s)
	return s
}

// publish tells the subscribers of a new entry. The journal is locked, which keeps the entries in order.
func (j *Journal) publish(e *exchange.Exchange, record []byte) {
	var copied *exchange.Exchange // what is published is kept, and the exchange is used again
	for _, s := range j.subscriptions {
		switch {
		case !s.filter.Match(e):
		case len(s.c) == cap(s.c): // nobody else sends
			s.dropped.Add(1)
		default:
			if copied == nil {
				copied = read(record)
			}
			s.c <- copied
		}
	}
}

// Dropped is how many entries were lost because they found the buffer full.
func (s *Subscription) Dropped() uint64 { return s.dropped.Load() }

// Close ends the subscription, also twice. What is in the buffer can still be read.
func (s *Subscription) Close() {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	if at := slices.Index(s.journal.subscriptions, s); at >= 0 {
		s.journal.subscriptions = slices.Delete(s.journal.subscriptions, at, at+1)
		close(s.c)
	}
}
