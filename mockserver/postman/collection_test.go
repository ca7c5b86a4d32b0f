package postman_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/postman"
	"oauthmock/spec"
)

func TestEveryOperationOfEveryDocumentIsARequest(t *testing.T) {
	for _, d := range spec.All() {
		text, err := d.Corrected()
		require.NoError(t, err)
		var document struct {
			Paths map[string]map[string]any `json:"paths"`
		}
		require.NoError(t, json.Unmarshal(text, &document))
		operations := map[string]bool{}
		for path, methods := range document.Paths {
			for method := range methods {
				if method != "parameters" {
					operations[strings.ToUpper(method)+" "+path] = true
				}
			}
		}
		c, err := postman.Collection(text)
		require.NoError(t, err)
		for _, folder := range c.Item {
			for _, item := range folder.Item {
				var segments []string
				for _, s := range item.Request.URL.Path {
					if name, ok := strings.CutPrefix(s, ":"); ok {
						s = "{" + name + "}"
					}
					segments = append(segments, s)
				}
				delete(operations, item.Request.Method+" /"+strings.Join(segments, "/"))
			}
		}
		assert.Empty(t, operations, "every operation of %s is in the collection", d.Name)
	}
}

func TestExamplesAuthAndParametersCome(t *testing.T) {
	c, err := postman.Collection([]byte(`{
		"openapi": "3.0.3", "info": {"title": "T"}, "servers": [{"url": "http://127.0.0.1:1"}],
		"security": [{"basic": []}],
		"paths": {"/a/{id}": {"post": {"summary": "Make", "tags": ["As"],
			"parameters": [{"name": "id", "in": "path", "required": true, "example": 7}, {"name": "q", "in": "query", "schema": {"type": "string", "default": "x"}}],
			"security": [{"bearer": []}],
			"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}}},
			"/b": {"get": {}}},
		"components": {"securitySchemes": {"basic": {"type": "http", "scheme": "basic"}, "bearer": {"type": "http", "scheme": "bearer"}},
			"schemas": {"A": {"properties": {"name": {"example": "n"}, "more": {"$ref": "#/components/schemas/A"}}}}}}`))
	require.NoError(t, err)
	require.Len(t, c.Item, 2)
	assert.Equal(t, "basic", c.Item[0].Item[0].Request.Auth.Type, "the document's where the operation has none")
	r := c.Item[1].Item[0].Request
	assert.Equal(t, "bearer", r.Auth.Type)
	assert.Equal(t, "{{baseUrl}}/a/:id", r.URL.Raw)
	assert.Equal(t, "7", r.URL.Variable[0].Value)
	assert.Equal(t, "x", r.URL.Query[0].Value)
	assert.True(t, r.URL.Query[0].Disabled, "what is optional is there to be switched on")
	assert.Contains(t, r.Body.Raw, `"name": "n"`, "and a schema that holds itself ends")
	assert.Equal(t, "http://127.0.0.1:1", c.Variable[0].Value)
}

func TestWhatIsNoDocumentIsRefused(t *testing.T) {
	for _, text := range []string{"", "[]", `{"paths": 1}`, `{"paths": {"/a": {"get": 1}}}`} {
		_, err := postman.Collection([]byte(text))
		assert.Error(t, err, text)
	}
}
