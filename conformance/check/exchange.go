package check

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"unicode/utf8"

	"oauthmock/scenarios"
	"oauthmock/spec"
)

// Exchange is one answer, and what must be known of its request to judge it. Make it with NewExchange; it is not changed
// afterwards and may be read by several goroutines.
type Exchange struct {
	// Operation is nil where the request belongs to none.
	Operation *spec.Operation
	// Service says that a paid service answered, of which the document says nothing.
	Service bool
	// Query of the request, as sent.
	Query  url.Values
	Status int
	Header http.Header
	Body   []byte

	place   string
	value   any
	problem error
}

// NewExchange decodes the body once, numbers exactly.
func NewExchange(operation *spec.Operation, query url.Values, status int, header http.Header, body []byte) *Exchange {
	e := &Exchange{Operation: operation, Query: query, Status: status, Header: header, Body: body}
	e.place = placeOf(operation, status)
	e.value, e.problem = decode(body)
	return e
}

// NewServiceExchange is an answer of a paid service.
func NewServiceExchange(query url.Values, status int, header http.Header, body []byte) *Exchange {
	e := NewExchange(nil, query, status, header, body)
	e.Service, e.place = true, "paid services"
	return e
}

// Place names the answer in the document, "GET /tokens/{token} 404"; "v2" where the request belongs to no operation, "paid services" where
// it went to one of these.
func (e *Exchange) Place() string {
	return e.place
}

func placeOf(operation *spec.Operation, status int) string {
	if operation == nil {
		return "v2"
	}
	return operation.Method + " " + operation.Path + " " + strconv.Itoa(status)
}

// Value is the body as JSON: nil, bool, string, json.Number, []any, map[string]any; or the error that says why it is none.
func (e *Exchange) Value() (any, error) {
	return e.value, e.problem
}

// Payload is what the answer is about: the value of `data`, or, for a single token that is sent bare, the whole body.
// False means that there is none.
func (e *Exchange) Payload() (any, bool) {
	body, ok := e.value.(map[string]any)
	if e.problem != nil || !ok {
		return nil, false
	}
	data, enveloped := body["data"]
	if e.SingleToken() {
		if _, ok := data.(map[string]any); ok {
			return data, true
		}
		if _, bare := body["token"]; bare {
			return body, true
		}
	}
	return data, enveloped
}

// SingleToken says whether the operation answers with one token, which has two forms (see Shape).
func (e *Exchange) SingleToken() bool {
	if e.Operation == nil {
		return false
	}
	switch e.Operation.Name {
	case "token.create", "token.get", "token.update":
		return true
	}
	return false
}

// Success says whether the status is 2xx.
func (e *Exchange) Success() bool {
	return e.Status >= 200 && e.Status < 300
}

// Refusal is code and message of a failure's body; false when the body has no `error`.
func (e *Exchange) Refusal() (code, message any, ok bool) {
	body, _ := e.value.(map[string]any)
	code, ok = body["error"]
	return code, body["message"], ok
}

func decode(body []byte) (any, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, errors.New("the body is empty")
	}
	if !utf8.Valid(body) {
		return nil, errors.New("the body is not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, errors.New("the JSON ends too early")
		}
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	if rest := bytes.TrimSpace(body[decoder.InputOffset():]); len(rest) > 0 {
		return value, fmt.Errorf("%d bytes follow the JSON value", len(rest))
	}
	return value, nil
}

// names counts the members of all objects in a text of valid JSON, as often as they are named.
func names(body []byte) int {
	count, inText := 0, false
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '"':
			inText = !inText
		case '\\':
			i++
		case ':':
			if !inText {
				count++
			}
		}
	}
	return count
}

// members counts the members of all objects in a value.
func members(value any) int {
	count := 0
	switch v := value.(type) {
	case []any:
		for _, one := range v {
			count += members(one)
		}
	case map[string]any:
		count = len(v)
		for _, one := range v {
			count += members(one)
		}
	}
	return count
}

// doubledKey finds an object in valid JSON that names a member twice, and tells the member.
func doubledKey(body []byte) (string, bool) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	type frame struct {
		keys    map[string]bool // nil in a list
		wantKey bool
	}
	var stack []frame
	for {
		token, err := decoder.Token()
		if err != nil {
			return "", false
		}
		top := len(stack) - 1
		if delim, ok := token.(json.Delim); ok {
			switch delim {
			case '{':
				stack = append(stack, frame{keys: map[string]bool{}, wantKey: true})
				continue
			case '[':
				stack = append(stack, frame{})
				continue
			}
			stack = stack[:top]
			top--
		} else if top >= 0 && stack[top].wantKey {
			key, _ := token.(string)
			if stack[top].keys[key] {
				return key, true
			}
			stack[top].keys[key] = true
			stack[top].wantKey = false
			continue
		}
		if top >= 0 && stack[top].keys != nil { // a value ended, so the next token is a key
			stack[top].wantKey = true
		}
		if top < 0 {
			return "", false
		}
	}
}

// Render is a value as reports show it: short JSON.
func Render(value any) string {
	const longest = 300
	var text string
	if s, ok := value.(string); ok {
		quoted, err := json.Marshal(s)
		text = string(quoted)
		if err != nil || bytes.ContainsAny(quoted, `\`) {
			text = fmt.Sprintf("%q", s)
		}
	} else {
		text = scenarios.Text(value)
	}
	if runes := []rune(text); len(runes) > longest {
		text = fmt.Sprintf("%s… (%d characters)", string(runes[:longest]), len(runes))
	}
	return text
}
