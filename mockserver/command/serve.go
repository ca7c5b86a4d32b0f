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
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"oauthmock/mockserver"
	"oauthmock/mockserver/admin"
	"oauthmock/mockserver/fault"
)

// serveFlags are the flags of oauthmock serve, as they were written.
type serveFlags struct {
	addr, fixtures, clock, tokenShape, rootSurface, rateLimit, adminAddr, adminToken, urlFile, log string

	seed     uint64
	freeze   bool
	strict   bool
	open     bool
	state    string
	cors     []string
	limits   limits
	services serviceFlags

	journalEntries int
	journalBytes   int64

	scenario string
	watch    bool
	// given says whether a flag was set, by the command line or the environment: what was set wins over a scenario.
	given func(flag string) bool

	faults, chaos []string
	hideFaults    bool
}

// drainTimeout is how long a stop waits for requests under way.
const drainTimeout = 5 * time.Second

// serveCommand starts the mock.
func serveCommand(stdout, stderr io.Writer) *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Start the mock",
		Long: "Start the mock. The one line on standard output is the base URL, printed once the server answers; logs go to standard error.\n" +
			"Every flag has an environment variable: --url-file is OAUTHMOCK_URL_FILE. A flag wins over the environment.",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f.given = cmd.Flags().Changed
			return serve(cmd.Context(), f, stdout, stderr)
		},
	}
	var help grouped
	flags := help.group("Where it listens")
	flags.StringVar(&f.addr, "addr", "127.0.0.1:8080", "address to listen on, `HOST:PORT`; port 0 takes a free one")
	flags.StringVar(&f.urlFile, "url-file", "", "`FILE` that the base URL is written to, at once, when the server answers")
	flags.StringVar(&f.adminAddr, "admin-addr", "", "address of a listener of its own for the control API, `HOST:PORT`")
	flags.StringVar(&f.adminToken, "admin-token", "", "bearer `TOKEN` that the control API asks for; needed (or made, and logged) where it is not bound to loopback")
	flags.StringSliceVar(&f.cors, "cors", nil, "`ORIGIN` whose web pages may call the API (not the control API), or * for all; may be repeated; none by default")

	flags = help.group("What it begins with")
	flags.StringVar(&f.fixtures, "fixtures", mockserver.DefaultFixtures, "who exists: `NAME|FILE` (demo, empty, generated:seed=7,tokens=1000, or a YAML or JSON file)")
	f.registerScenario(flags)
	flags.Uint64Var(&f.seed, "seed", mockserver.DefaultSeed, "`N` is the seed of everything that is drawn, such as ids")
	flags.StringVar(&f.clock, "clock", "", "where the clock begins, `RFC3339` (2026-02-12T08:30:00Z); default is now")
	flags.BoolVar(&f.freeze, "freeze", false, "let the clock stand still until the control API moves it")
	flags.BoolVar(&f.open, "open-accounts", false, "make a fresh account of the fixtures for any e-mail and API key that nobody has, when they are first seen")
	flags.StringVar(&f.state, "state", "", "`FILE` that the state is kept in: loaded at the start if it is there, written at the stop and by POST /__admin/state/save")

	flags = help.group("How it answers")
	flags.StringVar(&f.tokenShape, "token-shape", "both", "how single tokens are sent: `both|data|flat`")
	flags.StringVar(&f.rootSurface, "root-surface", "v2", "the API at / on hosts that are not the provider's: `v2|v1`")
	flags.StringVar(&f.rateLimit, "rate-limit", strconv.Itoa(mockserver.DefaultRateLimit), "requests a minute and account, `off|N`")
	flags.BoolVar(&f.strict, "strict-requests", false, "refuse requests that the published document forbids, with 400 or 415, and say what was wrong")
	f.services.register(flags)

	flags = help.group("What goes wrong")
	flags.StringSliceVar(&f.faults, "faults", nil, "`FILE` of rules that make calls go wrong (YAML or JSON); may be repeated: the first rule that fires wins")
	flags.StringSliceVar(&f.chaos, "chaos", nil, "`PROFILE` of such rules: "+strings.Join(fault.Profiles(), ", ")+"; may be repeated; they come after those of --faults")
	flags.BoolVar(&f.hideFaults, "hide-fault-header", false, "leave out X-Mock-Fault, which names the rule in answers that went wrong")

	flags = help.group("What it remembers and tells")
	f.services.registerRetention(flags)
	flags.IntVar(&f.journalEntries, "journal-entries", mockserver.DefaultJournalEntries, "the journal keeps the newest `N` requests with their answers; older ones are dropped and counted")
	flags.Int64Var(&f.journalBytes, "journal-bytes", mockserver.DefaultJournalBytes, "how much memory they may take, in `BYTES`")
	flags.StringVar(&f.log, "log", "text", "how the log is written: `text|json`")

	f.limits.register(help.group("How much callers may take"))
	help.of(cmd)
	_ = cmd.RegisterFlagCompletionFunc("scenario", completeScenarios)
	return cmd
}

// serve runs the mock until the context is done.
func serve(ctx context.Context, f serveFlags, stdout, stderr io.Writer) error {
	signal.Ignore(syscall.SIGPIPE) // a log that nobody reads any more must not end the server
	log, err := logger(f.log, stderr)
	if err != nil {
		return err
	}
	if err := checkAddress("--addr", f.addr); err != nil {
		return err
	}
	if err := f.limits.check(); err != nil {
		return err
	}
	adminAt := f.addr
	if f.adminAddr != "" {
		if err := checkAddress("--admin-addr", f.adminAddr); err != nil {
			return err
		}
		adminAt = f.adminAddr
	}
	if f.adminToken == "" && !admin.Loopback(adminAt) {
		f.adminToken = rand.Text()
		log.Warn("the control API can be reached from the network: a token was made for it", "admin-token", f.adminToken)
	}
	watched, err := f.watcher() // before the files are read, so that no change is missed
	if err != nil {
		return err
	}
	server, err := f.server(log)
	if err != nil {
		return err
	}

	if f.rootSurface == "v1" {
		log.Warn("the legacy API is not served yet: with --root-surface v1 every path outside of /__v2/ is unknown")
	}

	listener, err := f.limits.listen("--addr", f.addr)
	if err != nil {
		return err
	}
	main := f.limits.server(server.Handler(), log)
	servers := []*http.Server{main}
	failed := make(chan error, 2)
	if f.adminAddr != "" {
		adminListener, err := f.limits.listen("--admin-addr", f.adminAddr)
		if err != nil {
			return errors.Join(err, listener.Close())
		}
		main.Handler = server.APIHandler()
		control := f.limits.server(server.AdminHandler(), log)
		servers = append(servers, control)
		go func() { failed <- control.Serve(adminListener) }()
		log.Info("control API", "url", baseURL(adminListener.Addr())+admin.Prefix)
	}
	go func() { failed <- main.Serve(listener) }()

	// Memory that nobody touches, and so takes none: but the garbage collector counts it, and waits longer before it runs. Without it a
	// server under load collects its few megabytes thirty times a second.
	ballast := make([]byte, 24<<20)
	defer runtime.KeepAlive(ballast)

	tell(server.Scene(), log) // before the URL: who waits for that finds the tokens in the log
	url := baseURL(listener.Addr())
	if err := announce(url, f.urlFile, stdout); err != nil {
		return errors.Join(err, stop(ctx, servers, log))
	}
	for _, s := range servers {
		s.RegisterOnShutdown(server.Interrupt)
	}
	log.Info("serving", "url", url, "begin", f.began(), "seed", f.seed, "version", version())
	following, unfollow := context.WithCancel(ctx)
	var followed sync.WaitGroup
	followed.Go(func() { watched.follow(following, f, server, log) })
	defer followed.Wait()
	defer unfollow()
	select {
	case err := <-failed:
		return errors.Join(err, stopAndSave(ctx, server, servers, log))
	case <-ctx.Done():
		log.Info("stopping", "reason", context.Cause(ctx))
		return stopAndSave(ctx, server, servers, log)
	}
}

// server makes the mock that the flags describe.
func (f serveFlags) server(log *slog.Logger) (*mockserver.Server, error) {
	options := []struct {
		flag   string
		option mockserver.Option
	}{
		{"--token-shape", mockserver.WithTokenShape(f.tokenShape)},
		{"--root-surface", mockserver.WithRootSurface(f.rootSurface)},
		{"--admin-token", mockserver.WithAdminToken(f.adminToken)},
		{"--cors", mockserver.WithCORS(f.cors...)},
		{"--max-body", mockserver.WithMaxBody(f.limits.body)},
		{"--log", mockserver.WithLog(log)},
	}
	add := func(flag string, o mockserver.Option) {
		options = append(options, struct {
			flag   string
			option mockserver.Option
		}{flag, o})
	}
	if f.strict {
		add("--strict-requests", mockserver.WithStrictRequests())
	}
	if f.open {
		add("--open-accounts", mockserver.WithOpenAccounts())
	}
	if f.state != "" {
		add("--state", mockserver.WithStateFile(f.state))
	}
	if f.hideFaults {
		add("--hide-fault-header", mockserver.WithHiddenFaults())
	}
	add("--journal-entries, --journal-bytes", mockserver.WithJournal(f.journalEntries, f.journalBytes))
	if err := f.services.options(add); err != nil {
		return nil, err
	}

	all, err := f.world()
	if err != nil {
		return nil, err
	}
	for _, o := range options {
		all = append(all, mockserver.Named(o.flag, o.option))
	}
	server, err := mockserver.New(all...)
	if err != nil {
		return nil, usageError{err}
	}
	giveBack()
	return server, nil
}

// giveBack hands memory that was needed to load a large world back to the system, which else would take minutes.
func giveBack() {
	const large = 64 << 20
	var memory runtime.MemStats
	if runtime.ReadMemStats(&memory); memory.HeapSys > large {
		debug.FreeOSMemory()
	}
}

func parseRateLimit(text string) (int64, error) {
	if text == "off" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		return 0, usageError{fmt.Errorf("--rate-limit: %q is neither \"off\" nor a number of requests a minute above zero", text)}
	}
	return n, nil
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

// checkAddress refuses what is no HOST:PORT.
func checkAddress(flag, addr string) error {
	_, port, err := net.SplitHostPort(addr)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return usageError{fmt.Errorf("%s: %q is no HOST:PORT such as 127.0.0.1:8080", flag, addr)}
	}
	return nil
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

// announce prints the base URL, and writes it to a file in one step, so that who waits for the file never reads half of it.
func announce(url, file string, stdout io.Writer) error {
	if file != "" {
		err := atomically(file, 0o644, func(w io.Writer) error {
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

// stop lets requests under way end, and cuts off those that take too long: who stalls must not hold up a stop.
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
