package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"oauthmock/conformance/report"
)

// program is what every command needs from outside.
type program struct {
	getenv         func(string) string
	stdout, stderr io.Writer
}

// exitError is the exit status that ends a command whose output is complete.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// run executes the command line and returns the exit status: 0 passed, 1 the target failed, 2
// usage, scenario file or harness error, 3 nothing proven. It writes to nothing but stdout, stderr
// and the files that the arguments name.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	root := newRoot(program{getenv: getenv, stdout: stdout, stderr: stderr})
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return report.ExitPassed
	}
	if status, ok := errors.AsType[exitError](err); ok {
		return int(status)
	}
	discardReports(args, getenv)
	fmt.Fprintf(stderr, "oauthconform: %s\n", report.Printable(strings.TrimSpace(err.Error())))
	if _, ok := errors.AsType[unreachableError](err); ok {
		return report.ExitInconclusive
	}
	if _, ok := errors.AsType[nothingFailed](err); ok {
		return report.ExitInconclusive
	}
	return report.ExitError
}

// unreachableError means that nobody answers: usage is correct, but nothing was proven.
type unreachableError struct{ error }

func newRoot(p program) *cobra.Command {
	root := &cobra.Command{
		Use:   "oauthconform",
		Short: "Judge an implementation of the OAuth API against its published contract",
		Long: `oauthconform sends the requests of its scenarios to a server and judges the answers. Without --base-url it judges
an embedded mock.

Exit status: 0 the target conforms; 1 it violates the contract (FAIL, or XPASS), or a --require is not met; 2 wrong usage, a faulty scenario
file, or the suite itself at fault (ERROR); 3 nothing was proven (unreachable, INCONCLUSIVE, or nothing executed).

Every flag has an environment variable: OAUTHCONFORM_BASE_URL for --base-url. A flag wins over its variable. (Only
schema --report has none.)`,
		Args:              cobra.ArbitraryArgs,
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		RunE: func(_ *cobra.Command, args []string) error {
			// Not 0: a job that forgot the command must not look as if it had passed.
			if len(args) > 0 {
				return fmt.Errorf("there is no command %q; the commands are run, replay, explore, diff, list, plan, sweep, lint, schema, docs, mutants, client and version", args[0])
			}
			return errors.New("say what to do: run, replay, explore, diff, list, plan, sweep, lint, schema, docs, mutants, client or version (oauthconform --help tells more)")
		},
	}
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(newRun(p), newReplay(p), newDiff(p), newExplore(p), newCertificate(p), newVerify(p), newList(p), newPlan(p), newSweep(p), newLint(p), newSchema(p), newDocs(p), newMutants(p), newClient(p), newVersion(p))
	for _, command := range root.Commands() {
		// The --report of schema is not that of run, so one variable cannot set both.
		if command.Name() != "schema" {
			fromEnvironment(command, p.getenv)
		}
	}
	return root
}
