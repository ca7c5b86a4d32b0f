package audit

import (
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/spec"
)

func surveyed(t *testing.T, operation string, status int) Surveyed {
	t.Helper()
	list, err := Survey(spec.V2())
	require.NoError(t, err)
	for _, one := range list {
		if one.Operation == operation && one.Status == status {
			return one
		}
	}
	require.Fail(t, "not surveyed", "%s %d", operation, status)
	return Surveyed{}
}

func TestTheSurveyHasEveryAnswerOfBothReadings(t *testing.T) {
	list, err := Survey(spec.V2())
	require.NoError(t, err)
	published, withoutSchema := 0, 0
	for _, one := range list {
		assert.True(t, one.Strict.Schema, "%s %d: the strict reading has a schema for all it knows", one.Operation, one.Status)
		if one.Added {
			assert.False(t, one.Published.Schema)
			continue
		}
		published++
		if !one.Published.Schema {
			withoutSchema++
			assert.GreaterOrEqual(t, one.Status, 400)
			assert.Positive(t, one.Strict.Refusals)
		}
	}
	assert.Equal(t, 41, published)
	assert.Equal(t, 23, withoutSchema)
	assert.Greater(t, len(list), published)
	assert.Equal(t, []any{"token.create", 200}, []any{list[0].Operation, list[0].Status}, "in the document's order")
}

func TestTheSurveyTellsWhatASuccessLeavesOpen(t *testing.T) {
	wallet := surveyed(t, "wallet.get", 200)
	assert.False(t, wallet.Added)
	assert.Equal(t, Demands{Schema: true, Objects: 2, Values: 3, NoRequired: []string{"$", "$.data"}, Open: []string{"$", "$.data"}, Formless: []string{"$.data.credit"}}, wallet.Published)
	assert.Equal(t, Demands{Schema: true, Objects: 2, Values: 4, NoRequired: []string{}, Open: []string{}, Formless: []string{"$.data.credit"}}, wallet.Strict)

	scope := surveyed(t, "scope.get", 200)
	assert.NotContains(t, scope.Published.NoRequired, "$", "its envelope is one of two objects that require something")
	assert.Equal(t, 4, surveyed(t, "token.create", 422).Strict.Refusals, "three documented, and one for values of the wrong type")
	assert.True(t, surveyed(t, "wallet.get", 429).Added)
}

func TestASchemaDemandsWhatAllItsPartsDemand(t *testing.T) {
	no := false
	text := func() *openapi3.SchemaRef { return openapi3.NewSchemaRef("", openapi3.NewStringSchema()) }
	dated := func() *openapi3.SchemaRef { return openapi3.NewSchemaRef("", openapi3.NewDateTimeSchema()) }
	object := func(member *openapi3.SchemaRef, required ...string) *openapi3.Schema {
		schema := openapi3.NewObjectSchema()
		schema.Properties, schema.Required = openapi3.Schemas{"a": member}, required
		return schema
	}
	closed := object(text(), "a")
	closed.AdditionalProperties = openapi3.AdditionalProperties{Has: &no}
	refs := func(schemas ...*openapi3.Schema) openapi3.SchemaRefs {
		var list openapi3.SchemaRefs
		for _, schema := range schemas {
			list = append(list, openapi3.NewSchemaRef("", schema))
		}
		return list
	}
	loop := openapi3.NewObjectSchema()
	loop.Properties = openapi3.Schemas{"next": openapi3.NewSchemaRef("", loop)}

	root, none := []string{"$"}, []string{}
	tests := map[string]struct {
		schema                     *openapi3.Schema
		noRequired, open, formless []string
	}{
		"an object that asks for nothing":      {object(text()), root, root, []string{"$.a"}},
		"an object that asks for its members":  {object(text(), "a"), none, root, []string{"$.a"}},
		"an object without other members":      {closed, none, none, []string{"$.a"}},
		"a part that asks, of all":             {&openapi3.Schema{AllOf: refs(object(text()), closed)}, none, none, []string{"$.a"}},
		"a part with a form, of all":           {&openapi3.Schema{AllOf: refs(object(text()), object(dated()))}, root, root, none},
		"an alternative that does not ask":     {&openapi3.Schema{OneOf: refs(object(text()), closed)}, root, root, []string{"$.a"}},
		"alternatives that ask both":           {&openapi3.Schema{AnyOf: refs(object(dated(), "a"), closed)}, none, root, []string{"$.a"}},
		"an alternative that is no such thing": {&openapi3.Schema{OneOf: refs(closed, openapi3.NewBoolSchema())}, none, none, []string{"$.a"}},
		"a list of texts":                      {openapi3.NewArraySchema().WithItems(openapi3.NewStringSchema()), none, none, []string{"$[]"}},
		"a map of texts":                       {openapi3.NewObjectSchema().WithAdditionalProperties(openapi3.NewStringSchema()), none, none, []string{"${}"}},
		"a number with a minimum":              {openapi3.NewIntegerSchema().WithMin(0), none, none, none},
		"no type, which is not a value":        {openapi3.NewSchema(), none, none, none},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d := demands(test.schema, 200, spec.Envelope{})
			assert.Equal(t, test.noRequired, d.NoRequired, "optional")
			assert.Equal(t, test.open, d.Open, "open")
			assert.Equal(t, test.formless, d.Formless, "formless")
		})
	}
	assert.Positive(t, demands(loop, 200, spec.Envelope{}).Objects, "one that refers to itself ends")
}
