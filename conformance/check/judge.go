package check

import (
	"bytes"
	"fmt"
	"maps"
	"mime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"

	"oauthmock/scenarios"
	"oauthmock/spec"
)

// Judge knows the contract. It is read-only and safe for concurrent use.
type Judge struct {
	operations []spec.Operation
	triples    []spec.Triple
	published  *openapi3.T
	strict     *openapi3.T
	// statuses that the published document has, by operation's name.
	statuses map[string][]string
	// described are the published answers by place, properties the names of all their members.
	described  map[string]*outline
	properties []string
}

// contract is read once: it takes longer than a hundred requests, and is the same for every run of the process.
var contract = sync.OnceValues(readContract)

// NewJudge knows the documents that are part of the program. They are read once in a process.
func NewJudge() (*Judge, error) {
	return contract()
}

func readContract() (*Judge, error) {
	j := &Judge{}
	var err error
	if j.operations, err = spec.V2().Operations(); err != nil {
		return nil, err
	}
	if j.triples, err = spec.V2().Triples(); err != nil {
		return nil, err
	}
	if j.published, err = spec.V2().Published(); err != nil {
		return nil, err
	}
	if j.strict, err = spec.V2().Strict(); err != nil {
		return nil, err
	}
	j.statuses = map[string][]string{}
	for _, operation := range j.operations {
		published := j.published.Paths.Value(operation.Path).GetOperation(operation.Method)
		j.statuses[operation.Name] = slices.Sorted(maps.Keys(published.Responses.Map()))
	}
	j.outlines()
	return j, nil
}

// Operations of the contract, in the document's order. The caller must not change them.
func (j *Judge) Operations() []spec.Operation {
	return j.operations
}

// Triples are the documented refusals. The caller must not change them.
func (j *Judge) Triples() []spec.Triple {
	return j.triples
}

// Statuses lists every status that the published document has for an operation: "POST /tokens 422".
func (j *Judge) Statuses() []string {
	var all []string
	for _, operation := range j.operations {
		for _, status := range j.statuses[operation.Name] {
			all = append(all, fmt.Sprintf("%s %s %s", operation.Method, operation.Path, status))
		}
	}
	slices.Sort(all)
	return all
}

// Standing holds an answer against everything that is true of every answer, whatever the scenario. level is that of the step: a MUST
// is one where the step rests on the published document, and the answer is of a kind that the document describes. What comes back
// when the suite asks for something that the document does not speak of (a member of the wrong type, an unknown path) is a SHOULD,
// also where the answer then echoes the question. leaks says whether a text holds a secret; that is a MUST always. Of what a paid service
// answers no document is known here: only its refusals have a form.
func (j *Judge) Standing(e *Exchange, level scenarios.Level, leaks func(string) bool) []Finding {
	must := scenarios.Should
	if level == scenarios.Must && e.Operation != nil {
		must = scenarios.Must
	}
	findings := []Finding{redirect(e, must), secretLeak(e, leaks)}
	if e.Service && e.Status < 400 {
		return findings
	}
	var strict *openapi3.Schema
	if !e.Service {
		strict = j.strictResponse(e)
	}
	if e.Operation != nil {
		findings = append(findings, j.statusDocumented(e, strict != nil))
	}
	if !e.Success() && !j.documented(e) {
		must = scenarios.Should
	}
	findings = append(findings, contentType(e, must), jsonValid(e, must))
	if e.value == nil && e.problem != nil {
		return findings
	}
	findings = append(findings, jsonDuplicateKeys(e))
	findings = append(findings, j.documentSchema(e, must)...)
	findings = append(findings, j.strictSchema(e, strict)...)
	findings = append(findings, j.refusalTriple(e, strict, must)...)
	findings = append(findings, envelope(e)...)
	findings = append(findings, tokenShape(e)...)
	return append(findings, j.timestamps(e)...)
}

// documented says whether the published document has this status for the operation.
func (j *Judge) documented(e *Exchange) bool {
	if e.Operation == nil {
		return false
	}
	return slices.Contains(j.statuses[e.Operation.Name], strconv.Itoa(e.Status))
}

// strictResponse is the strict reading of an answer, nil where it has none.
func (j *Judge) strictResponse(e *Exchange) *openapi3.Schema {
	operation := spec.Operation{}
	if e.Operation != nil {
		operation = *e.Operation
	}
	return spec.StrictResponse(j.strict, operation, e.Status, e.Query)
}

func redirect(e *Exchange, level scenarios.Level) Finding {
	f := Finding{Kind: "redirect", Level: level, OK: e.Status < 300 || e.Status > 399,
		Requirement: "No answer is a redirect.", Source: "v2 document: no 3xx is documented",
		Expected: "no 3xx", Actual: fmt.Sprint(e.Status)}
	if location := e.Header.Get("Location"); !f.OK && location != "" {
		f.Actual += " to " + location
	}
	return f
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

func (j *Judge) statusDocumented(e *Exchange, strictly bool) Finding {
	return Finding{Kind: "http.status-documented", Level: scenarios.Should, OK: strictly || j.documented(e),
		Requirement: "Every status is documented for the operation, or added by the overlay.", Source: e.Place() + " responses",
		Expected: strings.Join(j.statuses[e.Operation.Name], ", ") + " (or one that the overlay adds)", Actual: fmt.Sprint(e.Status)}
}

func contentType(e *Exchange, level scenarios.Level) Finding {
	got := e.Header.Values("Content-Type")
	f := Finding{Kind: "http.content-type", Level: level,
		Requirement: "Every answer is application/json, in UTF-8.", Source: e.Place() + " content",
		Expected: "application/json", Actual: Render(strings.Join(got, ", "))}
	if len(got) == 1 {
		media, parameters, err := mime.ParseMediaType(got[0])
		charset, named := parameters["charset"]
		f.OK = err == nil && media == "application/json" && (!named || strings.EqualFold(charset, "utf-8"))
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
	// An object that names a member twice has more names in the text than in the value. The exact search is far slower.
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

// documentSchema is the published reading. It knows a single token only bare; in an envelope the token itself is held against it.
func (j *Judge) documentSchema(e *Exchange, level scenarios.Level) []Finding {
	if e.Operation == nil {
		return nil
	}
	schema := spec.PublishedResponse(j.published, *e.Operation, e.Status)
	if schema == nil {
		return nil
	}
	mismatches := spec.Check(j.published, schema, e.value)
	if payload, ok := e.Payload(); ok && e.SingleToken() && len(mismatches) == 0 {
		mismatches = spec.Check(j.published, schema, payload)
	}
	return []Finding{schemaFinding("document.schema", level, "The body has the schema that the published document gives it.",
		e.Place()+" schema", mismatches)}
}

func (j *Judge) strictSchema(e *Exchange, schema *openapi3.Schema) []Finding {
	if schema == nil {
		return nil
	}
	return []Finding{schemaFinding("strict.schema", scenarios.Should,
		"The body has all documented members and no other, with the documented forms, in the envelope.",
		e.Place()+", strict reading", spec.Check(j.strict, schema, e.value))}
}

func schemaFinding(kind string, level scenarios.Level, requirement, source string, mismatches []spec.Mismatch) Finding {
	const most = 4
	var lines []string
	for i, mismatch := range mismatches {
		if i == most {
			lines = append(lines, fmt.Sprintf("and %d more", len(mismatches)-most))
			break
		}
		lines = append(lines, mismatch.String())
	}
	f := Finding{Kind: kind, Level: level, OK: len(mismatches) == 0, Requirement: requirement, Source: source,
		Expected: "a body that matches", Actual: strings.Join(lines, "; ")}
	if f.OK {
		f.Actual = "it matches"
	}
	return f
}

// refusalTriple holds code and message against the pairs that belong to the operation and status. Where the document shows pairs
// of its own the check is as strict as the step; where only the strict reading has some it is a SHOULD.
func (j *Judge) refusalTriple(e *Exchange, schema *openapi3.Schema, level scenarios.Level) []Finding {
	if e.Operation == nil || e.Status < 400 {
		return nil
	}
	var pairs []string
	code, message, _ := e.Refusal()
	f := Finding{Kind: "refusal.triple", Level: scenarios.Should, Requirement: "A refusal has a code of this operation and status, and the message of that code.",
		Source: e.Place() + " examples", Actual: Render(code) + " " + Render(message)}
	for _, triple := range j.triples {
		if triple.Operation != e.Operation.Name || triple.Status != e.Status {
			continue
		}
		f.Level = level
		pairs = append(pairs, Render(triple.Code.Value())+" "+Render(triple.Message))
		f.OK = f.OK || Equal(code, triple.Code.Value()) && Equal(message, triple.Message)
	}
	if schema == nil && len(pairs) == 0 {
		return nil
	}
	if !f.OK && schema != nil {
		canonical := map[string]any{"success": false, "message": message, "error": code, "data": nil}
		f.OK = len(spec.Check(j.strict, schema, canonical)) == 0
	}
	f.Expected = "one of " + strings.Join(pairs, ", ")
	if len(pairs) == 0 {
		f.Expected = "the code and message that the overlay gives this status"
	}
	return []Finding{f}
}

// isNull says whether a member is there and null.
func isNull(object map[string]any, key string) bool {
	value, ok := object[key]
	return ok && value == nil
}
