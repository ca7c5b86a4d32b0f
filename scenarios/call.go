package scenarios

import (
	"net/url"
	"strings"

	"oauthmock/spec"
)

// ServicesPrefix is where a target offers the paid services behind the tokens: below it stand the domain of a service and a path of it.
const ServicesPrefix = "/__services/"

// Call is what a step's `call` asks for.
type Call struct {
	// Operation is nil where method and path belong to none of the published operations.
	Operation *spec.Operation
	Method    string
	// Path is the operation's template ("/tokens/{token}") where an alias was written, else the path as written.
	Path string
	// Alias says that the path parameters are still to be filled in.
	Alias bool
	// Service says that a paid service is called, of which the published document knows nothing.
	Service bool
}

// ResolveCall understands "token.create", "POST /tokens" and "GET ${path}"; false means that it is neither a known alias nor a method
// and a path.
func ResolveCall(operations []spec.Operation, call string) (Call, bool) {
	method, path, written := strings.Cut(call, " ")
	if !written {
		for i := range operations {
			if operations[i].Name == call {
				return Call{Operation: &operations[i], Method: operations[i].Method, Path: operations[i].Path, Alias: true}, true
			}
		}
		return Call{}, false
	}
	if !isMethod(method) || !strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "${") || strings.ContainsAny(path, " ?#\t\r\n") {
		return Call{}, false
	}
	return Call{Operation: MatchOperation(operations, method, path), Method: method, Path: path, Service: OfService(path)}, true
}

// OfService says whether an escaped path is one of a paid service.
func OfService(path string) bool { return strings.HasPrefix(path, ServicesPrefix) }

// MatchOperation finds the operation that a request belongs to, by method and escaped path; nil when there is none. A path
// that ends where an id should stand belongs to an operation only where the document has an answer for it: "PATCH /tokens/" is
// PATCH /tokens/{token} 400 150, "GET /tokens/" is an unknown path.
func MatchOperation(operations []spec.Operation, method, path string) *spec.Operation {
	for i := range operations {
		if operations[i].Method == method && matchPath(&operations[i], path) {
			return &operations[i]
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

// isMethod says whether the text can stand as an HTTP method, in the upper case that all real ones have.
func isMethod(text string) bool {
	for _, r := range text {
		if r < 'A' || r > 'Z' {
			return false
		}
	}
	return text != ""
}
