package fault

import (
	"embed"
	"fmt"
	"slices"
	"strings"
)

// profiles are the rules that are built in, a file each, written as users write theirs.
//
//go:embed profiles/*.yaml
var profiles embed.FS

// Profiles names the sets of rules that are built in, in alphabetical order.
func Profiles() []string {
	files, _ := profiles.ReadDir("profiles") // it is part of the program
	var names []string
	for _, file := range files {
		names = append(names, strings.TrimSuffix(file.Name(), ".yaml"))
	}
	return names
}

// Profile returns the rules of a built-in set. Their names have the prefix "chaos.".
func Profile(name string) ([]Rule, error) {
	if !slices.Contains(Profiles(), name) {
		return nil, fmt.Errorf("there is no profile %q; known are %s", name, strings.Join(Profiles(), ", "))
	}
	file := "profiles/" + name + ".yaml"
	data, err := profiles.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return Load(file, data, Known{})
}
