package jsonbody

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/surface"
)

// Object parses the members of a JSON object, for the other functions of the package to parse
// further: member returns where to store the member with a name, or nil. Of duplicate members the
// last counts. An empty body, null and (because the provider's language does not distinguish them)
// an empty array are an empty object; other JSON is not an object, and invalid JSON is an error.
// The Content-Type does not matter.
func Object(body []byte, member func(name string) *json.RawMessage) (isObject bool, err error) {
	body = trim(body)
	if len(body) == 0 {
		return true, nil
	}
	// Checked by the standard library, which bounds how deep a body may nest. What follows relies
	// on it.
	if !utf8.Valid(body) || !json.Valid(body) {
		return false, account.Refuse(surface.BodyMalformed, "the body is not JSON")
	}
	switch body[0] {
	case '{':
		for rest := inside(body); len(rest) > 0; {
			var name, value []byte
			name, rest = cut(rest)
			value, rest = cut(rest)
			if to := member(unquote(name)); to != nil {
				*to = value
			}
		}
		return true, nil
	case 'n':
		return true, nil
	case '[':
		return len(inside(body)) == 0, nil
	}
	return false, nil
}

const space = " \t\r\n"

// trim takes away what JSON calls white space. (bytes.TrimSpace would take more.)
func trim(body []byte) []byte { return bytes.Trim(body, space) }

// inside returns the content of an object or array.
func inside(value []byte) []byte { return trim(value[1 : len(value)-1]) }

// cut cuts the first value or name off the members or elements that are left, with the comma or
// colon behind it.
func cut(text []byte) (value, rest []byte) {
	end := end(text)
	return text[:end], bytes.TrimLeft(text[end:], space+",:")
}

// end returns where the value at the start of a text ends.
func end(text []byte) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{', '[':
			depth++
			continue
		case '}', ']':
			depth--
		case '"':
			for i++; text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		case ' ', '\t', '\r', '\n', ',', ':':
			if depth == 0 {
				return i // behind a number, true, false or null
			}
			continue
		default:
			continue
		}
		if depth == 0 {
			return i + 1
		}
	}
	return len(text)
}

// unquote reads a text that is valid.
func unquote(quoted []byte) string {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1 : len(quoted)-1])
	}
	var s string
	_ = json.Unmarshal(quoted, &s) // which is valid
	return s
}

// Null reports whether a member is absent or null.
func Null(raw json.RawMessage) bool { return len(raw) == 0 || raw[0] == 'n' }

// ErrType is returned for a member of the wrong type.
var ErrType = errors.New("wrong type")

// Text reads a text.
func Text(raw json.RawMessage) (string, error) {
	if raw[0] != '"' {
		return "", ErrType
	}
	return unquote(raw), nil
}

// Texts reads an array of texts, none of which is empty or null: neither is a scope, or an address.
func Texts(raw json.RawMessage) ([]string, error) {
	if raw[0] != '[' {
		return nil, ErrType
	}
	texts := []string{}
	for rest := inside(raw); len(rest) > 0; {
		var value []byte
		value, rest = cut(rest)
		text, err := Text(value)
		if err != nil || text == "" {
			return nil, ErrType
		}
		texts = append(texts, text)
	}
	return texts, nil
}

// Number returns a number as it was written.
func Number(raw json.RawMessage) (string, error) {
	if c := raw[0]; c != '-' && (c < '0' || c > '9') {
		return "", ErrType
	}
	return string(raw), nil
}

// Integer reads a whole number; 60.0 and 6e1 are whole numbers too. What an int64 cannot hold
// becomes its bound.
func Integer(raw json.RawMessage) (int64, error) {
	n, err := Number(raw)
	if err != nil {
		return 0, err
	}
	if i, err := strconv.ParseInt(n, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		return i, nil
	}
	return whole(n)
}

// whole reads a JSON number with a fraction or an exponent, in time that grows with its length
// only: big.Float would take seconds for a million digits.
func whole(number string) (int64, error) {
	digits, negative := strings.CutPrefix(number, "-")
	exponent := 0
	if i := strings.IndexAny(digits, "eE"); i >= 0 {
		const far = 1 << 30 // farther than any body has digits
		n, err := strconv.Atoi(digits[i+1:])
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			return 0, ErrType
		}
		digits, exponent = digits[:i], min(max(n, -far), far)
	}
	before, after, _ := strings.Cut(digits, ".")
	point := len(before) + exponent // where the decimal point stands among the digits
	digits = before + after
	significant := strings.TrimLeft(digits, "0")
	point -= len(digits) - len(significant)
	significant = strings.TrimRight(significant, "0")
	switch {
	case significant == "":
		return 0, nil
	case len(significant) > point:
		return 0, ErrType
	case point > 19: // more digits than an int64 has
		significant, point = "9", 20
	}
	text := significant + strings.Repeat("0", point-len(significant))
	if negative {
		text = "-" + text
	}
	n, _ := strconv.ParseInt(text, 10, 64) // saturates
	return n, nil
}
