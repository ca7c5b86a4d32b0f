package openapi

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf16"

	"oauthmock/spec/strictyaml"
)

// MaxFile is the largest document that is read, in bytes.
const MaxFile = 32 << 20

// Document is the OpenAPI document of a service. It is immutable once loaded, and safe for
// concurrent use.
type Document struct {
	title      string
	version    string
	operations []*Operation
	router     router
	files      []string
}

// Open reads the document at a path, JSON or YAML, OAS 3.0 or 3.1, with the files beside it, or
// below, that it refers to. The error names the file, and the line where one is known; it is not
// nil only when nothing can be made of the file.
func Open(path string) (*Document, []Warning, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case info.IsDir():
		return nil, nil, fmt.Errorf("%s is a directory; it should be an OAS document, JSON or YAML", path)
	case info.Size() > MaxFile:
		return nil, nil, tooLarge(path)
	}
	data, err := strictyaml.ReadFile(path, MaxFile)
	if err != nil {
		return nil, nil, err
	}
	folder, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return nil, nil, err
	}
	defer folder.Close()
	return parse(data, path, &sources{folder: folder, path: filepath.Dir(path), read: map[string]*source{}})
}

// Holds reports whether a text is an object with the member "openapi", or "swagger" as older
// documents have it, whatever else it contains.
func Holds(data []byte) bool {
	if len(data) > MaxFile {
		return false
	}
	tree, err := (&reader{}).tree(data)
	root, _ := tree.(*object)
	return err == nil && (root.has("openapi") || root.has("swagger"))
}

func tooLarge(name string) error {
	return fmt.Errorf("%s is larger than %d MiB, the most that is read of an OAS document", name, MaxFile>>20)
}

// Parse parses a document in memory, as [Open] does, but follows no reference to another file; name
// is its name in errors.
func Parse(data []byte, name string) (*Document, []Warning, error) {
	return parse(data, name, nil)
}

func parse(data []byte, name string, beside *sources) (*Document, []Warning, error) {
	if len(data) > MaxFile {
		return nil, nil, tooLarge(name)
	}
	r := &reader{others: beside, schemas: map[*object]*schema{}, formats: map[string]bool{}}
	tree, err := r.tree(data)
	if err != nil {
		if at, ok := errors.AsType[*lineError](err); ok {
			return nil, nil, fmt.Errorf("%s:%d: %w", name, at.line, at.err)
		}
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	root, ok := tree.(*object)
	if !ok {
		return nil, nil, fmt.Errorf("%s:1: the file holds %s; an OAS document is an object with openapi, info and paths", name, kindOf(tree))
	}
	r.root, r.main = root, &source{name: filepath.Base(name), root: root, main: true}
	if err := r.supported(); err != nil {
		return nil, nil, fmt.Errorf("%s:%d: %w", name, max(root.line, 1), err)
	}
	d := r.document()
	if beside != nil {
		d.files = beside.files()
	}
	return d, r.warn.all(), nil
}

// tree parses JSON or YAML, whatever the file is called. A text that starts like JSON but is
// invalid may still be YAML, which allows a trailing comma.
func (r *reader) tree(data []byte) (any, error) {
	data = decoded(data)
	trimmed := bytes.TrimSpace(data)
	if len(trimmed) == 0 {
		return nil, errors.New("the file is empty; it should be an OAS document, JSON or YAML")
	}
	if trimmed[0] != '{' && trimmed[0] != '[' {
		return readYAML(data, &r.warn)
	}
	tree, err := readJSON(data, &r.warn)
	if err == nil || errors.Is(err, errTooDeep) {
		return tree, err
	}
	r.warn = warnings{}
	lenient, yamlErr := readYAML(data, &r.warn)
	if yamlErr != nil {
		return nil, err
	}
	r.warn.add(&place{}, "the file is not strictly JSON (%v); it is read as YAML", err)
	return lenient, nil
}

// decoded takes a byte order mark away, and makes UTF-8 of UTF-16.
func decoded(data []byte) []byte {
	if after, ok := bytes.CutPrefix(data, []byte{0xEF, 0xBB, 0xBF}); ok {
		return after
	}
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}):
		order = binary.LittleEndian
	case bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		order = binary.BigEndian
	default:
		return data
	}
	units := make([]uint16, 0, len(data)/2)
	for i := 2; i+1 < len(data); i += 2 {
		units = append(units, order.Uint16(data[i:]))
	}
	return []byte(string(utf16.Decode(units)))
}

// supported decides whether the tree is a document that can be served.
func (r *reader) supported() error {
	version, has := r.root.get("openapi")
	at := r.main.place().in("openapi", nil)
	written := plain(version)
	_, paths := r.root.get("paths")
	if old, isOld := r.root.get("swagger"); isOld && !has {
		return fmt.Errorf("this is an OpenAPI %s document; OAS 3.0 and 3.1 are read (https://converter.swagger.io makes 3.0 of 2.0)", plain(old))
	}
	if _, hooks := r.root.get("webhooks"); hooks && !paths { // OAS 3.1 allows it
		r.root.keys, r.root.values = append(r.root.keys, "paths"), append(r.root.values, &object{})
		paths = true
	}
	switch {
	case !paths:
		return errors.New(`the document has no "paths", so there is nothing to answer`)
	case r.root.object("paths") == nil:
		v, _ := r.root.get("paths")
		return fmt.Errorf(`"paths" is %s; it should be an object of paths`, kindOf(v))
	case !has:
		r.warn.add(at, `the document does not say its version in "openapi"; it is read as 3.0`)
	case written == "3" || written == "3.0" || strings.HasPrefix(written, "3.0."):
	case written == "3.1" || strings.HasPrefix(written, "3.1."):
		r.modern = true
	case strings.HasPrefix(written, "3."):
		r.modern = true
		r.warn.add(at, "OAS %s is newer than 3.1; it is read as 3.1", written)
	default:
		r.warn.add(at, "openapi is %s, which is not a version that is known; the document is read as 3.0", quoted(version))
	}
	return nil
}

// document makes everything of the tree.
func (r *reader) document() *Document {
	at := r.main.place()
	r.fields(r.root, at, "the document", " openapi info servers paths components security tags externalDocs webhooks jsonSchemaDialect $self ")
	info := r.root.object("info")
	d := &Document{title: info.text("title")}
	if v, ok := info.get("version"); ok {
		d.version = plain(v)
	}
	servers, place := r.list(r.root, "servers", at)
	d.router.bases = r.bases(nil, servers, place)
	r.elsewhere = elsewhere(servers)
	paths := r.root.object("paths")
	place = at.in("paths", paths)
	for i, template := range paths.keys {
		if strings.HasPrefix(template, "x-") {
			continue
		}
		r.path(d, template, paths.values[i], place.in(template, paths.values[i]))
	}
	r.drain()
	r.vet()
	for i, op := range d.operations {
		op.excuse(r, r.places[i])
	}
	for _, op := range d.operations {
		op.tell(r)
	}
	if len(d.operations) == 0 {
		r.warn.add(place, "the document has no operation, so every request is unknown to it")
	}
	d.router.sort()
	return d
}

// vet keeps the examples that match their schema, repaired if necessary, and warns about the
// others.
func (r *reader) vet() {
	for _, s := range r.all {
		var kept, odd []any
		for _, v := range s.schema.samples {
			fixed, ok := s.schema.sample(v)
			if ok {
				kept = append(kept, fixed)
			}
			if !passes(s.schema, v) {
				odd = append(odd, v)
				r.warn.because(s.at, misfit(s.schema, v), "an example or default does not fit its own schema; what does not fit is written differently, replaced or left out")
			}
		}
		s.schema.samples, s.schema.odd = kept, odd
	}
}

// sample returns an example of a schema as it matches; of strings and numbers only the meaning is
// kept. ok is false if it does not match.
func (s *schema) sample(v any) (fixed any, ok bool) {
	if passes(s, v) {
		return v, true
	}
	switch v.(type) {
	case *object, []any:
		return repair(s, v, subject{name: s.name})
	}
	for _, other := range s.flattened().spellings(v) {
		if passes(s, other) {
			return other, true
		}
	}
	return nil, false
}

// Title is the title of the document, "" if it has none.
func (d *Document) Title() string { return d.title }

// Files are the paths of the other files that the document refers to, whether or not they are
// there.
func (d *Document) Files() []string { return slices.Clone(d.files) }

// Version returns the service's version in the document, or "".
func (d *Document) Version() string { return d.version }

// Operations lists what the document offers, in its own order.
func (d *Document) Operations() []*Operation { return slices.Clone(d.operations) }
