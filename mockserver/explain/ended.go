package explain

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/journal"
	"oauthmock/mockserver/surface"
)

// Requests are the recorded requests.
type Requests interface {
	Walk(f journal.Filter, visit func(*exchange.Exchange) bool) (dropped uint64)
}

// ended returns when and by which request a secret, described by what, ended; "" if that is
// unknown.
func (x *Explainer) ended(e *exchange.Exchange, what, secret string) string {
	id, end, known := x.Directory.Ended(secret)
	if !known {
		if x.Directory.Retired(secret) {
			return fmt.Sprintf("%s was issued, and is nobody's any more: it ended, or its account was reset, replaced or removed since.", what)
		}
		return ""
	}
	if secret == end.RefreshToken {
		what += " is a refresh token of account " + string(id) + " that"
	} else {
		what += " is a token of account " + string(id) + " that"
	}
	at := end.At.UTC().Format(time.RFC3339)
	if end.How == account.EndedByExpiry {
		return fmt.Sprintf("%s expired at %s, by the account's clock.", what, at)
	}
	by := "a request that the journal no longer has"
	if n := x.request(e, id, end); n != 0 {
		by = fmt.Sprintf("request #%d", n)
	}
	if end.How == account.EndedByRotation {
		return fmt.Sprintf("%s was rotated away at %s by %s: a rotation revokes both.", what, at, by)
	}
	return fmt.Sprintf("%s was deleted at %s by %s.", what, at, by)
}

// request finds the request by which a token ended; 0 where it is not in the journal.
func (x *Explainer) request(e *exchange.Exchange, id account.ID, end account.Ending) (found uint64) {
	if x.Requests == nil {
		return 0
	}
	x.Requests.Walk(journal.Filter{Account: string(id)}, func(other *exchange.Exchange) bool {
		if other.ID == e.ID || other.Reason != "" || other.Response.Status < http.StatusOK || other.Response.Status >= http.StatusMultipleChoices {
			return true
		}
		names := slices.ContainsFunc(other.Params, func(p exchange.Param) bool { return p.Value == end.Value })
		bearer, _ := surface.Bearer(other.Request.Header.Get("Authorization"))
		switch {
		case end.How == account.EndedByDeletion && names && other.Request.Method == http.MethodDelete,
			end.How == account.EndedByRotation && bearer == end.RefreshToken && other.Auth == "refresh":
			found = other.ID
		}
		return true
	})
	return found
}

// endedInPath explains how the tokens in the path ended.
func (x *Explainer) endedInPath(e *exchange.Exchange) (words []string) {
	if e.Reason == "" && e.Response.Status != http.StatusNoContent {
		return nil
	}
	for _, p := range e.Params {
		if said := x.ended(e, "What the path names", p.Value); said != "" {
			words = append(words, said)
		}
	}
	return words
}
