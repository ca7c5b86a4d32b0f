package openapi_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/openapi"
)

func TestTheAnswerIsTheLowestDocumentedSuccess(t *testing.T) {
	for name, c := range map[string]struct {
		responses string
		want      openapi.Answer
	}{
		"the lowest":                     {"{default: {}, 404: {}, 202: {content: {application/json: {example: b}}}, 201: {content: {application/json: {example: a}}}}", openapi.Answer{Status: 201, ContentType: "application/json", Body: []byte(`"a"`)}},
		"a number before its range":      {"{2XX: {}, 202: {content: {application/json: {example: b}}}}", openapi.Answer{Status: 202, ContentType: "application/json", Body: []byte(`"b"`)}},
		"a range":                        {"{2xx: {content: {application/json: {example: b}}}, 404: {}}", openapi.Answer{Status: 200, ContentType: "application/json", Body: []byte(`"b"`)}},
		"the default":                    {"{404: {}, default: {content: {application/json: {example: b}}}}", openapi.Answer{Status: 200, ContentType: "application/json", Body: []byte(`"b"`)}},
		"failures alone":                 {"{404: {}}", openapi.Answer{Status: 200, ContentType: "application/json", Body: []byte(`{}`)}},
		"no content":                     {"{204: {description: none}}", openapi.Answer{Status: 204}},
		"no content documented":          {"{201: {description: none}}", openapi.Answer{Status: 201, ContentType: "application/json", Body: []byte(`{}`)}},
		"an example before the schema's": {"{200: {content: {application/json: {example: {a: 1}, schema: {type: object, example: {a: 2}}}}}}", openapi.Answer{Status: 200, ContentType: "application/json", Body: []byte(`{"a":1}`)}},
		"the first of examples":          {"{200: {content: {application/json: {examples: {z: {value: {z: 1}}, a: {value: {a: 1}}}}}}}", openapi.Answer{Status: 200, ContentType: "application/json", Body: []byte(`{"z":1}`)}},
		"the first example that fits":    {"{200: {content: {application/json: {schema: {type: object}, examples: {z: {value: 1}, a: {value: {a: 1}}}}}}}", openapi.Answer{Status: 200, ContentType: "application/json", Body: []byte(`{"a":1}`)}},
		"the example of the schema":      {"{200: {content: {application/json: {schema: {type: object, example: {a: 2}}}}}}", openapi.Answer{Status: 200, ContentType: "application/json", Body: []byte(`{"a":2}`)}},
		"an example as text":             {`{200: {content: {application/json: {schema: {type: object}, example: '{"b": 1, "a": 2}'}}}}`, openapi.Answer{Status: 200, ContentType: "application/json", Body: []byte(`{"b":1,"a":2}`)}},
		"an example when nothing fits":   {`{200: {content: {application/json: {schema: {allOf: [{type: string}, {type: object}]}, example: {a: 2}}}}}`, openapi.Answer{Status: 200, ContentType: "application/json", Body: []byte(`{"a":2}`)}},
		"JSON before what is not":        {"{200: {content: {text/html: {example: <p>}, application/hal+json: {example: {a: 1}}}}}", openapi.Answer{Status: 200, ContentType: "application/hal+json", Body: []byte(`{"a":1}`)}},
		"any media type":                 {"{200: {content: {'*/*': {example: {a: 1}}}}}", openapi.Answer{Status: 200, ContentType: "application/json", Body: []byte(`{"a":1}`)}},
		"a charset":                      {"{200: {content: {'application/json; charset=utf-8': {example: {a: 1}}}}}", openapi.Answer{Status: 200, ContentType: "application/json; charset=utf-8", Body: []byte(`{"a":1}`)}},
		"text":                           {"{200: {content: {text/plain: {example: ciao}}}}", openapi.Answer{Status: 200, ContentType: "text/plain", Body: []byte("ciao")}},
		"CSV by schema":                  {"{200: {content: {text/csv: {schema: {type: array, minItems: 1, maxItems: 1, items: {type: object, properties: {a: {enum: ['x,y']}, b: {enum: [1]}}}}}}}}", openapi.Answer{Status: 200, ContentType: "text/csv", Body: []byte("a,b\r\n\"x,y\",1\r\n")}},
		"signs that HTML minds":          {"{200: {content: {application/json: {example: '<a&b>'}}}}", openapi.Answer{Status: 200, ContentType: "application/json", Body: []byte(`"<a&b>"`)}},
	} {
		t.Run(name, func(t *testing.T) {
			op := only(t, around("3.0.0", "responses: "+c.responses))
			assert.Equal(t, c.want, answered(op, 7))
		})
	}
}

func TestOtherMediaHaveTheirOwnBodies(t *testing.T) {
	answer := func(kind, schema string) []byte {
		a := answered(only(t, around("3.0.0", "responses: {200: {content: {"+kind+": {schema: "+schema+"}}}}")), 1)
		assert.Equal(t, kind, a.ContentType)
		return a.Body
	}
	assert.True(t, strings.HasPrefix(string(answer("application/pdf", "{type: string, format: binary}")), "%PDF-"))
	assert.True(t, strings.HasPrefix(string(answer("image/png", "{type: string, format: binary}")), "\x89PNG"))
	assert.NotEmpty(t, answer("application/octet-stream", "{type: string, format: binary}"))
	body := answer("application/xml", "{type: object, xml: {name: pet}, properties: {name: {type: string}, 1x: {type: string}, tags: {type: array, minItems: 2, items: {type: integer}}}}")
	decoder := xml.NewDecoder(strings.NewReader(string(body)))
	var names []string
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		if start, ok := token.(xml.StartElement); ok {
			names = append(names, start.Name.Local)
		}
	}
	require.GreaterOrEqual(t, len(names), 5)
	assert.Equal(t, []string{"pet", "name", "item", "tags", "tags"}, names[:5])
}

func TestTheSeedDecidesTheBody(t *testing.T) {
	schema := "{type: object, required: [id, n], properties: {id: {type: string, format: uuid}, n: {type: integer}, email: {type: string}}}"
	first, second := only(t, answering("3.0.0", schema)), only(t, answering("3.0.0", schema))
	bodies := map[string]bool{}
	for seed := range uint64(50) {
		a := answered(first, seed)
		assert.Equal(t, a, answered(first, seed))
		assert.Equal(t, a, answered(second, seed))
		bodies[string(a.Body)] = true
	}
	assert.Len(t, bodies, 50)
}

func TestAnswersAndChecksAtOnceAreSafe(t *testing.T) {
	doc, _ := parse(t, shop+`    Deep: {oneOf: [{$ref: "#/components/schemas/Order"}, {allOf: [{$ref: "#/components/schemas/Cash"}]}]}
`)
	op, _, ok := doc.Find("POST", "/orders/2026-01-31")
	require.True(t, ok)
	deep := only(t, "components: {schemas: {A: {allOf: [{$ref: '#/components/schemas/B'}, {properties: {a: {$ref: '#/components/schemas/A'}}}]}, B: {type: object, properties: {b: {anyOf: [{type: string}, {$ref: '#/components/schemas/A'}]}}}}}\n"+answering("3.1.0", "{$ref: '#/components/schemas/A'}"))
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for seed := range uint64(50) {
				assert.True(t, json.Valid(answered(deep, seed).Body))
				assert.NotEmpty(t, op.Check(openapi.Request{Query: "limit=0"}))
				_, _, found := doc.Find("POST", "/orders/1")
				assert.True(t, found)
			}
		})
	}
	group.Wait()
}

// answered is an operation's answer to a seed, where nothing further is asked for.
func answered(op *openapi.Operation, seed uint64) openapi.Answer {
	a, err := op.Answer(openapi.Ask{Seed: seed})
	if err != nil {
		panic(err)
	}
	return a
}
