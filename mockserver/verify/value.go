package verify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"oauthmock/mockserver/journal"
)

// value is a JSON value as a test expects it.
type value interface {
	// compare reports where a value is not as expected. It stops and returns false as soon as
	// report returns false.
	compare(at place, got any, report func(place, value, any) bool) bool
	// plain returns the value as it was written.
	plain() any
}

// place leads to a value inside of a body: names of members, and numbers of elements.
type place []any

// String is the place as differences name it: "body.scopes[0]".
func (p place) String() string {
	var b strings.Builder
	b.WriteString("body")
	for _, step := range p {
		if i, ok := step.(int); ok {
			fmt.Fprintf(&b, "[%d]", i)
		} else {
			fmt.Fprintf(&b, ".%s", step)
		}
	}
	return b.String()
}

func (p place) to(step any) place { return append(slices.Clip(p), step) }

// find goes to the place in a decoded value.
func (p place) find(in any) (any, bool) {
	for _, step := range p {
		switch s := step.(type) {
		case int:
			list, ok := in.([]any)
			if !ok || s >= len(list) {
				return nil, false
			}
			in = list[s]
		case string:
			object, ok := in.(map[string]any)
			if !ok {
				return nil, false
			}
			if in, ok = object[s]; !ok {
				return nil, false
			}
		}
	}
	return in, true
}

// missing represents the absence of a value.
type missing struct{}

type (
	object struct {
		names  []string // sorted
		values []value
	}
	array  []value
	text   struct{ pattern }
	number struct{ source, canonical string }
	// literal is true, false or null.
	literal struct{ is any }
)

func (o object) compare(at place, got any, report func(place, value, any) bool) bool {
	members, ok := got.(map[string]any)
	if !ok {
		return report(at, o, got)
	}
	for i, name := range o.names {
		member, ok := members[name]
		if !ok {
			member = missing{}
		}
		if !o.values[i].compare(at.to(name), member, report) {
			return false
		}
	}
	return true
}

func (a array) compare(at place, got any, report func(place, value, any) bool) bool {
	elements, ok := got.([]any)
	if !ok || len(elements) != len(a) {
		return report(at, a, got)
	}
	for i, want := range a {
		if !want.compare(at.to(i), elements[i], report) {
			return false
		}
	}
	return true
}

func (t text) compare(at place, got any, report func(place, value, any) bool) bool {
	if s, ok := got.(string); ok && t.match(s) {
		return true
	}
	return report(at, t, got)
}

func (n number) compare(at place, got any, report func(place, value, any) bool) bool {
	if other, ok := got.(json.Number); ok && (other.String() == n.source || canonical(other.String()) == n.canonical) {
		return true
	}
	return report(at, n, got)
}

func (l literal) compare(at place, got any, report func(place, value, any) bool) bool {
	switch got.(type) {
	case bool, nil:
		if got == l.is {
			return true
		}
	}
	return report(at, l, got)
}

func (o object) plain() any {
	out := make(map[string]any, len(o.names))
	for i, name := range o.names {
		out[name] = o.values[i].plain()
	}
	return out
}

func (a array) plain() any {
	out := make([]any, len(a))
	for i, v := range a {
		out[i] = v.plain()
	}
	return out
}

func (t text) plain() any    { return t.source }
func (n number) plain() any  { return json.Number(n.source) }
func (l literal) plain() any { return l.is }

// newValue reads an expected value from what encoding/json decoded with UseNumber.
func newValue(from any, redactor *journal.Redactor) (value, error) {
	switch v := from.(type) {
	case map[string]any:
		o := object{names: slices.Sorted(maps.Keys(v))}
		for _, name := range o.names {
			member, err := newValue(v[name], redactor)
			if err != nil {
				return nil, err
			}
			o.values = append(o.values, member)
		}
		return o, nil
	case []any:
		a := make(array, len(v))
		for i := range v {
			element, err := newValue(v[i], redactor)
			if err != nil {
				return nil, err
			}
			a[i] = element
		}
		return a, nil
	case string:
		p, err := newPattern(v, false, redactor)
		return text{p}, err
	case json.Number:
		return number{v.String(), canonical(v.String())}, nil
	default:
		return literal{v}, nil
	}
}

// decode reads one JSON value, and reports whether the bytes are one.
func decode(b []byte) (any, bool) {
	decoder := json.NewDecoder(bytes.NewReader(b))
	decoder.UseNumber()
	var v any
	if decoder.Decode(&v) != nil {
		return nil, false
	}
	_, err := decoder.Token()
	return v, err == io.EOF
}

// canonical is a JSON number in a form that is the same for the same value, without working the
// value out: 1e999999999 is a short text.
func canonical(source string) string {
	rest, negative := strings.CutPrefix(source, "-")
	mantissa, exponent := rest, 0
	if at := strings.IndexAny(rest, "eE"); at >= 0 {
		mantissa = rest[:at]
		n, err := strconv.Atoi(rest[at+1:])
		if err != nil || n > 1<<40 || n < -1<<40 {
			return source // beyond all use: taken literally
		}
		exponent = n
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	exponent -= len(fraction)
	trimmed := strings.TrimRight(digits, "0")
	exponent += len(digits) - len(trimmed)
	switch {
	case trimmed == "":
		return "0"
	case negative:
		trimmed = "-" + trimmed
	}
	return trimmed + "e" + strconv.Itoa(exponent)
}
