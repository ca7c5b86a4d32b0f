package admin_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTheDescriptionIsValidForStrictValidators holds openapi.json against the schema that the
// OpenAPI Initiative publishes for documents of 3.0
// (https://spec.openapis.org/oas/3.0/schema/2019-04-02), by which swagger-parser, Spectral and
// Redocly judge, and which package openapi3 does not look at.
func TestTheDescriptionIsValidForStrictValidators(t *testing.T) {
	read := func(path string) any {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		require.NoError(t, err)
		return v
	}
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("file:///oas.json", read("testdata/oas-3.0.schema.json")))
	schema, err := c.Compile("file:///oas.json")
	require.NoError(t, err)
	document := read("openapi.json")
	require.NoError(t, schema.Validate(document))

	var walk func(v any, place string)
	walk = func(v any, place string) {
		switch v := v.(type) {
		case map[string]any:
			if v["nullable"] == true {
				assert.Contains(t, v, "type", "%s: nullable means nothing without a type (OAS 3.0.3)", place)
			}
			for key, inner := range v {
				walk(inner, place+"/"+key)
			}
		case []any:
			for _, inner := range v {
				walk(inner, place)
			}
		}
	}
	walk(document, "#")
}
