package reading

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"oauthmock/spec"
)

// StrictResponse returns the schema of an operation's answer in doc, as [Strict] made it, or nil if
// it has none: the status is not documented for the operation, not even by assumption, or it has no
// JSON body ([Described] distinguishes the two). If a list operation answers with one entry on
// spec.Operation.Detail, the query decides which of the two forms the schema is; with an empty
// value both are allowed. An operation that doc does not know (the zero Operation, for a path that
// matched nothing) gets the refusals that apply to all. Use the schema with [Check].
func StrictResponse(doc *openapi3.T, op spec.Operation, status int, query url.Values) *openapi3.Schema {
	if operationOf(doc, op) == nil {
		if failure := doc.Components.Schemas["Failure."+strconv.Itoa(status)]; failure != nil {
			return failure.Value
		}
		return nil
	}
	schema := responseOf(doc, op, status)
	if schema == nil || op.Detail == "" || query.Has(op.Detail) && query.Get(op.Detail) == "" {
		return schema
	}
	return listOrDetail(schema, query.Has(op.Detail))
}

// PublishedResponse returns the schema of an operation's answer in doc, as [Published] or
// [Corrected] made it, or nil if it has none: the status is not documented, or has no schema, like
// all refusals of v2 as published. The published document leaves open which form a query selects.
// query chooses.
func PublishedResponse(doc *openapi3.T, op spec.Operation, status int) *openapi3.Schema {
	return responseOf(doc, op, status)
}

// Described returns the media types that doc has for an operation's answer, sorted, and whether it
// knows the status at all. A status without media types, such as 204 or a redirect, has no body.
func Described(doc *openapi3.T, op spec.Operation, status int) (media []string, known bool) {
	operation := operationOf(doc, op)
	if operation == nil {
		return nil, false
	}
	response := operation.Responses.Status(status)
	if response == nil || response.Value == nil {
		return nil, false
	}
	return slices.Sorted(maps.Keys(response.Value.Content)), true
}

func operationOf(doc *openapi3.T, op spec.Operation) *openapi3.Operation {
	item := doc.Paths.Value(op.Path)
	if item == nil {
		return nil
	}
	return item.Operations()[op.Method]
}

func responseOf(doc *openapi3.T, op spec.Operation, status int) *openapi3.Schema {
	operation := operationOf(doc, op)
	if operation == nil {
		return nil
	}
	response := operation.Responses.Status(status)
	if response == nil || response.Value == nil {
		return nil
	}
	media := response.Value.Content.Get(mediaOf(doc))
	if media == nil || media.Schema == nil {
		return nil
	}
	return media.Schema.Value
}

// mediaOf returns the media type of a document's answers.
func mediaOf(doc *openapi3.T) string {
	envelope, _ := doc.Extensions["x-envelope"].(map[string]any)
	media, _ := envelope["media"].(string)
	return cmp.Or(media, "application/json")
}

// listOrDetail narrows an envelope of which a member is either a list or one entry; it returns
// other schemas unchanged.
func listOrDetail(envelope *openapi3.Schema, detail bool) *openapi3.Schema {
	for name, member := range envelope.Properties {
		if len(member.Value.OneOf) != 2 || isList(member.Value.OneOf[0]) == isList(member.Value.OneOf[1]) {
			continue
		}
		form := member.Value.OneOf[0]
		if isList(form) == detail {
			form = member.Value.OneOf[1]
		}
		narrowed := *envelope
		narrowed.Properties = maps.Clone(envelope.Properties)
		narrowed.Properties[name] = form
		return &narrowed
	}
	return envelope
}

func isList(schema *openapi3.SchemaRef) bool {
	return schema.Value.Type.Is(openapi3.TypeArray)
}

// Mismatch is one place where a value does not match its schema.
type Mismatch struct {
	// Path is a JSONPath from the value's root: "$.data[0].id".
	Path string
	// Reason is what is wrong there. It includes names and wanted values, never the value found,
	// which may be secret.
	Reason string
}

// String is path and reason.
func (m Mismatch) String() string {
	return m.Path + ": " + m.Reason
}

// Fits reports whether Check finds nothing. It takes less time where Check finds something.
func Fits(doc *openapi3.T, schema *openapi3.Schema, value any) bool {
	return schema.VisitJSON(value, append(doc.GetSchemaValidationOptions(), openapi3.FailFast())...) == nil
}

// Check validates a decoded JSON value (numbers as json.Number or float64) against a schema of doc
// and returns the mismatches, sorted by path; nil means that there are none. Of several
// alternatives at the root it uses the one that the value comes closest to. It modifies nothing and
// is safe for concurrent use.
func Check(doc *openapi3.T, schema *openapi3.Schema, value any) []Mismatch {
	if Fits(doc, schema, value) {
		return nil // of several alternatives, those that do not fit make no texts
	}
	options := append(doc.GetSchemaValidationOptions(), openapi3.MultiErrors(), openapi3.DisableSchemaErrorDetails())
	mismatches := visit(schema, value, options)
	alternatives := slices.Concat(schema.OneOf, schema.AnyOf)
	if len(mismatches) == 0 || len(alternatives) == 0 || len(schema.Properties) > 0 {
		return mismatches
	}
	var closest []Mismatch
	for _, alternative := range alternatives {
		found := visit(alternative.Value, value, options)
		if len(found) > 0 && (closest == nil || len(found) < len(closest)) {
			closest = found
		}
	}
	if closest == nil {
		return mismatches
	}
	return closest
}

func visit(schema *openapi3.Schema, value any, options []openapi3.SchemaValidationOption) []Mismatch {
	var mismatches []Mismatch
	collect(schema.VisitJSON(value, options...), &mismatches)
	slices.SortFunc(mismatches, func(a, b Mismatch) int { return strings.Compare(a.String(), b.String()) })
	return slices.Compact(mismatches)
}

// collect splits kin-openapi's errors into single mismatches.
func collect(err error, into *[]Mismatch) {
	var many openapi3.MultiError
	var one *openapi3.SchemaError
	switch {
	case err == nil:
	case errors.As(err, &many):
		for _, each := range many {
			collect(each, into)
		}
	case errors.As(err, &one):
		*into = append(*into, Mismatch{Path: jsonPath(one.JSONPointer()), Reason: one.Reason})
	default:
		*into = append(*into, Mismatch{Path: "$", Reason: err.Error()})
	}
}

func jsonPath(steps []string) string {
	var path strings.Builder
	path.WriteString("$")
	for _, step := range steps {
		switch {
		case isIndex(step):
			fmt.Fprintf(&path, "[%s]", step)
		case isName(step):
			path.WriteString("." + step)
		default:
			fmt.Fprintf(&path, "['%s']", strings.ReplaceAll(step, "'", `\'`))
		}
	}
	return path.String()
}

func isIndex(step string) bool {
	_, err := strconv.ParseUint(step, 10, 31)
	return err == nil
}

func isName(step string) bool {
	return step != "" && strings.Trim(step, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}
