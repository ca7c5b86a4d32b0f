// Package readertest bounds the time that readers of files and bodies take: fuzz targets pass it
// what they read, and start with texts on which careless readers take far longer than on others of
// the same size.
package readertest

import (
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"
)

const (
	// patience is how long a text of any size may take. It is far more than readers need, so that
	// no busy machine fails; a reader whose work grows with the square of its input needs minutes
	// for the longest shapes.
	patience = 20 * time.Second
	// perByte is added for each byte of it.
	perByte = 20 * time.Microsecond
	// short and long are the sizes of a shape, in bytes, in tests and while fuzzing.
	short, long = 4 << 10, 512 << 10
)

// Within ends the program, naming the size, unless the function that it returns is called in time.
// A fuzz target starts with it: defer readertest.Within(len(text))().
func Within(size int) (done func()) {
	limit := patience + time.Duration(size)*perByte
	timer := time.AfterFunc(limit, func() { panic(fmt.Sprintf("%d bytes were not read in %s", size, limit)) })
	return func() { timer.Stop() }
}

// Shapes returns the texts: JSON and YAML with many keys, one key many times, deep nesting,
// escapes, numbers, anchors, and lines. They are long while fuzzing, and short in tests.
func Shapes() []string {
	size := short
	if fuzz := flag.Lookup("test.fuzz"); fuzz != nil && fuzz.Value.String() != "" {
		size = long
	}
	repeat := func(unit string) string { return strings.Repeat(unit, max(1, size/len(unit))) }
	number := func(format, between string) string {
		var out strings.Builder
		for i := 0; out.Len() < size; i++ {
			if i > 0 {
				out.WriteString(between)
			}
			fmt.Fprintf(&out, format, i)
		}
		return out.String()
	}
	return []string{
		"{" + number(`"k%d":1`, ",") + "}", "{" + number(`"k%d":{"k":1}`, ",") + "}", "[" + number("%d", ",") + "]", "[" + number(`{"k%d":1}`, ",") + "]",
		"{" + strings.TrimSuffix(repeat(`"a":1,`), ",") + "}", repeat("["), repeat("[") + repeat("]"), repeat(`{"a":`) + "1" + repeat("}"),
		`"` + repeat(`\u0041`) + `"`, `{"a":"` + repeat(`\"`) + `"}`, repeat("9"), "1e" + repeat("9"), repeat(" ") + "{}", `{"` + repeat("k") + `":1}`,
		number("k%d: 1", "\n"), repeat("a: 1\n"), number("- {id: %d}", "\n"), repeat("- "), repeat("{a: "), number("k%[1]d: &a%[1]d 1", "\n"),
		"a: &a [1, 2]\n" + number("k%d: *a", "\n"), "a: &a {b: 1}\n" + number("k%d: {<<: *a}", "\n"), repeat("#\n"), repeat("\n"), repeat("---\n"), repeat("? "), repeat("!!str "),
		number("k%d=1", "&"), repeat("a=1&"), repeat("%41"), repeat("&"), repeat("\\"), repeat("<a><b>"), repeat("<form>"), "<form>" + repeat("<input name=a>"),
	}
}

// Seed adds the shapes to a target whose only value is a string or bytes.
func Seed[T ~string | ~[]byte](f *testing.F) {
	f.Helper()
	for _, shape := range Shapes() {
		f.Add(T(shape))
	}
}
