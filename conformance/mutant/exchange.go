package mutant

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"

	"oauthmock/conformance/inprocess"
)

// Exchange is a request and its honest answer, which a lie may change.
type Exchange struct {
	// Surface is the API that is asked, Operation the alias ("token.create"), empty when the
	// request belongs to none.
	Surface   string
	Operation string
	Method    string
	// ID is the last part of the path, where the operation's path ends in a parameter.
	ID    string
	Query url.Values
	// Caller is the Authorization header.
	Caller string
	// Header of the request. Ask sends it in its current state.
	Header http.Header
	// Path and RawQuery as they were sent, the path relative to the surface.
	Path, RawQuery string
	// Body of the request, as JSON values; nil if it is not JSON. Sent are its bytes.
	Body   any
	Sent   []byte
	Answer *Answer
	// Page is the honest answer's body where it is HTML. A lie about it sets Answer.Raw.
	Page []byte
	// Ask sends another request to the honest server, as the same caller. It is recorded in usage
	// and error log.
	Ask func(method, target string, body any) *Answer
}

// Answer is an answer of the API.
type Answer struct {
	Status int
	Header http.Header
	// JSON is the body as JSON values with json.Number; nil if it is not JSON.
	JSON any
	// Raw, unless nil, is sent instead of JSON.
	Raw []byte

	from place
}

// body is the answer's body when it is an object, otherwise an empty one.
func (a *Answer) body() map[string]any {
	object, _ := a.JSON.(map[string]any)
	return object
}

// payloads are the objects that hold what was asked for: under the envelope's data, and, for what
// may come bare, the body itself.
func (a *Answer) payloads() []map[string]any {
	var out []map[string]any
	payload, _ := a.from.envelope.Payload(a.JSON)
	if data, ok := payload.(map[string]any); ok {
		out = append(out, data)
	}
	if _, bare := a.body()[a.from.Bare.Key]; bare && a.from.envelope.Data != "" {
		out = append(out, a.body())
	}
	return out
}

// payload is one of them.
func (a *Answer) payload() map[string]any {
	for _, object := range a.payloads() {
		return object
	}
	return map[string]any{}
}

// setPayload replaces the payload by another object, in every form in which it occurs.
func (a *Answer) setPayload(with map[string]any) {
	for _, object := range a.payloads() {
		maps.DeleteFunc(object, func(name string, _ any) bool { return !a.inEnvelope(name) })
		for name, value := range with {
			if !a.inEnvelope(name) {
				object[name] = value
			}
		}
	}
}

// inEnvelope reports whether a member of a body belongs to the envelope.
func (a *Answer) inEnvelope(name string) bool {
	return slices.Contains(a.from.members, name)
}

func (a *Answer) items() []any {
	payload, _ := a.from.envelope.Payload(a.JSON)
	list, _ := payload.([]any)
	return list
}

func (a *Answer) setItems(list []any) {
	payload, _ := a.from.envelope.Payload(a.JSON)
	if _, ok := payload.([]any); !ok {
		return
	}
	if list == nil {
		list = []any{}
	}
	if a.from.envelope.Data == "" {
		a.JSON = list
		return
	}
	a.body()[a.from.envelope.Data] = list
}

// code is the number or text of a refusal, empty on success.
func (a *Answer) code() string {
	if a.Status < 400 {
		return ""
	}
	switch code, _, _ := a.from.envelope.Refusal(a.JSON); code := code.(type) {
	case json.Number:
		return code.String()
	case string:
		return code
	}
	return ""
}

// text is a member that is text, otherwise empty.
func text(object map[string]any, name string) string {
	s, _ := object[name].(string)
	return s
}

// liar is a mutant before an honest server.
type liar struct {
	honest  http.Handler
	places  []place
	mu      sync.Mutex
	lie     Lie
	changed func()
}

// ServeHTTP implements http.Handler.
func (l *liar) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/__admin") {
		l.honest.ServeHTTP(w, r)
		return
	}
	sent, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	at, operation, id := placeOf(l.places, r.Method, r.URL.Path)
	ask := func(method, target string, body []byte) *Answer {
		again := r.Clone(r.Context())
		again.Method, again.Body, again.ContentLength = method, io.NopCloser(bytes.NewReader(body)), int64(len(body))
		if method != r.Method || target != r.URL.RequestURI() {
			u, err := url.ParseRequestURI(target)
			if err != nil {
				panic(http.ErrAbortHandler)
			}
			again.URL, again.RequestURI = u, target
		}
		answer, err := inprocess.Transport{Handler: l.honest}.RoundTrip(again)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		defer answer.Body.Close()
		raw, _ := io.ReadAll(answer.Body) // a buffer
		return &Answer{Status: answer.StatusCode, Header: answer.Header, JSON: decode(raw), Raw: raw, from: at}
	}
	x := &Exchange{Surface: at.Name, Operation: operation, ID: id, Method: r.Method, Query: r.URL.Query(), Caller: r.Header.Get("Authorization"), Body: decode(sent),
		Header: r.Header, Path: strings.TrimPrefix(r.URL.EscapedPath(), at.prefix), RawQuery: r.URL.RawQuery, Sent: sent}
	x.Answer = ask(r.Method, r.URL.RequestURI(), sent)
	x.Ask = func(method, target string, body any) *Answer {
		var b []byte
		if body != nil {
			b, _ = json.Marshal(body) // what the API sent can be rendered again
		}
		answer := ask(method, at.prefix+target, b)
		answer.Raw = nil
		return answer
	}
	if strings.HasPrefix(x.Answer.Header.Get("Content-Type"), "text/html") {
		x.Page = x.Answer.Raw
	}
	before := &Answer{Status: x.Answer.Status, Header: x.Answer.Header.Clone(), JSON: decode(x.Answer.Raw), Raw: x.Answer.Raw}
	x.Answer.Raw = nil
	l.tell(x)
	if x.Answer.Status == before.Status && x.Answer.Raw == nil && reflect.DeepEqual(x.Answer.JSON, before.JSON) && reflect.DeepEqual(x.Answer.Header, before.Header) {
		x.Answer.Raw = before.Raw // no lie: byte for byte
	} else {
		l.changed()
		if x.Answer.Raw == nil && reflect.DeepEqual(x.Answer.JSON, before.JSON) {
			x.Answer.Raw = before.Raw // a lie about the status or a header alone, also of what is not JSON
		}
	}
	write(w, x.Answer)
}

// tell lies, one request at a time. A lie that aborts hangs up on the caller, which is a change on
// the wire.
func (l *liar) tell(x *Exchange) {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler { //nolint:errorlint // panics carry this value itself
				l.changed()
			}
			panic(p)
		}
	}()
	l.lie(x)
}

func write(w http.ResponseWriter, a *Answer) {
	body := a.Raw
	if body == nil {
		var b bytes.Buffer
		encoder := json.NewEncoder(&b)
		encoder.SetEscapeHTML(false)
		if encoder.Encode(a.JSON) != nil {
			panic(http.ErrAbortHandler)
		}
		body = bytes.TrimSuffix(b.Bytes(), []byte{'\n'})
	}
	for name, values := range a.Header {
		if name != "Content-Length" {
			w.Header()[name] = values
		}
	}
	w.WriteHeader(a.Status)
	_, _ = w.Write(body)
}

// decode decodes JSON with numbers as they are written; nil if it is not JSON.
func decode(data []byte) any {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return nil
	}
	return value
}
