// Package journal remembers what was asked and answered. It is bounded, counts what it had to drop,
// and shows secrets only as fingerprints.
package journal

import (
	"slices"
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
	added   uint64 // entries ever
	bytes   int64
	drops   drops
	memory  memory
	// readers read records while the journal is not locked: meanwhile no record's memory is used
	// again.
	readers       int
	subscriptions []*Subscription
	waiting       int64 // bytes in the buffers of all subscriptions
	tell          func(dropped uint64)
}

// entry is an exchange as it is kept: bytes, and what is needed to pass it over without reading
// them.
type entry struct {
	id      uint64
	added   uint64 // which of all entries it was; they stand in this order
	account account.ID
	record  []byte
	chunk   *chunk // where the record is
}

// size is about how much memory an entry holds, in bytes.
func (e entry) size() int64 { return 64 + int64(len(e.record)) }

// New answers an empty journal for at most so many entries, which together hold about so many
// bytes.
func New(maxEntries int, maxBytes int64) *Journal {
	return &Journal{maxEntries: max(1, maxEntries), maxBytes: maxBytes, memory: newMemory(maxBytes)}
}

// WhenDropping says who is told that entries are dropped: with the first, the tenth, the hundredth
// and so on. It is called by who adds the entry that makes it happen, before the journal is used.
func (j *Journal) WhenDropping(tell func(dropped uint64)) { j.tell = tell }

// Add writes a finished exchange into the journal, and keeps nothing of it. The oldest entries make
// room.
func (j *Journal) Add(e *exchange.Exchange) {
	before, after := j.add(e)
	if before == after || j.tell == nil {
		return
	}
	for round := uint64(1); round <= after; round *= 10 {
		if before < round {
			j.tell(after)
			return
		}
	}
}

// add answers how many entries were dropped ever, before and after.
func (j *Journal) add(e *exchange.Exchange) (before, after uint64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	before = j.drops.lifetime
	if j.count == j.maxEntries {
		j.drop()
	}
	newest := entry{id: e.ID, added: j.added, account: e.Account}
	j.added++
	newest.record, newest.chunk = j.memory.write(e)
	for j.count > 0 && j.bytes+newest.size() > j.maxBytes {
		j.drop()
	}
	if j.count == len(j.entries) {
		j.grow()
	}
	*j.at(j.count) = newest
	j.count++
	j.bytes += newest.size()
	if len(j.subscriptions) > 0 {
		j.publish(e, newest.record)
	}
	return before, j.drops.lifetime
}

// at is the i-th place of the ring, counted from the oldest entry.
func (j *Journal) at(i int) *entry { return &j.entries[(j.first+i)%len(j.entries)] }

func (j *Journal) drop() {
	oldest := j.at(0)
	j.bytes -= oldest.size()
	j.memory.drop(oldest.chunk, j.readers > 0)
	j.drops.add(oldest.account)
	*oldest = entry{}
	j.first = (j.first + 1) % len(j.entries)
	j.count--
}

// grow doubles the ring, up to its bound: a server that is hardly asked stays small.
func (j *Journal) grow() {
	ring := make([]entry, min(max(64, 2*len(j.entries)), j.maxEntries))
	for i := range j.count {
		ring[i] = *j.at(i)
	}
	j.entries, j.first = ring, 0
}

// Select answers the entries that match, oldest first, and how many entries were dropped since the
// journal was cleared: of the filter's account, or of all if it names none. (Of an account there
// were at most so many: with more than 10,000 accounts, the count may hold those of others.) Both
// are of the same moment.
func (j *Journal) Select(f Filter) (entries []*exchange.Exchange, dropped uint64) {
	dropped = j.Walk(f, func(e *exchange.Exchange) bool {
		entries = append(entries, e)
		return true
	})
	return entries, dropped
}

// Walk is Select for who needs one entry at a time: it calls visit until that answers false. The
// journal is not locked meanwhile.
func (j *Journal) Walk(f Filter, visit func(*exchange.Exchange) bool) (dropped uint64) {
	held, dropped := j.hold(f)
	defer j.release()
	match := func(record []byte) bool { return f.plain() || f.Match(skim(record)) }
	if f.Limit > 0 {
		var newest [][]byte
		for _, record := range slices.Backward(held) {
			if len(newest) == f.Limit {
				break
			}
			if match(record) {
				newest = append(newest, record)
			}
		}
		slices.Reverse(newest)
		held, match = newest, func([]byte) bool { return true }
	}
	for _, record := range held {
		if match(record) && !visit(read(record)) {
			break
		}
	}
	return dropped
}

// hold answers the records that can match, oldest first, as far as that can be told without reading
// them. They stay as they are until release is called.
func (j *Journal) hold(f Filter) (held [][]byte, dropped uint64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.readers++
	if f.Account == "" {
		held = make([][]byte, 0, j.count)
	}
	for i := range j.count {
		if e := j.at(i); f.concerns(e) {
			held = append(held, e.record)
		}
	}
	return held, j.drops.count(f.account())
}

func (j *Journal) release() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.readers--
}

// Last is, instead of an ID, that of the request that was finished last.
const Last = "last"

// Get finds an entry by its ID, or Last.
func (j *Journal) Get(id string) (*exchange.Exchange, bool) {
	if id == Last {
		return j.last()
	}
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil {
		return nil, false
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	for i := range j.count {
		if e := j.at(i); e.id == n {
			return read(e.record), true
		}
	}
	return nil, false
}

func (j *Journal) last() (*exchange.Exchange, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for i := j.count - 1; i >= 0; i-- {
		if e := j.at(i); kindOf(e.record) == KindRequest {
			return read(e.record), true
		}
	}
	return nil, false
}

// Dropped is how many entries were dropped ever; clearing the journal does not change it.
func (j *Journal) Dropped() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.drops.lifetime
}

// Clear forgets all entries, or those of one account, and with them the count of what was dropped
// of them.
func (j *Journal) Clear(of account.ID) {
	j.mu.Lock()
	defer j.mu.Unlock()
	var kept []entry
	j.bytes, j.memory = 0, newMemory(j.maxBytes)
	for i := range j.count {
		if e := *j.at(i); of != "" && e.account != of {
			// Copied, because what was forgotten beside it in its chunk would else be held with it.
			e.chunk = &chunk{bytes: slices.Clone(e.record), records: 1}
			e.record = e.chunk.bytes
			kept = append(kept, e)
			j.bytes += e.size()
		}
	}
	j.entries, j.first, j.count = kept, 0, len(kept)
	j.drops.clear(of)
}
