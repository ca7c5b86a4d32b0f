package scenarios

import (
	"net/url"
	"slices"
	"strings"

	"oauthmock/spec"
)

// ServicesPrefix is where a target offers the paid services behind the tokens: the domain of a
// service and a path of it follow.
const ServicesPrefix = "/__services/"

// The surfaces whose calls are written without their names.
const (
	surfaceV2       = "v2"
	surfaceServices = "services"
)

// Call is the parsed `call` of a step.
type Call struct {
	// Surface is the API that is called: "v2", "services", or the name before method and path.
	Surface string
	// Operation is nil where method and path belong to none of the published operations.
	Operation *spec.Operation
	Method    string
	// Path is the operation's template ("/tokens/{token}") where an alias was written, otherwise
	// the path as written.
	Path string
	// Alias means that the path parameters have yet to be filled in.
	Alias bool
}

// ResolveCall parses an alias ("token.create", "v1.scope.list"), a method and a path ("POST
// /tokens", "GET ${path}"), and these with a surface before them ("v1 GET /scopes"). ok is false if
// the call is none of these, or its alias or surface is not one of operations.
func ResolveCall(operations []spec.Operation, call string) (resolved Call, ok bool) {
	first, rest, written := strings.Cut(call, " ")
	if !written {
		for i := range operations {
			if o := &operations[i]; o.Name == call {
				return Call{Surface: o.Surface, Operation: o, Method: o.Method, Path: o.Path, Alias: true}, true
			}
		}
		return Call{}, false
	}
	surface, method, path := "", first, rest
	if !isMethod(first) {
		if surface = first; surface == surfaceV2 || !slices.Contains(surfacesOf(operations), surface) {
			return Call{}, false
		}
		method, path, _ = strings.Cut(rest, " ")
	}
	if !isMethod(method) || !strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "${") || strings.ContainsAny(path, " ?#\t\r\n") {
		return Call{}, false
	}
	if surface == "" {
		surface = SurfaceOf(path)
	}
	return Call{Surface: surface, Operation: MatchOperation(operations, surface, method, path), Method: method, Path: path}, true
}

// Service reports whether a paid service is called, of which no published document knows anything.
func (c Call) Service() bool { return c.Surface == surfaceServices }

// SurfaceOf is the surface of an escaped path that is written without one: "services" below
// [ServicesPrefix], otherwise "v2".
func SurfaceOf(path string) string {
	if strings.HasPrefix(path, ServicesPrefix) {
		return surfaceServices
	}
	return surfaceV2
}

// surfacesOf lists the surfaces of operations, each once, in their order.
func surfacesOf(operations []spec.Operation) []string {
	var names []string
	for _, o := range operations {
		if !slices.Contains(names, o.Surface) {
			names = append(names, o.Surface)
		}
	}
	return names
}

// MatchOperation returns the operation of a surface that a request belongs to, by method and
// escaped path; nil if there is none. A path that ends where an ID should be belongs to an
// operation only if the document has an answer for it: "PATCH /tokens/" is PATCH /tokens/{token}
// 400 150, "GET /tokens/" is an unknown path. The forms of an operation's pages belong to it too.
func MatchOperation(operations []spec.Operation, surface, method, path string) *spec.Operation {
	for i := range operations {
		operation := &operations[i]
		if operation.Surface == surface && (operation.Method == method || slices.Contains(operation.Forms, method)) && matchPath(operation, path) {
			return operation
		}
	}
	return nil
}

func matchPath(operation *spec.Operation, path string) bool {
	want, got := strings.Split(operation.Path, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return false
	}
	for i, segment := range want {
		if isParameter(segment) {
			if got[i] == "" && !operation.MissingID {
				return false
			}
			continue
		}
		plain, err := url.PathUnescape(got[i])
		if err != nil || plain != segment {
			return false
		}
	}
	return true
}

// pathParameters are the names of a template's parameters, in their order.
func pathParameters(template string) []string {
	var names []string
	for segment := range strings.SplitSeq(template, "/") {
		if isParameter(segment) {
			names = append(names, segment[1:len(segment)-1])
		}
	}
	return names
}

func isParameter(segment string) bool {
	return strings.HasPrefix(segment, "{") && strings.HasSuffix(segment, "}")
}

// isMethod reports whether the text is a possible HTTP method, in upper case like all real ones.
func isMethod(text string) bool {
	for _, r := range text {
		if r < 'A' || r > 'Z' {
			return false
		}
	}
	return text != ""
}
