package account

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"time"
)

// IDs generates the account's identifiers: 24 hex digits, of which the first eight are the time in
// seconds, as in the provider's own. They are derived from (seed, account, kind, n), so the same
// calls on the same seed get the same IDs whatever other accounts do meanwhile.
type IDs struct {
	seed   uint64
	series map[string]*series
}

// series generates the IDs of one kind.
type series struct {
	first uint64 // draw
	count uint64 // number of IDs issued
}

// NewIDs returns a generator for one account. issued is how many of each kind were issued before;
// nil means none.
func NewIDs(seed uint64, account ID, issued map[string]uint64) IDs {
	i := IDs{seed: seed ^ digest(string(account)), series: make(map[string]*series, len(issued)+4)}
	for kind, n := range issued {
		i.of(kind).count = n
	}
	return i
}

// Issued returns how many of each kind were issued.
func (i *IDs) Issued() map[string]uint64 {
	out := make(map[string]uint64, len(i.series))
	for kind, s := range i.series {
		out[kind] = s.count
	}
	return out
}

func (i *IDs) of(kind string) *series {
	s, ok := i.series[kind]
	if !ok {
		s = &series{first: digest(kind)}
		i.series[kind] = s
	}
	return s
}

// Next returns a fresh identifier of a kind ("token", "refresh", "error", "transaction").
func (i *IDs) Next(kind string, now time.Time) string {
	var b [idLength]byte
	return string(i.append(b[:0], kind, now))
}

func (i *IDs) append(b []byte, kind string, now time.Time) []byte {
	s := i.of(kind)
	s.count++
	return appendIdentifier(b, now, i.seed, s.first+s.count-1)
}

// Identifier returns 24 hex digits derived from a time and the first draw of the stream (seed,
// draw).
func Identifier(now time.Time, seed, draw uint64) string {
	var b [idLength]byte
	return string(appendIdentifier(b[:0], now, seed, draw))
}

// idLength is the length of an identifier.
const idLength = 24

func appendIdentifier(b []byte, now time.Time, seed, draw uint64) []byte {
	const hex = "0123456789abcdef"
	seconds := uint32(now.Unix())
	for shift := 28; shift >= 0; shift -= 4 {
		b = append(b, hex[seconds>>shift&15])
	}
	random := rand.NewPCG(seed, draw).Uint64()
	for shift := 60; shift >= 0; shift -= 4 {
		b = append(b, hex[random>>shift&15])
	}
	return b
}

// ValidID reports whether text has the form of an identifier: 24 lower-case hex digits.
func ValidID(text string) bool {
	if len(text) != idLength {
		return false
	}
	for i := range len(text) {
		if c := text[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// Secret returns a text of 32 hex digits for a purpose of the account. It is the same each time,
// and does not count as a draw.
func (i *IDs) Secret(purpose string) string {
	random := rand.NewPCG(i.seed, digest(purpose))
	return fmt.Sprintf("%016x%016x", random.Uint64(), random.Uint64())
}

func digest(text string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(text)) // never fails (package hash)
	return h.Sum64()
}
