package mockserver_test

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
	"oauthmock/mockserver/fault"
	"oauthmock/mockserver/mocktest"
)

const thingsDocument = `{"openapi":"3.0.3","info":{"title":"Shop","version":"1"},"paths":{
	"/":{"get":{"responses":{"200":{"description":"","content":{"application/json":{"example":{"at":"root"}}}}}}},
	"/things/":{"get":{"responses":{"200":{"description":"","content":{"application/json":{"examples":{"one":{"value":{"n":1}},"two":{"value":{"n":2}}}}}},
		"404":{"description":"","content":{"application/json":{"example":{"success":false,"message":"no such thing","error":214}}}}}}}}}`

// get sends a GET with headers, and returns the status and the body.
func get(t *testing.T, mock *mocktest.Mock, token, path string, header ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", mock.URL()+path, http.NoBody)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := mock.Client().Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, string(body)
}

// tokenFor is a token of the account that the README names.
func tokenFor(t *testing.T, mock *mocktest.Mock, scopes string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "POST", mock.URL()+"/tokens", strings.NewReader(`{"scopes":[`+scopes+`]}`))
	require.NoError(t, err)
	r.SetBasicAuth("dev@example.com", "0123456789abcdef0123456789abcdef")
	answer, err := mock.Client().Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	var token struct{ Token string }
	require.NoError(t, json.NewDecoder(answer.Body).Decode(&token))
	require.NotEmpty(t, token.Token)
	return token.Token
}

func things(t *testing.T, options ...mockserver.Option) *mocktest.Mock {
	file := filepath.Join(t.TempDir(), "shop.json")
	require.NoError(t, os.WriteFile(file, []byte(thingsDocument), 0o600))
	return mocktest.Start(t, append(options, mockserver.WithService("shop.example.com", file))...)
}

func TestScopesOfADocumentAreThoseOfTheProviderAndForEverybody(t *testing.T) {
	mock := things(t)
	token := tokenFor(t, mock, `"GET:shop.example.com/root","GET:shop.example.com/things"`)
	for path, want := range map[string]string{"/": `{"at":"root"}`, "": `{"at":"root"}`, "/things/": `{"n":1}`} {
		status, body := get(t, mock, token, "/__services/shop.example.com"+path)
		assert.Equal(t, 200, status, path)
		assert.JSONEq(t, want, body, path)
	}
}

func TestPreferReachesEachDocumentedAnswer(t *testing.T) {
	mock := things(t)
	token := tokenFor(t, mock, `"GET:shop.example.com/things"`)
	for _, c := range []struct {
		prefer string
		status int
		body   string
	}{
		{"example=two", 200, `{"n":2}`},
		{"return=minimal; code=404", 404, `"error":214`},
		{"code=\"404\", wait=5", 404, `"error":214`},
		{"code=418", 400, `the status 418 is not documented for GET /things/; it has 200, 404`},
		{"example=three", 400, `no example \"three\"; it has one, two`},
		{"code=abc", 400, `code must be a status`},
		{"return=minimal", 200, `{"n":1}`},
	} {
		status, body := get(t, mock, token, "/__services/shop.example.com/things/", "Prefer", c.prefer)
		assert.Equal(t, c.status, status, c.prefer)
		assert.Contains(t, body, c.body, c.prefer)
	}
	var state struct {
		Tokens []struct {
			Token string
			Stats struct{ TotalRequests, ErrorRequests int }
		}
	}
	_, all := get(t, mock, token, "/__admin/accounts/demo")
	require.NoError(t, json.Unmarshal([]byte(all), &state))
	i := slices.IndexFunc(state.Tokens, func(t struct {
		Token string
		Stats struct{ TotalRequests, ErrorRequests int }
	}) bool {
		return t.Token == token
	})
	require.GreaterOrEqual(t, i, 0)
	assert.Equal(t, 7, state.Tokens[i].Stats.TotalRequests)
	assert.Equal(t, 5, state.Tokens[i].Stats.ErrorRequests, "what is no success is answered before anything is paid, and counts as an error")
}

func TestAFaultAnswersFromTheDocument(t *testing.T) {
	for where, errors := range map[string]int64{fault.Before: 0, fault.After: 1} {
		t.Run(where, func(t *testing.T) {
			mock := things(t)
			token := tokenFor(t, mock, `"GET:shop.example.com/things"`)
			mock.AddFault(fault.Rule{Name: "gone", Match: &fault.Match{Operation: "service.call"}, Where: where, Effect: &fault.Effect{Kind: "document", Status: 404}})
			status, body := get(t, mock, token, "/__services/shop.example.com/things/")
			assert.Equal(t, 404, status)
			assert.Contains(t, body, "no such thing")
			_, state := get(t, mock, token, "/__admin/accounts/demo")
			assert.Equal(t, errors, int64(strings.Count(state, `"message":"no such thing"`)), "in the error log")
			_, holds := get(t, mock, token, "/__admin/invariants")
			assert.JSONEq(t, `{"holds":true,"violations":[]}`, holds)
		})
	}
}
