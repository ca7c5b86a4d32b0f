package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/spf13/cobra"

	"oauthmock/mockserver/admin"
	"oauthmock/mockserver/atomicfile"
)

// execution is a command that runs while a mock does.
type execution struct {
	*settings
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string

	command               []string
	journal, expectations string // files
	certify               bool

	judge   string // path of oauthconform, with --certify
	signals chan os.Signal
	refused refusals // by the proxy
}

// Exit statuses of commands that could not be run, as shells have them.
const (
	exitNotExecutable = 126
	exitNotFound      = 127
	exitSignal        = 128 // and the number of the signal that ended the command
)

// execCommand runs a command in an environment that leads it to a mock of its own.
func execCommand(getenv func(string) string, stdout, stderr io.Writer) *cobra.Command {
	x := &execution{stdout: stdout, stderr: stderr, getenv: getenv}
	cmd := &cobra.Command{
		Use:                   "exec [flags of serve] [--journal FILE] [--verify FILE] [--certify] -- COMMAND [ARGS…]",
		DisableFlagsInUseLine: true,
		Short:                 "Run a command, unchanged, against a mock of its own",
		Long: "Run a command, unchanged, against a mock of its own, with TLS and a proxy on free ports, and environment variables that send programs there\n" +
			"and make them trust it. Signals are passed to the command, and its output is unchanged. docs/unchanged-programs.md lists\n" +
			"programs that need more.\n\n" +
			"Exit status: the command's if it is not 0; else 1 if --verify or --certify fails, 3 if the result is undetermined, 0. 126 and 127 mean that the command\n" +
			"cannot be run, 128 and more one that a signal ended.",
		Example: "  oauthmock exec -- npm test\n  oauthmock exec --scenario rate-limited --verify expected.json --journal calls.har -- ./integration-tests.sh",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 || args[0] == "" {
				return usageError{errors.New("exec wants a command: oauthmock exec -- npm test")}
			}
			return nil
		},
	}
	x.settings = newSettings(cmd)
	flags := cmd.Flags()
	flags.SetInterspersed(false) // what comes after the command is the command's
	for name, value := range map[string]*string{"addr": &x.addr, "tls-addr": &x.tlsAddr, "proxy-addr": &x.proxyAddr} {
		*value = "127.0.0.1:0"
		flags.Lookup(name).DefValue = *value
	}
	flags.StringVar(&x.journal, "journal", "", "write what the mock was asked to this `FILE`, as an HTTP archive (HAR)")
	flags.StringVar(&x.expectations, "verify", "", "check at the end what is expected: `FILE` of an expectation in JSON, as oauthmock verify --file reads it, or a list of such")
	flags.BoolVar(&x.certify, "certify", false, "let oauthconform, which must be beside this program or in PATH, judge the command by the rules for clients")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		x.command, x.stdin = args, cmd.InOrStdin()
		x.environment = func(log *slog.Logger) error { return checkEnvironment(cmd, getenv, log) }
		return x.run(cmd.Context())
	}
	return cmd
}

// run starts the mock, runs the command, checks what happened, and stops the mock. The exit status
// is returned as an error.
func (x *execution) run(ctx context.Context) error {
	collectLess()
	log, err := x.logger()
	if err != nil {
		return err
	}
	if err := x.prepare(); err != nil {
		return err
	}
	x.tellRefused = x.refused.add
	x.signals = make(chan os.Signal, mostSignals)
	signal.Notify(x.signals, passedOn()...) // from now on: what comes before the command starts is passed on when it has
	defer signal.Stop(x.signals)
	return x.within(log, func(m *instance) error {
		status, err := x.runIn(ctx, m)
		err = errors.Join(err, stopAndSave(ctx, m.mock, m.servers, m.log))
		if status != exitOK {
			if err != nil {
				fmt.Fprintf(x.stderr, "oauthmock: %s\n", cells(err.Error()))
			}
			return exitStatus(status)
		}
		return err
	})
}

// mostSignals is how many signals may wait to be passed on.
const mostSignals = 16

// logger is silent unless --log is given: what the command prints stays its own.
func (x *execution) logger() (*slog.Logger, error) {
	log, err := logger(x.log, x.stderr)
	if err == nil && !x.given("log") {
		log = slog.New(slog.DiscardHandler)
	}
	return log, err
}

// prepare makes sure, before anything starts, that what comes at the end can be done.
func (x *execution) prepare() error {
	if x.proxyAddr == "" {
		return usageError{errors.New("--proxy-addr is empty: exec leads the command by a proxy")}
	}
	if x.journal != "" {
		if _, err := atomicfile.Check(x.journal); err != nil {
			return usageError{fmt.Errorf("--journal: %w", err)}
		}
		if info, err := os.Stat(x.journal); err == nil && !info.Mode().IsRegular() {
			return usageError{fmt.Errorf("--journal: %s is not a regular file", x.journal)}
		}
	}
	if x.certify {
		judge, err := findJudge()
		if err != nil {
			return usageError{fmt.Errorf("--certify: %w", err)}
		}
		x.judge = judge
	}
	return nil
}

// runIn runs the command while a mock listens, and returns the exit status of all.
func (x *execution) runIn(ctx context.Context, m *instance) (int, error) {
	defer m.follow(ctx)()
	tell(m.mock.Scene(), m.log)
	expected, err := x.readExpectations(m)
	if err != nil {
		return 0, err
	}
	dir, err := os.MkdirTemp("", "oauthmock-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	asks := &client{getenv: x.getenv, stdout: x.stderr, stderr: x.stderr, url: m.control, adminToken: m.adminToken}
	token := ""
	if !admin.Loopback(m.proxyAddr) {
		token = m.adminToken
	}
	around, err := asks.surroundings(ctx, token, func(ca []byte) (*trust, error) { return writeTrust(dir, ca, x.getenv) })
	if err != nil {
		return 0, err
	}
	if err := announce(m.url, m.urlFile, io.Discard); err != nil {
		return 0, err
	}
	status := x.runCommand(ctx, around)
	x.refused.tell(x.stderr, status)
	// What the command did is checked even if a signal stopped it.
	judged, err := x.judgeAll(context.WithoutCancel(ctx), asks, expected)
	if status == exitOK {
		status = judged
	}
	return status, err
}

// runCommand runs the command to its end, and returns its exit status as a shell would.
func (x *execution) runCommand(ctx context.Context, around []pair) int {
	cmd := exec.Command(x.command[0], x.command[1:]...) //nolint:noctx // it ends by itself, or by the signals that are passed on
	cmd.Env = environ(os.Environ(), around)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = x.stdin, x.stdout, x.stderr
	if err := cmd.Start(); err != nil {
		fmt.Fprintf(x.stderr, "oauthmock: %s\n", cells(err.Error()))
		if errors.Is(err, exec.ErrNotFound) || errors.Is(err, os.ErrNotExist) {
			return exitNotFound
		}
		return exitNotExecutable
	}
	ended := make(chan struct{})
	var passing sync.WaitGroup
	passing.Go(func() { passOn(ctx, cmd.Process, x.signals, ended) })
	err := cmd.Wait()
	close(ended)
	passing.Wait()
	return statusOf(cmd.ProcessState, err)
}

// statusOf is how a command ended.
func statusOf(state *os.ProcessState, err error) int {
	if state == nil {
		return exitNotExecutable
	}
	if s, ok := state.Sys().(syscall.WaitStatus); ok && s.Signaled() {
		return exitSignal + int(s.Signal())
	}
	if code := state.ExitCode(); code != 0 || err == nil {
		return code
	}
	return exitError // it ended well, and its output could not be passed on
}

// environ is an environment with variables set.
func environ(all []string, set []pair) []string {
	same := func(a, b string) bool { return a == b || runtime.GOOS == "windows" && strings.EqualFold(a, b) }
	out := slices.DeleteFunc(slices.Clone(all), func(text string) bool {
		name, _, _ := strings.Cut(text, "=")
		return slices.ContainsFunc(set, func(v pair) bool { return same(v.name, name) })
	})
	for _, v := range set {
		out = append(out, v.name+"="+v.value)
	}
	return out
}

// refusals are the hosts that the proxy refused. It is safe for concurrent use.
type refusals struct {
	mu    sync.Mutex
	hosts []string // each once
}

// mostRefused bounds the hosts that are listed.
const mostRefused = 20

func (r *refusals) add(host string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.hosts) < mostRefused && !slices.Contains(r.hosts, host) {
		r.hosts = append(r.hosts, host)
	}
}

// tell prints, after a command that failed, what it could not reach.
func (r *refusals) tell(w io.Writer, status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if status != exitOK && len(r.hosts) > 0 {
		fmt.Fprintf(w, "oauthmock: the proxy refused hosts that the mock does not serve; to let the command reach them: --proxy-pass %s\n", cells(strings.Join(r.hosts, ",")))
	}
}

// writeJournal writes the journal as an HTTP archive.
func (x *execution) writeJournal(ctx context.Context, asks *client) error {
	answer, err := asks.open(ctx, question{method: http.MethodGet, path: []string{"requests"}, query: url.Values{"format": {"har"}}})
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	return atomicfile.Write(x.journal, 0o600, func(w io.Writer) error {
		_, err := io.Copy(w, answer.Body)
		return err
	})
}

// judgeAll writes the journal, and checks the expectations.
func (x *execution) judgeAll(ctx context.Context, asks *client, expected [][]byte) (status int, err error) {
	if x.journal != "" {
		if err := x.writeJournal(ctx, asks); err != nil {
			return exitError, fmt.Errorf("--journal: %w", err)
		}
	}
	for i, body := range expected {
		one, err := x.verify(ctx, asks, fmt.Sprintf("%s: expectation %d", x.expectations, i+1), body)
		if err != nil {
			return exitUnknown, fmt.Errorf("--verify: %w", err)
		}
		status = worse(status, one)
	}
	if x.certify {
		one, err := x.callJudge(ctx, asks)
		if err != nil {
			return exitUnknown, fmt.Errorf("--certify: %w", err)
		}
		status = worse(status, one)
	}
	return status, nil
}

// worse returns the exit status that decides: a failure outweighs what is undetermined.
func worse(a, b int) int {
	if a == exitError || b == exitError {
		return exitError
	}
	return max(a, b)
}

// verify checks one expectation, and reports it if it is not met.
func (x *execution) verify(ctx context.Context, asks *client, name string, body []byte) (int, error) {
	status, answer, err := asks.ask(ctx, question{method: http.MethodPost, path: []string{"verify"}, body: body, wait: patience})
	if err != nil {
		return exitUnknown, err
	}
	if status == http.StatusOK {
		return exitOK, nil
	}
	var text bytes.Buffer
	asks.stdout = &text
	if err := asks.showVerdict(status, answer); err != nil {
		return exitUnknown, err
	}
	fmt.Fprintf(x.stderr, "oauthmock: %s: %s", cells(name), text.String())
	if status == http.StatusFailedDependency {
		return exitUnknown, nil
	}
	return exitError, nil
}
