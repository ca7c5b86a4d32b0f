package jsonbody

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/spec/readertest"
)

func nothing(string) *json.RawMessage { return nil }

func TestABodyIsReadAsDeepAsTheStandardLibraryReads(t *testing.T) {
	for depth, want := range map[int]bool{2: true, 10_000: true, 10_001: false, 1_000_000: false} {
		isObject, err := Object([]byte(`{"a":`+strings.Repeat("[", depth-1)+strings.Repeat("]", depth-1)+`}`), nothing)
		assert.Equal(t, want, isObject, depth)
		assert.Equal(t, want, err == nil, depth)
	}
}

// FuzzReader holds the reader of bodies against the standard library: both call the same texts
// JSON, and read them alike.
func FuzzReader(f *testing.F) {
	for _, seed := range []string{
		``, `{}`, `[ ]`, `null`, `"text"`, ` [ "a" , "b" ] `, `["x",null,"\/"]`, `["",1]`, `{"a":"\ud800"}`, `{"a":"\ud83d\ude00\u0000"}`, `{"a":1,"a":2}`, `{"\u0061":1}`, `{"A":1}`,
		`{"a":1e400,"b":-0.5}`, `{"":{"x":[1,2,{"y":"]"}]}}`, `{"a":"\"","b":"\\"}`, `{ "a" : true , "b" : [ { } ] }`, `{"a":{"b":[":",","]},"c":"}"}`,
		`{"a":1}}`, `{"a":[1,]}`, `{"a":1,}`, `{,"a":1}`, `{"a" 1}`, `{"a":1"b":2}`, `{"a":01}`, "{\"a\":\"\x01\"}", "{\"a\":\"\xff\"}", `{"a":"\x"}`, `{"a":`, "\v{}", `[1,`,
	} {
		f.Add([]byte(seed))
	}
	readertest.Seed[[]byte](f)
	f.Fuzz(func(t *testing.T, body []byte) {
		defer readertest.Within(len(body))()
		read := map[string]*json.RawMessage{}
		isObject, err := Object(body, func(name string) *json.RawMessage {
			read[name] = new(json.RawMessage)
			return read[name]
		})
		require.Equal(t, len(trim(body)) == 0 || utf8.Valid(body) && json.Valid(body), err == nil, "JSON")
		if err != nil || len(trim(body)) == 0 {
			return
		}
		var members map[string]json.RawMessage
		var elements []any
		isMap := json.Unmarshal(body, &members) == nil
		require.Equal(t, isMap || json.Unmarshal(body, &elements) == nil && len(elements) == 0, isObject, "an object")
		require.Len(t, read, len(members))
		for name, want := range members {
			got := *read[name]
			require.Equal(t, string(want), string(got), name)
			alike(t, got)
		}
		alike(t, trim(body))
	})
}

// alike holds the readers of a value against the standard library's.
func alike(t *testing.T, raw json.RawMessage) {
	t.Helper()
	require.Equal(t, string(raw) == "null", Null(raw))

	var text *string
	got, err := Text(raw)
	isText := json.Unmarshal(raw, &text) == nil && text != nil
	require.Equal(t, isText, err == nil, "a text")
	if isText {
		require.Equal(t, *text, got)
	}

	var texts []*string
	list, err := Texts(raw)
	areTexts := json.Unmarshal(raw, &texts) == nil && texts != nil
	for _, text := range texts {
		areTexts = areTexts && text != nil && *text != ""
	}
	require.Equal(t, areTexts, err == nil, "texts")
	if areTexts {
		require.Len(t, list, len(texts))
		for i, text := range texts {
			require.Equal(t, *text, list[i])
		}
	}

	var number json.Number
	digits, err := Number(raw)
	isNumber := raw[0] != '"' && json.Unmarshal(raw, &number) == nil && number != ""
	require.Equal(t, isNumber, err == nil, "a number")
	if isNumber {
		require.Equal(t, number.String(), digits)
	}
}
