package fault

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// status answers any status, with any headers and body.
type status struct {
	code    int
	headers []named
	body    []byte
	kind    string // Content-Type of the body
}

func newStatus(e Effect) (effect, error) {
	if e.Status < 200 || e.Status > 599 {
		return nil, wrongf("status", "is %d; want a status from 200 to 599", e.Status)
	}
	s := status{code: e.Status}
	var err error
	if s.headers, err = newHeaders(e.Headers); err != nil {
		return nil, err
	}
	switch body := e.Body.(type) {
	case nil:
	case string:
		s.body, s.kind = []byte(body), "text/plain; charset=utf-8"
		switch trimmed := strings.TrimSpace(body); {
		case strings.HasPrefix(trimmed, "<"):
			s.kind = "text/html; charset=utf-8"
		case strings.HasPrefix(trimmed, "{") || strings.HasPrefix(trimmed, "["):
			s.kind = "application/json" // or meant to be
		}
	default:
		var b bytes.Buffer
		encoder := json.NewEncoder(&b)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(body); err != nil {
			return nil, wrongf("body", "cannot be JSON: %v", err)
		}
		s.body, s.kind = bytes.TrimSuffix(b.Bytes(), []byte("\n")), "application/json"
	}
	return s, nil
}

// newHeaders checks headers that a rule sets. A rule may not set those that state the length of the
// answer.
func newHeaders(from map[string]string) (out []named, err error) {
	if len(from) > maxPairs {
		return nil, wrongf("headers", "holds %d; want at most %d", len(from), maxPairs)
	}
	for _, name := range slices.Sorted(maps.Keys(from)) {
		canonical := http.CanonicalHeaderKey(name)
		switch {
		case !headerName(name):
			return nil, wrongf("headers", "has %q, which is not a name of a header", name)
		case slices.Contains(own(), canonical):
			return nil, wrongf("headers", "has %q, which the server writes itself", name)
		case strings.ContainsFunc(from[name], func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
			return nil, wrongf("headers", "has a value of %q with control characters, which no header may have", name)
		}
		out = append(out, named{canonical, from[name]})
	}
	return out, nil
}

// own are the headers that the server writes itself, and those of a connection, which HTTP/2 does
// not have.
func own() []string {
	return []string{
		"Content-Length", "Transfer-Encoding", "Trailer", "Connection", "Keep-Alive", "Proxy-Connection", "Upgrade", Header, "X-Mock-Request-Id",
	}
}

func (s status) apply(f *Fault) sender {
	r := &f.exchange.Response
	f.blame("")
	r.Status, r.Body = s.code, append(r.Body[:0], s.body...)
	delete(r.Header, "Content-Type")
	if s.kind != "" {
		r.Header["Content-Type"] = []string{s.kind}
	}
	f.set(s.headers)
	return nil
}

// set sets headers of the answer.
func (f *Fault) set(headers []named) {
	for _, h := range headers {
		f.exchange.Response.Header[h.name] = []string{h.pattern}
	}
}
