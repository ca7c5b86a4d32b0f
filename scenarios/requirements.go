package scenarios

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"oauthmock/spec/strictyaml"
)

// RequirementSet is what conforming to one published document requires: scenarios by their IDs, as
// they were when the set was frozen. A scenario that is added later is run and reported, but does
// not count until a new set names it.
type RequirementSet struct {
	Version string `yaml:"version" json:"version"`
	// Name by which the set is asked for: the surface, the document's version, and -control for
	// what only a target with a control API can be asked ("v2-2.1.0", "v2-2.1.0-control").
	Name    string `yaml:"name" json:"name"`
	Surface string `yaml:"surface" json:"surface"`
	// Document is the SHA-256 of the published document, in hexadecimal digits.
	Document string `yaml:"document" json:"document"`
	// Requirements are the meanings of scenarios, by id, as [Scenario.Meaning] returns them.
	Requirements map[string]string `yaml:"requirements" json:"requirements"`
}

//go:embed requirements/*.yaml
var requirementFiles embed.FS

// RequirementSets returns the names of the frozen sets, in alphabetical order.
func RequirementSets() []string {
	files, _ := requirementFiles.ReadDir("requirements") // it is part of the program
	names := make([]string, len(files))
	for i, file := range files {
		names[i] = strings.TrimSuffix(file.Name(), ".yaml")
	}
	return names
}

// Requirements reads a frozen set by its name. The error lists the names.
func Requirements(name string) (*RequirementSet, error) {
	if !slices.Contains(RequirementSets(), name) {
		return nil, fmt.Errorf("there is no requirement set %q: %s", name, strictyaml.Suggest(name, RequirementSets()))
	}
	file := "requirements/" + name + ".yaml"
	text, err := requirementFiles.ReadFile(file)
	if err != nil {
		return nil, err
	}
	set := &RequirementSet{}
	if err := (strictyaml.Format{}).Decode("scenarios/"+file, text, set); err != nil {
		return nil, err
	}
	if set.Name != name {
		return nil, fmt.Errorf("scenarios/%s: the set is named %q: a set is named like its file", file, set.Name)
	}
	return set, nil
}

// Digest is the SHA-256 of what the set says, in hexadecimal digits, whatever its file looks like.
func (r *RequirementSet) Digest() string {
	text, err := json.Marshal(r) // keys of maps are sorted
	if err != nil {              // it is made of texts
		panic(err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Check reports what in a set does not match the scenarios: one that no longer exists, or that
// means something else.
func (r *RequirementSet) Check(all []Scenario) []error {
	byID := make(map[string]*Scenario, len(all))
	for i := range all {
		byID[all[i].ID] = &all[i]
	}
	var out []error
	for _, id := range sortedKeys(r.Requirements) {
		s, ok := byID[id]
		switch {
		case !ok:
			out = append(out, fmt.Errorf("scenarios/requirements/%s.yaml: it requires %s, which is not a scenario: a frozen set names what is there", r.Name, id))
		case s.Meaning() != r.Requirements[id]:
			out = append(out, fmt.Errorf("scenarios/requirements/%s.yaml: %s (%s:%d) asserts something else than when the set was frozen: write a new set, or take the change back", r.Name, id, s.File, s.Line))
		}
	}
	return out
}

// Meaning is a hash of what the scenario asks and asserts: level, requirement, what is given, and
// the steps. It does not change with titles, tags, comments or the layout of the file.
func (s *Scenario) Meaning() string {
	asserted := struct {
		Level       Level
		Requirement string
		Needs       []string
		Given       Given
		Steps       []Step
	}{s.Level, strings.Join(strings.Fields(s.Requirement), " "), s.Needs, s.Given, s.Steps}
	sum := sha256.New()
	spell(sum, reflect.ValueOf(asserted))
	const digits = 16
	return hex.EncodeToString(sum.Sum(nil))[:digits]
}

// spell writes a value so that two values are written alike if, and only if, they mean the same.
// Which members were written counts, since equals: null differs from no equals; where they were
// written does not.
func spell(w io.Writer, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		fmt.Fprint(w, "{")
		for i := range v.NumField() {
			field := v.Type().Field(i)
			if field.Type == reflect.TypeFor[written]() { // embedded, and its name is not exported: only reflection reaches its keys
				var keys []string
				for _, key := range v.Field(i).FieldByName("keys").MapKeys() {
					keys = append(keys, key.String())
				}
				slices.Sort(keys)
				fmt.Fprintf(w, "%q", keys)
			} else if field.IsExported() && !v.Field(i).IsZero() && field.Name != "Line" && field.Name != "File" {
				fmt.Fprintf(w, "%s:", field.Name)
				spell(w, v.Field(i))
			}
		}
		fmt.Fprint(w, "}")
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			fmt.Fprint(w, "null;")
			return
		}
		spell(w, v.Elem())
	case reflect.Slice:
		fmt.Fprintf(w, "[%d:", v.Len())
		for i := range v.Len() {
			spell(w, v.Index(i))
		}
	case reflect.Map:
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		fmt.Fprintf(w, "(%d:", len(keys))
		for _, key := range keys {
			spell(w, key)
			spell(w, v.MapIndex(key))
		}
	default:
		fmt.Fprintf(w, "%s=%q;", v.Kind(), fmt.Sprint(v))
	}
}
