// Package fault makes calls go wrong on purpose: rules say which calls, when, and how. A rule is
// plain data (Rule); a Book is the ordered list of them that a server follows. What goes wrong with
// a call is decided once, when it is known who calls what, and done where the connection is at
// hand, by the outermost handler. Every effect has a file of its own; docs/faults.md says what each
// does on HTTP/1.1 and on HTTP/2, and how to add one.
package fault
