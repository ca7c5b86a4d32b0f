package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/kballard/go-shellquote"
	"github.com/spf13/cobra"

	"oauthmock/conformance/client"
	"oauthmock/conformance/report"
	"oauthmock/mockserver"
	"oauthmock/spec/strictyaml"
)

// maxHAR bounds a recording, in bytes.
const maxHAR = 256 << 20

// clientFlags are the flags of client.
type clientFlags struct {
	command, adminURL, adminToken, account, har string

	ids      []string
	level    string
	timeout  time.Duration
	parallel int
	baselineFlags
	reports []string
	quiet   bool
}

func newClient(p program) *cobra.Command {
	var flags clientFlags
	command := &cobra.Command{
		Use:   "client",
		Short: "Judge a client: a command run against the embedded mock, the journal of a running mock, or a recording",
		Long: `client judges a client of the API in one of three ways. --command runs it once for each case, against its own mock and account, with
its task in the environment (OAUTH_TASK, OAUTH_TASK_JSON; "oauthconform client list" has the table). --admin-url judges all calls in the journal
of a running mock. --har judges an HTTP archive.

Exit status: 0 the client is right; 1 it broke a rule (FAIL, or XPASS); 2 wrong usage, or a command that cannot be started; 3 nothing was
proven.`,
		Example: `  oauthconform client --command './my-client --quiet'
  oauthconform client --admin-url http://127.0.0.1:8080/__admin --account demo
  oauthconform client --har recording.har --report junit=report.xml`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			flags.choose(command)
			return p.certify(command.Context(), &flags)
		},
	}
	set := command.Flags()
	set.StringVar(&flags.command, "command", "", "`COMMAND` that is the client; it is split into words as a shell would, without a shell")
	set.Var(newSetting(&flags.adminURL, "URL", "", parseURL), "admin-url", "control API of a running mock whose journal is judged, such as http://127.0.0.1:8080/__admin")
	set.StringVar(&flags.adminToken, "admin-token", "", "bearer `TOKEN` of that control API, where it wants one; better passed as OAUTHCONFORM_ADMIN_TOKEN")
	set.StringVar(&flags.account, "account", "", "only what the account of this `ID` did; with --admin-url")
	set.StringVar(&flags.har, "har", "", "HTTP archive (HAR 1.2) `FILE` that is judged")
	set.StringSliceVar(&flags.ids, "id", nil, "only cases with these `IDS`, as oauthconform client list has them; one that ends in / takes all below it: rotate-token/")
	set.Var(newSetting(&flags.level, "must|should|observe", "should", parseLevel), "level", "from where on a broken rule fails the run; below it is a warning")
	set.Var(newSetting(&flags.timeout, "DURATION", "30s", parseTimeout), "timeout", "how long a case may take, after which the command is ended with all its children")
	set.Var(newSetting(&flags.parallel, "N", "4", parseParallel), "parallel", "how many cases run at once, 1 to 256")
	flags.baselineFlags.register(set)
	set.StringArrayVar(&flags.reports, "report", nil, "console=`FILE`, json=FILE, junit=FILE, html=FILE, markdown=FILE, github=-, har=FILE or events=FILE, - for standard output; may be repeated (OAUTHCONFORM_REPORT separates by commas)")
	set.BoolVar(&flags.quiet, "quiet", false, "print no progress, and only what did not pass")
	command.AddCommand(newClientList(p))
	return command
}

// choose forgets ways that only the environment names, where the command line names one: a variable
// may be there for other runs.
func (f *clientFlags) choose(command *cobra.Command) {
	ways := map[string]*string{"command": &f.command, "admin-url": &f.adminURL, "har": &f.har}
	named := false
	for name := range ways {
		named = named || command.Flags().Changed(name)
	}
	for name, way := range ways {
		if named && !command.Flags().Changed(name) {
			*way = ""
		}
	}
	for name, text := range map[string]*string{"admin-token": &f.adminToken, "account": &f.account} {
		if f.adminURL == "" && !command.Flags().Changed(name) {
			*text = ""
		}
	}
}

// certify judges a client in the way that the flags select.
func (p program) certify(ctx context.Context, flags *clientFlags) error {
	outputs, err := openOutputs(flags.reports, p.getenv, p.stdout, p.stderr)
	if err != nil {
		return err
	}
	options := client.Options{Level: flags.level, Timeout: flags.timeout, Parallel: flags.parallel, Redactor: report.NewRedactor()}
	judge, err := flags.way(&options)
	if err != nil {
		return errors.Join(err, outputs.close())
	}
	listeners, progressDone := outputs.listeners(), func() {}
	if !flags.quiet {
		terminal := isTerminal(p.stderr)
		progress := report.NewProgress(p.stderr, terminal, styleOf(p.getenv, terminal, false))
		listeners, progressDone = append(listeners, progress), progress.Done
	}
	if len(listeners) > 0 {
		options.Listener = guarded{listeners, options.Redactor}
	}
	result, err := judge(ctx, options)
	progressDone()
	if err != nil {
		told := errors.New(options.Redactor.Text(err.Error()))
		if _, ok := errors.AsType[unreachableError](err); ok {
			told = unreachableError{told}
		}
		return errors.Join(told, outputs.close())
	}
	err = outputs.write(result, func(w io.Writer) report.Style { return styleOf(p.getenv, isTerminal(w), flags.quiet) })
	if err != nil {
		fmt.Fprintf(p.stderr, "oauthconform: %s\n", options.Redactor.Text(err.Error()))
	}
	return endOf(ctx, result.ExitCode(), err)
}

// way checks the flags, completes the options, and returns the function that judges. An error is
// wrong usage.
func (f *clientFlags) way(options *client.Options) (func(context.Context, client.Options) (report.Report, error), error) {
	ways := 0
	for _, given := range []string{f.command, f.adminURL, f.har} {
		if given != "" {
			ways++
		}
	}
	switch {
	case ways != 1:
		return nil, errors.New("give one of --command (run a client), --admin-url (judge what a running mock saw) and --har (judge a recording)")
	case (f.account != "" || f.adminToken != "") && f.adminURL == "":
		return nil, errors.New("--account and --admin-token belong to --admin-url")
	case len(f.ids) > 0 && f.command == "":
		return nil, errors.New("--id belongs to --command: the rules for any traffic are all applied")
	}
	ids := client.TrafficIDs()
	if f.command != "" {
		ids = client.CaseIDs()
	}
	var err error
	if options.Baseline, err = f.baselineFlags.load(ids, "there is no result of this id; the JSON report shows the ids"); err != nil {
		return nil, err
	}
	switch {
	case f.command != "":
		return f.byCommand(options)
	case f.adminURL != "":
		return f.byJournal(options)
	}
	return f.byRecording(options)
}

func (f *clientFlags) byCommand(options *client.Options) (func(context.Context, client.Options) (report.Report, error), error) {
	words, err := shellquote.Split(f.command)
	if err != nil {
		return nil, fmt.Errorf("--command: it is split into words as a shell would, and has a quote or a backslash without an end: %s", strings.ToLower(err.Error()))
	}
	command := client.Command{Words: words}
	if err := command.Check(); err != nil {
		return nil, fmt.Errorf("--command: %w", err)
	}
	if options.Cases, err = client.Choose(f.ids); err != nil {
		return nil, fmt.Errorf("--id: %w", err)
	}
	options.Name = "the client " + words[0]
	options.About = []report.Fact{{Name: "judged", Text: "a command, with a mock and an account of its own for each case"}, {Name: "tables", Text: "version " + client.Version}}
	return func(ctx context.Context, options client.Options) (report.Report, error) {
		return client.Run(ctx, command, startForClient, options)
	}, nil
}

func (f *clientFlags) byJournal(options *client.Options) (func(context.Context, client.Options) (report.Report, error), error) {
	server := client.Server{AdminURL: f.adminURL, AdminToken: f.adminToken}
	if f.adminToken != "" {
		options.Redactor.Add("OAUTH_ADMIN_TOKEN", f.adminToken)
	}
	options.Name = "the journal at " + f.adminURL
	whose := "all that the journal holds"
	if f.account != "" {
		whose = "what the account " + f.account + " did"
	}
	options.About = []report.Fact{{Name: "judged", Text: whose}, {Name: "tables", Text: "version " + client.Version}}
	return func(ctx context.Context, options client.Options) (report.Report, error) {
		result, err := client.JudgeServer(ctx, server, f.account, options)
		if _, ok := errors.AsType[client.Unreachable](err); ok {
			err = unreachableError{err}
		}
		return result, err
	}, nil
}

func (f *clientFlags) byRecording(options *client.Options) (func(context.Context, client.Options) (report.Report, error), error) {
	file, err := strictyaml.OpenFile(f.har)
	if err != nil {
		return nil, fmt.Errorf("--har: %w", err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxHAR+1))
	if err == nil && len(text) > maxHAR {
		err = fmt.Errorf("%s is longer than %d MiB", f.har, maxHAR>>20)
	}
	if err != nil {
		return nil, fmt.Errorf("--har: %w", err)
	}
	evidence, err := client.ReadHAR(text)
	if err != nil {
		return nil, fmt.Errorf("--har %s: %w", f.har, err)
	}
	options.Name = "the recording " + f.har
	options.About = []report.Fact{{Name: "judged", Text: "a recording; operations are told by method and path where it does not name them"}, {Name: "tables", Text: "version " + client.Version}}
	return func(_ context.Context, options client.Options) (report.Report, error) {
		return client.JudgeTraffic(evidence, options), nil
	}, nil
}

// startForClient starts a mock on a free port of this machine, for one case.
func startForClient(ctx context.Context, settings client.Settings) (client.Server, func(), error) {
	options := []mockserver.Option{mockserver.WithSeed(1)}
	if settings.TokenShape != "" {
		options = append(options, mockserver.WithTokenShape(settings.TokenShape))
	}
	if settings.ClientShape != "" {
		options = append(options, mockserver.WithClientCredentialsShape(settings.ClientShape))
	}
	if settings.AutoApprove {
		options = append(options, mockserver.WithAutoApprove(""))
	}
	base, stop, err := listenWith(ctx, options...)
	return client.Server{BaseURL: base, V1BaseURL: base + "/__v1", AdminURL: base + "/__admin"}, stop, err
}

func newClientList(p program) *cobra.Command {
	var asJSON bool
	command := &cobra.Command{
		Use:   "list",
		Short: "List the tasks for clients, with their cases",
		Args:  noArguments,
		RunE: func(*cobra.Command, []string) error {
			if asJSON {
				encoder := json.NewEncoder(p.stdout)
				encoder.SetEscapeHTML(false)
				encoder.SetIndent("", "  ")
				return encoder.Encode(client.All())
			}
			for _, task := range client.Tasks() {
				if _, err := fmt.Fprintf(p.stdout, "%s  %s\n", task.Name, task.Does); err != nil {
					return err
				}
				for _, c := range client.Cases() {
					if c.Task == task.Name {
						fmt.Fprintf(p.stdout, "    %-40s %s\n", c.ID, c.Title)
					}
				}
			}
			return nil
		},
	}
	command.Flags().BoolVar(&asJSON, "json", false, "as a JSON object: version, tasks with JSON Schemas of OAUTH_TASK_JSON and of what to print, cases, rules")
	return command
}
