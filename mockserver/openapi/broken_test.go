package openapi_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/openapi"
)

// around puts the lines of an operation, indented by two, into a document of the version.
func around(version, operation string) string {
	return "openapi: " + version + "\npaths:\n  /a:\n    get:\n      " + strings.ReplaceAll(strings.TrimSpace(operation), "\n", "\n      ") + "\n"
}

// answering is an operation that answers by a schema, which is written in one line.
func answering(version, schema string) string {
	return around(version, "responses: {200: {description: '', content: {application/json: {schema: "+schema+"}}}}")
}

func TestEveryBrokenPartIsAWarningAndTheRestIsServed(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"no version":                         {"paths: {/a: {get: {responses: {200: {}}}}}", "does not say its version"},
		"a version nobody knows":             {around("4.0", "responses: {200: {}}"), "not a version that is known"},
		"a newer version":                    {around("3.2.0", "responses: {200: {}}"), "OAS 3.2.0 is newer than 3.1"},
		"a stray field at the top":           {around("3.0.0", "responses: {200: {}}") + "host: x\n", `the document has no field "host"`},
		"a key that stands twice":            {around("3.0.0", "summary: a\nsummary: b\nresponses: {200: {}}"), `the key "summary" stands twice`},
		"a path that stands twice":           {"openapi: 3.0.0\npaths:\n  /a: {post: {responses: {200: {}}}}\n  /a: {get: {responses: {200: {}}}}\n", "operations are put together"},
		"a path that is a list":              {around("3.0.0", "responses: {200: {}}") + "  /b: []\n", "the path is an array"},
		"an operation that is null":          {around("3.0.0", "responses: {200: {}}") + "    post:\n", "the operation is null"},
		"a path that leads to another file":  {around("3.0.0", "responses: {200: {}}") + "  /b: {$ref: 'b.yaml#/x'}\n", "leads out of the file"},
		"no responses":                       {around("3.0.0", "summary: x"), "documents no responses"},
		"a status that is none":              {around("3.0.0", "responses: {OK: {}, 20x: {}, 1000: {}, 200: {}}"), `"20x" is not a status`},
		"a response without its reference":   {around("3.0.0", "responses: {200: {$ref: '#/components/responses/No'}}"), "leads nowhere; it answers 200 with {}"},
		"a response with its schema beside":  {around("3.0.0", "responses: {200: {schema: {type: object}}}"), "as in OpenAPI 2"},
		"two operations of one name":         {around("3.0.0", "operationId: x\nresponses: {200: {}}") + "    post: {operationId: x, responses: {200: {}}}\n", `the operationId "x" stands twice`},
		"two paths that are one":             {around("3.0.0", "responses: {200: {}}") + "  /c/{x}: {get: {responses: {200: {}}}}\n  /c/{y}: {get: {responses: {200: {}}}}\n", "is the same request as /c/{x}"},
		"a parameter of the path alone":      {around("3.0.0", "responses: {200: {}}") + "  /c/{x}: {get: {responses: {200: {}}}}\n", "{x} stands in the path and is not declared"},
		"a parameter of the list alone":      {around("3.0.0", "parameters: [{name: x, in: path, required: true}]\nresponses: {200: {}}"), `the path parameter "x" does not stand in the path`},
		"a parameter that is text":           {around("3.0.0", "parameters: [x]\nresponses: {200: {}}"), "the parameter is a string"},
		"a parameter without name":           {around("3.0.0", "parameters: [{in: query}]\nresponses: {200: {}}"), "has no name"},
		"a parameter in nowhere":             {around("3.0.0", "parameters: [{name: x, in: url}]\nresponses: {200: {}}"), `in "url"`},
		"a parameter of OpenAPI 2":           {around("3.0.0", "parameters: [{name: x, in: query, type: string}]\nresponses: {200: {}}"), "type beside its name"},
		"parameters that are an object":      {around("3.0.0", "parameters: {x: 1}\nresponses: {200: {}}"), `"parameters" is an object where a list belongs`},
		"a style nobody knows":               {around("3.0.0", "parameters: [{name: x, in: query, style: fancy}]\nresponses: {200: {}}"), `the style "fancy" is not known`},
		"a media type that is none":          {around("3.0.0", "responses: {200: {content: {json: {schema: {type: object}}}}}"), "read as application/json"},
		"a server without url":               {"servers: [{}]\n" + around("3.0.0", "responses: {200: {}}"), "the server has no url"},
		"a server with an unknown variable":  {"servers: [{url: 'https://x/{y}/z'}]\n" + around("3.0.0", "responses: {200: {}}"), "cannot be read"},
		"an example that does not fit":       {around("3.0.0", "responses: {200: {content: {application/json: {example: {a: x}, schema: {type: object, properties: {a: {type: integer}}}}}}}"), "the example does not fit its schema; what does not fit is replaced or left out (.a must be an integer, not a string)"},
		"an example of a schema":             {answering("3.0.0", "{type: object, properties: {a: {type: integer, example: x}}}"), "an example or default does not fit its own schema"},
		"examples that are a list":           {around("3.0.0", "responses: {200: {content: {application/json: {examples: [{a: 1}]}}}}"), "examples are a list"},
		"a schema that leads nowhere":        {answering("3.0.0", "{$ref: '#/components/schemas/No'}"), "leads nowhere; it allows anything"},
		"a schema that leads out":            {answering("3.0.0", "{$ref: 'https://example.com/x.json'}"), "leads to the network"},
		"a schema that leads round":          {"components: {schemas: {A: {$ref: '#/components/schemas/B'}, B: {$ref: '#/components/schemas/A'}}}\n" + answering("3.0.0", "{$ref: '#/components/schemas/A'}"), "leads round in a circle"},
		"a reference that is a number":       {answering("3.0.0", "{$ref: 5}"), "$ref is a number"},
		"a schema that is a number":          {answering("3.0.0", "5"), "the schema is a number"},
		"a schema that is a word":            {answering("3.0.0", "string"), "read as its type"},
		"a stray field in a schema":          {answering("3.0.0", "{type: object, colour: red}"), `a schema has no field "colour"`},
		"a type that is none":                {answering("3.0.0", "{type: int}"), `"int" is not a type of JSON`},
		"required beside a property":         {answering("3.0.0", "{type: object, properties: {a: {type: string, required: true}}}"), "required is a boolean"},
		"required that names a number":       {answering("3.0.0", "{type: object, required: [a, 1]}"), "names something that is not a string"},
		"properties that are a list":         {answering("3.0.0", "{type: object, properties: [a]}"), "properties is an array"},
		"an enum that is empty":              {answering("3.0.0", "{type: string, enum: []}"), "enum is empty"},
		"a pattern that nobody compiles":     {answering("3.0.0", "{type: string, pattern: '^(a'}"), "cannot be checked here"},
		"a pattern of ECMAScript":            {answering("3.0.0", "{type: string, pattern: '^(?!x)a+$'}"), "cannot be checked here"},
		"a pattern between slashes":          {answering("3.0.0", "{type: string, pattern: '/^a+$/i'}"), "stands between slashes"},
		"a pattern for people":               {answering("3.0.0", "{type: string, pattern: YYYY-MM-DD}"), "is plain text"},
		"a format nobody knows":              {answering("3.0.0", "{type: string, format: colour}"), `the format "colour" is not known`},
		"a length that is text":              {answering("3.0.0", "{type: string, minLength: few}"), `minLength is "few", not a number`},
		"a length below zero":                {answering("3.0.0", "{type: string, minLength: -1}"), "not a whole number from 0"},
		"a minimum that is an object":        {answering("3.0.0", "{type: number, minimum: {}}"), "minimum is an object, not a number"},
		"a multiple of nothing":              {answering("3.0.0", "{type: number, multipleOf: 0}"), "multipleOf is not above 0"},
		"an allOf that is an object":         {answering("3.0.0", "{allOf: {type: object}}"), "read as a list of one"},
		"a oneOf that is empty":              {answering("3.0.0", "{oneOf: []}"), "oneOf is empty"},
		"a discriminator without a property": {answering("3.0.0", "{type: object, discriminator: {}}"), "names no property"},
		"a mapping that leads nowhere":       {answering("3.0.0", "{type: object, discriminator: {propertyName: a, mapping: {x: '#/no'}}}"), "leads nowhere; it is left out"},
		"additional properties as text":      {answering("3.0.0", "{type: object, additionalProperties: no!}"), "neither a schema nor true or false"},
		"nullable in 3.1":                    {answering("3.1.0", "{type: string, nullable: true}"), "nullable means nothing in OAS 3.1"},
		"items as a list":                    {answering("3.1.0", "{type: array, items: [{type: string}]}"), "read as prefixItems"},
		"a schema that nothing fits":         {answering("3.0.0", "{allOf: [{type: string}, {type: integer}]}"), "no body could be made"},
		"an object that needs itself":        {"components: {schemas: {A: {type: object, required: [a], properties: {a: {$ref: '#/components/schemas/A'}}}}}\n" + answering("3.0.0", "{$ref: '#/components/schemas/A'}"), "no body could be made"},
		"an example of a request":            {around("3.0.0", "parameters: [{name: n, in: query, example: many, schema: {type: integer}}]\nresponses: {200: {}}"), "an example of the request does not fit"},
		"no operation at all":                {"openapi: 3.0.0\npaths: {}\nx: 1\n", "has no operation"},
		"an alias inside its own anchor":     {around("3.0.0", "responses: {200: {}}") + "x-a: &a [*a]\n", "stands inside its own anchor"},
		"a number that JSON does not have":   {around("3.0.0", "responses: {200: {}}") + "x-a: .nan\n", "JSON has no number .nan"},
		"a second YAML document":             {around("3.0.0", "responses: {200: {}}") + "---\na: b\n", "second YAML document"},
	} {
		t.Run(name, func(t *testing.T) {
			doc, warnings := parse(t, c.text)
			var told []string
			for _, w := range warnings {
				told = append(told, w.String())
			}
			assert.Contains(t, strings.Join(told, "\n"), c.want)
			op, _, ok := doc.Find("GET", "/a")
			if strings.Contains(c.want, "has no operation") {
				assert.False(t, ok)
				return
			}
			require.True(t, ok)
			for seed := range uint64(20) {
				answer := answered(op, seed)
				assert.Equal(t, 200, answer.Status)
				assert.True(t, json.Valid(answer.Body), string(answer.Body))
			}
			assert.Empty(t, op.Check(openapi.Request{}))
		})
	}
}

func TestWhatOldAndNewVersionsShareIsReadWithoutWarning(t *testing.T) {
	for name, text := range map[string]string{
		"types in a list":              answering("3.1.0", `{type: [string, "null"]}`),
		"a constant":                   answering("3.1.0", `{const: 5}`),
		"an exclusive number":          answering("3.1.0", `{type: integer, exclusiveMinimum: 3, exclusiveMaximum: 5}`),
		"an exclusive flag":            answering("3.0.0", `{type: integer, minimum: 3, exclusiveMinimum: true}`),
		"schemas of its own":           answering("3.1.0", `{$ref: "#/paths/~1a/get/responses/200/content/application~1json/schema/$defs/X", $defs: {X: {type: string}}}`),
		"true for a schema":            answering("3.1.0", `true`),
		"webhooks":                     answering("3.1.0", `{type: object}`) + "webhooks: {x: {post: {}}}\n",
		"a license with an identifier": answering("3.1.0", `{type: object}`) + "info: {title: x, version: '1', license: {name: MIT, identifier: MIT}}\n",
		"keywords of one's own":        answering("3.1.0", `{type: object, colour: red}`),
		"a reference with more beside": answering("3.1.0", `{$ref: "#/components/schemas/A", maxLength: 3}`) + "components: {schemas: {A: {type: string}}}\n",
		"extensions everywhere":        answering("3.0.0", `{type: object, x-y: 1}`) + "x-z: 1\n",
	} {
		t.Run(name, func(t *testing.T) {
			_, warnings := parse(t, text)
			assert.Empty(t, warnings)
		})
	}
}
