// Command oauthmock is a mock of Openapi's OAuth API on this machine, with a clock, a wallet and a
// control API.
package main

import (
	"context"
	"os"
	"os/signal"

	"oauthmock/mockserver/command"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), command.StopSignals()...)
	code := command.Run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
