package statefile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"

	"oauthmock/mockserver/atomicfile"
)

// Lock is the right of one process to write a state. The system releases it when the process ends,
// however it ends.
type Lock struct {
	lock *flock.Flock
	own  bool // the file was created for the lock, and is removed with it
}

// Acquire locks the state at path for this process, or returns an error that names the process that
// holds it. The lock is on a file beside the state, because writing replaces the state; if the
// folder takes no further file, and the state is written in place, it is on the state itself.
func Acquire(path string) (*Lock, error) {
	path, err := atomicfile.Follow(path)
	if err != nil {
		return nil, err
	}
	beside := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".lock")
	if info, err := os.Stat(beside); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file: remove it, so that the state can be locked there", beside)
	}
	for {
		l := &Lock{lock: flock.New(beside, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600)), own: true}
		got, err := l.lock.TryLock()
		if err != nil && !errors.Is(err, errors.ErrUnsupported) {
			l = &Lock{lock: flock.New(path, flock.SetFlag(os.O_RDWR))}
			var again error
			if got, again = l.lock.TryLock(); again == nil || errors.Is(again, errors.ErrUnsupported) {
				err = again
			}
		}
		switch {
		case errors.Is(err, errors.ErrUnsupported): // some network drives have no locks
			return l, nil
		case err != nil:
			return nil, fmt.Errorf("%s could not be written: %w", path, err)
		case !got:
			return nil, fmt.Errorf("%s is the state of %s: stop it, or name another file", path, holder(l))
		case l.own && !l.still(beside): // its holder removed the file meanwhile
			_ = l.lock.Close()
			continue
		}
		l.sign()
		return l, nil
	}
}

// still reports whether path still names the locked file.
func (l *Lock) still(path string) bool {
	locked, err := l.lock.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(path)
	return err == nil && os.SameFile(locked, there)
}

// sign writes into the lock file which process holds it. The first byte stays free: Windows locks
// it against readers, too.
func (l *Lock) sign() {
	if !l.own {
		return
	}
	if file, err := os.OpenFile(l.lock.Path(), os.O_WRONLY, 0); err == nil { // if it fails, the holder is just not named
		_, _ = file.WriteAt(fmt.Appendf(nil, "%-*s", signature, fmt.Sprint("process ", os.Getpid())), 1)
		_ = file.Close()
	}
}

// signature is the length of what sign writes, in bytes.
const signature = 32

// holder describes who holds a lock.
func holder(l *Lock) string {
	const unknown = "another process"
	if !l.own {
		return unknown
	}
	file, err := os.Open(l.lock.Path())
	if err != nil {
		return unknown
	}
	defer file.Close()
	text := make([]byte, signature)
	n, _ := file.ReadAt(text, 1) // an unreadable holder is not named
	if said := strings.TrimSpace(string(text[:n])); said != "" {
		return said
	}
	return unknown
}

// Release releases the lock, and removes its file.
func (l *Lock) Release() error {
	if !l.own {
		return l.lock.Close()
	}
	removed := os.Remove(l.lock.Path()) // while it is locked, so that nobody else locks the same file
	err := l.lock.Close()
	if removed != nil { // Windows cannot remove an open file
		_ = os.Remove(l.lock.Path())
	}
	return err
}
