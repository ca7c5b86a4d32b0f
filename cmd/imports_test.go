// Package cmd_test holds the rules between the rooms of the project. It parses the sources, rather
// than asking the go command, so that no cache and no build tag hides a file.
package cmd_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheRoomsKeepTheirRules(t *testing.T) {
	sources, set, err := readSources(os.DirFS(".."))
	require.NoError(t, err)
	require.Greater(t, len(sources), 50, "the sources are found")

	for _, found := range rules(sources, set) {
		t.Error(found)
	}
}

// The rules read the project's own imports; the go command also follows those of other modules.
func TestNoProgramLinksPackagesForTests(t *testing.T) {
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "./...")
	list.Stderr = os.Stderr
	out, err := list.Output()
	require.NoError(t, err)
	linked := strings.Fields(string(out))
	require.Contains(t, linked, "oauthmock/cmd/oauthmock")
	require.Contains(t, linked, "oauthmock/cmd/oauthconform")
	for _, name := range []string{"testing", "net/http/httptest", "github.com/stretchr/testify/assert"} {
		assert.NotContains(t, linked, name)
	}
}

// Each rule is tried on a project of a few lines that breaks it, and on one that does not.
func TestTheRulesFindWhatBreaksThem(t *testing.T) {
	for name, tc := range map[string]struct {
		files map[string]string
		// want is a part of the only finding; empty when there must be none.
		want string
	}{
		"the mock imports the suite": {
			files: map[string]string{"mockserver/a.go": `import _ "oauthmock/conformance"`},
			want:  "mockserver/a.go: imports conformance;",
		},
		"the mock imports the suite by a detour": {
			files: map[string]string{"mockserver/clock/a.go": `import _ "oauthmock/one"`, "one/b.go": `import _ "oauthmock/two"`, "two/c.go": `import _ "oauthmock/conformance/report"`},
			want:  "mockserver/clock/a.go: imports one → two → conformance/report;",
		},
		"the mock imports what is slow to start": {
			files: map[string]string{"mockserver/a.go": `import _ "oauthmock/one"`, "one/a.go": `import _ "github.com/getkin/kin-openapi/openapi3"`},
			want:  "mockserver/a.go: imports one → github.com/getkin/kin-openapi/openapi3; kin-openapi",
		},
		"the mock links templates that the linker cannot prune": {
			files: map[string]string{"mockserver/a.go": `import _ "html/template"`},
			want:  "mockserver/a.go: imports html/template; html/template and text/template call methods by name",
		},
		"a test of the mock may": {
			files: map[string]string{"mockserver/a.go": ``, "mockserver/a_test.go": `import _ "oauthmock/spec/reading"`, "spec/reading/a.go": ``},
		},
		"the suite imports the mock": {
			files: map[string]string{"conformance/check/a.go": `import _ "oauthmock/mockserver/account"`},
			want:  "conformance/check/a.go: imports mockserver/account;",
		},
		"a test of the suite imports the mock": {
			files: map[string]string{"conformance/a.go": ``, "conformance/a_test.go": `import _ "oauthmock/mockserver"`},
			want:  "conformance/a_test.go: imports mockserver;",
		},
		"the suite imports the fixtures": {
			files: map[string]string{"conformance/a.go": `import _ "oauthmock/fixtures"`},
			want:  "conformance/a.go: imports fixtures;",
		},
		"a third package imports both libraries": {
			files: map[string]string{"third/a.go": "import (\n_ \"oauthmock/mockserver\"\n_ \"oauthmock/conformance\"\n)"},
			want:  "third/a.go: imports both mockserver and conformance",
		},
		"a document imports the suite": {
			files: map[string]string{"scenarios/a.go": `import _ "oauthmock/conformance/check"`},
			want:  "scenarios/a.go: imports conformance/check; documents know no library",
		},
		"a document imports accounts": {
			files: map[string]string{"scenarios/a_test.go": `import _ "oauthmock/mockserver/account"`, "scenarios/a.go": ``},
			want:  "scenarios/a_test.go: imports mockserver/account; documents know no library",
		},
		"fixtures import accounts": {
			files: map[string]string{"fixtures/a.go": `import _ "oauthmock/mockserver/account"`},
		},
		"fixtures import more of the mock": {
			files: map[string]string{"fixtures/a.go": `import _ "oauthmock/mockserver/store"`},
			want:  "fixtures/a.go: imports mockserver/store; documents know no library (fixtures alone know mockserver/account)",
		},
		"the suite's program imports both": {
			files: map[string]string{"cmd/oauthconform/a.go": "import (\n_ \"oauthmock/mockserver\"\n_ \"oauthmock/conformance\"\n)"},
		},
		"a package whose name only begins like the suite's": {
			files: map[string]string{"mockserver/a.go": `import _ "oauthmock/conformances"`},
		},
		"imports in a circle end": {
			files: map[string]string{"spec/a.go": `import _ "oauthmock/scenarios"`, "scenarios/a.go": `import _ "oauthmock/spec"`},
		},
		"a program imports testing": {
			files: map[string]string{"cmd/oauthmock/a.go": `import _ "oauthmock/one"`, "one/a.go": `import _ "testing"`},
			want:  "cmd/oauthmock/a.go: imports one → testing; programs link no packages for tests",
		},
		"a test of a program imports testing": {
			files: map[string]string{"cmd/oauthmock/a.go": ``, "cmd/oauthmock/a_test.go": `import _ "net/http/httptest"`},
		},
		"somebody imports a program": {
			files: map[string]string{"spec/a.go": `import _ "oauthmock/cmd/oauthmock"`},
			want:  "spec/a.go: imports cmd/oauthmock; nobody imports cmd",
		},
		"a program imports another": {
			files: map[string]string{"cmd/oauthmock/a_test.go": `import _ "oauthmock/cmd/oauthconform"`, "cmd/oauthmock/b.go": ``},
			want:  "cmd/oauthmock/a_test.go: imports cmd/oauthconform",
		},
		"a program imports a part of itself": {
			files: map[string]string{"cmd/oauthconform/mutants/a.go": "// Package mutants lies.\npackage mutants", "cmd/oauthconform/b.go": `import _ "oauthmock/cmd/oauthconform/mutants"`},
		},
		"account imports net/http": {
			files: map[string]string{"mockserver/account/a.go": `import _ "net/http/httptest"`},
			want:  "mockserver/account/a.go: imports net/http/httptest; account and grant know no HTTP",
		},
		"account imports gin": {
			files: map[string]string{"mockserver/account/a.go": `import _ "github.com/gin-gonic/gin"`},
			want:  "imports github.com/gin-gonic/gin; account and grant know no HTTP",
		},
		"grant imports encoding/json": {
			files: map[string]string{"mockserver/grant/a.go": `import _ "encoding/json"`},
			want:  "mockserver/grant/a.go: imports encoding/json",
		},
		"account imports the numbers by a detour": {
			files: map[string]string{"mockserver/account/a.go": `import _ "oauthmock/mockserver/clock"`, "mockserver/clock/a.go": `import _ "oauthmock/spec"`},
			want:  "mockserver/account/a.go: imports mockserver/clock → spec;",
		},
		"account asks the machine for the time": {
			files: map[string]string{"mockserver/account/a.go": "import \"time\"\nfunc f() time.Duration { return time.Since(time.Time{}) }"},
			want:  "mockserver/account/a.go:5: uses time.Since",
		},
		"the clock asks the machine for the time": {
			files: map[string]string{"mockserver/clock/a.go": "import \"time\"\nfunc f() time.Time { return time.Now() }"},
		},
		"a test of account reads JSON": {
			files: map[string]string{"mockserver/account/a.go": ``, "mockserver/account/a_test.go": `import _ "encoding/json"`},
		},
		"a surface imports a store": {
			files: map[string]string{"mockserver/surface/v2/a.go": `import _ "oauthmock/mockserver/store"`},
			want:  "mockserver/surface/v2/a.go: imports mockserver/store; a surface asks",
		},
		"a test of a surface imports a store": {
			files: map[string]string{"mockserver/surface/v2/a.go": ``, "mockserver/surface/v2/a_test.go": `import _ "oauthmock/mockserver/store"`},
		},
		"a drawer": {
			files: map[string]string{"spec/utils/a.go": ``},
			want:  "spec/utils: package is called utils",
		},
		"an init function": {
			files: map[string]string{"spec/a.go": `func init() {}`},
			want:  "spec/a.go:4: has an init function",
		},
		"a method called init": {
			files: map[string]string{"spec/a.go": "type t int\nfunc (t) init() {}"},
		},
		"a test of the whole suite": {
			files: map[string]string{"cmd/oauthconform/a.go": ``, "cmd/oauthconform/a_test.go": "//go:build !race\n\npackage main\n\nfunc TestTheWholeSuiteRuns() {}"},
		},
		"a test of the whole suite that runs under the race detector too": {
			files: map[string]string{"cmd/oauthconform/a.go": ``, "cmd/oauthconform/a_test.go": "package main\n\nfunc TestTheWholeSuiteRuns() {}"},
			want:  "cmd/oauthconform/a_test.go:3: TestTheWholeSuiteRuns: tests are called",
		},
		"a test that make test would not find": {
			files: map[string]string{"cmd/oauthconform/a.go": ``, "cmd/oauthconform/a_test.go": "//go:build !race\n\npackage main\n\nfunc TestIt() {}"},
			want:  "cmd/oauthconform/a_test.go:5: TestIt: tests are called",
		},
		"a package that make test would not find": {
			files: map[string]string{"spec/a.go": ``, "spec/a_test.go": "//go:build linux && !race\n\npackage spec"},
			want:  "spec/a_test.go: is built depending on the race detector",
		},
		"a package without a caption": {
			files: map[string]string{"spec/a.go": "package spec"},
			want:  "spec: package has no caption",
		},
		"a package whose caption is in another file": {
			files: map[string]string{"spec/a.go": "package spec", "spec/doc.go": ``},
		},
		"a program with a caption": {
			files: map[string]string{"cmd/oauthmock/main.go": "// Command oauthmock starts the mock.\npackage main"},
		},
		"a program without a caption": {
			files: map[string]string{"cmd/oauthmock/main.go": "// starts the mock.\npackage main"},
			want:  "cmd/oauthmock: package has no caption",
		},
		"a folder that the go command ignores": {
			files: map[string]string{"spec/testdata/a.go": "package utils", ".ci/a.go": "package utils", "tools/go.mod": "", "tools/a.go": "package utils"},
		},
		"a counter":                      {files: map[string]string{"spec/a.go": "var n = 1"}, want: "spec/a.go:4: package-level var n can be changed"},
		"a variable without a value":     {files: map[string]string{"spec/a.go": "var n int"}, want: "package-level var n begins empty"},
		"a variable set by the linker":   {files: map[string]string{"spec/a.go": `var version = "dev"`}, want: "package-level var version can be changed"},
		"a map made by make":             {files: map[string]string{"spec/a.go": "var m = make(map[int]int)"}, want: "package-level var m holds what a function answers"},
		"a pointer to a registry":        {files: map[string]string{"spec/a.go": "type t struct{}\nvar r = &t{}"}, want: "package-level var r can be changed"},
		"a table":                        {files: map[string]string{"spec/a.go": "var table = map[string]int{\"a\": 1}\nfunc f() int { return table[\"a\"] }"}},
		"a table that is exported":       {files: map[string]string{"spec/a.go": "var Table = []int{1}"}, want: "package-level var Table is exported"},
		"a table that is added to":       {files: map[string]string{"spec/a.go": "var table = []int{1}", "spec/b.go": "func f() { table = append(table, 2) }"}, want: "var table is changed at spec/b.go:4"},
		"a table with an entry set":      {files: map[string]string{"spec/a.go": "var table = map[int][]int{1: {1}}\nfunc f() { table[1][0] = 2 }"}, want: "var table is changed at spec/a.go:5"},
		"a table with an entry deleted":  {files: map[string]string{"spec/a.go": "var table = map[int]int{1: 1}\nfunc f() { delete(table, 1) }"}, want: "var table is changed at spec/a.go:5"},
		"a table with an entry counted":  {files: map[string]string{"spec/a.go": "var table = [1]struct{ n int }{}\nfunc f() { table[0].n++ }"}, want: "var table is changed at spec/a.go:5"},
		"a table whose address is taken": {files: map[string]string{"spec/a.go": "var table = [1]int{}\nfunc f() *[1]int { return &table }"}, want: "var table is changed at spec/a.go:5"},
		"a variable of a test":           {files: map[string]string{"spec/a.go": ``, "spec/a_test.go": "var n int"}},
		"what never changes": {files: map[string]string{"spec/a.go": strings.Join([]string{
			`import ("embed"; "errors"; "io"; "reflect"; "regexp"; "sync"; "time")`,
			"//go:embed a.go\nvar files embed.FS",
			`var ErrGone = errors.New("gone")`,
			"var (\nword = regexp.MustCompile(`^x`)\nother = reflect.TypeFor[int]()\n)",
			`var load = sync.OnceValue(func() int { return 1 })`,
			`var earliest = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)`,
			`var _ io.Reader = (*t)(nil)`,
			`type t struct{ io.Reader }`,
		}, "\n")}},
	} {
		t.Run(name, func(t *testing.T) {
			root := fstest.MapFS{}
			for file, text := range tc.files {
				root[file] = &fstest.MapFile{Data: []byte(complete(file, text))}
			}
			sources, set, err := readSources(root)
			require.NoError(t, err)

			found := rules(sources, set)

			if tc.want == "" {
				assert.Empty(t, found)
				return
			}
			require.Len(t, found, 1)
			assert.Contains(t, found[0], tc.want)
		})
	}
}

// complete puts a caption and a package clause (three lines) before a text that has none.
func complete(file, text string) string {
	if strings.Contains(text, "package ") || !strings.HasSuffix(file, ".go") {
		return text
	}
	parts := strings.Split(file, "/")
	name := parts[len(parts)-2]
	if parts[0] == "cmd" {
		return "// Command " + name + " is a program.\npackage main\n\n" + text
	}
	return "// Package " + name + " is a room.\npackage " + name + "\n\n" + text
}

func TestFilesThatAreNoGoAreReported(t *testing.T) {
	_, _, err := readSources(fstest.MapFS{"spec/a.go": &fstest.MapFile{Data: []byte("no go")}})
	assert.ErrorContains(t, err, "spec/a.go:1")
}
