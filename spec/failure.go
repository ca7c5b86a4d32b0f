package spec

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// pair is what makes one refusal: its code and the message that goes with it.
type pair struct {
	code    Code
	message string
}

// pairsOf are the refusals that a response's examples show.
func pairsOf(media *openapi3.MediaType) ([]pair, error) {
	var examples []any
	if media.Example != nil {
		examples = append(examples, media.Example)
	}
	for _, name := range slices.Sorted(maps.Keys(media.Examples)) {
		examples = append(examples, media.Examples[name].Value.Value)
	}
	if len(examples) == 0 {
		return nil, fmt.Errorf("the refusal has no example; want one that shows its code and message")
	}
	pairs := make([]pair, 0, len(examples))
	for _, example := range examples {
		data, err := json.Marshal(example)
		if err != nil {
			return nil, fmt.Errorf("an example of a refusal: %w", err)
		}
		var body struct {
			Error   Code   `json:"error"`
			Message string `json:"message"`
		}
		if err := json.Unmarshal(data, &body); err != nil {
			return nil, fmt.Errorf("an example of a refusal: %w", err)
		}
		pairs = append(pairs, pair{body.Error, body.Message})
	}
	return pairs, nil
}

// everyOperation are the refusals of a surface that hold for all operations, by status.
func everyOperation(table *Table, surface string) map[int][]pair {
	pairs := map[int][]pair{}
	for _, row := range table.rows {
		if row.Surface == surface && row.Operation == EveryOperation {
			pairs[row.Status] = append(pairs[row.Status], pair{row.Code, row.Message})
		}
	}
	return pairs
}

// failureSchema accepts exactly the given refusals. A single pair stands in the schema itself, so that a
// mismatch is reported at the member that is wrong.
func failureSchema(pairs []pair) *openapi3.Schema {
	if len(pairs) == 1 {
		return pairs[0].schema()
	}
	schema := openapi3.NewSchema()
	for _, p := range pairs {
		schema.OneOf = append(schema.OneOf, openapi3.NewSchemaRef("", p.schema()))
	}
	return schema
}

func (p pair) schema() *openapi3.Schema {
	null := &openapi3.Schema{Nullable: true, Enum: []any{nil}}
	var code any = p.code.String()
	codeType := openapi3.TypeString
	if !p.code.IsText() {
		codeType = openapi3.TypeNumber
		// kin-openapi compares enums with the float64 that encoding/json makes.
		if n, err := json.Number(p.code.String()).Float64(); err == nil {
			code = n
		}
	}
	none := false
	return &openapi3.Schema{
		Type:     &openapi3.Types{openapi3.TypeObject},
		Required: []string{"data", "error", "message", "success"},
		Properties: openapi3.Schemas{
			"success": openapi3.NewSchemaRef("", openapi3.NewBoolSchema().WithEnum(false)),
			"message": openapi3.NewSchemaRef("", openapi3.NewStringSchema().WithEnum(p.message)),
			"error":   openapi3.NewSchemaRef("", &openapi3.Schema{Type: &openapi3.Types{codeType}, Enum: []any{code}}),
			"data":    openapi3.NewSchemaRef("", null),
		},
		AdditionalProperties: openapi3.AdditionalProperties{Has: &none},
	}
}
