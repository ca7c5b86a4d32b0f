package client

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Exchange is a request of the client, or a callback to it, with its answer. Credentials are
// opaque: fingerprints if the evidence is a journal, themselves if it is a third party's recording.
// The same credential is the same text within one evidence.
type Exchange struct {
	// ID is the number that the evidence gave it.
	ID string
	// At is when it started, on the account's clock if the evidence has it; Wall is real time. Took
	// is how long the answer took, in real time, including the delay of a fault.
	At, Wall time.Time
	Took     time.Duration
	// Operation is "token.create", "v1.token.list", "service.call", …; "callback" for one to the
	// client, "elsewhere" for a request to another host, and empty for anything outside the API.
	Operation string
	// Token is the token in the path; of v1 and v2 only.
	Token  string
	Method string
	Host   string
	// Path is as sent, without the query.
	Path           string
	Query          url.Values
	RequestHeader  http.Header
	RequestBody    string
	Status         int // 0 where no answer came
	ResponseHeader http.Header
	ResponseBody   string
	// Reason is why the server refused, as a term, if it says so; Explained is the same as a
	// sentence.
	Reason, Explained string
	// Fault is what the server injected; its zero value means nothing.
	Fault Fault
	// Prepared marks what was done before the client was started, which explains things but is not
	// judged.
	Prepared bool
	// Account of the call; "" if the server did not know the caller, so that At is not on an
	// account's clock, or if the evidence does not have it.
	Account string
	// Cut means that a body is not there in full.
	Cut bool
}

// Fault is a call that went wrong on purpose.
type Fault struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	// Where is "before" or "after" the call was carried out.
	Where string `json:"where"`
}

// Ended is when the answer was there, on the machine's clock.
func (e *Exchange) Ended() time.Time { return e.Wall.Add(e.Took) }

// OK reports whether the answer is a 2xx that reached the client whole, as far as the server knows.
func (e *Exchange) OK() bool { return e.Status >= 200 && e.Status <= 299 && !e.Lost() }

// Lost reports whether the client got no whole answer.
func (e *Exchange) Lost() bool {
	switch e.Fault.Kind {
	case "reset", "empty", "hang", "random-bytes", "truncate", "malformed-json", "malformed-chunk":
		return true
	}
	return e.Status == 0
}

// Wait returns the Retry-After of the answer; ok is false unless it is a number of seconds or a
// date.
func (e *Exchange) Wait() (wait time.Duration, ok bool) {
	text := e.ResponseHeader.Get("Retry-After")
	if text == "" {
		return 0, false
	}
	seconds := json.Number(text)
	if n, err := seconds.Int64(); err == nil && n >= 0 && n < 1<<31 {
		return time.Duration(n) * time.Second, true
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0, false
	}
	return max(0, at.Sub(e.Ended())), true
}

// Secrets of an Authorization header: its scheme in lower case, and the credential, of Basic the
// password.
func (e *Exchange) authorization() (scheme, credential string) {
	scheme, credential, _ = strings.Cut(e.RequestHeader.Get("Authorization"), " ")
	scheme = strings.ToLower(scheme)
	credential = strings.TrimSpace(credential)
	if scheme == "basic" && !isFingerprint(credential) {
		if plain, err := base64.StdEncoding.DecodeString(credential); err == nil {
			if _, password, ok := strings.Cut(string(plain), ":"); ok {
				return scheme, password
			}
		}
	}
	return scheme, credential
}

// isFingerprint reports whether a text is a journal's fingerprint of a credential.
func isFingerprint(text string) bool { return strings.HasPrefix(text, "[secret ") }

// Bearer returns the credential of a Bearer; "" if there is none.
func (e *Exchange) Bearer() string {
	if scheme, credential := e.authorization(); scheme == "bearer" {
		return credential
	}
	return ""
}

// answer returns a member of the answer's JSON object, under "data" or beside it.
func (e *Exchange) answer(name string) any {
	body, _ := parse(e.ResponseBody).(map[string]any)
	if data, ok := body["data"].(map[string]any); ok && data[name] != nil {
		return data[name]
	}
	return body[name]
}

// answerText is answer where it is a text, otherwise "".
func (e *Exchange) answerText(name string) string {
	text, _ := e.answer(name).(string)
	return text
}

// form are the members of the request's body, be it a form or a JSON object of texts.
func (e *Exchange) form() url.Values {
	kind, _, _ := mime.ParseMediaType(e.RequestHeader.Get("Content-Type"))
	if object, ok := parse(e.RequestBody).(map[string]any); ok {
		values := url.Values{}
		for name, value := range object {
			if text, ok := value.(string); ok {
				values.Set(name, text)
			}
		}
		return values
	}
	if kind == "application/x-www-form-urlencoded" || kind == "" {
		values, _ := url.ParseQuery(e.RequestBody)
		return values
	}
	return url.Values{}
}

// same reports whether two requests ask the same.
func (e *Exchange) same(other *Exchange) bool {
	return e.Method == other.Method && e.Host == other.Host && e.Path == other.Path && e.Query.Encode() == other.Query.Encode() && e.RequestBody == other.RequestBody
}

// key is the same text for the same request of the same caller.
func (e *Exchange) key() string {
	_, credential := e.authorization()
	return strings.Join([]string{e.Method, e.Host, e.Path, e.Query.Encode(), e.RequestBody, credential}, "\x00")
}

// writes reports whether the request may change something that a repetition would change again: it
// creates or pays.
func (e *Exchange) writes() bool {
	switch e.Operation {
	case "token.create", "v1.token.create":
		return true
	case "service.call":
		return e.Method == http.MethodPost
	}
	return false
}

// reads reports whether a request only looks.
func (e *Exchange) reads() bool { return e.Method == http.MethodGet || e.Method == http.MethodHead }

// parse decodes JSON with exact numbers; nil if it is not JSON.
func parse(text string) any {
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return nil
	}
	return value
}
