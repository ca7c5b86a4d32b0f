// Package gobuild holds how released programs are compiled, for those that release them and those
// that measure them.
package gobuild

import (
	"path/filepath"
	"strings"
)

// Profile is the file, relative to the root of the project, from which the compiler knows where the
// time goes (make profile).
const Profile = "release/serve.pgo"

// Flags returns the flags of go build. root is the path of the project's root, as seen from where
// go build runs.
//
// Nothing about the machine gets into the programs: no path, no C library, no state of the work
// tree. Of the tags, timetzdata carries the time zones for machines that have none, and nomsgpack
// leaves out a codec that is not used, but that keeps the linker from dropping dead code (a third
// of the size).
func Flags(root string) []string {
	return []string{
		"-trimpath", "-buildvcs=false", "-tags", "nomsgpack,timetzdata", "-ldflags", "-s -w",
		"-pgo", filepath.Join(root, filepath.FromSlash(Profile)),
	}
}

// Environment returns the environment of go build for a platform: the caller's, less what changes
// the programs.
func Environment(inherited []string, goos, goarch string) []string {
	var kept []string
	for _, pair := range inherited {
		name, _, _ := strings.Cut(pair, "=")
		switch name {
		case "GOOS", "GOARCH", "GOFLAGS", "GOAMD64", "GOARM64", "GOEXPERIMENT", "GOFIPS140", "GOWORK", "CGO_ENABLED":
		default:
			kept = append(kept, pair)
		}
	}
	return append(kept, "GOOS="+goos, "GOARCH="+goarch, "GOFLAGS=", "GOWORK=off", "CGO_ENABLED=0")
}
