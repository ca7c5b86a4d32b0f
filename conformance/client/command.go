package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// MaxOutput bounds what is kept of standard output, and of standard error, in bytes.
const MaxOutput = 1 << 20

// pipeDelay is how long processes that a command left running may keep its output open after it has
// ended.
const pipeDelay = time.Second

// Program is a client that can be run. Run returns when it has ended, or when ctx is done, by when
// none of its processes run any more. The error means that it could not be started. It is safe for
// concurrent use.
type Program interface {
	Run(ctx context.Context, environment []string) (Ended, error)
}

// Command is a program of the system.
type Command struct {
	// Words are the program and its arguments.
	Words []string
}

// Check returns an error where the program cannot be found.
func (c Command) Check() error {
	if len(c.Words) == 0 || c.Words[0] == "" {
		return errors.New("it names no program")
	}
	_, err := exec.LookPath(c.Words[0])
	return err
}

// Run implements Program. The environment is added to that of this process, less what is this
// program's own.
func (c Command) Run(ctx context.Context, environment []string) (Ended, error) {
	command := exec.Command(c.Words[0], c.Words[1:]...) //nolint:noctx,gosec // it is the user's own command, and its whole process tree is ended when the context is done
	command.Env = append(inherited(os.Environ()), environment...)
	command.WaitDelay = pipeDelay
	var stdout, stderr beginning
	command.Stdout, command.Stderr = &stdout, &stderr
	tree(command)
	began := time.Now()
	if err := command.Start(); err != nil {
		return Ended{}, fmt.Errorf("the command cannot be started: %w", err)
	}
	done := make(chan error, 1)
	go func() { done <- command.Wait() }()
	var ended Ended
	var err error
	select {
	case err = <-done:
	case <-ctx.Done():
		ended.TimedOut = errors.Is(ctx.Err(), context.DeadlineExceeded)
		endTree(command)
		err = <-done
	}
	endTree(command) // what it left running
	if exited, ok := errors.AsType[*exec.ExitError](err); ok || err == nil || errors.Is(err, exec.ErrWaitDelay) {
		if ok {
			ended.Status = exited.ExitCode()
		}
	} else {
		return Ended{}, fmt.Errorf("the command cannot be waited for: %w", err)
	}
	ended.Took = time.Since(began)
	ended.Stdout, ended.StdoutCut = stdout.text()
	ended.Stderr, ended.StderrCut = stderr.text()
	return ended, nil
}

// inherited returns the environment without what is meant for this program: its flags, including
// credentials of others. No proxy may come between a client and the server that watches it.
func inherited(environment []string) []string {
	out := []string{"NO_PROXY=127.0.0.1,localhost", "no_proxy=127.0.0.1,localhost"}
	for _, pair := range environment {
		if !strings.HasPrefix(pair, "OAUTHCONFORM_") && !strings.HasPrefix(pair, "OAUTH_") && !strings.HasPrefix(strings.ToUpper(pair), "NO_PROXY=") {
			out = append(out, pair)
		}
	}
	return out
}

// beginning keeps the beginning of what is written to it.
type beginning struct {
	mu    sync.Mutex
	bytes []byte
	cut   bool
}

var _ io.Writer = (*beginning)(nil)

// Write implements io.Writer. It takes everything, so that a command that talks much does not stop
// at a full pipe.
func (k *beginning) Write(p []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	room := min(len(p), MaxOutput-len(k.bytes))
	k.bytes = append(k.bytes, p[:room]...)
	k.cut = k.cut || room < len(p)
	return len(p), nil
}

func (k *beginning) text() (string, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return string(k.bytes), k.cut
}
