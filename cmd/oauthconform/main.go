// Command oauthconform judges a server by the contract of the OAuth API, and reports with evidence.
// Without a server it judges its built-in mock; started under the name oauthmock, it is that mock.
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
	// net/http logs bytes that a server sends unasked, including credentials. Nobody needs that
	// here.
	log.SetOutput(io.Discard)
	// A second signal ends the program at once.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

// isMock reports whether the program was started by the mock's name.
func isMock(args []string) bool {
	return len(args) > 0 && strings.TrimSuffix(filepath.Base(args[0]), ".exe") == "oauthmock"
}
