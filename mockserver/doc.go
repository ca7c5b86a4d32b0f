// Package mockserver is the mock of Openapi's OAuth API as a library: New creates a server, and
// Handler returns its HTTP handler. Servers share nothing, so any number of them can run in one
// process. Package mocktest starts one for the duration of a test.
package mockserver
