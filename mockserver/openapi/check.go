package openapi

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// direction is who sends a value: read-only members need not be in a request, write-only ones must
// not be in a response.
type direction uint8

const (
	toService direction = iota
	fromService
)

// maxSteps bounds the work of one check. A request that takes more is refused, and an answer does
// not fit.
const maxSteps = 4_000_000

// maxViolations bounds what is reported of one request.
const maxViolations = 20

// checker holds a value against a schema. A lenient one accepts where published documents are known
// to be careless: two fitting branches of a oneOf, and members that one part of an allOf closes out
// and another documents.
type checker struct {
	direction direction
	strict    bool
	nulls     bool    // null fits everything, as services send it
	overlap   bool    // several branches of a oneOf may fit
	quiet     int     // above 0 nothing is reported, and the first fault ends the check
	whole     *schema // the schema of the object whose parts, of an allOf, are looked at; nil outside
	steps     int
	spent     bool // maxSteps are used up
	at        []byte
	found     []Violation
	excused   map[Violation]bool // what documented examples do themselves; their items are without number
}

// fits reports whether a value fits, strictly, as an answer of the service.
func fits(s *schema, v any) bool {
	c := checker{direction: fromService, strict: true, quiet: 1}
	return c.value(s, v)
}

// passes reports whether a value fits as services send it: with null where there is nothing, and in
// more than one variant of a oneOf.
func passes(s *schema, v any) bool {
	c := checker{direction: fromService, strict: true, nulls: true, overlap: true, quiet: 1}
	return c.value(s, v)
}

// misfit returns why a value does not match a schema, or "".
func misfit(s *schema, v any) string {
	c := checker{direction: fromService, strict: true}
	if c.value(s, v); len(c.found) == 0 {
		return ""
	}
	return strings.TrimSpace(c.found[0].Where + " " + c.found[0].Message)
}

// probe checks without telling.
func (c *checker) probe(s *schema, v any) bool {
	c.quiet++
	ok := c.value(s, v)
	c.quiet--
	return ok
}

// fault reports what is wrong; it returns false for the convenience of callers.
func (c *checker) fault(format string, args ...any) bool {
	if c.quiet == 0 && len(c.found) < maxViolations {
		if v := (Violation{Where: string(c.at), Message: fmt.Sprintf(format, args...)}); len(c.excused) == 0 || !c.excused[v.anyItem()] {
			c.found = append(c.found, v)
		}
	}
	return false
}

// stop reports whether to stop: something does not match, and further faults are not reported.
func (c *checker) stop(ok bool) bool { return !ok && c.quiet > 0 }

// value checks a value against a schema and all parts of its allOf.
func (c *checker) value(s *schema, v any) bool {
	if s == nil || v == nil && c.nulls {
		return true
	}
	if len(s.allOf) == 0 {
		return c.own(s, v)
	}
	ok := c.own(s, v)
	if c.stop(ok) {
		return false
	}
	if v == nil && s.admitsNull(c) {
		return ok
	}
	whole := c.whole
	if _, isObject := v.(*object); isObject && whole == nil {
		c.whole = s.flattened()
	}
	for _, part := range s.parts() {
		if ok = c.own(part, v) && ok; c.stop(ok) {
			break
		}
	}
	c.whole = whole
	return ok
}

func (s *schema) admitsNull(c *checker) bool { return s.nullable || s.maybeNull && !c.strict }

// own checks a value against a schema by itself, without its allOf.
func (c *checker) own(s *schema, v any) bool {
	if c.steps++; c.steps > maxSteps {
		return c.exhausted()
	}
	if s.never {
		return c.fault("must not be there")
	}
	if !c.strict && slices.ContainsFunc(s.odd, func(odd any) bool { return equal(odd, v) }) {
		return true // a client that sends what the document shows is not refused
	}
	if v == nil && s.admitsNull(c) {
		return !c.strict || !s.hasEnum || c.enumerated(s, v)
	}
	if !c.kind(s, v) || !c.enumerated(s, v) {
		return false
	}
	ok := c.shape(s, v)
	if c.stop(ok) {
		return false
	}
	// What is wrong inside a value may be wrong in parts of its schema too; one word about each
	// place is enough.
	if told := len(c.found); !ok && told > 0 && c.found[told-1].Where == string(c.at) {
		return false
	}
	return c.mixed(s, v) && ok
}

// exhausted reports once that the time for a check is used up, even if nothing else is reported.
func (c *checker) exhausted() bool {
	if !c.spent {
		c.spent = true
		c.found = append(c.found, Violation{Where: string(c.at), Message: "takes too long to check"})
	}
	return false
}

// kind checks the JSON type.
func (c *checker) kind(s *schema, v any) bool {
	if s.types == 0 {
		return true
	}
	var is types
	switch v := v.(type) {
	case nil:
		is = typeNull
	case bool:
		is = typeBoolean
	case json.Number:
		is = typeNumber
		if s.types&typeInteger != 0 && whole(v) {
			is |= typeInteger
		}
	case string:
		is = typeString
	case []any:
		is = typeArray
	case *object:
		is = typeObject
	}
	if s.types&is != 0 {
		return true
	}
	return c.fault("must be %s, not %s", s.types, kindOf(v))
}

func (c *checker) enumerated(s *schema, v any) bool {
	if !s.hasEnum {
		return true
	}
	for _, allowed := range s.enum {
		if equal(allowed, v) {
			return true
		}
		// YAML makes numbers and booleans of values that are meant as text.
		if text, ok := v.(string); ok && !c.strict && text == plain(allowed) {
			return true
		}
	}
	return c.fault("must be %s", oneOf(s.enum))
}

// plain returns a scalar as text, without quotes.
func plain(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return string(v)
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

func oneOf(values []any) string {
	const shown = 8
	if len(values) == 1 {
		return quoted(values[0])
	}
	var b strings.Builder
	b.WriteString("one of ")
	for i, v := range values {
		if i == shown {
			fmt.Fprintf(&b, " … (%d values)", len(values))
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(quoted(v))
	}
	return b.String()
}

// shape checks what concerns one type only.
func (c *checker) shape(s *schema, v any) bool {
	switch v := v.(type) {
	case json.Number:
		return c.number(s, v)
	case string:
		return c.text(s, v)
	case []any:
		return c.list(s, v)
	case *object:
		return c.object(s, v)
	}
	return true
}

func (c *checker) number(s *schema, n json.Number) bool {
	if s.minimum == nil && s.maximum == nil && s.step == nil {
		return true
	}
	if low := s.minimum; low != nil {
		switch order := low.compare(n); {
		case low.exclusive && order <= 0:
			return c.fault("must be more than %s", low.number)
		case order < 0:
			return c.fault("must be at least %s", low.number)
		}
	}
	if high := s.maximum; high != nil {
		switch order := high.compare(n); {
		case high.exclusive && order >= 0:
			return c.fault("must be less than %s", high.number)
		case order > 0:
			return c.fault("must be at most %s", high.number)
		}
	}
	if !multiple(n, s.step) {
		return c.fault("must be a multiple of %s", decimal(s.step))
	}
	return true
}

func (c *checker) text(s *schema, text string) bool {
	if s.minLength > 0 || s.maxLength >= 0 {
		n := utf8.RuneCountInString(text)
		if n < s.minLength {
			return c.fault("must have at least %d characters", s.minLength)
		}
		if s.maxLength >= 0 && n > s.maxLength {
			return c.fault("must have at most %d characters", s.maxLength)
		}
	}
	if s.pattern != nil && (c.strict || !s.pattern.prose) {
		const cheap = 64 // instructions for one character, about as much work as a step
		if c.steps += len(text) / cheap * s.pattern.size; c.steps > maxSteps {
			return c.exhausted()
		}
		if !s.pattern.matches(text) {
			return c.fault("must match %s", shortened(s.pattern.source))
		}
	}
	if s.format != "" && (s.types == 0 || s.types&typeString != 0) {
		if problem := formatProblem(s.format, text, c.strict); problem != "" {
			return c.fault("%s", problem)
		}
	}
	return true
}

func (c *checker) list(s *schema, list []any) bool {
	if len(list) < s.minItems {
		return c.fault("must have at least %d items", s.minItems)
	}
	if s.maxItems >= 0 && len(list) > s.maxItems {
		return c.fault("must have at most %d items", s.maxItems)
	}
	if s.unique && !distinct(list) {
		return c.fault("must not have the same item twice")
	}
	ok := true
	for i, item := range list {
		of := s.items
		if i < len(s.prefix) {
			of = s.prefix[i]
		}
		if of == nil {
			continue
		}
		mark := len(c.at)
		c.at = append(strconv.AppendInt(append(c.at, '['), int64(i), 10), ']')
		ok = c.value(of, item) && ok
		c.at = c.at[:mark]
		if c.stop(ok) {
			return false
		}
	}
	if s.contains != nil && len(list) > 0 && !slices.ContainsFunc(list, func(item any) bool { return c.probe(s.contains, item) }) {
		return c.fault("must contain an item that it does not")
	}
	return ok
}

// distinct reports whether no item occurs twice. Long lists are compared only as far as that is
// cheap.
func distinct(list []any) bool {
	const compared = 500
	seen := make(map[string]bool)
	for i, v := range list {
		switch v.(type) {
		case string, bool, nil:
			key := kindOf(v) + plain(v)
			if seen[key] {
				return false
			}
			seen[key] = true
			continue
		}
		if i >= compared {
			break
		}
		for _, other := range list[:i] {
			if equal(v, other) {
				return false
			}
		}
	}
	return true
}
