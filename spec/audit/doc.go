// Package audit determines what each reading of a published document can detect, and what it
// cannot. Nothing is written down beforehand: Survey reads the schemas of both readings, and
// Measure derives wrong answers from the document's own examples and counts which reading refuses
// them.
//
//	answer.go   right answers, from the examples of the document and of its properties
//	wrong.go    what can be wrong with an answer, one place at a time
//	measure.go  how many of those each reading refuses, by kind
//	survey.go   which schemas ask for nothing, by operation and status
//
// Nothing here keeps state.
package audit
