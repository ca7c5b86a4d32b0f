// Package atomicfile writes files atomically: a reader sees either the old content or the new one,
// never a part.
package atomicfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// suffix is the suffix of half-written files, whose names are a dot, the name of the file, and
// digits.
const suffix = ".part"

func prefix(path string) string { return "." + filepath.Base(path) + "." }

// Write replaces the content of the file at path with what write writes, and sets its permissions
// to mode. On an error the file is unchanged. Write refuses to replace anything but a regular file.
// It follows symbolic links, as Follow does.
func Write(path string, mode fs.FileMode, write func(io.Writer) error) error {
	return replace(path, mode, write, func(*os.File) error { return nil })
}

// maxLinks bounds how many symbolic links lead to a file.
const maxLinks = 40

// Follow resolves symbolic links and returns the path of the file. The file need not exist, as is
// often the case where a volume is mounted; for Write its folder must.
func Follow(path string) (string, error) {
	for range maxLinks {
		there, err := os.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) || err == nil && there.Mode()&fs.ModeSymlink == 0 {
			return path, nil
		}
		if err != nil {
			return "", err
		}
		target, err := os.Readlink(path)
		if err != nil {
			return "", err
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(path), target)
		}
		path = target
	}
	return "", fmt.Errorf("%s: too many symbolic links", path)
}

// Remove removes the file that a path leads to, but not the symbolic links to it. A file that does
// not exist is not an error; anything but a regular file is.
func Remove(path string) error {
	path, err := Follow(path)
	if err != nil {
		return err
	}
	there, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !there.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file", path)
	}
	return os.Remove(path)
}

// Save is like Write, but returns only once the content is on disk, so that it survives a crash of
// the system.
func Save(path string, mode fs.FileMode, write func(io.Writer) error) error {
	if err := replace(path, mode, write, (*os.File).Sync); err != nil {
		return err
	}
	// The new name reaches the disk with the folder. Not every system can sync a folder; the old
	// content is intact in any case.
	if folder, err := os.Open(filepath.Dir(path)); err == nil {
		_ = folder.Sync()
		_ = folder.Close()
	}
	return nil
}

// replace writes a copy beside the old file and renames it. A file that cannot be replaced so, such
// as one mounted alone into a container, is written in place from the complete copy beside it,
// which is kept until that is done, or from memory if the folder takes no copy.
func replace(path string, mode fs.FileMode, write func(io.Writer) error, sync func(*os.File) error) (err error) {
	if path, err = Follow(path); err != nil {
		return err
	}
	there, notThere := os.Stat(path)
	if notThere == nil && !there.Mode().IsRegular() { // a rename would replace a device
		return fmt.Errorf("%s is not a regular file", path)
	}
	part, err := os.CreateTemp(filepath.Dir(path), prefix(path)+"*"+suffix)
	switch {
	case err != nil && notThere != nil:
		return err
	case err != nil:
		var memory bytes.Buffer
		if err := write(&memory); err != nil {
			return err
		}
		return overwrite(path, &memory, sync)
	}
	defer func() {
		if err != nil {
			_ = part.Close() // it may already be closed
			if remove := os.Remove(part.Name()); !errors.Is(remove, fs.ErrNotExist) {
				err = errors.Join(err, remove)
			}
		}
	}()
	if err := write(part); err != nil {
		return err
	}
	if err := errors.Join(sync(part), part.Chmod(mode), part.Close()); err != nil {
		return err
	}
	renamed := os.Rename(part.Name(), path)
	if renamed == nil || notThere != nil {
		return renamed
	}
	return fromCopy(part.Name(), path, sync)
}

// fromCopy writes a file in place from a complete copy beside it, and removes the copy. If the
// process ends meanwhile, Clean finds the copy by its name and finishes the work.
func fromCopy(part, path string, sync func(*os.File) error) error {
	if err := os.Rename(part, whole(path)); err != nil {
		return err
	}
	from, err := os.Open(whole(path))
	if err != nil {
		return err
	}
	defer from.Close()
	if err := overwrite(path, from, sync); err != nil {
		return err // and the copy stays
	}
	return os.Remove(whole(path))
}

// overwrite replaces the content of a file in place.
func overwrite(path string, from io.Reader, sync func(*os.File) error) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, from)
	return errors.Join(err, sync(file), file.Close())
}

// whole returns the name of the copy from which the file at path is written in place.
func whole(path string) string { return filepath.Join(filepath.Dir(path), prefix(path)+"whole") }

// Check reports whether and how Write could write the file at path, without touching it. inPlace is
// true if the folder takes no copy, so that a process killed while it writes leaves a partial file.
func Check(path string) (inPlace bool, err error) {
	if path, err = Follow(path); err != nil {
		return false, err
	}
	part, err := os.CreateTemp(filepath.Dir(path), prefix(path)+"*"+suffix)
	if err == nil {
		return false, errors.Join(part.Close(), os.Remove(part.Name()))
	}
	file, notThere := os.OpenFile(path, os.O_WRONLY, 0)
	switch {
	case errors.Is(notThere, fs.ErrNotExist):
		return false, err
	case notThere != nil:
		return false, notThere
	}
	return true, file.Close()
}

// Clean removes half-written copies that killed writers of the file at path left behind, and
// finishes a write in place. Nothing else may write the file meanwhile.
func Clean(path string) error {
	if _, err := os.Stat(whole(path)); err == nil {
		if err := fromCopy(whole(path), path, (*os.File).Sync); err != nil {
			return fmt.Errorf("what was left half-written cannot be finished from %s: %w", whole(path), err)
		}
	}
	folder, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return err
	}
	for _, entry := range folder {
		name := entry.Name()
		if !entry.Type().IsRegular() || !strings.HasPrefix(name, prefix(path)) || !strings.HasSuffix(name, suffix) {
			continue
		}
		if err := os.Remove(filepath.Join(filepath.Dir(path), name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("what was left half-written cannot be removed: %w", err)
		}
	}
	return nil
}
