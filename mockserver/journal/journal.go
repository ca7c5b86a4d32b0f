// Package journal remembers what was asked and answered. It is bounded, counts what it had to drop, and shows secrets only
// as fingerprints.
package journal

import (
	"sync"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
)

// Journal keeps the newest exchanges, oldest first. It is safe for concurrent use.
type Journal struct {
	maxEntries int
	maxBytes   int64

	mu      sync.Mutex
	entries []*exchange.Exchange // a ring: the oldest stands at first
	first   int
	count   int
	bytes   int64
	dropped uint64
}

// New answers an empty journal for at most so many entries, which together hold about so many bytes.
func New(maxEntries int, maxBytes int64) *Journal {
	return &Journal{maxEntries: max(1, maxEntries), maxBytes: maxBytes}
}

// Add puts a finished exchange into the journal; from then on it must not change. The oldest entries make room.
func (j *Journal) Add(e *exchange.Exchange) {
	size := sizeOf(e)
	j.mu.Lock()
	defer j.mu.Unlock()
	for j.count > 0 && (j.count == j.maxEntries || j.bytes+size > j.maxBytes) {
		j.drop()
	}
	if j.count == len(j.entries) {
		j.grow()
	}
	j.entries[(j.first+j.count)%len(j.entries)] = e
	j.count++
	j.bytes += size
}

func (j *Journal) drop() {
	j.bytes -= sizeOf(j.entries[j.first])
	j.entries[j.first] = nil
	j.first = (j.first + 1) % len(j.entries)
	j.count--
	j.dropped++
}

// grow doubles the ring, up to its bound: a server that is hardly asked stays small.
func (j *Journal) grow() {
	ring := make([]*exchange.Exchange, min(max(64, 2*len(j.entries)), j.maxEntries))
	for i := range j.count {
		ring[i] = j.entries[(j.first+i)%len(j.entries)]
	}
	j.entries, j.first = ring, 0
}

// sizeOf is about how much memory an exchange holds, in bytes.
func sizeOf(e *exchange.Exchange) int64 {
	const fixed = 1024 // the struct and typical headers
	return fixed + int64(cap(e.Request.Body)+cap(e.Response.Body)+len(e.Request.URI))
}

// List answers the entries that match, oldest first, and how many entries were dropped since the journal was cleared. A nil
// match takes all.
func (j *Journal) List(match func(*exchange.Exchange) bool) (entries []*exchange.Exchange, dropped uint64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for i := range j.count {
		if e := j.entries[(j.first+i)%len(j.entries)]; match == nil || match(e) {
			entries = append(entries, e)
		}
	}
	return entries, j.dropped
}

// Get finds an entry by its ID.
func (j *Journal) Get(id string) (*exchange.Exchange, bool) {
	found, _ := j.List(func(e *exchange.Exchange) bool { return e.ID == id })
	if len(found) == 0 {
		return nil, false
	}
	return found[0], true
}

// Clear forgets all entries, or those of one account, and with all of them the count of what was dropped.
func (j *Journal) Clear(of account.ID) {
	j.mu.Lock()
	defer j.mu.Unlock()
	var kept []*exchange.Exchange
	j.bytes = 0
	for i := range j.count {
		if e := j.entries[(j.first+i)%len(j.entries)]; of != "" && e.Account != of {
			kept = append(kept, e)
			j.bytes += sizeOf(e)
		}
	}
	j.entries, j.first, j.count = kept, 0, len(kept)
	if of == "" {
		j.dropped = 0
	}
}
