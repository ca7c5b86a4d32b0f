package strictyaml_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/spec/strictyaml"
)

// shop is a file with one of each thing that can be asked for.
type shop struct {
	strictyaml.Written

	Name     string            `yaml:"name"`
	Open     bool              `yaml:"open"`
	Shelves  int               `yaml:"shelves"`
	Visitors uint64            `yaml:"visitors"`
	Share    float64           `yaml:"share"`
	Since    time.Time         `yaml:"since"`
	Note     *string           `yaml:"note"`
	Tags     []string          `yaml:"tags"`
	Headers  map[string]string `yaml:"headers"`
	Stock    map[string]item   `yaml:"stock"`
	Free     any               `yaml:"free"`
	Price    money             `yaml:"price"`
	Sizes    sizes             `yaml:"sizes"`
	Other    item              `json:"other,omitzero"`
	Hidden   string            `yaml:"-"`
	base
}

type base struct {
	Region string `yaml:"region"`
}

type item struct {
	Count int `yaml:"count"`
}

// money reads itself, and says what is wrong by an error.
type money struct{ text string }

func (m *money) UnmarshalStrict(v strictyaml.Value) error {
	if kind := v.Kind(); kind != strictyaml.Int && kind != strictyaml.Float {
		return fmt.Errorf("must be an amount such as 12.5, not %s", v.Describe())
	}
	m.text = v.Text()
	return nil
}

// sizes is one number or a list of them, and says what is wrong at the one that is.
type sizes []int

func (s *sizes) UnmarshalStrict(v strictyaml.Value) error {
	for one := range v.Each() {
		var n int
		one.Decode(&n)
		if n < 0 {
			one.Refuse("must not be negative")
		}
		*s = append(*s, n)
	}
	return nil
}

func read(text string) (shop, error) {
	var s shop
	err := strictyaml.Format{Holds: "a shop has a name"}.Decode("s.yaml", []byte(text), &s)
	return s, err
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	s, err := read(`name: corner
open: TRUE
shelves: -3
visitors: 18446744073709551615
share: 0.25
since: 2026-02-12T08:30:00Z
note: ""
tags: [a, 2026-01-02]
headers: {X-A: 1, X-B: true}
stock:
  tea: {count: 2}
free: {a: [1.50, null, TRUE, x]}
price: 12.50
sizes: 4
other: {count: 1}
region: north
`)
	require.NoError(t, err)
	note := ""
	assert.Equal(t, shop{
		Written: s.Written,
		Name:    "corner", Open: true, Shelves: -3, Visitors: 1<<64 - 1, Share: 0.25, Since: time.Date(2026, 2, 12, 8, 30, 0, 0, time.UTC),
		Note: &note, Tags: []string{"a", "2026-01-02"}, Headers: map[string]string{"X-A": "1", "X-B": "true"},
		Stock: map[string]item{"tea": {2}}, Free: map[string]any{"a": []any{json.Number("1.50"), nil, true, "x"}},
		Price: money{"12.50"}, Sizes: sizes{4}, Other: item{1}, base: base{"north"},
	}, s)
	assert.True(t, s.Has("free"))
	assert.Equal(t, 12, s.LineOf("free"))
	assert.False(t, s.Has("Hidden"))
	assert.Equal(t, 1, s.LineOf("Hidden"))
}

func TestWhatIsWrongIsReportedWithItsLineAndPlace(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"an unknown key near a known one", "name: a\nshelfs: 1", `s.yaml:2: unknown key "shelfs": did you mean "shelves"?`},
		{"an unknown key with two letters swapped", "ntoe: a", `s.yaml:1: unknown key "ntoe": did you mean "note"?`},
		{"an unknown key in other capitals", "NAME: a", `s.yaml:1: unknown key "NAME": did you mean "name"?`},
		{"an unknown key like no other", "other: {colour: red}", `s.yaml:1: other: unknown key "colour": known here are count`},
		{"a field that has no name in files", "Hidden: a", `s.yaml:1: unknown key "Hidden": known here are`},
		{"a key twice", "name: a\nopen: true\nname: b", `s.yaml:3: the key "name" stands twice, first in line 1: keep one`},
		{"a key twice among many", "free: {" + manyKeys(30) + "k3: 1}", `s.yaml:1: free: the key "k3" stands twice, first in line 1: keep one`},
		{"a key thrice", "name: a\nname: b\nname: c", `s.yaml:2: the key "name" stands twice, first in line 1: keep one`},
		{"a number for a text", "name: 5", `s.yaml:1: name: must be text, not int without quotes: write "5"`},
		{"nothing for a text", "name:", `s.yaml:1: name: must be text, not nothing`},
		{"a list for a text", "name: [a]", `s.yaml:1: name: must be text, not a list`},
		{"a text for a number", "shelves: many", `s.yaml:1: shelves: must be a whole decimal number of 64 bits, not "many"`},
		{"a number in quotes", `shelves: "1"`, `s.yaml:1: shelves: must be a whole decimal number of 64 bits, not "1"`},
		{"a number below zero for a count", "visitors: -1", `s.yaml:1: visitors: must be a whole decimal number from 0, not "-1"`},
		{"a text for a share", "share: half", `s.yaml:1: share: must be a number, not "half"`},
		{"a text for a truth", "open: sometimes", `s.yaml:1: open: must be true or false, not "sometimes"`},
		{"a time that is none", "since: noon", `s.yaml:1: since: must be a time such as 2026-02-12T08:30:00Z, not "noon"`},
		{"null where it means nothing", "note: null", `s.yaml:1: note: must not be null: leave it out instead`},
		{"a mapping for a list", "tags: {a: b}", `s.yaml:1: tags: must be a list, not a mapping`},
		{"a text for a mapping", "stock: tea", `s.yaml:1: stock: must be a mapping, not "tea"`},
		{"a text for a struct", "other: tea", `s.yaml:1: other: must be a mapping, not "tea"`},
		{"a list in a mapping to texts", "headers: {a: [b]}", `s.yaml:1: headers.a: must be text, not a list`},
		{"a value deep inside", "stock:\n  tea:\n    count: x", `s.yaml:3: stock.tea.count: must be a whole decimal number`},
		{"a value under a key that is not a word", "stock:\n  \"$.tea\": {count: x}", `s.yaml:2: stock["$.tea"].count: must be a whole decimal number`},
		{"a value in a list", "tags:\n  - a\n  - 5", `s.yaml:3: tags[1]: must be text, not int`},
		{"a value of a custom type", "price: cheap", `s.yaml:1: price: must be an amount such as 12.5, not "cheap"`},
		{"one of the values of a custom type", "sizes:\n  - 1\n  - -1", `s.yaml:3: sizes[1]: must not be negative`},
		{"a number that JSON does not have", "free: {a: .nan}", `s.yaml:1: free.a: must be a number as JSON writes it, not ".nan": quote it if text is meant`},
		{"a tag of another", "free: !!binary aGk=", `s.yaml:1: free: must be plain data, as JSON knows it, not a value tagged !!binary`},
		{"a key that is not text", "free: {[a]: b}", `s.yaml:1: free: a key must be text, not a list`},
		{"a key that is nothing", "free: {null: b}", `s.yaml:1: free: a key must be text, not nothing`},
		{"a list for a file", "- a", `s.yaml:1: must be a mapping, not a list`},
		{"nothing", "", `s.yaml:1: is empty: a shop has a name`},
		{"comments alone", "# nothing\n", `s.yaml:1: is empty: a shop has a name`},
		{"two documents", "name: a\n---\nname: b\n", `s.yaml:2: a second document starts here: write one document, without ---`},
		{"two mappings in the first line", "a: b: c\n", `s.yaml:1: is not YAML: mapping values are not allowed in this context`},
		{"an indentation too small", "name: a\nfree:\n  - b: c\n   d: e\n", `s.yaml:3: is not YAML: did not find expected '-' indicator in the block that begins or ends here: look at its indentation`},
		{"an indentation too small in the first block", "tags:\n  - a\n - b\n", `s.yaml:3: is not YAML: did not find expected key in the block that begins or ends here`},
		{"a list that does not end", "name: a\ntags: [\n", `s.yaml:3: is not YAML: did not find expected node content`},
		{"a list that does not end in the last line", "name: a\ntags: [", `s.yaml:2: is not YAML: did not find expected node content`},
		{"an unknown anchor", "name: a\n# *b\nnote: c*b\ntags: *b\n", `s.yaml:4: is not YAML: unknown anchor 'b' referenced`},
		{"an unknown anchor in the first line", "tags: [*b]\n", `s.yaml:1: is not YAML: unknown anchor 'b' referenced`},
		{"a control character", "name: a\nnote: \x01\n", `s.yaml:2: is not YAML: control characters are not allowed`},
		{"bytes that are no UTF-8", "name: a\nnote: \xff\n", `s.yaml:2: is not YAML: invalid leading UTF-8 octet`},
		{"broken JSON", "{\n\"name\": ]\n}", `s.yaml:2: is not JSON: invalid character ']'`},
		{"JSON that ends too early", "\n{\"free\": [1,\n2\n\n", `s.yaml:3: is not JSON: it ends too early`},
		{"a value behind lines of JSON", "{\n\n\"free\": [\n1,\n2],\n\"shelves\": \"x\"}", `s.yaml:6: shelves: must be a whole decimal number`},
		{"JSON with something behind it", "{}\n{}", `s.yaml:2: something follows the JSON value: send one value alone`},
		{"an alias of itself", "free: &a {b: *a}", `s.yaml:1: free.b.b: the anchor &a holds an alias of itself: write the value out`},
		{"a merge of itself", "free: &a\n  <<: *a\n  b: c", `s.yaml:2: free: the anchor &a holds an alias of itself: write the value out`},
		{"a merge of a text", "free: {<<: a}", `s.yaml:1: free: << must be a mapping, an alias of one, or a list of these, not "a"`},
		{"a merge of lists of lists", "free: {<<: [[{a: b}]]}", `s.yaml:1: free: << must be a mapping, an alias of one, or a list of these, not a list`},
		{"an unknown key that is merged", "free: &a {shelfs: 1}\n<<: *a", `s.yaml:1: unknown key "shelfs": did you mean "shelves"?`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := read(test.text)
			require.Error(t, err)
			first := strictyaml.Problems(err)[0].Error()
			assert.Equal(t, test.want, first[:min(len(first), len(test.want))], "of %s", first)
		})
	}
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "k%d: 1, ", i)
	}
	return b.String()
}

func TestAnchorsAndMergeKeysAreFollowed(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"an alias is the value again", "{a: &x [1], b: *x}", `{"a":[1],"b":[1]}`},
		{"an anchor on a scalar", "{a: &x 1, b: *x}", `{"a":1,"b":1}`},
		{"a merged mapping", "{a: &x {p: 1, q: 2}, b: {<<: *x, r: 3}}", `{"a":{"p":1,"q":2},"b":{"p":1,"q":2,"r":3}}`},
		{"what is written wins over what is merged, wherever it stands", "{a: &x {p: 1}, b: {p: 2, <<: *x}, c: {<<: *x, p: 3}}", `{"a":{"p":1},"b":{"p":2},"c":{"p":3}}`},
		{"of several the first wins", "{a: &x {p: 1}, b: &y {p: 2, q: 2}, c: {<<: [*x, *y]}}", `{"a":{"p":1},"b":{"p":2,"q":2},"c":{"p":1,"q":2}}`},
		{"two merges in one mapping", "{a: &x {p: 1}, b: &y {q: 2}, c: {<<: *x, <<: *y}}", `{"a":{"p":1},"b":{"q":2},"c":{"p":1,"q":2}}`},
		{"a merge of what merges", "{a: &x {p: 1}, b: &y {<<: *x, q: 2}, c: {<<: *y}}", `{"a":{"p":1},"b":{"p":1,"q":2},"c":{"p":1,"q":2}}`},
		{"a merge without an alias", "{a: {<<: {p: 1}}}", `{"a":{"p":1}}`},
		{"a merge of nothing", "{a: {<<: {}, p: 1}, b: {<<: []}}", `{"a":{"p":1},"b":{}}`},
		{"a quoted << is a key", `{a: {"<<": 1}}`, `{"a":{"<<":1}}`},
		{"a << of JSON is a key", `{"a": {"<<": {"p": 1}}}`, `{"a":{"<<":{"p":1}}}`},
		{"a << is a text where no key is asked for", `{a: <<}`, `{"a":"<<"}`},
		{"an anchor that is used twice below itself", "{a: &x {p: &y [1], q: *y}, b: [*x, *x, *y]}", `{"a":{"p":[1],"q":[1]},"b":[{"p":[1],"q":[1]},{"p":[1],"q":[1]},[1]]}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got any
			require.NoError(t, strictyaml.Format{}.Decode("s.yaml", []byte(test.text), &got))
			text, err := json.Marshal(got)
			require.NoError(t, err)
			assert.JSONEq(t, test.want, string(text))
		})
	}
	t.Run("into structs, with their lines", func(t *testing.T) {
		s, err := read("stock: {tea: &tea {count: 2}}\nfree: &rest\n  tags: [a]\n  name: merged\nname: own\n<<: *rest\nother: *tea\n")
		require.NoError(t, err)
		assert.Equal(t, "own", s.Name)
		assert.Equal(t, []string{"a"}, s.Tags)
		assert.Equal(t, 2, s.Other.Count)
		assert.Equal(t, 3, s.LineOf("tags"))
	})
}

func TestNullMeansWhatTheFormatSays(t *testing.T) {
	type all struct {
		Text    string         `yaml:"text"`
		Number  int            `yaml:"number"`
		Struct  item           `yaml:"struct"`
		Pointer *int           `yaml:"pointer"`
		List    []int          `yaml:"list"`
		Map     map[string]int `yaml:"map"`
		Any     any            `yaml:"any"`
	}
	keys := []string{"text", "number", "struct", "pointer", "list", "map", "any"}
	tests := map[string]struct {
		nulls   strictyaml.Nulls
		allowed []string
	}{
		"nowhere":      {strictyaml.NullsNowhere, keys[6:]},
		"for optional": {strictyaml.NullsForOptional, keys[3:]},
		"everywhere":   {strictyaml.NullsEverywhere, keys},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for _, key := range keys {
				var out all
				err := strictyaml.Format{Nulls: test.nulls}.Decode("s.yaml", []byte(key+": null"), &out)
				assert.Zero(t, out)
				assert.Equal(t, strings.Contains(strings.Join(test.allowed, " "), key), err == nil, "%s: %v", key, err)
			}
		})
	}
}

func TestFormatsDifferInWhatTheyTake(t *testing.T) {
	t.Run("loose text takes scalars as they are written", func(t *testing.T) {
		var out struct {
			Version string   `yaml:"version"`
			List    []string `yaml:"list"`
		}
		require.NoError(t, strictyaml.Format{LooseText: true}.Decode("s.yaml", []byte("version: 1.0\nlist: [yes, 0x10, true]"), &out))
		assert.Equal(t, "1.0", out.Version)
		assert.Equal(t, []string{"yes", "0x10", "true"}, out.List)
		assert.Error(t, strictyaml.Format{LooseText: true}.Decode("s.yaml", []byte("version: null"), &out))
	})
	t.Run("a compact one shares texts and lists, and has nothing that is empty", func(t *testing.T) {
		var out struct {
			Lists [][]string     `yaml:"lists"`
			Empty []string       `yaml:"empty"`
			Map   map[string]int `yaml:"map"`
		}
		require.NoError(t, strictyaml.Format{Compact: true}.Decode("s.yaml", []byte("lists: [[a, b], [a, b], [a]]\nempty: []\nmap: {}"), &out))
		assert.Same(t, &out.Lists[0][0], &out.Lists[1][0])
		assert.NotSame(t, &out.Lists[0][0], &out.Lists[2][0])
		assert.Equal(t, 2, cap(out.Lists[0]), "there is no room to append to what is shared")
		assert.Nil(t, out.Empty)
		assert.Nil(t, out.Map)
	})
	t.Run("another is not, and has", func(t *testing.T) {
		var out struct {
			Lists [][]string     `yaml:"lists"`
			Empty []string       `yaml:"empty"`
			Map   map[string]int `yaml:"map"`
		}
		require.NoError(t, strictyaml.Format{}.Decode("s.yaml", []byte("lists: [[a], [a]]\nempty: []\nmap: {}"), &out))
		assert.NotSame(t, &out.Lists[0][0], &out.Lists[1][0])
		assert.NotNil(t, out.Empty)
		assert.NotNil(t, out.Map)
	})
	t.Run("one reads what has no shape in its own way", func(t *testing.T) {
		var out struct {
			Free any `yaml:"free"`
		}
		format := strictyaml.Format{Any: func(v strictyaml.Value) any {
			var keys []string
			for key := range v.Members() {
				keys = append(keys, key.Text())
			}
			return keys
		}}
		require.NoError(t, format.Decode("s.yaml", []byte("free: {b: 1, a: 2}"), &out))
		assert.Equal(t, []string{"b", "a"}, out.Free)
	})
}

func TestADocumentCanBeAskedBeforeItIsDecoded(t *testing.T) {
	const text = `version: "1.0"
base: &base
  inherited: 1
<<: *base
list:
  - name: a
  - &b
    name: b
    data:
      $.x: 1
again: *b
odd: {"[0]": 1, "a.b": {c: 2}}
`
	d, err := strictyaml.Format{}.Parse("s.yaml", []byte(text))
	require.NoError(t, err)
	assert.Equal(t, "1.0", d.Text("version"))
	assert.Empty(t, d.Text("list"), "a list is not text")
	assert.True(t, d.Has("inherited"), "it is merged")
	assert.False(t, d.Has("<<"))
	for place, line := range map[string]int{
		"": 1, "version": 1, "inherited": 3, "list": 6, "list[0]": 6, "list[1]": 7, "list[1].name": 8, `list[1].data["$.x"]`: 10,
		"list[1].nothing.below": 7, "list[7]": 6, "list.name": 6, "again.name": 8, "nothing": 1, `odd["a.b"].c`: 12, "list[x]": 6, "..": 1, `["`: 1,
	} {
		assert.Equal(t, line, d.Line(place), place)
	}
	assert.EqualError(t, d.Problem("list[0].name", "must be %s", "b"), "s.yaml:6: list[0].name: must be b")
}

func TestLinesOfWhatIsInsideAValue(t *testing.T) {
	var lines keeper
	require.NoError(t, strictyaml.Format{}.Decode("s.yaml", []byte("name: a\neffect:\n  kind: b\n  vary:\n    - c\n    - d\n  \"a b\": {x: 1}\n"), &lines))
	for place, line := range map[string]int{"": 1, "effect": 2, "effect.kind": 3, "effect.vary[1]": 6, "effect.vary[7]": 4, `effect["a b"].x`: 7, `effect["a c"].x`: 2, "nothing": 1} {
		assert.Equal(t, line, lines.Of(place), place)
	}
}

type keeper struct{ strictyaml.Lines }

func (k *keeper) UnmarshalStrict(v strictyaml.Value) error {
	k.Lines = v.Lines()
	return nil
}

func TestAllProblemsAreReportedUpToABound(t *testing.T) {
	_, err := read("name: 1\nopen: 2\nshelves: a")
	assert.Len(t, strictyaml.Problems(err), 3)
	var lists struct {
		List []string `yaml:"list"`
	}
	err = strictyaml.Format{}.Decode("s.yaml", []byte("list: ["+strings.Repeat("1, ", 100)+"]"), &lists)
	problems := strictyaml.Problems(err)
	require.Len(t, problems, strictyaml.MaxProblems+1)
	assert.EqualError(t, problems[strictyaml.MaxProblems], "s.yaml: there are more problems: these are the first 50")
	assert.Empty(t, strictyaml.Problems(errors.New("another")))
	assert.Empty(t, strictyaml.Problems(nil))
}

func TestWhatIsTooLargeIsRefused(t *testing.T) {
	small := strictyaml.Format{MaxBytes: 2 << 20}
	_, err := small.Parse("s.yaml", make([]byte, 2<<20+1))
	assert.EqualError(t, err, "s.yaml: is larger than 2 MiB: split it")
	_, err = small.Read("s.yaml", strings.NewReader(strings.Repeat(" ", 2<<20+1)))
	assert.EqualError(t, err, "s.yaml: is larger than 2 MiB: split it")
	broken := errors.New("the disk is gone")
	_, err = small.Read("s.yaml", iotest.ErrReader(broken))
	require.ErrorIs(t, err, broken)
	require.ErrorContains(t, err, "s.yaml: ")
}

func TestTheNearestKeyIsFound(t *testing.T) {
	known := []string{"apiKey", "email", "enabledScopes", "id", "PATCH /tokens/{token} 401 130"}
	for word, want := range map[string]string{
		"apikey": "apiKey", "APIKEY": "apiKey", "emial": "email", "mail": "email", "enabledScope": "enabledScopes", "scopes": "", "di": "id",
		"x": "", "": "", "PATCH /tokens/{token} 401 131": "PATCH /tokens/{token} 401 130", strings.Repeat("id", 1000): "",
	} {
		assert.Equal(t, want, strictyaml.Nearest(word, known), word)
	}
	assert.Equal(t, 1, strictyaml.Distance("ab", "ba"))
	assert.Equal(t, 3, strictyaml.Distance("", "abc"))
	assert.Equal(t, 2000, strictyaml.Distance(strings.Repeat("a", 2000), "abc"))
	assert.Zero(t, strictyaml.Distance(strings.Repeat("a", 2000), strings.Repeat("a", 2000)))
}
