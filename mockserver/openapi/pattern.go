package openapi

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// pattern is a regular expression of a schema. Documents write those of ECMAScript; Go knows nearly
// all of them.
type pattern struct {
	source   string
	compiled *regexp.Regexp // nil when Go cannot compile it: then it is not checked
	tree     *syntax.Regexp // to generate a text from; nil if there is none
	prose    bool           // it is no expression but a form for people, "YYYY-MM-DD"
	size     int            // of the compiled expression, in instructions, about
}

// maxPattern bounds the length of a pattern, maxRepeat is how often Go lets something repeat, and
// maxRepeats how often it may repeat when that is written as several repetitions.
const (
	maxPattern = 16 << 10
	maxRepeat  = 1000
	maxRepeats = 10 * maxRepeat
)

// newPattern compiles a pattern as far as it can; problem states what could not be done, and the
// consequence.
func newPattern(source string) (p *pattern, problem string) {
	p = &pattern{source: source}
	if len(source) > maxPattern {
		return p, "is too long; it is not checked"
	}
	if p.prose = source != "" && !strings.ContainsAny(source, `\^$.[(*+?{|`); p.prose {
		problem = "is plain text, which is probably a form for people; it is not checked in requests"
	}
	translated := translate(source)
	if inner, ok := undelimited(translated); ok {
		translated, problem = inner, "stands between slashes, as in a program; they are taken away"
	}
	compiled, err := regexp.Compile(translated)
	if err == nil {
		p.compiled = compiled
	} else {
		problem = "cannot be checked here (" + strings.TrimPrefix(err.Error(), "error parsing regexp: ") + "); any string is accepted"
		translated = withoutLooks(translated)
	}
	if tree, err := syntax.Parse(translated, syntax.Perl); err == nil {
		p.tree = tree.Simplify()
		p.size = len(p.tree.String())
	}
	return p, problem
}

// undelimited takes the slashes of a literal away, "/^a$/i"; with them the pattern would fit
// nothing.
func undelimited(s string) (string, bool) {
	if !strings.HasPrefix(s, "/^") {
		return s, false
	}
	end := strings.LastIndexByte(s, '/')
	flags := s[end+1:]
	if end < 2 || strings.Trim(flags, "gimsuy") != "" {
		return s, false
	}
	inner := s[1:end]
	if strings.Contains(flags, "i") {
		inner = "(?i)" + inner
	}
	return inner, true
}

var (
	ecmaUnicode = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\\u(?:\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{4}))`) })
	characters  = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^\\[pP]\{(?:(?:Script|sc|Script_Extensions|scx|General_Category|gc)=)?\^?[\w ]+\}`)
	})
	repetition = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\{([0-9]+)(,?)([0-9]*)\}`) })
)

// translation writes a pattern of ECMAScript as Go writes it: \u00e9, \p{Script=Greek}, escapes
// that mean the character itself, [^] and [], and repetitions beyond Go's limit, which become
// several.
type translation struct {
	strings.Builder
	atom   int   // start of what was written last, and may be repeated
	groups []int // starts of the open groups
}

func translate(s string) string {
	var b translation
	class := false
	for i := 0; i < len(s); {
		rest, at := s[i:], b.Len()
		switch c := s[i]; {
		case c == '\\' && len(rest) > 1:
			n, text := translateEscape(rest)
			b.WriteString(text)
			if i += n; !class {
				b.atom = at
			}
			continue
		case class:
			class = c != ']'
			if c == '[' && !strings.HasPrefix(rest, "[:") {
				b.WriteByte('\\')
			}
		case strings.HasPrefix(rest, "[^]"):
			b.WriteString(`[\x{0}-\x{10FFFF}]`)
			b.atom = at
			i += 3
			continue
		case c == '[':
			class, b.atom = true, at
			if strings.HasPrefix(rest, "[^") {
				b.WriteByte(c)
				i++
			}
		case c == '(':
			b.groups = append(b.groups, at)
		case c == ')' && len(b.groups) > 0:
			b.atom, b.groups = b.groups[len(b.groups)-1], b.groups[:len(b.groups)-1]
		case c == '{':
			if m := repetition().FindStringSubmatch(rest); m != nil {
				b.repeat(m)
				i += len(m[0])
				continue
			}
			b.WriteByte('\\')
			b.atom = at
		case !strings.ContainsRune("*+?|^$", rune(c)) && c&0xC0 != 0x80:
			b.atom = at
		}
		b.WriteByte(s[i])
		i++
	}
	return b.String()
}

// repeat writes a repetition: where it is too often for Go, as several of the same, which together
// repeat as often.
func (b *translation) repeat(m []string) {
	low, _ := strconv.Atoi(m[1])
	high, _ := strconv.Atoi(m[3])
	open := m[2] != "" && m[3] == ""
	if m[2] == "" {
		high = low
	}
	if max(low, high) <= maxRepeat || max(low, high) > maxRepeats || len(m[1])+len(m[3]) > 12 || !open && high < low {
		b.WriteString(m[0]) // Go refuses too many
		return
	}
	text := b.String()
	once := text[b.atom:]
	b.Reset()
	b.WriteString(text[:b.atom])
	write := func(form string, args ...any) { fmt.Fprintf(b, "%s{"+form+"}", append([]any{once}, args...)...) }
	b.WriteString("(?:")
	for ; low > maxRepeat; low, high = low-maxRepeat, high-maxRepeat {
		write("%d", maxRepeat)
	}
	switch {
	case open:
		write("%d,", low)
	default:
		write("%d,%d", low, min(high, maxRepeat))
		for high -= maxRepeat; high > 0; high -= maxRepeat {
			write("0,%d", min(high, maxRepeat))
		}
	}
	b.WriteString(")")
}

// translateEscape returns how many bytes of s an escape takes, and how Go writes it.
func translateEscape(s string) (int, string) {
	if m := ecmaUnicode().FindStringSubmatch(s); m != nil {
		return len(m[0]), `\x{` + m[1] + m[2] + `}`
	}
	if m := characters().FindString(s); m != "" {
		name := m[strings.LastIndexAny(m, "={")+1:]
		return len(m), m[:2] + "{" + name
	}
	switch c := s[1]; c {
	case 'Z':
		return 2, `\z`
	case '_', '"', '\'', ' ', '#', '@', '%', '&', ',', ';', ':', '<', '>', '=', '~', '`', '!', '/', '-':
		return 2, escapedText(c)
	}
	return 2, s[:2]
}

// escapedText returns how Go writes a literal character; in a class "-" has to stay escaped.
func escapedText(c byte) string {
	if c == '-' {
		return `\-`
	}
	return regexp.QuoteMeta(string(c))
}

// withoutLooks takes lookaheads and lookbehinds out, so that a text for the rest can be made.
func withoutLooks(s string) string {
	for _, opening := range []string{"(?=", "(?!", "(?<=", "(?<!"} {
		for {
			start := strings.Index(s, opening)
			if start < 0 {
				break
			}
			end := closing(s, start)
			if end < 0 {
				return s
			}
			s = s[:start] + s[end+1:]
		}
	}
	return s
}

// closing finds the parenthesis that closes the one at start, or -1.
func closing(s string, start int) int {
	depth, class := 0, false
	for i := start; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '[':
			class = true
		case ']':
			class = false
		case '(':
			if !class {
				depth++
			}
		case ')':
			if !class {
				if depth--; depth == 0 {
					return i
				}
			}
		}
	}
	return -1
}

// matches reports whether a text fits; a pattern that cannot be checked fits all.
func (p *pattern) matches(s string) bool { return p.compiled == nil || p.compiled.MatchString(s) }

// text generates a text that matches the pattern and whose length is between low and high; a
// negative high is no bound. ok is false if none was found.
func (p *pattern) text(r *rand.Rand, low, high int) (s string, ok bool) {
	if p.tree == nil {
		return "", false
	}
	const tries = 12
	for i := range tries {
		w := writer{random: r, low: low, high: high, spare: i % 4 * 3}
		if i >= tries/2 && low > 0 {
			w.spare = low
		}
		w.write(p.tree, 0)
		s = w.text.String()
		n := utf8.RuneCountInString(s)
		if n < low {
			// What follows an open end may be anything.
			s = p.lengthened(s, low-n)
			n = utf8.RuneCountInString(s)
		}
		if p.matches(s) && n >= low && (high < 0 || n <= high) {
			return s, true
		}
	}
	return "", false
}

func (p *pattern) lengthened(s string, by int) string {
	if p.compiled == nil || by > maxText {
		return s
	}
	for _, filler := range []string{"a", "0", "A", " "} {
		for _, longer := range []string{s + strings.Repeat(filler, by), strings.Repeat(filler, by) + s} {
			if p.compiled.MatchString(longer) {
				return longer
			}
		}
	}
	return s
}

// maxText bounds the texts that are made, in bytes.
const maxText = 64 << 10

// writer writes a text that a regular expression fits.
type writer struct {
	random    *rand.Rand
	text      strings.Builder
	low, high int
	spare     int // how many more than needed an open repetition has at most
}

func (w *writer) write(re *syntax.Regexp, depth int) {
	if w.text.Len() > maxText || depth > maxDepth {
		return
	}
	switch re.Op {
	case syntax.OpLiteral:
		for _, c := range re.Rune {
			w.text.WriteRune(c)
		}
	case syntax.OpCharClass:
		w.text.WriteRune(w.oneOf(re.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		w.text.WriteByte(byte('a' + w.random.IntN(26)))
	case syntax.OpCapture, syntax.OpConcat:
		for _, sub := range re.Sub {
			w.write(sub, depth+1)
		}
	case syntax.OpAlternate:
		w.write(re.Sub[w.random.IntN(len(re.Sub))], depth+1)
	case syntax.OpStar:
		w.repeat(re.Sub[0], 0, -1, depth)
	case syntax.OpPlus:
		w.repeat(re.Sub[0], 1, -1, depth)
	case syntax.OpQuest:
		w.repeat(re.Sub[0], 0, 1, depth)
	case syntax.OpRepeat:
		w.repeat(re.Sub[0], re.Min, re.Max, depth)
	}
}

func (w *writer) repeat(re *syntax.Regexp, low, high, depth int) {
	n := low + w.random.IntN(w.spare+1)
	if low == 0 && w.spare > 0 && n == 0 {
		n = 1
	}
	if high >= 0 {
		n = min(n, high)
	}
	for range n {
		if w.high >= 0 && w.text.Len() >= w.high && low == 0 {
			return
		}
		w.write(re, depth+1)
	}
}

// oneOf picks a character of a class, a printable ASCII one if there is one.
func (w *writer) oneOf(ranges []rune) rune {
	if len(ranges) < 2 {
		return 'a'
	}
	for _, wanted := range [][2]rune{{'a', 'z'}, {'A', 'Z'}, {'0', '9'}, {'!', '~'}, {' ', ' '}} {
		var found [][2]rune
		for i := 0; i+1 < len(ranges); i += 2 {
			low, high := max(ranges[i], wanted[0]), min(ranges[i+1], wanted[1])
			if low <= high {
				found = append(found, [2]rune{low, high})
			}
		}
		// Letters and digits alike, where the class has both.
		if len(found) > 0 && (wanted[0] != 'a' || w.random.IntN(3) > 0) {
			pick := found[w.random.IntN(len(found))]
			return pick[0] + rune(w.random.IntN(int(pick[1]-pick[0])+1))
		}
	}
	i := w.random.IntN(len(ranges)/2) * 2
	span := min(int(ranges[i+1]-ranges[i]), 256)
	c := ranges[i] + rune(w.random.IntN(span+1))
	if !utf8.ValidRune(c) || !unicode.IsPrint(c) {
		return ranges[i]
	}
	return c
}
