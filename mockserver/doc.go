// Package mockserver is the mock of Openapi's OAuth API, as a library: New makes a server, and
// Handler returns its HTTP handler. Servers share nothing, so any number of them can run in one
// process. Package mocktest starts one for the time of a test.
package mockserver
