// Package exchange holds one request and its answer as a plain value. The outermost handler creates
// it, every layer inside records what it decided, and what comes afterwards (journal, explanation,
// metrics) only reads it.
package exchange

import (
	"errors"
	"io"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"oauthmock/mockserver/account"
)

// Exchange is one request and its answer. It belongs to the goroutine that serves the request, and
// is reused for another request as soon as Handler.Done returns: code that keeps anything of it
// must copy it.
type Exchange struct {
	// ID is unique in a server: 1, 2, …, in the order of arrival.
	ID uint64
	// At is the server's time, or the account's once the account is known. Began and Took are real
	// time.
	At    time.Time
	Began time.Time
	Took  time.Duration

	// Surface that answered ("v2"), and the operation ("token.create"); empty when none matched.
	Surface   string
	Operation string
	// Path of the request, as it was sent, relative to the surface: "/wallet" of "/__v2/wallet". Of
	// a paid service it is "/{domain}/{path}". Params are the parameters of the operation's path,
	// decoded, in their order.
	Path   string
	Params []Param
	// Environment is the only one whose credentials the host accepts; empty accepts those of all.
	Environment account.Environment
	// Account of the caller, empty if the caller could not be identified. Auth is the kind of
	// credentials by which the surface looked for the caller ("basic", "refresh", "token"), or
	// "none".
	Account account.ID
	Auth    string
	// Client is the client_id of the OAuth client that called, or whose token was used; empty if
	// there is none.
	Client string
	// Incarnation is the life of the account to which the caller was authenticated. It is not kept
	// beyond the call.
	Incarnation account.Incarnation
	IP          string
	// Reason of the refusal, what was wrong in words, and what the refusal's row in the refusals
	// table says about it; empty if the call succeeded.
	Reason string
	Detail string
	Code   string // error number, as on the wire: "130", "125.22"
	Grade  string
	Source string
	// Note is a sentence for explanations about what else decided the answer, also of successful
	// calls; usually empty.
	Note  string
	Quota account.QuotaState
	// Scope that a paid call fell under, who paid for it, and the amount debited from the wallet;
	// empty for other calls. PaidBy is empty for refused calls.
	Scope   string
	PaidBy  string
	Charged account.Money
	// Delivery is set if the server itself sent the request, as it does with callbacks; nil for
	// requests it received.
	Delivery *Delivery
	// Fault is the fault injected into the call, or nil.
	Fault *Fault

	Request  Request
	Response Response

	values []string // values of the answer's headers, see SetHeader
}

// Caller identifies the account of the caller, and its life to which the caller was authenticated.
func (e *Exchange) Caller() account.Identity {
	return account.Identity{ID: e.Account, Incarnation: e.Incarnation}
}

// Tell adds a sentence to the note.
func (e *Exchange) Tell(sentence string) {
	if e.Note != "" {
		e.Note += " "
	}
	e.Note += sentence
}

// Param is a parameter of a path.
type Param struct{ Name, Value string }

// Param returns the value of a path parameter, or "" if the operation's path has none of that name.
func (e *Exchange) Param(name string) string {
	for i := range e.Params {
		if e.Params[i].Name == name {
			return e.Params[i].Value
		}
	}
	return ""
}

// Fault is a fault rule that fired. Its random choices derive from Seed and Call.
type Fault struct {
	Name  string
	Kind  string // of the effect: "latency"; "none" where there is none
	Where string // "before" or "after" the call was carried out
	Seed  uint64
	Call  uint64 // of the account and operation, as counted by the rule
	Delay time.Duration
	// Sender sends the answer instead of the Handler.
	Sender Sender
}

// Sender turns the answer in an exchange into the one to send, calls done once it is final, and
// sends it. It may panic with http.ErrAbortHandler.
type Sender interface {
	Send(w http.ResponseWriter, r *http.Request, done func())
}

// Delivery is an attempt to deliver a callback.
type Delivery struct {
	Callback string // its ID
	Attempt  int    // counts from 1
	// Error is why there was no answer; empty if there was one.
	Error string
}

// Request as it arrived.
type Request struct {
	Method string
	Host   string
	URI    string // path and query, as sent
	Proto  string // version of HTTP: "HTTP/1.1", "HTTP/2.0"
	TLS    bool   // it came over TLS, or was meant to
	Header http.Header
	Body   []byte
	// BodyError is why the body could not be read: ErrBodyTooLarge, ErrBodyTimeout, or another
	// error.
	BodyError error
}

// Response as it was sent.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// AvailableBuffer returns an empty buffer after the answer's current body. Appending to it and
// passing the result to Write copies nothing.
func (e *Exchange) AvailableBuffer() []byte { return e.Response.Body[len(e.Response.Body):] }

// SetHeader sets a header of the answer. The name must be canonical ("Content-Type"). The values of
// an answer share one slice, where Header.Set would allocate one for each.
func (e *Exchange) SetHeader(name, value string) {
	n := len(e.values)
	e.values = append(e.values, value)
	e.Response.Header[name] = e.values[n : n+1 : n+1]
}

// DropUnsent removes the body of an answer that HTTP sends without one: the answer to HEAD, of
// which only the length is sent, and 204 and 304.
func (e *Exchange) DropUnsent() {
	r := &e.Response
	switch {
	case r.Status == http.StatusNoContent || r.Status == http.StatusNotModified:
		delete(r.Header, "Content-Length")
	case e.Request.Method == http.MethodHead && r.Status >= http.StatusOK: // otherwise no answer is sent
		e.SetHeader("Content-Length", strconv.Itoa(len(r.Body)))
	default:
		return
	}
	r.Body = r.Body[:0]
}

// usualHeaders is the number of headers that most answers have.
const usualHeaders = 6

// Errors of bodies that could not be read.
var (
	ErrBodyTooLarge = errors.New("the request body is larger than allowed")
	ErrBodyTimeout  = errors.New("the request body did not arrive in time")
)

// From returns the exchange that an answer belongs to. w must be the ResponseWriter that a Handler
// passed to Next, wrapped or not; From panics for any other, which is a mistake in the wiring.
func From(w http.ResponseWriter) *Exchange {
	for {
		switch own := w.(type) {
		case *answer:
			return &own.exchange
		case interface{ Unwrap() http.ResponseWriter }:
			w = own.Unwrap()
		default:
			panic("the answer belongs to no exchange: the handler stands outside of exchange.Handler")
		}
	}
}

// Handler is the outermost handler of the API: it reads the request, lets Next answer into a
// buffer, sends the answer in one piece, and passes the finished exchange on.
type Handler struct {
	Next http.Handler
	// Clock returns the server's time for a real time; Real is the machine's clock.
	Clock interface {
		At(machine time.Time) time.Time
	}
	Real func() time.Time
	// MaxBody bounds request bodies, in bytes.
	MaxBody int64
	// Bodies, unless nil, bounds all request bodies together.
	Bodies *Bodies
	// Forwarded takes the first address of X-Forwarded-For, if there is one, as the caller's.
	Forwarded bool
	// Done receives every finished exchange, and must not keep it.
	Done func(*Exchange)

	count atomic.Uint64
	idle  sync.Pool // of *answer
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, ok := h.idle.Get().(*answer)
	if !ok {
		a = &answer{}
	}
	began := h.Real()
	a.exchange = Exchange{
		ID: h.count.Add(1), At: h.Clock.At(began), Began: began, Auth: "none", IP: caller(r.RemoteAddr),
		Params:   a.exchange.Params[:0],
		Request:  Request{Method: r.Method, Host: r.Host, URI: r.RequestURI, Proto: r.Proto, TLS: r.TLS != nil, Header: r.Header},
		Response: Response{Header: w.Header(), Body: a.exchange.Response.Body[:0]},
		values:   make([]string, 0, usualHeaders), // new for each request: the web server writes the headers after ServeHTTP returns
	}
	e := &a.exchange
	if h.Forwarded {
		e.IP = forwarded(r.Header, e.IP)
	}
	if e.Request.URI == "" { // a request made in process
		e.Request.URI = r.URL.RequestURI()
	}
	leave, room := h.Bodies.Enter(r, h.MaxBody)
	defer leave()
	if room {
		a.question, e.Request.BodyError = readBody(a.question[:0], r, h.MaxBody)
	} else {
		e.Request.BodyError = ErrBodyTimeout
	}
	if e.Request.BodyError == nil {
		e.Request.Body = a.question
	}
	h.Next.ServeHTTP(a, r)
	a.WriteHeader(http.StatusOK) // unless the handler has set it
	e.SetHeader(headerID, strconv.FormatUint(e.ID, 10))
	if off := e.At.Sub(e.Began); off.Abs() >= time.Second { // otherwise net/http sets it correctly
		e.SetHeader("Date", e.At.UTC().Format(http.TimeFormat)) // clients compute a token's remaining lifetime from it
	}
	if e.Fault != nil {
		e.Fault.Sender.Send(w, r, func() {
			e.Took = h.Real().Sub(e.Began)
			h.Done(e)
		})
		return // the exchange is not reused: a fault may still hold it
	}
	if len(e.Response.Body) >= buffered {
		e.SetHeader("Content-Length", strconv.Itoa(len(e.Response.Body)))
	}
	e.DropUnsent()
	e.Took = h.Real().Sub(e.Began)
	h.Done(e) // before the bytes leave: a client that has the answer finds it in the journal
	w.WriteHeader(e.Response.Status)
	_, _ = w.Write(e.Response.Body) // the client may be gone; the state has changed all the same
	if cap(a.question)+cap(e.Response.Body) <= maxIdle {
		h.idle.Put(a)
	}
}

// NextID returns the ID for an exchange that the server itself starts.
func (h *Handler) NextID() uint64 { return h.count.Add(1) }

// buffered is the length, in bytes, from which net/http no longer sets Content-Length by itself.
const buffered = 2 << 10

// headerID is sent with every answer: it identifies the exchange in the journal (GET
// /__admin/requests/{id}).
const headerID = "X-Mock-Request-Id"

// maxIdle bounds the memory, in bytes, that an exchange keeps while it waits to be reused.
const maxIdle = 64 << 10

// firstRead bounds the memory, in bytes, that is allocated because a request announces a body.
const firstRead = 16 << 10

// readBody appends a body to a buffer, up to a bound.
func readBody(buffer []byte, r *http.Request, bound int64) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return buffer, nil
	}
	if r.ContentLength > bound {
		drain(r)
		return buffer, ErrBodyTooLarge
	}
	for {
		if len(buffer) == cap(buffer) {
			buffer = slices.Grow(buffer, int(min(max(512, r.ContentLength+1), firstRead)))
		}
		n, err := r.Body.Read(buffer[len(buffer):cap(buffer)])
		buffer = buffer[:len(buffer)+n]
		switch {
		case int64(len(buffer)) > bound:
			drain(r)
			return buffer, ErrBodyTooLarge
		case err == io.EOF:
			return buffer, nil
		case errors.Is(err, os.ErrDeadlineExceeded):
			return buffer, ErrBodyTimeout
		case err != nil:
			return buffer, err
		}
	}
}

// maxDrained bounds how much is read of a body that is too large, in bytes.
const maxDrained = 16 << 20

// drain reads the rest of a body and discards it: many clients send a whole body before they read
// the answer, and would otherwise see a broken connection. It reads nothing of a body that the
// client waits to be asked for (Expect: 100-continue), or that is announced as larger than
// maxDrained.
func drain(r *http.Request) {
	if r.Header.Get("Expect") == "" && r.ContentLength <= maxDrained {
		_, _ = io.CopyN(io.Discard, r.Body, maxDrained)
	}
}

// caller returns the address of a caller, without port and zone. A caller without an address (a
// pipe, a call in process) is on this machine.
func caller(remote string) string {
	address, err := netip.ParseAddrPort(remote)
	if err != nil {
		return "127.0.0.1"
	}
	if address.Addr().Is4() { // the canonical form of the address
		return remote[:strings.LastIndexByte(remote, ':')]
	}
	return address.Addr().Unmap().WithZone("").String()
}

// forwarded returns the first address of X-Forwarded-For, which is the caller's if every proxy
// appended its own, or otherwise if there is none.
func forwarded(h http.Header, otherwise string) string {
	values := h["X-Forwarded-For"]
	if len(values) == 0 {
		return otherwise
	}
	first, _, _ := strings.Cut(values[0], ",")
	first = strings.TrimSpace(first)
	if at, err := netip.ParseAddrPort(first); err == nil { // some proxies include the port
		return at.Addr().Unmap().WithZone("").String()
	}
	address, err := netip.ParseAddr(strings.Trim(first, "[]"))
	if err != nil {
		return otherwise
	}
	return address.Unmap().WithZone("").String()
}

// answer is the ResponseWriter that collects what Next answers in its exchange.
type answer struct {
	exchange Exchange
	question []byte // the buffer of the request's body
}

func (a *answer) Header() http.Header { return a.exchange.Response.Header }

func (a *answer) WriteHeader(code int) {
	if a.exchange.Response.Status == 0 {
		a.exchange.Response.Status = code
	}
}

func (a *answer) Write(p []byte) (int, error) {
	a.exchange.Response.Body = append(a.exchange.Response.Body, p...)
	return len(p), nil
}
