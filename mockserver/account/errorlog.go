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

// ErrorLog keeps refused calls, oldest first. The usage counts errors exactly, also beyond what the
// log keeps.
type ErrorLog struct {
	entries []ErrorEntry
	bound   int // Retention.Errors; zero is the default
}

// NewErrorLog creates a log of entries, oldest first.
func NewErrorLog(entries []ErrorEntry) ErrorLog { return ErrorLog{entries: entries} }

// Entries returns the newest entries, oldest first. The result must not be modified, nor used
// outside the transaction.
func (l *ErrorLog) Entries() []ErrorEntry {
	return l.entries[max(0, len(l.entries)-or(l.bound, DefaultErrors)):]
}

// add adds an entry, and drops the oldest ones beyond the bound.
func (l *ErrorLog) add(e ErrorEntry, bound int) {
	l.bound = bound
	// Up to twice the bound may accumulate, so that a full log is rarely copied.
	if len(l.entries) >= 2*bound {
		l.entries = append(make([]ErrorEntry, 0, 2*bound), l.Entries()...)
	}
	l.entries = append(l.entries, e)
}
