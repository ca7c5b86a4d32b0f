// Package mutant proves that the suite can fail. A mutant is one small faulty behaviour in front of
// an honest server: it lets every request through, and falsifies the answers. Each must be killed
// by a named assertion, which the matrix lists. One file per family, a table row per mutant.
package mutant
