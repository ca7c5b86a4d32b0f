package verify

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/journal"
)

// matcher is a compiled Match.
type matcher struct {
	kind                                     journal.Kind
	surface, operation, method, auth, client string
	path                                     *pattern
	query, headers                           []named
	body                                     value // nil when any will do
	status                                   Status
	redactor                                 *journal.Redactor
}

// named is a required parameter or header.
type named struct {
	name string
	pattern
}

// compile checks a match, which name leads to.
func compile(name string, m Match, redactor *journal.Redactor) (*matcher, error) {
	wrong := func(member, format string, args ...any) error {
		return fmt.Errorf("%q: %s", name+"."+member, fmt.Sprintf(format, args...))
	}
	out := &matcher{kind: m.Kind, redactor: redactor, surface: m.Surface, operation: m.Operation, method: m.Method, auth: m.Auth, client: m.Client, status: m.Status}
	if err := journal.CheckKind(string(m.Kind)); err != nil {
		return nil, wrong("kind", "%v", err)
	}
	if m.Status != 0 && m.Status != NoAnswer && (m.Status < 100 || m.Status > 599) {
		return nil, wrong("status", "is %d; want a status such as 404, or 0 for an answer that was never sent", m.Status)
	}
	if m.Path != "" {
		switch {
		case strings.ContainsAny(m.Path, "?#"):
			return nil, wrong("path", "%q goes on after the path; parameters stand in \"query\"", m.Path)
		case !strings.HasPrefix(m.Path, "/") && !strings.HasPrefix(m.Path, "*"):
			return nil, wrong("path", "%q begins neither with / nor with *", m.Path)
		case strings.ContainsAny(m.Path, "{}"):
			return nil, wrong("path", "%q is a template, which no request sends; write * for any text, such as /tokens/*", m.Path)
		}
		p, err := newPattern(m.Path, true, redactor)
		if err != nil {
			return nil, wrong("path", "%v", err)
		}
		out.path = &p
	}
	var err error
	if out.query, err = newNamed(m.Query, redactor); err != nil {
		return nil, wrong("query", "%v", err)
	}
	if out.headers, err = newNamed(m.Headers, redactor); err != nil {
		return nil, wrong("headers", "%v", err)
	}
	for i, h := range out.headers {
		out.headers[i].name = http.CanonicalHeaderKey(h.name)
		if strings.ContainsFunc(h.name, func(r rune) bool { return r <= ' ' || r > '~' || r == ':' }) {
			return nil, wrong("headers", "%q is not a name of a header", h.name)
		}
	}
	if len(m.Body) == 0 || string(m.Body) == "null" { // as with all members, null is absent
		return out, nil
	}
	body, ok := decode(m.Body)
	if !ok {
		return nil, wrong("body", "is not a JSON value")
	}
	if out.body, err = newValue(body, redactor); err != nil {
		return nil, wrong("body", "%v", err)
	}
	return out, nil
}

func newNamed(from map[string]string, redactor *journal.Redactor) (out []named, err error) {
	for _, name := range slices.Sorted(maps.Keys(from)) {
		if name == "" {
			return nil, fmt.Errorf("a name is empty")
		}
		p, err := newPattern(from[name], true, redactor)
		if err != nil {
			return nil, err
		}
		out = append(out, named{name, p})
	}
	return out, nil
}

// maxDifferences bounds the differences of one request that are counted, and shown.
const maxDifferences = 20

// difference is where a request is not as expected. What is shown of it is computed on demand.
type difference struct {
	field    string
	expected func(*view) any
	actual   func(*view) any
}

// distance is how many differences there are; none is a match.
func (m *matcher) distance(e *exchange.Exchange) int {
	n := 0
	m.compare(e, func(difference) bool { n++; return n < maxDifferences })
	return n
}

// compare reports the differences, until report returns false.
func (m *matcher) compare(e *exchange.Exchange, report func(difference) bool) {
	word := func(field, want, got string, same func(a, b string) bool) bool {
		if want == "" || same(want, got) {
			return true
		}
		return report(difference{field,
			func(v *view) any { return v.hide(want) },
			func(v *view) any { return v.hide(got) }})
	}
	equal := func(a, b string) bool { return a == b }
	if kind := journal.KindOf(e); !m.kind.Covers(kind) && !word("kind", kindText(m.kind), string(kind), equal) ||
		!word("surface", m.surface, e.Surface, journal.Wildcard) || !word("operation", m.operation, e.Operation, journal.Wildcard) ||
		!word("method", m.method, e.Request.Method, strings.EqualFold) ||
		!m.comparePath(e, report) || !m.compareQuery(e, report) || !m.compareHeaders(e, report) ||
		!word("auth", m.auth, e.Auth, journal.Wildcard) || !word("client", m.client, e.Client, equal) || !m.compareBody(e, report) {
		return
	}
	if got := e.Response.Status; m.status != 0 && m.status.shown() != got {
		report(difference{"status", func(*view) any { return m.status.shown() }, func(*view) any { return got }})
	}
}

func (m *matcher) comparePath(e *exchange.Exchange, report func(difference) bool) bool {
	if m.path == nil {
		return true
	}
	if journal.MatchPath(e, m.path.match) {
		return true
	}
	return report(difference{"path",
		func(v *view) any { return v.expectedPath(*m.path) },
		func(v *view) any { return v.path() }})
}

func (m *matcher) compareQuery(e *exchange.Exchange, report func(difference) bool) bool {
	if len(m.query) == 0 {
		return true
	}
	_, raw, _ := strings.Cut(e.Request.URI, "?")
	given, _ := url.ParseQuery(raw) // what can be read of it
	for _, want := range m.query {
		values, there := given[want.name]
		if slices.ContainsFunc(values, want.match) {
			continue
		}
		if !report(difference{"query." + want.name,
			func(v *view) any { return v.expectedParameter(want) },
			func(v *view) any { return v.parameter(want.name, there) }}) {
			return false
		}
	}
	return true
}

func (m *matcher) compareHeaders(e *exchange.Exchange, report func(difference) bool) bool {
	for _, want := range m.headers {
		values := e.Request.Header[want.name]
		if want.name == "Host" { // which net/http keeps elsewhere
			values = []string{e.Request.Host}
		}
		if slices.ContainsFunc(values, want.match) || len(want.fingerprints) > 0 && slices.Contains(m.shown(want.name, values), want.source) {
			continue
		}
		if !report(difference{"headers." + want.name,
			func(v *view) any { return v.expectedHeader(want) },
			func(v *view) any { return v.header(want.name, len(values) > 0) }}) {
			return false
		}
	}
	return true
}

// shown are values of a header as the journal shows them. What is the credential in one, is known
// there.
func (m *matcher) shown(name string, values []string) []string {
	return m.redactor.Show(&exchange.Exchange{Request: exchange.Request{Header: http.Header{name: values}}}).Request.Headers[name]
}

func (m *matcher) compareBody(e *exchange.Exchange, report func(difference) bool) bool {
	if m.body == nil {
		return true
	}
	body, ok := decode(e.Request.Body)
	if !ok {
		if want, isText := m.body.(text); isText && len(e.Request.Body) > 0 && want.match(string(e.Request.Body)) {
			return true
		}
		return report(difference{"body",
			func(v *view) any { return v.expectedBody(nil, m.body) },
			func(v *view) any { return v.bodyText() }})
	}
	return m.body.compare(nil, body, func(at place, want value, got any) bool {
		_, absent := got.(missing)
		return report(difference{at.String(),
			func(v *view) any { return v.expectedBody(at, want) },
			func(v *view) any { return v.body(at, !absent) }})
	})
}

// kindText is a kind that is asked for, in words.
func kindText(k journal.Kind) string { return string(cmp.Or(k, journal.KindRequest)) }
