package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"oauthmock/spec"
)

// property is one member that the published document describes.
type property struct {
	name   string // "data[].token"; "{}" stands for any key of a map
	format string
}

// Properties lists everything that the published document describes in answers: "GET /wallet 200 data.credit".
func (j *Judge) Properties() []string {
	var all []string
	for _, operation := range j.operations {
		for _, status := range []int{200} { // refusals are published without a schema
			schema := spec.PublishedResponse(j.published, operation, status, nil)
			listProperties(schema, "", func(name string) {
				all = append(all, fmt.Sprintf("%s %s %d %s", operation.Method, operation.Path, status, name))
			})
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Seen lists which of Properties an answer shows.
func (j *Judge) Seen(e *Exchange) []string {
	var seen []string
	j.walkAnswer(e, func(_ string, property property, _ any) {
		seen = append(seen, place(e)+" "+property.name)
	})
	slices.Sort(seen)
	return slices.Compact(seen)
}

func listProperties(schema *openapi3.Schema, prefix string, visit func(name string)) {
	if schema == nil {
		return
	}
	for _, form := range slices.Concat(schema.AllOf, schema.OneOf, schema.AnyOf) {
		listProperties(form.Value, prefix, visit)
	}
	for name, member := range schema.Properties {
		path := join(prefix, name)
		visit(path)
		listProperties(member.Value, path, visit)
	}
	if schema.Items != nil {
		listProperties(schema.Items.Value, prefix+"[]", visit)
	}
	if other := schema.AdditionalProperties.Schema; other != nil {
		listProperties(other.Value, prefix+"{}", visit)
	}
}

// walkAnswer visits every member of an answer that the published document describes; a single token in an envelope as if it were bare.
func (j *Judge) walkAnswer(e *Exchange, visit func(path string, p property, value any)) {
	if e.Operation == nil {
		return
	}
	schema := spec.PublishedResponse(j.published, *e.Operation, e.Status, e.Query)
	if schema == nil {
		return
	}
	value := e.value
	if payload, ok := e.Payload(); ok && e.SingleToken() {
		value = payload
	}
	walk(schema, value, "$", "", visit)
}

func walk(schema *openapi3.Schema, value any, path, name string, visit func(path string, p property, value any)) {
	for _, form := range slices.Concat(schema.AllOf, schema.OneOf, schema.AnyOf) {
		if form.Value.Type == nil || fits(form.Value, value) {
			walk(form.Value, value, path, name, visit)
		}
	}
	switch v := value.(type) {
	case map[string]any:
		for key, one := range v {
			if member := schema.Properties[key]; member != nil {
				inner := join(name, key)
				visit(path+"."+key, property{name: inner, format: member.Value.Format}, one)
				walk(member.Value, one, path+"."+key, inner, visit)
			} else if other := schema.AdditionalProperties.Schema; other != nil {
				walk(other.Value, one, fmt.Sprintf("%s['%s']", path, key), name+"{}", visit)
			}
		}
	case []any:
		if schema.Items == nil {
			return
		}
		for i, one := range v {
			walk(schema.Items.Value, one, fmt.Sprintf("%s[%d]", path, i), name+"[]", visit)
		}
	}
}

func fits(schema *openapi3.Schema, value any) bool {
	switch value.(type) {
	case []any:
		return schema.Type.Is(openapi3.TypeArray)
	case map[string]any:
		return schema.Type.Is(openapi3.TypeObject)
	}
	return false
}

func join(prefix, name string) string {
	return strings.TrimPrefix(prefix+"."+name, ".")
}
