package fault

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/journal"
	"oauthmock/mockserver/world"
)

// matcher is a Match that has been checked. The zero matcher matches every call.
type matcher struct {
	Match
	headers, query []named
	younger, older time.Duration // 0 is any
	callbacks      bool
}

// named is a required header or parameter.
type named struct{ name, pattern string }

func newMatcher(m Match, names journal.Names) (matcher, error) {
	out := matcher{Match: m, callbacks: m.Kind == string(journal.KindCallback)}
	if m.Kind != "" && m.Kind != string(journal.KindRequest) && !out.callbacks {
		return out, wrongf("kind", "is %q; want %s or %s", m.Kind, journal.KindRequest, journal.KindCallback)
	}
	if out.callbacks {
		for _, one := range []struct{ member, value string }{
			{"surface", m.Surface}, {"operation", m.Operation}, {"token", m.Token}, {"youngerThan", string(m.YoungerThan)}, {"olderThan", string(m.OlderThan)},
		} {
			if one.value != "" {
				return out, wrongf(one.member, "has no meaning for callbacks, which are matched by account, path, headers and query")
			}
		}
	}
	if err := journal.Known(m.Surface, names.Surfaces); err != nil {
		return out, wrongf("surface", "%v", err)
	}
	if err := journal.Known(m.Operation, names.Operations); err != nil {
		return out, wrongf("operation", "%v", err)
	}
	switch {
	case strings.ContainsAny(m.Path, "?#"):
		return out, wrongf("path", "is %q, which goes on after the path; parameters stand in \"query\"", m.Path)
	case m.Path != "" && m.Path[0] != '/' && m.Path[0] != '*':
		return out, wrongf("path", "is %q; want it to begin with / or *", m.Path)
	case strings.ContainsAny(m.Path, "{}"):
		return out, wrongf("path", "is %q, a template, which no request sends; write * for any text, such as /tokens/*", m.Path)
	case len(m.Headers) > maxPairs || len(m.Query) > maxPairs:
		return out, wrongf("headers", "and \"query\" hold %d and %d; want at most %d of each", len(m.Headers), len(m.Query), maxPairs)
	}
	for _, age := range []struct {
		member string
		given  Duration
		to     *time.Duration
	}{{"youngerThan", m.YoungerThan, &out.younger}, {"olderThan", m.OlderThan, &out.older}} {
		d, err := age.given.read()
		if err != nil || age.given != "" && d <= 0 {
			return out, wrongf(age.member, "is %q; want a duration above zero such as \"10s\" or \"30d\"", age.given)
		}
		*age.to = d
	}
	for _, name := range slices.Sorted(maps.Keys(m.Headers)) {
		if !headerName(name) {
			return out, wrongf("headers", "has %q, which is not a name of a header", name)
		}
		out.headers = append(out.headers, named{http.CanonicalHeaderKey(name), m.Headers[name]})
	}
	for _, name := range slices.Sorted(maps.Keys(m.Query)) {
		if name == "" {
			return out, wrongf("query", "has a name that is empty")
		}
		out.query = append(out.query, named{name, m.Query[name]})
	}
	return out, nil
}

func headerName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`()<>@,;:\"/[]?={}`, r) })
}

// match reports whether a call, or an attempt to deliver a callback, is meant.
func (m *matcher) match(e *exchange.Exchange) bool {
	return m.callbacks == (e.Delivery != nil) && word(m.Surface, e.Surface) && word(m.Operation, e.Operation) && word(m.Account, string(e.Account)) &&
		(m.Method == "" || strings.EqualFold(m.Method, e.Request.Method) || m.Method == "*") &&
		m.matchPath(e) && m.matchToken(e) && m.matchHeaders(e) && m.matchQuery(e)
}

// aged reports whether a token of the call is as old as the rule asks for.
func (m *matcher) aged(w *world.World, e *exchange.Exchange) bool {
	if m.younger == 0 && m.older == 0 {
		return true
	}
	if e.Account == "" {
		return false
	}
	return slices.ContainsFunc(tokensOf(e), func(token string) bool {
		age, ok := w.TokenAge(context.Background(), e.Caller(), token)
		return ok && (m.younger == 0 || age < m.younger) && (m.older == 0 || age > m.older)
	})
}

func word(pattern, text string) bool { return pattern == "" || journal.Wildcard(pattern, text) }

func (m *matcher) matchPath(e *exchange.Exchange) bool {
	if m.Path == "" {
		return true
	}
	return journal.MatchPath(e, func(path string) bool { return journal.Wildcard(m.Path, path) })
}

func (m *matcher) matchToken(e *exchange.Exchange) bool {
	return m.Token == "" || slices.ContainsFunc(tokensOf(e), func(token string) bool { return journal.Wildcard(m.Token, token) })
}

// tokensOf are the tokens that a call names: in its path, as its parameter "id", as its Bearer.
func tokensOf(e *exchange.Exchange) (tokens []string) {
	if token := e.Param("token"); token != "" {
		tokens = append(tokens, token)
	}
	if id := queryOf(e).Get("id"); id != "" {
		tokens = append(tokens, id)
	}
	for _, value := range e.Request.Header["Authorization"] {
		if scheme, token, found := strings.Cut(strings.TrimSpace(value), " "); found && strings.EqualFold(scheme, "bearer") {
			tokens = append(tokens, strings.TrimSpace(token))
		}
	}
	return tokens
}

func (m *matcher) matchHeaders(e *exchange.Exchange) bool {
	for _, want := range m.headers {
		values := e.Request.Header[want.name]
		if want.name == "Host" { // which net/http keeps elsewhere
			values = []string{e.Request.Host}
		}
		if !slices.ContainsFunc(values, func(v string) bool { return journal.Wildcard(want.pattern, v) }) {
			return false
		}
	}
	return true
}

func (m *matcher) matchQuery(e *exchange.Exchange) bool {
	if len(m.query) == 0 {
		return true
	}
	given := queryOf(e)
	for _, want := range m.query {
		if !slices.ContainsFunc(given[want.name], func(v string) bool { return journal.Wildcard(want.pattern, v) }) {
			return false
		}
	}
	return true
}

// queryOf parses a call's query as far as possible.
func queryOf(e *exchange.Exchange) url.Values {
	_, raw, _ := strings.Cut(e.Request.URI, "?")
	given, _ := url.ParseQuery(raw)
	return given
}
