// Command oauthconform asks a server the questions of the OAuth API's contract, and tells with
// evidence whether the answers are right. Without a server it judges the mock, which it then
// carries inside; started by the name oauthmock, it is that mock.
package main

import (
	"context"
	"io"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"strings"

	"oauthmock/mockserver/command"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), command.StopSignals()...)
	if isMock(os.Args) {
		code := command.Run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
		stop()
		os.Exit(code)
	}
	// net/http logs what a server sends unasked, letter by letter, credentials included. It is of
	// use to nobody here.
	log.SetOutput(io.Discard)
	// A second signal ends the program at once.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

// isMock reports whether the program was started by the mock's name.
func isMock(args []string) bool {
	return len(args) > 0 && strings.TrimSuffix(filepath.Base(args[0]), ".exe") == "oauthmock"
}
