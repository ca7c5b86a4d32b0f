package command

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"
)

// TestMain fails when a goroutine is left after all tests: a program that stops in order has none.
// For the scripts of testdata it is the program oauthmock.
func TestMain(m *testing.M) {
	if mode := os.Getenv(childMode); mode != "" {
		os.Exit(child(mode, os.Args[1:])) //nolint:forbidigo // this is the main of what exec runs
	}
	testscript.Main(leakless{m}, map[string]func(){"oauthmock": func() {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		code := Run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
		stop()
		os.Exit(code) //nolint:forbidigo // this is the main of the scripts
	}})
}

// leakless is all tests, and that they leave no goroutine.
type leakless struct{ *testing.M }

// Run implements testscript.TestingM.
func (l leakless) Run() int {
	if code := l.M.Run(); code != 0 {
		return code
	}
	if err := goleak.Find(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
