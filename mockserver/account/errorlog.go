package account

import "time"

// ErrorEntry is one refused call, as the surface answered it. The numbers are the surface's; the
// account only keeps them.
type ErrorEntry struct {
	ID     string
	Scope  string
	At     time.Time
	Status int
	// Code is the error number as the surface writes it: "190", "125.22".
	Code    string
	Message string
	IP      string
}

// ErrorLog remembers refused calls, oldest first. Counts of errors in the usage stay exact beyond
// what it remembers.
type ErrorLog struct {
	entries []ErrorEntry
	bound   int // Retention.Errors; zero is the default
}

// NewErrorLog makes a log of entries, oldest first.
func NewErrorLog(entries []ErrorEntry) ErrorLog { return ErrorLog{entries: entries} }

// Entries are the newest entries, oldest first. Read only, and only within the transaction.
func (l *ErrorLog) Entries() []ErrorEntry {
	return l.entries[max(0, len(l.entries)-or(l.bound, DefaultErrors)):]
}

// add puts an entry into the log, which remembers so many.
func (l *ErrorLog) add(e ErrorEntry, bound int) {
	l.bound = bound
	// Twice the bound is allowed to pile up, so that a full log is copied only once in a while.
	if len(l.entries) >= 2*bound {
		l.entries = append(make([]ErrorEntry, 0, 2*bound), l.Entries()...)
	}
	l.entries = append(l.entries, e)
}
