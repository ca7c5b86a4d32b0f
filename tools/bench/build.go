package main

import (
	"context"
	"debug/buildinfo"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"oauthmock/tools/gobuild"
)

const ginPath = "github.com/gin-gonic/gin"

// bench holds what all rows need: the two programs, built, and a folder that is removed at the end.
type bench struct {
	settings
	folder     string
	mock, bare string
	gin, goes  string
	stderr     io.Writer
}

// build builds both servers as releases are built, and demands that both hold the same Gin.
func build(ctx context.Context, set settings, stderr io.Writer) (*bench, error) {
	folder, err := os.MkdirTemp("", "oauthmock-bench-*")
	if err != nil {
		return nil, err
	}
	b := &bench{settings: set, folder: folder, stderr: stderr, mock: set.mock, bare: filepath.Join(folder, "bare"+suffix())}
	if b.mock == "" {
		b.mock = filepath.Join(folder, "oauthmock"+suffix())
		err = goBuild(ctx, set.root, set.root, b.mock, "./cmd/oauthmock", stderr)
	}
	if err == nil {
		err = goBuild(ctx, set.root, filepath.Join(set.root, "tools"), b.bare, "./bench/bare", stderr)
	}
	if err == nil {
		err = b.sameGin()
	}
	if err != nil {
		b.remove()
		return nil, err
	}
	return b, nil
}

func (b *bench) remove() {
	if err := os.RemoveAll(b.folder); err != nil {
		fmt.Fprintln(b.stderr, "bench:", err)
	}
}

func suffix() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}

// goBuild builds a program of the module in a folder as releases are built. root is the project's.
func goBuild(ctx context.Context, root, folder, output, program string, stderr io.Writer) error {
	fmt.Fprintf(stderr, "bench: go build %s\n", program)
	root, err := filepath.Abs(root) // the profile's path is seen from the folder
	if err != nil {
		return err
	}
	args := append([]string{"build"}, gobuild.Flags(root)...)
	cmd := exec.CommandContext(ctx, "go", append(args, "-o", output, program)...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = folder, stderr, stderr
	cmd.Env = gobuild.Environment(os.Environ(), runtime.GOOS, runtime.GOARCH)
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("go build %s: %w", program, err)
	}
	return nil
}

// sameGin: two versions of Gin, or of Go, would be measured instead of what the mock adds.
func (b *bench) sameGin() error {
	mock, err := buildinfo.ReadFile(b.mock)
	if err != nil {
		return err
	}
	bare, err := buildinfo.ReadFile(b.bare)
	if err != nil {
		return err
	}
	if mine, its := ginOf(mock), ginOf(bare); mine != its {
		return fmt.Errorf("the mock is built with Gin %s, the bare server with %s: let tools/go.mod require the version of go.mod", mine, its)
	}
	if mock.GoVersion != bare.GoVersion {
		return fmt.Errorf("the mock is built with %s, the bare server with %s", mock.GoVersion, bare.GoVersion)
	}
	b.gin, b.goes = ginOf(mock), mock.GoVersion
	return nil
}

func ginOf(info *buildinfo.BuildInfo) string {
	for _, dep := range info.Deps {
		if dep.Path == ginPath {
			return dep.Version
		}
	}
	return "(none)"
}

// machine describes the machine and the setting of the measurement.
func (b *bench) machine() string {
	procs := func(n int) string {
		if n == 0 {
			return "default"
		}
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%d cores, %s/%s, %s, Gin %s; %d connections, %d rounds of %s; GOMAXPROCS of the servers %s, of the load generator %s",
		runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, b.goes, b.gin, b.connections, b.rounds, b.slice, procs(b.serverProcs), procs(b.clientProcs))
}
