package surface

import (
	"strings"

	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/openapi"
	"oauthmock/spec"
)

// Violations are the places where a request departs from the document; none where there is no
// document, or no operation matched.
func (d *Description) Violations(e *exchange.Exchange) []openapi.Departure {
	o := d.Operation(e.Operation)
	if o == nil || d.Document == nil {
		return nil
	}
	operations, err := described(d.Document)
	if err != nil { // documents are part of the program, and tested
		return nil
	}
	operation := operations[o.Method+" "+o.Path]
	if operation == nil {
		return nil
	}
	_, query, _ := strings.Cut(e.Request.URI, "?")
	return operation.Judge(openapi.Request{Query: query, Header: e.Request.Header, Body: e.Request.Body})
}

// judges is the key of what described keeps with a document.
type judges struct{}

// described returns the operations of a document, as corrected, by method and path. A document is
// read once.
func described(d *spec.Document) (map[string]*openapi.Operation, error) {
	read, err := d.Once(judges{}, func() (any, error) {
		text, err := d.Corrected()
		if err != nil {
			return nil, err
		}
		document, _, err := openapi.Parse(text, d.Name()+"/openapi.json")
		if err != nil {
			return nil, err
		}
		operations := map[string]*openapi.Operation{}
		for _, o := range document.Operations() {
			operations[o.String()] = o
		}
		return operations, nil
	})
	if err != nil {
		return nil, err
	}
	return read.(map[string]*openapi.Operation), nil
}
