package openapi_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTheDefaultOfAMemberOfTheBody(t *testing.T) {
	const head, tail = `
openapi: 3.0.3
info: {title: Service, version: "1"}
paths:
  /send:
    post:
      requestBody: {content: {application/json: {schema: `, `}}}
      responses: {"200": {description: ""}}
components:
  schemas:
    Callback: {type: object, properties: {url: {type: string}, method: {type: string, enum: [JSON, POST], default: POST, example: JSON}}}
    Loop: {allOf: [{$ref: "#/components/schemas/Loop"}], properties: {callback: {$ref: "#/components/schemas/Loop"}}}
`
	for name, c := range map[string]struct{ schema, want string }{
		"there":                {`{type: object, properties: {callback: {type: object, properties: {method: {type: string, default: JSON}}}}}`, "JSON"},
		"by reference":         {`{type: object, properties: {callback: {$ref: "#/components/schemas/Callback"}}}`, "POST"},
		"in a part":            {`{allOf: [{type: object}, {properties: {callback: {allOf: [{$ref: "#/components/schemas/Callback"}]}}}]}`, "POST"},
		"an example is none":   {`{type: object, properties: {callback: {type: object, properties: {method: {type: string, example: JSON}}}}}`, ""},
		"a number":             {`{type: object, properties: {callback: {type: object, properties: {method: {default: 7}}}}}`, ""},
		"elsewhere":            {`{type: object, properties: {method: {type: string, default: JSON}, callback: {type: object}}}`, ""},
		"in what holds itself": {`{$ref: "#/components/schemas/Loop"}`, ""},
		"no properties":        {`{}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, only(t, head+c.schema+tail).BodyDefault("callback", "method"))
		})
	}
	assert.Empty(t, only(t, company).BodyDefault("callback", "method"), "it has no body")
}
