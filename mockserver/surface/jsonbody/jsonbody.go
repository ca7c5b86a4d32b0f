package jsonbody

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	fast "github.com/segmentio/encoding/json"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/surface"
)

// Object reads the members of a JSON object that fields names, as they were written; of a member that stands twice the last counts. An
// empty body, null and (as the provider's language sees no difference) an empty array are an empty object; other JSON is none, and what
// is no JSON is an error. Whatever Content-Type says does not matter.
func Object[F any](body []byte, fields *F) (isObject bool, err error) {
	body = trim(body)
	if len(body) == 0 {
		return true, nil
	}
	// Checked by the standard library, which bounds how deep a body may nest.
	if !utf8.Valid(body) || !json.Valid(body) {
		return false, account.Refuse(surface.BodyMalformed, "the body is not JSON")
	}
	switch body[0] {
	case '{':
		if _, err := fast.Parse(body, fields, fast.ZeroCopy|fast.DontMatchCaseInsensitiveStructFields); err != nil {
			return false, account.Refuse(surface.BodyMalformed, err.Error())
		}
		return true, nil
	case 'n':
		return true, nil
	case '[':
		return len(trim(body[1:len(body)-1])) == 0, nil
	}
	return false, nil
}

// trim takes away what JSON calls white space. (bytes.TrimSpace would take more.)
func trim(body []byte) []byte { return bytes.Trim(body, " \t\r\n") }

// Null reports whether a member is absent or null.
func Null(raw json.RawMessage) bool { return len(raw) == 0 || string(bytes.TrimSpace(raw)) == "null" }

// ErrType is what a member of the wrong type is.
var ErrType = errors.New("wrong type")

// Text reads a text.
func Text(raw json.RawMessage) (string, error) {
	var s *string
	if _, err := fast.Parse(raw, &s, 0); err != nil || s == nil {
		return "", ErrType
	}
	return *s, nil
}

// Texts reads an array of texts, none of which is empty or null: neither is a scope, or an address.
func Texts(raw json.RawMessage) ([]string, error) {
	var items []string
	if _, err := fast.Parse(raw, &items, 0); err != nil || items == nil || slices.Contains(items, "") {
		return nil, ErrType
	}
	return items, nil
}

// Number reads a number as it was written.
func Number(raw json.RawMessage) (string, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	token, err := decoder.Token()
	n, ok := token.(json.Number)
	if err != nil || !ok {
		return "", ErrType
	}
	if _, err := decoder.Token(); err != io.EOF {
		return "", ErrType
	}
	return n.String(), nil
}

// Integer reads a whole number; 60.0 and 6e1 are whole numbers too. What an int64 cannot hold becomes its bound.
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

// whole reads a JSON number with a fraction or an exponent, in time that grows with its length only: big.Float would take seconds for a
// million digits.
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
