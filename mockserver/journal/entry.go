package journal

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"oauthmock/mockserver/exchange"
)

// Kind is what a record of the journal is of.
type Kind string

// The kinds of records.
const (
	KindRequest  Kind = "request"  // a request that the server received
	KindCallback Kind = "callback" // an attempt to deliver a callback, which the server sent
	AnyKind      Kind = "*"        // in a Filter: all of them
)

// CheckKind returns an error that names the kinds unless text is one, AnyKind or empty.
func CheckKind(text string) error {
	switch Kind(text) {
	case "", KindRequest, KindCallback, AnyKind:
		return nil
	}
	return fmt.Errorf("%q is not a kind of record; want %s, %s, or %s for all", text, KindRequest, KindCallback, AnyKind)
}

// Covers reports whether a kind that is asked for means records of another. The empty kind means
// KindRequest.
func (k Kind) Covers(other Kind) bool {
	return k == other || k == AnyKind || k == "" && other == KindRequest
}

// KindOf returns the kind of the record of an exchange.
func KindOf(e *exchange.Exchange) Kind {
	if e.Delivery != nil {
		return KindCallback
	}
	return KindRequest
}

// maxShown bounds a body in an Entry, in bytes.
const maxShown = 64 << 10

// Entry is an exchange as the journal shows it: secrets are fingerprints.
type Entry struct {
	ID   string `json:"id"`
	Kind Kind   `json:"kind"`
	// At is the account's time, or the server's where the caller is not known. ReceivedAt is the
	// machine's.
	At         time.Time `json:"at"`
	ReceivedAt time.Time `json:"receivedAt"`
	Took       float64   `json:"tookMs"`
	Surface    string    `json:"surface"`
	Operation  string    `json:"operation"`
	Account    string    `json:"account"`
	Auth       string    `json:"auth"`
	// Client is the client_id of the OAuth client that called; unset for other calls.
	Client string `json:"client,omitempty"`
	// Credential is the fingerprint of what the caller authenticated with; empty when there was
	// nothing.
	Credential string   `json:"credential"`
	IP         string   `json:"ip"`
	Request    Request  `json:"request"`
	Response   Response `json:"response"`
	Refusal    *Refusal `json:"refusal,omitempty"`
	Quota      *Quota   `json:"quota,omitempty"`
	// Charge is what a call of a paid service cost; unset for other calls, and for refused ones.
	Charge *Charge `json:"charge,omitempty"`
	Fault  *Fault  `json:"fault,omitempty"`
	// Callback is set in records of kind KindCallback.
	Callback *Callback `json:"callback,omitempty"`
}

// Request as it came.
type Request struct {
	Method    string              `json:"method"`
	Host      string              `json:"host"`
	URI       string              `json:"uri"`
	Proto     string              `json:"httpVersion"` // "HTTP/1.1", "HTTP/2"
	Headers   map[string][]string `json:"headers"`
	Body      string              `json:"body"`
	BodyError string              `json:"bodyError,omitempty"`
}

// Response as it was sent.
type Response struct {
	Status  int                 `json:"status"`
	Headers map[string][]string `json:"headers"`
	Body    string              `json:"body"`
}

// Refusal says why a call was refused, and how well that is known.
type Refusal struct {
	Reason string `json:"reason"`
	Grade  string `json:"grade"`
	Source string `json:"source"`
}

// Charge is what a call cost, and who paid.
type Charge struct {
	Scope  string      `json:"scope"`
	Amount json.Number `json:"amount"`
	PaidBy string      `json:"paidBy"`
}

// Callback is which attempt to deliver which callback a record is of.
type Callback struct {
	ID      string `json:"id"`
	Scope   string `json:"scope"`
	Attempt int    `json:"attempt"` // counts from 1
	// Error is why there was no answer.
	Error string `json:"error,omitempty"`
}

// Quota is what the call found and left of the account's rate limit.
type Quota struct {
	Limit     int64 `json:"limit"`
	Remaining int64 `json:"remaining"`
	ResetMs   int64 `json:"resetMs"`
}

// Fault is the rule by which the call went wrong on purpose. What it drew, it drew from (Seed,
// account, operation, Call). The time that a delay takes is in DelayMs, and not in the entry's
// tookMs.
type Fault struct {
	Name    string  `json:"name"`
	Kind    string  `json:"kind"`
	Where   string  `json:"where"`
	Seed    uint64  `json:"seed"`
	Call    uint64  `json:"call"`
	DelayMs float64 `json:"delayMs,omitempty"`
}

func show(e *exchange.Exchange, secrets *secrets) Entry {
	text := secrets.redact
	out := Entry{
		ID: strconv.FormatUint(e.ID, 10), Kind: KindOf(e), At: e.At.UTC(), ReceivedAt: e.Began.UTC(), Took: float64(e.Took) / float64(time.Millisecond), Surface: e.Surface, Operation: e.Operation,
		Account: string(e.Account), Auth: e.Auth, Client: e.Client, IP: e.IP, Credential: secrets.credential,
		Request: Request{
			Method: text(e.Request.Method), Host: text(e.Request.Host), URI: secrets.url(e.Request.URI), Proto: version(e.Request.Proto),
			Headers: secrets.headers(e.Request.Header), Body: secrets.body(e.Request.Body, secrets.request),
		},
		Response: Response{Status: e.Response.Status, Headers: secrets.headers(e.Response.Header), Body: secrets.body(e.Response.Body, secrets.response)},
	}
	if e.Request.BodyError != nil {
		out.Request.BodyError = e.Request.BodyError.Error()
	}
	if e.Reason != "" {
		out.Refusal = &Refusal{Reason: e.Reason, Grade: e.Grade, Source: e.Source}
	}
	if q := e.Quota; q.Enabled {
		out.Quota = &Quota{Limit: q.Limit, Remaining: q.Remaining, ResetMs: q.Reset.Milliseconds()}
	}
	if e.PaidBy != "" {
		out.Charge = &Charge{Scope: e.Scope, Amount: json.Number(e.Charged.String()), PaidBy: e.PaidBy}
	}
	if d := e.Delivery; d != nil {
		out.Callback = &Callback{ID: d.Callback, Scope: e.Scope, Attempt: d.Attempt, Error: text(d.Error)}
	}
	if f := e.Fault; f != nil {
		out.Fault = &Fault{Name: f.Name, Kind: f.Kind, Where: f.Where, Seed: f.Seed, Call: f.Call, DelayMs: float64(f.Delay) / float64(time.Millisecond)}
	}
	return out
}

// version is how a version of HTTP is commonly written: HTTP/2 has no minor one.
func version(proto string) string { return strings.TrimSuffix(proto, ".0") }

// headers shows headers. Of those that hold credentials, what is none is shown too: schemes, names
// of cookies.
func (s *secrets) headers(h http.Header) map[string][]string {
	out := make(map[string][]string, len(h))
	for name, values := range h {
		shown := s.redact(name)
		for _, v := range values {
			out[shown] = append(out[shown], s.header(name, v))
		}
	}
	return out
}

func (s *secrets) header(name, v string) string {
	switch {
	case v == "":
		return ""
	case isAuthorization(name):
		scheme, _, credential := authorization(v)
		return strings.TrimLeft(scheme+" ", " ") + s.redactor.Fingerprint(credential)
	case secretHeader(name):
		return s.redactor.Fingerprint(v)
	case name == "Cookie" || name == "Set-Cookie":
		return s.redactAt(v, cookies(name, v))
	case holdsURL(name):
		return s.url(v)
	default:
		return s.redact(v)
	}
}

// url shows a URL.
func (s *secrets) url(text string) string { return s.redactAt(text, s.addURL(text)) }

// body shows a body as text; what is not text is shown by its length only. Secrets are taken out
// before it is cut: what was cut off before that, because nobody looks through what nobody will
// see, may begin in the middle of one, and so takes the end of what is left along.
func (s *secrets) body(b []byte, places []place) string {
	if s.tooMany {
		return s.redact(string(b))
	}
	if !utf8.Valid(b) {
		return fmt.Sprintf("(%d bytes that are no UTF-8)", len(b))
	}
	visible, read := maxShown, b[:min(len(b), maxShown+2*maxCompared)]
	shown := s.redactAt(string(read), places)
	if len(read) < len(b) {
		visible = max(0, min(visible, len(shown)-maxCompared))
	}
	if len(shown) > visible {
		return strings.ToValidUTF8(shown[:visible], "") + "… (cut)"
	}
	return shown
}
