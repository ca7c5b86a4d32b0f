package account

import "time"

// MaxErrors is how many entries the error log keeps; the oldest go first. Counts of errors in the usage stay exact beyond it.
const MaxErrors = 10_000

// ErrorEntry is one refused call, as the surface answered it. The numbers are the surface's; the account only keeps them.
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

// ErrorLog remembers refused calls, oldest first.
type ErrorLog struct{ entries []ErrorEntry }

// NewErrorLog makes a log of entries, oldest first.
func NewErrorLog(entries []ErrorEntry) ErrorLog { return ErrorLog{entries: entries} }

// Entries are the newest MaxErrors entries, oldest first. Read only, and only within the transaction.
func (l *ErrorLog) Entries() []ErrorEntry {
	return l.entries[max(0, len(l.entries)-MaxErrors):]
}

func (l *ErrorLog) add(e ErrorEntry) {
	// Twice the bound is allowed to pile up, so that a full log is copied once in MaxErrors calls.
	if len(l.entries) >= 2*MaxErrors {
		l.entries = append(make([]ErrorEntry, 0, 2*MaxErrors), l.Entries()...)
	}
	l.entries = append(l.entries, e)
}
