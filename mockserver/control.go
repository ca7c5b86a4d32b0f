package mockserver

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"oauthmock/mockserver/admin"
)

// refused is what the control API did not do.
type refused struct {
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

// Error implements error.
func (r *refused) Error() string { return r.Detail }

// control asks the control API, which so has one way to do each thing, for the library and for everybody else. It answers the
// body; an error is a problem document.
func (m *Mock) control(ctx context.Context, method, path string, in any) ([]byte, error) {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return nil, err
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, "http://localhost"+admin.Prefix+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+m.server.admin.Token)
	w := &recorder{header: http.Header{}}
	m.server.admin.ServeHTTP(w, r)
	if w.header.Get("Content-Type") == "application/problem+json" {
		var problem refused
		if err := json.Unmarshal(w.body.Bytes(), &problem); err != nil {
			return nil, err
		}
		return nil, &problem
	}
	return w.body.Bytes(), nil
}

// must asks the control API, and reads the answer into out unless that is nil. A failure ends the test.
func (m *Mock) must(tb TB, method, path string, in, out any) {
	tb.Helper()
	body, err := m.control(m.ctx, method, path, in)
	if err == nil && out != nil {
		err = json.Unmarshal(body, out)
	}
	if err != nil {
		tb.Fatalf("mockserver: %v", fmt.Errorf("%s %s: %w", method, path, err))
	}
}

// recorder keeps an answer of the control API.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (r *recorder) Header() http.Header { return r.header }

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

// Write implements http.ResponseWriter.
func (r *recorder) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(p)
}
