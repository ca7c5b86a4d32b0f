// Package audit says what each reading of a published document can see, and what it is blind to.
// Nothing here is written down beforehand: Survey reads the schemas of both readings, and Measure
// makes wrong answers out of the document's own examples and counts which reading refuses them.
//
//	answer.go   right answers, from the examples of the document and of its properties
//	wrong.go    what can be wrong with an answer, one place at a time
//	measure.go  how many of those each reading refuses, by kind
//	survey.go   which schemas ask for nothing, by operation and status
//
// Nothing here keeps state.
package audit
