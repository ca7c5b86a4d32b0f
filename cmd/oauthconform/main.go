// Command oauthconform asks a server the questions of the OAuth API's contract, and tells with evidence whether the
// answers are right. Without a server it judges the mock, which it then carries inside.
package main

import (
	"context"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	// net/http logs what a server sends unasked, letter by letter, credentials included. It is of use to nobody here.
	log.SetOutput(io.Discard)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal ends the program at once.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}
