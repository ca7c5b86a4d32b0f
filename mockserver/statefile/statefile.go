// Package statefile keeps the state of a server in a file. The file is JSON in the format and
// version of fixtures, with one list entry per line. Whatever happens while it is written, the file
// holds either all of the old state or all of the new one.
package statefile

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"oauthmock/fixtures"
	"oauthmock/mockserver/atomicfile"
)

// File is a state on disk. It is safe for concurrent use by one process; two processes must not use
// the same one (see Acquire).
type File struct {
	path  string // symbolic links are resolved
	limit int    // the largest size that is written, in bytes
	mu    sync.Mutex
}

// Find resolves symbolic links and returns the absolute path of a state. Anything but a regular
// file is an error.
func Find(path string) (string, error) {
	if path == "" {
		return "", errors.New("the state needs the name of a file")
	}
	path, err := atomicfile.Follow(path)
	if err != nil {
		return "", err
	}
	if path, err = filepath.Abs(path); err != nil {
		return "", err
	}
	if is, err := os.Stat(path); err == nil && !is.Mode().IsRegular() {
		return "", fmt.Errorf("%s is not a plain file: name one, or one that is not there yet", path)
	}
	return path, nil
}

// Open opens the state at path. The file need not exist; its folder must. What a killed writer left
// half-written is removed. A process that shares the folder with others calls Acquire first.
func Open(path string) (*File, error) {
	path, err := Find(path)
	if err != nil {
		return nil, err
	}
	if err := atomicfile.Clean(path); err != nil {
		return nil, fmt.Errorf("the state cannot be kept there: %w", err)
	}
	return &File{path: path, limit: fixtures.MaxBytes}, nil
}

// Path returns where the state is kept.
func (f *File) Path() string { return f.path }

// Load reads the state. It returns fs.ErrNotExist if there is none yet. A corrupt file is an error
// that names file and line, and is left untouched.
func (f *File) Load() (*fixtures.World, error) {
	w, err := fixtures.LoadFile(f.path)
	if err == nil && w.Server == nil {
		err = fixtures.Problem{File: f.path, Line: 1, Place: "server", Message: "is missing: this is a fixture and no state; start with --fixtures, or name another file for the state"}
	}
	if problem, ok := errors.AsType[fixtures.Problem](err); ok && problem.Line == 0 {
		problem.Line = 1 // an empty file, for example
		err = problem
	}
	return w, err
}

// Save replaces the state atomically. When it returns, the file and its folder are on disk.
func (f *File) Save(w *fixtures.World) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return atomicfile.Save(f.path, 0o600, func(file io.Writer) error { // readable by its owner only: it holds secrets
		buffered := bufio.NewWriterSize(&bounded{to: file, limit: f.limit, left: f.limit}, 1<<16)
		if err := write(buffered, w); err != nil {
			return err
		}
		return buffered.Flush()
	})
}

// bounded refuses to write a state too large to be read again.
type bounded struct {
	to          io.Writer
	limit, left int
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, fmt.Errorf("the state is larger than %d MiB, which is the most that can be read again: the file stays as it was", b.limit>>20)
	}
	return b.to.Write(p)
}

// CheckSize returns an error if a state is too large to be written, estimated from some of its
// entries.
func (f *File) CheckSize(w *fixtures.World) error {
	total := 0
	for i := range w.Accounts {
		a := &w.Accounts[i]
		for _, list := range []int{
			length(a.Tokens), length(a.Wallet.Transactions), length(a.Errors), length(a.Usage), length(a.Callbacks), length(a.Subscriptions),
		} {
			total += list
		}
	}
	if total <= f.limit {
		return nil
	}
	return fmt.Errorf("the state would be about %d MiB, and %d MiB is the most that can be written and read again: begin with a smaller world, or without --state",
		total>>20, f.limit>>20)
}

// length estimates the size of a list in bytes, from a sample of its entries.
func length[T any](list []T) int {
	const samples = 100
	step := max(1, len(list)/samples)
	sum, looked := 0, 0
	for i := 0; i < len(list); i += step {
		entry, err := json.Marshal(&list[i])
		if err != nil {
			return 0 // Save reports it
		}
		sum += len(entry) + len(",\n")
		looked++
	}
	if looked == 0 {
		return 0
	}
	return sum / looked * len(list)
}
