package cmd_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// module is the path that imports of the project's own packages begin with.
const module = "oauthmock"

// source is one parsed Go file of the project.
type source struct {
	name string // from the root, with slashes: "spec/doc.go"
	dir  string
	test bool
	file *ast.File
	// imports holds the paths; those of this project without the module: "mockserver/account".
	imports []string
}

// readSources parses every Go file below root. Folders that the go command ignores are left out,
// and so are modules of their own.
func readSources(root fs.FS) ([]source, *token.FileSet, error) {
	var all []source
	set := token.NewFileSet()
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name == "." {
				return nil
			}
			_, noModule := fs.Stat(root, path.Join(name, "go.mod"))
			if strings.HasPrefix(entry.Name(), ".") || strings.HasPrefix(entry.Name(), "_") || entry.Name() == "testdata" || noModule == nil {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(set, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		one := source{name: name, dir: path.Dir(name), test: strings.HasSuffix(name, "_test.go"), file: file}
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			one.imports = append(one.imports, strings.TrimPrefix(imported, module+"/"))
		}
		all = append(all, one)
		return nil
	})
	return all, set, err
}

// rules finds everything in the sources that breaks a rule between the rooms, sorted, as "place:
// what, and what instead".
func rules(sources []source, set *token.FileSet) []string {
	r := &ruler{sources: sources, set: set, edges: map[string][]string{}, chains: map[string]map[string][]string{}}
	for _, s := range sources {
		if !s.test {
			r.edges[s.dir] = append(r.edges[s.dir], s.imports...)
		}
	}
	for _, s := range sources {
		r.twoLibraries(s)
		r.documents(s)
		r.commands(s)
		r.programs(s)
		r.noInit(s)
		r.wholeSuite(s)
		if !s.test {
			r.pureRules(s)
			r.surfaces(s)
			r.state(s)
		}
	}
	r.names()
	r.captions()
	slices.Sort(r.found)
	return slices.Compact(r.found)
}

type ruler struct {
	sources []source
	set     *token.FileSet
	// edges holds what the packages import outside their tests.
	edges map[string][]string
	// chains holds, by the rooms that were asked for, the chains by which packages get there.
	chains map[string]map[string][]string
	found  []string
}

func (r *ruler) report(place, format string, args ...any) {
	r.found = append(r.found, place+": "+fmt.Sprintf(format, args...))
}

func (r *ruler) at(node ast.Node) string {
	position := r.set.Position(node.Pos())
	return fmt.Sprintf("%s:%d", position.Filename, position.Line)
}

// within reports whether a package is the room or lies in it.
func within(dir, room string) bool { return dir == room || strings.HasPrefix(dir, room+"/") }

// reach returns the chain of imports by which a file gets to a room, or nil.
func (r *ruler) reach(s source, rooms ...string) []string {
	key := strings.Join(rooms, " ")
	if r.chains[key] == nil {
		r.chains[key] = map[string][]string{}
	}
	for _, imported := range s.imports {
		if found := r.chain(r.chains[key], imported, rooms); found != nil {
			return found
		}
	}
	return nil
}

// chain returns the chain of imports from a package to a room, or nil. It keeps in known what it
// finds; packages import one another in no circle.
func (r *ruler) chain(known map[string][]string, dir string, rooms []string) []string {
	if slices.ContainsFunc(rooms, func(room string) bool { return within(dir, room) }) {
		return []string{dir}
	}
	found, ok := known[dir]
	if ok {
		return found
	}
	known[dir] = nil
	for _, next := range r.edges[dir] {
		if rest := r.chain(known, next, rooms); rest != nil {
			known[dir] = append([]string{dir}, rest...)
			break
		}
	}
	return known[dir]
}

// twoLibraries: a suite that takes its expectations from the mock's code agrees with every bug of
// the mock.
func (r *ruler) twoLibraries(s source) {
	forbid := func(why string, rooms ...string) {
		if chain := r.reach(s, rooms...); chain != nil {
			r.report(s.name, "imports %s; %s", strings.Join(chain, " → "), why)
		}
	}
	if s.dir == "mockserver/console" && !s.test {
		forbid("the console can do nothing that a script could not: it asks the control API", "mockserver", "fixtures", "scenarios", "spec")
	}
	switch {
	case within(s.dir, "mockserver"):
		forbid("the mock must not know the suite that judges it", "conformance")
		if !s.test {
			forbid("kin-openapi and jsonschema initialise for longer than the rest of the mock's start takes", "spec/reading", "github.com/getkin/kin-openapi", "github.com/santhosh-tekuri/jsonschema")
			forbid("html/template and text/template call methods by name, for which the linker keeps every method of every type; pages are made with templ", "html/template", "text/template")
		}
	case within(s.dir, "conformance"):
		forbid("the suite shares only documents and HTTP with the mock", "mockserver", "fixtures")
	case !within(s.dir, "cmd/oauthconform"):
		if r.reach(s, "mockserver") != nil && r.reach(s, "conformance") != nil {
			r.report(s.name, "imports both mockserver and conformance; only cmd/oauthconform may")
		}
	}
}

// documents: what both libraries read knows neither. Fixtures alone speak of money, scopes and ids
// as accounts do, so that a world which is valid is one that accounts can hold.
func (r *ruler) documents(s source) {
	room, _, _ := strings.Cut(s.dir, "/")
	if !slices.Contains([]string{"spec", "fixtures", "scenarios", "release"}, room) {
		return
	}
	for _, imported := range s.imports {
		if within(imported, "conformance") || within(imported, "mockserver") && (room != "fixtures" || imported != "mockserver/account") {
			r.report(s.name, "imports %s; documents know no library (fixtures alone know mockserver/account)", imported)
		}
	}
}

// commands: programs are used from a shell. A program may be made of several packages.
func (r *ruler) commands(s source) {
	for _, imported := range s.imports {
		if within(imported, "cmd") && program(s.dir) != program(imported) {
			r.report(s.name, "imports %s; nobody imports cmd", imported)
		}
	}
}

// programs: package testing registers flags, and httptest is for tests. What a program reaches
// through other modules is seen by TestNoProgramLinksPackagesForTests.
func (r *ruler) programs(s source) {
	if s.test || !within(s.dir, "cmd") {
		return
	}
	if chain := r.reach(s, "testing", "net/http/httptest"); chain != nil {
		r.report(s.name, "imports %s; programs link no packages for tests", strings.Join(chain, " → "))
	}
}

// program is the folder of the program that a package belongs to: cmd/oauthconform for
// cmd/oauthconform/mutants.
func program(dir string) string {
	parts := strings.Split(dir, "/")
	return strings.Join(parts[:min(2, len(parts))], "/")
}

// pureRules: what an account allows has nothing to do with how it is asked, or with what time it is
// here.
func (r *ruler) pureRules(s source) {
	if !within(s.dir, "mockserver/account") && !within(s.dir, "mockserver/grant") {
		return
	}
	for _, imported := range s.imports {
		if within(imported, "net/http") || within(imported, "github.com/gin-gonic/gin") || within(imported, "encoding/json") {
			r.report(s.name, "imports %s; account and grant know no HTTP and no JSON", imported)
		}
	}
	if chain := r.reach(s, "spec", "mockserver/surface"); chain != nil {
		r.report(s.name, "imports %s; account and grant refuse with reasons, numbers stand in the table", strings.Join(chain, " → "))
	}
	ast.Inspect(s.file, func(node ast.Node) bool {
		if selector, ok := node.(*ast.SelectorExpr); ok {
			if left, ok := selector.X.(*ast.Ident); ok && left.Name == "time" && slices.Contains([]string{"Now", "Since", "Until"}, selector.Sel.Name) {
				r.report(r.at(node), "uses time.%s; account and grant are told what time it is", selector.Sel.Name)
			}
		}
		return true
	})
}

// surfaces: a surface knows its wire format and nothing about storage.
func (r *ruler) surfaces(s source) {
	if !within(s.dir, "mockserver/surface") {
		return
	}
	for _, imported := range s.imports {
		if within(imported, "mockserver/store") {
			r.report(s.name, "imports %s; a surface asks the account's service", imported)
		}
	}
}

// noInit: what happens at start stands in one function, where it can be read and left out.
func (r *ruler) noInit(s source) {
	for _, declaration := range s.file.Decls {
		if function, ok := declaration.(*ast.FuncDecl); ok && function.Recv == nil && function.Name.Name == "init" {
			r.report(r.at(function), "has an init function; wire it where it is used")
		}
	}
}

// wholeSuite: make test runs what is built without the race detector only by the package and the
// beginning of its name. Whatever else is built so would never run, and what else is named so would
// run twice.
func (r *ruler) wholeSuite(s source) {
	constrained := false
	for _, group := range s.file.Comments {
		for _, comment := range group.List {
			if line, ok := strings.CutPrefix(comment.Text, "//go:build "); ok && strings.Contains(line, "race") {
				constrained = true
				if line != "!race" || s.dir != "cmd/oauthconform" && s.dir != "conformance" || !s.test {
					r.report(s.name, "is built depending on the race detector; only tests of cmd/oauthconform and conformance are, as !race")
				}
			}
		}
	}
	for _, declaration := range s.file.Decls {
		function, ok := declaration.(*ast.FuncDecl)
		if !ok || function.Recv != nil || !s.test || !strings.HasPrefix(function.Name.Name, "Test") {
			continue
		}
		if named := strings.HasPrefix(function.Name.Name, "TestTheWholeSuite"); named != constrained {
			r.report(r.at(function), "%s: tests are called TestTheWholeSuite… where they are built with !race, and nowhere else", function.Name.Name)
		}
	}
}

// names: a drawer is not a room.
func (r *ruler) names() {
	for _, s := range r.sources {
		for _, name := range []string{strings.TrimSuffix(s.file.Name.Name, "_test"), path.Base(s.dir)} {
			switch name {
			case "util", "utils", "common", "helper", "helpers", "types", "models":
				r.report(s.dir, "package is called %s; name it after what it holds", name)
			}
		}
	}
}

// captions: every package says in one sentence what it is, and every command what it does.
func (r *ruler) captions() {
	captioned := map[string]bool{}
	for _, s := range r.sources {
		if s.test {
			continue
		}
		name := s.file.Name.Name
		captioned[s.dir] = captioned[s.dir] || strings.HasPrefix(s.file.Doc.Text(), "Package "+name+" ") ||
			(name == "main" && strings.HasPrefix(s.file.Doc.Text(), "Command "+path.Base(s.dir)+" "))
	}
	for dir, ok := range captioned {
		if !ok {
			r.report(dir, "package has no caption; begin doc.go with // Package … (a program's main.go with // Command …)")
		}
	}
}
