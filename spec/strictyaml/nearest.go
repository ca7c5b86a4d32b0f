package strictyaml

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// longestWord is the length, in bytes, up to which words are compared: nobody mistypes a longer
// one.
const longestWord = 100

// Nearest returns the candidate that a word most likely means, or "" if none is near enough: one
// letter in three may be wrong, and at least one. Case is ignored. Of equally near candidates the
// first is returned.
func Nearest(word string, candidates []string) string {
	best, nearest := "", 1+max(1, len(word)/3)
	lower := strings.ToLower(word)
	length := utf8.RuneCountInString(lower)
	for _, candidate := range candidates {
		if apart := utf8.RuneCountInString(candidate) - length; max(apart, -apart) >= nearest { // so many letters are extra or missing
			continue
		}
		if n := Distance(lower, strings.ToLower(candidate)); n < nearest {
			best, nearest = candidate, n
		}
	}
	return best
}

// Distance returns how many letters must be changed, added, removed, or swapped with their
// neighbour to turn one text into the other. For texts of more than 100 bytes it is their length.
func Distance(a, b string) int {
	if len(a) > longestWord || len(b) > longestWord {
		if a == b {
			return 0
		}
		return max(len(a), len(b))
	}
	x, y := []rune(a), []rune(b)
	// Row i has the distances between the first i letters of one and all prefixes of the other; two
	// rows before it are needed.
	var space [3][longestWord + 1]int
	before, last, row := &space[0], &space[1], &space[2]
	for j := range len(y) + 1 {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(y)]
}

// Suggest returns the known word that a word most likely means, otherwise a list of those there
// are, for messages of the form `unknown key "x": …`.
func Suggest(word string, known []string) string {
	if near := Nearest(word, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "known here are " + strings.Join(slices.Sorted(slices.Values(known)), ", ")
}
