package reading

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"oauthmock/spec"
)

// examplesIn returns the bodies of a response's examples, sorted by name.
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

// everyOperation returns the bodies of a surface's refusals that apply to all operations, by
// status.
func everyOperation(table *spec.Table, surface string, envelope spec.Envelope) map[int][]any {
	bodies := map[int][]any{}
	for _, row := range table.All() {
		if row.Surface == surface && row.Operation == spec.EveryOperation {
			bodies[row.Status] = append(bodies[row.Status], envelope.Body(row.Code.Value(), row.CodeName, row.Message))
		}
	}
	return bodies
}

// failureSchema accepts exactly the given bodies of a status. If there is one, it is the schema
// itself, so that a mismatch is reported at the member that is wrong.
func failureSchema(e spec.Envelope, status int, bodies []any) (*openapi3.Schema, error) {
	var schemas openapi3.SchemaRefs
	for _, body := range bodies {
		data, err := json.Marshal(body)
		if err != nil {
			return nil, fmt.Errorf("an example of a refusal: %w", err)
		}
		value, err := spec.DecodeJSON(data)
		if err != nil {
			return nil, fmt.Errorf("an example of a refusal: %w", err)
		}
		if _, _, ok := e.Refusal(value); !ok {
			return nil, fmt.Errorf("an example of a refusal has no %s; want its code there", e.Code)
		}
		forms := []any{value}
		if wrapper, _, nested := strings.Cut(e.WithDefaults().Code, "."); nested && slices.Contains(e.Flat, status) {
			if flat, ok := spec.At(value, wrapper); ok {
				forms = append(forms, flat)
			}
		}
		for _, form := range forms {
			schema := exactly(form, e.Optional)
			if e.AnyMessage {
				freeMessage(e, schema)
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

// freeMessage lets the schema of a refusal accept any message but an empty one.
func freeMessage(e spec.Envelope, schema *openapi3.Schema) {
	for name := range strings.SplitSeq(e.WithDefaults().Message, ".") {
		property := schema.Properties[name]
		if property == nil {
			return
		}
		schema = property.Value
	}
	schema.Enum, schema.MinLength = nil, 1
}

// exactly accepts one value. Optional members of an object at the root may be missing.
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
