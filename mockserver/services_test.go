package mockserver_test

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
	"oauthmock/mockserver/world"
)

const catsDocument = `{"openapi":"3.1.0","info":{"title":"Cats","version":"1"},"servers":[{"url":"https://cats.example.com/v1"}],"paths":{
	"/cats/{id}":{"get":{"parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"integer"}}],"responses":{"200":{"description":"","content":{"application/json":
		{"schema":{"type":"object","required":["id","name"],"properties":{"id":{"type":"integer","minimum":1},"name":{"type":"string","minLength":3}}}}}}}}},
	"/cats":{"post":{"requestBody":{"content":{"application/json":{"schema":{"type":"object","required":["name"]}}}},"responses":{"201":{"description":"","content":{"application/json":{"example":{"made":true}}}}}}},
	"/{anything}":{"get":{"responses":{"200":{"description":""}}}}}}`

// openToken is a token that may call everything, of an account that may, and who sends calls with it.
func openToken(t *testing.T, mock *mockserver.Mock) (send func(method, path, body string) (int, string)) {
	t.Helper()
	account := mock.NewAccount(t, world.Wish{Open: true})
	ask := func(authorize func(*http.Request), method, url, body string) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/json")
		authorize(r)
		answer, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		defer answer.Body.Close()
		read, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		return answer.StatusCode, string(read)
	}
	_, made := ask(func(r *http.Request) { r.SetBasicAuth(account.Email, account.APIKey) }, "POST", mock.URL()+"/tokens", `{"scopes":["*:*/*"]}`)
	var token struct{ Token string }
	require.NoError(t, json.Unmarshal([]byte(made), &token))
	return func(method, path, body string) (int, string) {
		return ask(func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token.Token) }, method, mock.URL()+path, body)
	}
}

func TestAServiceThatOnlyADocumentKnowsIsSoldToo(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cats.json")
	require.NoError(t, os.WriteFile(file, []byte(catsDocument), 0o600))
	send := openToken(t, mockserver.Start(t, mockserver.WithService("cats.example.com", file)))

	status, first := send("GET", "/__services/cats.example.com/v1/cats/7", "")
	assert.Equal(t, 200, status, first)
	var cat struct {
		ID   int
		Name string
	}
	require.NoError(t, json.Unmarshal([]byte(first), &cat), first)
	assert.Positive(t, cat.ID)
	assert.GreaterOrEqual(t, len(cat.Name), 3)
	_, again := send("GET", "/__services/cats.example.com/v1/cats/7", "")
	assert.Equal(t, first, again, "the same question gets the same answer")
	_, other := send("GET", "/__services/cats.example.com/v1/cats/8", "")
	assert.NotEqual(t, first, other)

	status, body := send("POST", "/__services/cats.example.com/v1/cats", `{"name":"Tom"}`)
	assert.Equal(t, 201, status)
	assert.JSONEq(t, `{"made":true}`, body)
	status, body = send("POST", "/__services/cats.example.com/v1/cats", `{}`)
	assert.Equal(t, 400, status)
	assert.Contains(t, body, "body.name")
	status, _ = send("GET", "/__services/cats.example.com/v1/cats/seven", "")
	assert.Equal(t, 400, status)
	status, _ = send("GET", "/__services/dogs.example.com/v1/dogs", "")
	assert.Equal(t, 404, status)
}

// TestADocumentsAnswersAreRememberedWithinABound asks more different questions than there is room for.
func TestADocumentsAnswersAreRememberedWithinABound(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cats.json")
	wide := strings.Replace(catsDocument, `"minLength":3`, `"minLength":200000,"maxLength":300000`, 1)
	require.NoError(t, os.WriteFile(file, []byte(wide), 0o600))
	send := openToken(t, mockserver.Start(t, mockserver.WithService("cats.example.com", file)))
	_, first := send("GET", "/__services/cats.example.com/v1/cats/1", "")
	for id := range strings.FieldsSeq(strings.Repeat("2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 ", 2) + strings.Repeat("21 22 23 24 25 26 27 28 29 30 ", 2)) {
		status, body := send("GET", "/__services/cats.example.com/v1/cats/"+id, "")
		require.Equal(t, 200, status, body[:min(len(body), 200)])
	}
	_, again := send("GET", "/__services/cats.example.com/v1/cats/1", "")
	assert.Equal(t, first, again, "made anew, it is the same")
}
