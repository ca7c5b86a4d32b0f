package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// lineError is an error that knows its line but not its file.
type lineError struct {
	line int
	err  error
}

func (e lineError) Error() string { return fmt.Sprintf("line %d: %v", e.line, e.err) }
func (e lineError) Unwrap() error { return e.err }

// problemOf returns an error as a problem of a file, with the line if it is known.
func problemOf(file string, err error) Problem {
	if at, ok := errors.AsType[lineError](err); ok {
		return Problem{File: file, Line: at.line, Message: at.err.Error()}
	}
	return Problem{File: file, Message: err.Error()}
}

var (
	yamlLine    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^line (\d+): (.*)$`) })
	yamlUnknown = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^unknown anchor '(.*)' referenced$`) })
	// yamlEarly are the messages that carry the number of the line before the one they mean.
	yamlEarly = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(did not find expected (',' or|key|'-' indicator|node content|<)|found undefined tag handle|found a tab character that violates indentation|found duplicate %|found incompatible YAML)`)
	})
	// yamlBlock are the messages that name the line where a block begins, whichever line in it is
	// wrong; except that, if this is the first line of the file, they name the line at which the
	// block cannot continue.
	yamlBlock = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^did not find expected (key|'-' indicator)$`) })
)

// syntaxError returns the YAML reader's message with the line that is meant: in some messages the
// reader names the line before, and it names none for the first line and for aliases without an
// anchor.
func syntaxError(data []byte, err error) error {
	text := strings.ReplaceAll(strings.TrimPrefix(err.Error(), "yaml: "), "\n", " ")
	line := 0
	if m := yamlLine().FindStringSubmatch(text); m != nil {
		line, _ = strconv.Atoi(m[1]) // digits, as the pattern requires; too many of them give no line
		text = m[2]
		if yamlEarly().MatchString(text) {
			line++
		}
	}
	if m := yamlUnknown().FindStringSubmatch(text); m != nil {
		line = lineOfAlias(data, m[1])
	}
	line = min(line, 1+bytes.Count(data, []byte{'\n'})) // a text that ends too early has no next line
	if line == 0 {
		// Only unreadable text has no line at all; otherwise the reader omits the line if it is the
		// first.
		line = max(1, lineAt(data, unreadable(data)))
	}
	if yamlBlock().MatchString(text) {
		text += " in the block that begins or ends here: look at its indentation"
	}
	return lineError{line: line, err: errors.New("is not YAML: " + text)}
}

// lineOfAlias returns the line of the first alias of a name, outside comments as far as that can be
// seen.
func lineOfAlias(data []byte, name string) int {
	alias := regexp.MustCompile(`(^|[\s,:\[{?-])\*` + regexp.QuoteMeta(name) + `([\s,\]}:]|$)`)
	line := 0
	for text := range bytes.Lines(data) {
		line++
		if !bytes.HasPrefix(bytes.TrimLeft(text, " \t"), []byte("#")) && alias.Match(text) {
			return line
		}
	}
	return 0
}

// lineAt returns the line of an offset, and 0 for a negative one.
func lineAt(data []byte, offset int) int {
	if offset < 0 {
		return 0
	}
	return 1 + bytes.Count(data[:offset], []byte{'\n'})
}

// unreadable returns the offset of the first byte that no YAML text may hold, a control character
// or invalid UTF-8, or -1 if there is none.
func unreadable(data []byte) int {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		switch {
		case r == utf8.RuneError && size <= 1, r == 0x7f, r < ' ' && r != '\t' && r != '\n' && r != '\r':
			return i
		}
		i += size
	}
	return -1
}
