package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"oauthmock/mockserver/callback"
)

// Bounds of what callbacks listen takes.
const (
	maxHeard     = 16 << 20 // bytes of a body
	heardTimeout = 30 * time.Second
)

// listenCommand receives callbacks and prints them.
func (c *client) listenCommand() *cobra.Command {
	var addr, of, secret string
	var status int
	cmd := &cobra.Command{
		Use:   "listen",
		Short: "Receive callbacks, print each, and check its signature, until it is stopped",
		Long: "Receive callbacks, print each, and check its signature, until it is stopped. The first line is the URL that it receives under; each callback is\n" +
			"a line with its path, what its signature is (good, bad, missing, or unchecked without --account and --secret), and its body.",
		Example: "  oauthmock callbacks listen --addr 127.0.0.1:9000 --account demo",
		Args:    noArguments, ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if status < 200 || status > 599 {
				return usageError{fmt.Errorf("--status: %d is not a status from 200 to 599", status)}
			}
			if _, err := address(addr); err != nil {
				return usageError{fmt.Errorf("--addr: %w", err)}
			}
			if of != "" {
				_, body, err := c.ask(cmd.Context(), question{method: http.MethodGet, path: []string{"accounts", of}})
				if err != nil {
					return err
				}
				var shown struct{ WebhookSecret string }
				if err := decodeAnswer(body, &shown); err != nil {
					return err
				}
				secret = shown.WebhookSecret
			}
			l, err := new(net.ListenConfig).Listen(cmd.Context(), "tcp", addr)
			if err != nil {
				return fmt.Errorf("--addr: %w", err)
			}
			return c.listen(cmd.Context(), l, secret, status)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&addr, "addr", "127.0.0.1:0", "address to listen on, `HOST:PORT`; port 0 picks a free one")
	flags.StringVar(&of, "account", "", "check signatures with the secret of the account with this `ID`, which the mock tells")
	flags.StringVar(&secret, "secret", "", "check signatures with this `SECRET`")
	flags.IntVar(&status, "status", http.StatusOK, "answer with this `STATUS`; anything but 200 is tried again")
	cmd.MarkFlagsMutuallyExclusive("account", "secret")
	_ = cmd.RegisterFlagCompletionFunc("account", c.completeAccounts)
	return cmd
}

// listen receives until the context is done.
func (c *client) listen(ctx context.Context, l net.Listener, secret string, status int) error {
	var printing sync.Mutex
	server := &http.Server{ReadHeaderTimeout: heardTimeout, ReadTimeout: heardTimeout, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxHeard))
		if err != nil {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		printing.Lock()
		defer printing.Unlock()
		_ = c.printf("%s  signature %s  %s\n", cell(r.URL.RequestURI()), signature(r.Header.Get(callback.SignatureHeader), secret, body), cell(string(body)))
		w.WriteHeader(status)
	})}
	if err := c.printf("%s\n", baseURL(l.Addr())); err != nil {
		return errors.Join(err, l.Close())
	}
	stopped := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stopped()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// signature reports whether the signature of a body is valid.
func signature(given, secret string, body []byte) string {
	switch {
	case given == "":
		return "missing"
	case secret == "":
		return "unchecked"
	case given == callback.Sign(secret, body):
		return "good"
	}
	return "bad"
}
