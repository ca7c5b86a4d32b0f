package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Exit statuses.
const (
	exitOK      = 0
	exitError   = 1 // it did not work, or what was to be verified is not so
	exitUsage   = 2 // it was asked for wrongly
	exitUnknown = 3 // what was to be verified cannot be known
)

// exitStatus ends a command whose output says everything.
type exitStatus int

// Error implements error.
func (s exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// usageError is a mistake of the caller: in a flag, an argument, or a file.
type usageError struct{ error }

// StopSignals returns the signals that end a program in good order: SIGINT, SIGTERM, and SIGHUP
// unless it was ignored at the start, as nohup does.
func StopSignals() []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}

// Run is the program oauthmock, as called by main and by tests. It returns the exit status.
func Run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	root := &cobra.Command{
		Use:   "oauthmock",
		Short: "A mock of Openapi's OAuth API",
		Long: "A mock of Openapi's OAuth API (oauth.openapi.com) on this machine, with a clock, a wallet and a control API.\n" +
			"A running mock serves its documents: GET /__admin/openapi/{surface}.json (v2, v1, clientcred, authcode) is the document that it implements, with\n" +
			"examples that work in the demo world; GET /__admin/openapi.json describes the control API.",
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if err := refuseEmpty(cmd.Flags()); err != nil {
				return err
			}
			return fromEnvironment(cmd.Flags(), getenv)
		},
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w (see %s --help)", err, cmd.CommandPath())}
	})
	const mockGroup = "mock"
	root.AddGroup(&cobra.Group{ID: mockGroup, Title: "The mock:"}, &cobra.Group{ID: clientGroup, Title: "Asking a running mock:"})
	for _, cmd := range []*cobra.Command{serveCommand(getenv, stdout, stderr), checkCommand(stdout), fixturesCommand(stdout, stderr), healthcheckCommand(stdout)} {
		cmd.GroupID = mockGroup
		root.AddCommand(cmd)
	}
	root.AddCommand(versionCommand(stdout))
	if len(args) == 0 || args[0] != "serve" { // a start does not wait for them
		root.AddCommand(clientCommands(getenv, stdout, stderr)...)
		exec := execCommand(getenv, stdout, stderr)
		exec.GroupID = mockGroup
		root.AddCommand(exec)
	} else {
		root.CompletionOptions.DisableDefaultCmd = true
	}
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)

	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	if status, ok := errors.AsType[exitStatus](err); ok {
		return int(status)
	}
	fmt.Fprintf(stderr, "oauthmock: %s\n", cells(err.Error()))
	var usage usageError
	if errors.As(err, &usage) || strings.HasPrefix(err.Error(), "unknown command") {
		return exitUsage
	}
	return exitError
}

// refuseEmpty refuses flags that were given without a value. Most often that is a shell variable
// that was not set, and continuing as if the flag were missing would not be what was asked for.
func refuseEmpty(flags *pflag.FlagSet) error {
	var err error
	flags.Visit(func(f *pflag.Flag) {
		values := []string{f.Value.String()}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		}
		if err == nil && (len(values) == 0 || slices.Contains(values, "")) {
			err = usageError{fmt.Errorf("--%s is empty: give it a value, or leave it out", f.Name)}
		}
	})
	return err
}

// fromEnvironment gives every flag that was not set its environment variable: --url-file is
// OAUTHMOCK_URL_FILE.
func fromEnvironment(flags *pflag.FlagSet, getenv func(string) string) error {
	var err error
	flags.VisitAll(func(f *pflag.Flag) {
		name := variable(f.Name)
		if value := getenv(name); value != "" && !f.Changed && err == nil {
			for _, value := range separate(f, value) {
				if e := flags.Set(f.Name, value); e != nil && err == nil {
					err = usageError{fmt.Errorf("environment variable %s: %w", name, e)}
				}
			}
		}
	})
	return err
}

// separate splits the value of an environment variable. Values of a repeatable flag are separated
// by commas, unless the whole is one existing file whose path has a comma.
func separate(f *pflag.Flag, value string) []string {
	if f.Value.Type() != "stringArray" {
		return []string{value}
	}
	path := value
	if _, file, found := strings.Cut(value, "="); found {
		path = file
	}
	if _, err := os.Stat(path); err == nil {
		return []string{value}
	}
	return strings.Split(value, ",")
}

// noArguments refuses arguments where a command takes none.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{fmt.Errorf("%s takes no argument, but got %q", cmd.CommandPath(), args[0])}
	}
	return nil
}
