package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Printable makes a text of the target safe to show: everything that a terminal would interpret
// rather than print, and everything that XML forbids, is written as an escape. Line ends and tabs
// stay.
func Printable(s string) string {
	clean := true
	for _, r := range s {
		if !shows(r) {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	var out strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1, r < 0x80 && !shows(r):
			fmt.Fprintf(&out, `\x%02x`, s[i])
		case !shows(r):
			fmt.Fprintf(&out, `\u%04x`, r)
		default:
			out.WriteString(s[i : i+size])
		}
		i += size
	}
	return out.String()
}

func shows(r rune) bool {
	return r == '\n' || r == '\t' || (r != utf8.RuneError && unicode.IsPrint(r))
}

// oneLine is Printable, without line ends, and cut after limit runes.
func oneLine(s string, limit int) string {
	s = strings.Join(strings.Fields(Printable(s)), " ")
	runes := []rune(s)
	if len(runes) <= limit {
		return s
	}
	return string(runes[:limit]) + "…"
}

func plural(n int, one string) string {
	if n == 1 {
		return fmt.Sprintf("%d %s", n, one)
	}
	return fmt.Sprintf("%d %ss", n, one)
}
