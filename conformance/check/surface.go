package check

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"oauthmock/conformance/contract"
	"oauthmock/scenarios"
	"oauthmock/spec"
	"oauthmock/spec/reading"
)

// Surface is a contract whose document has been read. It is read-only and safe for concurrent use.
type Surface struct {
	contract.Contract
	envelope   spec.Envelope
	operations []spec.Operation
	triples    []spec.Triple
	// refusals are those of the table that are known by more than an assumption.
	refusals []spec.Refusal
	// published and strict are two readings of the document; nil if there is none.
	published, strict *openapi3.T
	// statuses that the published document has, by operation's name.
	statuses map[string][]string
	// flat are the operations whose documented success has its members beside those of the
	// envelope.
	flat map[string]bool
	// wrapped are the operations whose documented success has the envelope's data; of others in
	// Bare the payload alone is documented.
	wrapped map[string]bool
	// completes are, by operation's name, the members of its success that the overlay adds to the
	// published schema.
	completes map[string][]string
	// redirects reports whether the strict reading has any 3xx; page names the first operation that
	// has text/html, "" where none has.
	redirects bool
	page      string
	// described are the published answers by place, properties the names of all their members.
	outlined   map[string]*outline
	properties []string
}

func newSurface(c contract.Contract) (*Surface, error) {
	s := &Surface{Contract: c, statuses: map[string][]string{}, flat: map[string]bool{}, wrapped: map[string]bool{},
		completes: map[string][]string{}}
	if c.Envelope != nil {
		s.envelope = c.Envelope.WithDefaults()
	}
	var err error
	if s.refusals, err = knownRefusals(c.Name); err != nil {
		return nil, err
	}
	if c.Document == nil {
		return s, nil
	}
	if s.Envelope == nil {
		if s.envelope, err = c.Document.Envelope(); err != nil {
			return nil, err
		}
	}
	if s.operations, err = c.Document.Operations(); err != nil {
		return nil, err
	}
	if s.triples, err = c.Document.Triples(); err != nil {
		return nil, err
	}
	if s.published, err = reading.Published(c.Document); err != nil {
		return nil, err
	}
	if s.strict, err = reading.Strict(c.Document); err != nil {
		return nil, err
	}
	for _, operation := range s.operations {
		published := s.published.Paths.Value(operation.Path).GetOperation(operation.Method)
		s.statuses[operation.Name] = slices.Sorted(maps.Keys(published.Responses.Map()))
		for status, response := range s.strict.Paths.Value(operation.Path).GetOperation(operation.Method).Responses.Map() {
			s.redirects = s.redirects || strings.HasPrefix(status, "3")
			if s.page == "" && response.Value.Content["text/html"] != nil {
				s.page = operation.Name
			}
		}
	}
	for _, operation := range s.operations {
		for _, status := range s.Successes(operation.Name) {
			if schema := reading.PublishedResponse(s.published, operation, status); schema != nil && schema.Properties[s.envelope.Data] != nil {
				s.wrapped[operation.Name] = true
			}
			s.completes[operation.Name] = s.added(operation, status)
			schema := reading.StrictResponse(s.strict, operation, status, nil)
			if schema != nil && len(schema.Properties) > 0 && s.envelope.Data != "" && schema.Properties[s.envelope.Data] == nil {
				s.flat[operation.Name] = true
			}
		}
	}
	return s, s.names()
}

// names checks that the operations that the contract speaks of are there.
func (s *Surface) names() error {
	used := append([]string{s.Scopes.List, s.Lifecycle.Create, s.Lifecycle.Undo, s.Lifecycle.Renew}, s.Bare.Operations...)
	for _, name := range used {
		if name != "" && !slices.ContainsFunc(s.operations, func(o spec.Operation) bool { return o.Name == name }) {
			return fmt.Errorf("it speaks of the operation %s, which its document does not have", name)
		}
	}
	s.outlines()
	return nil
}

// Operations of the contract, in the document's order. The caller must not change them.
func (s *Surface) Operations() []spec.Operation {
	return s.operations
}

// Triples are the documented refusals. The caller must not change them.
func (s *Surface) Triples() []spec.Triple {
	return s.triples
}

// Operation returns the operation of a name, or nil.
func (s *Surface) Operation(name string) *spec.Operation {
	for i := range s.operations {
		if s.operations[i].Name == name {
			return &s.operations[i]
		}
	}
	return nil
}

// StatusesOf lists the statuses that the corrected document has for an operation.
func (s *Surface) StatusesOf(operation string) []int {
	var list []int
	for _, status := range s.statuses[operation] {
		if number, err := strconv.Atoi(status); err == nil {
			list = append(list, number)
		}
	}
	return list
}

// Successes are the 2xx statuses that the published document has for an operation; 200 if it has
// none.
func (s *Surface) Successes(operation string) scenarios.Statuses {
	var all scenarios.Statuses
	for _, status := range s.statuses[operation] {
		if n, err := strconv.Atoi(status); err == nil && n >= 200 && n < 300 {
			all = append(all, n)
		}
	}
	if len(all) == 0 {
		all = scenarios.Statuses{http.StatusOK}
	}
	return all
}

// TakesAccount reports whether a call is made with the account's own credentials unless a step says
// otherwise: if the document asks for HTTP Basic, and if there is no document. operation is nil for
// a path that belongs to none.
func (s *Surface) TakesAccount(operation *spec.Operation) bool {
	if s.Document == nil {
		return true
	}
	asks := func(o spec.Operation) bool { return slices.Contains(o.Auth, "basic") }
	if operation == nil {
		return slices.ContainsFunc(s.operations, asks)
	}
	return asks(*operation)
}

// Pages reports whether the API has pages for browsers, which keep cookies from one call to the
// next.
func (s *Surface) Pages() bool {
	return s.page != ""
}

// PageOperation returns the operation that has pages, nil where none has.
func (s *Surface) PageOperation() *spec.Operation {
	return s.Operation(s.page)
}

// Statuses lists every status that the published document has for an operation: "POST /tokens 422",
// or, outside v2, "v1 GET /scopes 200". What is the mock's own is left out.
func (s *Surface) Statuses() []string {
	var all []string
	for _, operation := range s.operations {
		if operation.Own {
			continue
		}
		for _, status := range s.statuses[operation.Name] {
			all = append(all, spec.Qualified(s.Name, fmt.Sprintf("%s %s %s", operation.Method, operation.Path, status)))
		}
	}
	slices.Sort(all)
	return all
}

// documented reports whether the published document has this status for the operation.
func (s *Surface) documented(e *Exchange) bool {
	if e.Operation == nil {
		return false
	}
	return slices.Contains(s.statuses[e.Operation.Name], strconv.Itoa(e.Status))
}

// RefusesStrangers reports whether an answer is 401 in the form in which the API refuses.
func (e *Exchange) RefusesStrangers() bool {
	_, _, refused := e.Refusal()
	return e.Status == http.StatusUnauthorized && refused
}

// Is reports whether an answer is a documented refusal: code and message are those of its example,
// the message unless any will do.
func (e *Exchange) Is(triple spec.Triple) bool {
	code, message, _ := e.Refusal()
	return e.Operation != nil && triple.Operation == e.Operation.Name && triple.Status == e.Status && Equal(code, triple.Code.Value()) &&
		(e.Surface.envelope.AnyMessage || Equal(message, triple.Message))
}

// Documented reports whether the published document has the answer's status for its operation.
func (e *Exchange) Documented() bool {
	return e.Surface.documented(e)
}

// described returns the media types that the strict reading has for an answer, and whether it knows
// the answer at all.
func (s *Surface) described(e *Exchange) (media []string, known bool) {
	if s.strict == nil || e.Operation == nil {
		return nil, false
	}
	return reading.Described(s.strict, *e.Operation, e.Status)
}

// strictResponse is the strict reading of an answer, nil if it has none.
func (s *Surface) strictResponse(e *Exchange) *openapi3.Schema {
	if s.strict == nil {
		return nil
	}
	operation := spec.Operation{}
	if e.Operation != nil {
		operation = *e.Operation
	}
	return reading.StrictResponse(s.strict, operation, e.Status, e.Query)
}

// placeOf names an answer in its document, "GET /tokens/{token} 404" or "v1 GET /scopes 200"; the
// title of the surface where the request belongs to no operation.
func (s *Surface) placeOf(operation *spec.Operation, status int) string {
	if operation == nil {
		return s.Title
	}
	return spec.Qualified(s.Name, operation.Method+" "+operation.Path+" "+strconv.Itoa(status))
}

// outlines builds the outlines of all answers that the published document describes, by place, and
// the names of all their members. Refusals are published without a schema.
func (s *Surface) outlines() {
	s.outlined = map[string]*outline{}
	for _, operation := range s.operations {
		if operation.Own {
			continue
		}
		if schema := reading.PublishedResponse(s.published, operation, http.StatusOK); schema != nil {
			at := s.placeOf(&operation, http.StatusOK)
			s.outlined[at] = newOutline(schema, at, "")
			s.outlined[at].all(func(member *outline) { s.properties = append(s.properties, member.property) })
		}
	}
	slices.Sort(s.properties)
	s.properties = slices.Compact(s.properties)
	for _, described := range s.outlined {
		described.all(func(member *outline) { member.number, _ = slices.BinarySearch(s.properties, member.property) })
	}
}
