package account

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// seal is a hash over what an account's money and counts are: wallet, subscriptions, tokens, usage,
// books. It goes along with the books, and shows that a state was changed elsewhere, also where
// several of these were changed so that they agree. It keeps no forger out.
func (a *Account) seal() string {
	h := sha256.New() // never fails to be written
	for _, t := range a.Wallet.transactions {
		fmt.Fprintln(h, "transaction", t.ID, int64(t.Amount), t.CreatedAt.Unix(), t.Description)
	}
	for _, s := range a.Subscriptions {
		fmt.Fprintln(h, "subscription", s.ID, s.Scope, s.Active, s.TotalRequests, s.AvailableRequests, int64(s.Price), s.ExpiresAt.Unix())
	}
	for _, t := range a.Tokens.ordered {
		fmt.Fprintln(h, "token", t.Value, t.Stats.tally())
	}
	a.Usage.Days(func(day Day, scope string, c *Counter) { fmt.Fprintln(h, "usage", day, scope, c.tally()) })
	b := &a.books
	fmt.Fprintln(h, "books", b.Usage, b.Tokens, b.Own, b.Gone, b.Charged, b.Prepaid, b.Failed)
	return hex.EncodeToString(h.Sum(nil))
}

const sealBroken = "the account was changed outside of a server since it was exported: its wallet, subscriptions, tokens, usage or books are not those of its seal" +
	" (without \"books\" an import begins new ones)"

// auditSeal reports a state that was changed between its export and its import.
func (a *Account) auditSeal(off func(invariant, format string, values ...any)) {
	if a.books.broken != "" {
		off("state.seal", sealBroken)
	}
}
