// Package mockserver is the mock of Openapi's OAuth API, as a library: Start starts a mock for the time of a test, with accounts, a
// clock, a journal and clients of its own; New makes a server without a test, and Handler answers its requests. Many servers can live in one
// process; they share nothing.
package mockserver
