package runner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"time"

	"oauthmock/conformance/check"
	"oauthmock/conformance/report"
)

const (
	// commandTimeout is how long a command may take to go through the pages, and commandDelay how
	// long its output may stay open after that.
	commandTimeout = time.Minute
	commandDelay   = 2 * time.Second
	// maxCommandOutput bounds what is read of its output.
	maxCommandOutput = 1 << 20
)

// byCommand has a command of the user's go through the pages. It prints the address of the redirect
// to the client.
func (v *visit) byCommand(ctx context.Context) (*sent, int, error) {
	if v.step.Authorize.Deny || v.step.Authorize.Has("username") || v.step.Browser != "" {
		return nil, -1, stop{report.Skip, fmt.Sprintf("step %q: --authorize-command allows, as its own user and in one browser; this needs the pages themselves", v.step.Name)}
	}
	address := v.call.base.Scheme + "://" + v.call.base.Host + v.call.base.EscapedPath() + v.call.path + "?" + v.call.rawQuery
	where, err := runCommand(ctx, v.target.AuthorizeCommand, address)
	if err != nil {
		return nil, -1, stop{report.Error, fmt.Sprintf("step %q: --authorize-command: %v", v.step.Name, err)}
	}
	got := &sent{call: v.call, answer: answer{status: http.StatusFound, header: http.Header{"Location": {where}}}}
	query, _ := url.ParseQuery(v.call.rawQuery)
	got.exchange = check.NewExchange(v.call.surface, v.call.operation, query, got.status, got.answer.header, nil)
	got.secrets = secretsIn(got.exchange)
	return got, v.judge(v.label, got, v.levelOf(v.step)), nil
}

// runCommand returns the last line that a command prints, which must be an address. Errors do not
// hold what it printed, which may be secret.
func runCommand(ctx context.Context, words []string, address string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	command := exec.CommandContext(ctx, words[0], append(words[1:len(words):len(words)], address)...) //nolint:gosec // it is the user's own command
	command.WaitDelay = commandDelay
	output := &tail{most: maxCommandOutput}
	command.Stdout = output
	err := command.Run()
	switch {
	case ctx.Err() != nil:
		return "", fmt.Errorf("%s did not end within %s", words[0], commandTimeout)
	case err != nil:
		return "", fmt.Errorf("%s: %w", words[0], err)
	}
	lines := strings.Split(strings.TrimSpace(output.String()), "\n")
	last := strings.TrimSpace(lines[len(lines)-1])
	if to, err := url.Parse(last); err != nil || to.Scheme == "" {
		return "", errors.New("its last line is not an address; want the one that the browser was sent to, such as https://example.com/callback?code=…")
	}
	return last, nil
}

// tail keeps the end of what is written to it.
type tail struct {
	bytes.Buffer
	most int
}

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	n, err := t.Buffer.Write(p)
	if over := t.Len() - t.most; over > 0 {
		t.Next(over)
	}
	return n, err
}
