package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"oauthmock/tools/gobuild"
)

// versionFile is where the programs read their version from; its content is replaced during the
// build, and then restored.
const versionFile = "release/version.txt"

// programs returns the programs of a release, sorted.
func programs() []string { return []string{"oauthconform", "oauthmock"} }

func thisPlatform() platform { return platform{runtime.GOOS, runtime.GOARCH} }

// arguments of go build, which writes programs into a folder.
func arguments(overlay, into string, names []string) []string {
	args := append([]string{"build"}, gobuild.Flags("")...)
	args = append(args, "-overlay", overlay, "-o", into+string(filepath.Separator))
	for _, name := range names {
		args = append(args, "./cmd/"+name)
	}
	return args
}

// builder builds the programs with one version. It holds a temporary folder until it is closed.
type builder struct {
	root, version string

	temporary, overlay string
}

func newBuilder(root, version string) (*builder, error) {
	temporary, err := os.MkdirTemp("", "oauthmock-dist-*")
	if err != nil {
		return nil, err
	}
	b := &builder{root: root, version: version, temporary: temporary, overlay: filepath.Join(temporary, "overlay.json")}
	stamp := filepath.Join(temporary, "version.txt")
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(root, filepath.FromSlash(versionFile)): stamp}})
	if err == nil {
		err = errors.Join(os.WriteFile(stamp, []byte(version+"\n"), 0o600), os.WriteFile(b.overlay, overlay, 0o600))
	}
	if err != nil {
		return nil, errors.Join(err, b.close())
	}
	return b, nil
}

func (b *builder) close() error { return os.RemoveAll(b.temporary) }

// build writes the programs for a platform into a folder.
func (b *builder) build(ctx context.Context, p platform, into string) error {
	return b.compile(ctx, p, into, programs())
}

// buildOne writes one program with both names into a folder: oauthconform is the mock when it is
// started as oauthmock.
func (b *builder) buildOne(ctx context.Context, p platform, into string) error {
	if err := os.MkdirAll(into, 0o755); err != nil {
		return err
	}
	second := filepath.Join(into, p.program("oauthmock"))
	if err := os.Remove(second); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Symlink(p.program("oauthconform"), second); err != nil {
		return err
	}
	return b.compile(ctx, p, into, []string{"oauthconform"})
}

func (b *builder) compile(ctx context.Context, p platform, into string, names []string) error {
	into, err := filepath.Abs(into)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(into, 0o755); err != nil {
		return err
	}
	command := exec.CommandContext(ctx, "go", arguments(b.overlay, into, names)...)
	command.Dir = b.root
	command.Env = gobuild.Environment(os.Environ(), p.os, p.arch)
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, output)
	}
	if p == thisPlatform() {
		return b.tryOut(ctx, into)
	}
	return nil
}

// tryOut checks that the programs start, and report their version.
func (b *builder) tryOut(ctx context.Context, folder string) error {
	for _, name := range programs() {
		output, err := exec.CommandContext(ctx, filepath.Join(folder, thisPlatform().program(name)), "version").Output()
		if err != nil {
			return fmt.Errorf("%s version: %w", name, err)
		}
		words := strings.FieldsFunc(string(output), func(r rune) bool { return r == ' ' || r == ',' || r == '\n' })
		if len(words) < 2 || words[1] != b.version {
			return fmt.Errorf("%s version prints %q, which does not begin with %s %s", name, output, name, b.version)
		}
	}
	return nil
}
