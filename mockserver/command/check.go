package command

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"oauthmock/fixtures"
	"oauthmock/mockserver"
	"oauthmock/mockserver/fault"
	"oauthmock/mockserver/openapi"
	"oauthmock/mockserver/scene"
	"oauthmock/scenarios"
	"oauthmock/spec/strictyaml"
)

// checkCommand loads and validates files that are given to serve.
func checkCommand(stdout io.Writer) *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use:   "check FILE…",
		Short: "Load and validate fixtures, scenarios, faults and OpenAPI documents",
		Long: "Load and validate files for serve (YAML or JSON). A file with a member \"scenarios\" has scenarios, one with \"faults\" " +
			"fault rules, one with \"openapi\" is the document of a paid service, and any other is a fixture. Problems are printed with file and " +
			"line, and the exit status is then 2. What is wrong in an OpenAPI document but does not keep it from being served is a warning; operations whose " +
			"answer is generated or empty are listed.",
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{errors.New("check takes the files to check, but got none")}
			}
			var problems []error
			for _, path := range args {
				found, err := checkFile(path)
				if err != nil {
					problems = append(problems, err)
					continue
				}
				fmt.Fprintf(stdout, "%s: %s, ok\n", cell(path), cell(found.what))
				for _, line := range found.notes {
					fmt.Fprintf(stdout, "%s: %s\n", cell(path), cell(line))
				}
				for _, w := range found.warnings {
					tellWarning(stdout, path, w, all)
				}
			}
			if len(problems) > 0 {
				return usageError{errors.Join(problems...)}
			}
			return nil
		},
	}
	c.Flags().BoolVar(&all, "all", false, "print each warning at every place where it holds")
	return c
}

// tellWarning prints a warning, and with all also the further places where it holds.
func tellWarning(stdout io.Writer, path string, w openapi.Warning, all bool) {
	file, told := path, w.Told()
	if w.File != "" {
		file = filepath.Join(filepath.Dir(path), filepath.FromSlash(w.File))
	}
	if all {
		told = w.Message
	}
	fmt.Fprintf(stdout, "%s:%d: warning: %s: %s\n", cell(file), max(w.Line, 1), cell(w.Place), cell(told))
	if all {
		for _, other := range w.Others {
			tellWarning(stdout, path, other, false)
		}
	}
}

// checked is the usable content of a file.
type checked struct {
	what     string
	notes    []string
	warnings []openapi.Warning
}

// sources name the operations whose answers are no examples of the document.
func sources(doc *openapi.Document) (notes []string) {
	for _, kind := range []struct {
		source openapi.Source
		one    string
	}{{openapi.MadeUp, "answer is made up"}, {openapi.Empty, "answer is empty"}} {
		var names []string
		for _, o := range doc.Operations() {
			if o.Source() == kind.source {
				names = append(names, o.String())
			}
		}
		switch len(names) {
		case 0:
		case 1:
			notes = append(notes, "of 1 operation the "+kind.one+", as the document has no example: "+names[0])
		default:
			notes = append(notes, fmt.Sprintf("of %d operations the %s, as the document has no example: %s", len(names), kind.one, strings.Join(names, ", ")))
		}
	}
	return notes
}

// checkFile describes the content of a file, or returns what is wrong with it.
func checkFile(path string) (checked, error) {
	data, err := readBounded(path)
	if err != nil {
		return checked{}, err
	}
	// What cannot be read at all is reported by the fixture loader, with its line.
	switch document, err := (strictyaml.Format{}).Parse(path, data); {
	case err == nil && document.Has("scenarios"):
		found, err := scenarios.LoadFile(path)
		var problems []error
		for i := range found {
			problems = append(problems, scene.Check(&found[i]))
		}
		return checked{what: plural(len(found), "scenario")}, errors.Join(append(problems, err)...)
	case fault.Holds(data):
		rules, err := mockserver.LoadFaults(path)
		return checked{what: plural(len(rules), "fault rule")}, err
	case openapi.Holds(data):
		doc, warnings, err := openapi.Open(path)
		if err != nil {
			return checked{}, err
		}
		what := fmt.Sprintf("the OpenAPI document %q with %s, %s", doc.Title(), plural(len(doc.Operations()), "operation"), plural(len(warnings), "warning"))
		return checked{what, sources(doc), warnings}, nil
	}
	world, err := fixtures.LoadFile(path)
	if err != nil {
		return checked{}, err
	}
	return checked{what: "a fixture with " + plural(len(world.Accounts), "account")}, nil
}

// plural counts things: "1 account", "2 accounts".
func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// maxFile bounds the files that are checked, in bytes.
const maxFile = fixtures.MaxBytes

func readBounded(path string) ([]byte, error) {
	data, err := strictyaml.ReadFile(path, maxFile)
	if err == nil && len(data) > maxFile {
		err = fmt.Errorf("%s is larger than %d bytes", path, maxFile)
	}
	return data, err
}
