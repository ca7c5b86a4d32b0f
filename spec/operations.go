package spec

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// Operation is one operation of a published document.
type Operation struct {
	// Name is the operation's alias, "token.create"; Surface the document's name, "v2".
	Name, Surface string
	// Method is in upper case; Path is the template of the document, "/tokens/{token}".
	Method, Path string
	// Statuses that the document as published knows, in its order, without those that are not
	// numbers ("default", "4XX").
	Statuses []int
	// Auth names the credentials that the document accepts, any one of them: the scheme of HTTP
	// authentication ("basic"), the type of another ("apiKey"), or the scheme's x-credential
	// ("refresh", the refresh token as Bearer).
	Auth []string
	// Parameters in the document's order, those of the path first and those of the overlay last.
	Parameters []Parameter
	// Detail is the query parameter that makes a list answer with one entry; "" if there is none.
	Detail string
	// MissingID reports whether the document has an answer for a path that ends where the ID should
	// be: the 400 of PATCH and DELETE /tokens/{token}, which nothing else about the path could
	// cause.
	MissingID bool
	// Own reports whether the operation is the mock's own (x-own): the provider does not publish
	// it, so no server needs it, and coverage does not count it.
	Own bool
	// Forms are further methods of the path whose requests belong to the operation (x-forms): those
	// that the forms on its pages use.
	Forms []string
}

// Parameter is one parameter of an operation.
type Parameter struct {
	// Name as sent; In is "path" or "query".
	Name, In string
}

// outline is the part of a document that Operations reads. Members of a path that are not
// operations are ignored.
type outline struct {
	Paths      map[string]map[string]json.RawMessage `json:"paths"`
	Components struct {
		SecuritySchemes map[string]struct {
			Type       string `json:"type"`
			Scheme     string `json:"scheme"`
			Credential string `json:"x-credential"`
		} `json:"securitySchemes"`
	} `json:"components"`
	Strict struct {
		Detail    string `json:"detail"`
		MissingID string `json:"missingId"`
	} `json:"x-strict"`
}

type operationOutline struct {
	OperationID string                     `json:"operationId"`
	Parameters  []Parameter                `json:"parameters"`
	Security    []map[string][]string      `json:"security"`
	Responses   map[string]json.RawMessage `json:"responses"`
	Own         bool                       `json:"x-own"`
	Forms       []string                   `json:"x-forms"`
}

func (o outline) operation(p place) (operationOutline, error) {
	var operation operationOutline
	item := o.Paths[p.path]
	err := json.Unmarshal(item[strings.ToLower(p.method)], &operation)
	if shared, ok := item["parameters"]; ok && err == nil {
		var all []Parameter
		err = json.Unmarshal(shared, &all)
		operation.Parameters = append(all, operation.Parameters...)
	}
	return operation, err
}

// Operations returns the operations in the published document's order. Names and added parameters
// come from the overlay; Auth lists the schemes that the document as published accepts.
func (d *Document) Operations() ([]Operation, error) {
	return d.operations()
}

func (d *Document) readOperations() ([]Operation, error) {
	corrected, err := d.outlineOf(d.tree)
	if err != nil {
		return nil, err
	}
	published, err := d.outlineOf(d.publishedTree)
	if err != nil {
		return nil, err
	}
	places, err := d.places()
	if err != nil {
		return nil, err
	}
	operations := make([]Operation, 0, len(places))
	for _, p := range places {
		o, err := d.operationAt(p, published, corrected)
		if err != nil {
			return nil, fmt.Errorf("%s: %s %s: %w", d.file, p.method, p.path, err)
		}
		operations = append(operations, o)
	}
	return operations, nil
}

func (d *Document) outlineOf(read func() (any, error)) (outline, error) {
	var o outline
	tree, err := read()
	if err != nil {
		return o, err
	}
	data, err := json.Marshal(tree)
	if err != nil {
		return o, fmt.Errorf("%s: %w", d.file, err)
	}
	if err := json.Unmarshal(data, &o); err != nil {
		return o, fmt.Errorf("%s: %w", d.file, err)
	}
	return o, nil
}

func (d *Document) operationAt(p place, published, corrected outline) (Operation, error) {
	asPublished, err := published.operation(p)
	if err != nil {
		return Operation{}, err
	}
	operation, err := corrected.operation(p)
	if err != nil {
		return Operation{}, err
	}
	if operation.OperationID == "" {
		return Operation{}, fmt.Errorf("neither the document nor %s gives it an operationId; want a name like token.create", d.overlayFile)
	}
	o := Operation{Name: operation.OperationID, Surface: d.name, Method: p.method, Path: p.path, Parameters: operation.Parameters,
		Own: operation.Own, Forms: operation.Forms}
	if detail := corrected.Strict.Detail; slices.Contains(o.Parameters, Parameter{Name: detail, In: "query"}) {
		o.Detail = detail
	}
	_, refused := asPublished.Responses[corrected.Strict.MissingID]
	o.MissingID = refused && strings.HasSuffix(p.path, "}")
	for status := range asPublished.Responses {
		if n, err := strconv.Atoi(status); err == nil {
			o.Statuses = append(o.Statuses, n)
		}
	}
	slices.Sort(o.Statuses)
	for _, requirement := range asPublished.Security {
		for _, name := range slices.Sorted(maps.Keys(requirement)) {
			scheme := corrected.Components.SecuritySchemes[name]
			o.Auth = append(o.Auth, cmp.Or(scheme.Credential, scheme.Scheme, scheme.Type))
		}
	}
	return o, nil
}

// place is one operation in the text of the published document.
type place struct {
	method, path string
	node         *yaml.Node
}

// places lists the operations in the order of the text, which is lost once JSON objects are Go
// maps. JSON is YAML, and yaml.v3 keeps the order.
func (d *Document) places() ([]place, error) {
	data, err := d.read()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.file, err)
	}
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		return nil, fmt.Errorf("%s: %w", d.file, err)
	}
	if len(root.Content) == 0 {
		return nil, fmt.Errorf("%s: the document is empty", d.file)
	}
	methods := []string{"GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"}
	var places []place
	for path, item := range members(member(root.Content[0], "paths")) {
		for name, node := range members(item) {
			if method := strings.ToUpper(name); slices.Contains(methods, method) {
				places = append(places, place{method: method, path: path, node: node})
			}
		}
	}
	return places, nil
}

// members walks the members of an object in the order of the text; a nil or other node has none.
func members(node *yaml.Node) func(yield func(string, *yaml.Node) bool) {
	return func(yield func(string, *yaml.Node) bool) {
		if node == nil || node.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(node.Content); i += 2 {
			if !yield(node.Content[i].Value, node.Content[i+1]) {
				return
			}
		}
	}
}

// member returns one member of an object, or nil.
func member(node *yaml.Node, name string) *yaml.Node {
	for key, value := range members(node) {
		if key == name {
			return value
		}
	}
	return nil
}
