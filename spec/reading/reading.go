// Package reading reads the documents of package spec with kin-openapi, in three ways.
//
// Published is the document with only those corrections that are needed to use it at all. It
// accepts almost anything: it requires next to nothing, and no refusal has a schema. An answer that
// it rejects is wrong beyond doubt.
//
// Corrected applies the whole overlay: operations have names, every answer has a body, and the
// places where the document is silent or contradicts itself are decided.
//
// Strict is derived from Corrected by code: what is documented must be present, what is not
// documented must not, and each refusal has its own code and message. If only this reading rejects
// an answer, the reason may be an assumption; the grade of the correction says so.
//
// StrictResponse and PublishedResponse select the schema of an answer, and Check validates a body
// against it. The caller has to check what no schema can express: headers, bytes after the JSON,
// duplicate keys, that the two forms of a token are equal, and everything that needs more than one
// answer.
//
// Package audit determines what each reading can detect. The mock does not import this package: it
// judges requests with its own reader, and starts sooner without kin-openapi.
//
// Every document is read once; the results are shared, and must not be modified. All functions are
// safe for concurrent use.
package reading

import (
	"context"

	"github.com/getkin/kin-openapi/openapi3"

	"oauthmock/spec"
)

// kind is the key of a reading in its document.
type kind int

const (
	published kind = iota
	corrected
	strict
)

// Published returns the document as published, with only the corrections without which it cannot be
// used at all (see [spec.Correction.Repair]).
func Published(d *spec.Document) (*openapi3.T, error) {
	return once(d, published, func() (*openapi3.T, error) { return load(d, d.Repaired) })
}

// Corrected returns the document with every correction of the overlay applied.
func Corrected(d *spec.Document) (*openapi3.T, error) {
	return once(d, corrected, func() (*openapi3.T, error) { return load(d, d.Corrected) })
}

func once(d *spec.Document, k kind, read func() (*openapi3.T, error)) (*openapi3.T, error) {
	doc, err := d.Once(k, func() (any, error) { return read() })
	if err != nil {
		return nil, err
	}
	return doc.(*openapi3.T), nil
}

// load parses JSON as OpenAPI.
func load(d *spec.Document, text func() ([]byte, error)) (*openapi3.T, error) {
	data, err := text()
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		return nil, d.Wrong(err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, d.Wrong(err)
	}
	return doc, nil
}
