package strictyaml

import (
	"fmt"
	"slices"
	"strings"
)

// longestWord in bytes that is compared with others: nobody mistypes a longer one.
const longestWord = 100

// Nearest returns the candidate that a word is most likely meant to be, or "" where none is near enough: one letter in three may be
// wrong, and at least one. Upper and lower case are the same. Of candidates as near as each other the first is returned.
func Nearest(word string, candidates []string) string {
	best, nearest := "", 1+max(1, len(word)/3)
	for _, candidate := range candidates {
		if n := Distance(strings.ToLower(word), strings.ToLower(candidate)); n < nearest {
			best, nearest = candidate, n
		}
	}
	return best
}

// Distance returns how many letters must be changed, added, removed, or swapped with their neighbour to make one text of the other.
// Texts of more than 100 bytes are as far from each other as they are long.
func Distance(a, b string) int {
	if len(a) > longestWord || len(b) > longestWord {
		if a == b {
			return 0
		}
		return max(len(a), len(b))
	}
	x, y := []rune(a), []rune(b)
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(x)][len(y)]
}

// Suggest returns which of the known words a word is most likely meant to be, else which there are, for messages of the form
// `unknown key "x": …`.
func Suggest(word string, known []string) string {
	if near := Nearest(word, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "known here are " + strings.Join(slices.Sorted(slices.Values(known)), ", ")
}
