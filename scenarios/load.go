package scenarios

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"oauthmock/spec"
	"oauthmock/spec/strictyaml"
)

// Version of the format that this loader writes about. It reads files of the same major version up
// to this minor one.
const Version = "1.0"

// maxFileSize bounds a scenario file; hand-written ones are far below.
const maxFileSize = 8 << 20

//go:embed all:v2 all:v1 all:clientcred all:authcode all:services all:callbacks all:migration all:development
var embedded embed.FS

//go:embed schema.json
var schema string

// Embedded holds the suite's own scenarios, in folders by surface. It is read-only.
func Embedded() fs.FS {
	return embedded
}

// Schema is the JSON Schema (2020-12) of a scenario file, for editors.
func Schema() string {
	return schema
}

// Load reads all *.yaml files below the root, in the order of their paths, and validates them
// together. On failure the error joins every Problem that was found (see Problems), and no scenario
// is returned. Scenarios may call the surfaces of the embedded documents, the paid services, and
// what more describes.
//
// Embedded, without more documents, is read once in a process: what its scenarios hold is shared
// and must not be modified.
func Load(fsys fs.FS, more ...*spec.Document) ([]Scenario, error) {
	if fsys == Embedded() && len(more) == 0 {
		all, err := suite()
		return slices.Clone(all), err
	}
	return load(fsys, more)
}

// suite caches what Load returns of Embedded: reading it takes longer than most of what it is read
// for.
var suite = sync.OnceValues(func() ([]Scenario, error) { return load(embedded, nil) })

func load(fsys fs.FS, more []*spec.Document) ([]Scenario, error) {
	var names []string
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !entry.IsDir() && strings.HasSuffix(name, ".yaml") {
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("scenarios: %w", err)
	}
	slices.Sort(names)
	var all []Scenario
	var problems []Problem
	for _, name := range names {
		text, err := readBounded(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("scenarios: %w", err)
		}
		list, bad := parse(name, text)
		all = append(all, list...)
		problems = append(problems, bad...)
	}
	return finish(all, problems, more)
}

// LoadFile reads one scenario file from disk; it must be consistent by itself. more is as for
// [Load].
func LoadFile(name string, more ...*spec.Document) ([]Scenario, error) {
	dir, base := filepath.Split(name)
	return loadOne(os.DirFS(filepath.Clean(dir+".")), base, name, more)
}

// Parse reads the text of one scenario file, which errors call by name; it must be consistent by
// itself. more is as for [Load].
func Parse(name string, text []byte, more ...*spec.Document) ([]Scenario, error) {
	list, problems := parse(name, text)
	return finish(list, problems, more)
}

// LoadEmbedded reads the one file of Embedded that holds the scenario with an id. It answers nil,
// and no error, where none does.
func LoadEmbedded(id string) (list []Scenario, err error) {
	line := []byte("id: " + id + "\n")
	err = fs.WalkDir(embedded, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := embedded.ReadFile(name)
		if err != nil || !bytes.Contains(text, line) {
			return err
		}
		list, err = loadOne(embedded, name, name, nil)
		return cmp.Or(err, fs.SkipAll)
	})
	return list, err
}

// loadOne reads one file, which errors call as shown.
func loadOne(fsys fs.FS, name, shown string, more []*spec.Document) ([]Scenario, error) {
	text, err := readBounded(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("scenarios: %w", err)
	}
	return Parse(shown, text, more...)
}

func finish(all []Scenario, problems []Problem, more []*spec.Document) ([]Scenario, error) {
	about, err := newContract(more)
	if err != nil {
		return nil, fmt.Errorf("scenarios: %w", err)
	}
	if problems = append(problems, validate(all, about)...); len(problems) > 0 {
		return nil, joinProblems(problems)
	}
	return all, nil
}

// readBounded reads a file, or enough of it to see that it is too large.
func readBounded(fsys fs.FS, name string) ([]byte, error) {
	return strictyaml.ReadFileFS(fsys, name, maxFileSize)
}

// parse decodes one file without looking at what its values mean.
func parse(name string, text []byte) ([]Scenario, []Problem) {
	document, err := format().Parse(name, text)
	if err != nil {
		return nil, Problems(err)
	}
	var file File
	problems := Problems(document.Decode(&file))
	if file.LineOf("") > 0 {
		problems = append(problems, versionProblem(document, &file)...)
	}
	if len(problems) == 0 && len(file.Scenarios) == 0 {
		problems = append(problems, document.Problem("scenarios", "must hold at least one scenario"))
	}
	for i := range file.Scenarios {
		s := &file.Scenarios[i]
		s.File, s.Line = name, s.LineOf("")
		for j := range s.Steps {
			s.Steps[j].Line = s.Steps[j].LineOf("")
		}
	}
	return file.Scenarios, problems
}

func versionProblem(document *strictyaml.Document, file *File) []Problem {
	major, minor, _ := strings.Cut(Version, ".")
	gotMajor, gotMinor, dotted := strings.Cut(file.Version, ".")
	n, err := strconv.Atoi(gotMinor)
	switch own, _ := strconv.Atoi(minor); {
	case !file.Has("version"):
		return []Problem{document.Problem("", `"version" is missing; write version: %q`, Version)}
	case !dotted || err != nil || n < 0 || gotMajor != major || n > own:
		return []Problem{document.Problem("version", "%q is not supported; this program reads up to %q", file.Version, Version)}
	}
	return nil
}
