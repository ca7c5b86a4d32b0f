package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"oauthmock/scenarios"
	"oauthmock/spec/strictyaml"
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
	ids := make([]string, 0, len(all))
	for _, s := range all {
		ids = append(ids, s.ID)
	}
	return loadReasons(name, ids, "there is no scenario of this id; oauthconform list shows the ids")
}

// loadReasons reads a YAML mapping of ids to reasons; unknown is what is said of an id that is not among those known.
func loadReasons(name string, known []string, unknown string) (map[string]string, error) {
	text, err := strictyaml.ReadFile(name, 1<<20)
	if err != nil {
		return nil, fmt.Errorf("--expected-failures: %w", err)
	}
	expected := reasons{known: known, unknown: unknown, byID: map[string]string{}}
	if err := (strictyaml.Format{MayBeEmpty: true}).Decode(name, text, &expected); err != nil {
		return nil, fmt.Errorf("--expected-failures: %w", err)
	}
	return expected.byID, nil
}

// reasons why scenarios are known to fail.
type reasons struct {
	known   []string
	unknown string
	byID    map[string]string
}

// UnmarshalStrict implements strictyaml.Unmarshaler.
func (r *reasons) UnmarshalStrict(v strictyaml.Value) error {
	if v.Kind() != strictyaml.Mapping {
		return errors.New("write a mapping, each line ID: REASON")
	}
	for id, reason := range v.Members() {
		switch kind := reason.Kind(); {
		case !slices.Contains(r.known, id.Text()):
			id.Refuse("%s", r.unknown)
		case kind == strictyaml.Null || strings.TrimSpace(reason.Text()) == "":
			id.Refuse("say in words why it is expected to fail")
		default:
			r.byID[id.Text()] = reason.Text()
		}
	}
	return nil
}
