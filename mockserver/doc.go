// Package mockserver is the mock of Openapi's OAuth API, as a library: New makes a server, Handler answers its requests.
// Many servers can live in one process; they share nothing.
package mockserver
