package mocktest

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"

	"oauthmock/mockserver/admin"
)

// problem is the control API's refusal of a request.
type problem struct {
	Detail string `json:"detail"`
}

// Error implements error.
func (p *problem) Error() string { return p.Detail }

// call calls the control API in process, so that this package and HTTP clients share one
// implementation. It returns the body of the answer, or a *problem.
func (m *Mock) call(ctx context.Context, method, path string, in any) ([]byte, error) {
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
	r.Header.Set("Authorization", "Bearer "+m.server.AdminToken())
	w := httptest.NewRecorder()
	m.server.AdminHandler().ServeHTTP(w, r)
	if w.Header().Get("Content-Type") == "application/problem+json" {
		var refused problem
		if err := json.Unmarshal(w.Body.Bytes(), &refused); err != nil {
			return nil, err
		}
		return nil, &refused
	}
	return w.Body.Bytes(), nil
}

// must calls the control API and decodes the answer into out, unless out is nil. On an error it
// ends the test.
func (m *Mock) must(tb TB, method, path string, in, out any) {
	tb.Helper()
	body, err := m.call(m.ctx, method, path, in)
	if err == nil && out != nil {
		err = json.Unmarshal(body, out)
	}
	if err != nil {
		tb.Fatalf("mocktest: %s %s: %v", method, path, err)
	}
}
