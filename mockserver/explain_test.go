package mockserver_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
	"oauthmock/mockserver/explain"
)

// explained asks the control API why an answer was given, by the id that the answer carries.
func explained(t *testing.T, handler http.Handler, answer *httptest.ResponseRecorder) explain.Explanation {
	t.Helper()
	id := answer.Header().Get("X-Mock-Request-Id")
	require.NotEmpty(t, id)
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest("GET", "http://127.0.0.1/__admin/requests/"+id, nil))
	require.Equal(t, 200, w.Code, w.Body)
	var entry struct {
		ID          string
		Explanation explain.Explanation
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &entry))
	assert.Equal(t, id, entry.ID)
	return entry.Explanation
}

func TestEveryAnswerCanBeExplained(t *testing.T) {
	handler := newHandler(t)
	for name, c := range map[string]struct {
		method, path, body string
		says               []string
	}{
		"a success":             {"GET", "/wallet", "", []string{"GET /wallet is the operation wallet.get", "accepted", "account demo", "No rule refused: 200"}},
		"a token that is none":  {"GET", "/tokens/x", "", []string{"token-id-malformed", "24 lower-case hex digits", "422 with error 60", "documented", "docs/behaviour.md#refusals"}},
		"a scope not enabled":   {"POST", "/tokens", `{"scopes":["GET:company.openapi.com/nothing"]}`, []string{"scopes-not-enabled", "GET:company.openapi.com/nothing", "422 with error 90"}},
		"a path that is none":   {"GET", "/token/x", "", []string{"No operation", "GET /tokens/{token} (token.get) came near"}},
		"a method that is none": {"PUT", "/wallet", "", []string{"No operation", "the method is PUT"}},
		"a query that is wrong": {"GET", "/errors?limit=ten", "", []string{"query-invalid", "query.limit"}},
		"a body that is wrong":  {"POST", "/tokens", `{"scopes":[1]}`, []string{"scopes-malformed", "body.scopes[0]"}},
	} {
		t.Run(name, func(t *testing.T) {
			words := strings.Join(explained(t, handler, send(handler, c.method, c.path, c.body)).Words, "\n")
			for _, part := range c.says {
				assert.Contains(t, words, part)
			}
		})
	}
}

func TestExplanationsShowNoSecret(t *testing.T) {
	handler := newHandler(t)
	r := httptest.NewRequest("GET", "http://localhost/wallet", nil)
	r.SetBasicAuth("dev@example.com", "0123456789abcdef0123456789abcdee")
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	why := explained(t, handler, w)
	assert.Contains(t, why.Authentication.Why, "the e-mail is known, but the API key is nobody's")
	text, err := json.Marshal(why)
	require.NoError(t, err)
	assert.NotContains(t, string(text), "0123456789abcdef")
}

func TestStrictRequestsAreRefusedWithWhatIsWrong(t *testing.T) {
	handler := newHandler(t, mockserver.WithStrictRequests())
	ask := func(method, path, body, media string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "http://localhost"+path, strings.NewReader(body))
		r.SetBasicAuth("dev@example.com", demoKey)
		if media != "" {
			r.Header.Set("Content-Type", media)
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w
	}
	for name, c := range map[string]struct {
		method, path, body, media string
		status                    int
		says                      string
	}{
		"as the document has it":            {"POST", "/tokens", `{"scopes":["*:*/*"]}`, "application/json", 200, ""},
		"a wrong type":                      {"POST", "/tokens", `{"scopes":["*:*/*"],"ttl":"1"}`, "application/json", 400, "Request violates the document: body.ttl: "},
		"two things wrong":                  {"POST", "/tokens", `{"scopes":1,"ttl":"1"}`, "application/json", 400, "; body.ttl: "},
		"another media type":                {"POST", "/tokens", `{"scopes":["*:*/*"]}`, "text/plain", 415, "Unsupported Media Type: header.Content-Type: "},
		"a limit that is too large":         {"GET", "/errors?limit=101", "", "", 400, "query.limit: "},
		"what the document does not forbid": {"GET", "/wallet?unknown=1", "", "application/json", 200, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := ask(c.method, c.path, c.body, c.media)
			assert.Equal(t, c.status, w.Code, w.Body)
			assert.Contains(t, w.Body.String(), c.says)
			assert.True(t, json.Valid(w.Body.Bytes()))
		})
	}
	r := httptest.NewRequest("POST", "http://localhost/tokens", strings.NewReader("{"))
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	assert.Equal(t, 401, w.Code, "strangers learn nothing")
}
