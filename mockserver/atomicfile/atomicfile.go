// Package atomicfile writes files in one step: a reader finds the old content or the new one, whole.
package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// suffix ends the names of half-written files. They begin with a dot and the name of the file.
const suffix = ".part"

func prefix(path string) string { return "." + filepath.Base(path) + "." }

// Write replaces the file at path with what write writes, and sets its permissions to mode. On an
// error the file stays as it was. Write refuses to replace anything but a regular file. It follows
// symbolic links, as Follow does.
func Write(path string, mode fs.FileMode, write func(io.Writer) error) error {
	return replace(path, mode, write, func(*os.File) error { return nil })
}

// maxLinks bounds how many symbolic links lead to a file.
const maxLinks = 40

// Follow returns the path of the file that a path leads to by symbolic links. The file need not be
// there, as it often is not yet where a volume is mounted; its folder must be for Write.
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

// Remove removes the file that a path leads to, and leaves symbolic links alone. A file that is not
// there is no error; what is no regular file is refused.
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

// Save is Write, and returns after the content is on the disk, so that it survives a crash of the
// system.
func Save(path string, mode fs.FileMode, write func(io.Writer) error) error {
	if err := replace(path, mode, write, (*os.File).Sync); err != nil {
		return err
	}
	// The new name reaches the disk with the folder. Not every system can sync a folder; the old
	// content is whole in any case.
	if folder, err := os.Open(filepath.Dir(path)); err == nil {
		_ = folder.Sync()
		_ = folder.Close()
	}
	return nil
}

func replace(path string, mode fs.FileMode, write func(io.Writer) error, sync func(*os.File) error) (err error) {
	if path, err = Follow(path); err != nil {
		return err
	}
	if there, err := os.Stat(path); err == nil && !there.Mode().IsRegular() { // a rename would replace a device
		return fmt.Errorf("%s is not a regular file", path)
	}
	part, err := os.CreateTemp(filepath.Dir(path), prefix(path)+"*"+suffix)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = part.Close() // it may be closed already
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
	return os.Rename(part.Name(), path)
}

// Clean removes what writers of the file at path left half-written when they were killed. Nothing may
// write the file meanwhile.
func Clean(path string) error {
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
