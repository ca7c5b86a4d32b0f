package strictyaml

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"

	"gopkg.in/yaml.v3"
)

// Format describes the files of one kind.
type Format struct {
	// Holds says what such a file holds, for the message about an empty one: `a world is a mapping
	// that starts with version: "1.0"`.
	Holds string
	// MayBeEmpty accepts a file without a value as an empty mapping.
	MayBeEmpty bool
	// MaxBytes is the size of the largest file; 0 means 256 MiB.
	MaxBytes int
	// Nulls says where null means that nothing was written.
	Nulls Nulls
	// LooseText accepts numbers and booleans as written where text is wanted: 1.0 is "1.0".
	LooseText bool
	// Compact is for large files: equal strings and lists of strings share memory, so they must not
	// be modified in place, and empty lists and mappings are nil.
	Compact bool
	// Any reads a value without a shape, for fields of type any; nil is [Value.Plain].
	Any func(Value) any
}

// Nulls says where null means that nothing was written. Elsewhere it is a value of the wrong type.
// Values without a shape may always hold null.
type Nulls int

// Where null means that nothing was written.
const (
	NullsNowhere Nulls = iota
	// NullsForOptional: for pointers, lists, mappings to values of one type, and values without a
	// shape.
	NullsForOptional
	// NullsEverywhere also for texts, numbers and structs.
	NullsEverywhere
)

// Bounds on what is read at all.
const (
	// maxBytes is the largest file of any format.
	maxBytes = 256 << 20
	// maxValues is how many values a file may hold: a node in memory is many times larger than the
	// two bytes that can produce it.
	maxValues = 5_000_000
	// maxEntryValues is the same where entries are parsed one after another, so that their nodes do
	// not add up.
	maxEntryValues = 30_000_000
	// maxDepth is how deep lists and mappings may nest.
	maxDepth = 200
	// maxAliased is how many values may come from aliases, so that a few lines of aliases of
	// aliases cannot fill the memory.
	maxAliased = 100_000
	// maxDirectives is how many lines may begin with %: the YAML reader compares each directive
	// with all before it.
	maxDirectives = 1000
)

// Document is a parsed text: exactly one document of YAML or JSON. Reading does not change it, but
// it is not safe for concurrent use.
type Document struct {
	file   string
	format Format
	root   *yaml.Node
}

// Read parses what a reader holds, like Parse. It reads no more than the format allows.
func (f Format) Read(file string, r io.Reader) (*Document, error) {
	data, err := io.ReadAll(io.LimitReader(r, int64(f.bytes())+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return f.Parse(file, data)
}

// Parse parses exactly one document of YAML or JSON. The file's name is for errors, each of which
// is a [Problem].
func (f Format) Parse(file string, data []byte) (*Document, error) {
	if len(data) > f.bytes() {
		return nil, Problem{File: file, Message: fmt.Sprintf("is larger than %d MiB: split it", f.bytes()>>20)}
	}
	root, err := parse(data)
	switch empty := errors.Is(err, errEmpty); {
	case empty && f.MayBeEmpty:
		return &Document{file: file, format: f, root: &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: 1}}, nil
	case empty:
		return nil, Problem{File: file, Line: 1, Message: "is empty: " + cmp.Or(f.Holds, "it must hold a value")}
	case err != nil:
		return nil, problemOf(file, err)
	}
	return &Document{file: file, format: f, root: root}, nil
}

// Decode parses a text and decodes it into a value; see [Document.Decode].
func (f Format) Decode(file string, data []byte, out any) error {
	document, err := f.Parse(file, data)
	if err != nil {
		return err
	}
	return document.Decode(out)
}

func (f Format) bytes() int {
	if f.MaxBytes > 0 {
		return f.MaxBytes
	}
	return maxBytes
}

// Decode decodes into what out points to. It continues after a problem, so that all are reported at
// once: the error joins them, each a [Problem], and what could be read is filled in all the same.
func (d *Document) Decode(out any) error {
	dec := newDecoder(d.file, d.format)
	dec.value(d.root, pointed(out))
	return dec.problems.Err()
}

// Has reports whether the document is a mapping with a key.
func (d *Document) Has(key string) bool { return member(d.root, key) != nil }

// Text returns the scalar under a key of the document as it is written, or "".
func (d *Document) Text(key string) string {
	if node := member(d.root, key); node != nil && node.Kind == yaml.ScalarNode {
		return node.Value
	}
	return ""
}

// Line returns the line of a place such as "accounts[0].tokens[2].name", or of the deepest part of
// it that was written.
func (d *Document) Line(place string) int {
	line := d.root.Line
	node := d.root
	for step := range stepsOf(place) {
		switch {
		case !step.indexed:
			node = member(node, step.key)
		case node.Kind == yaml.SequenceNode && step.index >= 0 && step.index < len(node.Content):
			node = resolved(node.Content[step.index])
		default:
			node = nil
		}
		if node == nil {
			break
		}
		line = node.Line
	}
	return line
}

// Problem returns a problem at a place of the document, with its line.
func (d *Document) Problem(place, format string, args ...any) Problem {
	return Problem{File: d.file, Line: d.Line(place), Place: place, Message: fmt.Sprintf(format, args...)}
}

// resolved follows an alias.
func resolved(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode && node.Alias != nil {
		return node.Alias
	}
	return node
}

// member returns the value under a key of a mapping, written there or merged into it, or nil.
// Aliases are followed.
func member(node *yaml.Node, key string) *yaml.Node {
	return memberOf(resolved(node), key, map[*yaml.Node]bool{})
}

// memberOf skips what it has seen: the key was not there, and it may contain itself.
func memberOf(node *yaml.Node, key string, seen map[*yaml.Node]bool) *yaml.Node {
	if node.Kind != yaml.MappingNode || seen[node] {
		return nil
	}
	seen[node] = true
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == key && !isMerge(node.Content[i]) {
			return resolved(node.Content[i+1])
		}
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if !isMerge(node.Content[i]) {
			continue
		}
		from := []*yaml.Node{node.Content[i+1]}
		if list := resolved(from[0]); list.Kind == yaml.SequenceNode {
			from = list.Content
		}
		for _, source := range from {
			if found := memberOf(resolved(source), key, seen); found != nil {
				return found
			}
		}
	}
	return nil
}

// parse distinguishes JSON from YAML. JSON is YAML, but not to every YAML reader: it refuses
// escaped surrogate pairs, and takes ten times as long. Both end in the same nodes, so that
// everything after is written once.
func parse(data []byte) (*yaml.Node, error) {
	if !bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{")) {
		return parseYAML(data)
	}
	node, err := FromJSON(data)
	if err == nil {
		return node, nil
	}
	// A YAML document may start with a brace as well; a text that is neither was meant to be JSON.
	if node, yamlErr := parseYAML(data); yamlErr == nil {
		return node, nil
	}
	return nil, err
}

func parseYAML(data []byte) (*yaml.Node, error) {
	const few = 64 // too few entries to be worth it
	return parseYAMLAside(data, few)
}

// parseYAMLAside sets entries aside if there are enough, and if the text is suitable.
func parseYAMLAside(data []byte, few int) (*yaml.Node, error) {
	if rest, entries := setAside(data, few); len(entries) > 0 && tooMany(data, maxEntryValues) == nil {
		if node, err := parseWholeYAML(rest); err == nil && putBack(node, entries) {
			return node, nil
		}
	}
	return parseWholeYAML(data)
}

// tooMany returns an error if a text may hold more values, or more directives, than are allowed.
func tooMany(data []byte, most int) error {
	// Every value but the first has one of these before it.
	values, directives := 0, 0
	last := byte('\n')
	for _, b := range data {
		switch b {
		case '\n', ',', ':', '-', '[', '{', '?':
			values++
		case '%':
			if last == '\n' || last == '\r' {
				directives++
			}
		}
		last = b
	}
	if values > most {
		return fmt.Errorf("holds too many values: at most %d are read", most)
	}
	if directives > maxDirectives {
		return fmt.Errorf("holds too many directives (%%): at most %d are read", maxDirectives)
	}
	return nil
}

var errEmpty = errors.New("is empty")

// parseWholeYAML lets the YAML reader parse all of a text.
func parseWholeYAML(data []byte) (*yaml.Node, error) {
	first, second, err := nodes(data)
	switch {
	case err != nil:
		return nil, err
	case second != nil:
		return nil, lineError{line: second.Line, err: errors.New("a second document starts here: write one document, without ---")}
	}
	return first, nil
}

// FirstDocument parses the first document of a YAML text, for documents that must be accepted as
// they are. second is the line on which another begins, or 0. The error is a [Problem] without a
// file.
func FirstDocument(data []byte) (root *yaml.Node, second int, err error) {
	first, next, err := nodes(data)
	if first == nil {
		return nil, 0, problemOf("", err)
	}
	if next != nil {
		second = next.Line
	}
	return first, second, nil
}

// nodes returns those of the first document, and of the second if there is one. It returns the
// first even if the second is broken.
func nodes(data []byte) (first, second *yaml.Node, err error) {
	if err := tooMany(data, maxValues); err != nil {
		return nil, nil, err
	}
	// The YAML reader panics on some broken input.
	defer func() {
		if broken := recover(); broken != nil {
			err = fmt.Errorf("is not YAML: %v", broken)
		}
	}()
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var one, next yaml.Node
	switch err := decoder.Decode(&one); {
	case errors.Is(err, io.EOF), err == nil && len(one.Content) != 1:
		return nil, nil, errEmpty
	case err != nil:
		return nil, nil, syntaxError(data, err)
	}
	first = one.Content[0]
	switch err := decoder.Decode(&next); {
	case errors.Is(err, io.EOF):
		return first, nil, nil
	case err != nil:
		return first, nil, syntaxError(data, err)
	}
	return first, &next, nil
}
