package account

import "hash/maphash"

// Index finds values by identifiers. A server may hold hundreds of thousands, so those are kept without a pointer, which the garbage collector
// would follow, and are found through a table of eight bytes a place: an ordinary map, whose places hold the ids themselves, takes twice as long
// to add one among many. Other texts are welcome too. The zero Index is empty. Calls of Get may run side by side; Set and Delete run alone.
type Index[V any] struct {
	seed   maphash.Seed
	slots  []slot       // by hash, a power of two, at most two thirds in use; who finds their place taken has the next one that is free
	chunks [][]entry[V] // in the order in which they came
	free   []uint32     // entries that were deleted
	count  int
	texts  map[string]V // what is no identifier
}

// slot leads to an entry.
type slot struct {
	hash uint32
	at   uint32 // the entry's position, counted from 1; 0 is free
}

type entry[V any] struct {
	id    [idLength]byte
	value V
}

// chunkLength is how many entries lie in one piece of memory: longer pieces would have to be copied as they grow.
const chunkLength = 1 << 10

// Get finds a value.
func (x *Index[V]) Get(id string) (v V, ok bool) {
	if len(id) != idLength {
		v, ok = x.texts[id]
		return v, ok
	}
	if x.count == 0 {
		return v, false
	}
	place, found := x.place(id, x.hash(id))
	if !found {
		return v, false
	}
	return x.entry(x.slots[place].at).value, true
}

// Len is how many ids have a value.
func (x *Index[V]) Len() int { return x.count + len(x.texts) }

// len is how many values can be found.

// Set puts a value in the place of what stood under the id.
func (x *Index[V]) Set(id string, v V) {
	if len(id) != idLength {
		if x.texts == nil {
			x.texts = map[string]V{}
		}
		x.texts[id] = v
		return
	}
	if 3*(x.count+1) > 2*len(x.slots) {
		x.grow()
	}
	hash := x.hash(id)
	place, found := x.place(id, hash)
	if found {
		x.entry(x.slots[place].at).value = v
		return
	}
	x.slots[place] = slot{hash, x.add(entry[V]{[idLength]byte([]byte(id)), v})}
	x.count++
}

// Delete takes out what stands under the id.
func (x *Index[V]) Delete(id string) {
	if len(id) != idLength {
		delete(x.texts, id)
		return
	}
	if x.count == 0 {
		return
	}
	place, found := x.place(id, x.hash(id))
	if !found {
		return
	}
	at := x.slots[place].at
	*x.entry(at) = entry[V]{}
	x.free = append(x.free, at)
	x.count--
	x.vacate(place)
}

func (x *Index[V]) hash(id string) uint32 { return uint32(maphash.String(x.seed, id)) }

// place is the slot of an id, or the free one where it belongs.
func (x *Index[V]) place(id string, hash uint32) (place uint32, found bool) {
	last := uint32(len(x.slots) - 1)
	for place = hash & last; ; place = (place + 1) & last {
		s := x.slots[place]
		if s.at == 0 {
			return place, false
		}
		if s.hash == hash && string(x.entry(s.at).id[:]) == id {
			return place, true
		}
	}
}

// vacate frees a slot, and moves into it who would not be found behind a free one.
func (x *Index[V]) vacate(place uint32) {
	last := uint32(len(x.slots) - 1)
	for next := (place + 1) & last; x.slots[next].at != 0; next = (next + 1) & last {
		wanted := x.slots[next].hash & last
		if (next-wanted)&last >= (next-place)&last { // the wanted place is not behind the free one
			x.slots[place] = x.slots[next]
			place = next
		}
	}
	x.slots[place] = slot{}
}

// entry is the entry at a position, counted from 1.
func (x *Index[V]) entry(at uint32) *entry[V] {
	return &x.chunks[(at-1)/chunkLength][(at-1)%chunkLength]
}

// add puts an entry where one was deleted, or behind all others, and answers its position.
func (x *Index[V]) add(e entry[V]) (at uint32) {
	if n := len(x.free); n > 0 {
		at, x.free = x.free[n-1], x.free[:n-1]
		*x.entry(at) = e
		return at
	}
	switch n := len(x.chunks); {
	case n == 0:
		x.chunks = make([][]entry[V], 1) // which grows as it must: most accounts have few tokens
	case len(x.chunks[n-1]) == chunkLength:
		x.chunks = append(x.chunks, make([]entry[V], 0, chunkLength))
	}
	chunk := &x.chunks[len(x.chunks)-1]
	*chunk = append(*chunk, e)
	return uint32((len(x.chunks)-1)*chunkLength + len(*chunk))
}

// grow doubles the table.
func (x *Index[V]) grow() {
	if x.slots == nil {
		x.seed = maphash.MakeSeed()
	}
	old := x.slots
	x.slots = make([]slot, max(8, 2*len(old)))
	last := uint32(len(x.slots) - 1)
	for _, s := range old {
		if s.at == 0 {
			continue
		}
		place := s.hash & last
		for x.slots[place].at != 0 {
			place = (place + 1) & last
		}
		x.slots[place] = s
	}
}
