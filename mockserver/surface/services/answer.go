package services

import (
	"encoding/json"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/surface"
)

// Headers of the mock's own that state what a call cost.
const (
	headerCharge = "X-Mock-Charge"  // what left the wallet, "0.06"; 0 for other payers
	headerPaidBy = "X-Mock-Paid-By" // wallet, subscription or free
)

// costs returns the headers that state what a call cost.
func costs(c account.Charge) []surface.Field {
	return []surface.Field{{Name: headerCharge, Value: c.Amount.String()}, {Name: headerPaidBy, Value: string(c.PaidBy)}}
}

// success returns the service's answer: the one that the caller prefers, otherwise the fixture's,
// otherwise the document's, otherwise what was charged.
func (s *api) success(e *exchange.Exchange, to *place, c account.Charge) (surface.Answer, error) {
	charged := costs(c)
	if c.Scope.Answer != nil && to.prefers == (preference{}) {
		return surface.Answer{ContentType: surface.JSON, Header: charged, Body: surface.Bytes(c.Scope.Answer)}, nil
	}
	answer := surface.Answer{ContentType: surface.JSON, Body: receipt(c)}
	made, ok, err := s.answers.answer(s.config.Documents(), s.config.Seed, e, to)
	if !ok {
		made, ok, err = s.answers.answer(s.known.of(to.Domain), s.config.Seed, e, to)
	}
	if ok && err == nil {
		answer = answerOf(made)
	}
	answer.Header = append(charged, answer.Header...)
	return answer, err
}

// receipt is the body of a service without an answer of its own.
type receipt account.Charge

// Append implements surface.Body.
func (r receipt) Append(b []byte) ([]byte, error) {
	var body struct {
		Data struct {
			Scope  string      `json:"scope"`
			Charge json.Number `json:"charge"`
			PaidBy string      `json:"paidBy"`
		} `json:"data"`
		Success bool   `json:"success"`
		Message string `json:"message"`
		Error   any    `json:"error"`
	}
	body.Success = true
	body.Data.Scope, body.Data.Charge, body.Data.PaidBy = r.Name, json.Number(r.Amount.String()), string(r.PaidBy)
	text, err := json.Marshal(body)
	return append(b, text...), err
}
