package explain

import (
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"oauthmock/mockserver/exchange"
	"oauthmock/spec"
)

// Operation is an operation of a surface, with its path as a template.
type Operation struct{ Name, Method, Path string }

// Document knows the operations, and holds requests against the published document, corrected. The document is read when it is first needed.
// It is safe for concurrent use.
type Document struct {
	operations []Operation
	read       func() (*openapi3.T, error)
}

// NewDocument makes a document for operations.
func NewDocument(operations []Operation) *Document {
	return &Document{operations: operations, read: spec.V2().Corrected}
}

// Load reads the document now, so that the first request need not wait, and says what is wrong with it.
func (d *Document) Load() error {
	_, err := d.read()
	return err
}

func (d *Document) operation(name string) (Operation, bool) {
	i := slices.IndexFunc(d.operations, func(o Operation) bool { return o.Name == name })
	if i < 0 {
		return Operation{}, false
	}
	return d.operations[i], true
}

// Violations are the places where a request is not as the document has it; none where no operation matched.
func (d *Document) Violations(e *exchange.Exchange) []spec.Violation {
	o, ok := d.operation(e.Operation)
	if !ok {
		return nil
	}
	doc, err := d.read()
	if err != nil { // the document is part of the program, and tested
		return nil
	}
	_, query, _ := strings.Cut(e.Request.URI, "?")
	return spec.RequestViolations(doc, spec.Operation{Method: o.Method, Path: o.Path}, spec.Request{Query: query, Header: e.Request.Header, Body: e.Request.Body})
}

// near are the operations that a request came nearest to: the same path with another method, else paths that are like it.
func (d *Document) near(e *exchange.Exchange) []Near {
	const most = 3
	path, _, _ := strings.Cut(e.Request.URI, "?")
	if u, err := url.Parse(path); err == nil && u.IsAbs() { // with the host before it, as proxies are asked
		path = u.EscapedPath()
	}
	var out []Near
	for _, o := range d.operations {
		if fits(o.Path, path) {
			out = append(out, Near{o.Name, o.Method, o.Path, "the method is " + e.Request.Method})
		}
	}
	if len(out) > 0 {
		return out
	}
	type candidate struct {
		Operation
		distance int
	}
	var all []candidate
	for _, o := range d.operations {
		distance := distance(segments(o.Path), segments(path))
		if o.Method != e.Request.Method {
			distance += costAlike
		}
		all = append(all, candidate{o, distance})
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return a.distance - b.distance })
	for _, c := range all[:min(most, len(all))] {
		if c.distance > 2*costOther+costAlike {
			break
		}
		off := "the path is " + path
		if strings.TrimSuffix(path, "/") != path && fits(c.Path, strings.TrimSuffix(path, "/")) {
			off = "the path ends in a slash"
		}
		if c.Method != e.Request.Method {
			off += ", the method " + e.Request.Method
		}
		out = append(out, Near{c.Name, c.Method, c.Path, off})
	}
	return out
}

func segments(path string) []string { return strings.Split(strings.TrimPrefix(path, "/"), "/") }

// fits says whether a path is one of a template's.
func fits(template, path string) bool {
	t, p := segments(template), segments(path)
	return len(t) == len(p) && !slices.Contains(p, "") && distance(t, p) < costAlike
}

// What it costs to make one segment of another: to fill in a parameter, to mend what is almost the same, to change, add or take away.
const (
	costParameter = 1
	costAlike     = 10
	costOther     = 20
)

// distance is how much would have to be changed.
func distance(template, path []string) int {
	if len(path) > 16 {
		path = path[:16] // nothing of ours is near a path like that
	}
	before := make([]int, len(path)+1)
	for j := range before {
		before[j] = costOther * j
	}
	for i, t := range template {
		now := make([]int, len(path)+1)
		now[0] = costOther * (i + 1)
		for j, p := range path {
			now[j+1] = min(before[j]+change(t, p), before[j+1]+costOther, now[j]+costOther)
		}
		before = now
	}
	return before[len(path)]
}

func change(template, segment string) int {
	switch {
	case template == segment:
		return 0
	case strings.HasPrefix(template, "{") && segment != "":
		return costParameter
	case strings.EqualFold(template, segment) || strings.TrimSuffix(template, "s") == strings.TrimSuffix(segment, "s"):
		return costAlike
	}
	return costOther
}
