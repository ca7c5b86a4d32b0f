// Package check judges one exchange: it checks an answer against the published document, its strict
// reading, and the expectations of a scenario. It sends nothing and knows no order of steps; that
// is the runner's work.
//
// What is demanded at level MUST holds for any server that takes the published document literally,
// bare tokens and bare {data} included. Everything that rests on the overlay, on the strict reading
// or on an assumption is SHOULD.
package check
