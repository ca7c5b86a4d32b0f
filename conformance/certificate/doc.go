// Package certificate derives from a report what a third party can check: an in-toto Statement with
// the test-result predicate, whose subject is the report by its SHA-256, and which a key may sign
// (DSSE, Ed25519). It says which requirement sets counted, what of them passed, and under which
// conditions the run was made. Whoever has the report can compute the statement again: nothing in
// it is only claimed.
package certificate
