package runner

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"oauthmock/conformance/check"
	"oauthmock/conformance/report"
	"oauthmock/scenarios"
	"oauthmock/spec"
)

const userAgent = "oauthconform"

// call is one request to the API, ready to be sent.
type call struct {
	step      string // the label under which evidence and assertions stand
	surface   *check.Surface
	operation *spec.Operation
	base      *url.URL // of the surface
	method    string
	path      string // escaped, without the base
	rawQuery  string
	header    http.Header
	host      string // instead of the target's, when it is not empty
	body      []byte
	account   *account
	basic     bool // the account's own credentials are sent
	// browser names the one that sends it.
	browser string
	// how it is sent.
	how manner
	// clientSecret is that of an OAuth client, "" where none is sent.
	clientSecret string
}

// sent is a call and what came back: the evidence.
type sent struct {
	call
	answer
	failure  string
	started  time.Time
	exchange *check.Exchange // nil when no whole answer came
	secrets  []secret        // that the answer shows
}

// parameter is the value of a path parameter, "" when the path has none there.
func (c *call) parameter(name string) string {
	if c.operation == nil {
		return ""
	}
	want, got := strings.Split(c.operation.Path, "/"), strings.Split(c.path, "/")
	for i, segment := range want {
		if segment == "{"+name+"}" && i < len(got) {
			if plain, err := url.PathUnescape(got[i]); err == nil {
				return plain
			}
			return got[i]
		}
	}
	return ""
}

func (c *call) operationName() string {
	if c.operation == nil {
		return c.method + " " + c.path
	}
	return c.operation.Name
}

// sender sends calls to the API. It is safe for concurrent use.
type sender struct {
	client  client
	breaker *breaker
	count   atomic.Int64
	dates   dates
	// readOnly refuses whatever is no read.
	readOnly bool
	// journal of what is made; nil for none.
	journal *Journal
}

// givenUp means that who should answer has not answered for too long to be asked again.
type givenUp struct{ reason string }

func (g givenUp) Error() string { return g.reason }

// send sends a call. Its error is a transportError, or explains why the call cannot be sent at all.
func (t *sender) send(ctx context.Context, c call) (*sent, error) {
	s := &sent{call: c}
	if reason := t.breaker.given(c.operationName()); reason != "" && c.how.why != removing {
		s.failure = reason
		return s, transportError{givenUp{reason}}
	}
	if t.readOnly && c.writes() {
		return nil, stop{report.Error, fmt.Sprintf("step %q would write (%s %s), and the run is read-only; it was not sent", c.step, c.method, c.operationName())}
	}
	request, err := c.request(ctx)
	if err != nil {
		return nil, err
	}
	t.count.Add(1)
	s.started = time.Now().UTC()
	number := 0
	if c.how.keeps {
		number = t.journal.asked(c.surface.Name, kindToken)
	}
	got, err := t.client.ask(ctx, request, c.how)
	s.answer = got
	if err != nil {
		s.failure = err.Error()
		return s, t.failed(ctx, c, number, err)
	}
	t.breaker.success(c.operationName())
	t.dates.note(got.header)
	query, _ := url.ParseQuery(c.rawQuery)
	s.exchange = check.NewExchange(c.surface, c.operation, query, got.status, got.header, got.body)
	s.exchange.URL = request.URL
	s.secrets = secretsIn(s.exchange)
	id := s.made()
	if c.how.why == making && id == "" {
		t.client.gate.release()
	}
	switch {
	case !c.how.keeps:
	case id == "":
		t.journal.gone(number, c.surface.Name, kindToken, "")
	default:
		t.journal.made(number, c.surface.Name, kindToken, id, c.account.Environment)
	}
	return s, nil
}

// request builds the HTTP request of a call. Without an Accept-Encoding of the scenario it asks for
// identity: otherwise net/http would ask for gzip, and any coding would be correct.
func (c *call) request(ctx context.Context) (*http.Request, error) {
	var body io.Reader = http.NoBody
	if c.body != nil {
		body = bytes.NewReader(c.body) // net/http finds its length
	}
	request, err := newRequest(ctx, c.base, c.method, c.path, c.rawQuery, body)
	if err != nil {
		return nil, fmt.Errorf("step %q cannot be sent: %w", c.step, err)
	}
	request.Header = c.header.Clone()
	if request.Header == nil {
		request.Header = http.Header{}
	}
	if request.Header.Get("Accept-Encoding") == "" {
		request.Header.Set("Accept-Encoding", "identity")
	}
	if c.host != "" {
		request.Host = c.host
	}
	return request, nil
}

// failed records that no whole answer came. number is the call's in the journal, if it has one.
func (t *sender) failed(ctx context.Context, c call, number int, err error) error {
	if c.how.why == making && !errors.As(err, new(cutOff)) {
		t.client.gate.release()
	}
	if c.how.keeps && (errors.As(err, new(notSent)) || errors.As(err, new(errImpatient)) || unreachable(err)) {
		t.journal.gone(number, c.surface.Name, kindToken, "")
	}
	switch {
	case ctx.Err() != nil:
		return transportError{fmt.Errorf("interrupted: %w", context.Cause(ctx))}
	case errors.As(err, new(cutOff)):
	case c.how.why != removing:
		t.breaker.failure(c.operationName(), err)
	}
	return transportError{err}
}

// writes reports whether a call may change anything: it is not a read, or asks the target to take
// it for another method.
func (c *call) writes() bool { return !isRead(c.method) || overrides(c.header) }

// overrides reports whether headers ask the target to take a request for one of another method,
// which it may obey.
func overrides[V any](header map[string]V) bool {
	for name := range header {
		switch strings.ToLower(name) {
		case "x-http-method-override", "x-http-method", "x-method-override":
			return true
		}
	}
	return false
}

// made is the id of what an answer says was made; "" for nothing.
func (s *sent) made() string {
	payload, _ := s.exchange.Payload()
	object, _ := payload.(map[string]any)
	id, _ := object[s.surface.Lifecycle.ID].(string)
	if !s.exchange.Success() {
		return ""
	}
	return id
}

func basicCredential(email, key string) string {
	return base64.StdEncoding.EncodeToString([]byte(email + ":" + key))
}

// fillPath puts escaped values into a template.
func fillPath(template string, values map[string]string) string {
	segments := strings.Split(template, "/")
	for i, segment := range segments {
		if name, ok := strings.CutPrefix(segment, "{"); ok {
			segments[i] = escapeSegment(values[strings.TrimSuffix(name, "}")])
		}
	}
	return strings.Join(segments, "/")
}

// escapeSegment escapes a path parameter so that it stays one segment, also where it is "." or
// "..".
func escapeSegment(value string) string {
	switch value {
	case ".", "..":
		return strings.ReplaceAll(value, ".", "%2E")
	}
	return url.PathEscape(value)
}

// encodeQuery writes scalars and lists, sorted by name.
func encodeQuery(query map[string]any) string { return formValues(query).Encode() }

// formValues are scalars and lists as a form has them.
func formValues(query map[string]any) url.Values {
	values := url.Values{}
	for name, value := range query {
		if list, ok := value.([]any); ok {
			for _, one := range list {
				values.Add(name, scenarios.Text(one))
			}
			continue
		}
		values.Add(name, scenarios.Text(value))
	}
	return values
}
