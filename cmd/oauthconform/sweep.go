package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"

	"oauthmock/conformance"
	"oauthmock/conformance/report"
	"oauthmock/spec/strictyaml"
)

// journalFile is a run journal on disk. It is the only file that contains tokens in clear, so only
// its owner may read it.
type journalFile struct {
	file    *os.File
	journal *conformance.Journal
}

// openJournal creates a journal in a file. It does not overwrite one that still lists leftovers of
// a run. The error names the flag.
func openJournal(name string) (*journalFile, error) {
	file, left, err := readJournal(name, os.O_RDWR|os.O_CREATE)
	if err != nil {
		return nil, fmt.Errorf("--run-journal: %w", err)
	}
	if known, _ := left.Count(); known > 0 {
		return nil, errors.Join(fmt.Errorf("--run-journal: %s names %s that a run left; oauthconform sweep %s removes them", name, plural(known, "thing"), name), file.Close())
	}
	if err := errors.Join(file.Truncate(0), file.Chmod(0o600)); err != nil {
		return nil, errors.Join(fmt.Errorf("--run-journal: %w", err), file.Close())
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, errors.Join(fmt.Errorf("--run-journal: %w", err), file.Close())
	}
	return &journalFile{file, conformance.NewJournal(file)}, nil
}

// readJournal opens a file and reads the journal in it. What follows is written at its end.
func readJournal(name string, flags int) (*os.File, conformance.Left, error) {
	if there, err := strictyaml.OpenFile(name); err == nil { // a pipe or a device is refused before it is opened to write
		_ = there.Close()
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, conformance.Left{}, err
	}
	file, err := os.OpenFile(name, flags, 0o600)
	if err != nil {
		return nil, conformance.Left{}, err
	}
	text, err := io.ReadAll(file)
	if err == nil {
		var left conformance.Left
		if left, err = conformance.ReadJournal(bytes.NewReader(text)); err == nil {
			// A killed run may have left half a line.
			end := int64(bytes.LastIndexByte(text, '\n') + 1)
			if end == int64(len(text)) {
				return file, left, nil
			}
			if err = file.Truncate(end); err == nil {
				_, err = file.Seek(end, io.SeekStart)
			}
			if err == nil {
				return file, left, nil
			}
		}
		err = fmt.Errorf("%s: %w", name, err)
	}
	return nil, conformance.Left{}, errors.Join(err, file.Close())
}

// close returns the first error of writing.
func (j *journalFile) close() error {
	if j == nil {
		return nil
	}
	return errors.Join(j.journal.Err(), j.file.Close())
}

// sweepFlags are those of run that sweeping needs.
type sweepFlags struct {
	email, apiKey, sandboxAPIKey, adminToken string
	connectionFlags
	mannerFlags
	timeout time.Duration
}

func newSweep(p program) *cobra.Command {
	var flags sweepFlags
	command := &cobra.Command{
		Use:   "sweep FILE",
		Short: "Delete what a killed run left behind",
		Long: `sweep deletes the tokens and accounts in a run's journal (run --run-journal FILE) that the run did not delete
itself, and records the deletions in the journal. The journal has no credentials: pass those of the run.

Exit status: 0 nothing is left; 2 wrong usage; 3 something is left.`,
		Example: `  OAUTHCONFORM_API_KEY=… oauthconform sweep run.journal --email me@example.com`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("sweep takes one argument, the journal of a run")
			}
			return nil
		},
		RunE: func(command *cobra.Command, args []string) error { return p.sweep(command, &flags, args[0]) },
	}
	registered := command.Flags()
	registered.StringVar(&flags.email, "email", "", "e-mail `ADDRESS` of the account in which the run made tokens")
	registered.StringVar(&flags.apiKey, "api-key", "", "API `KEY` of that account; better passed as OAUTHCONFORM_API_KEY")
	registered.StringVar(&flags.sandboxAPIKey, "sandbox-api-key", "", "API `KEY` of the account's sandbox; better passed as OAUTHCONFORM_SANDBOX_API_KEY")
	registered.StringVar(&flags.adminToken, "admin-token", "", "bearer `TOKEN` of the control API, where it wants one; better passed as OAUTHCONFORM_ADMIN_TOKEN")
	registered.Var(newSetting(&flags.timeout, "DURATION", "10s", parseTimeout), "timeout", "how long to wait for an answer")
	registered.Var(newSetting(&flags.rate, "N", "", parseRate), "rate", "requests a second, at most")
	registered.BoolVar(&flags.production, "i-know-this-is-production", false, "allow hosts of the provider that do not start with test.")
	registered.StringVar(&flags.userAgent, "user-agent", "", "`TEXT` to send as User-Agent; default is oauthconform")
	flags.connectionFlags.register(registered)
	return command
}

func (p program) sweep(command *cobra.Command, flags *sweepFlags, name string) error {
	file, left, err := readJournal(name, os.O_RDWR)
	if err != nil {
		return err
	}
	journal := &journalFile{file, conformance.NewJournal(file)}
	defer journal.close()
	known, doubtful := left.Count()
	if known+doubtful == 0 {
		fmt.Fprintln(p.stdout, "Nothing is left.")
		return nil
	}
	target := conformance.Target{Email: flags.email, APIKey: flags.apiKey, SandboxAPIKey: flags.sandboxAPIKey, AdminToken: flags.adminToken}
	address, _ := left.BaseURL()
	if target.Connection, err = flags.connection(p.getenv, []string{address}); err != nil {
		return err
	}
	all, err := loadScenarios("")
	if err != nil {
		return err
	}
	options := conformance.Options{Scenarios: all, Timeout: flags.timeout, Journal: journal.journal}
	if err := flags.give(&options, false); err != nil {
		return err
	}
	redactor := guard(target, p.stderr)
	removed, stays, err := conformance.Sweep(command.Context(), left, target, options)
	if err != nil {
		return errors.New(redactor.Text(err.Error()))
	}
	fmt.Fprintf(p.stdout, "%s removed from %s.\n", plural(removed, "thing"), report.Printable(address))
	for _, one := range stays {
		fmt.Fprintf(p.stdout, "left: %s %s %s: %s\n", one.Surface, one.Kind, one.ID, report.Printable(redactor.Text(one.Reason)))
	}
	if err := journal.journal.Err(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if len(stays) > 0 {
		return exitError(report.ExitInconclusive)
	}
	return nil
}
