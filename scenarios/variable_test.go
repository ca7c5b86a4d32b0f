package scenarios_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/scenarios"
	"oauthmock/spec"
)

func TestVariablesKeepTheirTypeWhenTheyStandAlone(t *testing.T) {
	values := map[string]any{"n": json.Number("3.10"), "t": "text", "l": []any{"a"}, "o": map[string]any{"x": json.Number("1")}, "none": nil}
	lookup := func(name string) (any, error) {
		value, ok := values[name]
		if !ok {
			return nil, errors.New("no " + name)
		}
		return value, nil
	}
	tests := map[string]struct{ in, want any }{
		"a number alone":         {"${n}", json.Number("3.10")},
		"a number in a text":     {"n=${n}", "n=3.10"},
		"a list alone":           {"${l}", []any{"a"}},
		"an object in a text":    {"<${o}>", `<{"x":1}>`},
		"null alone":             {"${none}", nil},
		"inside lists":           {[]any{"${t}", json.Number("1")}, []any{"text", json.Number("1")}},
		"inside objects":         {map[string]any{"${t}": "${n}"}, map[string]any{"text": json.Number("3.10")}},
		"a literal":              {"$${n}", "${n}"},
		"a literal beside":       {"$${n}${t}", "${n}text"},
		"no variable at all":     {"$n {n}", "$n {n}"},
		"what is not text stays": {true, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := scenarios.Expand(test.in, lookup)
			require.NoError(t, err)
			assert.Equal(t, test.want, got)
		})
	}
	_, err := scenarios.Expand([]any{"x ${unknown}"}, lookup)
	require.EqualError(t, err, "no unknown")
	assert.Equal(t, []string{"k", "a", "b.c"}, scenarios.Variables(map[string]any{"${k}": []any{"${a} $${x} ${b.c} ${a}"}}))
}

func TestDotsReachIntoValues(t *testing.T) {
	value := map[string]any{"list": []any{"zero", map[string]any{"id": "x"}}}
	got, ok := scenarios.Reach(value, []string{"list", "1", "id"})
	assert.True(t, ok)
	assert.Equal(t, "x", got)
	for _, path := range [][]string{{"none"}, {"list", "2"}, {"list", "-1"}, {"list", "x"}, {"list", "0", "id"}} {
		_, ok := scenarios.Reach(value, path)
		assert.False(t, ok, path)
	}
}

func TestACallBelongsToAnOperation(t *testing.T) {
	operations, err := spec.V2().Operations()
	require.NoError(t, err)
	tests := map[string]string{
		"token.create":              "token.create",
		"POST /tokens":              "token.create",
		"PATCH /tokens/":            "token.update",
		"DELETE /tokens/":           "token.delete",
		"GET /tokens/${t}":          "token.get",
		"GET /wallet/transactions":  "wallet.transactions",
		"GET /w%61llet":             "wallet.get",
		"GET /stats/apis/a.b.c":     "stats.api",
		"GET /stats/apis":           "stats.apis",
		"PUT /tokens":               "",
		"GET /tokens/x/y":           "",
		"GET ${path}":               "",
		"GET /":                     "",
		"GET /wallet/":              "",
		"GET /callbacks/a%2Fb":      "callback.get",
		"GET /subscriptions/%zz":    "subscription.get",
		"PATCH /tokens/${a}/${b.c}": "",
	}
	for text, want := range tests {
		call, ok := scenarios.ResolveCall(operations, text)
		require.True(t, ok, text)
		name := ""
		if call.Operation != nil {
			name = call.Operation.Name
		}
		assert.Equal(t, want, name, text)
	}
	for _, text := range []string{"", "token.made", "get /tokens", "GET tokens", "GET /tokens?limit=1", "GET  /tokens", "GET"} {
		_, ok := scenarios.ResolveCall(operations, text)
		assert.False(t, ok, text)
	}
}

func TestAScenarioSaysWhyItNeedsControl(t *testing.T) {
	list, err := load(t, head+"    needs: [control]\n    given: {fixture: demo, credit: 1, clock: {now: 2026-01-01T00:00:00Z}, rateLimit: {limit: 1, window: 1m}, accounts: {a: {}}}\n"+
		steps+"      - name: wait\n        control: {advance: 1h}\n")
	require.NoError(t, err)
	assert.Len(t, list[0].ControlReasons(), 7)
	list, err = load(t, head+"    given: {environment: sandbox, items: {callback.list: 1}}\n"+steps)
	require.NoError(t, err)
	assert.Empty(t, list[0].ControlReasons())
}

func TestATextHasForms(t *testing.T) {
	tests := map[string]struct {
		value any
		form  string
		want  any
	}{
		"a key without its end":      {"0aB9", "shorter", "0aB"},
		"one letter":                 {"à", "shorter", ""},
		"a key in the other case":    {"0aB9", "othercase", "0Ab9"},
		"digits have no other case":  {"0123", "othercase", nil},
		"nothing has no end":         {"", "shorter", nil},
		"a number is not text":       {7, "shorter", nil},
		"a URL by TLS":               {"http://a.example:9/cb?x=1", "otherscheme", "https://a.example:9/cb?x=1"},
		"a URL without TLS":          {"https://a.example", "otherscheme", "http://a.example"},
		"a scheme of its own":        {"app://a.example", "otherscheme", nil},
		"the host of a URL":          {"http://a.example:9/cb?x=1", "host", "a.example:9"},
		"the path of a URL":          {"http://a.example:9/cb?x=1", "path", "/cb?x=1"},
		"a URL without a path":       {"http://a.example?x=1", "path", "?x=1"},
		"the host of a bare host":    {"http://a.example", "host", "a.example"},
		"what is no URL has no host": {"a.example", "host", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, ok := scenarios.Formed(test.value, test.form)
			assert.Equal(t, test.want != nil, ok)
			if ok {
				assert.Equal(t, test.want, got)
			}
		})
	}
}
