// Package runner executes scenarios against a target: it reaches the starting state, sends the
// steps, keeps the evidence, and makes verdicts of what package check found. It leaves behind
// nothing that it made, and touches nothing that it did not.
package runner
