package fault

import (
	"hash/fnv"
	"math/rand/v2"

	"oauthmock/mockserver/account"
)

// chance is where what a call draws comes from: the same server's seed, account, operation and n-th
// call, counted by the same rule, draw the same, whatever other accounts do meanwhile.
func chance(seed uint64, id account.ID, operation, rule string, call uint64) *rand.Rand {
	h := fnv.New64a()
	for _, part := range []string{string(id), operation, rule} {
		h.Write([]byte(part)) // never fails, says package hash
		h.Write([]byte{0})
	}
	return rand.New(rand.NewPCG(seed^h.Sum64(), call))
}
