package check_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance/check"
	"oauthmock/scenarios"
	"oauthmock/spec/readertest"
)

// matcher reads a matcher as a scenario file writes it.
func matcher(t *testing.T, text string) scenarios.Matcher {
	t.Helper()
	file := `version: "1.0"
scenarios:
  - id: v2/a/b
    title: a
    level: MUST
    requirement: a
    source: a
    steps:
      - {name: a, call: wallet.get, expect: {status: 200, data: {$: ` + text + `}}}
`
	list, err := scenarios.Load(fstest.MapFS{"a.yaml": {Data: []byte(file)}})
	require.NoError(t, err, text)
	return list[0].Steps[0].Expect.Data["$"]
}

func value(t *testing.T, text string) any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var v any
	require.NoError(t, decoder.Decode(&v), text)
	return v
}

func TestAMatcherAcceptsAndRefuses(t *testing.T) {
	tests := []struct {
		matcher  string
		accepts  []string
		declines []string
	}{
		{`1`, []string{`1`, `1.0`, `1e0`, `10e-1`}, []string{`"1"`, `2`, `1.0000001`, `null`, `true`, `[1]`}},
		{`130`, []string{`130`}, []string{`"130"`, `140`}},
		{`"1"`, []string{`"1"`}, []string{`1`}},
		{`null`, []string{`null`}, []string{`0`, `""`, `false`, `{}`}},
		{`true`, []string{`true`}, []string{`false`, `"true"`, `1`}},
		{`[a, 1]`, []string{`["a",1.0]`}, []string{`["a"]`, `[1,"a"]`, `"a"`}},
		{`{equals: {a: 1}}`, []string{`{"a":1}`}, []string{`{"a":1,"b":2}`, `{}`, `{"b":1}`}},
		{`{equals: 0.3}`, []string{`0.3`, `0.30`}, []string{`0.30000000000000004`}},
		{`{not: null}`, []string{`1`, `""`}, []string{`null`}},
		{`{oneOf: [month, year]}`, []string{`"year"`}, []string{`"monthly"`}},
		{`{matches: "[a-z]+"}`, []string{`"abc"`}, []string{`"abc1"`, `"1abc"`, `5`}},
		{`{type: string}`, []string{`""`}, []string{`1`, `null`}},
		{`{type: integer}`, []string{`1`, `1.0`, `-3`}, []string{`1.5`, `"1"`}},
		{`{type: number}`, []string{`1`, `1.5`}, []string{`"1"`}},
		{`{type: "null"}`, []string{`null`}, []string{`false`}},
		{`{type: array}`, []string{`[]`}, []string{`{}`}},
		{`{type: object}`, []string{`{}`}, []string{`[]`, `null`}},
		{`{type: boolean}`, []string{`false`}, []string{`0`}},
		{`{format: id}`, []string{`"656d1e2f8b3c2a001f7e4a12"`}, []string{`"656D1E2F8B3C2A001F7E4A12"`, `"656d"`, `656`}},
		{`{format: transaction-id}`, []string{`"txn_65a1b2c3d4e5f6789abc001"`}, []string{`"65a1b2c3d4e5f6789abc001"`}},
		{`{format: timestamp}`, []string{`"2026-02-12T08:30:00+00:00"`, `"2026-02-12T08:30:00Z"`}, []string{`"2026-02-30T08:30:00Z"`, `"2026-02-12T08:30:00"`, `"2026-02-12"`}},
		{`{format: scope}`, []string{`"GET:a.b/c"`, `"*:*/*"`}, []string{`"a.b/c"`, `"get:a/b"`}},
		{`{format: ip}`, []string{`"192.0.2.1"`, `"2001:db8::1"`}, []string{`"999.0.0.1"`, `"host"`}},
		{`{length: 2}`, []string{`"éé"`, `[1,2]`, `{"a":1,"b":2}`}, []string{`"a"`, `[]`, `2`}},
		{`{minLength: 1, maxLength: 2}`, []string{`[1]`, `[1,2]`}, []string{`[]`, `[1,2,3]`}},
		{`{gt: 1}`, []string{`1.1`}, []string{`1`, `"2"`}},
		{`{gte: 1}`, []string{`1`}, []string{`0.9`}},
		{`{lt: 1}`, []string{`0`}, []string{`1`}},
		{`{lte: 1}`, []string{`1`}, []string{`1.01`}},
		{`{gt: 2026-01-01T00:00:00Z}`, []string{`"2026-01-01T00:00:01Z"`}, []string{`"2026-01-01T00:30:00+01:00"`, `5`}},
		{`{equals: 2026-01-01T00:00:00Z, plus: 90s}`, []string{`"2026-01-01T00:01:30Z"`, `"2026-01-01T01:01:30+01:00"`}, []string{`"2026-01-01T00:01:31Z"`, `"x"`}},
		{`{equals: 2026-01-01T00:00:00Z, plus: 60, within: 2s}`, []string{`"2026-01-01T00:01:02Z"`, `"2026-01-01T00:00:58Z"`}, []string{`"2026-01-01T00:01:03Z"`}},
		{`{equals: 10, plus: 0.25}`, []string{`10.25`}, []string{`10.2500001`}},
		{`{equals: 10, within: 0.5}`, []string{`9.5`, `10.5`}, []string{`9.4`}},
		{`{length: 2, plus: 1}`, []string{`[1, 2, 3]`, `"abc"`}, []string{`[1, 2]`, `"ab"`}},
		{`{sum: 10, plus: -1}`, []string{`[4, 5]`}, []string{`[4, 6]`, `["x"]`}},
		{`{minLength: 1, plus: 1s}`, nil, []string{`[1, 2]`}},
		{`{gte: 10, plus: -1}`, []string{`9`}, []string{`8.9`}},
		{`{contains: b}`, []string{`["a","b"]`, `"abc"`}, []string{`["ab"]`, `"a"`, `{"b":1}`}},
		{`{containsNot: b}`, []string{`["a"]`, `"a"`}, []string{`["b"]`, `"ab"`, `5`}},
		{`{sameElements: [1, 2, 2]}`, []string{`[2,1,2]`}, []string{`[1,2]`, `[1,1,2]`, `"x"`}},
		{`{unique: true}`, []string{`[1,2]`, `[]`}, []string{`[1,1.0]`, `5`}},
		{`{sorted: ascending}`, []string{`[1,2,2,10]`, `["a","b"]`, `["2026-01-01T01:00:00+01:00","2026-01-01T00:30:00Z"]`}, []string{`[2,1]`, `["b","a"]`, `5`}},
		{`{sorted: descending}`, []string{`[10,2]`, `[]`}, []string{`[2,10]`}},
		{`{sum: 0.3}`, []string{`[0.1,0.2]`}, []string{`[0.1,0.1]`, `["0.3"]`, `0.3`}},
		{`{each: {type: integer}}`, []string{`[1,2]`, `[]`}, []string{`[1,"2"]`, `5`}},
		{`{exists: true}`, []string{`null`}, nil},
		{`{type: string, minLength: 2}`, []string{`"ab"`}, []string{`"a"`, `[1,2]`}},
	}
	for _, test := range tests {
		t.Run(test.matcher, func(t *testing.T) {
			m := matcher(t, test.matcher)
			for _, text := range test.accepts {
				assert.Empty(t, check.Match(m, value(t, text), true), text)
			}
			for _, text := range test.declines {
				assert.NotEmpty(t, check.Match(m, value(t, text), true), text)
			}
			if test.declines != nil {
				assert.NotEmpty(t, check.Match(m, nil, false), "nothing found meets nothing")
			}
		})
	}
	assert.Empty(t, check.Match(matcher(t, `{exists: false}`), nil, false))
	assert.NotEmpty(t, check.Match(matcher(t, `{exists: false}`), nil, true), "null is there")
	assert.NotEmpty(t, check.Match(matcher(t, `{exists: true}`), nil, false))
}

func TestHugeNumbersCostNothingAndEqualOnlyThemselves(t *testing.T) {
	huge := json.Number("1e999999999")
	assert.True(t, check.Equal(huge, huge))
	assert.False(t, check.Equal(huge, json.Number("1")))
	assert.NotEmpty(t, check.Match(matcher(t, `{gt: 1}`), huge, true))
}

func TestAPathSelectsOneOrMany(t *testing.T) {
	body := `{"list":[{"n":1,"s":"a"},{"n":2.50,"s":"b"},{"n":12345678901234567,"s":"c"}],"o":{"a.b":true},"none":null,"empty":[]}`
	tests := map[string]struct {
		want        string
		found, many bool
	}{
		"$.list[0].n":         {`1`, true, false},
		"$.list[-1].s":        {`"c"`, true, false},
		"$.list[3]":           {`null`, false, false},
		"$.none":              {`null`, true, false},
		"$.nothing":           {`null`, false, false},
		"$['o']['a.b']":       {`true`, true, false},
		"$.list[*].s":         {`["a","b","c"]`, true, true},
		"$..s":                {`["a","b","c"]`, true, true},
		"$.list[1:].s":        {`["b","c"]`, true, true},
		"$.list[?(@.n>2)].n":  {`[2.5,12345678901234567]`, true, true},
		"$.list[?(@.s=='x')]": {`[]`, true, true},
		"$.empty[*].s":        {`[]`, true, true},
		"$.nothing[*].s":      {`null`, false, true},
	}
	for path, test := range tests {
		t.Run(path, func(t *testing.T) {
			got, err := check.Select(path, value(t, body))
			require.NoError(t, err)
			assert.Equal(t, test.found, got.Found)
			assert.Equal(t, test.many, got.Many)
			assert.True(t, check.Equal(got.Value, value(t, test.want)), "%v", got.Value)
		})
	}
	_, err := check.Select("$[", nil)
	require.Error(t, err)
}

func FuzzSelect(f *testing.F) {
	f.Add("$.a[?(@.b>1)]", `{"a":[{"b":2},{"b":"x"},null]}`)
	f.Add("$..[*]", `[[1],{"a":[2]}]`)
	f.Add("$[-1:0:-1]", `[1,2,3]`)
	f.Fuzz(func(t *testing.T, path, text string) {
		defer readertest.Within(len(path) + len(text))()
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		var v any
		if decoder.Decode(&v) != nil {
			return // only what is JSON comes here
		}
		got, err := check.Select(path, v)
		if err != nil && got.Found {
			t.Fatal("an error and a value")
		}
	})
}
