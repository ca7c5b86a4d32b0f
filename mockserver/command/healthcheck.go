package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/spf13/cobra"
)

// healthPath is the path of the healthcheck: the mock answers it as soon as it can answer anything.
const healthPath = "/readyz"

// healthFlags are the flags of oauthmock healthcheck, as they were written.
type healthFlags struct{ url, addr, timeout string }

// healthcheckCommand asks a running mock whether it answers. It is for containers, whose image
// holds no other client.
func healthcheckCommand(stdout io.Writer) *cobra.Command {
	var f healthFlags
	cmd := &cobra.Command{
		Use:   "healthcheck",
		Short: "Report whether a running mock is ready",
		Long: "Report whether a running mock is ready. The exit status is 0 if it is, and 1 in every other case.\n" +
			"Without --url it checks the address on which serve would listen: at --addr (OAUTHMOCK_ADDR), which is 127.0.0.1:8080 by default.\n" +
			"Every flag has an environment variable: --url is OAUTHMOCK_URL. A flag takes precedence.",
		// Container engines know 0 and 1 only, so that even wrong usage is 1 here.
		Args: func(cmd *cobra.Command, args []string) error { return unhealthy(noArguments(cmd, args)) },
		RunE: func(cmd *cobra.Command, _ []string) error {
			base, err := healthcheck(cmd.Context(), f)
			if err != nil {
				return unhealthy(err)
			}
			_, err = fmt.Fprintln(stdout, base, "is ready")
			return err
		},
	}
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w (see %s --help)", err, cmd.CommandPath())
	})
	flags := cmd.Flags()
	flags.StringVar(&f.url, "url", "", "base `URL` of the mock, as serve prints it")
	flags.StringVar(&f.addr, "addr", "127.0.0.1:8080", "address that the mock listens on, `HOST:PORT`, where no --url is given")
	flags.StringVar(&f.timeout, "timeout", "3s", "how long to wait for the answer, a `DURATION` above zero")
	return cmd
}

// unhealthy is the same error without what makes it one of usage, so that the exit status is 1.
func unhealthy(err error) error {
	if usage, ok := errors.AsType[usageError](err); ok {
		return usage.error
	}
	return err
}

// healthcheck asks once, and answers whom. An error says why the mock is not ready, or cannot be
// asked.
func healthcheck(ctx context.Context, f healthFlags) (string, error) {
	base, err := f.base()
	if err != nil {
		return "", err
	}
	timeout, err := time.ParseDuration(f.timeout)
	if err != nil || timeout <= 0 {
		return "", fmt.Errorf("--timeout: %q is not a duration above zero such as 3s", f.timeout)
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base.JoinPath(healthPath).String(), http.NoBody)
	if err != nil {
		return "", fmt.Errorf("--url: %w", err)
	}
	client := &http.Client{
		// Straight to the mock: no proxy of the environment, and no redirects.
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	answer, err := client.Do(request)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "", fmt.Errorf("%s did not answer within %s", base, timeout)
	case err != nil:
		return "", fmt.Errorf("%s does not answer: %w", base, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s is not ready: GET %s answers %s", base, healthPath, answer.Status)
	}
	return base.String(), nil
}

// base is whom to ask: --url, or the mock that listens on --addr.
func (f healthFlags) base() (*url.URL, error) {
	if f.url != "" {
		base, err := url.Parse(f.url)
		if err != nil || (base.Scheme != "http" && base.Scheme != "https") || base.Hostname() == "" || base.RawQuery != "" || base.Fragment != "" {
			return nil, fmt.Errorf("--url: %q is not a base URL such as http://127.0.0.1:8080", f.url)
		}
		return base, nil
	}
	if _, err := address(f.addr); err != nil {
		return nil, usageError{fmt.Errorf("--addr: %w", err)}
	}
	host, port, err := net.SplitHostPort(f.addr)
	switch {
	case err != nil:
		return nil, fmt.Errorf("--addr: %w", err)
	case port == "0":
		return nil, errors.New("--addr: port 0 is a free port that only the mock knows: give --url what it printed")
	}
	// What listens everywhere is asked here.
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
	}
	return &url.URL{Scheme: "http", Host: net.JoinHostPort(host, port)}, nil
}
