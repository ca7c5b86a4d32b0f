// Package release identifies the build of a program.
package release

import (
	_ "embed"
	"runtime/debug"
	"strings"
)

// stamped is the version that a release is built with: tools/dist puts another text instead of
// version.txt. It is a file rather than a variable for the linker (-X), because a misspelt -X
// changes nothing and says nothing, a file that is not there breaks the build, and a package-level
// string could be changed while the program runs.
//
//go:embed version.txt
var stamped string

// unknown is the version of an unstamped build, such as one from a work tree without version
// control.
const unknown = "(devel)"

// Version names this build: what it was stamped with; otherwise the version of the module, which go
// install knows; otherwise the revision of the work tree, as devel-8605310a1b2c, with -dirty behind
// it where something was not committed; otherwise "(devel)". It never contains a space or a line
// end.
func Version() string {
	build, _ := debug.ReadBuildInfo()
	return versionOf(stamped, build)
}

// versionOf chooses among what is known of a build; build may be nil.
func versionOf(stamp string, build *debug.BuildInfo) string {
	if fields := strings.Fields(stamp); len(fields) > 0 {
		return strings.Join(fields, "-")
	}
	if build == nil {
		return unknown
	}
	if build.Main.Version != "" && build.Main.Version != unknown {
		return build.Main.Version
	}
	var revision, dirty string
	for _, setting := range build.Settings {
		switch {
		case setting.Key == "vcs.revision":
			revision = setting.Value[:min(revisionDigits, len(setting.Value))]
		case setting.Key == "vcs.modified" && setting.Value == "true":
			dirty = "-dirty"
		}
	}
	if revision == "" {
		return unknown
	}
	return "devel-" + revision + dirty
}

// revisionDigits is how much of a revision is shown, as in the versions that the go command makes
// up.
const revisionDigits = 12
