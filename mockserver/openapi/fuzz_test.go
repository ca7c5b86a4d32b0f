package openapi_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"oauthmock/mockserver/openapi"
	"oauthmock/spec/readertest"
)

// FuzzParse looks for documents that panic, hang, or make an answer that is not JSON.
func FuzzParse(f *testing.F) {
	f.Add(company)
	f.Add(shop)
	f.Add(inDocument(`{"oneOf":[{"$ref":"#/components/schemas/Cat"},{"$ref":"#/components/schemas/Tree"}],"not":{"type":"string","pattern":"^(?=a){2,2000}[^]$"}}`))
	f.Add(answering("3.1.0", "{type: [object, 'null'], if: {required: [a]}, then: {properties: {a: {$ref: '#'}}}, minProperties: 1e300, items: [{}], enum: [1], default: &a [*a]}"))
	f.Add(around("3.0.0", "parameters: [{name: a, in: query, style: deepObject, schema: {$ref: '#/paths'}}]\nrequestBody: {content: {'*/*': {schema: {$ref: '#/components'}}}}\nresponses: {2XX: {content: {text/csv: {schema: {type: array, minItems: 3}}}}}"))
	readertest.Seed[string](f)
	f.Fuzz(func(t *testing.T, text string) {
		defer readertest.Within(len(text))()
		doc, _, err := openapi.Parse([]byte(text), "service")
		if err != nil {
			assert.True(t, strings.HasPrefix(err.Error(), "service"), err.Error())
			return
		}
		for i, op := range doc.Operations() {
			if i == 20 {
				break
			}
			doc.Find(op.Method, op.Template)
			answer := answered(op, uint64(i))
			if kind, _, _ := strings.Cut(answer.ContentType, ";"); kind == "application/json" {
				assert.True(t, json.Valid(answer.Body), string(answer.Body))
			}
			op.Check(openapi.Request{Query: "a=1&limit=x&filter[a]=2", Header: http.Header{"Content-Type": {answer.ContentType}}, Body: answer.Body})
		}
	})
}
