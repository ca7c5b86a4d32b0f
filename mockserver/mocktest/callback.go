package mocktest

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"oauthmock/mockserver/callback"
)

// Receiver is a server that receives the callbacks of an account. It is safe for concurrent use.
type Receiver struct {
	tb      TB
	url     string
	secret  string
	arrived chan Delivery

	mu      sync.Mutex
	answers []int
}

// Delivery is a callback that arrived.
type Delivery struct {
	Path   string
	Header http.Header
	Body   []byte
	// Signed reports whether the signature is that of the body under the account's webhook secret.
	Signed bool
}

const (
	// maxDeliveries is how many deliveries a Receiver keeps that nobody has waited for; more are
	// answered 503.
	maxDeliveries = 1000
	// maxDelivery bounds the body of a delivery, in bytes.
	maxDelivery = 16 << 20
	// arrival bounds how long Next waits, in real time.
	arrival = 10 * time.Second
)

// ExpectCallback starts a receiver of callbacks on a loopback port, which stops when the test tb
// ends. Give its URL to what asks for a callback, and wait for the callback with Next.
func (a *Account) ExpectCallback(tb TB) *Receiver {
	tb.Helper()
	var shown struct{ WebhookSecret string }
	a.mock.must(tb, http.MethodGet, "/accounts/"+url.PathEscape(a.ID), nil, &shown)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatalf("mocktest: no port can be opened for a receiver of callbacks: %v", err)
		return nil
	}
	r := &Receiver{tb: tb, url: "http://" + l.Addr().String(), secret: shown.WebhookSecret, arrived: make(chan Delivery, maxDeliveries)}
	server := &http.Server{Handler: r, ReadHeaderTimeout: arrival}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(l) }) // returns ErrServerClosed
	tb.Cleanup(func() {
		_ = server.Close()
		serving.Wait()
	})
	return r
}

// URL returns where the receiver receives, such as "http://127.0.0.1:43210". Any path below it will
// do.
func (r *Receiver) URL() string { return r.url }

// Answer sets the statuses that the next deliveries are answered with, one each; from then on it is
// 200.
func (r *Receiver) Answer(statuses ...int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answers = statuses
}

// ServeHTTP implements http.Handler.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, q.Body, maxDelivery))
	if err != nil {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	d := Delivery{Path: q.URL.Path, Header: q.Header, Body: body, Signed: q.Header.Get(callback.SignatureHeader) == callback.Sign(r.secret, body)}
	status := http.StatusOK
	r.mu.Lock()
	if len(r.answers) > 0 {
		status, r.answers = r.answers[0], r.answers[1:]
	}
	r.mu.Unlock()
	select {
	case r.arrived <- d:
	default:
		status = http.StatusServiceUnavailable
	}
	w.WriteHeader(status)
}

// Next waits for the next delivery, up to ten seconds, and returns it. Without one it ends the
// test.
func (r *Receiver) Next() Delivery {
	r.tb.Helper()
	timer := time.NewTimer(arrival)
	defer timer.Stop()
	select {
	case d := <-r.arrived:
		return d
	case <-timer.C:
		r.tb.Fatalf("mocktest: no callback arrived within %s (a retry waits for the account's clock: advance it)", arrival)
		return Delivery{}
	}
}

// Decode decodes the JSON of the body into out. On an error it ends the test.
func (d Delivery) Decode(tb TB, out any) {
	tb.Helper()
	if err := json.Unmarshal(d.Body, out); err != nil {
		tb.Fatalf("mocktest: the body of the callback: %v", err)
	}
}

// Callback adds a callback of a scope of the catalogue to a URL, with data, which is encoded as a
// JSON object, as its payload, and a number of retries, as a call of a paid service would. It
// returns the callback's ID.
func (a *Account) Callback(scope, to string, data any, retries int) (id string) {
	a.tb.Helper()
	in := map[string]any{"scope": scope, "url": to, "retry": retries}
	if data != nil {
		in["data"] = data
	}
	var out struct{ ID string }
	a.mock.must(a.tb, http.MethodPost, a.path("/callbacks"), in, &out)
	return out.ID
}
