package fault

import (
	"math/rand/v2"
	"slices"
)

// Freedom is what a contract leaves open in the successful answers of an operation, so that clients
// must tolerate it. The effect "legal" uses it. The zero Freedom leaves nothing open.
type Freedom struct {
	// Beside holds, as a JSON object, the members beside "data" in an answer that may also be sent
	// bare, or with the members of "data" repeated beside it. It is empty if answers have one form
	// only.
	Beside string
	// Paged reports whether the answer is a page, and clients continue with the number of entries
	// received.
	Paged bool
	// NullInList and NullInDetail are the members that may be null in the entries of a list and in
	// a single one.
	NullInList, NullInDetail []string
	// Map reports whether "data" is a map whose keys mean something, so that no member can be added
	// to it.
	Map bool
}

// reshape draws the form of an answer: under data, bare, or both.
func (f Freedom) reshape(envelope object, random *rand.Rand) object {
	parsed, _ := readValue([]byte(f.Beside))
	beside, ok := parsed.(object)
	if !ok {
		return envelope
	}
	bare, enveloped := dataOf(envelope).(object)
	if !enveloped {
		bare = envelope
	}
	data := slices.Concat(object{{"data", bare}}, beside)
	switch random.IntN(3) {
	case 0:
		return data
	case 1:
		return slices.Clone(bare)
	}
	return append(data, bare...)
}
