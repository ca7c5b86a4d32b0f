package journal

import (
	"net/url"
	"strings"
	"time"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
)

// Filter says which exchanges are meant. Members that are zero match all.
type Filter struct {
	// Kind of the record: KindRequest if it is empty, AnyKind for all.
	Kind Kind
	// In Surface ("v2"), Operation ("token.create", "token.*") and Path * matches any text, also
	// none and slashes. Account is taken literally, Method in any case. Path, without the query, is
	// that of the request as MatchPath says.
	Surface, Operation, Account, Path, Method string
	// Client is the client_id of an OAuth client, taken literally.
	Client string
	// Status of the answer.
	Status int
	// Code is the error number of the answer as text ("130", "125.22").
	Code string
	// Since and Until bound the time of the exchange (At), which is the server's, or the account's
	// once that is known. Since is within, Until is not.
	Since, Until time.Time
	// After and Before are IDs: only those of later, and of earlier, requests match; 0 does not
	// ask.
	After, Before uint64
	// Limit, if above zero, is how many of those that match are taken, the newest ones. Match knows
	// nothing of it.
	Limit int
}

// Match reports whether an exchange is meant.
func (f Filter) Match(e *exchange.Exchange) bool {
	switch {
	case !f.Kind.Covers(KindOf(e)),
		f.Surface != "" && !Wildcard(f.Surface, e.Surface),
		f.Operation != "" && !Wildcard(f.Operation, e.Operation),
		f.Account != "" && f.Account != string(e.Account),
		f.Client != "" && f.Client != e.Client,
		f.Status != 0 && f.Status != e.Response.Status,
		f.After != 0 && e.ID <= f.After,
		f.Before != 0 && e.ID >= f.Before,
		!f.Since.IsZero() && e.At.Before(f.Since),
		!f.Until.IsZero() && !e.At.Before(f.Until),
		f.Method != "" && !strings.EqualFold(f.Method, e.Request.Method),
		f.Path != "" && !MatchPath(e, func(path string) bool { return Wildcard(f.Path, path) }),
		f.Code != "" && f.Code != e.Code:
		return false
	}
	return true
}

// plain reports whether the filter asks for nothing but what an entry tells without being read.
func (f Filter) plain() bool {
	return f == Filter{Kind: f.Kind, Account: f.Account, After: f.After, Limit: f.Limit}
}

func (f Filter) account() account.ID { return account.ID(f.Account) }

// MatchPath reports whether a path of the request matches: as it was sent, decoded, or relative to
// the surface that answered, which of a paid service is /{domain}/{path}.
func MatchPath(e *exchange.Exchange, match func(path string) bool) bool {
	path := Path(e.Request.URI)
	if match(path) || e.Path != "" && e.Path != path && match(e.Path) {
		return true
	}
	if strings.IndexByte(path, '%') < 0 && strings.IndexByte(e.Path, '%') < 0 {
		return false
	}
	for _, escaped := range []string{path, e.Path} {
		if plain, err := url.PathUnescape(escaped); err == nil && plain != "" && match(plain) {
			return true
		}
	}
	return false
}

// Path is the path of a request's URI as it was sent, without host and query.
func Path(uri string) string {
	path, _, _ := strings.Cut(uri, "?")
	if _, rest, absolute := strings.Cut(path, "://"); absolute && !strings.HasPrefix(path, "/") {
		_, path, _ = strings.Cut(rest, "/")
		path = "/" + path
	}
	return path
}

// Wildcard reports whether a text is a pattern, in which * stands for any text, also for none and
// for slashes. It takes time in proportion to the lengths of both, multiplied only for patterns
// that repeat themselves.
func Wildcard(pattern, text string) bool {
	first, rest, found := strings.Cut(pattern, "*")
	if !found {
		return pattern == text
	}
	if !strings.HasPrefix(text, first) {
		return false
	}
	text = text[len(first):]
	for {
		var part string
		part, rest, found = strings.Cut(rest, "*")
		if !found {
			return strings.HasSuffix(text, part)
		}
		// The leftmost place is as good as any other: it leaves the most for what follows.
		at := strings.Index(text, part)
		if at < 0 {
			return false
		}
		text = text[at+len(part):]
	}
}
