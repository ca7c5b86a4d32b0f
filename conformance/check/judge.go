package check

import (
	"bytes"
	"fmt"
	"maps"
	"mime"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"

	"oauthmock/conformance/contract"
	"oauthmock/scenarios"
	"oauthmock/spec"
	"oauthmock/spec/reading"
)

// Judge knows the contracts of all surfaces. It is read-only and safe for concurrent use.
type Judge struct {
	surfaces   []*Surface
	operations []spec.Operation
}

// embedded is read once: it takes longer than a hundred requests, and is the same for every run of
// the process.
var embedded = sync.OnceValues(func() (*Judge, error) { return newJudge(nil, contract.All()) })

// NewJudge returns a judge of the embedded contracts and more. The embedded ones are read once in a
// process.
func NewJudge(more ...contract.Contract) (*Judge, error) {
	own, err := embedded()
	if err != nil || len(more) == 0 {
		return own, err
	}
	all, err := contract.With(more)
	if err != nil {
		return nil, err
	}
	return newJudge(own.surfaces, all[len(own.surfaces):])
}

func newJudge(known []*Surface, contracts []contract.Contract) (*Judge, error) {
	j := &Judge{surfaces: slices.Clone(known)}
	for _, one := range contracts {
		surface, err := newSurface(one)
		if err != nil {
			return nil, fmt.Errorf("contract %s: %w", one.Name, err)
		}
		j.surfaces = append(j.surfaces, surface)
	}
	for _, surface := range j.surfaces {
		j.operations = append(j.operations, surface.operations...)
	}
	return j, nil
}

// Surfaces of all contracts, v2 first. The caller must not change them.
func (j *Judge) Surfaces() []*Surface {
	return j.surfaces
}

// Surface returns the one of this name, or nil.
func (j *Judge) Surface(name string) *Surface {
	for _, surface := range j.surfaces {
		if surface.Name == name {
			return surface
		}
	}
	return nil
}

// Operations of all surfaces, in the order of the documents. The caller must not change them.
func (j *Judge) Operations() []spec.Operation {
	return j.operations
}

// Standing checks an answer against everything that is true of every answer of its surface,
// whatever the scenario. level is that of the step. A finding is MUST if the step rests on the
// published document, and the answer is of a kind that the document describes; that a secret is
// echoed is always one. SHOULD is what follows from the document: the documented members, the
// statuses, the refusals that its examples show. What rests on the strict reading's own choices is
// observed, and so is how a server refuses what the document does not mention (a member of the
// wrong type, an unknown path). leaks reports whether a text contains a secret. Of an API without a
// document only the form of refusals is checked.
func (s *Surface) Standing(e *Exchange, level scenarios.Level, leaks func(string) bool) []Finding {
	// Of a path that the document does not know nothing is documented, also where it is served.
	shown := e.Success() && e.Operation != nil || s.knows(e.Operation, e.Status, nil)
	must, should := scenarios.Should, scenarios.Should
	if !shown {
		should = scenarios.Observe
	}
	switch {
	case !shown && !s.documented(e), level == scenarios.Observe && (s.Assumed || !e.Success()):
		must, should = scenarios.Observe, scenarios.Observe
	case level == scenarios.Must && e.Operation != nil && (e.Success() || s.documented(e)):
		must = scenarios.Must
	}
	media, known := s.described(e)
	findings := []Finding{s.redirect(e, known, level), secretLeak(e, leaks)}
	findings = append(findings, unasked(e)...)
	if s.Document == nil && e.Status < 400 {
		return findings
	}
	if e.Operation != nil {
		findings = append(findings, s.statusDocumented(e, known))
	}
	switch {
	case known && len(media) == 0:
		return append(findings, noBody(e, must)...)
	case known && !slices.Contains(media, s.envelope.Media), slices.Contains(media, e.media) && e.media != s.envelope.Media:
		return append(findings, contentType(e, must, media)) // a page, or another body without a schema
	case e.page != nil && e.Operation != nil && e.Operation.Name == s.page:
		return append(findings, contentType(e, must, []string{"text/html"})) // a page of an unexpected status
	}
	findings = append(findings, contentType(e, must, []string{s.envelope.Media}), jsonValid(e, must))
	if e.value == nil && e.problem != nil {
		return findings
	}
	strict := s.strictResponse(e)
	findings = append(findings, jsonDuplicateKeys(e))
	findings = append(findings, s.documentSchema(e, must)...)
	findings = append(findings, s.strictSchema(e, strict, should)...)
	findings = append(findings, s.refusalTriple(e, strict, must)...)
	findings = append(findings, s.enveloped(e, should)...)
	findings = append(findings, s.bareShape(e)...)
	return append(findings, s.timestamps(e)...)
}

// redirect holds answers of operations against the documented ones; where an unknown path leads a
// server may choose.
func (s *Surface) redirect(e *Exchange, known bool, level scenarios.Level) Finding {
	if e.Operation == nil && s.Document != nil {
		level = scenarios.Observe
	}
	f := Finding{Kind: "redirect", Level: level, OK: e.Status < 300 || e.Status > 399 || known,
		Requirement: "No answer is a redirect.", Source: s.Title + ": no 3xx is documented",
		Expected: "no 3xx", Actual: fmt.Sprint(e.Status)}
	if s.redirects {
		f.Requirement, f.Source = "Only answers that are documented as redirects are such.", s.Title+": 3xx are documented for other operations"
	}
	if location := e.Header.Get("Location"); !f.OK && location != "" {
		f.Actual += " to " + location
	}
	return f
}

// noBody checks an answer that the document describes without a body. A redirect may have any body,
// which browsers do not show.
func noBody(e *Exchange, level scenarios.Level) []Finding {
	if e.Status >= 300 && e.Status < 400 {
		return nil
	}
	return []Finding{{Kind: "body.empty", Level: level, OK: len(e.Body) == 0,
		Requirement: "An answer that is documented without a body has none.", Source: e.Place() + " content",
		Expected: "no body", Actual: fmt.Sprintf("%d bytes", len(e.Body))}}
}

// unasked checks that an answer is not compressed: the suite asks for identity.
func unasked(e *Exchange) []Finding {
	encoding := e.Header.Get("Content-Encoding")
	if encoding == "" || strings.EqualFold(encoding, "identity") {
		return nil
	}
	return []Finding{{Kind: "http.encoding", Level: scenarios.Observe,
		Requirement: "An answer to a request that accepts no coding is not encoded.", Source: "RFC 9110 section 12.5.3 (should send a response without any content coding)",
		Expected: "no Content-Encoding", Actual: Render(encoding)}}
}

func secretLeak(e *Exchange, leaks func(string) bool) Finding {
	f := Finding{Kind: "secret.leak", Level: scenarios.Must, OK: true,
		Requirement: "The API key and the Basic credential never come back in an answer.", Source: "security of Basic-Authentication",
		Expected: "no credential in headers or body", Actual: "none"}
	for name, values := range e.Header {
		if leaks(name) || slices.ContainsFunc(values, leaks) {
			f.OK, f.Actual = false, "a credential in a header"
		}
	}
	// The decoded body too, where it differs: JSON can write any letter as an escape.
	if leaks(string(e.Body)) || bytes.IndexByte(e.Body, '\\') >= 0 && leaks(scenarios.Text(e.value)) {
		f.OK, f.Actual = false, "a credential in the body"
	}
	return f
}

// statusDocumented checks successes and failures of the server itself against the documented
// statuses. The 4xx of an undocumented refusal is the server's choice.
func (s *Surface) statusDocumented(e *Exchange, known bool) Finding {
	level := scenarios.Should
	if e.Status >= 400 && e.Status < 500 {
		level = scenarios.Observe
	}
	return Finding{Kind: "http.status-documented", Level: level, OK: known,
		Requirement: "Every status is documented for the operation, or added by the overlay.", Source: e.Place() + " responses",
		Expected: strings.Join(s.statuses[e.Operation.Name], ", ") + " (or one that the overlay adds)", Actual: fmt.Sprint(e.Status)}
}

func contentType(e *Exchange, level scenarios.Level, allowed []string) Finding {
	got := e.Header.Values("Content-Type")
	f := Finding{Kind: "http.content-type", Level: level,
		Requirement: "Every answer is " + strings.Join(allowed, " or ") + ", in UTF-8.", Source: e.Place() + " content",
		Expected: strings.Join(allowed, " or "), Actual: Render(strings.Join(got, ", "))}
	if len(got) == 1 {
		media, parameters, err := mime.ParseMediaType(got[0])
		charset, named := parameters["charset"]
		f.OK = err == nil && slices.Contains(allowed, media) && (!named || strings.EqualFold(charset, "utf-8"))
	}
	return f
}

func jsonValid(e *Exchange, level scenarios.Level) Finding {
	f := Finding{Kind: "json.valid", Level: level, OK: e.problem == nil,
		Requirement: "Every body is exactly one JSON value in UTF-8, with nothing before or after it.", Source: e.Place() + " content, RFC 8259",
		Expected: "one JSON value", Actual: "one JSON value"}
	if e.problem != nil {
		f.Actual = e.problem.Error()
	}
	return f
}

func jsonDuplicateKeys(e *Exchange) Finding {
	// An object that names a member twice has more names in the text than in the value. The exact
	// search is far slower.
	key, doubled := "", false
	if names(e.Body) != members(e.value) {
		key, doubled = doubledKey(e.Body)
	}
	f := Finding{Kind: "json.duplicate-keys", Level: scenarios.Should, OK: !doubled,
		Requirement: "No object names a member twice.", Source: "RFC 8259 section 4",
		Expected: "every member once", Actual: "every member once"}
	if doubled {
		f.Actual = Render(key) + " stands twice in one object"
	}
	return f
}

// documentSchema is the published reading. It knows what may come bare only so; in an envelope the
// payload itself is held against it. Members of refusals that the envelope may leave out are taken
// as there.
func (s *Surface) documentSchema(e *Exchange, level scenarios.Level) []Finding {
	if e.Operation == nil {
		return nil
	}
	schema := reading.PublishedResponse(s.published, *e.Operation, e.Status)
	if schema == nil {
		return nil
	}
	value := e.value
	if body, ok := value.(map[string]any); ok && !e.Success() && len(s.envelope.Optional) > 0 {
		whole := maps.Clone(body)
		for _, name := range s.envelope.Optional {
			if _, there := body[name]; !there {
				whole[name] = s.envelope.Failure[name]
			}
		}
		value = whole
	}
	mismatches := reading.Check(s.published, schema, value)
	if payload, ok := e.Payload(); ok && e.bareAsPublished() && len(mismatches) == 0 {
		mismatches = reading.Check(s.published, schema, payload)
	}
	return []Finding{schemaFinding("document.schema", level, "The body has the schema that the published document gives it.",
		e.Place()+" schema", mismatches)}
}

// strictSchema is the strict reading, which decides what the document leaves open and is observed,
// and of successes what is left of it without these choices.
func (s *Surface) strictSchema(e *Exchange, schema *openapi3.Schema, level scenarios.Level) []Finding {
	if schema == nil {
		return nil
	}
	mismatches := reading.Check(s.strict, schema, e.completed())
	if e.Success() {
		grounded := mismatches
		if len(mismatches) > 0 {
			grounded = reading.Check(s.strict, s.grounded(schema), e.completed())
		}
		if len(grounded) > 0 && e.Operation != nil {
			// That a query has an answer of its own is a reading too.
			if open := reading.StrictResponse(s.strict, *e.Operation, e.Status, nil); open != nil && reading.Fits(s.strict, s.grounded(open), e.completed()) {
				grounded = nil
			}
		}
		return []Finding{
			schemaFinding("document.members", level, "The body has all documented members, of the documented types.", e.Place()+" schema", grounded),
			schemaFinding("strict.schema", scenarios.Observe, "The body has all documented members and no other, with the documented forms, in the envelope.",
				e.Place()+", strict reading", mismatches),
		}
	}
	return []Finding{schemaFinding("strict.schema", level, "The body of a refusal has the members of the examples and no other.", e.Place()+", strict reading", mismatches)}
}

func schemaFinding(kind string, level scenarios.Level, requirement, source string, mismatches []reading.Mismatch) Finding {
	const most = 4
	var lines, places []string
	for i, mismatch := range mismatches {
		if i == most {
			lines = append(lines, fmt.Sprintf("and %d more", len(mismatches)-most))
			break
		}
		lines, places = append(lines, mismatch.String()), append(places, mismatch.Path)
	}
	f := Finding{Kind: kind, Level: level, OK: len(mismatches) == 0, Requirement: requirement, Source: source,
		Expected: "a body that matches", Actual: strings.Join(lines, "; "), Differences: lines, Places: places}
	if f.OK {
		f.Actual = "it matches"
	}
	return f
}

// refusalTriple holds code and message against the pairs that belong to the operation and status.
// Where only the strict reading has such pairs they are observed.
func (s *Surface) refusalTriple(e *Exchange, schema *openapi3.Schema, level scenarios.Level) []Finding {
	if e.Operation == nil || e.Status < 400 {
		return nil
	}
	var pairs []string
	code, message, _ := e.Refusal()
	codePlace, messagePlace := e.refusalPlaces()
	f := Finding{Kind: "refusal.triple", Places: codePlace, Level: scenarios.Observe, Requirement: "A refusal has a code of this operation and status, and the message of that code.",
		Source: e.Place() + " examples", Actual: Render(code) + " " + Render(message)}
	for _, triple := range s.triples {
		if triple.Operation != e.Operation.Name || triple.Status != e.Status {
			continue
		}
		f.Level = level
		pairs = append(pairs, Render(triple.Code.Value())+" "+Render(triple.Message))
		f.OK = f.OK || e.Is(triple)
		if Equal(code, triple.Code.Value()) {
			f.Places = messagePlace
		}
	}
	if schema == nil && len(pairs) == 0 {
		return nil
	}
	if !f.OK && schema != nil {
		f.OK = reading.Fits(s.strict, schema, s.envelope.Body(code, s.envelope.CodeNameOf(e.value), message))
	}
	f.Expected = "one of " + strings.Join(pairs, ", ")
	if len(pairs) == 0 {
		f.Expected = "the code and message that the overlay gives this status"
	}
	return []Finding{f}
}
