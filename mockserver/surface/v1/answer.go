package v1

import (
	"net/http"
	"strconv"

	"github.com/segmentio/encoding/json"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/surface"
)

// handler carries out a call. What it returns is an answer that writes itself, or the data of one;
// nil is a 204.
type handler = func(*surface.Call) (any, account.Receipt, error)

// ending is how every successful answer with a body ends.
const ending = `"success":true,"message":"","error":null}`

// deleted is the answer to DELETE: a message, and no data.
const deleted = surface.Text(`{"message":"1 deleted token","success":true,"error":null}`)

// answered turns a handler's value into a successful answer.
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

// created is the answer to POST: a new token, its members beside those of the envelope.
type created struct {
	scopes []string
	token  account.Token
}

// Append implements surface.Body.
func (t *created) Append(b []byte) ([]byte, error) {
	b = appendScopes(append(b, `{"scopes":`...), t.scopes)
	b = strconv.AppendInt(append(b, `,"expire":`...), int64(t.token.ExpireAt), 10)
	b = append(append(b, `,"token":"`...), t.token.Value...)
	return append(append(b, `",`...), ending...), nil
}

// list is tokens under data.
type list []account.Token

// listed returns a list of tokens, or nil if it is empty: then the answer has no body.
func listed(tokens []account.Token) any {
	if len(tokens) == 0 {
		return nil
	}
	return list(tokens)
}

// Append implements surface.Body.
func (l list) Append(b []byte) ([]byte, error) {
	b = append(b, `{"data":[`...)
	for i := range l {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(b, `{"token":"`...), l[i].Value...)
		b = appendScopes(append(b, `","scopes":`...), l[i].Scopes)
		b = strconv.AppendInt(append(b, `,"expire":`...), int64(l[i].ExpireAt), 10)
		b = append(b, '}')
	}
	return append(append(b, `],`...), ending...), nil
}

func appendScopes(b []byte, scopes []string) []byte {
	b = append(b, '[')
	for i, scope := range scopes {
		if i > 0 {
			b = append(b, ',')
		}
		b = json.AppendEscape(b, scope, 0)
	}
	return append(b, ']')
}
