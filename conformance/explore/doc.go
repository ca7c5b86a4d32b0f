// Package explore looks for what no scenario asks about. It draws sequences of calls, says of each
// call what the documents promise, and has the runner carry them out and judge them like any
// scenario.
//
// A sequence is a list of moves. A move writes steps of a scenario and changes a small model of the
// account, which is written from the published documents and from docs/behaviour.md, and shares
// nothing with a server. What fails is shrunk: moves are left out as long as the rest fails in the
// same way, and the model is told again what is left. So what is found is a scenario file from the
// first moment on, and running the file shows it again.
//
// What only this project decided is OBSERVE, as in the scenarios. The same seed draws the same
// sequences.
package explore
