package reading

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"oauthmock/spec"
)

// strictRules are what the strict reading cannot derive from schemas: x-strict at the root of the
// corrected document.
type strictRules struct {
	// Counts matches the properties that are counts: integers that are not negative.
	Counts string `json:"counts"`
	// Amounts matches the properties that are non-negative numbers.
	Amounts string `json:"amounts"`
	// Partial names the schemas whose members may be missing.
	Partial []string `json:"partial"`
	// Detail is the query parameter that makes a list answer with one entry.
	Detail string `json:"detail"`
	// MissingID is the status by which an operation refuses a path that ends where the ID should
	// be.
	MissingID string `json:"missingId"`
	// Harmless are the changes of an answer that can give another correct one.
	Harmless []struct {
		Why    string `json:"why"`
		Change string `json:"change"`
	} `json:"harmless"`
}

// Harmless is a kind of change to an answer that can give another correct one, so that the strict
// reading may accept it.
type Harmless struct {
	Why string
	// Change matches package audit's name of the change: "token.get 200: $.data.limits without ip".
	Change *regexp.Regexp
}

// HarmlessChanges returns the changes that can give another correct answer.
func HarmlessChanges(d *spec.Document) ([]Harmless, error) {
	var rules strictRules
	if err := d.Member("x-strict", &rules); err != nil {
		return nil, err
	}
	var list []Harmless
	for _, rule := range rules.Harmless {
		change, err := regexp.Compile(rule.Change)
		if err != nil {
			return nil, d.Wrong(fmt.Errorf("x-strict: harmless: %w", err))
		}
		list = append(list, Harmless{Why: rule.Why, Change: change})
	}
	return list, nil
}

// Strict returns the strict reading of a document, derived by code from [Corrected]. Each response
// has schemas of its own: allOf is flattened, every documented property is required (except in
// schemas that x-strict names partial) and no other is allowed, integers are not negative,
// timestamps are real (see [spec.Timestamp]), and each refusal is one of those that the examples of
// its operation and status show. x-strict states what names promise beyond that (counts, amounts).
// Requests are those of Corrected. Components "Failure.404" and so on hold the answers to a request
// that matches no operation. Responses without a body in the media type of the envelope (pages,
// redirects, 204) are unchanged.
//
// The formats date-time and ip are checked by validators of this document alone: pass
// doc.GetSchemaValidationOptions() if you use a schema directly, or use [Check].
func Strict(d *spec.Document) (*openapi3.T, error) {
	return once(d, strict, func() (*openapi3.T, error) { return readStrict(d) })
}

func readStrict(d *spec.Document) (*openapi3.T, error) {
	doc, err := load(d, d.Corrected)
	if err != nil {
		return nil, err
	}
	table, err := spec.Refusals()
	if err != nil {
		return nil, err
	}
	t, err := tightenerOf(d)
	if err != nil {
		return nil, err
	}
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			for status, ref := range operation.Responses.Map() {
				response, err := t.response(status, ref.Value)
				if err != nil {
					return nil, fmt.Errorf("spec: strict reading of %s %s %s: %w", method, path, status, err)
				}
				operation.Responses.Set(status, &openapi3.ResponseRef{Value: response})
			}
		}
	}
	if doc.Components == nil {
		doc.Components = &openapi3.Components{}
	}
	if doc.Components.Schemas == nil {
		doc.Components.Schemas = openapi3.Schemas{}
	}
	for status, bodies := range everyOperation(table, d.Name(), t.envelope) {
		schema, err := failureSchema(t.envelope, status, bodies)
		if err != nil {
			return nil, fmt.Errorf("spec: strict reading of %d on every path: %w", status, err)
		}
		doc.Components.Schemas["Failure."+strconv.Itoa(status)] = openapi3.NewSchemaRef("", schema)
	}
	doc.SetStringFormatValidator("date-time", openapi3.NewCallbackValidator(validTimestamp))
	doc.SetStringFormatValidator("ip", openapi3.NewCallbackValidator(validAddress))
	return doc, nil
}

// tightener makes responses strict.
type tightener struct {
	envelope        spec.Envelope
	counts, amounts *regexp.Regexp
	partial         []string // references
}

func tightenerOf(d *spec.Document) (*tightener, error) {
	envelope, err := d.Envelope()
	if err != nil {
		return nil, err
	}
	var rules strictRules
	if err := d.Member("x-strict", &rules); err != nil {
		return nil, err
	}
	t := &tightener{envelope: envelope}
	for _, rule := range []struct {
		into **regexp.Regexp
		text string
	}{{&t.counts, rules.Counts}, {&t.amounts, rules.Amounts}} {
		if *rule.into, err = regexp.Compile(cmp.Or(rule.text, "^$")); err != nil {
			return nil, d.Wrong(fmt.Errorf("x-strict: %w", err))
		}
	}
	for _, name := range rules.Partial {
		t.partial = append(t.partial, "#/components/schemas/"+name)
	}
	return t, nil
}

// response copies a response, which operations may share, and tightens the copy's schema.
func (t *tightener) response(status string, shared *openapi3.Response) (*openapi3.Response, error) {
	response := *shared
	media := shared.Content.Get(t.envelope.Media)
	if media == nil {
		return &response, nil
	}
	if media.Schema == nil {
		return nil, fmt.Errorf("the corrected document has no %s schema; want one", t.envelope.Media)
	}
	tightened := *media
	if strings.HasPrefix(status, "2") {
		schema, err := t.tighten(media.Schema, "", 0)
		if err != nil {
			return nil, err
		}
		tightened.Schema = schema
	} else {
		examples := examplesIn(media)
		if len(examples) == 0 {
			return nil, errors.New("the refusal has no example; want one that shows its code and message")
		}
		number, _ := strconv.Atoi(status)
		schema, err := failureSchema(t.envelope, number, examples)
		if err != nil {
			return nil, err
		}
		tightened.Schema = openapi3.NewSchemaRef("", schema)
	}
	response.Content = maps.Clone(shared.Content)
	response.Content[t.envelope.Media] = &tightened
	return &response, nil
}

// maxDepth bounds schemas that refer to themselves. The v2 document is five levels deep.
const maxDepth = 32

// tighten copies a schema with everything below it and makes the copy strict. name is the property
// that the schema describes, or the property that is a list or map of such values.
func (t *tightener) tighten(ref *openapi3.SchemaRef, name string, depth int) (*openapi3.SchemaRef, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("the schema of %q is more than %d levels deep; want one that does not refer to itself", name, maxDepth)
	}
	schema, err := flatten(ref.Value, depth)
	if err != nil {
		return nil, err
	}
	for _, branches := range []*openapi3.SchemaRefs{&schema.OneOf, &schema.AnyOf} {
		tightened := make(openapi3.SchemaRefs, 0, len(*branches))
		for _, branch := range *branches {
			branch, err := t.tighten(branch, name, depth+1)
			if err != nil {
				return nil, err
			}
			tightened = append(tightened, branch)
		}
		*branches = tightened
	}
	if schema.Items != nil {
		if schema.Items, err = t.tighten(schema.Items, name, depth+1); err != nil {
			return nil, err
		}
	}
	if values := schema.AdditionalProperties.Schema; values != nil {
		if values, err = t.tighten(values, name, depth+1); err != nil {
			return nil, err
		}
		schema.AdditionalProperties = openapi3.AdditionalProperties{Schema: values}
	}
	if len(schema.Properties) > 0 {
		properties := make(openapi3.Schemas, len(schema.Properties))
		for property, value := range schema.Properties {
			if properties[property], err = t.tighten(value, property, depth+1); err != nil {
				return nil, err
			}
		}
		schema.Properties = properties
		schema.Required = nil
		if !slices.Contains(t.partial, ref.Ref) {
			schema.Required = slices.Sorted(maps.Keys(properties))
		}
		none := false
		schema.AdditionalProperties = openapi3.AdditionalProperties{Has: &none}
	}
	t.tightenScalar(schema, name)
	return openapi3.NewSchemaRef("", schema), nil
}

// flatten copies a schema and pulls the properties of its allOf into it, one level deep.
func flatten(schema *openapi3.Schema, depth int) (*openapi3.Schema, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("allOf is more than %d levels deep; want one that does not refer to itself", maxDepth)
	}
	copied := *schema
	copied.AllOf = nil
	copied.Properties = maps.Clone(schema.Properties)
	for _, part := range schema.AllOf {
		flat, err := flatten(part.Value, depth+1)
		if err != nil {
			return nil, err
		}
		if copied.Properties == nil {
			copied.Properties = openapi3.Schemas{}
		}
		if copied.Type == nil {
			copied.Type = flat.Type
		}
		maps.Copy(copied.Properties, flat.Properties)
	}
	return &copied, nil
}

// timestampPattern repeats what the validator of date-time checks, so that the message says what is
// wanted.
const timestampPattern = `^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})$`

// tightenScalar adds what the name of a property promises, and requires timestamps in whole
// seconds.
func (t *tightener) tightenScalar(schema *openapi3.Schema, name string) {
	if schema.Type.Is(openapi3.TypeNumber) && t.counts.MatchString(name) {
		schema.Type = &openapi3.Types{openapi3.TypeInteger}
	}
	integer := schema.Type.Is(openapi3.TypeInteger)
	if schema.Min == nil && (integer || schema.Type.Is(openapi3.TypeNumber) && t.amounts.MatchString(name)) {
		zero := 0.0
		schema.Min = &zero
	}
	if schema.Type.Is(openapi3.TypeString) && schema.Format == "date-time" && schema.Pattern == "" {
		schema.Pattern = timestampPattern
	}
}

// validTimestamp is the validator of the format date-time. Its error does not repeat the value.
func validTimestamp(text string) error {
	if _, err := spec.Timestamp(text); err != nil {
		return errors.New("want a real timestamp in whole seconds, like 2026-02-12T08:30:00+00:00")
	}
	return nil
}

// validAddress is the validator of the format ip. Its error does not repeat the value.
func validAddress(text string) error {
	if _, err := netip.ParseAddr(text); err != nil {
		return errors.New("want an IP address, like 192.0.2.1 or 2001:db8::1")
	}
	return nil
}
