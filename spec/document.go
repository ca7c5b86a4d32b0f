package spec

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"oauthmock/spec/strictyaml"
)

// Document is one published API document and what this project adds to it. Everything is parsed on
// first use, once. It is safe for concurrent use; the results of its methods are shared, and must
// not be modified.
type Document struct {
	name string
	// file and overlayFile name the two texts in errors.
	file, overlayFile string
	read, readOverlay func() ([]byte, error)

	overlay    func() (*overlay, error)
	tree       func() (any, error)
	operations func() ([]Operation, error)
	triples    func() ([]Triple, error)
	envelope   func() (Envelope, error)

	readings sync.Map // from keys to func() (any, error); see Once
}

// NewDocument creates a document of a surface that is not an embedded one: its OpenAPI document, in
// JSON or YAML, and its overlay, which may be nil. The texts are parsed on first use, so the
// methods report their problems.
func NewDocument(name string, published, overlay []byte) *Document {
	text := func(data []byte) func() ([]byte, error) {
		data = bytes.Clone(data)
		return func() ([]byte, error) { return data, nil }
	}
	d := &Document{name: name, file: name + "/openapi.json", overlayFile: name + "/overlay.yaml", read: text(published)}
	if overlay != nil {
		d.readOverlay = text(overlay)
	}
	d.prepare()
	return d
}

// The documents are embedded, in a folder for each surface.
//
//go:embed */openapi.json */overlay.yaml
var folders embed.FS

// surfaces names the embedded folders, in the order of [All].
func surfaces() []string {
	return []string{"v2", "v1", "clientcred", "authcode"}
}

var embedded = sync.OnceValue(func() []*Document {
	var all []*Document
	for _, name := range surfaces() {
		text := func(file string) func() ([]byte, error) {
			return func() ([]byte, error) { return folders.ReadFile(name + "/" + file) }
		}
		d := &Document{name: name, file: "spec/" + name + "/openapi.json", overlayFile: "spec/" + name + "/overlay.yaml",
			read: text("openapi.json"), readOverlay: text("overlay.yaml")}
		d.prepare()
		all = append(all, d)
	}
	return all
})

// All returns the embedded documents, v2 first. The caller owns the list.
func All() []*Document {
	return slices.Clone(embedded())
}

// V2 returns the embedded v2 document.
func V2() *Document {
	return embedded()[0]
}

// V1 returns the embedded v1 document, written from the provider's reference page.
func V1() *Document {
	return embedded()[1]
}

// ClientCred returns the embedded document of the client credentials flow, written from the
// provider's reference page.
func ClientCred() *Document {
	return embedded()[2]
}

// AuthCode returns the embedded document of the authorization code flow, written from the
// provider's reference page.
func AuthCode() *Document {
	return embedded()[3]
}

func (d *Document) prepare() {
	all := func(Correction) bool { return true }
	d.overlay = sync.OnceValues(d.readCorrections)
	d.tree = sync.OnceValues(func() (any, error) { return d.correctedTree(all) })
	d.operations = sync.OnceValues(d.readOperations)
	d.triples = sync.OnceValues(d.readTriples)
	d.envelope = sync.OnceValues(d.readEnvelope)
}

// Name returns the name of the surface, "v2".
func (d *Document) Name() string {
	return d.name
}

// Bytes returns the document as the provider published it, byte for byte. The caller owns the copy.
func (d *Document) Bytes() ([]byte, error) {
	data, err := d.read()
	if err != nil {
		return nil, fmt.Errorf("spec: %s: %w", d.file, err)
	}
	return bytes.Clone(data), nil
}

// Repaired returns the published document as JSON with only the corrections without which it cannot
// be used at all (see [Correction.Repair]).
func (d *Document) Repaired() ([]byte, error) {
	tree, err := d.correctedTree(func(c Correction) bool { return c.Repair })
	if err != nil {
		return nil, err
	}
	return d.encode(tree)
}

// Corrected returns the document as JSON with every correction of the overlay applied.
func (d *Document) Corrected() ([]byte, error) {
	tree, err := d.tree()
	if err != nil {
		return nil, err
	}
	return d.encode(tree)
}

func (d *Document) encode(tree any) ([]byte, error) {
	data, err := json.Marshal(tree)
	if err != nil {
		return nil, d.Wrong(err)
	}
	return data, nil
}

// Wrong returns err as an error of the document with its corrections.
func (d *Document) Wrong(err error) error {
	return fmt.Errorf("spec: %s with corrections: %w", d.file, err)
}

// Member decodes a member at the root of the corrected document into what into points to; if it is
// absent, into is unchanged. Members that into does not know are an error.
func (d *Document) Member(name string, into any) error {
	tree, err := d.tree()
	if err != nil {
		return err
	}
	root, _ := tree.(map[string]any)
	value, ok := root[name]
	if !ok {
		return nil
	}
	data, err := d.encode(value)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return d.Wrong(fmt.Errorf("%s: %w", name, err))
	}
	return nil
}

// Once returns what read returned when Once was first called with the key. Packages that read the
// document with a library cache their reading this way. The key has a type of the caller's own, as
// with context values.
func (d *Document) Once(key any, read func() (any, error)) (any, error) {
	once, _ := d.readings.LoadOrStore(key, sync.OnceValues(read))
	return once.(func() (any, error))()
}

// correctedTree returns the published document as plain JSON values, with the chosen corrections
// applied.
func (d *Document) correctedTree(chosen func(Correction) bool) (any, error) {
	overlay, err := d.overlay()
	if err != nil {
		return nil, err
	}
	tree, err := d.publishedTree()
	if err != nil {
		return nil, err
	}
	return overlay.apply(tree, chosen)
}

// publishedTree returns the published document as plain JSON values, which the caller owns.
func (d *Document) publishedTree() (any, error) {
	data, err := d.read()
	if err != nil {
		return nil, fmt.Errorf("spec: %s: %w", d.file, err)
	}
	var tree any
	if json.Valid(data) {
		tree, err = DecodeJSON(data)
	} else {
		if err := (strictyaml.Format{}).Decode(d.file, data, &tree); err != nil {
			return nil, fmt.Errorf("spec: %w", err)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("spec: %s: %w", d.file, err)
	}
	return tree, nil
}

// DecodeJSON decodes JSON without rounding its numbers.
func DecodeJSON(data []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		return nil, err
	}
	return tree, nil
}
