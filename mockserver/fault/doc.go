// Package fault injects faults: rules define which calls go wrong, when, and how. A rule is plain
// data (Rule); a Book is the ordered list of rules of a server. The fault of a call is decided
// once, when caller and operation are known, and injected by the outermost handler, which has the
// connection. Every effect has a file of its own; docs/faults.md describes what each does on
// HTTP/1.1 and on HTTP/2, and how to add one.
package fault
