package services

import (
	"hash/fnv"
	"net/http"
	"strconv"

	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/surface/services/document"
)

// Documents are the published documents of services, by their production domains.
type Documents map[string]*document.Document

// violations are what a request has that its service's document forbids; none where there is no document, or the document has no such operation.
func (d Documents) violations(e *exchange.Exchange, r *http.Request, to place) (said []string) {
	operation, params, ok := d.operation(to)
	if !ok {
		return nil
	}
	for _, v := range operation.Check(document.Request{Params: params, Query: r.URL.RawQuery, Header: r.Header, Body: e.Request.Body}) {
		said = append(said, v.String())
	}
	return said
}

// answer is what a document has its service answer. The same question gets the same answer.
func (d Documents) answer(seed uint64, r *http.Request, to place) (document.Answer, bool) {
	operation, _, ok := d.operation(to)
	if !ok {
		return document.Answer{}, false
	}
	question := fnv.New64a()
	for _, part := range []string{strconv.FormatUint(seed, 10), to.Method, to.Domain, to.escaped, r.URL.RawQuery} {
		question.Write([]byte(part)) // never fails, says package hash
		question.Write([]byte{0})
	}
	return operation.Answer(question.Sum64()), true
}

func (d Documents) operation(to place) (*document.Operation, map[string]string, bool) {
	doc, ok := d[to.Domain]
	if !ok {
		return nil, nil, false
	}
	return doc.Find(to.Method, to.escaped)
}
