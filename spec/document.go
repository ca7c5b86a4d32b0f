package spec

import (
	"bytes"
	"context"
	_ "embed" // the documents are part of the program
	"encoding/json"
	"fmt"

	"github.com/getkin/kin-openapi/openapi3"
)

// V2SHA256 is the SHA-256 of the published v2 document, in lower-case hex.
const V2SHA256 = "299e785d3e6d931640789acd7dee3c0bc6b7ca2447f524f3101d5a68ee4acd43"

// A string, not a []byte: nobody can write into it.
//
//go:embed v2.openapi.json
var v2Document string

// V2 is the v2 document as the provider published it, byte for byte. The caller owns the copy.
func V2() []byte {
	return []byte(v2Document)
}

// Published is the v2 document as published, with only the corrections without which it cannot be used
// at all (see [Correction.Repair]). Every call parses anew; the caller owns the result.
func Published() (*openapi3.T, error) {
	return document(func(c Correction) bool { return c.Repair })
}

// Corrected is the v2 document with every correction of the overlay applied. Every call parses anew; the
// caller owns the result.
func Corrected() (*openapi3.T, error) {
	return document(func(Correction) bool { return true })
}

// document applies the chosen corrections and reads the outcome as OpenAPI.
func document(chosen func(Correction) bool) (*openapi3.T, error) {
	tree, err := correctedTree(chosen)
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(tree)
	if err != nil {
		return nil, fmt.Errorf("spec: %s with corrections: %w", v2File, err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		return nil, fmt.Errorf("spec: %s with corrections: %w", v2File, err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("spec: %s with corrections: %w", v2File, err)
	}
	return doc, nil
}

// correctedTree is the published document as plain JSON values, with the chosen corrections applied.
func correctedTree(chosen func(Correction) bool) (any, error) {
	overlay, err := v2Overlay()
	if err != nil {
		return nil, err
	}
	tree, err := decodeTree([]byte(v2Document))
	if err != nil {
		return nil, fmt.Errorf("spec: %s: %w", v2File, err)
	}
	return overlay.apply(tree, chosen)
}

// decodeTree reads JSON without rounding its numbers.
func decodeTree(data []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		return nil, err
	}
	return tree, nil
}
