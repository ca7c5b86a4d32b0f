package journal

import (
	"slices"
	"sort"

	"oauthmock/mockserver/exchange"
)

// A page is what a reader of Pages holds at a time: so many bytes, or one record.
const pageBytes = 256 << 10

// Pages is Walk for readers who may be slow, such as those over a network: whatever the journal
// drops meanwhile is let go, and not kept for them. What it drops before they come to it is missed,
// and counted in dropped, which is of the end of the walk. Entries that are added meanwhile are not
// visited.
func (j *Journal) Pages(f Filter, visit func(*exchange.Exchange) bool) (dropped uint64) {
	from, until := j.span(f)
	for from < until {
		var page [][]byte
		page, from = j.page(f, from, until)
		for _, record := range page {
			if e := read(record); f.Match(e) && !visit(e) {
				from = until
				break
			}
		}
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.drops.count(f.account())
}

// span returns from which entry to which a filter asks for: the newest, where it has a limit.
func (j *Journal) span(f Filter) (from, until uint64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	until = j.added
	for i, left := j.count-1, f.Limit; i >= 0 && (f.Limit == 0 || left > 0); i-- {
		e := j.at(i)
		from = e.added
		if f.Limit > 0 && f.concerns(e) && f.Match(skim(e.record)) {
			left--
		}
	}
	return from, until
}

// page copies what can match of the next records, and returns where to go on.
func (j *Journal) page(f Filter, from, until uint64) (page [][]byte, next uint64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	bytes := 0
	first := sort.Search(j.count, func(i int) bool { return j.at(i).added >= from })
	for i := first; i < j.count; i++ {
		e := j.at(i)
		if e.added >= until || bytes >= pageBytes {
			return page, e.added
		}
		if f.concerns(e) {
			page = append(page, slices.Clone(e.record))
			bytes += len(e.record)
		}
	}
	return page, until
}

// concerns reports whether an entry can match, as far as that can be told without reading it.
func (f *Filter) concerns(e *entry) bool {
	return f.Kind.Covers(kindOf(e.record)) && (f.After == 0 || e.id > f.After) && (f.Account == "" || e.account == f.account())
}
