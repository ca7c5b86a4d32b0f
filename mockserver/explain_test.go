package mockserver_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

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

func TestHowATokenEndedIsToldWithTheRequest(t *testing.T) {
	handler := newHandler(t, mockserver.WithFrozenClock(), mockserver.WithClock(time.Date(2026, 2, 12, 8, 30, 0, 0, time.UTC)))
	made := func() (token, refresh string) {
		var answer struct{ Token, RefreshToken string }
		require.NoError(t, json.Unmarshal(send(handler, "POST", "/tokens", `{"scopes":["*:*/*"],"ttl":60}`).Body.Bytes(), &answer))
		return answer.Token, answer.RefreshToken
	}
	bearer := func(method, path, value string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "http://localhost"+path, strings.NewReader("{}"))
		r.Header.Set("Authorization", "Bearer "+value)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w
	}
	const paid = "/__services/company.openapi.com/IT-start/12485671007"
	says := func(w *httptest.ResponseRecorder, parts ...string) {
		t.Helper()
		require.GreaterOrEqual(t, w.Code, 400)
		words := strings.Join(explained(t, handler, w).Words, "\n")
		for _, part := range parts {
			assert.Contains(t, words, part)
		}
	}
	token, refresh := made()
	rotation := bearer("PATCH", "/tokens/"+token, refresh)
	require.Equal(t, 200, rotation.Code)
	by := "by request #" + rotation.Header().Get("X-Mock-Request-Id")
	says(bearer("GET", paid, token), "a token of account demo that was rotated away at 2026-02-12T08:30:00Z "+by)
	says(bearer("PATCH", "/tokens/"+token, refresh), "a refresh token of account demo that was rotated away", by)
	says(send(handler, "GET", "/tokens/"+token, ""), "What the path names is a token of account demo that was rotated away", by)

	token, _ = made()
	by = "by request #" + send(handler, "DELETE", "/tokens/"+token, "").Header().Get("X-Mock-Request-Id")
	says(bearer("GET", paid, token), "that was deleted at 2026-02-12T08:30:00Z "+by)

	token, _ = made()
	control(t, handler, "POST", "/clock/advance", `{"by":"1h"}`)
	says(bearer("GET", paid, token), "that expired at 2026-02-12T08:31:00Z, by the account's clock")

	token, _ = made()
	control(t, handler, "POST", "/reset", "")
	refused := bearer("GET", paid, token)
	says(refused, "it was issued, and is nobody's any more")

	r := httptest.NewRequest("GET", "http://localhost/wallet", nil)
	r.Header.Set("X-Comment", "is it "+token+"?")
	handler.ServeHTTP(httptest.NewRecorder(), r)
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest("GET", "http://127.0.0.1/__admin/requests/last", nil))
	assert.Contains(t, w.Body.String(), "/wallet", "last is the newest request")
	assert.Contains(t, w.Body.String(), "is it [secret ", "what was a token is hidden as one that is")
	assert.NotContains(t, w.Body.String(), token)
}

// control asks the control API, which must succeed.
func control(t *testing.T, handler http.Handler, method, path, body string) {
	t.Helper()
	r := httptest.NewRequest(method, "http://127.0.0.1/__admin"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	require.Less(t, w.Code, 300, w.Body)
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
