package spec

import (
	"fmt"
	"strconv"

	"gopkg.in/yaml.v3"
)

// Triple is one documented refusal: an operation, a status and a code, with the message that goes with it.
type Triple struct {
	// Operation is the alias; Method and Path are those of the document.
	Operation, Method, Path string
	Status                  int
	Code                    Code
	Message                 string
	// Example is the name of the example that documents it; "" for an unnamed one.
	Example string
}

// String names the triple as coverage and scenarios do: "PATCH /tokens/{token} 401 130".
func (t Triple) String() string {
	return fmt.Sprintf("%s %s %d %s", t.Method, t.Path, t.Status, t.Code)
}

// Source names the example in the published document: "PATCH /tokens/{token} 401 unauthorized_refresh", or
// "GET /tokens 404" where it has no name.
func (t Triple) Source() string {
	source := fmt.Sprintf("%s %s %d", t.Method, t.Path, t.Status)
	if t.Example != "" {
		source += " " + t.Example
	}
	return source
}

// Triples are the 27 documented refusals of v2, from the published document's own examples and in its order.
// Every call parses anew.
func Triples() ([]Triple, error) {
	operations, err := Operations()
	if err != nil {
		return nil, err
	}
	places, err := v2Places()
	if err != nil {
		return nil, err
	}
	var triples []Triple
	for i, p := range places {
		for key, response := range members(member(p.node, "responses")) {
			status, err := strconv.Atoi(key)
			if err != nil || status < 400 {
				continue
			}
			for example, value := range examplesOf(response) {
				t := Triple{Operation: operations[i].Name, Method: p.method, Path: p.path, Status: status, Example: example}
				if err := t.read(value); err != nil {
					return nil, fmt.Errorf("%s: %s: %w", v2File, t.Source(), err)
				}
				triples = append(triples, t)
			}
		}
	}
	return triples, nil
}

// read takes code and message from an example of a failure.
func (t *Triple) read(example *yaml.Node) error {
	code, message := member(example, "error"), member(example, "message")
	if code == nil || message == nil {
		return fmt.Errorf("the example has no error or no message; want both")
	}
	if err := t.Code.UnmarshalYAML(code); err != nil {
		return fmt.Errorf("error: %w", err)
	}
	t.Message = message.Value
	return nil
}

// examplesOf walks the JSON examples of a response, under `example` (without a name) and `examples`.
func examplesOf(response *yaml.Node) func(yield func(string, *yaml.Node) bool) {
	return func(yield func(string, *yaml.Node) bool) {
		media := member(member(response, "content"), "application/json")
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
