package audit

import (
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"oauthmock/spec"
	"oauthmock/spec/reading"
)

// Surveyed is what the two readings require of the answers of one operation with one status.
type Surveyed struct {
	Operation string `json:"operation"`
	Method    string `json:"method"`
	Path      string `json:"path"`
	Status    int    `json:"status"`
	// Added means that the overlay added the status; the published document does not have it.
	Added     bool    `json:"added"`
	Published Demands `json:"published"`
	Strict    Demands `json:"strict"`
}

// Demands is what a schema requires, and what it leaves open. Places are written as
// "$.data[].limits.ip[]"; "{}" stands for any key.
type Demands struct {
	// Schema means that there is one. Without it any body is correct, and the other fields are
	// empty.
	Schema bool `json:"schema"`
	// Refusals is how many pairs of code and message are correct, 0 if any is.
	Refusals int `json:"refusals,omitempty"`
	// Objects and Values are how many objects, and how many strings and numbers, the schema
	// describes.
	Objects int `json:"objects"`
	Values  int `json:"values"`
	// NoRequired are the objects of which every member may be missing.
	NoRequired []string `json:"objectsWithoutRequired"`
	// Open are the objects that may hold any other member.
	Open []string `json:"openObjects"`
	// Formless are the values without format, pattern, enum, minimum and maximum: any string, or
	// any number.
	Formless []string `json:"valuesWithoutForm"`
}

// Survey lists all answers of a document that one of the readings knows, in order of operations and
// statuses.
func Survey(document *spec.Document) ([]Surveyed, error) {
	r, err := newReadings(document)
	if err != nil {
		return nil, err
	}
	var list []Surveyed
	for _, o := range r.operations {
		published := responses(r.published, o)
		for _, status := range sortedStatuses(responses(r.strict, o)) {
			_, known := published[status]
			list = append(list, Surveyed{
				Operation: o.Name, Method: o.Method, Path: o.Path, Status: status, Added: !known,
				Published: demands(reading.PublishedResponse(r.published, o, status), status, r.envelope),
				Strict:    demands(reading.StrictResponse(r.strict, o, status, nil), status, r.envelope),
			})
		}
	}
	return list, nil
}

func demands(schema *openapi3.Schema, status int, envelope spec.Envelope) Demands {
	d := Demands{Schema: schema != nil, NoRequired: []string{}, Open: []string{}, Formless: []string{}}
	if schema == nil {
		return d
	}
	if status >= 400 {
		d.Refusals = refusals(schema, envelope)
	}
	found := places(schema, "$", 0)
	for path, p := range found {
		if p.object {
			d.Objects++
			if p.members && !p.required {
				d.NoRequired = append(d.NoRequired, path)
			}
			if !p.closed {
				d.Open = append(d.Open, path)
			}
		}
		if p.value {
			d.Values++
			if !p.form {
				d.Formless = append(d.Formless, path)
			}
		}
	}
	slices.Sort(d.NoRequired)
	slices.Sort(d.Open)
	slices.Sort(d.Formless)
	return d
}

// refusals counts the forms that name one code.
func refusals(schema *openapi3.Schema, envelope spec.Envelope) int {
	n := 0
	for _, form := range forms(schema) {
		for name := range strings.SplitSeq(envelope.Code, ".") {
			if property := form.Properties[name]; property != nil {
				form = property.Value
			} else {
				form = openapi3.NewSchema()
			}
		}
		if len(form.Enum) > 0 {
			n++
		}
	}
	return n
}

// place is what a schema requires of one place of a body.
type place struct {
	object, value bool
	// members means that the object has properties of its own; a map has none, and none of its keys
	// could be required.
	members bool
	// required, closed and form mean that something is required.
	required, closed, form bool
}

// maxDepth bounds schemas that refer to themselves.
const maxDepth = 32

// places walks a schema. What one part of an allOf requires is required; of alternatives, only what
// all of them require.
func places(schema *openapi3.Schema, path string, depth int) map[string]place {
	found := map[string]place{}
	if schema == nil || depth > maxDepth {
		return found
	}
	found[path] = own(schema)
	for name, property := range schema.Properties {
		every(found, places(property.Value, path+"."+name, depth+1))
	}
	if schema.Items != nil {
		every(found, places(schema.Items.Value, path+"[]", depth+1))
	}
	if values := schema.AdditionalProperties.Schema; values != nil {
		every(found, places(values.Value, path+"{}", depth+1))
	}
	for _, part := range schema.AllOf {
		every(found, places(part.Value, path, depth+1))
	}
	for _, alternatives := range []openapi3.SchemaRefs{schema.OneOf, schema.AnyOf} {
		var common map[string]place
		for _, alternative := range alternatives {
			one := places(alternative.Value, path, depth+1)
			if common == nil {
				common = one
				continue
			}
			for at, p := range one {
				if other, both := common[at]; both {
					p = place{
						object: p.object || other.object, value: p.value || other.value, members: p.members || other.members,
						required: either(p, other, place.asksMembers), closed: either(p, other, place.isClosed), form: either(p, other, place.hasForm),
					}
				}
				common[at] = p
			}
		}
		every(found, common)
	}
	return found
}

// own returns what a schema requires of its own place, without its parts and alternatives.
func own(schema *openapi3.Schema) place {
	values := schema.AdditionalProperties
	p := place{
		object:   schema.Type.Is(openapi3.TypeObject) || len(schema.Properties) > 0,
		members:  len(schema.Properties) > 0,
		required: len(schema.Required) > 0,
		closed:   values.Schema != nil || values.Has != nil && !*values.Has,
		value:    schema.Type.Is(openapi3.TypeString) || schema.Type.Is(openapi3.TypeNumber) || schema.Type.Is(openapi3.TypeInteger),
		form: schema.Format != "" || schema.Pattern != "" || len(schema.Enum) > 0 || schema.Min != nil || schema.Max != nil ||
			schema.MinLength > 0 || schema.MaxLength != nil,
	}
	return p
}

// every merges requirements that apply together.
func every(into, more map[string]place) {
	for at, p := range more {
		old := into[at]
		into[at] = place{
			object: p.object || old.object, value: p.value || old.value, members: p.members || old.members,
			required: p.required || old.required, closed: p.closed || old.closed, form: p.form || old.form,
		}
	}
}

func (p place) asksMembers() bool { return p.required || !p.members }
func (p place) isClosed() bool    { return p.closed || !p.object }
func (p place) hasForm() bool     { return p.form || !p.value }

// either merges the requirements of two alternatives at the same place: what both require, where it
// applies to them.
func either(a, b place, asks func(place) bool) bool {
	return asks(a) && asks(b)
}
