package command

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/spf13/pflag"

	"oauthmock/mockserver"
)

// limits are what a listener allows its callers: how much they may send, for how long, and how many of them at once.
type limits struct {
	body, header      int64
	connections       int
	read, write, idle time.Duration
}

func defaultLimits() limits {
	return limits{
		body: mockserver.DefaultMaxBody, header: 64 << 10, connections: 10_000,
		read: 30 * time.Second, write: time.Minute, idle: 2 * time.Minute,
	}
}

// register names the limits as flags.
func (l *limits) register(flags *pflag.FlagSet) {
	*l = defaultLimits()
	flags.Int64Var(&l.body, "max-body", l.body, "largest request body in `BYTES`; larger ones are answered 413")
	flags.Int64Var(&l.header, "max-header", l.header, "largest request line with headers in `BYTES` (4096 more are let through); larger ones are answered 431")
	flags.IntVar(&l.connections, "max-connections", l.connections, "at most `N` connections that a listener serves at once; others wait until one ends")
	flags.DurationVar(&l.read, "read-timeout", l.read, "how long a request may take to arrive; a body that takes longer is answered 408")
	flags.DurationVar(&l.write, "write-timeout", l.write, "how long an answer may take, from the end of the request's headers until the caller has it")
	flags.DurationVar(&l.idle, "idle-timeout", l.idle, "how long a connection may stay open without a request")
}

// check refuses limits that let nobody in, or that would mean "no limit" to the parts that enforce them.
func (l *limits) check() error {
	for _, f := range []struct {
		flag  string
		value int64
		unit  string
	}{
		{"--max-body", l.body, "bytes, 1 or more"},
		{"--max-header", l.header, "bytes, 1 or more"},
		{"--max-connections", int64(l.connections), "connections, 1 or more"},
		{"--read-timeout", int64(l.read), "a duration above zero, such as 30s"},
		{"--write-timeout", int64(l.write), "a duration above zero, such as 1m"},
		{"--idle-timeout", int64(l.idle), "a duration above zero, such as 2m"},
	} {
		if f.value < 1 {
			return usageError{fmt.Errorf("%s: want %s", f.flag, f.unit)}
		}
	}
	if l.header > 1<<30 {
		return usageError{fmt.Errorf("--max-header: %d bytes; want at most %d", l.header, 1<<30)}
	}
	return nil
}

// listen opens an address.
func (l *limits) listen(flag, addr string) (net.Listener, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", flag, addr, err)
	}
	return newBoundedListener(lenientListener{listener}, l.connections), nil
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
