// Package check judges one exchange: an answer against the published document, against its strict
// reading, and against what a scenario expects. It sends nothing and knows no order of steps; that
// is runner's work.
//
// What is demanded at level MUST holds for any server that takes the published document literally,
// bare tokens and bare {data} included. Everything that rests on the overlay, on the strict reading
// or on an assumption is SHOULD.
package check
