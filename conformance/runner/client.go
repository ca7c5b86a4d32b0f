package runner

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"compress/zlib"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// maxBody bounds what is read of an answer.
const maxBody = 4 << 20

// client sends requests as they are: no redirects, no cookies, no compression. It is safe for
// concurrent use.
type client struct {
	http *http.Client
	// fresh sends on a connection of its own.
	fresh   http.RoundTripper
	timeout time.Duration
	gate    *gate
	// patience is how long one request may wait for a target that is rate limiting.
	patience time.Duration
	agent    string
}

// newClient returns a client that sends by way of given, otherwise by way of the connection.
func newClient(given *http.Client, connection Connection, options Options, sent int) client {
	c := client{http: &http.Client{}, timeout: options.Timeout, gate: newGate(options.Rate, options.MaxRequests, sent),
		patience: options.Patience, agent: cmp.Or(options.UserAgent, userAgent)}
	if given != nil {
		c.http.Transport = given.Transport
	}
	if c.http.Transport == nil {
		c.http.Transport = connection.transport(options.Timeout)
	}
	c.fresh = c.http.Transport
	if known, ok := c.http.Transport.(*http.Transport); ok {
		alone := known.Clone()
		alone.DisableKeepAlives = true
		c.fresh = alone
	}
	return c
}

// close lets go of idle connections of a transport that this package made or was given.
func (c client) close() {
	c.http.CloseIdleConnections()
}

// answer is a complete answer.
type answer struct {
	status  int
	header  http.Header
	body    []byte
	seconds float64
}

// notSent means that a request, or its repetition after a 429, never left.
type notSent struct{ err error }

func (n notSent) Error() string { return n.err.Error() }
func (n notSent) Unwrap() error { return n.err }

// limitsRate reports whether a target refuses because it was asked too often. A refusal that has a
// number of its own, and does not ask to wait, is another one with a wrong status.
func (a answer) limitsRate() bool {
	if a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") != "" {
		return a.status == http.StatusTooManyRequests
	}
	var refusal struct {
		Error json.Number `json:"error"`
	}
	return json.Unmarshal(a.body, &refusal) != nil || refusal.Error == "" || refusal.Error == "429"
}

// errImpatient means that a target kept refusing with 429, although nothing was done to provoke it,
// until patience ended.
type errImpatient struct{ reason string }

func (e errImpatient) Error() string { return e.reason }

// manner is how a request is sent.
type manner struct {
	why purpose
	// provoked means that 429 may be the answer that was asked for.
	provoked bool
	// keeps means that an answer may name something that stays on the target until it is removed.
	keeps bool
	// whole means that an interruption waits for the answer, because the target changes something.
	whole bool
	// inTurn means that its turn has been waited for.
	inTurn bool
}

// ask sends a request, and reads the whole answer. While the answer is a 429 that nothing provoked,
// it waits as long as Retry-After asks for, and sends it again.
func (c client) ask(ctx context.Context, request *http.Request, how manner) (answer, error) {
	if _, set := request.Header["User-Agent"]; !set {
		request.Header.Set("User-Agent", c.agent)
	}
	if err := c.gate.admit(how.why); err != nil {
		return answer{}, notSent{err}
	}
	for waited, pause := time.Duration(0), time.Second; ; pause *= 2 {
		if !how.inTurn {
			if err := c.gate.turn(ctx, 1); err != nil {
				return answer{}, notSent{err}
			}
		}
		sending := ctx
		if how.whole {
			sending = context.WithoutCancel(ctx)
		}
		got, err := c.do(sending, request)
		if err != nil || how.provoked || !got.limitsRate() {
			return got, err
		}
		length := pause
		if said, ok := retryAfter(got.header, time.Now()); ok {
			length = max(said, time.Second)
		}
		if waited += length; waited > c.patience {
			return got, errImpatient{fmt.Sprintf("the target limits the rate of requests (429) for longer than %s; ask more slowly with --rate, or later", c.patience)}
		}
		c.gate.hold(length)
		how.inTurn = false
		// What is kept for removing stays kept.
		if err := c.gate.admit(asking); err != nil {
			return got, notSent{err}
		}
	}
}

// retryAfter is how long an answer asks to wait, in seconds or until a date.
func retryAfter(header http.Header, now time.Time) (time.Duration, bool) {
	text := header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, at.Sub(now)), true
	}
	return 0, false
}

// do sends a request, and reads the whole answer. Where an idle connection turns out to be closed,
// it is sent once more on another one.
func (c client) do(ctx context.Context, request *http.Request) (answer, error) {
	got, stale, err := c.once(ctx, c.http.Transport, request)
	if err == nil || !stale || ctx.Err() != nil {
		return got, err
	}
	if c.gate.admit(asking) != nil {
		return got, err
	}
	got, _, err = c.once(ctx, c.fresh, request)
	return got, err
}

// once sends a request. stale reports whether it got no byte of an answer on a connection that had
// been idle.
func (c client) once(ctx context.Context, through http.RoundTripper, request *http.Request) (got answer, stale bool, err error) {
	if request.GetBody != nil {
		if request.Body, err = request.GetBody(); err != nil {
			return answer{}, false, err
		}
	}
	var reused, answered atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn:              func(info httptrace.GotConnInfo) { reused.Store(info.Reused) },
		GotFirstResponseByte: func() { answered.Store(true) },
	})
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	started := time.Now()
	// http.Client is avoided, because it rejects an answer whose Location is not a valid address:
	// that is the target's fault, and to be judged.
	response, err := through.RoundTrip(request.WithContext(ctx))
	if err != nil {
		stale = reused.Load() && !answered.Load() && ctx.Err() == nil
		return answer{seconds: time.Since(started).Seconds()}, stale, c.describe(ctx, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	got = answer{status: response.StatusCode, header: response.Header, body: body, seconds: time.Since(started).Seconds()}
	switch {
	case err != nil:
		return got, false, fmt.Errorf("the answer broke off: %w", c.describe(ctx, err))
	case len(body) > maxBody:
		return got, false, errTooLong
	}
	got.body = decoded(body, response.Header.Get("Content-Encoding"))
	return got, false, nil
}

// decoded undoes a compression that was not requested, so that the content can be judged. What
// cannot be undone is returned as it is.
func decoded(body []byte, encoding string) []byte {
	var reader io.Reader
	var err error
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "gzip", "x-gzip":
		reader, err = gzip.NewReader(bytes.NewReader(body))
	case "deflate":
		reader, err = zlib.NewReader(bytes.NewReader(body))
	default:
		return body
	}
	if err != nil {
		return body
	}
	plain, err := io.ReadAll(io.LimitReader(reader, maxBody+1))
	if err != nil || len(plain) > maxBody {
		return body
	}
	return plain
}

var errTooLong = fmt.Errorf("the answer is longer than %d MiB", maxBody>>20)

// errSlow means that no whole answer came in time.
type errSlow struct{ timeout time.Duration }

func (e errSlow) Error() string { return fmt.Sprintf("no answer within %s", e.timeout) }

// describe says in words what went wrong, without the URL, which may contain a token.
func (c client) describe(ctx context.Context, err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return errSlow{c.timeout}
	}
	return err
}

// unreachable reports whether nothing is listening at all: retrying is pointless.
func unreachable(err error) bool {
	var lookup *net.DNSError
	return errors.Is(err, syscall.ECONNREFUSED) || errors.As(err, &lookup)
}

// hungUp reports whether the target received a request and ended the connection without a complete
// answer.
func hungUp(err error) bool {
	var dial *net.OpError
	var verification *tls.CertificateVerificationError
	switch {
	case err == nil, unreachable(err), errors.Is(err, errTooLong), errors.Is(err, context.Canceled), errors.As(err, new(errSlow)),
		errors.As(err, new(errImpatient)), errors.As(err, new(cutOff)), errors.As(err, new(givenUp)), errors.As(err, &verification):
		return false
	case errors.As(err, &dial) && dial.Op == "dial":
		return false
	}
	return true
}

// newRequest creates a request for a path that is sent exactly as written, below the base.
func newRequest(ctx context.Context, base *url.URL, method, path, rawQuery string, body io.Reader) (*http.Request, error) {
	for _, text := range []string{path, rawQuery} {
		if i := strings.IndexFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f }); i >= 0 {
			return nil, fmt.Errorf("the URL holds %q, which cannot be sent; escape it", text[i])
		}
	}
	request, err := http.NewRequestWithContext(ctx, method, base.Scheme+"://"+base.Host, body)
	if err != nil {
		return nil, err
	}
	written := base.EscapedPath() + path
	plain, err := url.PathUnescape(written)
	request.URL.Path, request.URL.RawPath, request.URL.RawQuery = plain, written, rawQuery
	if err != nil || request.URL.EscapedPath() != written {
		// Not an encoding that net/url would send: pass it by.
		request.URL.Path, request.URL.RawPath, request.URL.Opaque = "", "", written
	}
	return request, nil
}
