package spec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Request is what a caller sent to an operation, as far as the document speaks of it.
type Request struct {
	// Query as it was sent, without the question mark.
	Query  string
	Header http.Header
	Body   []byte
}

// Severity says whether the document forbids something, or only does not know it.
type Severity string

// The severities of a violation.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
)

// Violation is one place where a request is not as the document describes it.
type Violation struct {
	// Location is "query.limit", "body", "body.limits.ip[0]" or "header.Content-Type".
	Location string   `json:"location"`
	Severity Severity `json:"severity"`
	// Message says what is wrong there. It holds names and wanted values, never the value found, which may be secret.
	Message string `json:"message"`
}

// locationMedia is where a body of another media type is reported.
const locationMedia = "header.Content-Type"

// Media says that the violation is about the media type of the body.
func (v Violation) Media() bool { return v.Location == locationMedia }

// RequestViolations holds a request against what doc, as [Document.Published] or [Document.Corrected] made it, says of an
// operation; nil means that nothing is wrong. Authentication is not looked at. It changes nothing and is safe for concurrent use.
func RequestViolations(doc *openapi3.T, op Operation, r Request) []Violation {
	operation := operationOf(doc, op)
	if operation == nil {
		return nil
	}
	return append(queryViolations(doc, operation, r.Query), bodyViolations(doc, operation, r)...)
}

func queryViolations(doc *openapi3.T, operation *openapi3.Operation, query string) []Violation {
	var found []Violation
	values, err := url.ParseQuery(query)
	if err != nil {
		found = append(found, Violation{"query", SeverityError, "it is not encoded as queries are: " + err.Error()})
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		location := "query." + name
		parameter := operation.Parameters.GetByInAndName("query", name)
		if parameter == nil || parameter.Schema == nil {
			found = append(found, Violation{location, SeverityWarning, "the operation has no such parameter; it has " + known(operation)})
			continue
		}
		if len(values[name]) > 1 {
			found = append(found, Violation{location, SeverityWarning, fmt.Sprintf("it stands %d times; the first counts", len(values[name]))})
		}
		for _, m := range Check(doc, parameter.Schema.Value, typed(parameter.Schema.Value, values[name][0])) {
			found = append(found, Violation{location, SeverityError, m.Reason})
		}
	}
	return found
}

// known names the query parameters of an operation.
func known(operation *openapi3.Operation) string {
	var names []string
	for _, p := range operation.Parameters {
		if p.Value != nil && p.Value.In == "query" {
			names = append(names, p.Value.Name)
		}
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// typed reads the text of a parameter as what its schema wants, if it is that.
func typed(schema *openapi3.Schema, text string) any {
	if schema.Type.Is(openapi3.TypeInteger) || schema.Type.Is(openapi3.TypeNumber) {
		if value, err := decodeTree([]byte(text)); err == nil {
			return value
		}
	}
	return text
}

func bodyViolations(doc *openapi3.T, operation *openapi3.Operation, r Request) []Violation {
	body := bytes.TrimSpace(r.Body)
	if operation.RequestBody == nil || operation.RequestBody.Value == nil {
		if len(body) > 0 {
			return []Violation{{"body", SeverityWarning, "the operation takes none"}}
		}
		return nil
	}
	if len(body) == 0 {
		if operation.RequestBody.Value.Required {
			return []Violation{{"body", SeverityError, "it is missing; the operation requires one"}}
		}
		return nil
	}
	var found []Violation
	content := operation.RequestBody.Value.Content
	kinds := slices.Sorted(maps.Keys(content))
	if len(kinds) == 0 {
		return nil
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || !slices.Contains(kinds, kind) {
		found = append(found, Violation{locationMedia, SeverityError, "the body's media type must be " + strings.Join(kinds, " or ")})
		kind = kinds[0]
	}
	media := content[kind]
	var value any
	if kind == formMedia {
		value, err = decodeForm(body, media.Schema)
	} else {
		value, err = decodeWhole(body)
	}
	if err != nil {
		return append(found, Violation{"body", SeverityError, err.Error()})
	}
	if media.Schema == nil {
		return found
	}
	for _, m := range Check(doc, media.Schema.Value, value) {
		found = append(found, Violation{"body" + strings.TrimPrefix(m.Path, "$"), SeverityError, m.Reason})
	}
	return append(found, unknownMembers("body", media.Schema.Value, value)...)
}

const formMedia = "application/x-www-form-urlencoded"

// decodeForm reads a form as an object of texts, or of what the schema wants where a text is that; a member that comes several times is a list.
func decodeForm(body []byte, schema *openapi3.SchemaRef) (any, error) {
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, fmt.Errorf("it is not encoded as forms are: %w", err)
	}
	object := map[string]any{}
	for name, texts := range values {
		property := openapi3.NewSchema()
		if schema != nil && schema.Value.Properties[name] != nil {
			property = schema.Value.Properties[name].Value
		}
		if len(texts) == 1 && !property.Type.Is(openapi3.TypeArray) {
			object[name] = typed(property, texts[0])
			continue
		}
		list := make([]any, len(texts))
		for i, text := range texts {
			list[i] = text
		}
		object[name] = list
	}
	return object, nil
}

// decodeWhole reads one JSON value and refuses what follows it.
func decodeWhole(body []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Errorf("it is not JSON: %w", err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errors.New("it is not JSON: something stands after its end")
	}
	return value, nil
}

// unknownMembers are members of objects that the document does not name.
func unknownMembers(location string, schema *openapi3.Schema, value any) []Violation {
	object, ok := value.(map[string]any)
	if !ok || len(schema.Properties) == 0 {
		return nil
	}
	var found []Violation
	for _, name := range slices.Sorted(maps.Keys(object)) {
		property := schema.Properties[name]
		if property == nil || property.Value == nil {
			found = append(found, Violation{location + "." + name, SeverityWarning,
				"the document has no such member; it has " + strings.Join(slices.Sorted(maps.Keys(schema.Properties)), ", ")})
			continue
		}
		found = append(found, unknownMembers(location+"."+name, property.Value, object[name])...)
	}
	return found
}
