package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"oauthmock/conformance/explore"
	"oauthmock/conformance/report"
)

// exploreFlags are the flags of explore: those of run that say how a target is asked, and its own.
type exploreFlags struct {
	runFlags
	reports reportFlags
	length  time.Duration
	most    int
	output  string
}

// notExplored are the flags of run that choose scenarios or weigh what is known of them.
func notExplored() []string {
	return []string{"scenarios", "tag", "id", "rerun-failed", "baseline", "expected-failures", "shuffle", "parallel", "require", "requirements"}
}

func newExplore(p program) *cobra.Command {
	var flags exploreFlags
	command := &cobra.Command{
		Use:   "explore",
		Short: "Look for what no scenario asks about",
		Long: `explore draws sequences of calls, says of each what the documents promise, and judges the answers as run does. What fails is shrunk to the shortest
sequence that still fails in the same way, and printed as a scenario file, which run --scenarios FILE runs again.

It goes on until the time of --for is over or --most different failures were found; an interruption ends it soon. Accounts and tokens that it made
are removed. The same seed draws the same sequences.

Exit status: 0 nothing was found; 1 something was; 2 wrong usage; 3 nothing could be asked.`,
		Example: `  oauthconform explore --for 1m
  oauthconform explore --base-url http://127.0.0.1:8080 --for 5m --output found/
  oauthconform run --base-url http://127.0.0.1:8080 --scenarios found/1.yaml`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error { return p.explore(command, &flags) },
	}
	flags.register(command)
	flags.reports.register(command.Flags())
	own := command.Flags()
	for _, name := range notExplored() {
		// It stays known to the code that it shares with run, and to nobody else.
		_ = own.MarkHidden(name)
	}
	own.Var(newSetting(&flags.length, "DURATION", "5m", parseTimeout), "for", "how long to look")
	own.Var(newSetting(&flags.most, "N", "10", parseCount), "most", "how many different failures end the search")
	own.StringVar(&flags.output, "output", "", "folder in which what was found is written, a scenario `DIR`/N.yaml each; without it, it is printed")
	return command
}

func (p program) explore(command *cobra.Command, flags *exploreFlags) error {
	for _, name := range notExplored() {
		if command.Flags().Changed(name) {
			return fmt.Errorf("--%s chooses among scenarios; explore draws its own", name)
		}
	}
	ctx := command.Context()
	outputs, err := openOutputs(flags.reports.reports, p.getenv, io.Discard, io.Discard)
	if err != nil {
		return err
	}
	options, err := flags.options(command, p.getenv)
	if err != nil {
		return errors.Join(err, outputs.close())
	}
	options.Scenarios = nil
	if !seeded(command, p.getenv) {
		options.Seed = uint64(rand.Uint32())
	}
	if flags.output != "" {
		if err := os.MkdirAll(flags.output, 0o755); err != nil { //nolint:gosec // scenarios hold no secrets
			return errors.Join(fmt.Errorf("--output: %w", err), outputs.close())
		}
	}
	target, closeTarget, err := flags.open(ctx, command, opening{options, p.getenv, embeddedMock(options.Seed)})
	if err != nil {
		return errors.Join(err, outputs.close())
	}
	defer closeTarget()
	var journal *journalFile
	if flags.runJournal != "" {
		if journal, err = openJournal(flags.runJournal); err != nil {
			return errors.Join(err, outputs.close())
		}
		options.Journal = journal.journal
	}
	redactor := guard(target, p.stderr)
	fmt.Fprintf(p.stderr, "exploring with --seed %d for %s\n", options.Seed, flags.length)
	found := 0
	outcome, err := explore.Run(ctx, target, explore.Options{Options: options, For: flags.length, Most: flags.most, Told: func(f explore.Finding) {
		found++
		p.tell(found, f, flags.output)
	}})
	if failed := journal.close(); failed != nil {
		fmt.Fprintf(p.stderr, "oauthconform: --run-journal: %v\n", failed)
	}
	if err != nil {
		return errors.Join(errors.New(redactor.Text(err.Error())), outputs.close())
	}
	redactor.Report(&outcome.Report)
	writing := outputs.write(outcome.Report, func(io.Writer) report.Style { return report.Style{} })
	return p.endExploring(ctx, outcome, writing)
}

// tell prints a finding, or writes it into a folder.
func (p program) tell(n int, f explore.Finding, folder string) {
	where := ""
	if folder != "" {
		where = filepath.Join(folder, fmt.Sprintf("%d.yaml", n))
		if err := os.WriteFile(where, f.Text, 0o644); err != nil { //nolint:gosec // scenarios hold no secrets
			fmt.Fprintf(p.stderr, "oauthconform: --output: %v\n", err)
			where = ""
		}
	}
	fmt.Fprintf(p.stdout, "%d. %s\n   %s\n", n, report.Printable(f.Key), report.Printable(f.Result.Reason))
	if where != "" {
		fmt.Fprintf(p.stdout, "   %s, of %s; run it with: oauthconform run --scenarios %s\n", plural(f.Steps, "step"), plural(f.Moves, "move"), where)
		return
	}
	fmt.Fprintf(p.stdout, "\n%s\n", f.Text)
}

func (p program) endExploring(ctx context.Context, outcome explore.Outcome, writing error) error {
	for _, name := range sortedKeys(outcome.Skipped) {
		fmt.Fprintf(p.stderr, "not explored: %s: %s\n", name, report.Printable(outcome.Skipped[name]))
	}
	for _, left := range outcome.Report.Leftovers {
		fmt.Fprintf(p.stderr, "left on the target: %s\n", report.Printable(strings.TrimSpace(left.Kind+" "+left.ID+": "+left.Reason)))
	}
	status := report.ExitPassed
	switch {
	case outcome.Stopped != "":
		fmt.Fprintf(p.stderr, "oauthconform: %s\n", report.Printable(outcome.Stopped))
		status = report.ExitInconclusive
	case len(outcome.Findings) > 0:
		status = report.ExitFailed
	case outcome.Sequences == 0:
		status = report.ExitInconclusive
	}
	fmt.Fprintf(p.stdout, "%s found; %s of %s came out as the documents say, %s sent\n", plural(len(outcome.Findings), "failure"),
		plural(outcome.Sequences, "sequence"), plural(outcome.Steps, "call"), plural(outcome.Report.Summary.Requests, "request"))
	return endOf(ctx, status, writing)
}
