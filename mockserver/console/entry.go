package console

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// list is every list of the control API.
type list[T any] struct {
	Items   []T    `json:"items"`
	Dropped uint64 `json:"dropped"`
}

// entry is a record of the journal, as the control API shows it.
type entry struct {
	ID         string    `json:"id"`
	Kind       string    `json:"kind"`
	At         time.Time `json:"at"`
	ReceivedAt time.Time `json:"receivedAt"`
	TookMs     float64   `json:"tookMs"`
	Surface    string    `json:"surface"`
	Operation  string    `json:"operation"`
	Account    string    `json:"account"`
	Auth       string    `json:"auth"`
	Client     string    `json:"client"`
	Credential string    `json:"credential"`
	IP         string    `json:"ip"`
	Request    struct {
		message
		Method    string `json:"method"`
		Host      string `json:"host"`
		URI       string `json:"uri"`
		Version   string `json:"httpVersion"`
		BodyError string `json:"bodyError"`
	} `json:"request"`
	Response struct {
		message
		Status int `json:"status"`
	} `json:"response"`
	Refusal *struct{ Reason, Grade, Source string } `json:"refusal"`
	Charge  *struct {
		Scope  string      `json:"scope"`
		Amount json.Number `json:"amount"`
		PaidBy string      `json:"paidBy"`
	} `json:"charge"`
	Fault *struct {
		Name  string `json:"name"`
		Kind  string `json:"kind"`
		Where string `json:"where"`
	} `json:"fault"`
	Callback *struct {
		ID      string `json:"id"`
		Scope   string `json:"scope"`
		Attempt int    `json:"attempt"`
		Error   string `json:"error"`
	} `json:"callback"`
	Explanation explanation `json:"explanation"`
}

// message is the common part of requests and answers.
type message struct {
	Headers map[string][]string `json:"headers"`
	Body    string              `json:"body"`
}

// explanation is why an entry was answered as it was.
type explanation struct {
	Words   []string `json:"words"`
	Matched *struct {
		Operation, Method, Path string
	} `json:"matched"`
	Near []struct {
		Operation, Method, Path, Off string
	} `json:"near"`
	Quota *struct {
		Limit, Before, After int64
		ResetMs              int64
	} `json:"quota"`
	Answer struct {
		Status              int
		Code, Grade, Source string
		Row                 string
	} `json:"answer"`
	Violations []map[string]any `json:"violations"`
}

// header is one header field, in the order in which they are shown.
type header struct{ Name, Value string }

func (m message) fields() []header {
	var out []header
	for _, name := range slices.Sorted(maps.Keys(m.Headers)) {
		for _, value := range m.Headers[name] {
			out = append(out, header{name, value})
		}
	}
	return out
}

// pretty returns the body with lines and indents if it is JSON, otherwise as it is.
func (m message) pretty() string {
	var b bytes.Buffer
	if json.Indent(&b, []byte(m.Body), "", "  ") != nil {
		return m.Body
	}
	return b.String()
}

// raw is the message as HTTP/1.1 writes it.
func (m message) raw(first string) string {
	var b strings.Builder
	b.WriteString(first + "\n")
	for _, f := range m.fields() {
		b.WriteString(f.Name + ": " + f.Value + "\n")
	}
	b.WriteString("\n" + m.Body)
	return b.String()
}

func (e *entry) rawRequest() string {
	return e.Request.raw(e.Request.Method + " " + e.Request.URI + " " + e.Request.Version)
}

func (e *entry) rawResponse() string {
	if e.Response.Status == 0 {
		return ""
	}
	return e.Response.raw(e.Request.Version + " " + strconv.Itoa(e.Response.Status) + " " + http.StatusText(e.Response.Status))
}

// path is where the request went, without its query, and query the rest.
func (e *entry) path() (path, query string) {
	path, query, _ = strings.Cut(e.Request.URI, "?")
	return path, query
}

// status returns a word for the answer; "" if none was sent.
func (e *entry) status() string {
	if e.Response.Status == 0 {
		return "none"
	}
	return strconv.Itoa(e.Response.Status)
}

// class is the kind of the status, for its colour.
func (e *entry) class() string {
	switch s := e.Response.Status; {
	case s == 0:
		return "none"
	case s < http.StatusBadRequest:
		return "ok"
	case s < http.StatusInternalServerError:
		return "refused"
	default:
		return "failed"
	}
}

// code is the error number of the answer's body: 130, or 125.22.
func (e *entry) code() string {
	if e.Response.Status < http.StatusBadRequest {
		return ""
	}
	var body struct {
		Error any `json:"error"`
	}
	decoder := json.NewDecoder(strings.NewReader(e.Response.Body))
	decoder.UseNumber()
	if decoder.Decode(&body) != nil {
		return ""
	}
	switch code := body.Error.(type) {
	case json.Number:
		return code.String()
	case string:
		return code
	case map[string]any:
		return fmt.Sprint(code["code"])
	}
	return ""
}

// tookText is how long it took, in milliseconds.
func (e *entry) tookText() string { return strconv.FormatFloat(e.TookMs, 'f', 1, 64) + " ms" }

// clockText is a time of day.
func clockText(t time.Time) string { return t.UTC().Format("15:04:05") }

// dateText is a date and a time of day, in UTC.
func dateText(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") }

// iso is a time as machines read it.
func iso(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// short cuts a text to so many characters.
func short(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}

// at is the address of a page of the console. Queries without a value are left out.
func at(path string, query ...string) string {
	values := url.Values{}
	for i := 0; i+1 < len(query); i += 2 {
		if query[i+1] != "" {
			values.Set(query[i], query[i+1])
		}
	}
	address := Prefix + path
	if len(values) > 0 {
		address += "?" + values.Encode()
	}
	return address
}
