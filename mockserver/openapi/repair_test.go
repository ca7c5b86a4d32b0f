package openapi_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/openapi"
)

// exampled is an operation that answers by a schema and an example, both in one line.
func exampled(schema, example string) string {
	return around("3.0.0", "responses: {200: {content: {application/json: {schema: "+schema+", example: "+example+"}}}}")
}

func TestAnExampleIsSentAsWrittenOrRepairedMemberByMember(t *testing.T) {
	const named = "{type: object, properties: {name: {type: string}, age: {type: integer}}"
	for name, c := range map[string]struct {
		schema, example, want string
		from                  openapi.Source
	}{
		"it fits":                               {named + "}", "{name: a, age: 1}", `{"name":"a","age":1}`, openapi.FromExample},
		"null where there is none":              {named + "}", "{name: null, age: null}", `{"name":null,"age":null}`, openapi.FromExample},
		"null as a whole list":                  {"{type: object, properties: {list: {type: array, items: {type: string}}}}", "{list: null}", `{"list":null}`, openapi.FromExample},
		"a number that is written as text":      {named + "}", "{name: a, age: '7'}", `{"name":"a","age":7}`, openapi.FromRepairedExample},
		"a text that is written as number":      {named + "}", "{name: 12, age: 7}", `{"name":"12","age":7}`, openapi.FromRepairedExample},
		"a time with a space":                   {"{type: object, properties: {at: {type: string, format: date-time}}}", "{at: '2026-01-02 03:04:05'}", `{"at":"2026-01-02T03:04:05Z"}`, openapi.FromRepairedExample},
		"a time where a day belongs":            {"{type: object, properties: {on: {type: string, format: date}}}", "{on: '2026-01-02T03:04:05Z'}", `{"on":"2026-01-02"}`, openapi.FromRepairedExample},
		"a word in other letters":               {"{type: object, properties: {sex: {type: string, enum: [M, F]}}}", "{sex: f}", `{"sex":"F"}`, openapi.FromRepairedExample},
		"a value that is none of the list":      {"{type: object, properties: {sex: {type: string, enum: [M]}, b: {}}}", "{sex: string, b: 1}", `{"sex":"M","b":1}`, openapi.FromRepairedExample},
		"a property with an example of its own": {"{type: object, properties: {a: {type: object, example: {x: 1}, required: [x]}, b: {}}}", "{a: wrong, b: 1}", `{"a":{"x":1},"b":1}`, openapi.FromRepairedExample},
		"a member that is not allowed":          {named + ", additionalProperties: false}", "{name: a, more: 1}", `{"name":"a"}`, openapi.FromRepairedExample},
		"an item that cannot fit":               {"{type: array, items: {type: string, enum: [a, b]}, uniqueItems: true}", "[a, a, b]", `["a","b"]`, openapi.FromRepairedExample},
		"too many items":                        {"{type: array, items: {type: integer}, maxItems: 1}", "[1, 2]", `[1]`, openapi.FromRepairedExample},
		"one item where a list belongs":         {"{type: object, properties: {list: {type: array, items: {type: string}}}}", "{list: a}", `{"list":["a"]}`, openapi.FromRepairedExample},
		"what only requests have":               {"{type: object, properties: {a: {type: string}, password: {type: string, writeOnly: true}}}", "{a: x, password: y}", `{"a":"x"}`, openapi.FromRepairedExample},
		"several variants of a oneOf":           {"{oneOf: [{type: object, properties: {a: {type: string}}}, {type: object, properties: {b: {type: string}}}]}", "{a: x}", `{"a":"x"}`, openapi.FromExample},
		"the variant with the least to repair": {
			"{oneOf: [{type: object, required: [a, b, c], properties: {a: {type: string}}}, {type: object, required: [a], properties: {a: {type: string}, d: {type: integer}}}]}",
			"{a: x, d: '4'}", `{"a":"x","d":4}`, openapi.FromRepairedExample,
		},
		"JSON inside a text": {named + "}", `'{"name": "a", "age": "2"}'`, `{"name":"a","age":2}`, openapi.FromRepairedExample},
	} {
		t.Run(name, func(t *testing.T) {
			op := only(t, exampled(c.schema, c.example))
			assert.Equal(t, c.want, string(answered(op, 3).Body))
			assert.Equal(t, c.from, op.Source())
		})
	}
}

func TestAMemberThatIsMissingIsMadeUp(t *testing.T) {
	body := string(answered(only(t, exampled("{type: object, required: [a, email], properties: {a: {type: string}, email: {type: string}}}", "{a: x}")), 1).Body)
	assert.Regexp(t, `^\{"a":"x","email":"[^"]+@example.com"\}$`, body)
}

func TestTheEnvelopeOfAMadeUpSuccessSaysSo(t *testing.T) {
	const schema = "{type: object, properties: {data: {type: object, properties: {id: {type: string}}}, success: {type: boolean, example: false}, message: {type: string, example: Bad}, error: {type: integer, example: 214}}}"
	op := only(t, answering("3.0.0", schema))
	assert.Regexp(t, `^\{"data":\{"id":"[0-9a-f]+"\},"success":true,"message":"","error":null\}$`, string(answered(op, 1).Body))
	assert.Equal(t, openapi.MadeUp, op.Source())
	other := only(t, answering("3.0.0", "{type: object, properties: {success: {type: boolean, example: false}, error: {type: integer, example: 3}}}"))
	assert.JSONEq(t, `{"success":false,"error":3}`, string(answered(other, 1).Body), "that is another's")
}

func TestAMadeUpBodyRepeatsWhatThePathNames(t *testing.T) {
	text := strings.Replace(answering("3.0.0", "{type: object, properties: {id: {type: string}, data: {type: object, properties: {id: {type: integer}, taxCode: {type: string}}}}}"), "/a:", "/a/{id}/{vatCode_taxCode_or_id}:", 1)
	op := only(t, text)
	a, err := op.Answer(openapi.Ask{Params: map[string]string{"id": "17", "vatCode_taxCode_or_id": "12485671007"}})
	require.NoError(t, err)
	assert.JSONEq(t, `{"id":"17","data":{"id":17,"taxCode":"12485671007"}}`, string(a.Body))
}

func TestEachDocumentedAnswerCanBeHad(t *testing.T) {
	op := only(t, around("3.0.0", `responses:
  200: {content: {application/json: {examples: {first: {value: {n: 1}}, second: {value: {n: 2}}}}, application/pdf: {schema: {type: string, format: binary}}, text/csv: {example: 'a,b'}}}
  204: {}
  302: {headers: {Location: {schema: {type: string}, example: 'https://a.example.com/x'}}}
  404: {content: {application/json: {examples: {gone: {value: {error: 7}}}}}}
  5XX: {content: {application/json: {example: {error: 5}}}}`))
	for name, c := range map[string]struct {
		ask  openapi.Ask
		want openapi.Answer
		says string
	}{
		"nothing asked for":           {openapi.Ask{}, openapi.Answer{Status: 200, ContentType: "application/json", Body: []byte(`{"n":1}`)}, ""},
		"an example":                  {openapi.Ask{Example: "second"}, openapi.Answer{Status: 200, ContentType: "application/json", Body: []byte(`{"n":2}`)}, ""},
		"an example of a failure":     {openapi.Ask{Example: "gone"}, openapi.Answer{Status: 404, ContentType: "application/json", Body: []byte(`{"error":7}`)}, ""},
		"a status":                    {openapi.Ask{Status: 404}, openapi.Answer{Status: 404, ContentType: "application/json", Body: []byte(`{"error":7}`)}, ""},
		"a status of a range":         {openapi.Ask{Status: 503}, openapi.Answer{Status: 503, ContentType: "application/json", Body: []byte(`{"error":5}`)}, ""},
		"a status without body":       {openapi.Ask{Status: 204}, openapi.Answer{Status: 204}, ""},
		"a redirect":                  {openapi.Ask{Status: 302}, openapi.Answer{Status: 302, Location: "https://a.example.com/x"}, ""},
		"another medium":              {openapi.Ask{Accept: "text/html, text/*;q=0.8, application/json;q=0.5"}, openapi.Answer{Status: 200, ContentType: "text/csv", Body: []byte("a,b")}, ""},
		"any medium":                  {openapi.Ask{Accept: "*/*"}, openapi.Answer{Status: 200, ContentType: "application/json", Body: []byte(`{"n":1}`)}, ""},
		"media that it does not have": {openapi.Ask{Accept: "image/webp"}, openapi.Answer{Status: 200, ContentType: "application/json", Body: []byte(`{"n":1}`)}, ""},
		"JSON not wanted":             {openapi.Ask{Accept: "application/json;q=0, text/csv"}, openapi.Answer{Status: 200, ContentType: "text/csv", Body: []byte("a,b")}, ""},
		"a status that it has not":    {openapi.Ask{Status: 418}, openapi.Answer{}, "it has 200, 204, 302, 404, 5XX"},
		"an example that it has not":  {openapi.Ask{Example: "third"}, openapi.Answer{}, "it has first, second, gone"},
		"an example of another":       {openapi.Ask{Status: 404, Example: "first"}, openapi.Answer{}, `no example "first"`},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := op.Answer(c.ask)
			if c.says != "" {
				assert.ErrorContains(t, err, c.says)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.want, a)
		})
	}
	a, err := op.Answer(openapi.Ask{Accept: "application/pdf"})
	require.NoError(t, err)
	assert.Equal(t, "application/pdf", a.ContentType)
}

func TestWhatIsDocumentedAloneIsAnswered(t *testing.T) {
	for name, c := range map[string]struct {
		responses string
		want      openapi.Answer
	}{
		"only a redirect":        {"{302: {headers: {Location: {schema: {type: string, example: 'https://a.example.com/'}}}}}", openapi.Answer{Status: 302, Location: "https://a.example.com/"}},
		"a redirect to anywhere": {"{303: {description: see}}", openapi.Answer{Status: 303, Location: "https://example.com/"}},
		"only 204":               {"{204: {}}", openapi.Answer{Status: 204}},
		"only a range":           {"{2XX: {content: {application/json: {example: 1}}}}", openapi.Answer{Status: 200, ContentType: "application/json", Body: []byte("1")}},
		"only a default":         {"{default: {content: {application/json: {example: 1}}}}", openapi.Answer{Status: 200, ContentType: "application/json", Body: []byte("1")}},
		"only failures":          {"{400: {}}", openapi.Answer{Status: 200, ContentType: "application/json", Body: []byte("{}")}},
	} {
		t.Run(name, func(t *testing.T) {
			op := only(t, around("3.0.0", "responses: "+c.responses))
			assert.Equal(t, c.want, answered(op, 1))
			assert.Contains(t, []openapi.Source{openapi.NoBody, openapi.FromExample, openapi.Empty}, op.Source())
		})
	}
}

// TestWhoSendsWhatTheDocumentShowsIsNotRefused holds it for examples of nested properties, which
// contradict their own schema.
func TestWhoSendsWhatTheDocumentShowsIsNotRefused(t *testing.T) {
	op := only(t, around("3.0.0", `requestBody: {content: {application/json: {schema: {type: object, properties: {callback: {type: object, properties: {retry: {type: integer, minimum: 5, maximum: 5, example: 3}}}}}}}}
responses: {200: {}}`))
	json := map[string][]string{"Content-Type": {"application/json"}}
	assert.Empty(t, op.Check(openapi.Request{Header: json, Body: []byte(`{"callback":{"retry":3}}`)}))
	assert.Empty(t, op.Check(openapi.Request{Header: json, Body: []byte(`{"callback":{"retry":5}}`)}))
	assert.NotEmpty(t, op.Check(openapi.Request{Header: json, Body: []byte(`{"callback":{"retry":4}}`)}))
}

func TestNumbersAreExact(t *testing.T) {
	check := func(schema, value string) bool {
		op := only(t, around("3.0.0", "requestBody: {content: {application/json: {schema: "+schema+"}}}\nresponses: {200: {}}"))
		return len(op.Check(openapi.Request{Header: map[string][]string{"Content-Type": {"application/json"}}, Body: []byte(value)})) == 0
	}
	for _, c := range []struct {
		schema, value string
		fits          bool
	}{
		{"{type: number, multipleOf: 0.1}", "0.3", true},
		{"{type: number, multipleOf: 0.1}", "0.30000000000000001", false},
		{"{type: integer, maximum: 9007199254740992}", "9007199254740993", false},
		{"{type: integer, minimum: 9007199254740993}", "9007199254740993", true},
		{"{type: number, maximum: 1e400}", "1e399", true},
		{"{type: number, maximum: 1e400}", "1.0000000001e400", false},
		{"{type: number, maximum: 0}", "1e-999999999", false},
		{"{type: number, exclusiveMinimum: true, minimum: 0}", "1e-999999999", true},
		{"{type: number, minimum: 0}", "-1e-999999999", false},
		{"{type: number, maximum: 5}", "1e999999999999999999999", false},
		{"{type: integer}", "1e999999999", true},
		{"{type: integer}", "1.5e-7", false},
		{"{type: integer}", "12.50e1", true},
		{"{type: integer}", "0e-999999999", true},
	} {
		assert.Equal(t, c.fits, check(c.schema, c.value), "%s against %s", c.value, c.schema)
	}
}

func TestWhatTakesTooLongToCheckIsRefused(t *testing.T) {
	var schemas strings.Builder
	for i := range 40 {
		schemas.WriteString("    S" + string(rune('A'+i%26)) + strings.Repeat("x", i/26) + ": {anyOf: [{$ref: '#/components/schemas/S" + string(rune('A'+(i+1)%26)) + strings.Repeat("x", (i+1)/26) + "'}, {$ref: '#/components/schemas/S" + string(rune('A'+(i+1)%26)) + strings.Repeat("x", (i+1)/26) + "'}]}\n")
	}
	schemas.WriteString("    S" + string(rune('A'+40%26)) + "x: {type: string}\n")
	op := only(t, around("3.0.0", "requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/SA'}}}}\nresponses: {200: {}}")+"components:\n  schemas:\n"+schemas.String())
	found := op.Check(openapi.Request{Header: map[string][]string{"Content-Type": {"application/json"}}, Body: []byte(`1`)})
	require.NotEmpty(t, found)
	assert.Contains(t, found[0].Message, "takes too long to check")
}
