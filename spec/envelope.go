package spec

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Envelope describes how an API wraps its answers. It is data of the document: x-envelope at the
// root of the corrected document. The zero value of each member has a meaning of its own, so an API
// without an envelope needs none.
type Envelope struct {
	// Media is the media type of answers, "application/json" by default.
	Media string `json:"media"`
	// Data is the member that holds the payload of a success; "" if the body itself is the payload.
	Data string `json:"data"`
	// Code and Message locate the code and message of a refusal, as names joined by dots: "error"
	// and "message" by default, or "error.code".
	Code    string `json:"code"`
	Message string `json:"message"`
	// CodeName locates the word for the code of a refusal, "error.code_reason"; "" if there is
	// none.
	CodeName string `json:"codeName"`
	// AnyMessage means that the message is for people, so that any text is correct.
	AnyMessage bool `json:"anyMessage"`
	// Flat are the statuses of refusals that may also have the members named by Code, CodeName and
	// Message at the root: {"code": …} for {"error": {"code": …}}.
	Flat []int `json:"flat"`
	// Success and Failure are the members, with their values, of every success and every refusal.
	Success map[string]any `json:"success"`
	Failure map[string]any `json:"failure"`
	// Optional names the members of a refusal that may be missing.
	Optional []string `json:"optional"`
	// Completes are the members, with their values, that the overlay adds to successes whose
	// published schema does not define them. A success has either all that were added to it, or
	// none.
	Completes map[string]any `json:"completes"`
}

// Envelope returns how the API wraps its answers.
func (d *Document) Envelope() (Envelope, error) {
	return d.envelope()
}

func (d *Document) readEnvelope() (Envelope, error) {
	var envelope Envelope
	if err := d.Member("x-envelope", &envelope); err != nil {
		return Envelope{}, err
	}
	return envelope.WithDefaults(), nil
}

// WithDefaults returns the envelope with zero values replaced by their meanings.
func (e Envelope) WithDefaults() Envelope {
	e.Media = cmp.Or(e.Media, "application/json")
	e.Code = cmp.Or(e.Code, "error")
	e.Message = cmp.Or(e.Message, "message")
	return e
}

// Members returns the names of the members of a body that belong to the envelope, not to the
// payload, sorted.
func (e Envelope) Members() []string {
	e = e.WithDefaults()
	code, _, _ := strings.Cut(e.Code, ".")
	message, _, _ := strings.Cut(e.Message, ".")
	names := slices.Concat(slices.Collect(maps.Keys(e.Success)), slices.Collect(maps.Keys(e.Failure)), []string{code, message})
	if e.Data != "" {
		names = append(names, e.Data)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Refusal returns code and message of a decoded body; ok reports whether it has a code.
func (e Envelope) Refusal(body any) (code, message any, ok bool) {
	e = e.WithDefaults()
	code, ok = e.at(body, e.Code)
	message, _ = e.at(body, e.Message)
	return code, message, ok
}

// CodeNameOf returns the word for the code of a decoded body; nil if it has none.
func (e Envelope) CodeNameOf(body any) any {
	if e.CodeName == "" {
		return nil
	}
	name, _ := e.at(body, e.CodeName)
	return name
}

// MessageOf returns the message of a decoded body; ok reports whether it has one. A success may
// have one too.
func (e Envelope) MessageOf(body any) (message any, ok bool) {
	return e.at(body, e.WithDefaults().Message)
}

// at follows names joined by dots into a body, from the root where it is flat.
func (e Envelope) at(body any, path string) (any, bool) {
	value, ok := At(body, path)
	if first, rest, nested := strings.Cut(path, "."); !ok && nested && len(e.Flat) > 0 {
		if _, wrapped := At(body, first); !wrapped {
			return At(body, rest)
		}
	}
	return value, ok
}

// Payload returns the payload of a decoded body; ok reports whether there is one.
func (e Envelope) Payload(body any) (payload any, ok bool) {
	if e.Data == "" {
		return body, body != nil
	}
	return At(body, e.Data)
}

// Body returns the decoded body of a refusal with a code and message, numbers as json.Number. name
// is the word for the code; it is ignored for an API without such words.
func (e Envelope) Body(code, name, message any) map[string]any {
	e = e.WithDefaults()
	body, _ := clone(e.Failure).(map[string]any)
	if body == nil {
		body = map[string]any{}
	}
	put(body, e.Code, code)
	put(body, e.Message, message)
	if e.CodeName != "" {
		put(body, e.CodeName, name)
	}
	return body
}

// At follows names joined by dots into objects.
func At(value any, path string) (any, bool) {
	for name := range strings.SplitSeq(path, ".") {
		object, _ := value.(map[string]any)
		member, ok := object[name]
		if !ok {
			return nil, false
		}
		value = member
	}
	return value, true
}

func put(object map[string]any, path string, value any) {
	name, rest, nested := strings.Cut(path, ".")
	if !nested {
		object[name] = value
		return
	}
	inner, _ := object[name].(map[string]any)
	if inner == nil {
		inner = map[string]any{}
		object[name] = inner
	}
	put(inner, rest, value)
}
