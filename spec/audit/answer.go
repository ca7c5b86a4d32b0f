package audit

import (
	"fmt"
	"net/url"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"oauthmock/spec"
	"oauthmock/spec/reading"
)

// Answer is one answer of the API.
type Answer struct {
	Operation spec.Operation
	Status    int
	// Query is the parameter that decides the form of the answer: id, or nothing.
	Query url.Values
	// Body is the decoded JSON, with numbers as json.Number.
	Body any
}

// String returns the operation's alias and the status: "token.get 404".
func (a Answer) String() string {
	return fmt.Sprintf("%s %d", a.Operation.Name, a.Status)
}

// Right returns answers that are correct by the strict reading of a document, in order of
// operations and statuses: for each refusal its examples, for each success one of every form,
// composed of the examples of its properties. Each call builds them again.
func Right(document *spec.Document) ([]Answer, error) {
	r, err := newReadings(document)
	if err != nil {
		return nil, err
	}
	return r.right()
}

func (r *readings) right() ([]Answer, error) {
	var answers []Answer
	add := func(o spec.Operation, status int, query url.Values, value any) error {
		body, err := tree(value)
		if err != nil {
			return fmt.Errorf("audit: an example of %s %d: %w", o.Name, status, err)
		}
		answers = append(answers, Answer{o, status, query, body})
		return nil
	}
	for _, o := range r.operations {
		all := responses(r.corrected, o)
		for _, status := range sortedStatuses(all) {
			if status >= 400 {
				for _, example := range r.examplesOf(all[status]) {
					if err := add(o, status, nil, example); err != nil {
						return nil, err
					}
				}
				continue
			}
			for _, query := range queries(o) {
				schema := reading.StrictResponse(r.strict, o, status, query)
				if media, _ := reading.Described(r.strict, o, status); schema == nil && !slices.Contains(media, r.envelope.Media) {
					continue // a page, a redirect, or nothing
				}
				if schema == nil {
					return nil, fmt.Errorf("audit: the strict reading has no schema for %s %d; want one for all that is corrected", o.Name, status)
				}
				for _, form := range forms(schema) {
					if err := add(o, status, query, sample(form)); err != nil {
						return nil, err
					}
				}
			}
		}
	}
	return answers, nil
}

// queries returns the queries that select a form of the answer: none and, if there is a parameter
// that selects one entry, that parameter.
func queries(o spec.Operation) []url.Values {
	if o.Detail != "" {
		return []url.Values{nil, {o.Detail: {"656d1e2f8b3c2a001f7e4a20"}}}
	}
	return []url.Values{nil}
}

// forms returns the alternatives at the root of a schema, or the schema itself.
func forms(schema *openapi3.Schema) []*openapi3.Schema {
	var list []*openapi3.Schema
	for _, form := range slices.Concat(schema.OneOf, schema.AnyOf) {
		list = append(list, form.Value)
	}
	if list == nil {
		list = append(list, schema)
	}
	return list
}

// sample builds a correct value of a schema, from its examples if it has some.
func sample(schema *openapi3.Schema) any {
	switch {
	case len(schema.Properties) > 0:
		object := map[string]any{}
		for name, property := range schema.Properties {
			object[name] = sample(property.Value)
		}
		return object
	case schema.Example != nil:
		return schema.Example
	case len(schema.Enum) > 0:
		return schema.Enum[0]
	case len(schema.OneOf) > 0:
		return sample(schema.OneOf[0].Value)
	case schema.AdditionalProperties.Schema != nil:
		return map[string]any{"company.openapi.com": sample(schema.AdditionalProperties.Schema.Value)}
	case schema.Type.Is(openapi3.TypeArray) && schema.Items != nil:
		return []any{sample(schema.Items.Value)}
	case schema.Format == "ip":
		return "192.0.2.1"
	case schema.Type.Is(openapi3.TypeString):
		return "text"
	case schema.Type.Is(openapi3.TypeInteger), schema.Type.Is(openapi3.TypeNumber):
		return 1
	default:
		return nil
	}
}
