package runner

import (
	"fmt"
	"sync"
)

// breakerLimit is how many failures in a row without an answer it takes to give up a target, or one
// operation of it.
const breakerLimit = 3

// breaker stops requests to a target that does not answer, so that not every scenario waits for it.
type breaker struct {
	name string // the target, in words

	mu       sync.Mutex
	answered bool
	// failures in a row, by operation; "" counts all.
	failures map[string]int
	open     map[string]string
}

func newBreaker(name string) *breaker {
	return &breaker{name: name, failures: map[string]int{}, open: map[string]string{}}
}

// given says why an operation ("" for the target as a whole) is not asked any more, or "".
func (b *breaker) given(operation string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if reason := b.open[""]; reason != "" {
		return reason
	}
	return b.open[operation]
}

func (b *breaker) success(operation string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answered = true
	delete(b.failures, "")
	delete(b.failures, operation)
}

// forgive forgets the failures of an operation that are known to be no sign of a target that does
// not answer.
func (b *breaker) forgive(operation string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.failures, "")
	delete(b.failures, operation)
	delete(b.open, operation)
}

func (b *breaker) failure(operation string, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.answered && unreachable(err) {
		b.open[""] = fmt.Sprintf("%s cannot be reached: %v", b.name, err)
		return
	}
	keys := []string{"", operation}
	if operation == "" {
		keys = keys[:1]
	}
	for _, key := range keys {
		b.failures[key]++
		if b.failures[key] < breakerLimit || b.open[key] != "" {
			continue
		}
		who := b.name
		if key != "" {
			who = key
		}
		b.open[key] = fmt.Sprintf("given up after %d requests in a row to which %s gave no whole answer (the last: %v)", breakerLimit, who, err)
	}
}
