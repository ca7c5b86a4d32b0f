package callback

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/http/httpguts"

	"oauthmock/mockserver/account"
)

// Request is a caller's request for a callback.
type Request struct {
	URL     string            `json:"url"`
	Method  string            `json:"method"` // JSON, which is the default, or POST for a form
	Field   string            `json:"field"`  // of the form; the default is data
	Headers map[string]string `json:"headers"`
	Custom  any               `json:"custom"`
	Retry   int               `json:"retry"`
}

// Bounds of a request.
const (
	maxURL         = 2048 // bytes
	maxField       = 100  // bytes
	maxHeaders     = 50
	maxHeaderBytes = 8 << 10
)

// Methods of callbacks.
const (
	methodJSON   = "JSON"
	methodForm   = account.FormCallback
	defaultField = "data"
)

// Requested reads the callback that the body of a service call asks for. It returns nil where the
// body asks for none: what is not an object with a string url under callback is the service's own.
// An error tells what is wrong with one that is. Usual returns the method where the body names
// none; one that is no method of callbacks stands for JSON.
func Requested(body []byte, usual func() string) (*account.CallbackRequest, error) {
	if !bytes.Contains(body, []byte(`"callback"`)) { // nearly always
		return nil, nil
	}
	var outer struct {
		Callback json.RawMessage `json:"callback"`
	}
	var meant struct {
		URL any `json:"url"`
	}
	read := json.Unmarshal(body, &outer) == nil && json.Unmarshal(outer.Callback, &meant) == nil
	if _, ok := meant.URL.(string); !read || !ok {
		return nil, nil
	}
	var r Request
	if err := json.Unmarshal(outer.Callback, &r); err != nil {
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return nil, fmt.Errorf("callback.%s is of type %s", wrong.Field, wrong.Value)
		}
		return nil, fmt.Errorf("callback: %w", err)
	}
	if r.Method == "" && usual() == methodForm {
		r.Method = methodForm
	}
	checked, err := r.Check()
	if err != nil {
		return nil, fmt.Errorf("callback.%w", err)
	}
	return &checked, nil
}

// Check returns the request as accounts hold it, with its defaults, or an error that names the
// member that cannot be.
func (r Request) Check() (account.CallbackRequest, error) {
	out := account.CallbackRequest{URL: r.URL, Method: r.Method, Field: r.Field, Headers: r.Headers, Custom: r.Custom, Retries: r.Retry}
	if out.Method == "" {
		out.Method = methodJSON
	}
	if out.Field == "" {
		out.Field = defaultField
	}
	u, err := url.Parse(r.URL)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || len(r.URL) > maxURL || !validPort(u.Port()):
		return out, fmt.Errorf("url must be an http or https URL such as http://127.0.0.1:9000/hook, of at most %d bytes", maxURL)
	case u.User != nil:
		return out, errors.New("url holds a user: want one without")
	case out.Method != methodJSON && out.Method != methodForm:
		return out, errors.New("method is neither JSON nor POST")
	case len(out.Field) > maxField || !utf8.ValidString(out.Field):
		return out, fmt.Errorf("field is longer than %d bytes", maxField)
	case r.Retry < 0 || r.Retry > account.MaxRetries:
		return out, fmt.Errorf("retry is %d; want 0 to %d", r.Retry, account.MaxRetries)
	}
	return out, checkHeaders(r.Headers)
}

func validPort(text string) bool {
	port, err := strconv.Atoi(text)
	return text == "" || err == nil && port > 0 && port <= math.MaxUint16
}

func checkHeaders(headers map[string]string) error {
	total := 0
	for name, value := range headers {
		total += len(name) + len(value)
		switch {
		case !httpguts.ValidHeaderFieldName(name):
			return errors.New("headers holds a name that no header has")
		case !httpguts.ValidHeaderFieldValue(value):
			return fmt.Errorf("headers.%s holds a control character", name)
		case ofConnection(name):
			return fmt.Errorf("headers.%s belongs to the connection: leave it out", name)
		}
	}
	if len(headers) > maxHeaders || total > maxHeaderBytes {
		return fmt.Errorf("headers are more than %d, or more than %d bytes", maxHeaders, maxHeaderBytes)
	}
	return nil
}

// ofConnection reports whether a header belongs to the connection, and not to the message.
func ofConnection(name string) bool {
	switch name = http.CanonicalHeaderKey(name); name {
	case "Host", "Connection", "Content-Length", "Content-Encoding", "Transfer-Encoding", "Te", "Trailer", "Upgrade", "Expect", "Keep-Alive", "Http2-Settings":
		return true
	default:
		return strings.HasPrefix(name, "Proxy-")
	}
}

// Answered is the payload of a callback with a service's answer. A body that is not a JSON object
// is sent as it is.
func Answered(body []byte) account.CallbackPayload {
	if data, err := Object(body); err == nil {
		return account.CallbackPayload{Data: data, Size: len(body)}
	}
	return account.CallbackPayload{Data: map[string]any{"body": strings.ToValidUTF8(string(body), "�")}, Bare: true, Size: len(body)}
}

// Object reads a JSON object whose numbers are whole ones of 64 bits, or others that a float64
// holds.
func Object(text []byte) (map[string]any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var out map[string]any
	if err := decoder.Decode(&out); err != nil {
		return nil, err
	}
	if out == nil {
		return nil, errors.New("it is null")
	}
	if decoder.More() {
		return nil, errors.New("it goes on after its JSON value")
	}
	v, err := numbers(out)
	if err != nil {
		return nil, err
	}
	return v.(map[string]any), nil
}

// numbers replaces the numbers in a value.
func numbers(v any) (_ any, err error) {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n, nil
		}
		return v.Float64()
	case map[string]any:
		for name, value := range v {
			if v[name], err = numbers(value); err != nil {
				return nil, err
			}
		}
	case []any:
		for i, value := range v {
			if v[i], err = numbers(value); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}
