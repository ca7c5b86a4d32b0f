package spec

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// answer is one response that is right.
type answer struct {
	operation Operation
	status    int
	query     url.Values
	body      any
}

func (a answer) String() string {
	return fmt.Sprintf("%s %d", a.operation.Name, a.status)
}

// rightAnswers are samples of every operation, status and form that the strict reading knows, made from the
// examples of the document and of its properties.
func rightAnswers(t *testing.T, doc, corrected *openapi3.T) []answer {
	t.Helper()
	operations, err := Operations()
	require.NoError(t, err)
	var answers []answer
	for _, o := range operations {
		for key, response := range corrected.Paths.Value(o.Path).GetOperation(o.Method).Responses.Map() {
			status, err := strconv.Atoi(key)
			require.NoError(t, err)
			if status >= 400 {
				for _, example := range examplesByName(response.Value.Content.Get(jsonMedia)) {
					answers = append(answers, answer{o, status, nil, tree(t, example)})
				}
				continue
			}
			queries := []url.Values{nil}
			if strings.HasSuffix(o.Name, ".list") && o.Name != "scope.list" && o.Name != "error.list" {
				queries = append(queries, url.Values{"id": {"656d1e2f8b3c2a001f7e4a20"}})
			}
			for _, query := range queries {
				schema := StrictResponse(doc, o, status, query)
				forms := slices.Concat(schema.OneOf, schema.AnyOf)
				if len(forms) == 0 {
					forms = openapi3.SchemaRefs{openapi3.NewSchemaRef("", schema)}
				}
				for _, form := range forms {
					answers = append(answers, answer{o, status, query, tree(t, sample(form.Value))})
				}
			}
		}
	}
	return answers
}

// sample makes a right value of a schema.
func sample(schema *openapi3.Schema) any {
	switch {
	case len(schema.Properties) > 0:
		object := map[string]any{}
		for name, property := range schema.Properties {
			object[name] = sample(property.Value)
		}
		return object
	case schema.Example != nil:
		return schema.Example
	case len(schema.Enum) > 0:
		return schema.Enum[0]
	case len(schema.OneOf) > 0:
		return sample(schema.OneOf[0].Value)
	case schema.AdditionalProperties.Schema != nil:
		return map[string]any{"company.openapi.com": sample(schema.AdditionalProperties.Schema.Value)}
	case schema.Type.Is(openapi3.TypeArray):
		return []any{sample(schema.Items.Value)}
	case schema.Format == "ip":
		return "192.0.2.1"
	case schema.Type.Is(openapi3.TypeString):
		return "text"
	case schema.Type.Is(openapi3.TypeInteger), schema.Type.Is(openapi3.TypeNumber):
		return 1
	default:
		return nil
	}
}

// wrong is one way to falsify a body.
type wrong struct {
	how  string
	body any
}

// wrongs falsifies a value in every place, one place at a time, without regard to what may stand there.
func wrongs(path string, value any) []wrong {
	var found []wrong
	add := func(how string, body any) { found = append(found, wrong{path + " " + how, body}) }
	switch v := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			for _, inner := range wrongs(path+"."+name, v[name]) {
				found = append(found, wrong{inner.how, with(v, name, inner.body)})
			}
			without := with(v, name, nil)
			delete(without, name)
			add("without "+name, without)
			add("with "+name+" renamed", with(without, name+"X", v[name]))
			if v[name] != nil {
				add("with "+name+" null", with(v, name, nil))
			}
		}
		add("with a member more", with(v, "secret", "s"))
		add("as a list", []any{v})
		add("as a text", "text")
	case []any:
		for i := range v {
			for _, inner := range wrongs(fmt.Sprintf("%s[%d]", path, i), v[i]) {
				changed := slices.Clone(v)
				changed[i] = inner.body
				found = append(found, wrong{inner.how, changed})
			}
		}
		add("as an object", map[string]any{"0": v})
		add("with a null in it", append(slices.Clone(v), nil))
		add("with an object in it", append(slices.Clone(v), map[string]any{"x": 1}))
	case string:
		add("as a number", json.Number("12"))
		add("as a list", []any{v})
		add("as true", true)
		if _, err := Timestamp(v); err == nil {
			add("on 31 February", v[:5]+"02-31"+v[10:])
			add("without an offset", v[:19])
			add("as UNIX seconds in a text", "1770885000")
		}
		if len(strings.TrimPrefix(v, "txn_")) >= 23 && !strings.ContainsAny(v, " :.") {
			add("in upper case", strings.ToUpper(v))
			add("cut", v[:10])
		}
		if n, err := strconv.Atoi(v); err == nil && n >= 0 {
			add("as no number", "many")
		}
	case json.Number:
		add("as a text", v.String())
		add("as true", true)
		add("as a list", []any{v})
		if strings.Contains(path, "Requests") || strings.Contains(path, "total") {
			add("negative", json.Number("-1"))
			add("as a fraction", json.Number("1.5"))
		}
	case bool:
		add("as a text", strconv.FormatBool(v))
		add("as a number", json.Number("1"))
	case nil:
		add("as a text", "null")
		add("as an object", map[string]any{})
	}
	return found
}

func with(object map[string]any, name string, value any) map[string]any {
	changed := maps.Clone(object)
	changed[name] = value
	return changed
}

// falsified is every wrong answer made of a right one: its body in each place, its code, message and status.
func falsified(t *testing.T, right answer, known func(status int) bool) []answer {
	t.Helper()
	var answers []answer
	add := func(how string, status int, body any) {
		o := right.operation
		o.Name += ": " + how // for the list of survivors
		answers = append(answers, answer{o, status, right.query, body})
	}
	for _, w := range wrongs("$", right.body) {
		add(w.how, right.status, w.body)
	}
	object := right.body.(map[string]any)
	if right.status >= 400 {
		for _, code := range []string{"0", "999", "-1", "140.5"} {
			add("code "+code, right.status, with(object, "error", json.Number(code)))
		}
		for _, message := range []string{"", "Error", strings.ToUpper(object["message"].(string))} {
			add("message "+message, right.status, with(object, "message", message))
		}
		add("success", right.status, with(object, "success", true))
		add("data", right.status, with(object, "data", map[string]any{"token": "x"}))
		add("sent with 200", 200, object)
	} else if object["success"] != nil {
		add("no success", right.status, with(object, "success", false))
		add("an error in success", right.status, with(object, "error", json.Number("70")))
		add("a message in success", right.status, with(object, "message", "all is well"))
	}
	add("nothing", right.status, map[string]any{})
	add("an empty list", right.status, []any{})
	add("null", right.status, nil)
	for _, status := range []int{201, 202, 403, 418, 503} {
		require.False(t, known(status))
		add("sent with "+strconv.Itoa(status), status, right.body)
	}
	return answers
}

// stillRight are the falsifications that make another right answer: members that may be absent or null, names in
// maps, and data that is the caller's own.
var stillRight = regexp.MustCompile(`limits without |` +
	`with (completedAt|domain|custom) null|` +
	`\$\.data\.(data|custom)\b|` +
	`\.data\.headers with(out)? |` +
	`\.(prices|requirements) with(out)? .*(renamed|[a-z]) |` +
	`freeLimits\.\w+ as a number|` +
	`stats\.apis?: \S+ with(out)? company\.openapi\.com `)

func TestTheStrictReadingSeesWhatThePublishedOneCannot(t *testing.T) {
	strict, err := Strict()
	require.NoError(t, err)
	corrected, err := Corrected()
	require.NoError(t, err)
	published, err := Published()
	require.NoError(t, err)

	rights := rightAnswers(t, strict, corrected)
	require.Greater(t, len(rights), 170)
	var all, rejected, accepted int
	var survivors []string
	for _, right := range rights {
		require.Empty(t, Check(strict, StrictResponse(strict, right.operation, right.status, right.query), right.body), right.String())
		known := func(status int) bool { return StrictResponse(strict, right.operation, status, nil) != nil }
		for _, w := range falsified(t, right, known) {
			all++
			if schema := StrictResponse(strict, w.operation, w.status, w.query); schema == nil || len(Check(strict, schema, w.body)) > 0 {
				rejected++
			} else {
				survivors = append(survivors, w.String())
			}
			if schema := PublishedResponse(published, w.operation, w.status, w.query); schema == nil || len(Check(published, schema, w.body)) == 0 {
				accepted++
			}
		}
	}
	share := func(n int) float64 { return float64(n) / float64(all) }
	t.Logf("of %d wrong answers the strict reading rejects %d (%.1f %%), the published one accepts %d (%.1f %%)",
		all, rejected, 100*share(rejected), accepted, 100*share(accepted))
	for _, survivor := range survivors {
		assert.Regexp(t, stillRight, survivor, "neither seen by the strict reading nor right")
	}
	assert.GreaterOrEqual(t, share(rejected), 0.95)
	assert.GreaterOrEqual(t, share(accepted), 0.6)
}
