package main

import (
	"archive/tar"
	"archive/zip"
	"compress/flate"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// entry is a file of an archive.
type entry struct {
	name string
	mode fs.FileMode
	data []byte
}

// sumsFile lists the checksums of the archives, for sha256sum -c.
const sumsFile = "SHA256SUMS"

// archive builds the programs for a platform, and packs them with their documentation. It returns
// the archive's name.
func (b *builder) archive(ctx context.Context, p platform, out string, date time.Time) (string, error) {
	folder := filepath.Join(b.temporary, p.os+"-"+p.arch)
	if err := b.build(ctx, p, folder); err != nil {
		return "", err
	}
	entries, err := b.entries(ctx, p, folder)
	if err != nil {
		return "", err
	}
	title := fmt.Sprintf("oauthmock_%s_%s_%s", b.version, p.os, p.arch)
	name, pack := title+".tar.gz", writeTar
	if p.os == "windows" {
		name, pack = title+".zip", writeZip
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return "", err
	}
	path := filepath.Join(out, name)
	if err := writeWhole(path, func(w io.Writer) error { return pack(w, title, entries, date) }); err != nil {
		return "", err
	}
	if err := check(path, title, p, entries); err != nil {
		return "", fmt.Errorf("%s does not hold what it should: %w", path, err)
	}
	return name, nil
}

// entries reads what belongs into an archive, sorted by name.
func (b *builder) entries(ctx context.Context, p platform, folder string) ([]entry, error) {
	var all []entry
	add := func(name, path string, mode fs.FileMode) error {
		data, err := os.ReadFile(path)
		if err == nil {
			all = append(all, entry{name, mode, data})
		}
		return err
	}
	for _, name := range programs() {
		if err := add(p.program(name), filepath.Join(folder, p.program(name)), 0o755); err != nil {
			return nil, err
		}
	}
	if err := add("README.md", filepath.Join(b.root, "README.md"), 0o644); err != nil {
		return nil, err
	}
	for _, name := range []string{licenceFile, "CHANGELOG.md"} {
		if err := add(name, filepath.Join(b.root, name), 0o644); err != nil {
			return nil, err
		}
	}
	notices, err := b.notices(ctx)
	if err != nil {
		return nil, err
	}
	all = append(all, entry{noticesFile, 0o644, notices})
	for i := range all {
		if all[i].name == "README.md" {
			all[i].data = standalone(all[i].data, func(name string) bool {
				return slices.ContainsFunc(all, func(e entry) bool { return e.name == name })
			})
		}
	}
	slices.SortFunc(all, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	return all, nil
}

// standalone makes plain words of the links of a page that lead to files which are not beside it:
// in an archive they would lead nowhere.
func standalone(page []byte, beside func(name string) bool) []byte {
	link := regexp.MustCompile(`\[([^\[\]]+)\]\(([^()\s]+)\)`)
	return link.ReplaceAllFunc(page, func(found []byte) []byte {
		parts := link.FindSubmatch(found)
		target, _, _ := strings.Cut(string(parts[2]), "#")
		if target == "" || strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") || beside(target) {
			return found
		}
		return parts[1]
	})
}

// writeTar writes a tar file, gzipped, with the entries in one folder.
func writeTar(w io.Writer, folder string, entries []entry, date time.Time) error {
	compressed, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	archive := tar.NewWriter(compressed)
	for _, e := range entries {
		header := &tar.Header{
			Typeflag: tar.TypeReg, Name: folder + "/" + e.name, Mode: int64(e.mode), Size: int64(len(e.data)), ModTime: date, Format: tar.FormatPAX,
		}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		if _, err := archive.Write(e.data); err != nil {
			return err
		}
	}
	return errors.Join(archive.Close(), compressed.Close())
}

// writeZip writes a zip file with the entries in one folder.
func writeZip(w io.Writer, folder string, entries []entry, date time.Time) error {
	archive := zip.NewWriter(w)
	archive.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestCompression) })
	for _, e := range entries {
		header := &zip.FileHeader{Name: folder + "/" + e.name, Method: zip.Deflate, Modified: date}
		header.SetMode(e.mode)
		file, err := archive.CreateHeader(header)
		if err != nil {
			return err
		}
		if _, err := file.Write(e.data); err != nil {
			return err
		}
	}
	return archive.Close()
}

// writeSums writes the checksums of the archives, sorted by name.
func writeSums(out string, names []string) error {
	var lines strings.Builder
	for _, name := range slices.Sorted(slices.Values(names)) {
		data, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			return err
		}
		fmt.Fprintf(&lines, "%x  %s\n", sha256.Sum256(data), name)
	}
	return writeWhole(filepath.Join(out, sumsFile), func(w io.Writer) error {
		_, err := io.WriteString(w, lines.String())
		return err
	})
}

// writeWhole writes a file atomically.
func writeWhole(path string, write func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".dist-*")
	if err != nil {
		return err
	}
	err = write(file)
	err = errors.Join(err, file.Chmod(0o644), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}
