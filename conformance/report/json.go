package report

import (
	_ "embed"
	"encoding/json"
	"io"
	"slices"
)

//go:embed report.schema.json
var schema []byte

// Schema returns the JSON Schema (draft 2020-12) that every JSON report meets.
func Schema() []byte { return slices.Clone(schema) }

// WriteJSON writes the report for programs, indented, as Schema says. Lists are never null. The report is not changed;
// the error is that of w.
func WriteJSON(w io.Writer, r Report) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(withLists(r))
}

// withLists returns a copy in which what is a list in the schema is a list, also when it is empty.
func withLists(r Report) Report {
	if r.Version == "" {
		r.Version = Version
	}
	r.Results = orEmpty(slices.Clone(r.Results))
	for i := range r.Results {
		result := &r.Results[i]
		result.Assertions = orEmpty(result.Assertions)
		result.Steps = orEmpty(result.Steps)
	}
	for _, covered := range []*Covered{&r.Coverage.Operations, &r.Coverage.Statuses, &r.Coverage.Refusals, &r.Coverage.Properties, &r.Coverage.Parameters} {
		covered.Missing = orEmpty(covered.Missing)
	}
	return r
}

func orEmpty[E any](list []E) []E {
	if list == nil {
		return []E{}
	}
	return list
}
