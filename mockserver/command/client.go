package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"oauthmock/mockserver/admin"
)

// defaultURL is where a mock listens by default.
const defaultURL = "http://127.0.0.1:8080"

// client asks the control API of a running mock. All commands that do so have it in common, with
// its flags.
type client struct {
	getenv         func(string) string
	stdout, stderr io.Writer

	url, adminToken string
	json            bool
}

// clientCommands are the commands that ask a running mock.
func clientCommands(getenv func(string) string, stdout, stderr io.Writer) []*cobra.Command {
	c := &client{getenv: getenv, stdout: stdout, stderr: stderr}
	commands := []*cobra.Command{
		c.resetCommand(), c.clockCommand(), c.accountsCommand(), c.walletCommand(), c.exports(c.requestsCommand()), c.exports(c.explainCommand()),
		c.tokensCommand(), c.rateLimitCommand(), c.callbacksCommand(),
		c.verifyCommand(), c.stateCommand(), c.snapshotsCommand(), c.faultsCommand(), c.exports(c.coverageCommand()), c.envCommand(),
	}
	for _, cmd := range commands {
		flags := cmd.PersistentFlags()
		flags.StringVar(&c.url, "url", defaultURL, "base `URL` of the mock (environment: OAUTHMOCK_URL), or of its control API where that has an address of its own")
		flags.StringVar(&c.adminToken, "admin-token", "", "bearer `TOKEN` of the control API (environment: OAUTHMOCK_ADMIN_TOKEN)")
		flags.BoolVar(&c.json, "json", false, "print the server's JSON as it is; nothing where it answers nothing")
		cmd.GroupID = clientGroup
		// In the place of the one that every other command inherits: OAUTHMOCK_FREEZE is for serve,
		// and must not freeze a clock here.
		cmd.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
			if err := refuseEmpty(cmd.Flags()); err != nil {
				return err
			}
			return c.fromEnvironment(cmd)
		}
	}
	return commands
}

// clientGroup is the heading under which the help lists these commands.
const clientGroup = "client"

// fromEnvironment reads the two environment variables of these commands.
func (c *client) fromEnvironment(cmd *cobra.Command) error {
	two := pflag.NewFlagSet("", pflag.ContinueOnError)
	for _, name := range []string{"url", "admin-token"} {
		if f := cmd.Flags().Lookup(name); f != nil {
			two.AddFlag(f)
		}
	}
	return fromEnvironment(two, c.getenv)
}

// base is where the mock is.
func (c *client) base() (*url.URL, error) {
	base, err := url.Parse(c.url)
	if err != nil || (base.Scheme != "http" && base.Scheme != "https") || base.Hostname() == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, usageError{fmt.Errorf("--url: %q is not a base URL such as %s", c.url, defaultURL)}
	}
	base.Path = strings.TrimSuffix(strings.TrimRight(base.Path, "/"), admin.Prefix)
	return base, nil
}

// question is one request to the control API.
type question struct {
	method string
	path   []string // below the prefix; each part is one segment, whatever it contains
	query  url.Values
	body   []byte // JSON, or nil
	wait   time.Duration
}

// patience is how long an answer may take, beside what the question itself waits for.
const patience = time.Minute

// largestAnswer bounds what is read of an answer, in bytes.
const largestAnswer = 300 << 20 // a state has 256 MiB at most

// ask sends a request and reads the answer, which is JSON or empty. Problem documents become
// errors.
func (c *client) ask(ctx context.Context, q question) (status int, body []byte, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, patience+q.wait, fmt.Errorf("it took longer than %s", patience+q.wait))
	defer cancel()
	answer, err := c.open(ctx, q)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	body, err = io.ReadAll(io.LimitReader(answer.Body, largestAnswer+1))
	switch {
	case err != nil:
		return 0, nil, fmt.Errorf("the answer of %s broke off: %w", c.url, err)
	case len(body) > largestAnswer:
		return 0, nil, fmt.Errorf("the answer of %s is larger than %d MiB: ask for less (--limit), or let serve --state keep the state", c.url, largestAnswer>>20)
	case len(body) > 0 && !json.Valid(body):
		return 0, nil, c.stranger(answer)
	}
	return answer.StatusCode, body, nil
}

// open sends a request, and returns once the server has started to answer. Problem documents become
// errors.
func (c *client) open(ctx context.Context, q question) (*http.Response, error) {
	base, err := c.base()
	if err != nil {
		return nil, err
	}
	for i, part := range q.path {
		if part == "" || part == "." || part == ".." {
			return nil, usageError{fmt.Errorf("%q is not a name", q.path[i])}
		}
	}
	target := *base
	target.RawPath = base.EscapedPath() + admin.Prefix
	target.Path = base.Path + admin.Prefix
	for _, part := range q.path {
		target.RawPath += "/" + url.PathEscape(part)
		target.Path += "/" + part
	}
	target.RawQuery = q.query.Encode()
	var body io.Reader = http.NoBody
	if q.body != nil {
		body = bytes.NewReader(q.body)
	}
	request, err := http.NewRequestWithContext(ctx, q.method, target.String(), body)
	if err != nil {
		return nil, fmt.Errorf("--url: %w", err)
	}
	if q.body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.adminToken != "" {
		request.Header.Set("Authorization", "Bearer "+c.adminToken)
	}
	asker := &http.Client{
		// Straight to the mock: no proxy of the environment, and no redirects.
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	answer, err := asker.Do(request)
	if err != nil {
		return nil, c.silence(ctx, base, err)
	}
	if err := c.refusal(answer); err != nil {
		return nil, errors.Join(err, answer.Body.Close())
	}
	return answer, nil
}

// silence explains what to do if the mock does not answer.
func (c *client) silence(ctx context.Context, base *url.URL, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s did not answer: %w", base, context.Cause(ctx))
	}
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	return fmt.Errorf("no mock answers at %s: %w (start one with \"oauthmock serve\", or say with --url or OAUTHMOCK_URL where it is)", base, err)
}

// largestProblem bounds what is read of an answer that is a problem, in bytes.
const largestProblem = 1 << 20

// refusal returns an answer's refusal as an error, or nil. 409 and 424 of verify are results, not
// refusals.
func (c *client) refusal(answer *http.Response) error {
	kind, _, _ := strings.Cut(answer.Header.Get("Content-Type"), ";")
	switch {
	case kind == "application/problem+json":
	case answer.StatusCode == http.StatusNoContent, kind == "application/json" && answer.StatusCode != http.StatusNotFound && answer.StatusCode < 500, kind == "text/event-stream", kind == "application/x-pem-file":
		return nil
	default:
		return c.stranger(answer)
	}
	var problem struct{ Title, Detail string }
	body, err := io.ReadAll(io.LimitReader(answer.Body, largestProblem))
	if err == nil {
		err = json.Unmarshal(body, &problem)
	}
	if err != nil {
		return fmt.Errorf("%s answers %s: %w", c.url, answer.Status, err)
	}
	if answer.StatusCode == http.StatusUnauthorized {
		if c.adminToken == "" {
			return fmt.Errorf("the control API at %s asks for a token: give it with --admin-token or OAUTHMOCK_ADMIN_TOKEN (a mock that made one has logged it)", c.url)
		}
		return fmt.Errorf("the control API at %s does not know this token: check --admin-token or OAUTHMOCK_ADMIN_TOKEN", c.url)
	}
	detail := problem.Detail
	if detail == "" {
		detail = problem.Title
	}
	return refusedError{detail: detail, status: answer.Status, code: answer.StatusCode}
}

// refusedError is a problem document of the control API.
type refusedError struct {
	detail, status string
	code           int // of the answer
}

// Error implements error.
func (e refusedError) Error() string { return fmt.Sprintf("%s (%s)", cells(e.detail), e.status) }

// stranger reports that the server is not a control API.
func (c *client) stranger(answer *http.Response) error {
	return fmt.Errorf("%s answers %s, but not as the control API of oauthmock: check --url or OAUTHMOCK_URL (with --admin-addr the control API has an address of its own)",
		c.url, answer.Status)
}

// run sends a request, and lets show print the answer for people; with --json it prints it as it
// is.
func (c *client) run(ctx context.Context, q question, show func(body []byte) error) error {
	_, body, err := c.ask(ctx, q)
	if err != nil {
		return err
	}
	if c.json {
		return c.raw(body)
	}
	return show(body)
}

// raw prints JSON as it came, except that it escapes whatever a terminal could act on, which means
// the same.
func (c *client) raw(body []byte) error {
	if len(body) == 0 {
		return nil
	}
	if body[len(body)-1] != '\n' {
		body = append(body, '\n')
	}
	_, err := c.stdout.Write(inert(body))
	return err
}

// printf prints for people.
func (c *client) printf(format string, args ...any) error {
	_, err := fmt.Fprintf(c.stdout, format, args...)
	return err
}

// decodeAnswer reads an answer of the control API.
func decodeAnswer(body []byte, into any) error {
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("the answer is not what oauthmock answers: %w", err)
	}
	return nil
}

// confined is the query of what is confined to an account.
func confined(account string) url.Values {
	query := url.Values{}
	if account != "" {
		query.Set("account", account)
	}
	return query
}

// accountFlag adds --account, which the shell can complete.
func (c *client) accountFlag(cmd *cobra.Command, flags *pflag.FlagSet, account *string, usage string) {
	flags.StringVar(account, "account", "", usage)
	// It fails only for flags that are not there, or have been registered before.
	_ = cmd.RegisterFlagCompletionFunc("account", c.completeAccounts)
}

// exactly demands some arguments, and names them when they are not there.
func exactly(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != len(names) {
			return usageError{fmt.Errorf("%s takes %s, but got %d arguments (see %s --help)", cmd.CommandPath(), strings.Join(names, " "), len(args), cmd.CommandPath())}
		}
		return nil
	}
}

// group is a command that holds others. Where it does nothing by itself, one of them must be given.
func group(cmd *cobra.Command) *cobra.Command {
	names := func() string {
		var all []string
		for _, sub := range cmd.Commands() {
			all = append(all, sub.Name())
		}
		return strings.Join(all, ", ")
	}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return usageError{fmt.Errorf("%s has no command %q; it has %s", cmd.CommandPath(), args[0], names())}
		}
		return nil
	}
	if cmd.RunE == nil {
		cmd.RunE = func(cmd *cobra.Command, _ []string) error {
			return usageError{fmt.Errorf("%s takes a command: %s", cmd.CommandPath(), names())}
		}
	}
	return cmd
}
