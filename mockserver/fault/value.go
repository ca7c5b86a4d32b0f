package fault

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// maxNesting is how deep the values of an answer may nest.
const maxNesting = 100

// object is a JSON object whose members keep their order. Values are object, []any, string, number,
// bool and nil.
type object []property

type property struct {
	name  string
	value any
}

// MarshalJSON implements json.Marshaler.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, p := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		for j, part := range []any{p.name, p.value} {
			text, err := render(part)
			if err != nil {
				return nil, err
			}
			if j > 0 {
				b.WriteByte(':')
			}
			b.Write(text)
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// find returns the index of a member, or -1.
func (o object) find(name string) int {
	for i, p := range o {
		if p.name == name {
			return i
		}
	}
	return -1
}

// render is a value as JSON.
func render(v any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// readValue reads a JSON text.
func readValue(text []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	v, err := readNext(decoder, 0)
	if err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, fmt.Errorf("something follows the JSON value")
	}
	return v, nil
}

func readNext(decoder *json.Decoder, depth int) (any, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	if depth > maxNesting {
		return nil, fmt.Errorf("nests deeper than %d", maxNesting)
	}
	switch t := token.(type) {
	case json.Number:
		return number(t.String()), nil
	case json.Delim:
		if t == '[' {
			list := []any{}
			for decoder.More() {
				v, err := readNext(decoder, depth+1)
				if err != nil {
					return nil, err
				}
				list = append(list, v)
			}
			_, err := decoder.Token()
			return list, err
		}
		o := object{}
		for decoder.More() {
			name, err := decoder.Token()
			if err != nil {
				return nil, err
			}
			v, err := readNext(decoder, depth+1)
			if err != nil {
				return nil, err
			}
			o = append(o, property{fmt.Sprint(name), v})
		}
		_, err := decoder.Token()
		return o, err
	}
	return token, nil
}
