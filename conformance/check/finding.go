package check

import "oauthmock/scenarios"

// Finding is the outcome of one check.
type Finding struct {
	// Kind names the check ("http.status", "json.valid", "data"); Path is the part of the answer,
	// if one kind checks several.
	Kind, Path string
	Level      scenarios.Level
	OK         bool
	// Requirement in words and Source; "" for what a scenario asks, which has its own.
	Requirement, Source string
	// Expected and Actual may hold secrets; the caller redacts.
	Expected, Actual string
	// Differences name the entries by which they differ, and Places are JSONPaths of the body where
	// it is wrong. Both may hold secrets.
	Differences, Places []string
	// Line in the scenario file, 0 for standing checks.
	Line int
}

// Name is kind and path, "data/$.name".
func (f Finding) Name() string {
	if f.Path == "" {
		return f.Kind
	}
	return f.Kind + "/" + f.Path
}
