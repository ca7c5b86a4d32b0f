package exchange

import (
	"context"
	"net/http"
	"time"

	"golang.org/x/sync/semaphore"
)

// Bodies bounds the memory of all request bodies that are being read, so that clients that send
// many large bodies slowly wait instead of filling memory. It is safe for concurrent use; a nil
// Bodies bounds nothing.
type Bodies struct {
	room  *semaphore.Weighted
	total int64
}

const (
	// smallBody is the length, in bytes, up to which a body does not count.
	smallBody = 16 << 10
	// roomPatience is how long a request waits until its body fits.
	roomPatience = 30 * time.Second
)

// NewBodies returns a Bodies that admits a total number of bytes.
func NewBodies(total int64) *Bodies {
	return &Bodies{room: semaphore.NewWeighted(total), total: total}
}

// Enter waits until a body of up to bound bytes fits, and returns the function that releases its
// share. It returns false if it did not fit in time.
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
