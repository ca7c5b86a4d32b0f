package runner

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// maxBody bounds what is read of an answer.
const maxBody = 4 << 20

// client sends requests as they are: no redirects, no proxies, no cookies, no compression.
type client struct {
	http    *http.Client
	timeout time.Duration
}

func newClient(given *http.Client, timeout time.Duration) client {
	own := &http.Client{}
	if given != nil {
		own.Transport = given.Transport
	}
	if own.Transport == nil {
		own.Transport = &http.Transport{
			Proxy:                  nil, // the environment's proxy would see the credentials, and may answer in the target's place
			DisableCompression:     true,
			MaxIdleConnsPerHost:    64,
			IdleConnTimeout:        30 * time.Second,
			MaxResponseHeaderBytes: 1 << 20,
			TLSHandshakeTimeout:    timeout,
		}
	}
	return client{http: own, timeout: timeout}
}

// close lets go of idle connections of a transport that this package made or was given.
func (c client) close() {
	c.http.CloseIdleConnections()
}

// answer is what came back, whole.
type answer struct {
	status  int
	header  http.Header
	body    []byte
	seconds float64
}

// do sends a request and reads the whole answer, in the time that one request has.
func (c client) do(ctx context.Context, request *http.Request) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	started := time.Now()
	// Not by way of http.Client, which takes no answer whose Location is no address: that is the target's fault, and to be judged.
	response, err := c.http.Transport.RoundTrip(request.WithContext(ctx))
	if err != nil {
		return answer{seconds: time.Since(started).Seconds()}, c.describe(ctx, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	a := answer{status: response.StatusCode, header: response.Header, body: body, seconds: time.Since(started).Seconds()}
	switch {
	case err != nil:
		return a, fmt.Errorf("the answer broke off: %w", c.describe(ctx, err))
	case len(body) > maxBody:
		return a, fmt.Errorf("the answer is longer than %d MiB", maxBody>>20)
	}
	a.body = decoded(body, response.Header.Get("Content-Encoding"))
	return a, nil
}

// decoded undoes a compression that nobody asked for, so that the answer is judged by what it says. What cannot be undone stays as it is.
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

// describe says in words what went wrong, without the URL, which may hold a token.
func (c client) describe(ctx context.Context, err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("no answer within %s", c.timeout)
	}
	return err
}

// unreachable says that nobody is there at all: it makes no sense to ask again.
func unreachable(err error) bool {
	var lookup *net.DNSError
	return errors.Is(err, syscall.ECONNREFUSED) || errors.As(err, &lookup)
}

// newRequest makes a request for a path that is sent exactly as written, below the base.
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
