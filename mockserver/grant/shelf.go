package grant

import (
	"cmp"
	"container/heap"
	"slices"
	"time"
)

// shelf holds items by value, in insertion order, and knows which falls due next. The zero shelf is
// empty.
type shelf[T any] struct {
	entries map[string]*entry[T]
	due     queue[T]
	// order holds the entries, oldest first, and some that have been removed.
	order []*entry[T]
}

type entry[T any] struct {
	value string
	item  *T
	due   time.Time
	place int // position in the queue; negative once removed
	seq   int
}

func (s *shelf[T]) get(value string) (*T, bool) {
	e, ok := s.entries[value]
	if !ok {
		return nil, false
	}
	return e.item, true
}

// put adds an item, or replaces the one with the same value.
func (s *shelf[T]) put(value string, item *T, due time.Time) {
	s.remove(value)
	if s.entries == nil {
		s.entries = map[string]*entry[T]{}
	}
	e := &entry[T]{value: value, item: item, due: due}
	if n := len(s.order); n > 0 {
		e.seq = s.order[n-1].seq + 1
	}
	s.entries[value] = e
	s.order = append(s.order, e)
	heap.Push(&s.due, e)
}

// move changes when an item falls due.
func (s *shelf[T]) move(value string, due time.Time) {
	e := s.entries[value]
	e.due = due
	heap.Fix(&s.due, e.place)
}

// remove removes an item, and reports whether it existed.
func (s *shelf[T]) remove(value string) bool {
	e, ok := s.entries[value]
	if !ok {
		return false
	}
	delete(s.entries, value)
	heap.Remove(&s.due, e.place)
	e.item, e.place = nil, -1
	if len(s.order) > 2*len(s.entries)+64 {
		s.order = slices.DeleteFunc(s.order, func(e *entry[T]) bool { return e.place < 0 })
	}
	return true
}

// next returns the entry that falls due next.
func (s *shelf[T]) next() (*entry[T], bool) {
	if len(s.due) == 0 {
		return nil, false
	}
	return s.due[0], true
}

// oldest returns the value of the oldest item, and whether there are at least bound items.
func (s *shelf[T]) oldest(bound int) (value string, full bool) {
	if len(s.entries) < bound {
		return "", false
	}
	for i, e := range s.order {
		if e.place >= 0 {
			s.order = s.order[i:]
			return e.value, true
		}
	}
	return "", false
}

// all returns the items, oldest first.
func (s *shelf[T]) all() []*T {
	out := make([]*T, 0, len(s.entries))
	for _, e := range s.order {
		if e.place >= 0 {
			out = append(out, e.item)
		}
	}
	return out
}

func (s *shelf[T]) clone() (out shelf[T]) {
	for _, e := range s.order {
		if e.place >= 0 {
			own := *e.item
			out.put(e.value, &own, e.due)
		}
	}
	return out
}

// queue is a heap of entries by due time. Entries due at the same time keep their order of
// insertion.
type queue[T any] []*entry[T]

func (q queue[T]) Len() int { return len(q) }
func (q queue[T]) Less(i, j int) bool {
	return cmp.Or(q[i].due.Compare(q[j].due), cmp.Compare(q[i].seq, q[j].seq)) < 0
}
func (q queue[T]) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].place, q[j].place = i, j
}

// Push implements heap.Interface.
func (q *queue[T]) Push(x any) {
	e := x.(*entry[T])
	e.place = len(*q)
	*q = append(*q, e)
}

// Pop implements heap.Interface.
func (q *queue[T]) Pop() any {
	old := *q
	last := old[len(old)-1]
	old[len(old)-1] = nil
	*q = old[:len(old)-1]
	return last
}
