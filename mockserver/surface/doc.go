// Package surface is the way of a request through an API, once for all APIs. A Surface describes
// one API as a value: its hosts and prefix, its operations, and the form of its refusals. An Engine
// serves it: it authenticates the caller, decides faults, refuses requests that no operation could
// answer, calls the operation's handler, and writes the answer. The Router finds the engine of a
// request by host and path. Each API is a package below this one.
package surface
