package spec

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

const jsonMedia = "application/json"

// Envelope says how an API wraps what it answers. It is data of the document: x-envelope at the root of the
// corrected document. The zero value of each member has a meaning of its own, so an API without an envelope
// needs none.
type Envelope struct {
	// Media is the media type of answers, "application/json" by default.
	Media string `json:"media"`
	// Data is the member that holds what a success is about; "" where the body itself does.
	Data string `json:"data"`
	// Code and Message are where a refusal has its code and message, as names joined by dots: "error" and "message"
	// by default, or "error.code".
	Code    string `json:"code"`
	Message string `json:"message"`
	// CodeName is where a refusal has the word for its code, "error.code_reason"; "" where it has none.
	CodeName string `json:"codeName"`
	// AnyMessage reports whether the message is for people, so that any text is right.
	AnyMessage bool `json:"anyMessage"`
	// Flat are the statuses of refusals that may also have the members which Code, CodeName and Message name below one object at the
	// root: {"code": …} for {"error": {"code": …}}.
	Flat []int `json:"flat"`
	// Success and Failure are the members that every success and every refusal has, with their values.
	Success map[string]any `json:"success"`
	Failure map[string]any `json:"failure"`
	// Optional names the members of a refusal that may be missing.
	Optional []string `json:"optional"`
}

// Envelope returns how the API wraps its answers.
func (d *Document) Envelope() (Envelope, error) {
	return d.envelope()
}

func (d *Document) readEnvelope() (Envelope, error) {
	tree, err := d.tree()
	if err != nil {
		return Envelope{}, err
	}
	var root struct {
		Envelope Envelope `json:"x-envelope"`
	}
	if err := strictly(tree, "x-envelope", &root.Envelope); err != nil {
		return Envelope{}, fmt.Errorf("spec: %s with corrections: %w", d.file, err)
	}
	return root.Envelope.WithDefaults(), nil
}

// WithDefaults returns the envelope with the values that zero ones stand for.
func (e Envelope) WithDefaults() Envelope {
	e.Media = cmp.Or(e.Media, jsonMedia)
	e.Code = cmp.Or(e.Code, "error")
	e.Message = cmp.Or(e.Message, "message")
	return e
}

// Members names the members of a body that belong to the envelope and not to what it wraps, sorted.
func (e Envelope) Members() []string {
	e = e.WithDefaults()
	code, _, _ := strings.Cut(e.Code, ".")
	message, _, _ := strings.Cut(e.Message, ".")
	names := slices.Concat(slices.Collect(maps.Keys(e.Success)), slices.Collect(maps.Keys(e.Failure)), []string{code, message})
	if e.Data != "" {
		names = append(names, e.Data)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Refusal returns code and message of a decoded body; ok reports whether it has a code.
func (e Envelope) Refusal(body any) (code, message any, ok bool) {
	e = e.WithDefaults()
	code, ok = e.at(body, e.Code)
	message, _ = e.at(body, e.Message)
	return code, message, ok
}

// CodeNameOf returns the word for the code of a decoded body; nil where it has none.
func (e Envelope) CodeNameOf(body any) any {
	if e.CodeName == "" {
		return nil
	}
	name, _ := e.at(body, e.CodeName)
	return name
}

// MessageOf returns the message of a decoded body; ok reports whether it has one. A success may have one too.
func (e Envelope) MessageOf(body any) (message any, ok bool) {
	return e.at(body, e.WithDefaults().Message)
}

// at follows names joined by dots into a body, from the root where it is flat.
func (e Envelope) at(body any, path string) (any, bool) {
	value, ok := at(body, path)
	if first, rest, nested := strings.Cut(path, "."); !ok && nested && len(e.Flat) > 0 {
		if _, wrapped := at(body, first); !wrapped {
			return at(body, rest)
		}
	}
	return value, ok
}

// Payload returns what a decoded body is about; ok reports whether there is something.
func (e Envelope) Payload(body any) (payload any, ok bool) {
	if e.Data == "" {
		return body, body != nil
	}
	return at(body, e.Data)
}

// Body returns the decoded body of a refusal with this code and message, numbers as json.Number. name is the word for the code, for an API that has
// such; else it is not used.
func (e Envelope) Body(code, name, message any) map[string]any {
	e = e.WithDefaults()
	body, _ := clone(e.Failure).(map[string]any)
	if body == nil {
		body = map[string]any{}
	}
	put(body, e.Code, code)
	put(body, e.Message, message)
	if e.CodeName != "" {
		put(body, e.CodeName, name)
	}
	return body
}

// at follows names joined by dots into objects.
func at(value any, path string) (any, bool) {
	for name := range strings.SplitSeq(path, ".") {
		object, _ := value.(map[string]any)
		member, ok := object[name]
		if !ok {
			return nil, false
		}
		value = member
	}
	return value, true
}

func put(object map[string]any, path string, value any) {
	name, rest, nested := strings.Cut(path, ".")
	if !nested {
		object[name] = value
		return
	}
	inner, _ := object[name].(map[string]any)
	if inner == nil {
		inner = map[string]any{}
		object[name] = inner
	}
	put(inner, rest, value)
}

// examplesIn returns the bodies that a response's examples show, in the order of their names.
func examplesIn(media *openapi3.MediaType) []any {
	var examples []any
	if media.Example != nil {
		examples = append(examples, media.Example)
	}
	for _, name := range slices.Sorted(maps.Keys(media.Examples)) {
		examples = append(examples, media.Examples[name].Value.Value)
	}
	return examples
}

// everyOperation returns the bodies of a surface's refusals that hold for all operations, by status.
func everyOperation(table *Table, surface string, envelope Envelope) map[int][]any {
	bodies := map[int][]any{}
	for _, row := range table.rows {
		if row.Surface == surface && row.Operation == EveryOperation {
			bodies[row.Status] = append(bodies[row.Status], envelope.Body(row.Code.Value(), row.CodeName, row.Message))
		}
	}
	return bodies
}

// failureSchema accepts exactly the given bodies of a status. A single one is the schema itself, so that a mismatch is
// reported at the member that is wrong.
func (e Envelope) failureSchema(status int, bodies []any) (*openapi3.Schema, error) {
	var schemas openapi3.SchemaRefs
	for _, body := range bodies {
		data, err := json.Marshal(body)
		if err != nil {
			return nil, fmt.Errorf("an example of a refusal: %w", err)
		}
		value, err := decodeTree(data)
		if err != nil {
			return nil, fmt.Errorf("an example of a refusal: %w", err)
		}
		if _, _, ok := e.Refusal(value); !ok {
			return nil, fmt.Errorf("an example of a refusal has no %s; want its code there", e.Code)
		}
		forms := []any{value}
		if wrapper, _, nested := strings.Cut(e.WithDefaults().Code, "."); nested && slices.Contains(e.Flat, status) {
			if flat, ok := at(value, wrapper); ok {
				forms = append(forms, flat)
			}
		}
		for _, form := range forms {
			schema := exactly(form, e.Optional)
			if e.AnyMessage {
				e.freeMessage(schema)
			}
			if same := func(other *openapi3.SchemaRef) bool { return reflect.DeepEqual(other.Value, schema) }; !slices.ContainsFunc(schemas, same) {
				schemas = append(schemas, openapi3.NewSchemaRef("", schema))
			}
		}
	}
	if len(schemas) == 1 {
		return schemas[0].Value, nil
	}
	schema := openapi3.NewSchema()
	schema.OneOf = schemas
	return schema, nil
}

// freeMessage lets the schema of a refusal take any text for its message, but no empty one.
func (e Envelope) freeMessage(schema *openapi3.Schema) {
	for name := range strings.SplitSeq(e.WithDefaults().Message, ".") {
		property := schema.Properties[name]
		if property == nil {
			return
		}
		schema = property.Value
	}
	schema.Enum, schema.MinLength = nil, 1
}

// exactly accepts one value. Of the members of an object at the root, those that are optional may be missing.
func exactly(value any, optional []string) *openapi3.Schema {
	switch v := value.(type) {
	case map[string]any:
		none := false
		schema := &openapi3.Schema{Type: &openapi3.Types{openapi3.TypeObject}, Properties: openapi3.Schemas{},
			AdditionalProperties: openapi3.AdditionalProperties{Has: &none}}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			schema.Properties[name] = openapi3.NewSchemaRef("", exactly(v[name], nil))
			if !slices.Contains(optional, name) {
				schema.Required = append(schema.Required, name)
			}
		}
		return schema
	case []any:
		return openapi3.NewArraySchema().WithEnum(v)
	case string:
		return openapi3.NewStringSchema().WithEnum(v)
	case bool:
		return openapi3.NewBoolSchema().WithEnum(v)
	case json.Number:
		// kin-openapi compares enums with the float64 that encoding/json makes.
		number, _ := v.Float64()
		return openapi3.NewFloat64Schema().WithEnum(number)
	}
	return &openapi3.Schema{Nullable: true, Enum: []any{nil}}
}
