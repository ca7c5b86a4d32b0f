package store

import (
	"hash/maphash"
	"sync"
)

// retired remembers that texts were secrets of somebody once, by keyed hashes of the newest. It is
// safe for concurrent use.
type retired struct {
	mu     sync.RWMutex
	seed   maphash.Seed
	hashes map[uint64]struct{}
	ring   []uint64 // the oldest at next, once it is full
	next   int
}

// maxRetired bounds how many are remembered.
const maxRetired = 100_000

func newRetired() *retired {
	return &retired{seed: maphash.MakeSeed(), hashes: map[uint64]struct{}{}}
}

// hash is by what a text is remembered.
func (r *retired) hash(text string) uint64 { return maphash.String(r.seed, text) }

// add remembers a text.
func (r *retired) add(text string) { r.addHashes([]uint64{r.hash(text)}) }

// addHashes remembers texts by their hashes.
func (r *retired) addHashes(hashes []uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, hash := range hashes {
		if _, known := r.hashes[hash]; known {
			continue
		}
		r.hashes[hash] = struct{}{}
		if len(r.ring) < maxRetired {
			r.ring = append(r.ring, hash)
			continue
		}
		delete(r.hashes, r.ring[r.next])
		r.ring[r.next] = hash
		r.next = (r.next + 1) % maxRetired
	}
}

// has reports whether a text was a secret, as far as that is remembered. One in some 10^14 other
// texts is taken for one.
func (r *retired) has(text string) bool {
	hash := r.hash(text)
	r.mu.RLock()
	defer r.mu.RUnlock()
	_, known := r.hashes[hash]
	return known
}
