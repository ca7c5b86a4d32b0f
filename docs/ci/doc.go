// Package ci holds examples of how build servers use the programs, and the test that keeps them
// readable.
package ci
