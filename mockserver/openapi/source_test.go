package openapi_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/openapi"
)

// folder writes files, and returns the path of the first one.
func folder(t *testing.T, files ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "api")
	for i := 0; i < len(files); i += 2 {
		path := filepath.Join(dir, filepath.FromSlash(files[i]))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(files[i+1]), 0o600))
	}
	return filepath.Join(dir, files[0])
}

func TestReferencesToFilesBesideTheDocumentAreFollowed(t *testing.T) {
	path := folder(
		t, "service.yaml", `
openapi: 3.0.0
paths:
  /a: {$ref: 'paths/a.yaml'}
  /b: {get: {responses: {200: {$ref: "shared.json#/components/responses/B"}}}}
`, "paths/a.yaml", `
get:
  parameters: [{$ref: '../shared.json#/components/parameters/Limit'}]
  responses:
    200: {description: '', content: {application/json: {schema: {$ref: '../schemas/pet%20one.yaml'}}}}
`, "schemas/pet one.yaml", `
type: object
required: [name, other]
properties:
  name: {type: string, example: Tom}
  other: {$ref: '#/properties/name'}
`, "shared.json", `{"components":{"parameters":{"Limit":{"name":"limit","in":"query","schema":{"type":"integer"}}},
		"responses":{"B":{"description":"","content":{"application/json":{"schema":{"$ref":"#/components/schemas/B"}}}}},"schemas":{"B":{"type":"object","properties":{"b":{"enum":[7]}}}}}}`,
	)
	doc, warnings, err := openapi.Open(path)
	require.NoError(t, err)
	assert.Empty(t, warnings)
	a, _, ok := doc.Find("GET", "/a")
	require.True(t, ok)
	assert.JSONEq(t, `{"name":"Tom","other":"Tom"}`, string(answered(a, 1).Body))
	assert.NotEmpty(t, a.Check(openapi.Request{Query: "limit=x"}))
	b, _, ok := doc.Find("GET", "/b")
	require.True(t, ok)
	assert.JSONEq(t, `{"b":7}`, string(answered(b, 1).Body))
	dir := filepath.Dir(path)
	assert.ElementsMatch(t, []string{filepath.Join(dir, "paths", "a.yaml"), filepath.Join(dir, "schemas", "pet one.yaml"), filepath.Join(dir, "shared.json")}, doc.Files())
}

func TestReferencesThatCannotBeFollowedAreWarnings(t *testing.T) {
	for name, c := range map[string]struct{ ref, says string }{
		"the network":                 {"https://example.com/a.yaml", "leads to the network, and nothing is fetched"},
		"the network without scheme":  {"//example.com/a.yaml", "leads to the network, and nothing is fetched"},
		"out of the folder":           {"../secret.yaml", "leads out of the document's folder"},
		"out of the folder, escaped":  {"%2e%2e/secret.yaml", "leads out of the document's folder"},
		"out of the folder by a link": {"link.yaml", "cannot be followed"},
		"an absolute path":            {"/etc/hosts", "leads out of the document's folder"},
		"a file that is not there":    {"nowhere.yaml", "cannot be followed"},
		"a file with a mistake":       {"broken.json", "broken.json: line 1"},
		"a file that is a list":       {"list.yaml", "holds an array, not an object"},
		"a folder":                    {"sub", "is not a file"},
		"a place that is not there":   {"good.yaml#/nowhere", "leads nowhere"},
		"files that lead round":       {"round.yaml", "leads round in a circle"},
	} {
		t.Run(name, func(t *testing.T) {
			path := folder(t, "service.yaml", answering("3.0.0", "{$ref: '"+c.ref+"'}"), "../secret.yaml", "type: string", "broken.json", "{", "list.yaml", "[1]",
				"good.yaml", "type: string", "sub/x.yaml", "a: 1", "round.yaml", "$ref: 'around.yaml'", "around.yaml", "$ref: 'round.yaml'")
			if err := os.Symlink(filepath.Join("..", "secret.yaml"), filepath.Join(filepath.Dir(path), "link.yaml")); err != nil {
				t.Skip(err)
			}
			doc, warnings, err := openapi.Open(path)
			require.NoError(t, err)
			require.NotEmpty(t, warnings)
			assert.Contains(t, warnings[0].Message, c.says)
			assert.NotContains(t, warnings[0].Message, filepath.Dir(path), "nothing tells where the document is")
			assert.Len(t, doc.Operations(), 1)
		})
	}
}

func TestAWarningNamesTheFileThatItIsIn(t *testing.T) {
	_, warnings, err := openapi.Open(folder(t, "service.yaml", answering("3.0.0", "{$ref: 'schemas.yaml#/a'}"), "schemas.yaml", "a:\n  type: string\n  minLength: x\n"))
	require.NoError(t, err)
	require.Len(t, warnings, 1)
	assert.Equal(t, "schemas.yaml", warnings[0].File)
	assert.Equal(t, "#/a/minLength", warnings[0].Place)
	assert.Equal(t, 2, warnings[0].Line)
}
