package mockserver

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// TB is what Start needs of a test: *testing.T, *testing.B and *testing.F have it. It stands here so that a program with a mock inside
// does not carry the package testing.
type TB interface {
	Helper()
	Cleanup(stop func())
	Failed() bool
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Mock is a server for the time of one test. It is safe for concurrent use, and shares nothing with other mocks: as many as you like can
// live in one process. What goes wrong in its methods ends the test, as in any helper of tests.
type Mock struct {
	tb     TB
	server *Server

	ctx      context.Context // done when the mock stops
	pipes    *pipes
	overPort *http.Transport
	overPipe *http.Transport

	mu     sync.Mutex
	listen func() (net.Listener, error) // opens a port of loopback and serves it; nil when the mock has stopped
	port   net.Listener                 // nil until somebody asked for it
	told   map[string]bool              // the entries of the journal that were written to a log
}

// stopTimeout is how long requests under way may go on when a mock stops. They have been cancelled by then.
const stopTimeout = time.Second

// Start starts a mock that stops when the test ends. Until somebody asks for its URL or its Client it opens no port. When the test has
// failed, the newest requests and answers are written to the test's log, secrets as fingerprints.
func Start(tb TB, options ...Option) *Mock {
	tb.Helper()
	server, err := New(options...)
	if err != nil {
		tb.Fatalf("mockserver.Start: %v", err)
		return nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	m := &Mock{tb: tb, server: server, ctx: ctx, pipes: newPipes(), told: map[string]bool{}}
	web := &http.Server{
		Handler: server.Handler(), Protocols: Protocols(), ErrorLog: log.New(io.Discard, "", 0), DisableGeneralOptionsHandler: true,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	web.RegisterOnShutdown(server.Interrupt)
	var serving sync.WaitGroup
	serve := func(l net.Listener) {
		serving.Go(func() { _ = web.Serve(l) }) // it ends with ErrServerClosed
	}
	serve(m.pipes)
	m.listen = func() (net.Listener, error) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err == nil {
			serve(l)
		}
		return l, err
	}
	// Whatever a URL says, what is asked is the mock: no proxy, no resolver, nobody else.
	m.overPort = &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		l, err := m.listener()
		if err != nil {
			return nil, err
		}
		return new(net.Dialer).DialContext(ctx, network, l.Addr().String())
	}}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) { return m.pipes.dial(ctx) }
	m.overPipe = &http.Transport{DialContext: dial, DialTLSContext: dial}
	tb.Cleanup(func() {
		if tb.Failed() {
			m.show(tb, "")
		}
		cancel()
		m.mu.Lock()
		m.listen = nil // nobody opens a port any more
		m.mu.Unlock()
		m.overPort.CloseIdleConnections()
		m.overPipe.CloseIdleConnections()
		bounded, done := context.WithTimeout(context.Background(), stopTimeout)
		defer done()
		if errors.Is(web.Shutdown(bounded), context.DeadlineExceeded) {
			_ = web.Close() // the connections of somebody who holds on to them
		}
		serving.Wait()
	})
	return m
}

// URL is where the mock listens, such as "http://127.0.0.1:43210": a free port of loopback, opened when it is first asked for.
func (m *Mock) URL() string {
	m.tb.Helper()
	l, err := m.listener()
	if err != nil {
		m.tb.Fatalf("mockserver: no port can be opened (InProcess needs none): %v", err)
		return ""
	}
	return "http://" + l.Addr().String()
}

// listener is the mock's port, opened when it is first asked for.
func (m *Mock) listener() (net.Listener, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.port != nil {
		return m.port, nil
	}
	if m.listen == nil {
		return nil, net.ErrClosed
	}
	l, err := m.listen()
	if err != nil {
		return nil, err
	}
	m.port = l
	return l, nil
}

// Client is a new client that asks the mock over its port. Whatever host a URL of the scheme http names, the mock is asked, so that
// http://oauth.openapi.com/wallet works too. It authenticates as nobody; see Account.Client.
func (m *Mock) Client() *http.Client { return &http.Client{Transport: m.overPort} }

// InProcess is a new client that needs no port: its connections are pipes in memory, also within a testing/synctest bubble. Whatever host
// and scheme a URL names, the mock is asked, so that code which insists on https://oauth.openapi.com can be tested as it is.
func (m *Mock) InProcess() *http.Client { return &http.Client{Transport: m.overPipe} }

// Handler answers what the mock answers, for who wants to serve it elsewhere.
func (m *Mock) Handler() http.Handler { return m.server.Handler() }

// Reset puts everything back to the start: accounts, clock, rate limits, journal. Accounts made since are gone.
func (m *Mock) Reset() {
	m.tb.Helper()
	m.must(m.tb, http.MethodPost, "/reset", nil, nil)
}

// Clock is the server's clock. Accounts whose clocks were turned move with it.
func (m *Mock) Clock() Clock { return Clock{mock: m, tb: m.tb} }
