package command

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os/signal"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"oauthmock/mockserver"
	"oauthmock/mockserver/admin"
	"oauthmock/mockserver/atomicfile"
	"oauthmock/spec/strictyaml"
)

// drainTimeout is how long a stop waits for active requests: including everything else, a stop
// takes less than five seconds.
const drainTimeout = 3 * time.Second

// serveCommand starts the mock.
func serveCommand(getenv func(string) string, stdout, stderr io.Writer) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Start the mock",
		Long: "Start the mock. The only line on standard output is the base URL, printed when the server is ready; logs go to standard error.\n" +
			"Every flag has an environment variable: --url-file is OAUTHMOCK_URL_FILE. A flag takes precedence.\n" +
			"On a terminal it prints the accounts, and what to try. GET /__admin/openapi/{surface}.json (v2, v1, clientcred, authcode) is\n" +
			"the document that it implements, /__admin/openapi.json that of the control API.",
		Args: noArguments,
	}
	s := newSettings(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		s.environment = func(log *slog.Logger) error { return checkEnvironment(cmd, getenv, log) }
		return serve(cmd.Context(), s, stdout, stderr)
	}
	return cmd
}

// serve runs the mock until the context is done.
func serve(ctx context.Context, s *settings, stdout, stderr io.Writer) (err error) {
	signal.Ignore(syscall.SIGPIPE) // a closed log must not end the server
	collectLess()
	log, err := logger(s.log, stderr)
	if err != nil {
		return err
	}
	if isTerminal(stderr) && s.log == "text" {
		s.screen = stderr
	}
	return s.within(log, func(m *instance) error { return m.run(ctx, stdout) })
}

// within creates the mock that the flags describe, and runs it while it listens. run stops it.
func (s *settings) within(log *slog.Logger, run func(*instance) error) (err error) {
	if err := s.environment(log); err != nil {
		return err
	}
	release, err := s.holdState(log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	m, err := s.resolve(log)
	if err != nil {
		return err
	}
	if s.urlFile != "" { // so that nobody mistakes the URL of another run for this one's
		if err := atomicfile.Remove(s.urlFile); err != nil {
			return fmt.Errorf("--url-file: %w", err)
		}
	}
	if err := m.listen(); err != nil {
		return err
	}
	return errors.Join(run(m), m.retract())
}

// collectLess lets the heap grow to five times what is in use before garbage is collected, unless
// GOGC says otherwise: a server of a few megabytes would collect it dozens of times a second under
// load.
func collectLess() {
	const usual, percent = 100, 400
	if before := debug.SetGCPercent(percent); before != usual {
		debug.SetGCPercent(before)
	}
}

// instance is a mock that serve runs.
type instance struct {
	*settings
	log     *slog.Logger
	mock    *mockserver.Server
	watcher *watcher // nil without --watch

	url     string // of the API
	control string // of the control API, without its prefix
	at      mockserver.Listeners
	servers []*http.Server // the API's, and those of the control API, of TLS and of the proxy, where there are
	failed  chan error     // what ended a server
}

// resolve creates the mock that the flags describe.
func (s *settings) resolve(log *slog.Logger) (*instance, error) {
	options, err := s.options(false)
	if err != nil {
		return nil, err
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	if s.adminToken == "" && s.reachable() {
		s.adminToken = rand.Text()
		log.Warn("the control API or the proxy can be reached from the network: a token was made for it", "admin-token", s.adminToken)
	}
	watched, err := s.startWatch() // before the files are read, so that no change is missed
	if err != nil {
		return nil, err
	}
	mock, err := mockserver.New(append(options, mockserver.Named("--admin-token", mockserver.WithAdminToken(s.adminToken)), mockserver.WithLog(log))...)
	if err != nil {
		return nil, usageError{err}
	}
	watched.further(mock.DocumentFiles())
	giveBack()
	return &instance{settings: s, log: log, mock: mock, watcher: watched, failed: make(chan error, mostServers)}, nil
}

// mostServers is how many listeners are served, at most: API, control API, TLS, proxy, and the
// tunnels of the proxy with and without TLS.
const mostServers = 6

// reachable reports whether the control API or the proxy can be reached from other machines.
func (s *settings) reachable() bool {
	controls := []string{s.addr, s.tlsAddr}
	if s.adminAddr != "" {
		controls = []string{s.adminAddr}
	}
	return slices.ContainsFunc(append(controls, s.proxyAddr), func(address string) bool { return address != "" && !admin.Loopback(address) })
}

// listen opens the listeners and starts to serve.
func (m *instance) listen() (err error) {
	var open opened
	defer func() {
		if err != nil {
			err = errors.Join(err, open.close())
		}
	}()
	listener, err := open.keep(m.limits.listen("--addr", m.addr))
	if err != nil {
		return err
	}
	m.url = baseURL(listener.Addr())
	m.control = m.url
	m.at.HTTP = listener.Addr().String()
	api := m.mock.Handler()
	var control net.Listener
	if m.adminAddr != "" {
		if control, err = open.keep(m.limits.listen("--admin-addr", m.adminAddr)); err != nil {
			return err
		}
		m.control = baseURL(control.Addr())
		m.at.Admin = control.Addr().String()
		api = m.mock.APIHandler()
	}
	plain := m.newServer(api)
	if err := m.listenSecurely(plain, api, &m.at); err != nil {
		return err
	}
	m.mock.Listen(m.at, control != nil)
	m.serve(plain, listener)
	if control != nil {
		m.serve(m.newServer(m.mock.AdminHandler()), control)
		m.log.Info("control API", "url", m.control+admin.Prefix)
	}
	return nil
}

// newServer creates a server for a handler, which is stopped with the others.
func (m *instance) newServer(handler http.Handler) *http.Server {
	server := m.limits.server(handler, m.log)
	server.RegisterOnShutdown(m.mock.Interrupt)
	m.servers = append(m.servers, server)
	return server
}

// serve starts to serve what a listener accepts.
func (m *instance) serve(server *http.Server, listener net.Listener) {
	go func() { m.failed <- server.Serve(listener) }()
}

// serveTLS is serve with TLS.
func (m *instance) serveTLS(server *http.Server, listener net.Listener) {
	go func() { m.failed <- server.ServeTLS(listener, "", "") }()
}

// run announces the mock, and stops it when the context is done or a server has failed.
func (m *instance) run(ctx context.Context, stdout io.Writer) error {
	if err := m.greet(ctx); err != nil { // before the URL, so that a program that waits for the URL finds the tokens in the log
		return errors.Join(err, stop(ctx, m.servers, m.log))
	}
	if err := announce(m.url, m.urlFile, stdout); err != nil {
		return errors.Join(err, stop(ctx, m.servers, m.log))
	}
	m.log.Info("serving", "url", m.url, "begin", m.began(), "seed", m.seed, "version", version())
	defer m.follow(ctx)()
	select {
	case err := <-m.failed:
		return errors.Join(err, stopAndSave(ctx, m.mock, m.servers, m.log))
	case <-ctx.Done():
		m.log.Info("stopping", "reason", context.Cause(ctx))
		return stopAndSave(ctx, m.mock, m.servers, m.log)
	}
}

// greet shows a person the banner, and logs the same for programs.
func (m *instance) greet(ctx context.Context) error {
	if m.screen != nil {
		return m.greeting(ctx).print(m.screen)
	}
	tell(m.mock.Scene(), m.log)
	return nil
}

// follow starts to follow the files of --watch. The caller stops it.
func (m *instance) follow(ctx context.Context) (stop func()) {
	following, unfollow := context.WithCancel(ctx)
	var followed sync.WaitGroup
	followed.Go(func() { m.watcher.follow(following, m.settings, m.mock, m.log) })
	return func() {
		unfollow()
		followed.Wait()
	}
}

// retract removes the URL file, unless another run has written its own there meanwhile.
func (m *instance) retract() error {
	if m.urlFile == "" {
		return nil
	}
	if text, err := strictyaml.ReadFile(m.urlFile, len(m.url)+2); err != nil || strings.TrimSpace(string(text)) != m.url {
		return nil //nolint:nilerr // a file that does not exist need not be removed
	}
	if err := atomicfile.Remove(m.urlFile); err != nil {
		return fmt.Errorf("--url-file: %w", err)
	}
	return nil
}

// giveBack returns memory that was needed to load a large world to the system, which otherwise
// would take minutes.
func giveBack() {
	const large = 64 << 20
	var collections debug.GCStats
	if debug.ReadGCStats(&collections); collections.NumGC == 0 {
		return // nothing large was loaded
	}
	var memory runtime.MemStats // runtime/metrics would not stop the world, but costs every start 0.1 ms
	if runtime.ReadMemStats(&memory); memory.Sys > large {
		debug.FreeOSMemory()
	}
}

func logger(format string, stderr io.Writer) (*slog.Logger, error) {
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(stderr, nil)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(stderr, nil)), nil
	}
	return nil, usageError{fmt.Errorf("--log: %q is neither text nor json", format)}
}

// baseURL is where a listener can be reached from this machine.
func baseURL(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return "http://" + addr.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// announce prints the base URL, and writes it to a file atomically, so that a program waiting for
// the file never reads half of it.
func announce(url, file string, stdout io.Writer) error {
	if file != "" {
		err := atomicfile.Write(file, 0o644, func(w io.Writer) error {
			_, err := fmt.Fprintln(w, url)
			return err
		})
		if err != nil {
			return fmt.Errorf("--url-file: %w", err)
		}
	}
	_, err := fmt.Fprintln(stdout, url)
	return err
}

// stop lets active requests end, and cuts off those that take too long: a stalled client must not
// delay a stop.
func stop(ctx context.Context, servers []*http.Server, log *slog.Logger) error {
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	var errs []error
	for _, s := range servers {
		err := s.Shutdown(drain)
		if errors.Is(err, context.DeadlineExceeded) {
			log.Warn("requests were still under way, and were cut off", "after", drainTimeout)
			err = s.Close()
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
