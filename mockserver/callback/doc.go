// Package callback delivers callbacks: it is the only package that sends HTTP requests of the
// mock's own accord. Accounts hold what is due as data; a [Sender] makes the attempts, one at a
// time for each account, and reports their outcomes back.
package callback
