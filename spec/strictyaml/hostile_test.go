package strictyaml_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/spec/readertest"
	"oauthmock/spec/strictyaml"
)

// bomb is a text of a few hundred bytes that stands for ten to the power of levels values.
func bomb(levels int) string {
	b := "{a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"
	for c := 'b'; c < 'a'+rune(levels); c++ {
		b += fmt.Sprintf(", %c: &%c [%s]", c, c, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c, ", c-1), 10), ", "))
	}
	return b + "}"
}

// mergeBomb is one of merges, none of which brings a new key.
func mergeBomb(levels int) string {
	b := "{a: &a {x: 1}"
	for c := 'b'; c < 'a'+rune(levels); c++ {
		b += fmt.Sprintf(", %c: &%c {<<: [%s]}", c, c, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c, ", c-1), 10), ", "))
	}
	return b + "}"
}

func hostile(n int) map[string]string {
	numbered := func(format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	return map[string]string{
		"keys in one mapping":             numbered("k%d: 1\n"),
		"keys in one mapping of one line": "{" + numbered("k%d: 1, ") + "}",
		"keys in JSON":                    `{"a":{` + numbered(`"%d":1,`) + `"a":1}}`,
		"one key again and again":         strings.Repeat("k: 1\n", n),
		"long unknown keys":               numbered("k" + strings.Repeat("x", 90) + "%d: 1\n"),
		"texts":                           "tags: [" + strings.Repeat("a, ", n) + "]",
		"anchors":                         "free:\n" + numbered("- &a%d x\n"),
		"aliases":                         "free: \n- &a x\n" + strings.Repeat("- *a\n", n),
		"merges of one mapping":           "free:\n  - &a {b: c}\n  - {<<: [" + strings.Repeat("*a, ", n) + "]}\n",
		"merges of a large mapping":       "free:\n  - &a {" + numbered("k%d: 1, ") + "}\n  - {<<: [" + strings.Repeat("*a, ", n) + "]}\n",
		"directives":                      numbered("%%TAG !a%d! !\n") + "---\nname: a\n",
		"documents":                       strings.Repeat("---\n", n),
		"comments":                        strings.Repeat("#\n", n),
		"entries that are set aside":      "free:\n" + numbered("- {\"k%d\": [1]}\n"),
		"brackets":                        "free: " + strings.Repeat("[", n),
		"brackets in JSON":                `{"free":` + strings.Repeat("[", n),
		"dashes":                          strings.Repeat("- ", n),
		"question marks":                  strings.Repeat("? ", n),
		"a bomb of aliases":               "free: " + bomb(12),
		"a bomb of merges":                "free: " + mergeBomb(12),
	}
}

// TestAHostileTextCostsNoMoreThanItsSize holds texts that once took minutes, or would take years,
// to a bound that no other text of their size comes near, however busy the machine is.
func TestAHostileTextCostsNoMoreThanItsSize(t *testing.T) {
	texts := hostile(5_000)
	var keys strings.Builder
	for i := range 200_000 { // compared with one another they take a minute
		fmt.Fprintf(&keys, "%q:1,\n", strconv.Itoa(i))
	}
	texts["keys in JSON"] = `{"free":{` + keys.String() + `"a":1}}`
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			begin := time.Now()
			_, _ = read(text)
			assert.Less(t, time.Since(begin), time.Minute)
		})
	}
}

func TestWhatIsBoundedIsRefusedWithItsLine(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	tests := []struct{ name, text, want string }{
		{"aliases of aliases", "free:\n  " + bomb(12), "s.yaml:2: free.e[7][8][9][3][7]: aliases stand for more than 100000 values: write them out, or use fewer"},
		{"merges of merges", "free:\n  " + mergeBomb(12), "s.yaml:2: free.f: aliases stand for more than 100000 values: write them out, or use fewer"},
		{"lists that nest too deep", "free: " + deep(201), "[0][0]: nests deeper than 200"},
		{"lists that nest too deep in JSON", "{\n\"free\": " + deep(201) + "}", "[0][0]: nests deeper than 200"},
		{"too many directives", strings.Repeat("%YAML 1.1\n", 1001), "s.yaml: holds too many directives (%): at most 1000 are read"},
		{"too many values", "[" + strings.Repeat("1,", 5_000_000) + "1]", "s.yaml: holds too many values: at most 5000000 are read"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := read(test.text)
			require.Error(t, err)
			assert.Contains(t, err.Error(), test.want)
		})
	}
	_, err := read("free: " + deep(199))
	require.NoError(t, err)
}

// FuzzDecode reads anything as a file: nothing panics, every refusal is a Problem of the file with
// a place in it, and of what was read every place has a line that the text has.
func FuzzDecode(f *testing.F) {
	for _, text := range hostile(20) {
		f.Add(text)
	}
	for _, text := range []string{
		"name: a\nopen: true\nshelves: 1\nstock: {tea: &x {count: 1}, milk: {<<: *x}}\nsizes: [1, 2]\nprice: 1.5\n",
		`{"name":"\ud83d\ude00","headers":{"a":1},"free":[null,1e5,{"a.b":"c"}]}`,
		"? [x]\n: y", "a: &a [*a]", "<<: [*b]", "<<: {<<: {name: a}}", "%YAML 1.1\n---\n!!map {name: !!str 1}", "\ufefff: |\n a\n", "free: {a: [}", "- {\"a\": 1}\n- *x\n",
	} {
		f.Add(text)
	}
	readertest.Seed[string](f)
	f.Fuzz(func(t *testing.T, text string) {
		defer readertest.Within(len(text))()
		if len(text) > 1<<20 {
			t.Skip("larger than what fuzzing is for")
		}
		d, err := strictyaml.Format{}.Parse("s.yaml", []byte(text))
		if err == nil {
			lines := 2 + strings.Count(text, "\n") + strings.Count(text, "\r") + strings.Count(text, "\u0085") + strings.Count(text, "\u2028") + strings.Count(text, "\u2029")
			assert.LessOrEqual(t, d.Line("free.a[0].b"), lines)
			_ = d.Has("free")
			var s shop
			err = d.Decode(&s)
			var again shop
			assert.Equal(t, err, d.Decode(&again), "a document can be decoded twice")
			var lines2 keeper
			_ = d.Decode(&lines2)
		}
		if err == nil {
			return
		}
		problems := strictyaml.Problems(err)
		require.NotEmpty(t, problems)
		for _, p := range problems {
			require.Equal(t, "s.yaml", p.File)
			require.NotEmpty(t, p.Message)
			require.LessOrEqual(t, len(p.Message)+len(p.Place), 1100)
		}
	})
}
