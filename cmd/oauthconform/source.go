package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"oauthmock/scenarios"
)

// loadScenarios reads a folder or a file, or what the suite brings along where name is empty. The
// error holds a scenarios.Problem for everything that is wrong in the files.
func loadScenarios(name string) ([]scenarios.Scenario, error) {
	if name == "" {
		// As they are in a checkout of the project.
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

// standingIn makes the files' names, which are relative to their folder, relative to the working
// directory.
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
