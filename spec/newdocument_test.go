package spec_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/spec"
	"oauthmock/spec/reading"
)

const toyDocument = `
openapi: 3.0.3
info: {title: Toy, version: "1"}
x-envelope: {data: result, code: fault.code, message: fault.text, failure: {ok: false}, optional: [ok]}
paths:
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: toy.get
      responses:
        "200": {description: ok, content: {application/json: {schema: {type: object, properties: {result: {type: string}}}}}}
        "302": {description: elsewhere}
        "404": {description: none, content: {application/json: {schema: {type: object}, example: {ok: false, fault: {code: none, text: No such thing}}}}}
    delete:
      operationId: toy.delete
      responses:
        "204": {description: gone}
  /page:
    get:
      operationId: toy.page
      responses:
        "200": {description: a page, content: {text/html: {schema: {type: string}}}}
`

func TestADocumentOfOnesOwnNeedsNoOverlayAndMayBeYAML(t *testing.T) {
	d := spec.NewDocument("toy", []byte(toyDocument), nil)
	operations, err := d.Operations()
	require.NoError(t, err)
	require.Len(t, operations, 3)
	get := operations[0]
	assert.Equal(t, spec.Operation{Name: "toy.get", Surface: "toy", Method: "GET", Path: "/things/{id}", Statuses: []int{200, 302, 404}, Parameters: []spec.Parameter{{Name: "id", In: "path"}}}, get)

	triples, err := d.Triples()
	require.NoError(t, err)
	require.Len(t, triples, 1)
	assert.Equal(t, "toy GET /things/{id} 404 none", triples[0].String())
	assert.Equal(t, "No such thing", triples[0].Message)

	strict, err := reading.Strict(d)
	require.NoError(t, err)
	check := func(status int, body any) []reading.Mismatch {
		return reading.Check(strict, reading.StrictResponse(strict, get, status, url.Values{}), body)
	}
	assert.Empty(t, check(200, map[string]any{"result": "x"}))
	assert.NotEmpty(t, check(200, map[string]any{}))
	assert.Empty(t, check(404, map[string]any{"ok": false, "fault": map[string]any{"code": "none", "text": "No such thing"}}))
	assert.Empty(t, check(404, map[string]any{"fault": map[string]any{"code": "none", "text": "No such thing"}}), "ok is optional")
	assert.NotEmpty(t, check(404, map[string]any{"ok": false, "fault": map[string]any{"code": "other", "text": "No such thing"}}))

	for name, c := range map[string]struct {
		operation spec.Operation
		status    int
		media     []string
		known     bool
	}{
		"JSON":                 {get, 200, []string{"application/json"}, true},
		"a redirect":           {get, 302, nil, true},
		"nothing":              {operations[1], 204, nil, true},
		"a page":               {operations[2], 200, []string{"text/html"}, true},
		"an unknown status":    {get, 500, nil, false},
		"an unknown operation": {spec.Operation{}, 200, nil, false},
	} {
		media, known := reading.Described(strict, c.operation, c.status)
		assert.Equal(t, c.media, media, name)
		assert.Equal(t, c.known, known, name)
	}
}

func TestAnEnvelopeIsReadAndWritten(t *testing.T) {
	nested := spec.Envelope{Data: "result", Code: "fault.code", Message: "fault.text", Failure: map[string]any{"ok": false}}
	body := nested.Body("none", "", "No such thing")
	assert.Equal(t, map[string]any{"ok": false, "fault": map[string]any{"code": "none", "text": "No such thing"}}, body)
	assert.Equal(t, map[string]any{"ok": false}, nested.Failure, "it is not changed")
	code, message, ok := nested.Refusal(body)
	assert.Equal(t, []any{"none", "No such thing", true}, []any{code, message, ok})
	_, _, ok = nested.Refusal(map[string]any{"fault": "text"})
	assert.False(t, ok)
	assert.Equal(t, []string{"fault", "ok", "result"}, nested.Members())
	payload, ok := nested.Payload(map[string]any{"result": nil})
	assert.Nil(t, payload)
	assert.True(t, ok)

	bare := spec.Envelope{}
	payload, ok = bare.Payload([]any{"a"})
	assert.Equal(t, []any{"a"}, payload)
	assert.True(t, ok)
	assert.Equal(t, map[string]any{"error": "invalid_code", "message": "x"}, bare.Body("invalid_code", "", "x"))
}

func TestWhatIsWrongWithADocumentNamesItsFile(t *testing.T) {
	for name, c := range map[string]struct{ document, overlay, want string }{
		"no OpenAPI":                {`{}`, "", "toy/openapi.json"},
		"not even JSON":             {`{"a":`, "", "toy/openapi.json"},
		"nothing":                   {"", "", "spec: toy/openapi.json:1: is empty"},
		"another overlay":           {toyDocument, "overlay: 2.0.0", "toy/overlay.yaml:1:"},
		"a member of no envelope":   {"openapi: 3.0.3\ninfo: {title: t, version: v}\npaths: {}\nx-envelope: {kode: a}", "", `toy/openapi.json with corrections: x-envelope: json: unknown field "kode"`},
		"a pattern that is none":    {"openapi: 3.0.3\ninfo: {title: t, version: v}\npaths: {}\nx-strict: {counts: '('}", "", "x-strict"},
		"an operation without name": {"openapi: 3.0.3\ninfo: {title: t, version: v}\npaths: {/a: {get: {responses: {'200': {description: d}}}}}", "", "GET /a: neither the document nor toy/overlay.yaml gives it an operationId"},
	} {
		t.Run(name, func(t *testing.T) {
			var overlay []byte
			if c.overlay != "" {
				overlay = []byte(c.overlay)
			}
			d := spec.NewDocument("toy", []byte(c.document), overlay)
			_, strictErr := reading.Strict(d)
			_, operationsErr := d.Operations()
			if strictErr == nil {
				strictErr = operationsErr
			}
			assert.ErrorContains(t, strictErr, c.want)
		})
	}
}
