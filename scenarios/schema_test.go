package scenarios_test

import (
	"encoding/json"
	"io/fs"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"oauthmock/scenarios"
)

// schemaOf decodes the published schema.
func schemaOf(t *testing.T) map[string]any {
	t.Helper()
	var schema map[string]any
	require.NoError(t, json.Unmarshal([]byte(scenarios.Schema()), &schema))
	return schema
}

// object finds the part of a definition that lists properties, which for some stands beside short
// forms.
func object(t *testing.T, schema map[string]any) map[string]any {
	t.Helper()
	if schema["properties"] != nil {
		return schema
	}
	forms, _ := schema["anyOf"].([]any)
	for _, form := range forms {
		if form, ok := form.(map[string]any); ok && form["properties"] != nil {
			return form
		}
	}
	require.Fail(t, "no properties", "%v", schema)
	return nil
}

func TestTheSchemaHasTheMembersOfTheModel(t *testing.T) {
	schema := schemaOf(t)
	defs, _ := schema["$defs"].(map[string]any)
	types := map[string]any{
		"scenario": scenarios.Scenario{}, "given": scenarios.Given{}, "clock": scenarios.GivenClock{}, "rateLimit": scenarios.GivenRateLimit{}, "answers": scenarios.GivenAnswers{},
		"givenToken": scenarios.GivenToken{}, "step": scenarios.Step{}, "auth": scenarios.Auth{}, "credentials": scenarios.Credentials{},
		"client": scenarios.Client{}, "follow": scenarios.Follow{}, "authorize": scenarios.Authorize{}, "givenClient": scenarios.GivenClient{}, "givenUser": scenarios.GivenUser{}, "receiver": scenarios.GivenReceiver{}, "redirection": scenarios.Redirection{}, "page": scenarios.Page{},
		"expect": scenarios.Expect{}, "outcome": scenarios.Outcome{}, "walk": scenarios.Walk{}, "control": scenarios.Control{},
		"credit": scenarios.Credit{}, "controlFaults": scenarios.ControlFaults{}, "comparison": scenarios.Comparison{}, "matcher": scenarios.Matcher{},
	}
	check := func(name string, schema map[string]any, model any) {
		properties, _ := object(t, schema)["properties"].(map[string]any)
		var want []string
		for field := range reflect.TypeOf(model).Fields() {
			if tag, _, _ := strings.Cut(field.Tag.Get("yaml"), ","); tag != "" && tag != "-" {
				want = append(want, tag)
			}
		}
		assert.ElementsMatch(t, want, slices.Collect(maps.Keys(properties)), name)
		assert.Equal(t, false, object(t, schema)["additionalProperties"], name)
	}
	check("file", schema, scenarios.File{})
	for name, model := range types {
		definition, ok := defs[name].(map[string]any)
		require.True(t, ok, "$defs/%s", name)
		check(name, definition, model)
	}
	for name := range defs {
		_, isModel := types[name]
		assert.True(t, isModel || name == "status" || name == "level", "$defs/%s belongs to nothing", name)
	}
}

// TestTheSchemaKnowsEveryKeyInUse walks the embedded files along the schema, as an editor would.
func TestTheSchemaKnowsEveryKeyInUse(t *testing.T) {
	schema := schemaOf(t)
	defs, _ := schema["$defs"].(map[string]any)
	keys := 0
	var walk func(place string, schema map[string]any, value any)
	walk = func(place string, schema map[string]any, value any) {
		if ref, ok := schema["$ref"].(string); ok {
			schema, _ = defs[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any)
		}
		forms, _ := schema["anyOf"].([]any)
		for _, form := range forms {
			if form, ok := form.(map[string]any); ok && (form["properties"] != nil || form["$ref"] != nil || form["items"] != nil) {
				walk(place, form, value)
			}
		}
		switch v := value.(type) {
		case map[string]any:
			properties, fixed := schema["properties"].(map[string]any)
			others, _ := schema["additionalProperties"].(map[string]any)
			for key, one := range v {
				inner, known := properties[key].(map[string]any)
				if fixed {
					assert.True(t, known, "%s: key %q is not in the schema", place, key)
					keys++
				} else {
					inner = others
				}
				walk(place+"."+key, inner, one)
			}
			required, _ := schema["required"].([]any)
			for _, key := range required {
				assert.Contains(t, v, key, place)
			}
		case []any:
			items, _ := schema["items"].(map[string]any)
			for _, one := range v {
				walk(place+"[]", items, one)
			}
		}
	}
	require.NoError(t, fs.WalkDir(scenarios.Embedded(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(scenarios.Embedded(), name)
		if err != nil {
			return err
		}
		var file map[string]any
		if err := yaml.Unmarshal(text, &file); err != nil {
			return err
		}
		walk(name, schema, file)
		return nil
	}))
	assert.Greater(t, keys, 20)
}
