package check

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"unicode/utf8"

	"oauthmock/scenarios"
	"oauthmock/spec"
)

// Exchange is one answer, and what is needed of its request to judge it. Create it with
// NewExchange; it is immutable, and safe for concurrent use.
type Exchange struct {
	// Surface is the API that answered, Operation nil where the request belongs to none of it.
	Surface   *Surface
	Operation *spec.Operation
	// Query of the request, as sent.
	Query  url.Values
	Status int
	Header http.Header
	Body   []byte
	// URL of the request, against which a redirect is resolved; nil if net/url cannot parse it.
	URL *url.URL

	page    *Page
	place   string
	media   string
	value   any
	problem error
}

// NewExchange decodes the body once, numbers exactly.
func NewExchange(surface *Surface, operation *spec.Operation, query url.Values, status int, header http.Header, body []byte) *Exchange {
	e := &Exchange{Surface: surface, Operation: operation, Query: query, Status: status, Header: header, Body: body}
	e.place = surface.placeOf(operation, status)
	e.media, _, _ = mime.ParseMediaType(header.Get("Content-Type"))
	e.value, e.problem = decode(body)
	if e.media == "text/html" {
		e.page = parsePage(body)
	}
	return e
}

// Page returns the answer as HTML, or nil if it is something else.
func (e *Exchange) Page() *Page {
	return e.page
}

// Redirect is where the answer leads to; nil where it leads nowhere.
func (e *Exchange) Redirect() *url.URL {
	location := e.Header.Get("Location")
	if e.Status < 300 || e.Status > 399 || location == "" {
		return nil
	}
	to, err := url.Parse(location)
	if err != nil {
		return nil
	}
	if e.URL != nil {
		to = e.URL.ResolveReference(to)
	}
	return to
}

// Place names the answer in its document, "GET /tokens/{token} 404"; the title of the surface
// ("v2", "paid services") where the request belongs to no operation.
func (e *Exchange) Place() string {
	return e.place
}

// Value returns the body as JSON: nil, bool, string, json.Number, []any, map[string]any; or an
// error that says why it is not JSON.
func (e *Exchange) Value() (any, error) {
	return e.value, e.problem
}

// Payload returns what the answer is about: the envelope's data or, for a payload that may be bare
// and for one that is documented beside the envelope, the whole body; of a page its title, text and
// forms; of a redirect its location and query. ok is false if there is none.
func (e *Exchange) Payload() (any, bool) {
	if to := e.Redirect(); to != nil {
		return map[string]any{"location": withoutQuery(to), "query": queryValue(to)}, true
	}
	if e.page != nil {
		return e.page.value(), true
	}
	if e.problem != nil {
		return nil, false
	}
	data, enveloped := e.Surface.envelope.Payload(e.value)
	if !enveloped && e.Success() && e.Operation != nil && e.Surface.flat[e.Operation.Name] {
		return e.value, true
	}
	if e.bare() {
		if _, ok := data.(map[string]any); ok {
			return data, true
		}
		body, _ := e.value.(map[string]any)
		if _, bare := body[e.Surface.Bare.Key]; bare {
			return body, true
		}
	}
	return data, enveloped
}

// payloadPlace returns the JSONPath of the payload in the body; "" if it is not one of the body's
// values.
func (e *Exchange) payloadPlace() string {
	if e.Redirect() != nil || e.page != nil || e.problem != nil {
		return ""
	}
	payload, there := e.Payload()
	name := e.Surface.envelope.Data
	body, _ := e.value.(map[string]any)
	if inner, has := body[name]; there && name != "" && has && Equal(inner, payload) {
		return "$." + name
	}
	return "$"
}

// refusalPlaces are the JSONPaths of a refusal's code and message.
func (e *Exchange) refusalPlaces() (code, message []string) {
	at := e.Surface.envelope
	return []string{"$." + at.Code}, []string{"$." + at.Message}
}

// bare reports whether the operation's payload may come without the envelope (see Shape).
func (e *Exchange) bare() bool {
	return e.Operation != nil && slices.Contains(e.Surface.Bare.Operations, e.Operation.Name)
}

// bareAsPublished reports whether it is the payload alone that the published document describes.
func (e *Exchange) bareAsPublished() bool {
	return e.bare() && !e.Surface.wrapped[e.Operation.Name]
}

// Success reports whether the status is 2xx.
func (e *Exchange) Success() bool {
	return e.Status >= 200 && e.Status < 300
}

// operationName is the operation's alias, "" where the request belongs to none.
func (e *Exchange) operationName() string {
	if e.Operation == nil {
		return ""
	}
	return e.Operation.Name
}

// Refusal is code and message of a failure's body; false when the body has no code.
func (e *Exchange) Refusal() (code, message any, ok bool) {
	return e.Surface.envelope.Refusal(e.value)
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

// doubledKey returns a member that an object in valid JSON names twice, if there is one.
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
