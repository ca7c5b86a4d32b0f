package account

import (
	"slices"
	"time"
)

// Ending is how a token ended.
type Ending struct {
	Value, RefreshToken string
	// How is "expired", "rotated" or "deleted".
	How string
	// At is the time on the account's clock.
	At time.Time
}

// How tokens end.
const (
	EndedByExpiry   = "expired"
	EndedByRotation = "rotated"
	EndedByDeletion = "deleted"
)

// maxEndings bounds how many endings an account keeps. They explain refusals, soon after.
const maxEndings = 1000

// Ended returns how the token with a value or refresh token ended; ok is false if the account keeps
// no such ending. Call it within a transaction only.
func (a *Account) Ended(secret string) (e Ending, ok bool) {
	for _, e := range slices.Backward(a.endings) {
		if e.Value == secret || e.RefreshToken == secret {
			return e, true
		}
	}
	return Ending{}, false
}

// end removes a token, and records how it ended.
func (a *Account) end(t *Token, how string, at time.Time) {
	a.removeToken(t)
	if len(a.endings) >= maxEndings {
		a.endings = append([]Ending(nil), a.endings[maxEndings/2:]...) // a new slice: copies of the account share the old one
	}
	a.endings = append(a.endings, Ending{t.Value, t.RefreshToken, how, at})
}
