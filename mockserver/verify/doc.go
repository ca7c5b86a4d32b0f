// Package verify reports whether the journal holds the requests that a test expects, and, where it
// does not, which requests almost were the ones: what a test writes down (Expectation) is compiled
// into a Check, and a Check is held against exchanges. Nothing here knows HTTP.
//
// A journal is bounded. Where entries were dropped that could have decided the question, the answer
// is neither yes nor no but inconclusive.
package verify
