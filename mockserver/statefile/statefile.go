// Package statefile keeps the state of a server in a file. The file is JSON, one entry of a list in each line, of the format and version that
// fixtures have. Whatever happens while it is written, what stands under its name is all of the old state or all of the new one.
package statefile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"oauthmock/fixtures"
)

// File is a state on disk. It is safe for concurrent use by one process; two processes must not have the same.
type File struct {
	path string // symbolic links followed
	mu   sync.Mutex
}

// temporary is how the names of half-written files end; they begin with a dot and the name of the file.
const temporary = ".part"

// Open names the file, which need not be there yet; its folder must be. What a writer left half-written when it was killed is removed.
func Open(path string) (*File, error) {
	if path == "" {
		return nil, errors.New("the state needs the name of a file")
	}
	target, err := filepath.EvalSymlinks(path)
	switch {
	case err == nil:
		path = target
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	if is, err := os.Stat(path); err == nil && !is.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no plain file: name one, or one that is not there yet", path)
	}
	f := &File{path: path}
	folder, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("the state cannot be kept there: %w", err)
	}
	for _, entry := range folder {
		if name := entry.Name(); entry.Type().IsRegular() && strings.HasPrefix(name, f.prefix()) && strings.HasSuffix(name, temporary) {
			if err := os.Remove(filepath.Join(filepath.Dir(path), name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, fmt.Errorf("what was left half-written cannot be removed: %w", err)
			}
		}
	}
	return f, nil
}

func (f *File) prefix() string { return "." + filepath.Base(f.path) + "." }

// Path is where the state is kept.
func (f *File) Path() string { return f.path }

// Load reads the state. It answers fs.ErrNotExist when there is none yet; a file that is damaged is refused with its name and the line, and
// stays as it is.
func (f *File) Load() (*fixtures.World, error) {
	w, err := fixtures.LoadFile(f.path)
	if err == nil && w.Server == nil {
		err = fixtures.Problem{File: f.path, Line: 1, Place: "server", Message: "is missing: this is a fixture and no state; start with --fixtures, or name another file for the state"}
	}
	if problem, ok := errors.AsType[fixtures.Problem](err); ok && problem.Line == 0 {
		problem.Line = 1 // an empty file, say
		err = problem
	}
	return w, err
}

// Save writes the state in the place of the old one, in one step. The file and its folder are on the disk when it returns.
func (f *File) Save(w *fixtures.World) (err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	folder := filepath.Dir(f.path)
	out, err := os.CreateTemp(folder, f.prefix()+"*"+temporary) // for its owner alone: it will hold secrets
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, discard(out))
		}
	}()
	bounded := &bounded{to: out, left: fixtures.MaxBytes}
	buffered := bufio.NewWriterSize(bounded, 1<<16)
	if err = write(buffered, w); err != nil {
		return err
	}
	if err = buffered.Flush(); err != nil {
		return err
	}
	if err = out.Sync(); err != nil {
		return err
	}
	if err = out.Close(); err != nil {
		return err
	}
	if err = os.Rename(out.Name(), f.path); err != nil {
		return err
	}
	syncFolder(folder)
	return nil
}

// discard removes a file that was not finished.
func discard(out *os.File) error {
	_ = out.Close() // it may be closed
	err := os.Remove(out.Name())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// syncFolder puts a new name on the disk. Not every system and file system can; the file itself is there in any case.
func syncFolder(folder string) {
	if d, err := os.Open(folder); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}

// bounded refuses to write a state that could not be read again.
type bounded struct {
	to   io.Writer
	left int
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, fmt.Errorf("the state is larger than %d MiB, which is the most that can be read again: the file stays as it was", fixtures.MaxBytes>>20)
	}
	return b.to.Write(p)
}
