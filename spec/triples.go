package spec

import (
	"fmt"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// Triple is one documented refusal: an operation, a status and a code, with the message.
type Triple struct {
	// Surface is the document's name, Operation the alias; Method and Path are the document's.
	Surface, Operation, Method, Path string
	Status                           int
	Code                             Code
	Message                          string
	// CodeName is the word for the code; "" if the API has none.
	CodeName string
	// Example is the name of the example that documents it; "" for an unnamed one.
	Example string
}

// String names the triple as coverage and scenarios do: "PATCH /tokens/{token} 401 130", or outside
// v2 "v1 PUT /token/{token} 404 170".
func (t Triple) String() string {
	return Qualified(t.Surface, fmt.Sprintf("%s %s %d %s", t.Method, t.Path, t.Status, t.Code))
}

// Qualified puts the surface before a place in its document ("GET /scopes 200"), as coverage and
// scenarios do. A place without a surface is v2's.
func Qualified(surface, place string) string {
	if surface == "v2" || surface == "" {
		return place
	}
	return surface + " " + place
}

// Source names the example in the published document: "PATCH /tokens/{token} 401
// unauthorized_refresh", or "GET /tokens 404" if it has no name.
func (t Triple) Source() string {
	source := fmt.Sprintf("%s %s %d", t.Method, t.Path, t.Status)
	if t.Example != "" {
		source += " " + t.Example
	}
	return source
}

// Triples returns the documented refusals (27 of v2), from the published document's own examples
// and in its order.
func (d *Document) Triples() ([]Triple, error) {
	return d.triples()
}

func (d *Document) readTriples() ([]Triple, error) {
	operations, err := d.Operations()
	if err != nil {
		return nil, err
	}
	places, err := d.places()
	if err != nil {
		return nil, err
	}
	envelope, err := d.Envelope()
	if err != nil {
		return nil, err
	}
	var triples []Triple
	for i, p := range places {
		if operations[i].Own {
			continue
		}
		for key, response := range members(member(p.node, "responses")) {
			status, err := strconv.Atoi(key)
			if err != nil || status < 400 {
				continue
			}
			for example, value := range examplesOf(response, envelope.Media) {
				t := Triple{Surface: d.name, Operation: operations[i].Name, Method: p.method, Path: p.path, Status: status, Example: example}
				if err := t.read(value, envelope); err != nil {
					return nil, fmt.Errorf("%s: %s: %w", d.file, t.Source(), err)
				}
				triples = append(triples, t)
			}
		}
	}
	return triples, nil
}

// read decodes code and message from an example of a failure.
func (t *Triple) read(example *yaml.Node, envelope Envelope) error {
	code, message := memberAt(example, envelope.Code), memberAt(example, envelope.Message)
	if code == nil || message == nil {
		return fmt.Errorf("the example has no %s or no %s; want both", envelope.Code, envelope.Message)
	}
	if err := t.Code.UnmarshalYAML(code); err != nil {
		return fmt.Errorf("%s: %w", envelope.Code, err)
	}
	t.Message = message.Value
	if envelope.CodeName != "" {
		if name := memberAt(example, envelope.CodeName); name != nil {
			t.CodeName = name.Value
		}
	}
	return nil
}

// memberAt returns the member at a path of names, or nil.
func memberAt(node *yaml.Node, path string) *yaml.Node {
	for name := range strings.SplitSeq(path, ".") {
		node = member(node, name)
	}
	return node
}

// examplesOf walks the examples of a response, under `example` (without a name) and `examples`.
func examplesOf(response *yaml.Node, mediaType string) func(yield func(string, *yaml.Node) bool) {
	return func(yield func(string, *yaml.Node) bool) {
		media := member(member(response, "content"), mediaType)
		if one := member(media, "example"); one != nil && !yield("", one) {
			return
		}
		for name, example := range members(member(media, "examples")) {
			if value := member(example, "value"); value != nil && !yield(name, value) {
				return
			}
		}
	}
}
