// Package client judges clients of the API: it gives a command small tasks, watches what it does to
// a server, and applies rules to what the server's journal holds. The same rules judge what a
// running server saw, and HTTP archives.
//
// Tasks, cases and rules are three closed, versioned tables ([Tasks], [Cases], [Rules]), all of
// them data. A rule is a pure function from evidence, which is an ordered list of exchanges and
// what the command left behind, to a finding. The package shares no code with any server: it speaks
// to one by HTTP, to make accounts and faults and to read the journal.
package client
