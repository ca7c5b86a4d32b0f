package scenarios

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"oauthmock/spec"
)

// Version of the format that this loader writes about. It reads files of the same major version up to this minor one.
const Version = "1.0"

// maxFileSize bounds a scenario file; hand-written ones are far below.
const maxFileSize = 8 << 20

//go:embed all:v2 all:services all:development
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

// Load reads all *.yaml files below the root, in the order of their paths, and validates them together. On failure the error
// joins every Problem that was found (see Problems), and no scenario is returned. Scenarios may call the surfaces of the embedded
// documents, the paid services, and what more describes.
func Load(fsys fs.FS, more ...*spec.Document) ([]Scenario, error) {
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

// LoadFile reads one scenario file from disk; it must be consistent by itself. more is as for [Load].
func LoadFile(name string, more ...*spec.Document) ([]Scenario, error) {
	dir, base := filepath.Split(name)
	return loadOne(os.DirFS(filepath.Clean(dir+".")), base, name, more)
}

// LoadEmbedded reads the one file of Embedded that holds the scenario with an id. It answers nil, and no error, where none does.
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
	list, problems := parse(shown, text)
	return finish(list, problems, more)
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

func readBounded(fsys fs.FS, name string) ([]byte, error) {
	file, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxFileSize+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxFileSize {
		return nil, Problem{File: name, Text: fmt.Sprintf("the file is larger than %d MiB; split it", maxFileSize>>20)}
	}
	return text, nil
}

// parse decodes one file without looking at what its values mean.
func parse(name string, text []byte) ([]Scenario, []Problem) {
	d := &decoder{file: name}
	reader := yaml.NewDecoder(bytes.NewReader(text))
	var document, second yaml.Node
	if err := reader.Decode(&document); err != nil {
		if errors.Is(err, io.EOF) {
			d.problem(0, `the file is empty; it must have "version" and "scenarios"`)
		} else {
			line, text := splitYAMLError(err)
			d.problem(line, "not YAML: %s", text)
		}
		return nil, d.problems
	}
	if err := reader.Decode(&second); !errors.Is(err, io.EOF) {
		d.problem(second.Line, "a scenario file holds one YAML document; put the rest in a file of its own")
		return nil, d.problems
	}
	var file File
	d.into(document.Content[0], reflect.ValueOf(&file).Elem(), "the file")
	if document.Content[0].Kind == yaml.MappingNode {
		d.version(&file)
		if len(d.problems) == 0 && len(file.Scenarios) == 0 {
			d.problem(file.LineOf("scenarios"), "the file has no scenarios; list at least one under \"scenarios\"")
		}
	}
	for i := range file.Scenarios {
		file.Scenarios[i].File = name
	}
	return file.Scenarios, d.problems
}

func (d *decoder) version(file *File) {
	major, minor, _ := strings.Cut(Version, ".")
	gotMajor, gotMinor, dotted := strings.Cut(file.Version, ".")
	n, err := strconv.Atoi(gotMinor)
	switch own, _ := strconv.Atoi(minor); {
	case !file.Has("version"):
		d.problem(file.line, `"version" is missing; write version: %q`, Version)
	case !dotted || err != nil || n < 0 || gotMajor != major || n > own:
		d.problem(file.LineOf("version"), "version %q is not supported; this program reads up to %q", file.Version, Version)
	}
}

var yamlErrorLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// splitYAMLError takes the line out of a message of yaml.v3, which has it only in its text.
func splitYAMLError(err error) (int, string) {
	text := strings.ReplaceAll(err.Error(), "\n", " ")
	if found := yamlErrorLine.FindStringSubmatch(text); found != nil {
		line, _ := strconv.Atoi(found[1])
		return line, found[2]
	}
	return 0, text
}
