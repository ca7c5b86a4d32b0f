package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"
)

// stallTimeout is how long an answer may take.
const stallTimeout = 30 * time.Second

// request is what a load sends again and again, and the answer it expects.
type request struct {
	method, path string
	email, key   string
	body         string
	bearer       string
	secure       bool // over TLS
}

// bytes returns the request as sent, rendered once: the load generator shares the machine with the
// servers, so what it spends for itself flatters the slower of them.
func (r request) bytes(addr string) ([]byte, error) {
	var req fasthttp.Request
	req.Header.SetMethod(r.method)
	req.SetRequestURI("http://" + addr + r.path)
	req.Header.SetUserAgent("bench")
	if r.email != "" {
		req.URI().SetUsername(r.email)
		req.URI().SetPassword(r.key)
	}
	if r.bearer != "" {
		req.Header.Set("Authorization", "Bearer "+r.bearer)
	}
	if r.body != "" {
		req.Header.SetContentType("application/json")
		req.SetBodyString(r.body)
	}
	var out bytes.Buffer
	w := bufio.NewWriter(&out)
	if err := errors.Join(req.Write(w), w.Flush()); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// sample is one answer, from which the constant of the bare server is made.
type sample struct {
	contentType string
	body        []byte
}

// connection is kept alive and asks one thing after the other.
type connection struct {
	conn   net.Conn
	reader *bufio.Reader
	answer fasthttp.Response
	ask    []byte
}

func dial(ctx context.Context, addr string, r request) (*connection, error) {
	ask, err := r.bytes(addr)
	if err != nil {
		return nil, err
	}
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	if r.secure { // what is measured is not whether the certificate is trusted
		conn = tls.Client(conn, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}})
	}
	return &connection{conn: conn, reader: bufio.NewReaderSize(conn, 64<<10), ask: ask}, nil
}

// once sends the request and reads the answer, which must be 200; length is the required length of
// its body, unless negative.
func (c *connection) once(length int) error {
	if _, err := c.conn.Write(c.ask); err != nil {
		return err
	}
	if err := c.answer.Read(c.reader); err != nil {
		return err
	}
	body := c.answer.Body()
	if status := c.answer.StatusCode(); status != fasthttp.StatusOK {
		return fmt.Errorf("answered %d, not 200: %.300s", status, body)
	}
	if length >= 0 && len(body) != length {
		return fmt.Errorf("answered %d bytes, not %d: %.300s", len(body), length, body)
	}
	return nil
}

// askOnce asks over a connection of its own.
func askOnce(ctx context.Context, addr string, r request) (sample, error) {
	c, err := dial(ctx, addr, r)
	if err != nil {
		return sample{}, err
	}
	defer c.conn.Close()
	if err := errors.Join(c.conn.SetDeadline(time.Now().Add(stallTimeout)), c.once(-1)); err != nil {
		return sample{}, fmt.Errorf("%s %s: %w", r.method, r.path, err)
	}
	return sample{contentType: string(c.answer.Header.ContentType()), body: bytes.Clone(c.answer.Body())}, nil
}

// load is a number of connections to one server that all ask the same.
type load struct {
	request     request
	server      *process
	connections []*connection
	length      int
	// waits are how long each request of a slice took, for each connection.
	waits [][]time.Duration
	// What follows adds up over all slices, because processor time is reported in coarse units: the
	// requests, and what the server and this process spent on them.
	requests   int64
	spent, own time.Duration
	measured   bool
}

// newLoad connects, and keeps the length of the answer that it gets now as the length that all must
// have.
func newLoad(ctx context.Context, server *process, r request, connections int) (*load, sample, error) {
	first, err := askOnce(ctx, server.addr, r)
	if err != nil {
		return nil, first, server.tell(err)
	}
	l := &load{request: r, server: server, length: len(first.body)}
	for range connections {
		c, err := dial(ctx, server.addr, r)
		if err != nil {
			l.close()
			return nil, first, err
		}
		l.connections = append(l.connections, c)
	}
	l.waits = make([][]time.Duration, connections)
	return l, first, nil
}

func (l *load) close() {
	for _, c := range l.connections {
		_ = c.conn.Close()
	}
}

// forget leaves what was asked so far out of the averages.
func (l *load) forget() { l.requests, l.spent, l.own = 0, 0, 0 }

// pace is the result of a slice: requests per second, and the minimum duration of the slowest
// hundredth.
type pace struct {
	rate float64
	p99  time.Duration
}

// slice asks for a while.
func (l *load) slice(ctx context.Context, d time.Duration) (pace, error) {
	var stop atomic.Bool
	timer := time.AfterFunc(d, func() { stop.Store(true) })
	defer timer.Stop()
	pid := l.server.cmd.Process.Pid
	before, _ := processorTime(pid)
	ownBefore, _ := processorTime(os.Getpid())
	n, took, err := l.ask(ctx, time.Now().Add(d+stallTimeout), func(int64) bool { return !stop.Load() })
	if err != nil {
		return pace{}, err
	}
	after, known := processorTime(pid)
	ownAfter, _ := processorTime(os.Getpid())
	l.requests, l.spent, l.own, l.measured = l.requests+n, l.spent+after-before, l.own+ownAfter-ownBefore, known
	if n == 0 {
		return pace{}, l.server.tell(fmt.Errorf("%s was asked nothing within %s: the machine is too busy", l.server.name, d))
	}
	all := slices.Concat(l.waits...)
	slices.Sort(all)
	return pace{float64(n) / took.Seconds(), all[len(all)*99/100]}, nil
}

// exactly asks so many times.
func (l *load) exactly(ctx context.Context, times int) error {
	var left atomic.Int64
	left.Store(int64(times))
	_, _, err := l.ask(ctx, time.Time{}, func(int64) bool { return left.Add(-1) >= 0 })
	return err
}

// ask lets every connection send requests while more returns true; more receives the count of the
// connection.
func (l *load) ask(ctx context.Context, deadline time.Time, more func(int64) bool) (int64, time.Duration, error) {
	var total atomic.Int64
	var failed atomic.Bool
	errs := make([]error, len(l.connections))
	release := context.AfterFunc(ctx, func() { failed.Store(true) })
	defer release()
	var all sync.WaitGroup
	began := time.Now()
	for i, c := range l.connections {
		all.Go(func() {
			if err := c.conn.SetDeadline(deadline); err != nil {
				errs[i] = err
				return
			}
			waits := l.waits[i][:0]
			last := began
			for more(int64(len(waits))) && !failed.Load() {
				if err := c.once(l.length); err != nil {
					errs[i] = err
					failed.Store(true)
					return
				}
				now := time.Now()
				waits, last = append(waits, now.Sub(last)), now
			}
			l.waits[i] = waits
			total.Add(int64(len(waits)))
		})
	}
	all.Wait()
	took := time.Since(began)
	if err := context.Cause(ctx); err != nil {
		return 0, 0, err
	}
	for _, err := range errs {
		if err != nil {
			return 0, 0, l.server.tell(fmt.Errorf("%s %s of %s: %w", l.request.method, l.request.path, l.server.name, err))
		}
	}
	return total.Load(), took, nil
}

// cost is the processor time of the server, and of this process, for each request.
func (l *load) cost() (server, own time.Duration, known bool) {
	if !l.measured || l.requests == 0 {
		return 0, 0, false
	}
	return l.spent / time.Duration(l.requests), l.own / time.Duration(l.requests), true
}
