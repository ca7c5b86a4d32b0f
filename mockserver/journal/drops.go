package journal

import (
	"hash/maphash"

	"oauthmock/mockserver/account"
)

// drops counts what was dropped, of whom. However many accounts there are, it stays small, and it
// never counts too little: what it answers for an account decides whether a question about the
// account can be answered.
type drops struct {
	total    uint64 // since the journal was cleared
	lifetime uint64
	of       map[account.ID]*uint64
	// others are the accounts that found no counter of their own, many in one, by a hash of their
	// ID. It is made when the first one comes.
	others []uint64
	seed   maphash.Seed
}

// Bounds of what drops remembers.
const (
	maxCounted = 10_000  // accounts with a counter of their own
	shared     = 1 << 15 // counters for all the others
)

func (d *drops) add(of account.ID) {
	d.total++
	d.lifetime++
	if of == "" {
		return // whoever it was, nobody asks for it by account
	}
	if n, known := d.of[of]; known {
		*n++
		return
	}
	if d.others == nil && len(d.of) < maxCounted { // later on, a place that became free would forget what stands in a shared counter
		if d.of == nil {
			d.of = map[account.ID]*uint64{}
		}
		one := uint64(1)
		d.of[of] = &one
		return
	}
	if d.others == nil {
		d.others, d.seed = make([]uint64, shared), maphash.MakeSeed()
	}
	d.others[d.shared(of)]++
}

func (d *drops) shared(of account.ID) uint64 { return maphash.String(d.seed, string(of)) % shared }

// count is how many entries of an account may have been dropped, or of all.
func (d *drops) count(of account.ID) uint64 {
	if of == "" {
		return d.total
	}
	if n, known := d.of[of]; known {
		return *n
	}
	if d.others == nil {
		return 0
	}
	return d.others[d.shared(of)]
}

// clear forgives what was dropped of an account, or of all.
func (d *drops) clear(of account.ID) {
	if of == "" {
		*d = drops{lifetime: d.lifetime}
		return
	}
	if n, known := d.of[of]; known { // what stands in a shared counter stays: it may be of others
		d.total -= *n
		delete(d.of, of)
	}
}
