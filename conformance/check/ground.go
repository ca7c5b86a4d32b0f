package check

import (
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"

	"oauthmock/scenarios"
	"oauthmock/spec"
)

// How a refusal is judged depends on how well it is known. The rows of spec/refusals.yaml carry a
// grade; an assumed row is a choice, and a server that chooses otherwise breaks no promise. It is
// still expected to refuse.

// knownRefusals returns the rows of the table of refusals that more is known of than an assumption.
func knownRefusals(surface string) ([]spec.Refusal, error) {
	table, err := spec.Refusals()
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(table.All(), func(row spec.Refusal) bool { return row.Surface != surface || row.Grade == spec.Assumed }), nil
}

// knows reports whether a refusal of an operation is documented or observed: its status, and its
// code unless that is nil.
func (s *Surface) knows(operation *spec.Operation, status int, code any) bool {
	name := "service.call"
	if operation != nil {
		name = operation.Name
	} else if s.Document != nil {
		return false
	}
	if slices.ContainsFunc(s.triples, func(t spec.Triple) bool {
		return t.Operation == name && t.Status == status && (code == nil || Equal(code, t.Code.Value()))
	}) {
		return true
	}
	return slices.ContainsFunc(s.refusals, func(row spec.Refusal) bool {
		return (row.Operation == name || row.Operation == spec.EveryOperation) && row.Status == status && (code == nil || Equal(code, row.Code.Value()))
	})
}

// Open reports whether a step expects a refusal whose status and code nobody documents, or allows
// one: the operation is right to refuse, and to choose how.
func (s *Surface) Open(operation *spec.Operation, expect *scenarios.Expect) bool {
	_, some := s.open(operation, expect)
	return some
}

// open reports whether all, and whether some, of the refusals that a step allows are documented
// nowhere.
func (s *Surface) open(operation *spec.Operation, expect *scenarios.Expect) (all, some bool) {
	var code any
	if expect.Has("code") {
		code = expect.Code
	}
	if slices.ContainsFunc(expect.Status, func(status int) bool { return status < 400 }) {
		return false, false
	}
	known := 0
	for _, status := range expect.Status {
		if !s.undocumented(operation, status, code) {
			known++
		}
	}
	return known == 0 && len(expect.Status) > 0, known < len(expect.Status)
}

// undocumented reports whether a refusal of an operation is undocumented.
func (s *Surface) undocumented(operation *spec.Operation, status int, code any) bool {
	return !s.knows(operation, status, code) &&
		(code != nil || operation == nil || !slices.Contains(s.statuses[operation.Name], strconv.Itoa(status)))
}

// OpenOutcome reports whether an answer is as good as an outcome of concurrent calls: a refusal
// instead of an undocumented one.
func (e *Exchange) OpenOutcome(outcome *scenarios.Outcome) bool {
	var code any
	if outcome.Has("code") {
		code = outcome.Code
	}
	return outcome.Status >= 400 && e.Surface.undocumented(e.Operation, outcome.Status, code) && e.Status >= 400 && e.Status < 500 &&
		(e.Status == outcome.Status || !plain(outcome.Status))
}

// Refused reports whether an answer is a refusal where a step allows a success as well.
func (e *Exchange) Refused(expect *scenarios.Expect) bool {
	return e.Status >= 400 && slices.ContainsFunc(expect.Status, func(status int) bool { return status < 400 })
}

// plain reports whether HTTP itself has one status for a case: who calls, whether the resource
// exists, how large the request is, how often it is sent.
func plain(status int) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusRequestEntityTooLarge, http.StatusTooManyRequests:
		return true
	}
	return status >= http.StatusInternalServerError
}

// refused is the expectation of an open refusal: any 4xx will do, and which one is observed.
func refused(expect scenarios.Expect, e *Exchange, level scenarios.Level) []Finding {
	exact := Status(expect.Status, e, level, expect.LineOf("status"))
	if e.Status == http.StatusNotFound && slices.Contains(expect.Status, http.StatusMethodNotAllowed) {
		exact.Level = scenarios.Observe // nothing for this method is as good as nothing at all
		return []Finding{exact}
	}
	if !slices.ContainsFunc(expect.Status, func(status int) bool { return !plain(status) }) {
		return []Finding{exact}
	}
	whether := Finding{Kind: "http.refused", Level: level, OK: e.Status >= 400 && e.Status < 500, Line: exact.Line,
		Expected: "a refusal, 4xx", Actual: exact.Actual}
	exact.Level = scenarios.Observe
	return []Finding{whether, exact}
}

// grounded reduces a strict schema of successes to what rests on more than an assumption: the
// documented members are present, with the documented types. Further members, the envelope's
// members where the document does not require them, the form of IDs, lists of values that the
// document calls open, and whole seconds are choices. The schema is copied.
func (s *Surface) grounded(schema *openapi3.Schema) *openapi3.Schema {
	loose := loosened(schema)
	withoutEnvelope := func(one *openapi3.Schema) {
		one.Required = slices.DeleteFunc(one.Required, func(name string) bool { _, there := s.envelope.Success[name]; return there })
	}
	withoutEnvelope(loose)
	for _, branch := range loose.AnyOf {
		withoutEnvelope(branch.Value)
	}
	return loose
}

func loosened(schema *openapi3.Schema) *openapi3.Schema {
	loose := *schema
	loose.Pattern, loose.Enum, loose.Required = "", nil, slices.Clone(schema.Required)
	if loose.Format == "date-time" {
		loose.Format = "" // timestamps are checked separately
	}
	if more := schema.AdditionalProperties; more.Has != nil {
		loose.AdditionalProperties = openapi3.AdditionalProperties{}
	} else if more.Schema != nil {
		loose.AdditionalProperties = openapi3.AdditionalProperties{Schema: looseRef(more.Schema)}
	}
	if schema.Items != nil {
		loose.Items = looseRef(schema.Items)
	}
	loose.Properties = maps.Clone(schema.Properties)
	for name, property := range loose.Properties {
		loose.Properties[name] = looseRef(property)
	}
	// One that fits several alternatives, now that these allow more, is no less right.
	loose.OneOf, loose.AnyOf = nil, nil
	for _, branch := range slices.Concat(schema.OneOf, schema.AnyOf) {
		loose.AnyOf = append(loose.AnyOf, looseRef(branch))
	}
	return &loose
}

func looseRef(ref *openapi3.SchemaRef) *openapi3.SchemaRef {
	return openapi3.NewSchemaRef("", loosened(ref.Value))
}
