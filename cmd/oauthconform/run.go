package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"oauthmock/conformance"
	"oauthmock/conformance/report"
)

// runFlags are the flags of run, and of plan, which prints what run would do.
type runFlags struct {
	targetFlags
	choice
	mannerFlags
	level       string
	allowWrites bool
	parallel    int
	seed        uint64
	shuffle     bool
	timeout     time.Duration
	baselineFlags
	rerunFailed string
	// filtered are the flags by which not all scenarios are chosen.
	filtered []string
}

func (f *runFlags) register(command *cobra.Command) {
	f.targetFlags.register(command)
	f.choice.register(command)
	flags := command.Flags()
	f.mannerFlags.register(flags)
	flags.Var(newSetting(&f.level, "must|should|observe", "should", parseLevel), "level", "level from which a failed assertion fails the run; below it, it is a warning")
	flags.BoolVar(&f.allowWrites, "allow-writes", false, "let scenarios create, change and delete things on a server that is not on this machine; they delete only what they created")
	flags.Var(newSetting(&f.parallel, "N", "4", parseParallel), "parallel", "number of scenarios that run at once, 1 to 256; without a control API, those that others could disturb run alone")
	flags.Var(newSetting(&f.seed, "N", "1", parseSeed), "seed", "seed of names and of the order; where none is given one is drawn with --shuffle, and where there is no control API")
	flags.BoolVar(&f.shuffle, "shuffle", false, "run the scenarios in random order; the report says the seed that repeats it")
	flags.Var(newSetting(&f.timeout, "DURATION", "10s", parseTimeout), "timeout", "how long to wait for an answer")
	f.baselineFlags.register(flags)
	flags.StringVar(&f.rerunFailed, "rerun-failed", "", "only what failed in the JSON report `REPORT.json`")
}

// options turns the flags into what the library takes. An error is wrong usage.
func (f *runFlags) options(command *cobra.Command, getenv func(string) string) (conformance.Options, error) {
	all, err := loadScenarios(f.from)
	if err != nil {
		return conformance.Options{}, err
	}
	if f.shuffle && !seeded(command, getenv) {
		f.seed = uint64(rand.Uint32())
	}
	options := conformance.Options{
		Scenarios: all, Surfaces: f.surfaces, Tags: f.tags, IDs: f.ids, Level: f.level, AllowWrites: f.allowWrites,
		Parallel: f.parallel, Seed: f.seed, Shuffle: f.shuffle, Timeout: f.timeout,
	}
	if err := f.give(&options, command.Flags().Changed("allow-writes") && !f.allowWrites || deniesWrites(getenv)); err != nil {
		return conformance.Options{}, err
	}
	if err := f.choose(&options); err != nil {
		return conformance.Options{}, err
	}
	options.Baseline, err = f.baselineFlags.load(idsOf(all), "there is no scenario of this id; oauthconform list shows the ids")
	return options, err
}

// seeded reports whether the user chose the seed.
func seeded(command *cobra.Command, getenv func(string) string) bool {
	return command.Flags().Changed("seed") || getenv(environmentName("seed")) != ""
}

// deniesWrites reports whether the environment says --allow-writes=false.
func deniesWrites(getenv func(string) string) bool {
	text := getenv(environmentName("allow-writes"))
	allowed, err := strconv.ParseBool(text)
	return text != "" && err == nil && !allowed
}

func newRun(p program) *cobra.Command {
	var flags runFlags
	var written reportFlags
	command := &cobra.Command{
		Use:   "run",
		Short: "Judge a server, or without --base-url the embedded mock",
		Example: `  oauthconform run
  oauthconform run --base-url http://127.0.0.1:8080 --report junit=report.xml
  OAUTHCONFORM_API_KEY=… oauthconform run --base-url https://test.oauth.openapi.com --email me@example.com --level must`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			return p.judge(command, &flags, &written)
		},
	}
	flags.register(command)
	written.register(command.Flags())
	return command
}

// reportFlags configure the reports, and what the run must cover.
type reportFlags struct {
	reports, require, requirements []string
	quiet                          bool
}

func (r *reportFlags) register(flags *pflag.FlagSet) {
	flags.StringArrayVar(&r.reports, "report", nil, "console=`FILE`, json=FILE, junit=FILE, html=FILE, markdown=FILE, github=-, har=FILE or events=FILE, - for standard output; may be repeated (OAUTHCONFORM_REPORT separates by commas)")
	flags.StringArrayVar(&r.require, "require", nil, "exit 1 below this coverage, `'refusals>=1.0'`; also operations, statuses, properties, parameters and must (MUST scenarios that were executed); may be repeated")
	flags.StringSliceVar(&r.requirements, "requirements", nil, "only what these frozen requirement `SETS` name counts for the exit status, such as v2-2.1.0; the rest is run and reported")
	flags.BoolVar(&r.quiet, "quiet", false, "print no progress, and only what did not pass")
}

func (p program) judge(command *cobra.Command, flags *runFlags, written *reportFlags) error {
	ctx, quiet := command.Context(), written.quiet
	outputs, err := openOutputs(written.reports, p.getenv, p.stdout, p.stderr) // first, so that no old report outlives a run that fails
	if err != nil {
		return err
	}
	required, err := parseRequirements(written.require)
	if err != nil {
		return errors.Join(err, outputs.close())
	}
	sets, err := frozenSets(written.requirements)
	if err != nil {
		return errors.Join(err, outputs.close())
	}
	options, err := flags.options(command, p.getenv)
	if err != nil {
		return errors.Join(err, outputs.close())
	}
	target, closeTarget, err := flags.open(ctx, command, opening{options, p.getenv, embeddedMock(options.Seed)})
	if err != nil {
		return errors.Join(err, outputs.close())
	}
	defer closeTarget()
	if target.AdminURL == "" && !seeded(command, p.getenv) {
		// Names that were never asked for before: what was recorded of another run does not answer
		// them.
		options.Seed = uint64(rand.Uint32())
	}
	var journal *journalFile
	if flags.runJournal != "" {
		if journal, err = openJournal(flags.runJournal); err != nil {
			return errors.Join(err, outputs.close())
		}
		options.Journal = journal.journal
	}
	redactor := guard(target, p.stderr)
	listeners, progressDone := outputs.listeners(), func() {}
	if !quiet {
		terminal := isTerminal(p.stderr)
		progress := report.NewProgress(p.stderr, terminal, styleOf(p.getenv, terminal, false))
		listeners, progressDone = append(listeners, progress), progress.Done
	}
	if len(listeners) > 0 {
		options.Listener = guarded{listeners, redactor}
	}
	result, err := conformance.Run(ctx, target, options)
	progressDone()
	if failed := journal.close(); failed != nil {
		fmt.Fprintf(p.stderr, "oauthconform: --run-journal: %v\n", failed)
	}
	if err != nil {
		return errors.Join(errors.New(redactor.Text(err.Error())), outputs.close())
	}
	for _, one := range required {
		result.Requirements = append(result.Requirements, result.Require(one.Of, one.AtLeast))
	}
	result.Filtered = flags.filtered
	status := result.ExitCode()
	if len(sets) > 0 {
		status = p.count(&result, sets)
	}
	redactor.Report(&result)
	err = outputs.write(result, func(w io.Writer) report.Style { return styleOf(p.getenv, isTerminal(w), quiet) })
	if err != nil {
		fmt.Fprintf(p.stderr, "oauthconform: %s\n", redactor.Text(err.Error()))
	}
	return endOf(ctx, status, err)
}

// endOf is the exit status of a run whose reports are written, or could not be.
func endOf(ctx context.Context, status int, writing error) error {
	switch {
	case status == report.ExitFailed:
	case writing != nil:
		status = report.ExitError
	case status == report.ExitPassed && ctx.Err() != nil:
		// Interrupted: what was not asked is not proven.
		status = report.ExitInconclusive
	}
	if status == report.ExitPassed {
		return nil
	}
	return exitError(status)
}

// guarded hands on events without secrets.
type guarded struct {
	next     []report.Listener
	redactor *report.Redactor
}

// Hear implements report.Listener.
func (g guarded) Hear(event report.Event) {
	event = g.redactor.Event(event)
	for _, listener := range g.next {
		listener.Hear(event)
	}
}
