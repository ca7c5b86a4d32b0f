// Package journal remembers what was asked and answered. It is bounded, counts what it had to drop, and shows secrets only
// as fingerprints.
package journal

import (
	"strconv"
	"sync"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
)

// Journal keeps the newest exchanges, oldest first. It is safe for concurrent use.
type Journal struct {
	maxEntries int
	maxBytes   int64

	mu      sync.Mutex
	entries []entry // a ring: the oldest stands at first
	first   int
	count   int
	bytes   int64
	dropped uint64
	draft   []byte // where a record is written before its size is known
	spare   []byte // the record that was dropped last
}

// maxDraft bounds the memory that waits for the next record, in bytes.
const maxDraft = 1 << 20

// entry is an exchange as it is kept: bytes, and what is needed to pass it over without reading them.
type entry struct {
	id      uint64
	account account.ID
	record  []byte
}

// size is about how much memory an entry holds, in bytes.
func (e entry) size() int64 { return 64 + int64(cap(e.record)) }

// New answers an empty journal for at most so many entries, which together hold about so many bytes.
func New(maxEntries int, maxBytes int64) *Journal {
	return &Journal{maxEntries: max(1, maxEntries), maxBytes: maxBytes}
}

// Add writes a finished exchange into the journal, and keeps nothing of it. The oldest entries make room.
func (j *Journal) Add(e *exchange.Exchange) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.count == j.maxEntries {
		j.drop()
	}
	j.draft = write(j.draft[:0], e)
	new := entry{id: e.ID, account: e.Account, record: j.keep(j.draft)}
	if cap(j.draft) > maxDraft {
		j.draft = nil
	}
	for j.count > 0 && j.bytes+new.size() > j.maxBytes {
		j.drop()
	}
	if j.count == len(j.entries) {
		j.grow()
	}
	j.entries[(j.first+j.count)%len(j.entries)] = new
	j.count++
	j.bytes += new.size()
}

// keep copies a record into the memory of the entry that was dropped last, if it fits without much waste, else into new memory.
func (j *Journal) keep(record []byte) []byte {
	memory := j.spare
	j.spare = nil
	if cap(memory) < len(record) || cap(memory) > len(record)+len(record)/4 {
		memory = make([]byte, 0, len(record))
	}
	return append(memory[:0], record...)
}

func (j *Journal) drop() {
	oldest := &j.entries[j.first]
	j.bytes -= oldest.size()
	j.spare = oldest.record
	*oldest = entry{}
	j.first = (j.first + 1) % len(j.entries)
	j.count--
	j.dropped++
}

// grow doubles the ring, up to its bound: a server that is hardly asked stays small.
func (j *Journal) grow() {
	ring := make([]entry, min(max(64, 2*len(j.entries)), j.maxEntries))
	for i := range j.count {
		ring[i] = j.entries[(j.first+i)%len(j.entries)]
	}
	j.entries, j.first = ring, 0
}

// List answers the entries that match, oldest first, and how many entries were dropped since the journal was cleared. A nil
// match takes all.
func (j *Journal) List(match func(*exchange.Exchange) bool) (entries []*exchange.Exchange, dropped uint64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for i := range j.count {
		if e := read(j.entries[(j.first+i)%len(j.entries)].record); match == nil || match(e) {
			entries = append(entries, e)
		}
	}
	return entries, j.dropped
}

// Get finds an entry by its ID.
func (j *Journal) Get(id string) (*exchange.Exchange, bool) {
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil {
		return nil, false
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	for i := range j.count {
		if e := j.entries[(j.first+i)%len(j.entries)]; e.id == n {
			return read(e.record), true
		}
	}
	return nil, false
}

// Clear forgets all entries, or those of one account, and with all of them the count of what was dropped.
func (j *Journal) Clear(of account.ID) {
	j.mu.Lock()
	defer j.mu.Unlock()
	var kept []entry
	j.bytes = 0
	for i := range j.count {
		if e := j.entries[(j.first+i)%len(j.entries)]; of != "" && e.account != of {
			kept = append(kept, e)
			j.bytes += e.size()
		}
	}
	j.entries, j.first, j.count, j.spare = kept, 0, len(kept), nil
	if of == "" {
		j.dropped = 0
	}
}
