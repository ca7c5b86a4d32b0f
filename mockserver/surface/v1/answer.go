package v1

import (
	"net/http"

	"github.com/segmentio/encoding/json"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/surface"
)

// handler carries out a call. What it returns is an answer that writes itself, or the data of one; nil is a 204.
type handler = func(*surface.Call) (any, account.Receipt, error)

// ending is how every successful answer with a body ends.
const ending = `"success":true,"message":"","error":null}`

// deleted is what a DELETE answers: a message, and no data.
const deleted = surface.Text(`{"message":"1 deleted token","success":true,"error":null}`)

// answered makes a handler's value a successful answer.
func answered(handle handler) func(*surface.Call) (surface.Answer, account.Receipt, error) {
	return func(c *surface.Call) (surface.Answer, account.Receipt, error) {
		value, receipt, err := handle(c)
		if err != nil {
			return surface.Answer{}, receipt, err
		}
		if value == nil {
			return surface.Answer{Status: http.StatusNoContent}, receipt, nil
		}
		body, ok := value.(surface.Body)
		if !ok {
			body = data{value}
		}
		return surface.Answer{ContentType: surface.JSON, Body: body}, receipt, nil
	}
}

// data is an answer that has its value under data.
type data struct{ value any }

// Append implements surface.Body.
func (d data) Append(b []byte) ([]byte, error) {
	b, err := json.Append(append(b, `{"data":`...), d.value, json.SortMapKeys)
	return append(b, ","+ending...), err
}

// created is what POST answers: a new token, its members beside those of the envelope.
type created struct {
	Scopes []string `json:"scopes"`
	Expire int64    `json:"expire"`
	Token  string   `json:"token"`
}

// Append implements surface.Body.
func (t *created) Append(b []byte) ([]byte, error) {
	b, err := json.Append(b, t, 0)
	if err != nil {
		return b, err
	}
	b[len(b)-1] = ',' // in place of the brace
	return append(b, ending...), nil
}

// token is an entry of a list.
type token struct {
	Token  string   `json:"token"`
	Scopes []string `json:"scopes"`
	Expire int64    `json:"expire"`
}

// listed is a list of tokens; where there is none there is no answer.
func listed(tokens ...account.Token) any {
	if len(tokens) == 0 {
		return nil
	}
	list := make([]token, len(tokens))
	for i, t := range tokens {
		list[i] = token{t.Value, t.Scopes, int64(t.ExpireAt)}
	}
	return list
}
