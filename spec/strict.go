package spec

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

const jsonMedia = "application/json"

// tokenLimits is the one object whose members are not all there: it holds only what is set.
const tokenLimits = "#/components/schemas/TokenLimits"

// Strict is the strict reading of the v2 document, derived by code from [Corrected]. Each response has
// schemas of its own: allOf is flattened, every documented property is required (except the members of a
// token's limits) and no other is allowed, counts are whole and not negative, timestamps are real
// (see [Timestamp]), and each refusal is one of the (code, message) pairs of its operation and status.
// Requests are those of Corrected. Components "Failure.404" and so on hold what a request that matches no
// operation may get.
//
// The formats date-time and ip are checked by validators of this document alone: pass
// doc.GetSchemaValidationOptions() where a schema is used directly, or use [Check]. Every call parses anew;
// the caller owns the result.
func Strict() (*openapi3.T, error) {
	doc, err := Corrected()
	if err != nil {
		return nil, err
	}
	table, err := Refusals()
	if err != nil {
		return nil, err
	}
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			for status, ref := range operation.Responses.Map() {
				response, err := strictResponse(status, ref.Value)
				if err != nil {
					return nil, fmt.Errorf("spec: strict reading of %s %s %s: %w", method, path, status, err)
				}
				operation.Responses.Set(status, &openapi3.ResponseRef{Value: response})
			}
		}
	}
	for status, pairs := range everyOperation(table, "v2") {
		doc.Components.Schemas["Failure."+strconv.Itoa(status)] = openapi3.NewSchemaRef("", failureSchema(pairs))
	}
	doc.SetStringFormatValidator("date-time", openapi3.NewCallbackValidator(validTimestamp))
	doc.SetStringFormatValidator("ip", openapi3.NewCallbackValidator(validAddress))
	return doc, nil
}

// strictResponse copies a response, which operations may share, and tightens the copy's schema.
func strictResponse(status string, shared *openapi3.Response) (*openapi3.Response, error) {
	response := *shared
	media := shared.Content.Get(jsonMedia)
	if media == nil || media.Schema == nil {
		return nil, fmt.Errorf("the corrected document has no %s schema; want one", jsonMedia)
	}
	tightened := *media
	if strings.HasPrefix(status, "2") {
		schema, err := tighten(media.Schema, "", 0)
		if err != nil {
			return nil, err
		}
		tightened.Schema = schema
	} else {
		pairs, err := pairsOf(media)
		if err != nil {
			return nil, err
		}
		tightened.Schema = openapi3.NewSchemaRef("", failureSchema(pairs))
	}
	response.Content = openapi3.Content{jsonMedia: &tightened}
	return &response, nil
}

// maxDepth ends what a schema that refers to itself would start. The v2 document is five levels deep.
const maxDepth = 32

// tighten copies a schema with everything below it and makes the copy strict. The name is that of the
// property that the schema stands for, or of the property that is a list or map of such.
func tighten(ref *openapi3.SchemaRef, name string, depth int) (*openapi3.SchemaRef, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("the schema of %q is more than %d levels deep; want one that does not refer to itself", name, maxDepth)
	}
	schema, err := flatten(ref.Value, depth)
	if err != nil {
		return nil, err
	}
	for _, branches := range []*openapi3.SchemaRefs{&schema.OneOf, &schema.AnyOf} {
		tightened := make(openapi3.SchemaRefs, 0, len(*branches))
		for _, branch := range *branches {
			branch, err := tighten(branch, name, depth+1)
			if err != nil {
				return nil, err
			}
			tightened = append(tightened, branch)
		}
		*branches = tightened
	}
	if schema.Items != nil {
		if schema.Items, err = tighten(schema.Items, name, depth+1); err != nil {
			return nil, err
		}
	}
	if values := schema.AdditionalProperties.Schema; values != nil {
		if values, err = tighten(values, name, depth+1); err != nil {
			return nil, err
		}
		schema.AdditionalProperties = openapi3.AdditionalProperties{Schema: values}
	}
	if len(schema.Properties) > 0 {
		properties := make(openapi3.Schemas, len(schema.Properties))
		for property, value := range schema.Properties {
			if properties[property], err = tighten(value, property, depth+1); err != nil {
				return nil, err
			}
		}
		schema.Properties = properties
		schema.Required = nil
		if ref.Ref != tokenLimits {
			schema.Required = slices.Sorted(maps.Keys(properties))
		}
		none := false
		schema.AdditionalProperties = openapi3.AdditionalProperties{Has: &none}
	}
	tightenScalar(schema, name)
	return openapi3.NewSchemaRef("", schema), nil
}

// flatten copies a schema and pulls the properties of its allOf into it. It goes no deeper.
func flatten(schema *openapi3.Schema, depth int) (*openapi3.Schema, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("allOf is more than %d levels deep; want one that does not refer to itself", maxDepth)
	}
	copied := *schema
	copied.AllOf = nil
	copied.Properties = maps.Clone(schema.Properties)
	for _, part := range schema.AllOf {
		flat, err := flatten(part.Value, depth+1)
		if err != nil {
			return nil, err
		}
		if copied.Properties == nil {
			copied.Properties = openapi3.Schemas{}
		}
		if copied.Type == nil {
			copied.Type = flat.Type
		}
		maps.Copy(copied.Properties, flat.Properties)
	}
	return &copied, nil
}

// timestampPattern is repeated by the validator of date-time; here it makes the message say what is wanted.
const timestampPattern = `^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})$`

// tightenScalar adds what the names of the document's properties promise: what ends in Requests or begins
// with total is a count, and neither a count nor an amount spent nor a price is negative. A wallet's credit and a
// transaction's amount may be.
func tightenScalar(schema *openapi3.Schema, name string) {
	isCount := strings.HasSuffix(name, "Requests") || strings.HasPrefix(name, "total")
	isPrice := strings.HasPrefix(name, "price") || name == "walletAmount" || name == "errorCode"
	if schema.Type.Is(openapi3.TypeNumber) && isCount {
		schema.Type = &openapi3.Types{openapi3.TypeInteger}
	}
	integer := schema.Type.Is(openapi3.TypeInteger)
	if schema.Min == nil && (integer || schema.Type.Is(openapi3.TypeNumber) && isPrice) {
		zero := 0.0
		schema.Min = &zero
	}
	if schema.Type.Is(openapi3.TypeString) && schema.Format == "date-time" && schema.Pattern == "" {
		schema.Pattern = timestampPattern
	}
}
