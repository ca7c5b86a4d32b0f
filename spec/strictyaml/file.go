package strictyaml

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// OpenFile opens a file for reading. It refuses anything but a regular file before opening it:
// opening a pipe that nobody writes to blocks, and a device never ends. Errors name the file.
func OpenFile(path string) (*os.File, error) {
	there, err := os.Stat(path)
	if err != nil {
		return os.Open(path) //nolint:gosec // which fails too, with the usual message
	}
	if err := regular(path, there); err != nil {
		return nil, err
	}
	return os.Open(path) //nolint:gosec // the user names the file
}

// ReadFile reads a file that OpenFile accepts, up to one byte more than most.
func ReadFile(path string, most int) ([]byte, error) {
	file, err := OpenFile(path)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(file, int64(most)+1))
	return data, errors.Join(err, file.Close())
}

// ReadFileFS is ReadFile in a file system.
func ReadFileFS(fsys fs.FS, path string, most int) ([]byte, error) {
	there, err := fs.Stat(fsys, path)
	if err != nil {
		return nil, err
	}
	if err := regular(path, there); err != nil {
		return nil, err
	}
	file, err := fsys.Open(path)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(file, int64(most)+1))
	return data, errors.Join(err, file.Close())
}

func regular(path string, there fs.FileInfo) error {
	switch {
	case there.IsDir():
		return &fs.PathError{Op: "read", Path: path, Err: errors.New("is a directory; name a file")}
	case !there.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file; name one, or copy what it holds into one", path)
	}
	return nil
}
