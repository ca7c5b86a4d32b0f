package openapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/openapi"
)

const shop = `
openapi: 3.0.3
paths:
  /orders/{day}:
    post:
      parameters:
        - {name: day, in: path, required: true, schema: {type: string, format: date}}
        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 100}}
        - {name: share, in: query, schema: {type: number, exclusiveMaximum: true, maximum: 1}}
        - {name: until, in: query, schema: {type: string, format: date-time, pattern: "YYYY-MM-DDThh:mm:ssZ"}}
        - {name: dry, in: query, schema: {type: boolean}}
        - {name: sort, in: query, schema: {type: string, enum: [up, down]}}
        - {name: ids, in: query, schema: {type: array, maxItems: 3, items: {type: integer}}}
        - {name: tags, in: query, schema: {type: array, items: {type: string, maxLength: 5}}}
        - {name: bars, in: query, style: pipeDelimited, explode: false, schema: {type: array, items: {type: integer}}}
        - {name: filter, in: query, style: deepObject, required: true, schema: {type: object, properties: {state: {type: string}}}}
        - {name: either, in: query, schema: {oneOf: [{type: integer}, {type: string, enum: [all]}]}}
        - {name: where, in: query, content: {application/json: {schema: {type: object, required: [x]}}}}
        - {name: X-Shop, in: header, required: true, schema: {type: integer}}
        - {name: Authorization, in: header, required: true, schema: {type: string}}
        - {name: visit, in: cookie, schema: {type: integer}}
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: "#/components/schemas/Order"}}
          application/x-www-form-urlencoded: {schema: {type: object, required: [sku], properties: {sku: {type: string}, count: {type: integer}, list: {type: array, items: {type: string}}}}}
          multipart/form-data: {schema: {type: object, required: [file, count], properties: {file: {type: string, format: binary}, count: {type: integer}}}}
          image/*: {}
      responses: {200: {description: ""}}
components:
  schemas:
    Order:
      type: object
      required: [id, sku, items]
      additionalProperties: false
      properties:
        id: {type: string, readOnly: true}
        sku: {type: string, pattern: "^[A-Z]{3}$"}
        note: {type: string, nullable: true, minLength: 2}
        items: {type: array, minItems: 1, uniqueItems: true, items: {$ref: "#/components/schemas/Item"}}
        step: {type: number, multipleOf: 0.1}
        pay:
          oneOf: [{$ref: "#/components/schemas/Card"}, {$ref: "#/components/schemas/Cash"}]
          discriminator: {propertyName: kind}
        parent: {$ref: "#/components/schemas/Order"}
        extra: {type: object, additionalProperties: {type: integer}}
        at: {type: string, format: date-time}
    Item:
      allOf:
        - {type: object, additionalProperties: false, properties: {price: {type: number, minimum: 0}}}
        - {type: object, properties: {vat: {type: integer}}, required: [price]}
    Card: {type: object, required: [kind, number], properties: {kind: {type: string}, number: {type: string}}}
    Cash: {type: object, required: [kind], properties: {kind: {type: string}}}
`

func TestRequestsAreHeldAgainstTheirOperation(t *testing.T) {
	op := only(t, shop)
	const good = `{"sku":"ABC","items":[{"price":1}]}`
	for name, c := range map[string]struct {
		day, query, kind, body string
		header                 http.Header
		want                   string
	}{
		"as documented":                         {},
		"a day that is none":                    {day: "yesterday", want: "path.day must be a date like 2026-01-31"},
		"a day that no calendar has":            {day: "2026-02-30", want: "path.day must be a date like 2026-01-31"},
		"a limit at its edges":                  {query: "limit=1&limit=100"},
		"a limit below":                         {query: "limit=0", want: "query.limit must be at least 1"},
		"a limit above":                         {query: "limit=101", want: "query.limit must be at most 100"},
		"a limit that is text":                  {query: "limit=ten", want: "query.limit must be an integer, not a string"},
		"a limit that is a fraction":            {query: "limit=1.5", want: "query.limit must be an integer, not a number"},
		"a limit with noughts":                  {query: "limit=007"},
		"a limit that is empty":                 {query: "limit=", want: "query.limit must be an integer, not a string"},
		"a share at its open edge":              {query: "share=1", want: "query.share must be less than 1"},
		"a share":                               {query: "share=.5"},
		"a time with a pattern for people":      {query: "until=2026-01-31T12:00:00Z"},
		"a boolean in capitals":                 {query: "dry=TRUE"},
		"a boolean that is none":                {query: "dry=maybe", want: "query.dry must be a boolean, not a string"},
		"a word of the list":                    {query: "sort=up"},
		"a word that is not of the list":        {query: "sort=left", want: `query.sort must be one of "up", "down"`},
		"a list, exploded":                      {query: "ids=1&ids=2"},
		"a list with commas":                    {query: "ids=1,2"},
		"a list as PHP has it":                  {query: "ids[]=1&ids%5B%5D=x", want: "query.ids[1] must be an integer, not a string"},
		"a list with a wrong item":              {query: "ids=1&ids=x", want: "query.ids[1] must be an integer, not a string"},
		"a list that is too long":               {query: "ids=1,2,3,4", want: "query.ids must have at most 3 items"},
		"texts with a comma inside":             {query: "tags=a,b,c"},
		"a text that is too long":               {query: "tags=abcdef", want: "query.tags[0] must have at most 5 characters"},
		"a list with bars":                      {query: "bars=1|2|x", want: "query.bars[2] must be an integer, not a string"},
		"either a number":                       {query: "either=5"},
		"or a word":                             {query: "either=all"},
		"neither":                               {query: "either=none", want: "query.either fits none of the 2 variants"},
		"JSON in the query":                     {query: `where={"x":1}`},
		"JSON in the query that lacks a member": {query: `where={}`, want: "query.where.x is required"},
		"no JSON in the query":                  {query: `where={`, want: "query.where must be JSON"},
		"a parameter nobody knows":              {query: "colour=red"},
		"a filter that is missing":              {query: "-", want: "query.filter is required"},
		"a header that is missing":              {header: http.Header{}, want: "header.X-Shop is required"},
		"a header of the wrong type":            {header: http.Header{"X-Shop": {"x"}}, want: "header.X-Shop must be an integer, not a string"},
		"a cookie of the wrong type":            {header: http.Header{"X-Shop": {"1"}, "Cookie": {"visit=x"}}, want: "cookie.visit must be an integer, not a string"},

		"no body":                          {body: "-", want: "body is required"},
		"no JSON":                          {body: "{", want: "body is not JSON: it ends too early"},
		"something after the JSON":         {body: good + "x", want: "body is not JSON: there is a mistake near byte 36"},
		"a body that is a list":            {body: "[]", want: "body must be an object, not an array"},
		"members that are missing":         {body: "{}", want: "body.sku is required; body.items is required"},
		"a member nobody knows":            {body: `{"sku":"ABC","items":[{"price":1}],"vat":1}`, want: "body.vat is not documented, and nothing else is allowed"},
		"a member that is not matched":     {body: `{"sku":"abc","items":[{"price":1}]}`, want: "body.sku must match ^[A-Z]{3}$"},
		"a null that is allowed":           {body: `{"sku":"ABC","items":[{"price":1}],"note":null}`},
		"a null that is not":               {body: `{"sku":null,"items":[{"price":1}]}`, want: "body.sku must be a string, not null"},
		"a text too short, in letters":     {body: `{"sku":"ABC","items":[{"price":1}],"note":"è"}`, want: "body.note must have at least 2 characters"},
		"no items":                         {body: `{"sku":"ABC","items":[]}`, want: "body.items must have at least 1 items"},
		"an item twice":                    {body: `{"sku":"ABC","items":[{"price":1},{"price":1.0}]}`, want: "body.items must not have the same item twice"},
		"an item that is wrong":            {body: `{"sku":"ABC","items":[{"price":1},{"price":"1"}]}`, want: "body.items[1].price must be a number, not a string"},
		"an item closed by one of its two": {body: `{"sku":"ABC","items":[{"price":1,"vat":22}]}`},
		"an item without its price":        {body: `{"sku":"ABC","items":[{}]}`, want: "body.items[0].price is required"},
		"a tenth of a step":                {body: `{"sku":"ABC","items":[{"price":1}],"step":0.3}`},
		"not a tenth of a step":            {body: `{"sku":"ABC","items":[{"price":1}],"step":0.35}`, want: "body.step must be a multiple of 0.1"},
		"the variant that is named":        {body: `{"sku":"ABC","items":[{"price":1}],"pay":{"kind":"Card"}}`},
		"a variant that nobody knows":      {body: `{"sku":"ABC","items":[{"price":1}],"pay":{}}`, want: "body.pay fits none of the 2 variants"},
		"an order in an order":             {body: `{"sku":"ABC","items":[{"price":1}],"parent":{"sku":"X"}}`, want: "body.parent.sku must match ^[A-Z]{3}$; body.parent.items is required"},
		"what only the service sets":       {body: `{"id":5,"sku":"ABC","items":[{"price":1}]}`},
		"a map":                            {body: `{"sku":"ABC","items":[{"price":1}],"extra":{"a.b":"x"}}`, want: `body.extra["a.b"] must be an integer, not a string`},
		"a time without zone":              {body: `{"sku":"ABC","items":[{"price":1}],"at":"2026-01-31T12:00:00"}`},
		"a time that is none":              {body: `{"sku":"ABC","items":[{"price":1}],"at":"noon"}`, want: "body.at must be a time like 2026-01-31T12:00:00Z"},

		"JSON with its charset":           {kind: "application/json; charset=utf-8"},
		"JSON without a label":            {kind: "-"},
		"JSON labelled as a form":         {kind: "text/plain"},
		"a media type nobody knows":       {kind: "application/pdf", want: "header.Content-Type must be application/json or application/x-www-form-urlencoded or multipart/form-data or image/*"},
		"a media type of a range":         {kind: "image/png", body: "\x89PNG"},
		"a form":                          {kind: "application/x-www-form-urlencoded", body: "sku=a&count=2&list[]=x"},
		"a form that lacks a field":       {kind: "application/x-www-form-urlencoded", body: "count=x", want: "body.sku is required; body.count must be an integer, not a string"},
		"a multipart form":                {kind: "multipart/form-data; boundary=B", body: "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nx\r\n--B\r\nContent-Disposition: form-data; name=\"count\"\r\n\r\n2\r\n--B--\r\n"},
		"a multipart form without a file": {kind: "multipart/form-data; boundary=B", body: "--B\r\nContent-Disposition: form-data; name=\"count\"\r\n\r\nx\r\n--B--\r\n", want: "body.file is required; body.count must be an integer, not a string"},
		"no boundary":                     {kind: "multipart/form-data", body: "x", want: "header.Content-Type must have a boundary"},
		"what is not multipart":           {kind: "multipart/form-data; boundary=B", body: "x", want: "body.file is required; body.count is required"},
	} {
		t.Run(name, func(t *testing.T) {
			request := openapi.Request{Params: map[string]string{"day": "2026-01-31"}, Query: "filter[state]=open&" + c.query, Header: http.Header{"X-Shop": {"1"}}, Body: []byte(good)}
			if c.day != "" {
				request.Params["day"] = c.day
			}
			if c.query == "-" {
				request.Query = ""
			}
			if c.header != nil {
				request.Header = c.header
			}
			switch c.kind {
			case "":
				request.Header.Set("Content-Type", "application/json")
			case "-":
			default:
				request.Header.Set("Content-Type", c.kind)
			}
			if c.body == "-" {
				request.Body = nil
			} else if c.body != "" {
				request.Body = []byte(c.body)
			}
			var got []string
			for _, v := range op.Check(request) {
				got = append(got, v.String())
			}
			assert.Equal(t, c.want, strings.Join(got, "; "))
		})
	}
}

func TestAViolationNeverHoldsWhatWasSent(t *testing.T) {
	op := only(t, shop)
	for _, v := range op.Check(openapi.Request{Params: map[string]string{"day": "secret1"}, Query: "limit=secret2&sort=secret3&either=secret4", Header: http.Header{"X-Shop": {"secret5"}}, Body: []byte(`{"sku":"secret6","items":"secret7","pay":{"kind":"secret8"}}`)}) {
		assert.NotContains(t, v.String(), "secret")
	}
}

func TestViolationsAreBounded(t *testing.T) {
	op := only(t, shop)
	var items []string
	for i := range 50 {
		items = append(items, fmt.Sprintf(`{"price":"%d"}`, i))
	}
	body := `{"sku":"ABC","items":[` + strings.Join(items, ",") + `]}`
	assert.Len(t, op.Check(openapi.Request{Query: "filter[x]=1", Header: http.Header{"X-Shop": {"1"}, "Content-Type": {"application/json"}}, Body: []byte(body)}), 20)
}

func TestWhatTheDocumentsOwnExampleDoesIsNotHeldAgainstARequest(t *testing.T) {
	op := only(t, `
openapi: 3.0.0
paths:
  /a:
    post:
      parameters: [{name: day, in: query, example: today, schema: {type: string, format: date}}, {name: n, in: query, schema: {type: integer, default: "many"}}]
      requestBody:
        content:
          application/json:
            schema: {type: object, required: [a, b], properties: {rows: {type: array, items: {type: object, properties: {n: {type: integer}}}}}}
            example: {b: 1, rows: [{n: 1}, {n: "2"}]}
      responses: {200: {description: ""}}
`)
	check := func(query, body string) []openapi.Violation {
		return op.Check(openapi.Request{Query: query, Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(body)})
	}
	assert.Empty(t, check("day=today&n=many", `{"b":1,"rows":[{"n":1},{"n":1},{"n":"7"}]}`))
	violations := check("", `{"rows":[{"n":true}]}`)
	require.Len(t, violations, 2)
	assert.Equal(t, "body.rows[0].n", violations[0].Where)
	assert.Equal(t, "body.b", violations[1].Where)
}
