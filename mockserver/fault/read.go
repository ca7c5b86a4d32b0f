package fault

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"gopkg.in/yaml.v3"

	"oauthmock/fixtures"
)

// Version of the form of rules, as files have it: a newer minor reads older files.
const Version = "1.0"

// MaxBytes is the largest file of rules.
const MaxBytes = 1 << 20

// Problem is one thing that is wrong with rules that were read: where it stands, what is wrong, and what would be right.
type Problem struct {
	// File as it was named; Line from 1, or 0 where it is not known. Place is such as "faults[2].effect.kind".
	File    string
	Line    int
	Place   string
	Message string
}

// Error reads "rules.yaml:12: faults[2].effect.kind: …", as far as the parts are known.
func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
	}
	b.WriteString(": ")
	if p.Place != "" {
		b.WriteString(p.Place + ": ")
	}
	b.WriteString(p.Message)
	return b.String()
}

// LoadFile reads a file of rules.
func LoadFile(path string, codes func(code string) bool) ([]Rule, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, MaxBytes+1))
	if err != nil {
		return nil, err
	}
	return Load(path, data, codes)
}

// Holds says whether a text is a mapping with the list "faults", whatever is in it.
func Holds(data []byte) bool {
	root, err := parse("", data)
	return err == nil && fixtures.Member(root, "faults") != nil
}

// Load reads rules, in YAML or JSON: a mapping with "version" and the list "faults". The name stands in errors, which say file, line, what was
// wrong and what would be right. Codes says whether some refusal has an error number; nil lets all be.
func Load(name string, data []byte, codes func(code string) bool) ([]Rule, error) {
	root, err := parse(name, data)
	if err != nil {
		return nil, err
	}
	var file struct {
		Version string `json:"version"`
		Faults  []Rule `json:"faults"`
	}
	d := decoder{file: name}
	d.top(root, &file)
	if err := d.err(); err != nil {
		return nil, err
	}
	if major, _, _ := strings.Cut(file.Version, "."); major != "1" {
		message := fmt.Sprintf("is %q; this program reads %q", file.Version, Version)
		if file.Version == "" {
			message = fmt.Sprintf("is missing; begin with version: %q", Version)
		}
		return nil, Problem{File: name, Line: fixtures.LineOf(root, "version"), Place: "version", Message: message}
	}
	if err := Check(file.Faults, codes); err != nil {
		return nil, placed(name, root, err)
	}
	return file.Faults, nil
}

// placed gives an error of Check its line.
func placed(name string, root *yaml.Node, err error) error {
	one, ok := errors.AsType[RuleError](err)
	if !ok {
		return Problem{File: name, Message: err.Error()}
	}
	place := fmt.Sprintf("faults[%d]", one.Index)
	message := one.Err.Error()
	if member, ok := errors.AsType[wrong](err); ok {
		message = member.message
		if member.member != "" {
			place += "." + member.member
		}
	}
	return Problem{File: name, Line: fixtures.LineOf(root, place), Place: place, Message: message}
}

// Decode reads one rule, or a mapping with the list "faults" (and a version, which may be left out), from JSON or YAML. Whether the rules can be
// followed a Book says.
func Decode(name string, data []byte) (rules []Rule, single bool, err error) {
	root, err := parse(name, data)
	if err != nil {
		return nil, false, err
	}
	d := decoder{file: name}
	if fixtures.Member(root, "faults") != nil {
		var many struct {
			Version string `json:"version"`
			Faults  []Rule `json:"faults"`
		}
		d.top(root, &many)
		return many.Faults, false, d.err()
	}
	// What a book shows of a rule can be given back to it: the counts have no meaning then.
	var one View
	d.top(root, &one)
	return []Rule{one.Rule}, true, d.err()
}

// parse reads exactly one document.
func parse(name string, data []byte) (_ *yaml.Node, err error) {
	problem := func(format string, args ...any) error {
		return Problem{File: name, Message: fmt.Sprintf(format, args...)}
	}
	if len(data) > MaxBytes {
		return nil, problem("is larger than %d bytes", MaxBytes)
	}
	// The YAML reader answers some broken input with a panic of its own.
	defer func() {
		if broken := recover(); broken != nil {
			err = problem("is neither YAML nor JSON: %v", broken)
		}
	}()
	reader := yaml.NewDecoder(bytes.NewReader(joinSurrogates(data)))
	var document, second yaml.Node
	switch err := reader.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil, problem("is empty; want a mapping")
	case err != nil:
		p := Problem{File: name, Message: strings.TrimPrefix(err.Error(), "yaml: ")}
		if _, scanned := fmt.Sscanf(p.Message, "line %d: ", &p.Line); scanned == nil {
			_, p.Message, _ = strings.Cut(p.Message, ": ")
		}
		return nil, p
	}
	if err := reader.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, problem("goes on after its value; want one alone")
	}
	return document.Content[0], nil
}

// joinSurrogates writes characters that JSON escapes as two halves as what they are: YAML knows no halves.
func joinSurrogates(data []byte) []byte {
	if !bytes.Contains(data, []byte(`\u`)) {
		return data
	}
	out := make([]byte, 0, len(data))
	for i := 0; i < len(data); i++ {
		if data[i] != '\\' || i+1 == len(data) {
			out = append(out, data[i])
			continue
		}
		high, ok := escaped(data[i:])
		if ok && high >= 0xd800 && high < 0xdc00 {
			if low, ok := escaped(data[i+6:]); ok && low >= 0xdc00 && low < 0xe000 {
				out = append(out, string(0x10000+(high-0xd800)<<10+(low-0xdc00))...)
				i += 11
				continue
			}
		}
		out = append(out, data[i], data[i+1])
		i++
	}
	return out
}

// escaped reads \uXXXX.
func escaped(data []byte) (r rune, ok bool) {
	if len(data) < 6 || data[0] != '\\' || data[1] != 'u' {
		return 0, false
	}
	for _, c := range data[2:6] {
		digit := strings.IndexByte("0123456789abcdef", c|0x20)
		if digit < 0 {
			return 0, false
		}
		r = r<<4 | rune(digit)
	}
	return r, true
}
