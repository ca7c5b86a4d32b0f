package spec

import (
	"bytes"
	"encoding/json"
	"fmt"

	"gopkg.in/yaml.v3"

	"oauthmock/spec/strictyaml"
)

// Code is the number or text by which an API identifies an error: 70, 125.22, "400013",
// "invalid_code". Numbers and texts are different codes even if they look alike. Codes compare with
// ==; the zero Code means none.
type Code struct {
	text string
	// quoted means that the code is a JSON string.
	quoted bool
}

// NumberCode returns the code written as the JSON number n.
func NumberCode(n int) Code {
	return Code{text: fmt.Sprint(n)}
}

// TextCode returns the code written as the JSON string s.
func TextCode(s string) Code {
	return Code{text: s, quoted: true}
}

// String returns the code without quotes: 70, 125.22, 400013, invalid_code.
func (c Code) String() string {
	return c.text
}

// IsZero reports whether there is no code.
func (c Code) IsZero() bool {
	return c == Code{}
}

// IsText reports whether the code is a JSON string and not a number.
func (c Code) IsText() bool {
	return c.quoted
}

// Value returns the code as encoding/json decodes it with UseNumber: a json.Number, a string, or
// nil if there is none.
func (c Code) Value() any {
	switch {
	case c.IsZero():
		return nil
	case c.quoted:
		return c.text
	default:
		return json.Number(c.text)
	}
}

// MarshalJSON renders the code as the number or string it is, and the zero Code as null.
func (c Code) MarshalJSON() ([]byte, error) {
	return json.Marshal(c.Value())
}

// UnmarshalJSON parses a JSON number or string; anything else, null included, is an error.
func (c *Code) UnmarshalJSON(data []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return err
	}
	switch v := value.(type) {
	case json.Number:
		*c = Code{text: v.String()}
	case string:
		*c = Code{text: v, quoted: true}
	default:
		return fmt.Errorf("a code is %s; want a number or a string", data)
	}
	return nil
}

// UnmarshalStrict decodes a YAML scalar: a number that is valid JSON too, or a text.
func (c *Code) UnmarshalStrict(v strictyaml.Value) error {
	kind := v.Kind()
	return c.read(kind == strictyaml.Int || kind == strictyaml.Float, kind == strictyaml.Text, v.Text(), v.Describe())
}

// UnmarshalYAML does the same for a node of a published document.
func (c *Code) UnmarshalYAML(node *yaml.Node) error {
	tag := node.ShortTag()
	return c.read(tag == "!!int" || tag == "!!float", node.Kind == yaml.ScalarNode && tag == "!!str", node.Value, node.Value)
}

// read parses a number or a text; shown is the value in words.
func (c *Code) read(number, text bool, value, shown string) error {
	// YAML also accepts 0x46, 1_000 and .inf as numbers, which no JSON answer can hold.
	if value == "" || number && !json.Valid([]byte(value)) || !number && !text {
		return fmt.Errorf(`must be a decimal number (70, 125.22) or a text ("400013", invalid_code), not %s`, shown)
	}
	*c = Code{text: value, quoted: text}
	return nil
}
