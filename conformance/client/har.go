package client

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sort"
	"time"
)

// archive is the part of an HTTP archive, HAR 1.2, that is evidence. Members with a leading
// underscore are the mock's additions.
type archive struct {
	Log struct {
		Entries []archived `json:"entries"`
		Dropped uint64     `json:"_dropped"`
	} `json:"log"`
}

type archived struct {
	Started    time.Time `json:"startedDateTime"`
	Time       float64   `json:"time"`
	Kind       string    `json:"_kind"`
	ReceivedAt time.Time `json:"_receivedAt"`
	Operation  string    `json:"_operation"`
	Refusal    struct {
		Reason string `json:"reason"`
	} `json:"_refusal"`
	Request struct {
		Method   string `json:"method"`
		URL      string `json:"url"`
		Headers  []pair `json:"headers"`
		BodySize int    `json:"bodySize"`
		PostData struct {
			Text   string `json:"text"`
			Params []pair `json:"params"`
		} `json:"postData"`
	} `json:"request"`
	Response struct {
		Status  int    `json:"status"`
		Headers []pair `json:"headers"`
		Content struct {
			Size     int    `json:"size"`
			Text     string `json:"text"`
			Encoding string `json:"encoding"`
			Comment  string `json:"comment"`
		} `json:"content"`
	} `json:"response"`
}

type pair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// ReadHAR reads an HTTP archive as evidence, in order of time. If an entry has no member
// _receivedAt, its time is used for both clocks. An error states what is wrong with the file.
func ReadHAR(text []byte) (Evidence, error) {
	var a archive
	decoder := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))))
	if err := decoder.Decode(&a); err != nil {
		return Evidence{}, fmt.Errorf("not an HTTP archive (HAR 1.2): %w", err)
	}
	if a.Log.Entries == nil {
		return Evidence{}, errors.New(`not an HTTP archive (HAR 1.2): there is no list "entries" in "log"`)
	}
	evidence := Evidence{Dropped: a.Log.Dropped, Unnamed: true}
	for i, entry := range a.Log.Entries {
		e, err := entry.exchange()
		if err != nil {
			return Evidence{}, fmt.Errorf("entry %d: %w", i+1, err)
		}
		if e.ID == "" {
			e.ID = fmt.Sprint(i + 1)
		}
		evidence.Exchanges = append(evidence.Exchanges, e)
	}
	sort.SliceStable(evidence.Exchanges, func(i, j int) bool {
		return evidence.Exchanges[i].Wall.Before(evidence.Exchanges[j].Wall)
	})
	return evidence, nil
}

func (a archived) exchange() (Exchange, error) {
	address, err := url.Parse(a.Request.URL)
	if err != nil || address.Host == "" {
		return Exchange{}, errors.New("its request has no absolute URL")
	}
	e := newExchange(a.Request.Method, address.Host, address.RequestURI(), headers(a.Request.Headers))
	e.At, e.Wall, e.Took = a.Started, a.Started, time.Duration(a.Time*float64(time.Millisecond))
	if !a.ReceivedAt.IsZero() {
		e.Wall = a.ReceivedAt
	}
	if a.Operation != "" {
		e.Operation = a.Operation
	}
	if a.Kind == "callback" {
		e.Operation = "callback"
	}
	e.Reason = a.Refusal.Reason
	e.RequestBody = a.Request.PostData.Text
	if e.RequestBody == "" && len(a.Request.PostData.Params) > 0 {
		form := url.Values{}
		for _, p := range a.Request.PostData.Params {
			form.Add(p.Name, p.Value)
		}
		e.RequestBody = form.Encode()
	}
	e.Status, e.ResponseHeader = max(0, a.Response.Status), headers(a.Response.Headers)
	content := a.Response.Content
	e.ResponseBody = content.Text
	if content.Encoding == "base64" {
		plain, err := base64.StdEncoding.DecodeString(content.Text)
		if err != nil {
			return Exchange{}, errors.New("the content of its response is not Base64, although its encoding says so")
		}
		e.ResponseBody = string(plain)
	}
	e.Cut = content.Text == "" && content.Size > 0 || e.RequestBody == "" && a.Request.BodySize > 0
	return e, nil
}

func headers(pairs []pair) http.Header {
	h := http.Header{}
	for _, p := range pairs {
		h.Add(p.Name, p.Value)
	}
	return h
}
