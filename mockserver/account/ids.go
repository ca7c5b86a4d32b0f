package account

import (
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"time"
)

// IDs gives out the account's identifiers: 24 hex digits, of which the first eight are the time in seconds, as in the
// provider's own. They are drawn by (seed, account, kind, n-th), so that the same calls on the same seed get the same ids
// whatever other accounts do meanwhile.
type IDs struct {
	seed, account uint64
	issued        map[string]uint64
}

// NewIDs answers a source for one account. Issued says how many of each kind were given out before; nil is none.
func NewIDs(seed uint64, account ID, issued map[string]uint64) IDs {
	counts := make(map[string]uint64, len(issued)+4)
	maps.Copy(counts, issued)
	return IDs{seed: seed, account: digest(string(account)), issued: counts}
}

// Issued says how many of each kind were given out.
func (i *IDs) Issued() map[string]uint64 {
	out := make(map[string]uint64, len(i.issued))
	maps.Copy(out, i.issued)
	return out
}

// Next is a fresh identifier of a kind ("token", "refresh", "error", "transaction").
func (i *IDs) Next(kind string, now time.Time) string {
	n := i.issued[kind]
	i.issued[kind] = n + 1
	return Identifier(now, i.seed^i.account, digest(kind)+n)
}

// Identifier is 24 hex digits made of a time and the first draw of the stream (seed, draw).
func Identifier(now time.Time, seed, draw uint64) string {
	const hex = "0123456789abcdef"
	random := rand.NewPCG(seed, draw).Uint64()
	seconds := uint32(now.Unix())
	var b [24]byte
	for i := range 8 {
		b[i] = hex[seconds>>(28-4*i)&15]
	}
	for i := range 16 {
		b[8+i] = hex[random>>(60-4*i)&15]
	}
	return string(b[:])
}

// ValidID says whether text has the form of an identifier: 24 lower-case hex digits.
func ValidID(text string) bool {
	if len(text) != 24 {
		return false
	}
	for i := range len(text) {
		if c := text[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

func digest(text string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(text)) // never fails, says package hash
	return h.Sum64()
}
