package console

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// refusal is an answer of the control API that is no success.
type refusal struct {
	status int
	detail string
}

func (r *refusal) Error() string { return r.detail }

// ask asks the control API, with the credentials of the visit, and decodes the answer into out
// unless that is nil. What the control API refuses is a *refusal.
func (v *visit) ask(path string, query url.Values, out any) error {
	target := &url.URL{Scheme: "http", Host: v.r.Host, Path: "/__admin" + path, RawQuery: query.Encode()}
	if unescaped, err := url.PathUnescape(path); err == nil {
		target.Path, target.RawPath = "/__admin"+unescaped, "/__admin"+path
	}
	r, err := http.NewRequestWithContext(v.r.Context(), http.MethodGet, target.String(), http.NoBody)
	if err != nil {
		return err
	}
	r.Host, r.TLS, r.RemoteAddr = v.r.Host, v.r.TLS, v.r.RemoteAddr
	for _, name := range []string{"Authorization", "Cookie", "Origin", "Sec-Fetch-Site", "Sec-Fetch-Mode"} {
		if values, ok := v.r.Header[name]; ok {
			r.Header[name] = values
		}
	}
	answer := &recorder{header: http.Header{}}
	v.API.ServeHTTP(answer, r)
	if answer.status >= http.StatusBadRequest {
		var problem struct{ Title, Detail string }
		_ = json.Unmarshal(answer.body.Bytes(), &problem) // otherwise the status is enough
		return &refusal{answer.status, strings.TrimSpace(problem.Title + ": " + problem.Detail)}
	}
	if out == nil {
		return nil
	}
	decoder := json.NewDecoder(&answer.body)
	decoder.UseNumber()
	if err := decoder.Decode(out); err != nil {
		return fmt.Errorf("the control API answered %s in a form that the console does not know: %w", path, err)
	}
	return nil
}

// recorder keeps an answer. What the control API answers is bounded by what it holds.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header { return r.header }

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

func (r *recorder) Write(b []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(b)
}

// Flush implements http.Flusher, which gin asks for.
func (r *recorder) Flush() {}

// ReadFrom implements io.ReaderFrom.
func (r *recorder) ReadFrom(from io.Reader) (int64, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.ReadFrom(from)
}
