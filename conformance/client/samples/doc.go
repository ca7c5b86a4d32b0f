// Package samples holds clients to try the judge of clients with: one that is right, and the same
// with one fault each. It is for tests; it uses the API as a client of somebody else would, and
// shares nothing with the judge but the table of tasks that both are written to.
package samples
