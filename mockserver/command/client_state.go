package command

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"sync"

	"github.com/spf13/cobra"

	"oauthmock/mockserver/atomicfile"
)

// stateCommand moves the whole state of a running mock out and in.
func (c *client) stateCommand() *cobra.Command {
	cmd := group(&cobra.Command{Use: "state", Short: "Export, import or save the state of a running mock"})
	cmd.AddCommand(
		&cobra.Command{
			Use:   "export [FILE|-]",
			Short: "Write the whole state to a file or to standard output",
			Long: "Write the whole state to a file or to standard output, as a fixture that import and serve --fixtures read. It contains the accounts' secrets, so\n" +
				"only you can read the file.",
			Args: atMostOne("FILE"),
			RunE: func(cmd *cobra.Command, args []string) error {
				_, body, err := c.ask(cmd.Context(), question{method: http.MethodGet, path: []string{"state"}})
				if err != nil {
					return err
				}
				if len(args) == 0 || args[0] == "-" {
					return c.raw(body)
				}
				return atomicfile.Write(args[0], 0o600, func(file io.Writer) error {
					_, err := file.Write(body)
					return err
				})
			},
		},
		&cobra.Command{
			Use:   "import FILE|-",
			Short: "Replace the whole state by that of a file",
			Long: "Replace the whole state by an exported state or any fixture (YAML or JSON), completely or not at all. \"-\" is standard input. A reset\n" +
				"still returns to the state that the mock started with.",
			Args: exactly("FILE"),
			RunE: func(cmd *cobra.Command, args []string) error {
				body, err := readFile(args[0], cmd.InOrStdin())
				if err != nil {
					return usageError{err}
				}
				err = c.run(cmd.Context(), question{method: http.MethodPut, path: []string{"state"}, body: body}, func([]byte) error {
					return c.printf("the state is that of %s\n", args[0])
				})
				if refused, ok := errors.AsType[refusedError](err); ok { // the mock knows no file, only a body
					refused.detail = beginsLine().ReplaceAllLiteralString(refused.detail, args[0]+":")
					return refused
				}
				return err
			},
		},
		&cobra.Command{
			Use:   "save",
			Short: "Make the mock write its state to the file of serve --state",
			Args:  noArguments, ValidArgsFunction: cobra.NoFileCompletions,
			RunE: func(cmd *cobra.Command, _ []string) error {
				return c.run(cmd.Context(), question{method: http.MethodPost, path: []string{"state", "save"}}, func([]byte) error {
					return c.printf("the state is saved\n")
				})
			},
		},
	)
	return cmd
}

// beginsLine finds the name that the mock uses for what it was sent, in its problems.
var beginsLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^body:`) })

// atMostOne demands one argument or none.
func atMostOne(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 1 {
			return usageError{fmt.Errorf("%s takes one %s at most, but got %d", cmd.CommandPath(), name, len(args))}
		}
		return nil
	}
}

// readFile reads a file, or standard input where it is called "-".
func readFile(path string, stdin io.Reader) ([]byte, error) {
	if path != "-" {
		return readBounded(path)
	}
	data, err := io.ReadAll(io.LimitReader(stdin, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = fmt.Errorf("standard input is larger than %d bytes", maxFile)
	}
	return data, err
}
