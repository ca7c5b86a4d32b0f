package command

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"gopkg.in/yaml.v3"

	"oauthmock/fixtures"
	"oauthmock/mockserver"
	"oauthmock/mockserver/fault"
	"oauthmock/mockserver/scene"
	"oauthmock/scenarios"
)

// checkCommand loads and validates fixture, scenario and fault files.
func checkCommand(stdout io.Writer) *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE…",
		Short: "Load and validate fixture, scenario and fault files",
		Long: "Load and validate fixture, scenario and fault files (YAML or JSON). A file with a member \"scenarios\" holds scenarios, one with \"faults\" " +
			"rules of faults, any other a fixture. Every problem is printed with file and line; the exit status is 2 when there is one.",
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{errors.New("check takes the files to check, but got none")}
			}
			var problems []error
			for _, path := range args {
				kind, err := checkFile(path)
				if err != nil {
					problems = append(problems, err)
					continue
				}
				if _, err := fmt.Fprintf(stdout, "%s: %s, ok\n", path, kind); err != nil {
					return err
				}
			}
			if len(problems) > 0 {
				return usageError{errors.Join(problems...)}
			}
			return nil
		},
	}
}

// checkFile says what a file holds, or what is wrong with it.
func checkFile(path string) (string, error) {
	data, err := readBounded(path)
	if err != nil {
		return "", err
	}
	var peek struct {
		Scenarios yaml.Node `yaml:"scenarios"`
	}
	// What cannot be read at all is reported by the fixture loader, with its line.
	if err := yaml.Unmarshal(data, &peek); err == nil && !peek.Scenarios.IsZero() {
		found, err := scenarios.LoadFile(path)
		var problems []error
		for i := range found {
			problems = append(problems, scene.Check(&found[i]))
		}
		return fmt.Sprintf("%d scenarios", len(found)), errors.Join(append(problems, err)...)
	}
	if fault.Holds(data) {
		rules, err := mockserver.LoadFaults(path)
		return fmt.Sprintf("%d fault rules", len(rules)), err
	}
	world, err := fixtures.LoadFile(path)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("a fixture with %d accounts", len(world.Accounts)), nil
}

// maxFile bounds the files that are checked, in bytes.
const maxFile = 64 << 20

func readBounded(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = fmt.Errorf("%s is larger than %d bytes", path, maxFile)
	}
	return data, err
}
