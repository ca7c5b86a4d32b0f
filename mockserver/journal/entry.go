package journal

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"oauthmock/mockserver/exchange"
)

// maxShown bounds a body in an Entry, in bytes.
const maxShown = 64 << 10

// Entry is an exchange as the journal shows it: secrets are fingerprints.
type Entry struct {
	ID        string    `json:"id"`
	At        time.Time `json:"at"`
	Took      float64   `json:"tookMs"`
	Surface   string    `json:"surface"`
	Operation string    `json:"operation"`
	Account   string    `json:"account"`
	Auth      string    `json:"auth"`
	// Credential is the fingerprint of what the caller authenticated with; empty when there was nothing.
	Credential string   `json:"credential"`
	IP         string   `json:"ip"`
	Request    Request  `json:"request"`
	Response   Response `json:"response"`
	Refusal    *Refusal `json:"refusal,omitempty"`
	Quota      *Quota   `json:"quota,omitempty"`
	// Charge is what a call of a paid service cost; unset for other calls, and for refused ones.
	Charge *Charge `json:"charge,omitempty"`
	Fault  *Fault  `json:"fault,omitempty"`
}

// Request as it came.
type Request struct {
	Method    string              `json:"method"`
	Host      string              `json:"host"`
	URI       string              `json:"uri"`
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

// Quota is what the call found and left of the account's rate limit.
type Quota struct {
	Limit     int64 `json:"limit"`
	Remaining int64 `json:"remaining"`
	ResetMs   int64 `json:"resetMs"`
}

// Fault is the rule by which the call went wrong on purpose. What it drew, it drew from (Seed, account, operation, Call). The time that a delay
// takes is in DelayMs, and not in the entry's tookMs.
type Fault struct {
	Name    string  `json:"name"`
	Kind    string  `json:"kind"`
	Where   string  `json:"where"`
	Seed    uint64  `json:"seed"`
	Call    uint64  `json:"call"`
	DelayMs float64 `json:"delayMs,omitempty"`
}

// Show renders an exchange. Live says whether a word is a secret of somebody at this moment: such words are hidden wherever they stand,
// beside those whose place gives them away.
func Show(e *exchange.Exchange, live func(word string) bool) Entry {
	return show(e, secretsOf(e, live))
}

func show(e *exchange.Exchange, secrets *secrets) Entry {
	text := secrets.redact
	out := Entry{
		ID: strconv.FormatUint(e.ID, 10), At: e.At.UTC(), Took: float64(e.Took) / float64(time.Millisecond), Surface: e.Surface, Operation: e.Operation,
		Account: string(e.Account), Auth: e.Auth, IP: e.IP, Credential: secrets.credential,
		Request: Request{
			Method: text(e.Request.Method), Host: text(e.Request.Host), URI: text(e.Request.URI),
			Headers: headers(e.Request.Header, text), Body: body(e.Request.Body, secrets),
		},
		Response: Response{Status: e.Response.Status, Headers: headers(e.Response.Header, text), Body: body(e.Response.Body, secrets)},
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
	if f := e.Fault; f != nil {
		out.Fault = &Fault{Name: f.Name, Kind: f.Kind, Where: f.Where, Seed: f.Seed, Call: f.Call, DelayMs: float64(f.Delay) / float64(time.Millisecond)}
	}
	return out
}

func headers(h http.Header, text func(string) string) map[string][]string {
	out := make(map[string][]string, len(h))
	for name, values := range h {
		for _, v := range values {
			switch name {
			case "Authorization":
				v = authorization(v)
			case "Cookie", "Set-Cookie", "Proxy-Authorization":
				v = fingerprint(v)
			default:
				v = text(v)
			}
			out[text(name)] = append(out[text(name)], v)
		}
	}
	return out
}

// authorization shows the scheme and a fingerprint of the rest. What is no scheme may be the secret itself.
func authorization(v string) string {
	scheme, rest, found := strings.Cut(v, " ")
	if !found || !slices.Contains([]string{"basic", "bearer", "digest"}, strings.ToLower(scheme)) {
		return fingerprint(v)
	}
	return scheme + " " + fingerprint(rest)
}

// body shows a body as text; what is no text is shown by its length only. Secrets are taken out before it is cut: what was cut off before
// that, because nobody looks through what nobody will see, may begin in the middle of one, and so takes the end of what is left along.
func body(b []byte, secrets *secrets) string {
	if secrets.tooMany {
		return secrets.redact(string(b))
	}
	if !utf8.Valid(b) {
		quoted, _ := json.Marshal(len(b)) // an int always renders
		return "(" + string(quoted) + " bytes that are no UTF-8)"
	}
	visible, read := maxShown, b[:min(len(b), maxShown+2*maxCompared)]
	s := secrets.redact(string(read))
	if len(read) < len(b) {
		visible = max(0, min(visible, len(s)-maxCompared))
	}
	if len(s) > visible {
		return strings.ToValidUTF8(s[:visible], "") + "… (cut)"
	}
	return s
}
