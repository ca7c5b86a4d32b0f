package client

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// cutMark ends a body of a journal that was too long to be shown.
const cutMark = "… (cut)"

// record is an entry of a journal, as GET …/requests of a control API lists it.
type record struct {
	ID         string    `json:"id"`
	Kind       string    `json:"kind"`
	At         time.Time `json:"at"`
	ReceivedAt time.Time `json:"receivedAt"`
	TookMs     float64   `json:"tookMs"`
	Operation  string    `json:"operation"`
	Account    string    `json:"account"`
	Request    struct {
		Method    string              `json:"method"`
		Host      string              `json:"host"`
		URI       string              `json:"uri"`
		Headers   map[string][]string `json:"headers"`
		Body      string              `json:"body"`
		BodyError string              `json:"bodyError"`
	} `json:"request"`
	Response struct {
		Status  int                 `json:"status"`
		Headers map[string][]string `json:"headers"`
		Body    string              `json:"body"`
	} `json:"response"`
	Refusal struct {
		Reason string `json:"reason"`
	} `json:"refusal"`
	Fault struct {
		Fault
		DelayMs float64 `json:"delayMs"`
	} `json:"fault"`
}

// journal is the list that a control API returns.
type journal struct {
	Items   []record `json:"items"`
	Dropped uint64   `json:"dropped"`
}

// readJournal reads what GET …/requests answered.
func readJournal(text []byte) ([]Exchange, uint64, error) {
	var listed journal
	decoder := json.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&listed); err != nil {
		return nil, 0, err
	}
	all := make([]Exchange, 0, len(listed.Items))
	for _, r := range listed.Items {
		all = append(all, r.exchange())
	}
	return all, listed.Dropped, nil
}

func (r record) exchange() Exchange {
	e := newExchange(r.Request.Method, r.Request.Host, r.Request.URI, header(r.Request.Headers))
	e.ID, e.At, e.Wall = r.ID, r.At, r.ReceivedAt
	e.Took = time.Duration((r.TookMs + r.Fault.DelayMs) * float64(time.Millisecond))
	e.RequestBody, e.ResponseBody = r.Request.Body, r.Response.Body
	e.Status, e.ResponseHeader = r.Response.Status, header(r.Response.Headers)
	e.Reason, e.Fault = r.Refusal.Reason, r.Fault.Fault
	e.Cut = r.Request.BodyError != "" || strings.HasSuffix(r.Request.Body, cutMark) || strings.HasSuffix(r.Response.Body, cutMark)
	if r.Operation != "" {
		e.Operation = r.Operation
	}
	e.Account = r.Account
	if r.Kind == "callback" {
		e.Operation = "callback"
	}
	return e
}

// newExchange returns an exchange with the data of its request line and headers.
func newExchange(method, host, uri string, headers http.Header) Exchange {
	path, query, _ := strings.Cut(uri, "?")
	if _, rest, absolute := strings.Cut(path, "://"); absolute {
		_, path, _ = strings.Cut(rest, "/")
		path = "/" + path
	}
	if plain, err := url.PathUnescape(path); err == nil {
		path = plain
	}
	e := Exchange{Method: method, Host: host, Path: path, RequestHeader: headers}
	e.Query, _ = url.ParseQuery(query)
	e.Operation, e.Token = classify(host, method, path, e.Bearer() != "")
	return e
}

// header makes headers canonical, whatever case the evidence has them in.
func header(given map[string][]string) http.Header {
	h := http.Header{}
	for name, values := range given {
		for _, value := range values {
			h.Add(name, value)
		}
	}
	return h
}
