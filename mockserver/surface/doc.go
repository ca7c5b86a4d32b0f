// Package surface is the way of a request through an API, once for all APIs. A Surface is one API
// as a value: where it is found, its operations, and how it words a refusal. An Engine serves it:
// it authenticates the caller, decides faults, refuses what no operation could answer, calls the
// operation's handler, and writes the answer. The Router finds the engine of a request by host and
// path. Each API is a package of its own below this one.
package surface
