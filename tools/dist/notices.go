package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"oauthmock/tools/gobuild"
)

// licenceFile is the project's own licence.
const licenceFile = "LICENSE"

// noticesFile holds the licences of everything that the programs link.
const noticesFile = "THIRD_PARTY_NOTICES.txt"

// licences matches the names of files that a notice repeats.
var licences = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice)([-._].*)?$`)

// copied is a package that no program links, but whose words all of them hold (fixtures/words). A
// project without it, as in tests, has no notice of it (go list -e).
const copied = "github.com/brianvoe/gofakeit/v7/data"

// notices returns the licences of Go and of each module that a program links, sorted by module. A
// module without one is an error: it may not be distributed.
func (b *builder) notices(ctx context.Context) ([]byte, error) {
	list := exec.CommandContext(ctx, "go", "list", "-e", "-deps", "-tags", "nomsgpack,timetzdata", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}{{end}}", "./cmd/...", copied)
	list.Dir, list.Stderr = b.root, os.Stderr
	list.Env = gobuild.Environment(os.Environ(), runtime.GOOS, runtime.GOARCH)
	out, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	slices.Sort(lines)
	var text bytes.Buffer
	text.WriteString("oauthmock and oauthconform contain software of others. These are its licences.\n")
	goes, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("go env GOROOT: %w", err)
	}
	if err := notice(&text, runtime.Version(), strings.TrimSpace(string(goes))); err != nil {
		return nil, err
	}
	for _, line := range slices.Compact(lines) {
		fields := strings.Split(line, "\t")
		if len(fields) != 3 {
			continue // a package of the standard library, or of the project
		}
		if err := notice(&text, fields[0]+" "+fields[1], fields[2]); err != nil {
			return nil, err
		}
	}
	return text.Bytes(), nil
}

// writeLicences writes the project's licence and the notices into a folder, for an image.
func (b *builder) writeLicences(ctx context.Context, folder string) error {
	licence, err := os.ReadFile(filepath.Join(b.root, licenceFile))
	if err != nil {
		return err
	}
	text, err := b.notices(ctx)
	if err != nil {
		return err
	}
	return errors.Join(os.MkdirAll(folder, 0o755), os.WriteFile(filepath.Join(folder, licenceFile), licence, 0o644), os.WriteFile(filepath.Join(folder, noticesFile), text, 0o644))
}

// notice appends the licences in a folder.
func notice(text *bytes.Buffer, title, folder string) error {
	files, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("%s: %w", title, err)
	}
	found := false
	for _, file := range files {
		if file.IsDir() || !licences.MatchString(file.Name()) {
			continue
		}
		licence, err := os.ReadFile(filepath.Join(folder, file.Name()))
		if err != nil {
			return fmt.Errorf("%s: %w", title, err)
		}
		found = true
		fmt.Fprintf(text, "\n%s\n%s (%s)\n\n%s\n", strings.Repeat("=", 80), title, file.Name(), bytes.TrimSpace(bytes.ReplaceAll(licence, []byte("\r\n"), []byte("\n"))))
	}
	if !found {
		return fmt.Errorf("%s has no licence in %s: %w", title, folder, errNoLicence)
	}
	return nil
}

var errNoLicence = errors.New("it may not be passed on")
