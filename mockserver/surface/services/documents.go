package services

import (
	"hash/fnv"
	"strconv"
	"strings"
	"sync"

	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/openapi"
)

// Documents are the published documents of services, by their production domains.
type Documents map[string]*openapi.Document

// misses reports whether a service's document has the beginning of a path and not the path.
func (d Documents) misses(to *place) bool {
	_, _, ok := d.operation(to)
	return !ok && d[to.Domain] != nil && d[to.Domain].Knows(to.Method, to.escaped)
}

// violations returns how a request violates its service's document; none if there is no document,
// or it has no such operation.
func (d Documents) violations(e *exchange.Exchange, to *place) (said []string) {
	operation, params, ok := d.operation(to)
	if !ok {
		return nil
	}
	for _, v := range operation.Check(openapi.Request{Params: params, Query: to.query, Header: e.Request.Header, Body: e.Request.Body}) {
		if to.callback != nil && (v.Where == "body.callback" || strings.HasPrefix(v.Where, "body.callback.") || strings.HasPrefix(v.Where, "body.callback[")) {
			continue // it is the provider's, whatever the document of the service knows of it
		}
		said = append(said, v.String())
	}
	return said
}

// answer returns a service's answer according to its document. The same request gets the same
// answer. ok is false if there is no document, or it has no such operation.
func (a *answers) answer(d Documents, seed uint64, e *exchange.Exchange, to *place) (made openapi.Answer, ok bool, err error) {
	operation, params, ok := d.operation(to)
	if !ok {
		return openapi.Answer{}, false, nil
	}
	asked := asked{operation, ask(seed, e, to)}
	if made, ok := a.get(asked); ok {
		return made, true, nil
	}
	made, err = operation.Answer(openapi.Ask{
		Seed: asked.question, Params: given(e, to, params), Accept: to.accept, Status: to.prefers.status, Example: to.prefers.example,
	})
	if err == nil {
		a.keep(asked, made)
	}
	return made, true, err
}

// ask is a question as a number: the seed of its answer.
func ask(seed uint64, e *exchange.Exchange, to *place) uint64 {
	question := fnv.New64a()
	for _, part := range []string{
		strconv.FormatUint(seed, 10), to.Method, to.Domain, to.escaped, to.query, to.accept, strconv.Itoa(to.prefers.status), to.prefers.example, string(e.Request.Body),
	} {
		question.Write([]byte(part)) // never fails, says package hash
		question.Write([]byte{0})
	}
	return question.Sum64()
}

func (d Documents) operation(to *place) (*openapi.Operation, map[string]string, bool) {
	doc := d[to.Domain]
	if doc == nil {
		return nil, nil, false
	}
	return doc.Find(to.Method, to.escaped)
}

// answers remembers what documents had their services answer: making a large body by its schema
// costs more than all the rest of a call. It is safe for concurrent use.
type answers struct {
	mu    sync.RWMutex
	made  map[asked]openapi.Answer
	bytes int
}

type asked struct {
	operation *openapi.Operation
	question  uint64
}

// maxAnswers bounds the cache, in bytes of bodies; beyond it the cache is emptied.
const maxAnswers = 8 << 20

func (a *answers) get(of asked) (openapi.Answer, bool) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	made, ok := a.made[of]
	return made, ok
}

func (a *answers) keep(of asked, made openapi.Answer) {
	const overhead = 100 // about, of an entry
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.bytes += len(made.Body) + overhead; a.made == nil || a.bytes > maxAnswers {
		a.made, a.bytes = map[asked]openapi.Answer{}, len(made.Body)+overhead
	}
	a.made[of] = made
}
