// Package certificate derives from a report what a third party can check: an in-toto Statement with
// the test-result predicate, whose subject is the report by its SHA-256, and which a key may sign
// (DSSE, Ed25519). It states which requirement sets counted, what of them passed, and the
// conditions of the run. Everybody who has the report can compute the statement again: nothing in
// it is only claimed.
package certificate
