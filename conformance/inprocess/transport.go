// Package inprocess sends HTTP requests to a handler without a connection. It is
// httptest.ResponseRecorder for programs, which must not link packages for tests.
package inprocess

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// Transport passes requests to Handler and buffers the whole response. It is safe for concurrent
// use if Handler is.
type Transport struct{ Handler http.Handler }

// RoundTrip implements http.RoundTripper. If the handler panics, as with http.ErrAbortHandler, a
// server would close the connection; RoundTrip returns an error.
func (t Transport) RoundTrip(r *http.Request) (response *http.Response, err error) {
	defer func() {
		if p := recover(); p != nil {
			response, err = nil, fmt.Errorf("the server aborted the response: %v", p)
		}
	}()
	in := r.Clone(r.Context())
	in.RequestURI, in.RemoteAddr = r.URL.RequestURI(), "127.0.0.1:1"
	if in.Host == "" {
		in.Host = r.URL.Host
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	defer in.Body.Close()
	w := writer{header: http.Header{}}
	t.Handler.ServeHTTP(&w, in)
	response = w.response()
	response.Request = r
	return response, nil
}

// writer buffers a response.
type writer struct {
	header http.Header // as the handler sees it
	sent   http.Header // as it was when the status was written
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (w *writer) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter. Only the first call has an effect.
func (w *writer) WriteHeader(status int) {
	if w.status == 0 {
		w.status, w.sent = status, w.header.Clone()
	}
}

// Write implements http.ResponseWriter. Like a server, it detects a Content-Type that is not set.
func (w *writer) Write(p []byte) (int, error) {
	if _, set := w.header["Content-Type"]; !set && w.status == 0 {
		w.header.Set("Content-Type", http.DetectContentType(p))
	}
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}

// Flush implements http.Flusher.
func (w *writer) Flush() { w.WriteHeader(http.StatusOK) }

func (w *writer) response() *http.Response {
	w.WriteHeader(http.StatusOK)
	length := int64(-1)
	if n, err := strconv.ParseInt(w.sent.Get("Content-Length"), 10, 64); err == nil && n >= 0 {
		length = n
	}
	return &http.Response{
		Status: fmt.Sprintf("%03d %s", w.status, http.StatusText(w.status)), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.sent, ContentLength: length, Body: io.NopCloser(bytes.NewReader(w.body.Bytes())),
	}
}
