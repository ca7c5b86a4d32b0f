package runner

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"oauthmock/scenarios"
)

// Bounds of what the receiver takes of each scenario.
const (
	maxReceived     = 100
	maxReceivedBody = 1 << 20
	// patience is how long a step waits for callbacks that are to come. Where a control API
	// advances clocks they have come by then, or will not.
	patience, patienceWithControl = 5 * time.Second, time.Second
	// longestHang is the longest that a receiver which does not answer may hold up a run.
	longestHang = 5 * time.Second
	// defaultCallbackTimeout is how long targets wait for a receiver by default.
	defaultCallbackTimeout = 30 * time.Second
)

// receiver receives the callbacks of targets. It starts listening when the first scenario asks for
// an address; each has a random path of its own. It is safe for concurrent use.
type receiver struct {
	listen string // HOST:PORT
	public string // URL under which the target sees it; "" is where it listens
	wrap   func(http.Handler) http.Handler

	start  sync.Once
	failed error
	server *http.Server
	mu     sync.Mutex
	boxes  map[string]*mailbox
}

// mailbox holds what came for one scenario.
type mailbox struct {
	url string

	mu      sync.Mutex
	answers []string // of the requests that are still to come
	got     []received
	arrived chan struct{} // closed, and made again, with each
}

// received is a request that arrived.
type received struct {
	method, uri string
	header      http.Header
	body        []byte
}

// newReceiver creates the receiver of a run. An address that the target sees must include a port,
// on which it listens.
func newReceiver(t Target) (*receiver, error) {
	r := &receiver{listen: "127.0.0.1:0", wrap: t.WrapReceiver, boxes: map[string]*mailbox{}}
	if t.CallbackURL == "" {
		return r, nil
	}
	public, err := parseBase("callback URL", t.CallbackURL)
	if err != nil {
		return nil, err
	}
	if public.Port() == "" {
		return nil, fmt.Errorf("callback URL %q names no port; the receiver listens on it: write it like http://host.docker.internal:9000", t.CallbackURL)
	}
	r.listen, r.public = net.JoinHostPort("", public.Port()), public.String()
	if loopback(public.Host) {
		r.listen = net.JoinHostPort("127.0.0.1", public.Port())
	}
	return r, nil
}

// open creates the mailbox of a scenario.
func (r *receiver) open(ctx context.Context, answers []string) (*mailbox, error) {
	r.start.Do(func() {
		listener, err := new(net.ListenConfig).Listen(context.WithoutCancel(ctx), "tcp", r.listen)
		if err != nil {
			r.failed = fmt.Errorf("the receiver of callbacks does not start: %w", err)
			return
		}
		if r.public == "" {
			r.public = "http://" + listener.Addr().String()
		}
		var handler http.Handler = r
		if r.wrap != nil {
			handler = r.wrap(r)
		}
		r.server = &http.Server{Handler: handler, ReadHeaderTimeout: patience}
		go func() { _ = r.server.Serve(listener) }() // ends when it is closed
	})
	if r.failed != nil {
		return nil, r.failed
	}
	var name [12]byte
	_, _ = rand.Read(name[:]) // never fails, says package rand
	path := "/" + hex.EncodeToString(name[:])
	box := &mailbox{url: r.public + path, answers: answers, arrived: make(chan struct{})}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.boxes[path] = box
	return box, nil
}

// forget ends a mailbox.
func (r *receiver) forget(box *mailbox) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for path, one := range r.boxes {
		if one == box {
			delete(r.boxes, path)
		}
	}
}

// close ends the receiver, and what it holds up.
func (r *receiver) close() {
	if r.server != nil {
		_ = r.server.Close()
	}
}

// ServeHTTP implements http.Handler.
func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	var box *mailbox
	for path, one := range r.boxes { // a public address may have a path before it
		if strings.HasSuffix(q.URL.Path, path) {
			box = one
		}
	}
	r.mu.Unlock()
	if box == nil {
		http.NotFound(w, q)
		return
	}
	body, err := io.ReadAll(io.LimitReader(q.Body, maxReceivedBody))
	if err != nil {
		return
	}
	switch answer := box.take(received{q.Method, q.URL.RequestURI(), q.Header, body}); answer {
	case scenarios.NoAnswer:
		<-q.Context().Done()
	case scenarios.Closed:
		panic(http.ErrAbortHandler)
	default:
		status, _ := strconv.Atoi(answer) // scenarios are validated
		if status >= 300 && status < 400 {
			w.Header().Set("Location", q.URL.Path)
		}
		w.WriteHeader(status)
	}
}

// take stores a request and returns how to answer it.
func (b *mailbox) take(q received) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.got) < maxReceived {
		b.got = append(b.got, q)
	}
	close(b.arrived)
	b.arrived = make(chan struct{})
	if len(b.answers) == 0 {
		return "200"
	}
	answer := b.answers[0]
	b.answers = b.answers[1:]
	return answer
}

// next hands over what has come since it was last called. It waits until so many have.
func (b *mailbox) next(ctx context.Context, n int, patience time.Duration) []received {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		b.mu.Lock()
		arrived := b.arrived
		if len(b.got) >= n || ctx.Err() != nil {
			got := b.got
			b.got = nil
			b.mu.Unlock()
			return got
		}
		b.mu.Unlock()
		select {
		case <-arrived:
		case <-ctx.Done():
		}
	}
}

// value returns a request as scenarios see it. Without a secret it is unknown whether it is signed.
func (q received) value(secret string) map[string]any {
	headers := map[string]any{}
	for name, values := range q.header {
		headers[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	out := map[string]any{"method": q.method, "headers": headers, "text": string(q.body)}
	decoder := json.NewDecoder(bytes.NewReader(q.body))
	decoder.UseNumber()
	var body any
	if decoder.Decode(&body) == nil && !decoder.More() {
		out["body"] = body
	} else if form, err := url.ParseQuery(string(q.body)); err == nil && strings.HasPrefix(q.header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		fields := map[string]any{}
		for name, values := range form {
			fields[name] = strings.Join(values, ", ")
		}
		out["form"] = fields
	}
	if secret != "" {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write(q.body) // never fails, says package hash
		want := "sha256=" + hex.EncodeToString(mac.Sum(nil))
		out["signed"] = hmac.Equal([]byte(want), []byte(q.header.Get("X-Webhook-Signature")))
	}
	return out
}
