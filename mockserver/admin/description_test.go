package admin_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
)

// TestEveryOperationAnswersAsDescribed sends the examples of openapi.json to a server and holds
// request and answer against the description: the document comes first, the handlers follow it.
func TestEveryOperationAnswersAsDescribed(t *testing.T) {
	doc := description(t)
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			t.Run(method+" "+path, func(t *testing.T) {
				server := newServer(t, mockserver.WithStateFile(filepath.Join(t.TempDir(), "state.json")))
				server.Listen(mockserver.Listeners{CA: "-----BEGIN CERTIFICATE-----"}, false)
				handler := server.Handler()
				send(t, handler, "GET", "/wallet", "") // the first entry of the journal
				send(t, handler, "PUT", "/__admin/snapshots/before", "")
				send(t, handler, "POST", "/__admin/faults", `{"name":"outage","match":{"operation":"wallet.get"},"effect":{"kind":"status","status":503}}`)
				request := exampleRequest(t, doc, path, method, operation)
				answer := httptest.NewRecorder()
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if endless(operation) {
					cancel() // the caller has left as soon as there is an answer
				}
				handler.ServeHTTP(answer, request.Clone(ctx))

				wanted := "200"
				for status := range operation.Responses.Map() {
					if strings.HasPrefix(status, "2") {
						wanted = status
					}
				}
				require.Equal(t, wanted, jsonStatus(answer.Code), answer.Body.String())
				validate(t, doc, path, method, item, request, answer)
			})
		}
	}
}

// TestTheDescriptionAndTheHandlersNameTheSamePaths asks every described path for a method that is
// not described, and a path that is not described at all.
func TestTheDescriptionAndTheHandlersNameTheSamePaths(t *testing.T) {
	doc := description(t)
	handler := newServer(t).Handler()
	for path, item := range doc.Paths.Map() {
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
			if item.GetOperation(method) != nil {
				continue
			}
			answer := send(t, handler, method, "/__admin"+strings.NewReplacer("{id}", "demo", "{name}", "before").Replace(path), "")
			assert.Equal(t, http.StatusMethodNotAllowed, answer.Code, "%s %s is served, but not described", method, path)
			assert.NotEmpty(t, answer.Header().Get("Allow"))
		}
	}
	assert.Equal(t, http.StatusNotFound, send(t, handler, "GET", "/__admin/nothing", "").Code)
}

func description(t *testing.T) *openapi3.T {
	t.Helper()
	answer := send(t, newServer(t).Handler(), "GET", "/__admin/openapi.json", "")
	doc, err := openapi3.NewLoader().LoadFromData(answer.Body.Bytes())
	require.NoError(t, err)
	require.NoError(t, doc.Validate(t.Context()), "the description is no valid OpenAPI document")
	return doc
}

func exampleRequest(t *testing.T, doc *openapi3.T, path, method string, operation *openapi3.Operation) *http.Request {
	t.Helper()
	query := url.Values{}
	for _, p := range operation.Parameters {
		if p.Value.In == "path" {
			path = strings.ReplaceAll(path, "{"+p.Value.Name+"}", p.Value.Example.(string))
		}
	}
	var body io.Reader
	if operation.RequestBody != nil {
		example, err := json.Marshal(operation.RequestBody.Value.Content["application/json"].Example)
		require.NoError(t, err)
		require.NoError(t, operation.RequestBody.Value.Content["application/json"].Schema.Value.VisitJSON(decoded(t, example)), "the example of the request")
		body = bytes.NewReader(example)
	}
	r := httptest.NewRequest(method, "http://localhost/__admin"+path+"?"+query.Encode(), body)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

// endless reports whether an operation answers until its caller leaves.
func endless(operation *openapi3.Operation) bool {
	answer := operation.Responses.Status(http.StatusOK)
	return answer != nil && answer.Value.Content["text/event-stream"] != nil
}

func validate(t *testing.T, doc *openapi3.T, path, method string, item *openapi3.PathItem, r *http.Request, answer *httptest.ResponseRecorder) {
	t.Helper()
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{
			Request: r,
			Route:   &routers.Route{Spec: doc, Path: path, PathItem: item, Method: method, Operation: item.GetOperation(method)},
		},
		Status: answer.Code, Header: answer.Header(),
		Options: &openapi3filter.Options{
			IncludeResponseStatus: true, MultiError: true, ExcludeResponseBody: endless(item.GetOperation(method)) || path == "/ca.pem", // these are not JSON
		},
	}
	input.SetBodyBytes(answer.Body.Bytes())
	require.NoError(t, openapi3filter.ValidateResponse(t.Context(), input), answer.Body.String())
}

func newServer(t *testing.T, options ...mockserver.Option) *mockserver.Server {
	t.Helper()
	s, err := mockserver.New(options...)
	require.NoError(t, err)
	return s
}

// send sends a request with a JSON body; requests to the API carry the demo account's credentials.
func send(t *testing.T, h http.Handler, method, target, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, "http://localhost"+target, strings.NewReader(body))
	if body == "" {
		r.Body = http.NoBody
	} else {
		r.Header.Set("Content-Type", "application/json")
	}
	if !strings.HasPrefix(target, "/__admin") {
		r.SetBasicAuth("dev@example.com", "0123456789abcdef0123456789abcdef")
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func decoded(t *testing.T, data []byte) any {
	t.Helper()
	var v any
	require.NoError(t, json.Unmarshal(data, &v))
	return v
}

func jsonStatus(code int) string { b, _ := json.Marshal(code); return string(b) }
