package openapi_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/openapi"
	"oauthmock/spec"
	"oauthmock/spec/reading"
)

func TestRequestsAreHeldAgainstTheDocument(t *testing.T) {
	text, err := spec.V2().Corrected()
	require.NoError(t, err)
	operations := operationsOf(t, text)
	create, list := "POST /tokens", "GET /tokens"
	errors, stats := "GET /errors", "GET /stats"
	json := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
	for name, c := range map[string]struct {
		op      string
		request openapi.Request
		want    []string // location severity
	}{
		"as the document has it":              {create, openapi.Request{Header: json, Body: []byte(`{"scopes":["GET:a.b/c"],"ttl":60,"limits":{"ip":["192.0.2.1"]}}`)}, nil},
		"without a body":                      {create, openapi.Request{Header: json}, []string{"body error"}},
		"what is not JSON":                    {create, openapi.Request{Header: json, Body: []byte(`{"scopes":`)}, []string{"body error"}},
		"something after the JSON":            {create, openapi.Request{Header: json, Body: []byte(`{"scopes":["GET:a.b/c"]} x`)}, []string{"body error"}},
		"without a media type":                {create, openapi.Request{Body: []byte(`{"scopes":["GET:a.b/c"]}`)}, []string{"header.Content-Type error"}},
		"another media type":                  {create, openapi.Request{Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, Body: []byte(`{"scopes":["GET:a.b/c"]}`)}, []string{"header.Content-Type error"}},
		"a member that is missing":            {create, openapi.Request{Header: json, Body: []byte(`{}`)}, []string{"body.scopes error"}},
		"scopes that are no array":            {create, openapi.Request{Header: json, Body: []byte(`{"scopes":"GET:a.b/c"}`)}, []string{"body.scopes error"}},
		"a scope that is not text":            {create, openapi.Request{Header: json, Body: []byte(`{"scopes":[1]}`)}, []string{"body.scopes[0] error"}},
		"a ttl that is not an integer":        {create, openapi.Request{Header: json, Body: []byte(`{"scopes":["GET:a.b/c"],"ttl":"60"}`)}, []string{"body.ttl error"}},
		"a limit of the wrong type, nested":   {create, openapi.Request{Header: json, Body: []byte(`{"scopes":["GET:a.b/c"],"limits":{"totalRequests":"1"}}`)}, []string{"body.limits.totalRequests error"}},
		"a member that nobody knows":          {create, openapi.Request{Header: json, Body: []byte(`{"scopes":["GET:a.b/c"],"grant_type":"x"}`)}, []string{"body.grant_type warning"}},
		"a nested member that nobody knows":   {create, openapi.Request{Header: json, Body: []byte(`{"scopes":["GET:a.b/c"],"limits":{"total":1}}`)}, []string{"body.limits.total warning"}},
		"a body where none is taken":          {list, openapi.Request{Header: json, Body: []byte(`{}`)}, []string{"body warning"}},
		"a limit that is not an integer":      {errors, openapi.Request{Query: "limit=ten"}, []string{"query.limit error"}},
		"a limit above the largest":           {errors, openapi.Request{Query: "limit=101"}, []string{"query.limit error"}},
		"a parameter that nobody knows":       {errors, openapi.Request{Query: "limt=5"}, []string{"query.limt warning"}},
		"a parameter that stands twice":       {errors, openapi.Request{Query: "limit=1&limit=2"}, []string{"query.limit warning"}},
		"an invalid query":                    {errors, openapi.Request{Query: "limit=%zz"}, []string{"query error"}},
		"a year, which the error text allows": {stats, openapi.Request{Query: "date=2026"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, v := range operations[c.op].Judge(c.request) {
				got = append(got, v.Location+" "+string(v.Severity))
				assert.NotEmpty(t, v.Message)
			}
			assert.Equal(t, c.want, got)
		})
	}
}

func TestFormsAreHeldAgainstTheDocumentToo(t *testing.T) {
	operations := operationsOf(t, []byte(`
openapi: 3.0.3
info: {title: Toy, version: "1"}
paths:
  /token:
    post:
      operationId: toy.token
      requestBody:
        required: true
        content:
          application/json: {schema: &token {type: object, required: [grant_type], properties: {grant_type: {type: string}, ttl: {type: integer}, scope: {type: array, items: {type: string}}}}}
          application/x-www-form-urlencoded: {schema: *token}
      responses: {"200": {description: ok}}
`))
	form := http.Header{"Content-Type": {"application/x-www-form-urlencoded; charset=UTF-8"}}
	for name, c := range map[string]struct {
		header http.Header
		body   string
		want   []string
	}{
		"right":                        {form, "grant_type=client_credentials&ttl=60&scope=a&scope=b", nil},
		"one of a list":                {form, "grant_type=x&scope=a", nil},
		"a member that is missing":     {form, "ttl=60", []string{"body.grant_type error"}},
		"a ttl that is not an integer": {form, "grant_type=x&ttl=a", []string{"body.ttl error"}},
		"a member that comes twice":    {form, "grant_type=x&grant_type=y", []string{"body.grant_type error"}},
		"a member that is unknown":     {form, "grant_type=x&user=y", []string{"body.user warning"}},
		"what is not a form":           {form, "grant_type=%zz", []string{"body error"}},
		"JSON":                         {http.Header{"Content-Type": {"application/json"}}, `{"grant_type":"x"}`, nil},
		"another media type":           {http.Header{"Content-Type": {"text/plain"}}, `{"grant_type":"x"}`, []string{"header.Content-Type error"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, v := range operations["POST /token"].Judge(openapi.Request{Header: c.header, Body: []byte(c.body)}) {
				got = append(got, v.Location+" "+string(v.Severity))
			}
			assert.Equal(t, c.want, got)
		})
	}
}

func operationsOf(t *testing.T, text []byte) map[string]*openapi.Operation {
	t.Helper()
	document, warnings, err := openapi.Parse(text, "document")
	require.NoError(t, err)
	assert.Empty(t, warnings)
	operations := map[string]*openapi.Operation{}
	for _, o := range document.Operations() {
		operations[o.String()] = o
	}
	return operations
}

// Bodies that the documents show, and such bodies with one member taken away or of another kind,
// are right or wrong for Judge as they are for kin-openapi.
func TestJudgeAgreesWithAnotherReaderOnTheDocumentsBodies(t *testing.T) {
	tried := 0
	for _, d := range spec.All() {
		text, err := d.Corrected()
		require.NoError(t, err)
		operations := operationsOf(t, text)
		doc, err := reading.Corrected(d)
		require.NoError(t, err)
		for path, item := range doc.Paths.Map() {
			for method, operation := range item.Operations() {
				if operation.RequestBody == nil {
					continue
				}
				media := operation.RequestBody.Value.Content.Get("application/json")
				if media == nil {
					continue
				}
				examples := []any{media.Example}
				for _, example := range media.Examples {
					examples = append(examples, example.Value.Value)
				}
				for _, example := range examples {
					object, ok := example.(map[string]any)
					if !ok {
						continue
					}
					for _, body := range variations(object) {
						tried++
						data, err := json.Marshal(body)
						require.NoError(t, err)
						value, err := spec.DecodeJSON(data)
						require.NoError(t, err)
						other := reading.Check(doc, media.Schema.Value, value)
						var mine []string
						for _, departure := range operations[method+" "+path].Judge(openapi.Request{Header: http.Header{"Content-Type": {"application/json"}}, Body: data}) {
							if departure.Severity == openapi.SeverityError {
								mine = append(mine, departure.Location+" "+departure.Message)
							}
						}
						assert.Equal(t, len(other) == 0, len(mine) == 0, "%s %s %s %s: %v against %v", d.Name(), method, path, data, mine, other)
					}
				}
			}
		}
	}
	assert.Greater(t, tried, 50)
}

// variations returns an object, and copies of it with each member taken away or replaced by a value
// of every kind.
func variations(object map[string]any) []map[string]any {
	all := []map[string]any{object}
	for name, member := range object {
		without := maps.Clone(object)
		delete(without, name)
		all = append(all, without)
		for _, other := range []any{nil, true, "x", 7, 0.5, -1, []any{}, []any{1}, []any{"x"}, map[string]any{}} {
			changed := maps.Clone(object)
			changed[name] = other
			all = append(all, changed)
		}
		if inner, ok := member.(map[string]any); ok {
			for _, changed := range variations(inner) {
				outer := maps.Clone(object)
				outer[name] = changed
				all = append(all, outer)
			}
		}
	}
	return all
}
