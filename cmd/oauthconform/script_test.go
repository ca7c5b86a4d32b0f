package main

import (
	"context"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"oauthmock/conformance/client/samples"
	"oauthmock/mockserver/command/commandtest"
)

var (
	update = flag.Bool("update", false, "write the golden files anew")
	whole  = flag.Bool("whole", false, "try everything instead of a sample: 20 seeds of the honest mock, every mutant")
)

// TestMain makes the test program itself the two programs that tests start as processes of their
// own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"oauthconform": main, "oauthmock": main, "sampleclient": sampleClient})
}

// sampleClient is a client in a process of its own; its argument names the fault that it has.
func sampleClient() {
	os.Exit((&samples.Client{Fault: strings.Join(os.Args[1:], " ")}).Main(context.Background(), os.Getenv, os.Stdout, os.Stderr)) //nolint:forbidigo // this is the main of a client in the scripts
}

// TestScripts runs the command lines of testdata. Each is the whole program.
func TestScripts(t *testing.T) {
	commandtest.Run(t, "oauthconform", run, testscript.Params{
		UpdateScripts: *update,
		Setup: func(env *testscript.Env) error {
			env.Values[asked{}] = &recorder{first: make(chan struct{})}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"target":   target,
			"requests": requests,
			"await":    await,
		},
	})
}
