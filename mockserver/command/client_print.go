package command

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// table prints rows in columns under a heading.
func (c *client) table(heading []string, rows [][]string) error {
	var text bytes.Buffer
	columns := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{heading}, rows...) {
		for _, value := range row {
			fmt.Fprintf(columns, "%s\t", cell(value))
		}
		fmt.Fprintln(columns)
	}
	if err := columns.Flush(); err != nil {
		return err
	}
	for line := range bytes.Lines(text.Bytes()) {
		if err := c.printf("%s\n", bytes.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
}

// cell is a text in one line that does nothing to a terminal: the server shows what anybody has
// sent to it.
func cell(text string) string {
	if !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }) {
		return text
	}
	var out strings.Builder
	for _, r := range text {
		if unicode.IsPrint(r) {
			out.WriteRune(r)
		} else {
			quoted := strconv.QuoteRune(r)
			out.WriteString(quoted[1 : len(quoted)-1])
		}
	}
	return out.String()
}

// inert is JSON of the same meaning in which everything that is not printable, but for white space
// of ASCII, is an escape: control characters beyond ASCII, and those that turn the direction of
// text. Only texts hold such.
func inert(body []byte) []byte {
	harmless := func(r rune) bool { return r < 0x7f || unicode.IsPrint(r) && r != utf8.RuneError }
	if !bytes.ContainsFunc(body, func(r rune) bool { return !harmless(r) }) {
		return body
	}
	out := make([]byte, 0, len(body)+len(body)/8)
	for _, r := range string(body) {
		if harmless(r) {
			out = utf8.AppendRune(out, r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			out = fmt.Appendf(out, `\u%04x`, unit)
		}
	}
	return out
}

// cells is a text of several lines that does nothing to a terminal.
func cells(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = cell(lines[i])
	}
	return strings.Join(lines, "\n")
}

// longest bounds what is shown of a text in one line, in characters.
const longest = 500

func shorten(text string) string {
	text = cell(text)
	if utf8.RuneCountInString(text) <= longest {
		return text
	}
	return string([]rune(text)[:longest]) + "…"
}

// member is a member of a JSON object, in its place.
type member struct {
	name  string
	value json.RawMessage
}

// members are those of a JSON object, in the order in which they came.
func members(object json.RawMessage) ([]member, error) {
	decoder := json.NewDecoder(bytes.NewReader(object))
	if t, err := decoder.Token(); err != nil || t != json.Delim('{') {
		return nil, fmt.Errorf("want an object, but it begins with %v: %w", t, err)
	}
	var out []member
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		m := member{name: fmt.Sprint(name)}
		if err := decoder.Decode(&m.value); err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

// outline prints any JSON for people, a member or an element a line. What is empty (null, "", [],
// {}) is left out.
func outline(w io.Writer, indent string, value json.RawMessage) error {
	all, err := members(value)
	if err != nil {
		return err
	}
	for _, m := range all {
		if err := outlined(w, indent, cell(m.name)+":", m.value); err != nil {
			return err
		}
	}
	return nil
}

// outlined prints a value behind what it is called.
func outlined(w io.Writer, indent, label string, value json.RawMessage) error {
	switch text := string(value); {
	case text == "null" || text == `""` || text == "[]" || text == "{}":
		return nil
	case text[0] == '{':
		if _, err := fmt.Fprintf(w, "%s%s\n", indent, label); err != nil {
			return err
		}
		return outline(w, indent+"  ", value)
	case text[0] == '[':
		var elements []json.RawMessage
		if err := json.Unmarshal(value, &elements); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "%s%s\n", indent, label); err != nil {
			return err
		}
		for _, e := range elements {
			if err := outlined(w, indent+"  ", "-", e); err != nil {
				return err
			}
		}
		return nil
	}
	_, err := fmt.Fprintf(w, "%s%s %s\n", indent, label, shorten(scalar(value)))
	return err
}

// scalar is a JSON value as people write it: texts without quotes.
func scalar(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil && (len(value) == 0 || value[0] == '"') {
		return text
	}
	return string(value)
}
