package client

import (
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// trap is another host, to which redirects lead: it is asked for as localhost, while the API is at
// an address.
type trap struct {
	url       string
	server    *http.Server
	listening sync.WaitGroup
	mu        sync.Mutex
	received  []Exchange
}

// maxTrapped bounds what is kept of strangers' requests.
const maxTrapped = 1000

// newTrap listens on the loopback addresses of one port; on IPv6 where there is that.
func newTrap(ctx context.Context) (*trap, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	t := &trap{}
	port := strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
	t.url = "http://localhost:" + port
	t.server = &http.Server{Handler: http.HandlerFunc(t.receive), ReadHeaderTimeout: 5 * time.Second}
	listeners := []net.Listener{listener}
	if other, err := new(net.ListenConfig).Listen(ctx, "tcp", "[::1]:"+port); err == nil {
		listeners = append(listeners, other)
	}
	for _, l := range listeners {
		t.listening.Go(func() { _ = t.server.Serve(l) })
	}
	return t, nil
}

func (t *trap) receive(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	body, _ := io.ReadAll(io.LimitReader(r.Body, MaxOutput))
	e := newExchange(r.Method, r.Host, r.URL.RequestURI(), r.Header.Clone())
	e.Operation, e.Token, e.At, e.Wall, e.RequestBody, e.Status = "elsewhere", "", began, began, string(body), http.StatusNotFound
	t.mu.Lock()
	if len(t.received) < maxTrapped {
		t.received = append(t.received, e)
	}
	t.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusNotFound)
	_, _ = io.WriteString(w, `{"message":"nothing of yours is here"}`)
}

// seen are the requests that were received; of a nil trap none.
func (t *trap) seen() []Exchange {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.received
}

// close ends the host. A nil trap is closed.
func (t *trap) close() {
	if t != nil {
		_ = t.server.Close()
		t.listening.Wait()
	}
}
