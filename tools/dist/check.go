package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"debug/buildinfo"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

// check reads an archive back, and demands that it holds the entries, in a folder, and that its
// programs are for the platform.
func check(file, folder string, p platform, want []entry) error {
	read := readTar
	if path.Ext(file) == ".zip" {
		read = readZip
	}
	got, err := read(file)
	if err != nil {
		return err
	}
	same := slices.EqualFunc(got, want, func(a, b entry) bool {
		return a.name == folder+"/"+b.name && a.mode == b.mode && bytes.Equal(a.data, b.data)
	})
	if !same {
		return fmt.Errorf("it holds %s instead of %s", names(got), names(want))
	}
	for _, name := range programs() {
		i := slices.IndexFunc(want, func(e entry) bool { return e.name == p.program(name) })
		if i < 0 {
			return fmt.Errorf("%s is missing", p.program(name))
		}
		if err := checkProgram(want[i].data, name, p); err != nil {
			return err
		}
	}
	return nil
}

// checkProgram demands that a file is a program of ours, for a platform, without C.
func checkProgram(data []byte, name string, p platform) error {
	info, err := buildinfo.Read(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	built := map[string]string{"package": info.Path}
	for _, setting := range info.Settings {
		built[setting.Key] = setting.Value
	}
	var errs []error
	for _, want := range [][2]string{
		{"package", "oauthmock/cmd/" + name}, {"GOOS", p.os}, {"GOARCH", p.arch}, {"CGO_ENABLED", "0"}, {"-trimpath", "true"},
	} {
		if built[want[0]] != want[1] {
			errs = append(errs, fmt.Errorf("%s was built with %s %q, not %q", name, want[0], built[want[0]], want[1]))
		}
	}
	return errors.Join(errs...)
}

func names(entries []entry) string {
	var all []string
	for _, e := range entries {
		all = append(all, fmt.Sprintf("%s (%s, %d bytes)", e.name, e.mode, len(e.data)))
	}
	return strings.Join(all, ", ")
}

func readTar(file string) ([]entry, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	plain, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	var all []entry
	for archive := tar.NewReader(plain); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(archive)
		if err != nil {
			return nil, err
		}
		all = append(all, entry{header.Name, fs.FileMode(header.Mode), data})
	}
}

func readZip(file string) ([]entry, error) {
	archive, err := zip.OpenReader(file)
	if err != nil {
		return nil, err
	}
	defer archive.Close()
	var all []entry
	for _, f := range archive.File {
		content, err := f.Open()
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(content)
		if err := errors.Join(err, content.Close()); err != nil {
			return nil, err
		}
		all = append(all, entry{f.Name, f.Mode(), data})
	}
	return all, nil
}
