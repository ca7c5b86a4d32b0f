package journal

import (
	"fmt"
	"slices"
	"strings"

	"oauthmock/spec/strictyaml"
)

// Names are what requests to a server can be called. They are closed sets: a name that no request
// can have is a mistake, and neither a request that never came nor a rule that never fires.
type Names struct{ Surfaces, Operations, Auth []string }

// Known returns an error for a name that is none of those that exist; in a pattern * stands for any
// text. Everything is known where nothing is known to exist.
func Known(pattern string, exist []string) error {
	if pattern == "" || len(exist) == 0 || slices.ContainsFunc(exist, func(name string) bool { return Wildcard(pattern, name) }) {
		return nil
	}
	if near := strictyaml.Nearest(pattern, exist); near != "" {
		return fmt.Errorf("is %q, which nothing is called; did you mean %s?", pattern, near)
	}
	return fmt.Errorf("is %q, which nothing is called; want one of %s", pattern, strings.Join(exist, ", "))
}
