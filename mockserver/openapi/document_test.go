package openapi_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/openapi"
)

// company is a small document without a fault.
const company = `
openapi: 3.0.3
info: {title: Company, version: "2"}
servers: [{url: "https://company.openapi.com/v1"}]
paths:
  /IT-start/{vat}:
    get:
      operationId: start
      parameters: [{name: vat, in: path, required: true, schema: {type: string, pattern: "^[0-9]{11}$"}}]
      responses:
        "200": {description: found, content: {application/json: {schema: {$ref: "#/components/schemas/Company"}}}}
components:
  schemas:
    Company:
      type: object
      required: [vatCode, name]
      properties:
        vatCode: {type: string, minLength: 11, maxLength: 11}
        name: {type: string}
        opened: {type: string, format: date}
`

func parse(t testing.TB, text string) (*openapi.Document, []openapi.Warning) {
	t.Helper()
	doc, warnings, err := openapi.Parse([]byte(text), "service.yaml")
	require.NoError(t, err)
	return doc, warnings
}

// only returns the one operation of a document.
func only(t testing.TB, text string) *openapi.Operation {
	t.Helper()
	doc, _ := parse(t, text)
	require.Len(t, doc.Operations(), 1)
	return doc.Operations()[0]
}

func TestADocumentWithoutFaultLoadsWithoutWarning(t *testing.T) {
	path := filepath.Join(t.TempDir(), "company.yaml")
	require.NoError(t, os.WriteFile(path, []byte(company), 0o600))
	doc, warnings, err := openapi.Open(path)
	require.NoError(t, err)
	assert.Empty(t, warnings)
	assert.Equal(t, "Company", doc.Title())
	assert.Equal(t, "2", doc.Version())
	require.Len(t, doc.Operations(), 1)
	assert.Equal(t, "GET /IT-start/{vat}", doc.Operations()[0].String())
	assert.Equal(t, "start", doc.Operations()[0].ID)
}

func TestTheSameDocumentInAnyDressIsTheSame(t *testing.T) {
	json := `{"openapi":"3.0.3","info":{"title":"T"},"paths":{"/a":{"get":{"responses":{"200":{"description":"","content":{"application/json":{"example":{"b":1,"a":"è"}}}}}}}}}`
	wide := utf16.Encode([]rune(json))
	little, big := []byte{0xFF, 0xFE}, []byte{0xFE, 0xFF}
	for _, unit := range wide {
		little = append(little, byte(unit), byte(unit>>8))
		big = append(big, byte(unit>>8), byte(unit))
	}
	for name, data := range map[string][]byte{
		"JSON":                           []byte(json),
		"with a byte order mark":         []byte("\uFEFF" + json),
		"UTF-16, little end first":       little,
		"UTF-16, big end first":          big,
		"with a comma too many":          []byte(strings.Replace(json, `}}}}}}}}}`, `},}}}}}}}}`, 1)),
		"YAML with an anchor":            []byte("openapi: 3.0.3\npaths:\n  /a:\n    get:\n      responses:\n        200:\n          description: &d ''\n          summary: *d\n          content: {application/json: {example: {b: 1, a: è}}}\n"),
		"YAML with a version as number":  []byte("openapi: 3.0\npaths: {/a: {get: {responses: {200: {description: '', content: {application/json: {example: {b: 1, a: è}}}}}}}}"),
		"YAML with a key that is merged": []byte("openapi: 3.0.0\nx-a: &a {responses: {200: {content: {application/json: {example: {b: 1, a: è}}}}}}\npaths: {/a: {get: {<<: *a}}}"),
	} {
		t.Run(name, func(t *testing.T) {
			doc, _, err := openapi.Parse(data, "x")
			require.NoError(t, err)
			op, _, ok := doc.Find("GET", "/a")
			require.True(t, ok)
			assert.Equal(t, `{"b":1,"a":"è"}`, string(answered(op, 1).Body))
		})
	}
}

func TestWhatCannotBeReadIsAnErrorWithFileAndLine(t *testing.T) {
	for name, c := range map[string]struct{ data, want string }{
		"an empty file":           {" \n", "svc.json: the file is empty"},
		"broken JSON":             {"{\n\"openapi\": \"3.0.0\",\n\"paths\": {]\n}", "svc.json:3: "},
		"JSON that ends too soon": {"{\"a\":\n[1,\n2", "svc.json:3: unexpected EOF"},
		"broken YAML":             {"openapi: 3.0.0\npaths:\n  /a: [\n", "svc.json:4: is not YAML: did not find expected node content"},
		"a list":                  {"[1]", "svc.json:1: the file holds an array"},
		"a text":                  {"hello", "svc.json:1: the file holds a string"},
		"no paths":                {"\nopenapi: 3.0.0\ninfo: {}", `svc.json:2: the document has no "paths"`},
		"paths that are a list":   {"openapi: 3.0.0\npaths: []", `svc.json:1: "paths" is an array`},
		"OpenAPI 2":               {`{"swagger":"2.0","paths":{}}`, "svc.json:1: this is an OpenAPI 2.0 document; OAS 3.0 and 3.1 are read"},
		"nesting without end":     {`{"paths":` + strings.Repeat("[", 100_000), "svc.json:1: it nests deeper than 500 levels"},
		"YAML nested too deep":    {"paths: " + strings.Repeat("[", 600) + strings.Repeat("]", 600), "svc.json:1: it nests deeper than 500 levels"},
		"aliases that multiply":   {bomb(), "it holds more than 4194304 values once its aliases are followed"},
	} {
		t.Run(name, func(t *testing.T) {
			doc, _, err := openapi.Parse([]byte(c.data), "svc.json")
			assert.Nil(t, doc)
			require.ErrorContains(t, err, c.want)
			assert.ErrorContains(t, err, "svc.json")
		})
	}
	t.Run("no file", func(t *testing.T) {
		_, _, err := openapi.Open("nowhere.json")
		assert.ErrorIs(t, err, os.ErrNotExist)
	})
	t.Run("a directory", func(t *testing.T) {
		_, _, err := openapi.Open(t.TempDir())
		assert.ErrorContains(t, err, "is a directory")
	})
	t.Run("a file too large", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "large.json")
		file, err := os.Create(path)
		require.NoError(t, err)
		require.NoError(t, file.Truncate(openapi.MaxFile+1))
		require.NoError(t, file.Close())
		_, _, err = openapi.Open(path)
		assert.ErrorContains(t, err, "large.json is larger than 32 MiB")
	})
}

// bomb is YAML whose aliases stand for a billion values.
func bomb() string {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := range 9 {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i), 10), ", "))
	}
	return b.String() + "openapi: 3.0.0\npaths: {}\n"
}

func TestAWarningTellsPlaceLineAndHowOften(t *testing.T) {
	_, warnings := parse(t, `openapi: 3.0.0
paths:
  /a:
    get:
      colour: red
      responses: {200: {description: ""}}
  /b:
    get:
      colour: red
      responses: {200: {description: ""}}
`)
	require.Len(t, warnings, 1)
	assert.Equal(t, openapi.Warning{Place: "#/paths/~1a/get/colour", Line: 5, Message: `an operation has no field "colour"; it is not looked at`, More: 1, Others: []openapi.Warning{
		{Place: "#/paths/~1b/get/colour", Line: 9, Message: `an operation has no field "colour"; it is not looked at`},
	}}, warnings[0])
	assert.Equal(t, `line 5: #/paths/~1a/get/colour: an operation has no field "colour"; it is not looked at (and at 1 more place)`, warnings[0].String())
}

func TestWarningsAreBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("openapi: 3.0.0\npaths: {}\n")
	for i := range 2000 {
		fmt.Fprintf(&b, "stray%d: 1\n", i)
	}
	_, warnings := parse(t, b.String())
	require.Len(t, warnings, 501)
	assert.Equal(t, "1501 further warnings are not shown", warnings[500].Message)
}

func TestADocumentOfWebhooksAloneLoads(t *testing.T) {
	d, warnings, err := openapi.Parse([]byte(`{"openapi":"3.1.0","info":{"title":"Hooks","version":"1"},"webhooks":{"made":{"post":{}}}}`), "hooks.json")
	require.NoError(t, err)
	assert.Empty(t, d.Operations())
	assert.NotEmpty(t, warnings)
}
