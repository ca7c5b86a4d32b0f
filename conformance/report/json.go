package report

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

//go:embed report.schema.json
var schema []byte

// Schema returns the JSON Schema (draft 2020-12) that every JSON report meets.
func Schema() []byte { return slices.Clone(schema) }

// WriteJSON writes the report for programs, indented, as Schema says. Lists are never null. The
// report is not changed; the error is that of w.
func WriteJSON(w io.Writer, r Report) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(withLists(r)); err != nil {
		return err
	}
	_, err := w.Write(visible(text.Bytes()))
	return err
}

// visible escapes in JSON what a terminal would obey rather than print: C1 and bidirectional
// controls. encoding/json escapes only what JSON demands. The texts stay the same.
func visible(text []byte) []byte {
	if !bytes.ContainsFunc(text, func(r rune) bool { return !shows(r) }) {
		return text
	}
	out := make([]byte, 0, len(text)+64)
	for _, r := range string(text) {
		switch {
		case shows(r):
			out = utf8.AppendRune(out, r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
	}
	return out
}

// withLists returns a copy in which what is a list in the schema is a list, also when it is empty.
func withLists(r Report) Report {
	if r.Version == "" {
		r.Version = Version
	}
	r.Results = orEmpty(slices.Clone(r.Results))
	for i := range r.Results {
		result := &r.Results[i]
		result.Assertions = orEmpty(result.Assertions)
		result.Steps = orEmpty(result.Steps)
	}
	for _, covered := range []*Covered{&r.Coverage.Operations, &r.Coverage.Statuses, &r.Coverage.Refusals, &r.Coverage.Properties, &r.Coverage.Parameters} {
		covered.Missing = orEmpty(covered.Missing)
	}
	return r
}

func orEmpty[E any](list []E) []E {
	if list == nil {
		return []E{}
	}
	return list
}
