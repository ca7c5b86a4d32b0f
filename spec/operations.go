package spec

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Operation is one operation of a published document.
type Operation struct {
	// Name is the operation's alias, "token.create"; Surface is "v2".
	Name, Surface string
	// Method is in upper case; Path is the template of the document, "/tokens/{token}".
	Method, Path string
	// Auth names what the document accepts, any one of: "basic" (email and API key), "refresh" (the refresh
	// token as Bearer).
	Auth []string
	// Parameters in the document's order, those of the overlay last.
	Parameters []Parameter
	// MissingID says that the document has an answer for a path that ends where the id should stand: the 400 of
	// PATCH and DELETE /tokens/{token}, which nothing else about the path could earn.
	MissingID bool
}

// Parameter is one parameter of an operation.
type Parameter struct {
	// Name as sent; In is "path" or "query".
	Name, In string
}

// outline is what Operations reads of a document. Members of a path that are no operations stay unread.
type outline struct {
	Paths      map[string]map[string]json.RawMessage `json:"paths"`
	Components struct {
		SecuritySchemes map[string]struct {
			Scheme string `json:"scheme"`
		} `json:"securitySchemes"`
	} `json:"components"`
}

type operationOutline struct {
	OperationID string                     `json:"operationId"`
	Parameters  []Parameter                `json:"parameters"`
	Security    []map[string][]string      `json:"security"`
	Responses   map[string]json.RawMessage `json:"responses"`
}

func (o outline) operation(p place) (operationOutline, error) {
	var operation operationOutline
	err := json.Unmarshal(o.Paths[p.path][strings.ToLower(p.method)], &operation)
	return operation, err
}

// Operations are the 18 operations of v2 in the published document's order. Names and added parameters come from
// the overlay, Auth from the document as published. Every call parses anew.
func Operations() ([]Operation, error) {
	tree, err := correctedTree(func(Correction) bool { return true })
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(tree)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", v2File, err)
	}
	var published, corrected outline
	if err := errors.Join(json.Unmarshal([]byte(v2Document), &published), json.Unmarshal(data, &corrected)); err != nil {
		return nil, fmt.Errorf("%s: %w", v2File, err)
	}
	places, err := v2Places()
	if err != nil {
		return nil, err
	}
	operations := make([]Operation, 0, len(places))
	for _, p := range places {
		o, err := operationAt(p, published, corrected)
		if err != nil {
			return nil, fmt.Errorf("%s: %s %s: %w", v2File, p.method, p.path, err)
		}
		operations = append(operations, o)
	}
	return operations, nil
}

func operationAt(p place, published, corrected outline) (Operation, error) {
	asPublished, err := published.operation(p)
	if err != nil {
		return Operation{}, err
	}
	operation, err := corrected.operation(p)
	if err != nil {
		return Operation{}, err
	}
	if operation.OperationID == "" {
		return Operation{}, fmt.Errorf("%s gives it no operationId; want a name like token.create", v2OverlayFile)
	}
	o := Operation{Name: operation.OperationID, Surface: "v2", Method: p.method, Path: p.path, Parameters: operation.Parameters}
	_, refused := asPublished.Responses["400"]
	o.MissingID = refused && strings.HasSuffix(p.path, "}")
	for _, requirement := range asPublished.Security {
		for _, name := range slices.Sorted(maps.Keys(requirement)) {
			switch scheme := published.Components.SecuritySchemes[name].Scheme; scheme {
			case "basic":
				o.Auth = append(o.Auth, "basic")
			case "bearer":
				// The only bearer scheme that v2 publishes is the refresh token's.
				o.Auth = append(o.Auth, "refresh")
			default:
				return Operation{}, fmt.Errorf("the scheme of %q is %q; want basic or bearer", name, scheme)
			}
		}
	}
	return o, nil
}

// place is one operation in the text of the published document.
type place struct {
	method, path string
	node         *yaml.Node
}

// v2Places lists the operations in the order of the text, which is lost once JSON objects are Go maps.
// JSON is YAML, and yaml.v3 keeps the order.
func v2Places() ([]place, error) {
	var root yaml.Node
	if err := yaml.Unmarshal([]byte(v2Document), &root); err != nil {
		return nil, fmt.Errorf("%s: %w", v2File, err)
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

// member is one member of an object, or nil.
func member(node *yaml.Node, name string) *yaml.Node {
	for key, value := range members(node) {
		if key == name {
			return value
		}
	}
	return nil
}
