package journal

import (
	"slices"

	"oauthmock/mockserver/exchange"
)

// memory is where records are kept. They are written one behind the other into chunks, each record
// once and in its final place; a chunk is used again when the last of its records was dropped. It
// is not safe for concurrent use.
type memory struct {
	size    int // of a chunk, in bytes
	current *chunk
	spare   *chunk // the chunk that was given up last, empty
}

// chunk is a run of records.
type chunk struct {
	bytes   []byte
	records int // that were not dropped
}

const (
	// largestChunk is the size of a chunk in a journal of usual size, in bytes; smaller journals
	// have smaller ones.
	largestChunk  = 256 << 10
	smallestChunk = 4 << 10
	// own is how many records of a size fill a chunk, at least: larger ones get a chunk of their
	// own, so that little room is wasted at the end of one.
	own = 8
	// frame is about the most that a record holds beside its bodies and its URI, in bytes.
	frame = 1 << 10
)

func newMemory(bytes int64) memory {
	return memory{size: int(min(max(bytes/16, smallestChunk), largestChunk))}
}

// write writes the record of an exchange.
func (m *memory) write(e *exchange.Exchange) ([]byte, *chunk) {
	need := len(e.Request.Body) + len(e.Response.Body) + len(e.Request.URI) + frame
	c := m.room(need)
	start := len(c.bytes)
	if written := write(c.bytes, e); cap(written) == cap(c.bytes) {
		c.bytes = written
	} else { // it needed more than it looked, and stands in new memory behind a copy of the others
		c = &chunk{bytes: slices.Clone(written[start:])}
		start = 0
	}
	c.records++
	return c.bytes[start:len(c.bytes):len(c.bytes)], c
}

// room returns a chunk with so much room.
func (m *memory) room(need int) *chunk {
	if c := m.current; c != nil && cap(c.bytes)-len(c.bytes) >= need {
		return c
	}
	size := need
	if need <= m.size/own {
		size = m.size
	}
	c := &chunk{}
	if s := m.spare; s != nil && cap(s.bytes) >= size && cap(s.bytes) <= size+size/4 {
		c, m.spare = s, nil
	} else {
		c.bytes = make([]byte, 0, size)
	}
	if size == m.size {
		m.current = c
	}
	return c
}

// drop gives up a record. Unless somebody still reads it, its memory may be used again.
func (m *memory) drop(c *chunk, read bool) {
	if c.records--; c.records == 0 && c != m.current && !read {
		c.bytes, m.spare = c.bytes[:0], c
	}
}
