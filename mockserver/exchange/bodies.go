package exchange

import (
	"context"
	"net/http"
	"time"

	"golang.org/x/sync/semaphore"
)

// Bodies bounds the memory of all request bodies that are read at once, so that whoever sends many
// large ones slowly waits, and fills nothing. It is safe for concurrent use; a nil Bodies bounds
// nothing.
type Bodies struct {
	room  *semaphore.Weighted
	total int64
}

const (
	// smallBody is the length, in bytes, up to which a body takes no room.
	smallBody = 16 << 10
	// roomPatience is how long a body waits for room.
	roomPatience = 30 * time.Second
)

// NewBodies makes room for bodies of so many bytes together.
func NewBodies(total int64) *Bodies {
	return &Bodies{room: semaphore.NewWeighted(total), total: total}
}

// Enter waits until there is room for the body of a request, of which at most bound bytes will be
// read, and returns how the caller gives the room back. It returns false where there was none in
// time.
func (b *Bodies) Enter(r *http.Request, bound int64) (leave func(), ok bool) {
	size := bound
	if r.ContentLength >= 0 {
		size = min(size, r.ContentLength)
	}
	if b == nil || size <= smallBody || r.Body == nil || r.Body == http.NoBody {
		return func() {}, true
	}
	size = min(size, b.total)
	if b.room.TryAcquire(size) {
		return func() { b.room.Release(size) }, true
	}
	ctx, cancel := context.WithTimeout(r.Context(), roomPatience)
	defer cancel()
	if b.room.Acquire(ctx, size) != nil {
		return func() {}, false
	}
	return func() { b.room.Release(size) }, true
}
