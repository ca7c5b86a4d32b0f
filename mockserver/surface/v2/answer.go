package v2

import (
	"github.com/segmentio/encoding/json"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/surface"
)

// envelope is every successful answer: {"data":…,"success":true,"message":"","error":null} (v2 GET
// /scopes/{id} 200).
type envelope struct {
	Data    any    `json:"data"`
	Success bool   `json:"success"`
	Message string `json:"message"`
	Error   any    `json:"error"`
}

// afterData is the part of an envelope after its data.
const afterData = `"success":true,"message":"","error":null`

// rendered is an answer that writes itself as JSON: what is asked for most. The rest is rendered by
// the library.
type rendered interface{ append(b []byte) []byte }

// deleted is the payload of DELETE.
type deleted struct{}

// Envelope is what successful answers hold beside their data.
type Envelope string

// The envelopes.
const (
	Full       Envelope = "full"       // success, message and error, always
	Documented Envelope = "documented" // of these what the published document defines for the answer
)

// success is the body of a successful answer.
type success struct {
	value any
	shape TokenShape
	// bare leaves out what the document does not define: all beside the data, and the message of a
	// DELETE.
	bare bool
}

// answered turns a handler's value into the data of an operation's successful answer.
func (s *api) answered(
	operation string, handle func(*api, *surface.Call) (any, account.Receipt, error),
) func(*surface.Call) (surface.Answer, account.Receipt, error) {
	bare := s.envelope == Documented && operation != "scope.get" // the only one whose envelope the document defines
	return func(c *surface.Call) (surface.Answer, account.Receipt, error) {
		value, receipt, err := handle(s, c)
		if err != nil {
			return surface.Answer{}, receipt, err
		}
		return surface.Answer{ContentType: surface.JSON, Body: success{value, s.shape, bare}}, receipt, nil
	}
}

// Append implements surface.Body.
func (s success) Append(b []byte) ([]byte, error) {
	switch a := s.value.(type) {
	case detail:
		return a.appendAs(b, s.shape, s.bare), nil
	case rendered:
		b = append(b, `{"data":`...)
		b = a.append(b)
		if s.bare {
			return append(b, '}'), nil
		}
		return append(b, ","+afterData+"}"...), nil
	case deleted:
		if s.bare {
			return append(b, `{"message":"Deleted","data":null}`...), nil
		}
		return json.Append(b, envelope{Success: true, Message: "Deleted"}, json.SortMapKeys)
	default:
		if s.bare {
			return json.Append(b, struct {
				Data any `json:"data"`
			}{s.value}, json.SortMapKeys)
		}
		return json.Append(b, envelope{Data: s.value, Success: true}, json.SortMapKeys)
	}
}

// money is an amount as a JSON number. Amounts and times are made text here and not by MarshalJSON,
// whose result the encoder would read through once more: with a page of 100 tokens that is half of
// the work.
type money = json.Number

func wireMoney(m account.Money) money { return money(m.String()) }

// list converts a list so that it is rendered as [] and not as null.
func list[T, W any](items []T, wire func(*T) W) []W {
	out := make([]W, len(items))
	for i := range items {
		out[i] = wire(&items[i])
	}
	return out
}

// present renders an empty list as [] and not as null.
func present(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
