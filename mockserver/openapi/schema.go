package openapi

import (
	"cmp"
	"encoding/json"
	"math/big"
	"regexp"
	"strings"
	"sync/atomic"
)

// types is a set of JSON types; the empty set allows all.
type types uint8

const (
	typeNull types = 1 << iota
	typeBoolean
	typeInteger
	typeNumber
	typeString
	typeArray
	typeObject
)

func typeNamed(name string) (types, bool) {
	switch name {
	case "null":
		return typeNull, true
	case "boolean":
		return typeBoolean, true
	case "integer":
		return typeInteger, true
	case "number":
		return typeNumber, true
	case "string":
		return typeString, true
	case "array":
		return typeArray, true
	case "object":
		return typeObject, true
	}
	return 0, false
}

// String names the set for people: "a string or null".
func (t types) String() string {
	var names []string
	for i, name := range []string{"null", "a boolean", "an integer", "a number", "a string", "an array", "an object"} {
		if t&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, " or ")
}

// both returns what two sets have in common. An integer is a number.
func (t types) both(u types) (types, bool) {
	if t == 0 || u == 0 {
		return t | u, true
	}
	common := t & u
	if t&typeInteger != 0 && u&typeNumber != 0 || u&typeInteger != 0 && t&typeNumber != 0 {
		common |= typeInteger
	}
	return common, common != 0
}

// schema is a document's description of a value, in one form for OAS 3.0 and 3.1, without what
// could not be understood. It is immutable after the document is loaded, except for cached merges.
type schema struct {
	keywords

	all  atomic.Pointer[[]*schema] // see parts
	flat atomic.Pointer[schema]    // see flattened
}

// keywords are the constraints of a schema.
type keywords struct {
	name  string // in components, "" elsewhere
	never bool   // nothing fits

	types     types
	nullable  bool
	maybeNull bool // "nullable" where it means nothing: in OAS 3.1, and beside a reference
	enum      []any
	hasEnum   bool
	format    string

	minimum, maximum       *bound
	step                   *big.Rat // of multipleOf
	minLength, maxLength   int      // maxima are -1 when there are none
	pattern                *pattern
	minItems, maxItems     int
	minMembers, maxMembers int
	unique                 bool
	items                  *schema
	prefix                 []*schema
	contains               *schema
	properties             []property
	byName                 map[string]int // from [indexed] properties on
	patterned              []patterned
	required               []string
	additional             *schema // nil allows anything
	closed                 bool    // additionalProperties is false
	names                  *schema // of propertyNames
	needs                  []dependency

	allOf      []*schema
	groups     []*group
	nots       []*schema
	conditions []condition

	discriminator       *discriminator
	readOnly, writeOnly bool
	samples             []any  // examples and default; after load those that fit
	odd                 []any  // those that do not, as the document has them
	text                string // the default, where it is a text
	xmlName             string
	xmlAttribute        bool // it is an attribute of its object
	xmlWrapped          bool // the items of a list have an element of their own
}

// bound is a minimum or a maximum.
type bound struct {
	number    json.Number
	value     float64  // about
	exact     *big.Rat // see the function exact
	exclusive bool
}

func newBound(n json.Number, exclusive bool) *bound {
	r, _ := exact(n)
	return &bound{number: n, value: float(n), exact: r, exclusive: exclusive}
}

// compare returns below 0 when a number is below the bound, 0 when it is at it, and above 0 beyond
// it.
func (b *bound) compare(n json.Number) int {
	if small(n) && small(b.number) {
		return cmp.Compare(float(n), b.value)
	}
	r, _ := exact(n)
	return r.Cmp(b.exact)
}

type property struct {
	name   string
	schema *schema
}

type patterned struct {
	pattern *regexp.Regexp
	schema  *schema
}

// dependency is what must be present if a property is.
type dependency struct {
	name     string
	required []string
	schema   *schema
}

// group is a oneOf or an anyOf.
type group struct {
	exclusive bool // oneOf
	options   []*schema
	merged    []atomic.Pointer[schema]
}

type condition struct{ when, then, otherwise *schema }

type discriminator struct {
	property string
	values   []string // of the mapping, in the order of the file
	schemas  []*schema
}

// value returns the discriminating property's value for a schema.
func (d *discriminator) value(s *schema) string {
	for i, mapped := range d.schemas {
		if mapped == s {
			return d.values[i]
		}
	}
	return s.name
}

func newSchema() *schema {
	return &schema{keywords: keywords{maxLength: -1, maxItems: -1, maxMembers: -1}}
}

func newGroup(exclusive bool, options []*schema) *group {
	return &group{exclusive: exclusive, options: options, merged: make([]atomic.Pointer[schema], len(options))}
}

// property returns the schema of a documented property, or nil.
func (s *schema) property(name string) *schema {
	if s.byName != nil {
		if i, ok := s.byName[name]; ok {
			return s.properties[i].schema
		}
		return nil
	}
	for i := range s.properties {
		if s.properties[i].name == name {
			return s.properties[i].schema
		}
	}
	return nil
}

// index indexes the properties of a large object.
func (s *schema) index() {
	if len(s.properties) <= indexed {
		return
	}
	s.byName = make(map[string]int, len(s.properties))
	for i := range s.properties {
		s.byName[s.properties[i].name] = i
	}
}

// kinds are the types of a schema, guessed from its keywords when it names none.
func (s *schema) kinds() types {
	switch {
	case s.types != 0:
		return s.types
	case len(s.properties) > 0 || s.closed || s.additional != nil || len(s.required) > 0 || s.minMembers > 0 || s.maxMembers >= 0 ||
		len(s.patterned) > 0 || s.discriminator != nil || s.names != nil:
		return typeObject
	case s.items != nil || len(s.prefix) > 0 || s.minItems > 0 || s.maxItems >= 0 || s.contains != nil || s.unique:
		return typeArray
	case s.pattern != nil || s.minLength > 0 || s.maxLength >= 0:
		return typeString
	case s.minimum != nil || s.maximum != nil || s.step != nil:
		return typeNumber
	case s.format != "":
		switch s.format {
		case "int32", "int64":
			return typeInteger
		case "float", "double":
			return typeNumber
		}
		return typeString
	}
	return 0
}
