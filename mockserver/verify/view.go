package verify

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/journal"
)

// view is the visible part of one request, and of what was expected of it: secrets are
// fingerprints, as in the journal.
type view struct {
	redactor *journal.Redactor
	entry    journal.Entry
}

func newView(r *journal.Redactor, e *exchange.Exchange) *view {
	return &view{redactor: r, entry: r.Show(e)}
}

func (v *view) show(e *exchange.Exchange) journal.Entry { return v.redactor.Show(e) }

// Shown for something that exists and cannot be shown alone.
const hidden = "(hidden: the journal shows it only together with the rest)"

// maxShown bounds a value in a difference, in bytes.
const maxShown = 2 << 10

// hide removes secrets from a text that may be anywhere.
func (v *view) hide(text string) string {
	return cut(v.show(&exchange.Exchange{Request: exchange.Request{Host: text}}).Request.Host)
}

func cut(text string) string {
	if len(text) > maxShown {
		return strings.ToValidUTF8(text[:maxShown], "") + "… (cut)"
	}
	return text
}

// expected shows an expected text. inPlace is how it would be shown if somebody sent it.
// Fingerprints are unchanged.
func (v *view) expected(p pattern, inPlace func() string) string {
	if p.stars { // no whole text that could be a secret by its place
		return v.hide(p.source)
	}
	shown := inPlace()
	return cut(v.restored(shown, p))
}

// restored returns a shown text with the fingerprints of a pattern as they were written, if they
// were taken for credentials.
func (v *view) restored(shown string, p pattern) string {
	for _, f := range p.fingerprints {
		shown = strings.ReplaceAll(shown, v.redactor.Fingerprint(f), f)
	}
	return shown
}

func (v *view) expectedPath(p pattern) any {
	return v.expected(p, func() string {
		return v.show(&exchange.Exchange{Request: exchange.Request{URI: p.source}}).Request.URI
	})
}

func (v *view) path() any { return cut(journal.Path(v.entry.Request.URI)) }

func (v *view) expectedParameter(want named) any {
	return v.expected(want.pattern, func() string {
		uri := "/?" + url.QueryEscape(want.name) + "="
		if len(want.fingerprints) > 0 {
			uri += want.source
		} else {
			uri += url.QueryEscape(want.source)
		}
		_, shown, _ := strings.Cut(v.show(&exchange.Exchange{Request: exchange.Request{URI: uri}}).Request.URI, "=")
		return v.unescape(shown)
	})
}

// unescape decodes a value of a query that is shown. Some secrets are recognised only then.
func (v *view) unescape(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		text = plain
	}
	return v.hide(text)
}

// parameter shows the values of a query parameter; nil when it is not there.
func (v *view) parameter(name string, there bool) any {
	if !there {
		return nil
	}
	_, query, _ := strings.Cut(v.entry.Request.URI, "?")
	var values []string
	for pair := range strings.SplitSeq(query, "&") {
		key, value, _ := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(key); err == nil && plain == name {
			values = append(values, v.unescape(value))
		}
	}
	return oneOrAll(values)
}

func (v *view) expectedHeader(want named) any {
	return v.expected(want.pattern, func() string {
		for _, shown := range v.show(&exchange.Exchange{Request: exchange.Request{Header: http.Header{want.name: {want.source}}}}).Request.Headers {
			return shown[0]
		}
		return hidden
	})
}

// header shows the values of a header; nil when it is not there.
func (v *view) header(name string, there bool) any {
	switch {
	case !there:
		return nil
	case name == "Host":
		return cut(v.entry.Request.Host)
	}
	var values []string
	for _, value := range v.entry.Request.Headers[name] {
		values = append(values, cut(value))
	}
	return oneOrAll(values)
}

func oneOrAll(values []string) any {
	switch len(values) {
	case 0:
		return hidden
	case 1:
		return values[0]
	}
	return values
}

// expectedBody shows what was expected at a place of the body.
func (v *view) expectedBody(at place, want value) any {
	name := "value"
	for _, step := range at { // an element of a list is as secret as the list
		if s, ok := step.(string); ok {
			name = s
		}
	}
	body, ok := render(map[string]any{name: want.plain()})
	if !ok {
		return hidden
	}
	shown := v.show(&exchange.Exchange{Request: exchange.Request{Body: body}}).Request.Body
	each(want, func(p pattern) { shown = v.restored(shown, p) })
	return v.member([]byte(shown), place{name})
}

// each visits the patterns in a value.
func each(v value, visit func(pattern)) {
	switch v := v.(type) {
	case object:
		for _, member := range v.values {
			each(member, visit)
		}
	case array:
		for _, element := range v {
			each(element, visit)
		}
	case text:
		visit(v.pattern)
	}
}

// body returns what to show of a place in the body; nil if there is nothing.
func (v *view) body(at place, there bool) any {
	if !there {
		return nil
	}
	return v.member([]byte(v.entry.Request.Body), at)
}

// member shows a part of a body that is shown.
func (v *view) member(shown []byte, at place) any {
	all, ok := decode(shown)
	if !ok {
		return hidden
	}
	part, ok := at.find(all)
	if !ok {
		return hidden
	}
	// Decoding and rendering it again reveals a secret that was written with escapes.
	rendered, ok := render(part)
	if !ok {
		return hidden
	}
	text := v.show(&exchange.Exchange{Request: exchange.Request{Host: string(rendered)}}).Request.Host
	if len(text) > maxShown {
		return cut(text)
	}
	if out, ok := decode([]byte(text)); ok {
		return out
	}
	return text
}

// bodyText shows a body that is not JSON; nil if there is none.
func (v *view) bodyText() any {
	if v.entry.Request.Body == "" {
		return nil
	}
	return cut(v.entry.Request.Body)
}

// render is a value as JSON.
func render(v any) ([]byte, bool) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(v) != nil || !utf8.Valid(b.Bytes()) {
		return nil, false
	}
	return bytes.TrimSpace(b.Bytes()), true
}
