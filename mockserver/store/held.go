package store

import (
	"slices"
	"strings"
)

// held are the secrets that several accounts may have, by how many have them. It is not safe for
// concurrent use.
type held struct {
	counts  map[uint64]uint32 // by hash
	phrases []string          // that are no words; the newest, oldest first, replaced and never changed
}

const (
	// maxPhrases bounds how many are kept, and maxPhrase how long one may be, in bytes: each text
	// that is shown is looked through for each of them.
	maxPhrases = 64
	maxPhrase  = 1 << 10
)

func newHeld() *held { return &held{counts: map[uint64]uint32{}} }

func (h *held) add(secret string, hash uint64) {
	h.counts[hash]++
	if len(secret) <= maxPhrase && strings.ContainsFunc(secret, inNoWord) && !slices.Contains(h.phrases, secret) {
		h.phrases = newest(append(slices.Clone(h.phrases), secret))
	}
}

// remove reports whether it was the last one with a hash.
func (h *held) remove(hash uint64) bool {
	if h.counts[hash]--; h.counts[hash] > 0 {
		return false
	}
	delete(h.counts, hash)
	return true
}

// newest returns the newest phrases, each once.
func newest(phrases []string) []string {
	seen := map[string]bool{}
	kept := make([]string, 0, min(len(phrases), maxPhrases))
	for _, phrase := range slices.Backward(phrases) {
		if len(kept) < maxPhrases && !seen[phrase] {
			seen[phrase] = true
			kept = append(kept, phrase)
		}
	}
	slices.Reverse(kept)
	return kept
}

func inNoWord(r rune) bool {
	return !('0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || strings.ContainsRune("._-", r))
}
