package mocktest

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"oauthmock/mockserver"
)

// TB is the part of testing.TB that this package uses. *testing.T, *testing.B, *testing.F and the
// test types of other libraries implement it.
type TB interface {
	Helper()
	Cleanup(stop func())
	Failed() bool
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Mock is a server that lives as long as one test. Mocks share nothing, so any number of them can
// run in one process. A Mock is safe for concurrent use.
type Mock struct {
	tb     TB
	server *mockserver.Server

	ctx          context.Context // done when the mock stops
	pipes        *pipeListener
	tcpTransport *http.Transport
	memTransport *http.Transport

	mu     sync.Mutex
	listen func() (net.Listener, error) // opens and serves a loopback port; nil after the mock has stopped
	port   net.Listener                 // nil until the port is first used
	logged map[string]bool              // IDs of the requests that a test's log already has
}

// shutdownTimeout bounds how long requests may continue after the mock has cancelled them.
const shutdownTimeout = time.Second

// Start starts a mock that stops when the test ends. It opens no port until URL or Client is used.
// If the test fails, its log shows the newest requests and answers, with secrets as fingerprints.
func Start(tb TB, options ...mockserver.Option) *Mock {
	tb.Helper()
	server, err := mockserver.New(options...)
	if err != nil {
		tb.Fatalf("mocktest.Start: %v", err)
		return nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	m := &Mock{tb: tb, server: server, ctx: ctx, pipes: newPipeListener(), logged: map[string]bool{}}
	web := &http.Server{
		Handler: server.Handler(), Protocols: mockserver.Protocols(), ErrorLog: log.New(io.Discard, "", 0),
		DisableGeneralOptionsHandler: true,
		BaseContext:                  func(net.Listener) context.Context { return ctx },
	}
	web.RegisterOnShutdown(server.Interrupt)
	var serving sync.WaitGroup
	serve := func(l net.Listener) {
		serving.Go(func() { _ = web.Serve(l) }) // returns ErrServerClosed
	}
	serve(m.pipes)
	m.listen = func() (net.Listener, error) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err == nil {
			server.Listen(mockserver.Listeners{HTTP: l.Addr().String()}, false)
			serve(l)
		}
		return l, err
	}
	// Every connection goes to the mock, whatever host the URL names: no proxy, no resolver.
	m.tcpTransport = &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		l, err := m.listener()
		if err != nil {
			return nil, err
		}
		return new(net.Dialer).DialContext(ctx, network, l.Addr().String())
	}}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) { return m.pipes.dial(ctx) }
	m.memTransport = &http.Transport{DialContext: dial, DialTLSContext: dial}
	tb.Cleanup(func() {
		if tb.Failed() {
			m.logRequests(tb, "")
		}
		cancel()
		m.mu.Lock()
		m.listen = nil // no port is opened from now on
		m.mu.Unlock()
		m.tcpTransport.CloseIdleConnections()
		m.memTransport.CloseIdleConnections()
		bounded, done := context.WithTimeout(context.Background(), shutdownTimeout)
		defer done()
		if errors.Is(web.Shutdown(bounded), context.DeadlineExceeded) {
			_ = web.Close() // closes connections that a client still holds
		}
		serving.Wait()
	})
	return m
}

// URL returns the base URL of the mock, such as "http://127.0.0.1:43210". The first call opens a
// free loopback port.
func (m *Mock) URL() string {
	m.tb.Helper()
	l, err := m.listener()
	if err != nil {
		m.tb.Fatalf("mocktest: no port can be opened (InProcess needs none): %v", err)
		return ""
	}
	return "http://" + l.Addr().String()
}

// listener returns the mock's port and opens it on first use.
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

// Client returns a new client that reaches the mock over its port, whatever host an http URL names:
// http://oauth.openapi.com/wallet works too. It sends no credentials; Account.Client does.
func (m *Mock) Client() *http.Client { return &http.Client{Transport: m.tcpTransport} }

// InProcess returns a new client that needs no port: its connections are pipes in memory, also
// within a testing/synctest bubble. It reaches the mock whatever scheme and host a URL names, so
// that code with a fixed https://oauth.openapi.com can be tested unchanged.
func (m *Mock) InProcess() *http.Client { return &http.Client{Transport: m.memTransport} }

// Server returns the server, for what this package has no method for.
func (m *Mock) Server() *mockserver.Server { return m.server }

// Handler returns the handler of the mock, for serving it elsewhere.
func (m *Mock) Handler() http.Handler { return m.server.Handler() }

// Reset restores the initial state: accounts, clock, rate limits, faults and journal. Accounts that
// were created since are removed.
func (m *Mock) Reset() {
	m.tb.Helper()
	m.must(m.tb, http.MethodPost, "/reset", nil, nil)
}
