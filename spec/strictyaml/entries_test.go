package strictyaml

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"oauthmock/spec/readertest"
)

// anything reads data without a shape, however it was parsed.
func anything(node *yaml.Node) (any, error) {
	var out any
	d := newDecoder("x", Format{Compact: true})
	d.value(node, pointed(&out))
	return out, d.problems.Err()
}

func TestEntriesInOneLineAreReadAsTheYAMLReaderReadsThem(t *testing.T) {
	for name, test := range map[string]struct {
		text  string
		aside bool // whether they are set aside at all
	}{
		"entries of a list":             {"a:\n  - {\"b\": 1, \"c\": [true, null, -1.5e3, \"x\\n\\u00e9 \\\"q\\\"\"]}\n  - {}\n", true},
		"between other entries":         {"- 1\n- {\"a\": {}}\n- {a: b}\n- {\"b\": []} # comment\n- {\"c\": 2}   \n", true},
		"lines that end like Windows's": {"- {\"a\": 1}\r\n- {\"b\": 2}\r\n", true},
		"lists at the margin of a key":  {"a:\n- {\"b\": 1}\nc:\n- {\"d\": 2}\n", true},
		"behind an anchor":              {"a: &x\n  - {\"b\": 1}\nc: *x\n", true},
		"the last line without an end":  {"- {\"a\": \"b\"}", true},
		"a text of several lines":       {"a: |\n  - {\"b\": 1}\n", false},
		"a folded text":                 {"a: >\n  - {\"b\": 1}\nc:\n  - {\"d\": 1}\n", false},
		"a text in quotes":              {"a: \"x\n  - {\\\"b\\\": 1}\"\n", false},
		"a plain text that goes on":     {"a: x\n  - {\"b\": 1}\n", false},
		"an entry that goes on":         {"- {\"a\": 1,\n   \"b\": 2}\n", false},
		"a number of the same look":     {"- {\"a\": 1}\n- 0\n- [0]\n", true},
		"a doubled key":                 {"- {\"a\": 1, \"a\": 2}\n", true},
		"a byte order mark inside":      {"- {\"a\": \"\ufeffb\"}\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			rest, entries := setAside([]byte(test.text), 1)
			aside := false
			if node, err := parseWholeYAML(rest); err == nil && len(entries) > 0 {
				aside = putBack(node, entries)
			}
			assert.Equal(t, test.aside, aside)

			whole, wholeErr := parseWholeYAML([]byte(test.text))
			node, err := parseYAMLAside([]byte(test.text), 1)
			require.Equal(t, wholeErr, err)
			if err != nil {
				return
			}
			want, wantErr := anything(whole)
			got, err := anything(node)
			assert.Equal(t, want, got)
			assert.Equal(t, wantErr, err, "the same problems, with the same lines")
		})
	}
}

// FuzzEntries holds that entries which are set aside are read as the YAML reader reads them where
// they stand.
func FuzzEntries(f *testing.F) {
	f.Add("a:\n  - {\"b\": [1, -2.5e3, true, null, \"\\u00e9\\n\"]}\n  - {}\n")
	f.Add("a: &x\n- {\"b\": {\"c\": \"d\"}}\nc: *x\n")
	f.Add("a: |\n  - {\"b\": 1}\n")
	f.Add("- 0\n- {\"a\": 1} # x\n- {\"a\": 1}\r\n- [0]")
	readertest.Seed[string](f)
	f.Fuzz(func(t *testing.T, text string) {
		defer readertest.Within(len(text))()
		whole, err := parseWholeYAML([]byte(text))
		if err != nil {
			_, err := parseYAMLAside([]byte(text), 1)
			if err == nil {
				// JSON has longer keys, and knows nothing of what YAML makes of names for values.
				t.Skip("what the YAML reader refuses may be JSON")
			}
			return
		}
		node, err := parseYAMLAside([]byte(text), 1)
		require.NoError(t, err)
		want, wantErr := anything(whole)
		got, err := anything(node)
		if wantErr != nil {
			require.Error(t, err)
			return
		}
		require.NoError(t, err)
		assert.Equal(t, want, got)
	})
}

// FuzzJSON holds that JSON is read as encoding/json reads it.
func FuzzJSON(f *testing.F) {
	for _, text := range []string{
		"{\r\n\t\"a\" : [ 1 , -2.5e3,true,null , \"\\u00e9\\n\\\"\" ],\"b\":{} , \"\":[]}", `"\ud83d\ude00 \ud83d"`, "1 ", "[]\n", `{"<<":{"a":1}}`, "\ufeff{}",
	} {
		f.Add(text)
	}
	readertest.Seed[string](f)
	f.Fuzz(func(t *testing.T, text string) {
		defer readertest.Within(len(text))()
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		var want any
		node, err := FromJSON([]byte(text))
		require.Equal(t, json.Valid([]byte(text)), err == nil)
		if err != nil || !utf8.ValidString(text) {
			return
		}
		require.NoError(t, decoder.Decode(&want))
		got, err := anything(node)
		if err != nil {
			t.Skip("a key that is written twice, or what nests too deep")
		}
		assert.Equal(t, want, got)
	})
}

func TestListsOfTextsAreToldApart(t *testing.T) {
	var kept texts
	assert.Equal(t, []string{"a\x00b"}, kept.list([]string{"a\x00b"}))
	assert.Equal(t, []string{"a", "b"}, kept.list([]string{"a", "b"}), "by more than what stands between them")
}
