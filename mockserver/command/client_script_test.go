package command

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"oauthmock/mockserver/command/commandtest"
)

// TestScripts runs the command lines of testdata. Each is the whole program, and asks a mock that
// listens.
func TestScripts(t *testing.T) {
	commandtest.Run(t, "oauthmock", Run, testscript.Params{
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"mock": scriptMock, "ask": scriptAsk},
	})
}

// scriptMock starts a mock with a frozen clock at 2026-02-12T08:30:00Z; OAUTHMOCK_URL is where it
// listens: mock [flags of serve]
func scriptMock(ts *testscript.TestScript, _ bool, args []string) {
	ctx, cancel := context.WithCancel(context.Background())
	out, in := io.Pipe()
	var log safeBuffer
	code := make(chan int, 1)
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "$WORK", ts.MkAbs("."))
	}
	all := append([]string{"serve", "--addr", "127.0.0.1:0", "--clock", "2026-02-12T08:30:00Z", "--freeze"}, args...)
	go func() {
		code <- Run(ctx, all, func(string) string { return "" }, in, &log)
		_ = in.Close()
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		cancel()
		ts.Fatalf("the mock does not start: %s", log.String())
	}
	ts.Setenv("OAUTHMOCK_URL", strings.TrimSpace(line))
	ts.Defer(func() {
		cancel()
		if status := <-code; status != exitOK {
			ts.Logf("the mock ended with %d: %s", status, log.String())
		}
	})
}

// scriptAsk asks the mock as the account demo and demands a status: ask 200 GET /wallet [BODY
// [HEADER: VALUE]]
func scriptAsk(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: ask STATUS METHOD PATH [BODY [HEADER: VALUE]]")
	}
	args = append(args, "", "")
	r, err := http.NewRequestWithContext(context.Background(), args[1], ts.Getenv("OAUTHMOCK_URL")+args[2], strings.NewReader(args[3]))
	ts.Check(err)
	r.SetBasicAuth("dev@example.com", "0123456789abcdef0123456789abcdef")
	if name, value, ok := strings.Cut(args[4], ": "); ok {
		r.Header.Set(name, value)
	}
	answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	ts.Check(err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	ts.Check(err)
	if got := strconv.Itoa(answer.StatusCode); got != args[0] {
		ts.Fatalf("%s %s: %s, want %s: %s", args[1], args[2], got, args[0], body)
	}
}
