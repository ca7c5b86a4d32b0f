// Package commandtest lets scripts of testscript run a program inside the test's own process. A
// program built with the race detector takes seconds to start; called as a function it takes as
// long as its work.
package commandtest

import (
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// Program is a program as a function. It takes its arguments without its name, reads no other
// environment than getenv, and returns its exit status.
type Program func(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int

// Run runs the scripts of the folder testdata, with what more params ask for. They call the program
// by its name:
//
//	run NAME [args]            calls the program, which must end with status 0; with !, with another one
//	status N NAME [args]       calls the program, which must end with status N
//	status N exec NAME [args]  starts a process of its own, which must end with status N
//
// A program that is called has the script's environment and working directory, but no standard
// input, no signals and no terminal: scripts that need those use exec. Calls are made one at a
// time, because a process has one working directory; so no test that is parallel to the scripts may
// depend on it.
func Run(t *testing.T, name string, program Program, params testscript.Params) {
	t.Helper()
	folder, err := filepath.Abs("testdata") // scripts are read while others have changed the working directory
	if err != nil {
		t.Fatal(err)
	}
	commands := commands(name, program)
	maps.Copy(commands, params.Cmds)
	setup := params.Setup
	params.Setup = func(env *testscript.Env) error {
		env.Setenv("GORACE", os.Getenv("GORACE")) // how long a program waits when it ends
		if setup == nil {
			return nil
		}
		return setup(env)
	}
	params.Dir, params.Cmds, params.RequireExplicitExec, params.RequireUniqueNames = folder, commands, true, true
	testscript.Run(t, params)
}

func commands(name string, program Program) map[string]func(*testscript.TestScript, bool, []string) {
	var mu sync.Mutex
	call := func(ts *testscript.TestScript, args []string) int {
		if args[0] != name {
			ts.Fatalf("%q is not %s; exec runs other programs", args[0], name)
		}
		mu.Lock()
		defer mu.Unlock()
		before, err := os.Getwd()
		ts.Check(err)
		ts.Check(os.Chdir(ts.MkAbs(".")))
		defer func() { ts.Check(os.Chdir(before)) }()
		return program(context.Background(), args[1:], ts.Getenv, ts.Stdout(), ts.Stderr())
	}
	return map[string]func(*testscript.TestScript, bool, []string){
		"run": func(ts *testscript.TestScript, neg bool, args []string) {
			if len(args) == 0 {
				ts.Fatalf("usage: run %s [args]", name)
			}
			if got := call(ts, args); (got != 0) != neg {
				ts.Fatalf("exit status %d", got)
			}
		},
		"status": func(ts *testscript.TestScript, neg bool, args []string) {
			if neg || len(args) < 2 || args[1] == "exec" && len(args) < 3 {
				ts.Fatalf("usage: status N [exec] %s [args]", name)
			}
			want, err := strconv.Atoi(args[0])
			ts.Check(err)
			run := call
			if args[1] == "exec" {
				run, args = status, args[1:]
			}
			if got := run(ts, args[1:]); got != want {
				ts.Fatalf("exit status %d, want %d", got, want)
			}
		},
	}
}

// status runs a process and returns its exit status.
func status(ts *testscript.TestScript, args []string) int {
	err := ts.Exec(args[0], args[1:]...)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	ts.Check(err)
	return 0
}
