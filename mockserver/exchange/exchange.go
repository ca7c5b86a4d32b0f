// Package exchange holds one request and its answer as a plain value. The outermost handler makes it, every layer inside
// fills in what it decided, and what comes afterwards (journal, explanation, metrics) only reads it.
package exchange

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"oauthmock/mockserver/account"
)

// Exchange is one request and its answer. It belongs to the goroutine that serves the request until it is recorded;
// from then on nobody changes it.
type Exchange struct {
	// ID is unique in a server: "1", "2", …, in the order of arrival.
	ID string
	// At is the server's time, or the account's once that is known. Began and Took are the machine's.
	At    time.Time
	Began time.Time
	Took  time.Duration

	// Surface that answered ("v2"), and the operation ("token.create"); empty when none matched.
	Surface   string
	Operation string
	// Account of the caller, empty when the caller could not be identified. Auth is "basic", "refresh", "token" or "none".
	Account account.ID
	Auth    string
	IP      string
	// Reason of the refusal, and what its row of the refusals table says of it; empty when the call succeeded.
	Reason string
	Grade  string
	Source string
	Quota  account.QuotaState

	Request  Request
	Response Response
}

// Request as it came.
type Request struct {
	Method string
	Host   string
	URI    string // path and query, as sent
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

// Why a body could not be read.
var (
	ErrBodyTooLarge = errors.New("the request body is larger than allowed")
	ErrBodyTimeout  = errors.New("the request body did not arrive in time")
)

type contextKey struct{}

// From is the exchange of a request that came through a Handler; it panics for any other, which is a mistake in the wiring.
func From(ctx context.Context) *Exchange { return ctx.Value(contextKey{}).(*Exchange) }

// Handler is the outermost handler of the API: it reads the request, lets next answer into a buffer, sends the answer in one
// piece, and hands the finished exchange over.
type Handler struct {
	Next http.Handler
	// Clock is the server's; Real is the machine's.
	Clock account.Clock
	Real  func() time.Time
	// MaxBody bounds request bodies, in bytes.
	MaxBody int64
	// Done gets every finished exchange.
	Done func(*Exchange)

	count atomic.Uint64
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e := &Exchange{
		ID: strconv.FormatUint(h.count.Add(1), 10), At: h.Clock.Now(), Began: h.Real(), Auth: "none", IP: caller(r.RemoteAddr),
		Request: Request{Method: r.Method, Host: r.Host, URI: r.RequestURI, Header: r.Header},
	}
	if e.Request.URI == "" { // a request that never was on a wire
		e.Request.URI = r.URL.RequestURI()
	}
	e.Request.Body, e.Request.BodyError = readBody(r, h.MaxBody)
	buffer := &buffer{header: w.Header()}
	h.Next.ServeHTTP(buffer, r.WithContext(context.WithValue(r.Context(), contextKey{}, e)))
	e.Response = Response{Status: buffer.status(), Header: w.Header(), Body: buffer.body}
	w.Header().Set("Content-Length", strconv.Itoa(len(buffer.body)))
	w.WriteHeader(e.Response.Status)
	_, _ = w.Write(buffer.body) // the caller may have left; the state has changed all the same
	e.Took = h.Real().Sub(e.Began)
	h.Done(e)
}

// readBody reads a body up to a bound.
func readBody(r *http.Request, bound int64) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	if r.ContentLength > bound {
		return nil, ErrBodyTooLarge
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, bound+1))
	switch {
	case int64(len(body)) > bound:
		return nil, ErrBodyTooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, ErrBodyTimeout
	case err != nil:
		return nil, err
	}
	return body, nil
}

// caller is the address of a caller, without port and zone. Who has none (a pipe, a call in process) is on this machine.
func caller(remote string) string {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		host = remote
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		return "127.0.0.1"
	}
	return address.Unmap().WithZone("").String()
}

// buffer collects an answer.
type buffer struct {
	header http.Header
	code   int
	body   []byte
}

func (b *buffer) Header() http.Header { return b.header }

func (b *buffer) WriteHeader(code int) {
	if b.code == 0 {
		b.code = code
	}
}

func (b *buffer) Write(p []byte) (int, error) {
	if b.body == nil {
		b.body = make([]byte, 0, len(p))
	}
	b.body = append(b.body, p...)
	return len(p), nil
}

func (b *buffer) status() int {
	if b.code == 0 {
		return http.StatusOK
	}
	return b.code
}
