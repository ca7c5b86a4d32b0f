package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"oauthmock/scenarios"
)

// loadScenarios reads a folder or a file, or what the suite brings along where name is empty. The error holds a
// scenarios.Problem for everything that is wrong in the files.
func loadScenarios(name string) ([]scenarios.Scenario, error) {
	if name == "" {
		// As they stand in a checkout of the project.
		all, err := scenarios.Load(scenarios.Embedded())
		return standingIn("scenarios", all), standingInProblems("scenarios", err)
	}
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("%w; name a scenario file or a folder of them", err)
	}
	if !info.IsDir() {
		return scenarios.LoadFile(name)
	}
	all, err := scenarios.Load(os.DirFS(name))
	if err == nil && len(all) == 0 {
		return nil, fmt.Errorf("%s holds no scenarios; they stand in files called *.yaml", name)
	}
	return standingIn(name, all), standingInProblems(name, err)
}

// standingIn makes the files' names, which are told from their folder, such that they can be opened from here.
func standingIn(dir string, all []scenarios.Scenario) []scenarios.Scenario {
	for i := range all {
		all[i].File = filepath.Join(dir, filepath.FromSlash(all[i].File))
	}
	return all
}

func standingInProblems(dir string, err error) error {
	problems := scenarios.Problems(err)
	if len(problems) == 0 {
		return err
	}
	errs := make([]error, len(problems))
	for i, problem := range problems {
		problem.File = filepath.Join(dir, filepath.FromSlash(problem.File))
		errs[i] = problem
	}
	return errors.Join(errs...)
}

// loadExpectedFailures reads a YAML mapping of scenario ids to the reasons why they are known to fail.
func loadExpectedFailures(name string, all []scenarios.Scenario) (map[string]string, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("--expected-failures: %w", err)
	}
	var document yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&document); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("--expected-failures: %s is not YAML: %w", name, err)
	}
	expected := map[string]string{}
	if len(document.Content) == 0 {
		return expected, nil
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("--expected-failures: %s holds more than one YAML document; put all in one", name)
	}
	mapping := document.Content[0]
	if mapping.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("--expected-failures: %s:%d: write a mapping, each line ID: REASON", name, mapping.Line)
	}
	var errs []error
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		id, reason := mapping.Content[i], mapping.Content[i+1]
		place := fmt.Sprintf("--expected-failures: %s:%d", name, id.Line)
		_, twice := expected[id.Value]
		switch {
		case twice:
			errs = append(errs, fmt.Errorf("%s: %s stands there twice; keep one", place, id.Value))
		case !slices.ContainsFunc(all, func(s scenarios.Scenario) bool { return s.ID == id.Value }):
			errs = append(errs, fmt.Errorf("%s: there is no scenario %q; oauthconform list shows the ids", place, id.Value))
		case reason.Kind != yaml.ScalarNode || reason.Tag == "!!null" || strings.TrimSpace(reason.Value) == "":
			errs = append(errs, fmt.Errorf("%s: say in words why %s is expected to fail", place, id.Value))
		default:
			expected[id.Value] = reason.Value
		}
	}
	return expected, errors.Join(errs...)
}
