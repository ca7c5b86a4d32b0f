package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// line is one line of the table, in words; a cell may be empty.
type line struct {
	what, mock, against, result, processor, needed string
	judged, met                                    bool
}

// atLeast checks ratios of throughput; needed 0 means that nothing is required.
func (l *line) atLeast(ratios []float64, needed float64) {
	low, high := quartiles(ratios)
	l.result = fmt.Sprintf("**%.2f** (%.2f–%.2f)", median(ratios), low, high)
	if needed > 0 {
		l.needed, l.judged, l.met = fmt.Sprintf("≥ %.2f", needed), true, median(ratios) >= needed
	}
}

// atMost checks ratios of times.
func (l *line) atMost(ratios []float64, needed float64) {
	low, high := quartiles(ratios)
	l.result = fmt.Sprintf("**%.2f ×** as long (%.2f–%.2f)", median(ratios), low, high)
	l.needed, l.judged, l.met = fmt.Sprintf("≤ %.2f ×", needed), true, median(ratios) <= needed
}

// below checks a value against an upper bound.
func (l *line) below(value, bound float64, result, needed string) {
	l.result, l.needed, l.judged, l.met = result, "< "+needed, true, value < bound
}

func (l line) verdict() string {
	switch {
	case !l.judged:
		return ""
	case l.met:
		return "yes"
	}
	return "**no**"
}

func (l line) cells() []string {
	return []string{l.what, l.mock, l.against, l.result, l.processor, l.needed, l.verdict()}
}

// String is the line for a terminal.
func (l line) String() string {
	var kept []string
	for _, cell := range l.cells() {
		if cell != "" {
			kept = append(kept, cell)
		}
	}
	return strings.Join(kept, " · ")
}

// markdown renders the whole table, followed by a description of the machine.
func markdown(table []line, machine string) string {
	var out strings.Builder
	out.WriteString("| | oauthmock | against | result | processor time a request | needed | met |\n|---|---|---|---|---|---|---|\n")
	for _, l := range table {
		fmt.Fprintf(&out, "| %s |\n", strings.Join(l.cells(), " | "))
	}
	fmt.Fprintf(&out, "\nMedian of the rounds, and in parentheses its quartiles. %s.\n", machine)
	return out.String()
}

// median is the middle of at least one value.
func median(values []float64) float64 { return quantile(values, 0.5) }

// quartiles are the bounds of the middle half.
func quartiles(values []float64) (low, high float64) {
	return quantile(values, 0.25), quantile(values, 0.75)
}

// quantile lies between two values where none is exactly there.
func quantile(values []float64, q float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	at := q * float64(len(sorted)-1)
	below := int(at)
	above := min(below+1, len(sorted)-1)
	return sorted[below] + (sorted[above]-sorted[below])*(at-float64(below))
}

func perSecond(rates []float64) string { return thousands(median(rates)) + "/s" }

func milliseconds(nanoseconds float64) string {
	return fmt.Sprintf("%.1f ms", nanoseconds/float64(time.Millisecond))
}

func microseconds(d time.Duration) string {
	return fmt.Sprintf("%.1f µs", float64(d)/float64(time.Microsecond))
}

func megabytes(bytes float64) string { return fmt.Sprintf("%.1f MB", bytes/1e6) }

// thousands writes a number that is not negative as a whole one, with commas.
func thousands(n float64) string {
	digits := fmt.Sprintf("%.0f", n)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}
