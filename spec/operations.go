package spec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
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
}

// Parameter is one parameter of an operation.
type Parameter struct {
	// Name as sent; In is "path" or "query".
	Name, In string
}

// Operations are the 18 operations of v2 in the published document's order. Names and added parameters come from
// the overlay, Auth from the document as published. Every call parses anew.
func Operations() ([]Operation, error) {
	published, err := Published()
	if err != nil {
		return nil, err
	}
	corrected, err := Corrected()
	if err != nil {
		return nil, err
	}
	places, err := v2Places()
	if err != nil {
		return nil, err
	}
	operations := make([]Operation, 0, len(places))
	for _, p := range places {
		asPublished := published.Paths.Value(p.path).GetOperation(p.method)
		operation := corrected.Paths.Value(p.path).GetOperation(p.method)
		if operation.OperationID == "" {
			return nil, fmt.Errorf("%s: %s %s has no operationId; want a name like token.create", v2OverlayFile, p.method, p.path)
		}
		auth, err := authOf(published, asPublished)
		if err != nil {
			return nil, fmt.Errorf("%s: %s %s: %w", v2File, p.method, p.path, err)
		}
		o := Operation{Name: operation.OperationID, Surface: "v2", Method: p.method, Path: p.path, Auth: auth}
		for _, parameter := range operation.Parameters {
			o.Parameters = append(o.Parameters, Parameter{Name: parameter.Value.Name, In: parameter.Value.In})
		}
		operations = append(operations, o)
	}
	return operations, nil
}

// authOf names the security schemes of an operation: HTTP basic is "basic"; the only HTTP bearer scheme
// that v2 publishes is the refresh token's.
func authOf(doc *openapi3.T, operation *openapi3.Operation) ([]string, error) {
	var auth []string
	if operation.Security == nil {
		return auth, nil
	}
	for _, requirement := range *operation.Security {
		for name := range requirement {
			scheme := doc.Components.SecuritySchemes[name]
			switch {
			case scheme == nil:
				return nil, fmt.Errorf("security scheme %q is not among the components", name)
			case scheme.Value.Scheme == "basic":
				auth = append(auth, "basic")
			case scheme.Value.Scheme == "bearer":
				auth = append(auth, "refresh")
			default:
				return nil, fmt.Errorf("security scheme %q is %q; want basic or bearer", name, scheme.Value.Scheme)
			}
		}
	}
	return auth, nil
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
