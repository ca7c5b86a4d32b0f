package openapi_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"oauthmock/mockserver/openapi"
)

// oracle is a validator that is not ours, of the schema that answering puts into a document of OAS
// 3.1.
func oracle(t require.TestingT, text, schema string) *jsonschema.Schema {
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	require.NoError(t, c.AddResource("file:///service.json", doc))
	s, err := c.Compile("file:///service.json#" + schema)
	require.NoError(t, err)
	return s
}

// inDocument is a document, as JSON, whose one operation answers by the schema.
func inDocument(schema string) string {
	return `{"openapi":"3.1.0","paths":{"/a":{"get":{"responses":{"200":{"description":"","content":{"application/json":{"schema":` + schema + `}}}}}}},` +
		`"components":{"schemas":{
			"Tree":{"type":"object","required":["name","kids"],"properties":{"name":{"type":"string"},"kids":{"type":"array","items":{"$ref":"#/components/schemas/Tree"}}}},
			"Chain":{"type":"object","required":["n"],"properties":{"n":{"type":"integer"},"next":{"$ref":"#/components/schemas/Chain"},"other":{"anyOf":[{"$ref":"#/components/schemas/Chain"},{"type":"null"}]}}},
			"Cat":{"allOf":[{"$ref":"#/components/schemas/Pet"},{"type":"object","required":["lives"],"properties":{"lives":{"type":"integer","minimum":1,"maximum":9}}}]},
			"Dog":{"allOf":[{"$ref":"#/components/schemas/Pet"},{"type":"object","required":["trick"],"properties":{"trick":{"type":"string"}}}]},
			"Pet":{"type":"object","required":["kind"],"properties":{"kind":{"type":"string"}},"discriminator":{"propertyName":"kind","mapping":{"cat":"#/components/schemas/Cat","dog":"#/components/schemas/Dog"}}}}}}`
}

const schemaPointer = "/paths/~1a/get/responses/200/content/application~1json/schema"

func TestABodyMadeBySchemaFitsItsSchema(t *testing.T) {
	for name, schema := range map[string]string{
		"anything":                       `{}`,
		"true":                           `true`,
		"a boolean":                      `{"type":"boolean"}`,
		"null":                           `{"type":"null"}`,
		"one of two types":               `{"type":["string","null"]}`,
		"an enum":                        `{"enum":[null,1,"x",{"a":[1]}]}`,
		"a constant":                     `{"const":{"a":1}}`,
		"an integer between":             `{"type":"integer","minimum":-5,"maximum":-3}`,
		"an integer above":               `{"type":"integer","exclusiveMinimum":41.5,"exclusiveMaximum":43}`,
		"an integer of 32 bits":          `{"type":"integer","format":"int32","minimum":2147483646}`,
		"a large integer":                `{"type":"integer","minimum":4503599627370496}`,
		"a multiple":                     `{"type":"integer","multipleOf":7,"minimum":50}`,
		"a multiple beyond the usual":    `{"type":"integer","multipleOf":100000}`,
		"a cent":                         `{"type":"number","multipleOf":0.01,"minimum":0,"maximum":0.05}`,
		"a narrow number":                `{"type":"number","exclusiveMinimum":0,"exclusiveMaximum":0.000001}`,
		"a negative number":              `{"type":"number","maximum":-0.5}`,
		"a long text":                    `{"type":"string","minLength":300,"maxLength":301}`,
		"a short text":                   `{"type":"string","maxLength":2}`,
		"an empty text":                  `{"type":"string","maxLength":0}`,
		"a date":                         `{"type":"string","format":"date"}`,
		"a time":                         `{"type":"string","format":"date-time"}`,
		"a time of the day":              `{"type":"string","format":"time"}`,
		"a duration":                     `{"type":"string","format":"duration"}`,
		"an e-mail address":              `{"type":"string","format":"email"}`,
		"a host":                         `{"type":"string","format":"hostname"}`,
		"an IPv4 address":                `{"type":"string","format":"ipv4"}`,
		"an IPv6 address":                `{"type":"string","format":"ipv6"}`,
		"a URI":                          `{"type":"string","format":"uri"}`,
		"a URI reference":                `{"type":"string","format":"uri-reference"}`,
		"a UUID":                         `{"type":"string","format":"uuid"}`,
		"a pointer":                      `{"type":"string","format":"json-pointer"}`,
		"a regular expression":           `{"type":"string","format":"regex"}`,
		"an e-mail address, not long":    `{"type":"string","format":"email","maxLength":40}`,
		"a pattern":                      `{"type":"string","pattern":"^[A-Z]{6}[0-9]{2}[A-Z][0-9]{2}[A-Z][0-9]{3}[A-Z]$"}`,
		"a pattern with choices":         `{"type":"string","pattern":"^(foo|ba[rz])-(\\d{2,4}|x+)?$"}`,
		"a pattern and a length":         `{"type":"string","pattern":"^[a-z]+$","minLength":20,"maxLength":22}`,
		"a pattern that is open":         `{"type":"string","pattern":"[0-9]$","minLength":5}`,
		"a pattern of ECMAScript":        `{"type":"string","pattern":"^[\\w-.]{3}\\/[^\\s]$"}`,
		"a time with a pattern":          `{"type":"string","format":"date-time","pattern":"\\.[0-9]{3}Z$"}`,
		"an array":                       `{"type":"array","items":{"type":"integer"},"minItems":4,"maxItems":5}`,
		"an array without items":         `{"type":"array","minItems":2}`,
		"a set":                          `{"type":"array","items":{"enum":["a","b","c"]},"minItems":3,"uniqueItems":true}`,
		"a set of booleans":              `{"type":"array","items":{"type":"boolean"},"uniqueItems":true}`,
		"a tuple":                        `{"type":"array","prefixItems":[{"type":"integer"},{"type":"string"}],"items":false}`,
		"an array that contains":         `{"type":"array","items":{"type":"integer"},"contains":{"minimum":5000}}`,
		"an empty array":                 `{"type":"array","items":false}`,
		"an object":                      `{"type":"object","required":["a","z"],"properties":{"a":{"type":"string"},"b":{"type":"integer"}}}`,
		"a closed object":                `{"type":"object","required":["a"],"properties":{"a":{"type":"string"}},"additionalProperties":false}`,
		"a map":                          `{"type":"object","additionalProperties":{"type":"integer"},"minProperties":3}`,
		"a map with names":               `{"type":"object","additionalProperties":{"type":"integer"},"propertyNames":{"pattern":"^[a-f]{3}$"},"minProperties":2}`,
		"a map with patterns":            `{"type":"object","patternProperties":{"^x_[a-z]+$":{"type":"integer"}},"additionalProperties":false,"minProperties":1}`,
		"an object with few members":     `{"type":"object","required":["c"],"properties":{"a":{},"b":{},"c":{"type":"null"}},"maxProperties":2}`,
		"members that need each other":   `{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"dependentRequired":{"a":["b","c"]}}`,
		"all of two":                     `{"allOf":[{"type":"object","required":["a"],"properties":{"a":{"type":"string","minLength":3}}},{"properties":{"a":{"type":"string","maxLength":4},"b":{"type":"integer"}},"required":["b"]}]}`,
		"all of two closed":              `{"allOf":[{"properties":{"a":{"type":"string"},"b":{"type":"string"}},"additionalProperties":false},{"type":"object","properties":{"a":{"type":"string"},"c":{"type":"string"}}}]}`,
		"one of two":                     `{"oneOf":[{"type":"object","required":["a"],"properties":{"a":{"type":"string"}}},{"type":"object","required":["b"],"properties":{"b":{"type":"string"}}}]}`,
		"one of two numbers":             `{"type":"integer","minimum":1,"maximum":30,"oneOf":[{"multipleOf":3},{"multipleOf":5}]}`,
		"any of":                         `{"properties":{"x":{"anyOf":[{"type":"string","format":"uuid"},{"type":"null"}]}},"required":["x"],"type":"object"}`,
		"any of, and one of":             `{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"integer"}},"anyOf":[{"required":["a"]},{"required":["b"]}],"oneOf":[{"required":["c"]},{"required":["d"]}]}`,
		"not":                            `{"type":"string","not":{"pattern":"^(prova|esempio)"}}`,
		"an object without a member":     `{"type":"object","properties":{"a":{"type":"string"}},"not":{"required":["a"]}}`,
		"if and then":                    `{"type":"object","required":["kind"],"properties":{"kind":{"enum":["a","b"]},"n":{"type":"integer"}},"if":{"properties":{"kind":{"const":"a"}}},"then":{"required":["n"]},"else":{"required":["m"]}}`,
		"a reference":                    `{"$ref":"#/components/schemas/Tree"}`,
		"a recursive list":               `{"type":"array","minItems":3,"items":{"$ref":"#/components/schemas/Tree"}}`,
		"a recursive chain":              `{"$ref":"#/components/schemas/Chain"}`,
		"a reference with more beside":   `{"$ref":"#/components/schemas/Chain","required":["m"],"properties":{"m":{"type":"boolean"}}}`,
		"a subtype":                      `{"$ref":"#/components/schemas/Cat"}`,
		"one of the subtypes":            `{"oneOf":[{"$ref":"#/components/schemas/Cat"},{"$ref":"#/components/schemas/Dog"}],"discriminator":{"propertyName":"kind","mapping":{"cat":"#/components/schemas/Cat","dog":"#/components/schemas/Dog"}}}`,
		"examples that do and do not":    `{"type":"object","required":["a","b"],"properties":{"a":{"type":"integer","examples":["x",7]},"b":{"type":"string","minLength":4,"example":"abc"}}}`,
		"very much required, very deep":  deep(30),
		"many members, each with many":   wide(3, 5),
		"more items than one would like": `{"type":"array","minItems":500,"items":{"type":"integer"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			text := inDocument(schema)
			doc, warnings, err := openapi.Parse([]byte(text), "service.json")
			require.NoError(t, err)
			for _, w := range warnings {
				assert.NotContains(t, w.Message, "no body could be made")
			}
			checker := oracle(t, text, schemaPointer)
			for seed := range uint64(20) {
				assertFits(t, checker, answered(doc.Operations()[0], seed).Body)
			}
		})
	}
}

func assertFits(t assert.TestingT, checker *jsonschema.Schema, body []byte) {
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(string(body)))
	if assert.NoError(t, err) {
		assert.NoError(t, checker.Validate(v), string(body))
	}
}

// deep is objects in objects, each required.
func deep(n int) string {
	if n == 0 {
		return `{"type":"integer"}`
	}
	return `{"type":"object","required":["a"],"properties":{"a":` + deep(n-1) + `}}`
}

// wide is objects of many optional objects.
func wide(depth, members int) string {
	if depth == 0 {
		return `{"type":"string"}`
	}
	var inner []string
	for i := range members {
		inner = append(inner, fmt.Sprintf(`"m%d":%s`, i, wide(depth-1, members)))
	}
	return `{"type":"object","properties":{` + strings.Join(inner, ",") + `}}`
}

func TestABodyStaysSmallHoweverMuchASchemaOffers(t *testing.T) {
	doc, _, err := openapi.Parse([]byte(inDocument(wide(4, 10))), "service.json")
	require.NoError(t, err)
	assert.Less(t, len(answered(doc.Operations()[0], 1).Body), 64<<10)
	doc, _, err = openapi.Parse([]byte(inDocument(`{"type":"array","minItems":1e9,"items":{"type":"string","minLength":1e9}}`)), "service.json")
	require.NoError(t, err)
	assert.LessOrEqual(t, len(answered(doc.Operations()[0], 1).Body), 1<<20)
}

func TestOptionalMembersAreMadeToo(t *testing.T) {
	op := only(t, inDocument(`{"type":"object","properties":{"a":{"type":"object","properties":{"b":{"type":"string"}}},"secret":{"type":"string","writeOnly":true}}}`))
	var body struct {
		A      struct{ B string }
		Secret *string
	}
	require.NoError(t, json.Unmarshal(answered(op, 1).Body, &body))
	assert.NotEmpty(t, body.A.B)
	assert.Nil(t, body.Secret, "what is write-only is not sent")
}

func TestNamesSuggestWhatIsMade(t *testing.T) {
	op := only(t, inDocument(`{"type":"object","properties":{"email":{"type":"string"},"partitaIva":{"type":"string","pattern":"^[0-9]{11}$"},"citta":{"type":"string"},"cap":{"type":"string","maxLength":5}}}`))
	var body map[string]string
	require.NoError(t, json.Unmarshal(answered(op, 3).Body, &body))
	assert.Contains(t, body["email"], "@example.com")
	assert.Regexp(t, "^[0-9]{11}$", body["partitaIva"])
	assert.Regexp(t, "^[A-Z][a-z]+$", body["citta"])
	assert.Regexp(t, "^[0-9]{5}$", body["cap"])
}

func TestBodiesOfOAS30FitWhatAnotherValidatorReads(t *testing.T) {
	text := `{"openapi":"3.0.3","info":{"title":"x","version":"1"},"paths":{"/a":{"get":{"responses":{"200":{"description":"","content":{"application/json":{"schema":
		{"type":"object","required":["a","b","c","d"],"properties":{
			"a":{"type":"integer","minimum":3,"exclusiveMinimum":true,"maximum":5,"exclusiveMaximum":true},
			"b":{"type":"string","nullable":true,"enum":["x",null]},
			"c":{"type":"string","format":"byte"},
			"d":{"nullable":true,"allOf":[{"$ref":"#/components/schemas/D"}]},
			"e":{"type":"string","writeOnly":true}}}}}}}}}},
		"components":{"schemas":{"D":{"type":"object","required":["kind"],"properties":{"kind":{"type":"string","enum":["D"]}}}}}}`
	doc, warnings, err := openapi.Parse([]byte(text), "service.json")
	require.NoError(t, err)
	assert.Empty(t, warnings)
	other, err := openapi3.NewLoader().LoadFromData([]byte(text))
	require.NoError(t, err)
	schema := other.Paths.Value("/a").Get.Responses.Value("200").Value.Content["application/json"].Schema.Value
	for seed := range uint64(100) {
		var v any
		body := answered(doc.Operations()[0], seed).Body
		require.NoError(t, json.Unmarshal(body, &v))
		assert.NoError(t, schema.VisitJSON(v, openapi3.VisitAsResponse()), string(body))
	}
}

// drawn draws a schema that some value fits.
func drawn(t *rapid.T, depth int) map[string]any {
	kinds := []string{"string", "pattern", "format", "integer", "number", "boolean", "enum"}
	if depth > 0 {
		kinds = append(kinds, "array", "object", "object", "oneOf", "anyOf", "allOf", "tree", "null")
	}
	switch kind := rapid.SampledFrom(kinds).Draw(t, "kind"); kind {
	case "string":
		low := rapid.IntRange(0, 30).Draw(t, "low")
		return map[string]any{"type": "string", "minLength": low, "maxLength": low + rapid.IntRange(0, 10).Draw(t, "room")}
	case "pattern":
		return map[string]any{"type": "string", "pattern": rapid.SampledFrom([]string{`^\d{4}-[A-F]+$`, `^(a|bc)*d$`, `[xyz]{3}`, `^[^a-z]{2,5}$`, `^\w+@\w+\.it$`}).Draw(t, "pattern")}
	case "format":
		return map[string]any{"type": "string", "format": rapid.SampledFrom([]string{"date", "date-time", "uuid", "email", "uri", "ipv4", "ipv6"}).Draw(t, "format")}
	case "integer":
		low := rapid.IntRange(-5000, 5000).Draw(t, "low")
		step := rapid.IntRange(1, 50).Draw(t, "step")
		return map[string]any{"type": "integer", "minimum": low, "exclusiveMaximum": low + step + 1 + rapid.IntRange(0, 100).Draw(t, "room"), "multipleOf": step}
	case "number":
		low := rapid.Float64Range(-1e6, 1e6).Draw(t, "low")
		return map[string]any{"type": "number", "exclusiveMinimum": low, "maximum": low + rapid.Float64Range(0.001, 100).Draw(t, "room")}
	case "boolean":
		return map[string]any{"type": "boolean"}
	case "enum":
		return map[string]any{"enum": []any{"a", 1, true, nil}[rapid.IntRange(0, 3).Draw(t, "from"):]}
	case "array":
		low := rapid.IntRange(0, 4).Draw(t, "low")
		return map[string]any{"type": "array", "items": drawn(t, depth-1), "minItems": low, "maxItems": low + rapid.IntRange(0, 3).Draw(t, "room")}
	case "oneOf":
		return map[string]any{"oneOf": []any{tagged(t, "a", depth-1), tagged(t, "b", depth-1), tagged(t, "c", depth-1)}}
	case "anyOf":
		return map[string]any{"anyOf": []any{drawn(t, depth-1), drawn(t, depth-1)}}
	case "allOf":
		return map[string]any{"allOf": []any{drawnObject(t, "a", depth-1), drawnObject(t, "b", depth-1)}}
	case "tree":
		return map[string]any{"$ref": "#/components/schemas/" + rapid.SampledFrom([]string{"Tree", "Chain", "Cat"}).Draw(t, "tree")}
	case "null":
		return map[string]any{"type": []string{"string", "null"}}
	}
	object := drawnObject(t, "o", depth-1)
	object["additionalProperties"] = rapid.Bool().Draw(t, "open")
	return object
}

func drawnObject(t *rapid.T, prefix string, depth int) map[string]any {
	properties := map[string]any{}
	required := []string{}
	for i := range rapid.IntRange(0, 4).Draw(t, "members") {
		name := fmt.Sprintf("%s%d", prefix, i)
		properties[name] = drawn(t, depth)
		if rapid.Bool().Draw(t, "required") {
			required = append(required, name)
		}
	}
	return map[string]any{"type": "object", "properties": properties, "required": required}
}

func tagged(t *rapid.T, tag string, depth int) map[string]any {
	object := drawnObject(t, tag, depth)
	object["properties"].(map[string]any)["tag"] = map[string]any{"const": tag}
	object["required"] = append(object["required"].([]string), "tag")
	return object
}

func TestABodyMadeByAnySchemaFitsIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		schema, err := json.Marshal(drawn(t, 3))
		require.NoError(t, err)
		text := inDocument(string(schema))
		doc, _, err := openapi.Parse([]byte(text), "service.json")
		require.NoError(t, err)
		checker := oracle(t, text, schemaPointer)
		for seed := range uint64(5) {
			assertFits(t, checker, answered(doc.Operations()[0], seed).Body)
		}
	})
}
