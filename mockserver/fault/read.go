package fault

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"oauthmock/spec/strictyaml"
)

// Version of the form of rules, as files have it: a newer minor reads older files.
const Version = "1.0"

// MaxBytes is the largest file of rules.
const MaxBytes = 1 << 20

// Problem is one problem with rules that were read: where it is, what is wrong, and what would be
// right. Its place is such as "faults[2].effect.kind".
type Problem = strictyaml.Problem

// format of files of rules. What clients send as JSON may have null for what is absent.
func format() strictyaml.Format {
	return strictyaml.Format{Holds: "it must have a version and faults", MaxBytes: MaxBytes, Nulls: strictyaml.NullsEverywhere, Any: readFree}
}

// rulesFile is a mapping with the list "faults".
type rulesFile struct {
	Version scalar `json:"version"`
	Faults  []Rule `json:"faults"`
}

// scalar is a text that looks like a number, as a version does.
type scalar string

// UnmarshalStrict implements strictyaml.Unmarshaler.
func (s *scalar) UnmarshalStrict(v strictyaml.Value) error {
	if v.Kind() != strictyaml.Float {
		v.Decode((*string)(s))
		return nil
	}
	*s = scalar(v.Text())
	return nil
}

// UnmarshalStrict implements strictyaml.Unmarshaler: a text, or the number 0.
func (d *Duration) UnmarshalStrict(v strictyaml.Value) error {
	if v.Kind() != strictyaml.Int {
		v.Decode((*string)(d))
		return nil
	}
	*d = Duration(v.Text())
	return nil
}

// number is a number as it was written.
type number string

// MarshalJSON implements json.Marshaler.
func (n number) MarshalJSON() ([]byte, error) { return []byte(n), nil }

// readFree reads any value, as encoding/json would write it: mappings keep their order, and numbers
// their spelling.
func readFree(v strictyaml.Value) any {
	switch v.Kind() {
	case strictyaml.Mapping:
		out := object{}
		for key, member := range v.Members() {
			out = append(out, property{key.Text(), readFree(member)})
		}
		return out
	case strictyaml.List:
		out := []any{}
		for item := range v.Items() {
			out = append(out, readFree(item))
		}
		return out
	}
	plain := v.Plain()
	if n, ok := plain.(json.Number); ok {
		return number(n)
	}
	return plain
}

// LoadFile reads a file of rules.
func LoadFile(path string, known Known) ([]Rule, error) {
	data, err := strictyaml.ReadFile(path, MaxBytes)
	if err != nil {
		return nil, err
	}
	return Load(path, data, known)
}

// Holds reports whether a text is a mapping with the list "faults", whatever is in it.
func Holds(data []byte) bool {
	document, err := format().Parse("", data)
	return err == nil && document.Has("faults")
}

// Load reads rules, in YAML or JSON: a mapping with "version" and the list "faults". Errors carry
// the name, and state file, line, what was wrong and what would be right.
func Load(name string, data []byte, known Known) ([]Rule, error) {
	document, err := format().Parse(name, data)
	if err != nil {
		return nil, err
	}
	var file rulesFile
	if err := document.Decode(&file); err != nil {
		return nil, err
	}
	switch major, _, _ := strings.Cut(string(file.Version), "."); {
	case file.Version == "":
		return nil, document.Problem("version", "is missing; begin with version: %q", Version)
	case major != "1":
		return nil, document.Problem("version", "is %q; this program reads %q", file.Version, Version)
	}
	if err := Check(file.Faults, known); err != nil {
		return nil, placed(name, document, err)
	}
	return file.Faults, nil
}

// placed gives an error of Check its line.
func placed(name string, document *strictyaml.Document, err error) error {
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
	return document.Problem(place, "%s", message)
}

// Decode reads one rule, or a mapping with the list "faults" (and a version, which may be left
// out), from JSON or YAML. Whether the rules can be followed a Book says.
func Decode(name string, data []byte) (rules []Rule, single bool, err error) {
	document, err := format().Parse(name, data)
	if err != nil {
		return nil, false, err
	}
	if document.Has("faults") {
		var file rulesFile
		err := document.Decode(&file)
		return file.Faults, false, err
	}
	// What a book shows of a rule can be given back to it: the counts have no meaning then.
	var one View
	err = document.Decode(&one)
	return []Rule{one.Rule}, true, err
}
