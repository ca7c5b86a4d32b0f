package mocktest_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

// recorded is a test that writes down what it is told.
type recorded struct {
	testing.TB
	mu       sync.Mutex
	failed   bool
	log      strings.Builder
	cleanups []func()
}

func (r *recorded) Helper() {}
func (r *recorded) Cleanup(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cleanups = append(r.cleanups, f)
}

func (r *recorded) Failed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failed
}

func (r *recorded) Logf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fmt.Fprintf(&r.log, format+"\n", args...)
}

func (r *recorded) Errorf(format string, args ...any) {
	r.Logf(format, args...)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failed = true
}

// fatal is what a recorded test ends with.
type fatal struct{ message string }

func (r *recorded) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	panic(fatal{fmt.Sprintf(format, args...)})
}

// end runs what was to be cleaned up, the newest first, and answers all that was logged.
func (r *recorded) end() string {
	for len(r.cleanups) > 0 {
		last := len(r.cleanups) - 1
		f := r.cleanups[last]
		r.cleanups = r.cleanups[:last]
		f()
	}
	return r.log.String()
}
