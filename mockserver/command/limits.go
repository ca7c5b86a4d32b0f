package command

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"

	"oauthmock/mockserver"
)

// limits are what a listener allows its callers. The size of bodies is the server's own limit.
type limits struct {
	header            int64 // bytes of the request line and headers
	connections       int   // at once
	read, write, idle time.Duration
}

func defaultLimits() limits {
	return limits{header: 64 << 10, connections: 10_000, read: 30 * time.Second, write: time.Minute, idle: 2 * time.Minute}
}

// listen opens an address.
func (l *limits) listen(flag, addr string) (net.Listener, error) {
	listener, err := net.Listen("tcp", addr)
	const windowsInUse = syscall.Errno(10048) // WSAEADDRINUSE, which no other system has
	if errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, windowsInUse) {
		return nil, fmt.Errorf("%s %s: another program listens there: stop it, or choose another port (%s 127.0.0.1:0 takes a free one)", flag, addr, flag)
	}
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", flag, addr, err)
	}
	return newBoundedListener(listener, l.connections), nil
}

// server serves a handler within the limits.
func (l *limits) server(h http.Handler, log *slog.Logger) *http.Server {
	silent := &silentConnections{}
	server := &http.Server{
		Protocols: mockserver.Protocols(),
		Handler:   boundedHeader(l.header, h), ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn), MaxHeaderBytes: max(int(l.header), leastRead),
		ReadTimeout: l.read, WriteTimeout: l.write, IdleTimeout: l.idle,
		DisableGeneralOptionsHandler: true, // OPTIONS * is a request like any other
		ConnState:                    silent.note,
	}
	server.RegisterOnShutdown(silent.hurry)
	return server
}

// leastRead is how many bytes of a header net/http may read, at least. Of one that is larger than
// it may read HTTP/2 ends the connection, and clients send it again and again; what it reads can be
// answered 431.
const leastRead = 256 << 10

// boundedHeader answers 431, as net/http does, to requests whose line and headers take more than so
// many bytes, and those that net/http lets through beyond a bound.
func boundedHeader(bytes int64, h http.Handler) http.Handler {
	const beyond = 4096
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		size := int64(len(r.Method) + len(r.RequestURI) + len(r.Proto) + len(r.Host))
		for name, values := range r.Header {
			for _, v := range values {
				size += int64(len(name) + len(": ") + len(v) + len("\r\n"))
			}
		}
		if size <= bytes+beyond {
			h.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Connection", "close") // HTTP/2 drops it, and continues
		http.Error(w, "431 "+http.StatusText(http.StatusRequestHeaderFieldsTooLarge), http.StatusRequestHeaderFieldsTooLarge)
	})
}

// silentConnections are those over which no whole request was ever sent, as browsers and balancers
// open them in advance. They are no reason for a stop to wait. It is safe for concurrent use.
type silentConnections struct {
	mu   sync.Mutex
	open map[net.Conn]struct{}
}

// hurried is how long such a connection may take for its first request once the server stops.
const hurried = 500 * time.Millisecond

// note is the server's ConnState.
func (s *silentConnections) note(c net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if state != http.StateNew {
		delete(s.open, c)
		return
	}
	if s.open == nil {
		s.open = map[net.Conn]struct{}{}
	}
	s.open[c] = struct{}{}
}

// hurry closes them when their patience is over: what arrives until then is answered.
func (s *silentConnections) hurry() {
	time.AfterFunc(hurried, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		for c := range s.open {
			_ = c.Close() // fails where it is closed already
		}
	})
}
