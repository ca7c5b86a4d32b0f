// Package exchange holds one request and its answer as a plain value. The outermost handler makes
// it, every layer inside fills in what it decided, and what comes afterwards (journal, explanation,
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
// is used again for another request as soon as Handler.Done returns: who wants to keep something of
// it copies it.
type Exchange struct {
	// ID is unique in a server: 1, 2, …, in the order of arrival.
	ID uint64
	// At is the server's time, or the account's once that is known. Began and Took are the
	// machine's.
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
	// Environment is the only one whose credentials the host takes; empty takes those of all.
	Environment account.Environment
	// Account of the caller, empty when the caller could not be identified. Auth names the
	// credentials by which the caller was looked for, as the surface calls them ("basic",
	// "refresh", "token"), or is "none".
	Account account.ID
	Auth    string
	// Client is the client_id of the OAuth client that called, or whose token was used; empty where
	// there is none.
	Client string
	// Incarnation is the life of the account that the caller was authenticated to. Nobody keeps it
	// beyond the call.
	Incarnation account.Incarnation
	IP          string
	// Reason of the refusal, in words what was wrong, and what its row of the refusals table says
	// of it; empty when the call succeeded.
	Reason string
	Detail string
	Code   string // error number, as on the wire: "130", "125.22"
	Grade  string
	Source string
	// Note tells in a sentence, for explanations, what else decided, also where the call succeeded;
	// mostly empty.
	Note  string
	Quota account.QuotaState
	// Scope that a paid call fell under, who paid for it, and how much left the wallet; empty for
	// other calls. PaidBy is empty for refused calls.
	Scope   string
	PaidBy  string
	Charged account.Money
	// Delivery is set where the server sent the request, of its own accord; nil, as with nearly
	// all, is that it received the request.
	Delivery *Delivery
	// Fault is what goes wrong with the call on purpose; nil, as with nearly all, is nothing.
	Fault *Fault

	Request  Request
	Response Response

	values []string // of the answer's headers, side by side: see SetHeader
}

// Caller is the account of the caller in the life to which the caller was authenticated.
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

// Param returns the value of a parameter of the path, or "" when the operation's path has none of
// that name.
func (e *Exchange) Param(name string) string {
	for i := range e.Params {
		if e.Params[i].Name == name {
			return e.Params[i].Value
		}
	}
	return ""
}

// Fault is a rule that fired. Seed and Call are what it drew from.
type Fault struct {
	Name  string
	Kind  string // of the effect: "latency"; "none" where there is none
	Where string // "before" or "after" the call was carried out
	Seed  uint64
	Call  uint64 // of the account and operation, as the rule counted
	Delay time.Duration
	// Sender sends the answer in the place of the Handler.
	Sender Sender
}

// Sender makes of the answer in an exchange the one to be sent, calls done when it is, and sends
// it. It may end in a panic with http.ErrAbortHandler.
type Sender interface {
	Send(w http.ResponseWriter, r *http.Request, done func())
}

// Delivery is an attempt to deliver a callback.
type Delivery struct {
	Callback string // its ID
	Attempt  int    // counts from 1
	// Error is why there was no answer; empty where there was one.
	Error string
}

// Request as it came.
type Request struct {
	Method string
	Host   string
	URI    string // path and query, as sent
	Proto  string // version of HTTP: "HTTP/1.1", "HTTP/2.0"
	TLS    bool   // it came over TLS, or was meant to
	Header http.Header
	Body   []byte
	// BodyError is why the body could not be read: ErrBodyTooLarge, ErrBodyTimeout, or another.
	BodyError error
}

// Response as it was sent.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// AvailableBuffer is empty memory behind what the answer holds so far, to append to and then to
// Write, which copies nothing then.
func (e *Exchange) AvailableBuffer() []byte { return e.Response.Body[len(e.Response.Body):] }

// SetHeader sets a header of the answer. The name must be canonical ("Content-Type"), and is not
// made so. The values of one answer lie side by side in one piece of memory, where Header.Set would
// need one for each.
func (e *Exchange) SetHeader(name, value string) {
	n := len(e.values)
	e.values = append(e.values, value)
	e.Response.Header[name] = e.values[n : n+1 : n+1]
}

// DropUnsent removes the body of an answer that HTTP sends without one: to HEAD, of which only the
// length is told, and of 204 and 304.
func (e *Exchange) DropUnsent() {
	r := &e.Response
	switch {
	case r.Status == http.StatusNoContent || r.Status == http.StatusNotModified:
		delete(r.Header, "Content-Length")
	case e.Request.Method == http.MethodHead && r.Status >= http.StatusOK: // else no answer is sent
		e.SetHeader("Content-Length", strconv.Itoa(len(r.Body)))
	default:
		return
	}
	r.Body = r.Body[:0]
}

// usualHeaders is how many headers an answer has, mostly.
const usualHeaders = 6

// Why a body could not be read.
var (
	ErrBodyTooLarge = errors.New("the request body is larger than allowed")
	ErrBodyTimeout  = errors.New("the request body did not arrive in time")
)

// From is the exchange that an answer belongs to: w is what a Handler gave to its Next, wrapped or
// not. It panics for any other writer, which is a mistake in the wiring.
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

// Handler is the outermost handler of the API: it reads the request, lets next answer into a
// buffer, sends the answer in one piece, and hands the finished exchange over.
type Handler struct {
	Next http.Handler
	// Clock says what the server's clock shows while the machine's shows a time; Real is the
	// machine's.
	Clock interface {
		At(machine time.Time) time.Time
	}
	Real func() time.Time
	// MaxBody bounds request bodies, in bytes.
	MaxBody int64
	// Bodies, unless nil, bounds the bodies of all requests together.
	Bodies *Bodies
	// Forwarded takes the first address of X-Forwarded-For as the caller's, where there is one.
	Forwarded bool
	// Done gets every finished exchange, and must not keep it.
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
		values:   make([]string, 0, usualHeaders), // new each time: the web server writes the headers when this is over
	}
	e := &a.exchange
	if h.Forwarded {
		e.IP = forwarded(r.Header, e.IP)
	}
	if e.Request.URI == "" { // a request that never was on a wire
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
	a.WriteHeader(http.StatusOK) // unless somebody did
	e.SetHeader(headerID, strconv.FormatUint(e.ID, 10))
	if off := e.At.Sub(e.Began); off.Abs() >= time.Second { // else net/http tells it right
		e.SetHeader("Date", e.At.UTC().Format(http.TimeFormat)) // clients reckon by it how long a token lives
	}
	if e.Fault != nil {
		e.Fault.Sender.Send(w, r, func() {
			e.Took = h.Real().Sub(e.Began)
			h.Done(e)
		})
		return // and is not used again: a fault may hold on to the exchange
	}
	if len(e.Response.Body) >= buffered {
		e.SetHeader("Content-Length", strconv.Itoa(len(e.Response.Body)))
	}
	e.DropUnsent()
	e.Took = h.Real().Sub(e.Began)
	h.Done(e) // before the bytes leave: who has the answer finds it in the journal
	w.WriteHeader(e.Response.Status)
	_, _ = w.Write(e.Response.Body) // the caller may have left; the state has changed all the same
	if cap(a.question)+cap(e.Response.Body) <= maxIdle {
		h.idle.Put(a)
	}
}

// NextID returns the ID of the next exchange, for one that the server begins itself.
func (h *Handler) NextID() uint64 { return h.count.Add(1) }

// buffered is the length, in bytes, from which net/http does not say by itself how long an answer
// is.
const buffered = 2 << 10

// headerID is in every answer: by it the journal knows the exchange (GET /__admin/requests/{id}).
const headerID = "X-Mock-Request-Id"

// maxIdle bounds what an exchange that waits for the next request may hold, in bytes.
const maxIdle = 64 << 10

// firstRead bounds, in bytes, the memory that is set aside because a request says that a body will
// come.
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

// maxDrained bounds what is read of a body that is too large, in bytes.
const maxDrained = 16 << 20

// drain reads on, and keeps nothing: many clients send all of a body before they look for an
// answer, and would find a broken connection. Who waits to be asked for the body is not asked, and
// of who announces more than that nothing is read.
func drain(r *http.Request) {
	if r.Header.Get("Expect") == "" && r.ContentLength <= maxDrained {
		_, _ = io.CopyN(io.Discard, r.Body, maxDrained)
	}
}

// caller is the address of a caller, without port and zone. Who has none (a pipe, a call in
// process) is on this machine.
func caller(remote string) string {
	address, err := netip.ParseAddrPort(remote)
	if err != nil {
		return "127.0.0.1"
	}
	if address.Addr().Is4() { // which can be written in one way only
		return remote[:strings.LastIndexByte(remote, ':')]
	}
	return address.Addr().Unmap().WithZone("").String()
}

// forwarded is the first address of X-Forwarded-For, which is the caller's if every proxy added its
// own; otherwise when there is none.
func forwarded(h http.Header, otherwise string) string {
	values := h["X-Forwarded-For"]
	if len(values) == 0 {
		return otherwise
	}
	first, _, _ := strings.Cut(values[0], ",")
	first = strings.TrimSpace(first)
	if at, err := netip.ParseAddrPort(first); err == nil { // some proxies write the port
		return at.Addr().Unmap().WithZone("").String()
	}
	address, err := netip.ParseAddr(strings.Trim(first, "[]"))
	if err != nil {
		return otherwise
	}
	return address.Unmap().WithZone("").String()
}

// answer collects what next answers in the exchange that it belongs to.
type answer struct {
	exchange Exchange
	question []byte // memory of the request's body
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
