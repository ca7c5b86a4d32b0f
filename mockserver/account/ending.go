package account

import (
	"slices"
	"time"
)

// Ending is how a token of the account ended.
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

// maxEndings bounds how many endings an account remembers: they are for people who ask why, soon
// after.
const maxEndings = 1000

// Ended returns how the token with a value or refresh token ended; ok is false where the account
// remembers no such token. Within the transaction only.
func (a *Account) Ended(secret string) (e Ending, ok bool) {
	for _, e := range slices.Backward(a.endings) {
		if e.Value == secret || e.RefreshToken == secret {
			return e, true
		}
	}
	return Ending{}, false
}

// end removes a token, and remembers how it ended.
func (a *Account) end(t *Token, how string, at time.Time) {
	a.removeToken(t)
	if len(a.endings) >= maxEndings {
		a.endings = append([]Ending(nil), a.endings[maxEndings/2:]...) // new memory: copies of the account share the old
	}
	a.endings = append(a.endings, Ending{t.Value, t.RefreshToken, how, at})
}
