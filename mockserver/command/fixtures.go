package command

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"oauthmock/fixtures"
	"oauthmock/mockserver/atomicfile"
)

// fixturesCommand groups the commands for fixtures.
func fixturesCommand(stdout, stderr io.Writer) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "fixtures",
		Short: "Generate fixtures",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usageError{fmt.Errorf("%s takes a command: generate", cmd.CommandPath())}
		},
	}
	cmd.AddCommand(generateCommand(stdout, stderr))
	return cmd
}

// generateCommand prints a generated world.
func generateCommand(stdout, stderr io.Writer) *cobra.Command {
	spec, output := fixtures.DefaultSpec(), ""
	cmd := &cobra.Command{
		Use:   "generate",
		Short: "Print a world of any size, as YAML",
		Long: "Print a world of any size, as YAML that check and serve --fixtures read. The same numbers give the same world, which\n" +
			"serve --fixtures generated:seed=7,tokens=100000 creates without a file. Its account has the credentials of the world demo.",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return generate(cmd.Context(), spec, output, stdout, stderr)
		},
	}
	flags := cmd.Flags()
	flags.Uint64Var(&spec.Seed, "seed", spec.Seed, "seed of everything that is drawn")
	flags.IntVar(&spec.Tokens, "tokens", spec.Tokens, "how many tokens")
	flags.IntVar(&spec.Transactions, "transactions", spec.Transactions, "how many transactions of the wallet")
	flags.IntVar(&spec.Errors, "errors", spec.Errors, "how many entries of the error log; a server keeps the newest 10000")
	flags.IntVar(&spec.Callbacks, "callbacks", spec.Callbacks, "how many callbacks")
	flags.IntVar(&spec.Subscriptions, "subscriptions", spec.Subscriptions, "how many subscriptions")
	flags.IntVar(&spec.Days, "days", spec.Days, "how many days of history")
	flags.StringVar(&spec.Environment, "environment", spec.Environment, "the account that has it all: production or sandbox")
	flags.StringVar(&output, "output", "", "`FILE` to write to, at once when all is done; default is standard output")
	return cmd
}

// largest is how many bytes of a file are read again (fixtures.Load).
const largest = fixtures.MaxBytes

func generate(ctx context.Context, spec fixtures.Spec, output string, stdout, stderr io.Writer) error {
	return generateTo(ctx, spec, output, largest, stdout, stderr)
}

// generateTo warns if the output is longer than most bytes.
func generateTo(ctx context.Context, spec fixtures.Spec, output string, most int64, stdout, stderr io.Writer) error {
	if err := spec.Validate(); err != nil {
		return usageError{err}
	}
	shown := progress{w: stderr, terminal: isTerminal(stderr)}
	count := &counter{w: stdout}
	write := func() error {
		err := spec.Write(ctx, count, shown.update)
		shown.done()
		return err
	}
	var err error
	if output == "" {
		err = write()
	} else {
		err = atomicfile.Write(output, 0o644, func(file io.Writer) error {
			count.w = file
			return write()
		})
	}
	switch {
	case err != nil && ctx.Err() != nil:
		return fmt.Errorf("interrupted, and no file was written: %w", err)
	case err != nil:
		return fmt.Errorf("writing the world: %w", err)
	case count.n > most:
		fmt.Fprintf(stderr, "oauthmock: %d bytes are more than is read from a file (%d): use --fixtures %s\n", count.n, most, spec)
	}
	return nil
}

// counter counts what is written.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// progress is one line that is rewritten, on a terminal only. Errors of the writer are ignored: the
// results are written elsewhere.
type progress struct {
	w        io.Writer
	terminal bool
	shown    int // the percentage, plus one
}

func (p *progress) update(done, all int) {
	percent := 100
	if all > 0 {
		percent = int(int64(done) * 100 / int64(all))
	}
	if p.terminal && percent+1 != p.shown {
		p.shown = percent + 1
		fmt.Fprintf(p.w, "\r\x1b[K%3d %% · %d of %d entries", percent, done, all)
	}
}

func (p *progress) done() {
	if p.terminal {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}

// isTerminal reports whether output goes to a terminal.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
