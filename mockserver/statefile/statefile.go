// Package statefile keeps the state of a server in a file. The file is JSON, one entry of a list in
// each line, of the format and version that fixtures have. Whatever happens while it is written,
// what stands under its name is all of the old state or all of the new one.
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

// File is a state on disk. It is safe for concurrent use by one process; two processes must not
// have the same (Acquire).
type File struct {
	path  string // symbolic links followed
	limit int    // the most bytes that are written
	mu    sync.Mutex
}

// Find returns the absolute path of the state that a path leads to by symbolic links, and refuses
// what is not a regular file.
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

// Open names the file, which need not be there yet; its folder must be. What a writer left
// half-written when it was killed is removed. A process that shares the folder with others calls
// Acquire before.
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

// Path is where the state is kept.
func (f *File) Path() string { return f.path }

// Load reads the state. It answers fs.ErrNotExist when there is none yet; a file that is damaged is
// refused with its name and the line, and stays as it is.
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

// Save replaces the state in one step. The file and its folder are on the disk when it returns.
func (f *File) Save(w *fixtures.World) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return atomicfile.Save(f.path, 0o600, func(file io.Writer) error { // for its owner alone: it holds secrets
		buffered := bufio.NewWriterSize(&bounded{to: file, limit: f.limit, left: f.limit}, 1<<16)
		if err := write(buffered, w); err != nil {
			return err
		}
		return buffered.Flush()
	})
}

// bounded refuses to write a state that could not be read again.
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

// CheckSize returns an error where a state is too large to be written, by an estimate from some of
// its entries.
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

// length estimates how many bytes a list takes, by at most so many of its entries.
func length[T any](list []T) int {
	const samples = 100
	step := max(1, len(list)/samples)
	sum, looked := 0, 0
	for i := 0; i < len(list); i += step {
		entry, err := json.Marshal(&list[i])
		if err != nil {
			return 0 // as Save will say
		}
		sum += len(entry) + len(",\n")
		looked++
	}
	if looked == 0 {
		return 0
	}
	return sum / looked * len(list)
}
