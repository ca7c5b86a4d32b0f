package command

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
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
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", flag, addr, err)
	}
	return newBoundedListener(listener, l.connections), nil
}

// server serves a handler within the limits.
func (l *limits) server(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Protocols: mockserver.Protocols(),
		Handler:   h, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn), MaxHeaderBytes: int(l.header),
		ReadTimeout: l.read, WriteTimeout: l.write, IdleTimeout: l.idle,
		DisableGeneralOptionsHandler: true, // OPTIONS * is a request like any other
	}
}
