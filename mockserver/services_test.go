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
	"oauthmock/mockserver/mocktest"
)

const catsDocument = `{"openapi":"3.1.0","info":{"title":"Cats","version":"1"},"servers":[{"url":"https://cats.example.com/v1"}],"paths":{
	"/cats/{id}":{"get":{"parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"integer"}}],"responses":{"200":{"description":"","content":{"application/json":
		{"schema":{"type":"object","required":["id","name"],"properties":{"id":{"type":"integer","minimum":1},"name":{"type":"string","minLength":3}}}}}}}}},
	"/cats":{"post":{"requestBody":{"content":{"application/json":{"schema":{"type":"object","required":["name"]}}}},"responses":{"201":{"description":"","content":{"application/json":{"example":{"made":true}}}}}}},
	"/{anything}":{"get":{"responses":{"200":{"description":""}}}}}}`

// openToken is a token that may call everything, of an account that may, and who sends calls with
// it.
func openToken(t *testing.T, mock *mocktest.Mock) (send func(method, path, body string) (int, string)) {
	t.Helper()
	account := mock.NewAccount(t, mocktest.AccountOptions{Open: true})
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
	send := openToken(t, mocktest.Start(t, mockserver.WithService("cats.example.com", file)))

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

// TestADocumentsAnswersAreRememberedWithinABound asks more different questions than there is room
// for.
func TestADocumentsAnswersAreRememberedWithinABound(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cats.json")
	wide := strings.Replace(catsDocument, `"minLength":3`, `"minLength":200000,"maxLength":300000`, 1)
	require.NoError(t, os.WriteFile(file, []byte(wide), 0o600))
	send := openToken(t, mocktest.Start(t, mockserver.WithService("cats.example.com", file)))
	_, first := send("GET", "/__services/cats.example.com/v1/cats/1", "")
	for id := range strings.FieldsSeq(strings.Repeat("2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 ", 2) + strings.Repeat("21 22 23 24 25 26 27 28 29 30 ", 2)) {
		status, body := send("GET", "/__services/cats.example.com/v1/cats/"+id, "")
		require.Equal(t, 200, status, body[:min(len(body), 200)])
	}
	_, again := send("GET", "/__services/cats.example.com/v1/cats/1", "")
	assert.Equal(t, first, again, "made anew, it is the same")
}

func TestADocumentSellsWhatTheCatalogueLeavesOutUnderEveryServer(t *testing.T) {
	file := filepath.Join(t.TempDir(), "company.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"openapi":"3.0.3","info":{"title":"Company","version":"1"},
		"servers":[{"url":"https://company.openapi.com/v1"},{"url":"https://company.openapi.com/sandbox/v1"},{"url":"https://company.openapi.com"}],
		"paths":{"/IT-start/{vat}":{"get":{"responses":{"200":{"description":"","content":{"application/json":{"example":{"from":"IT-start"}}}}}}},
			"/brand-new":{"get":{"responses":{"200":{"description":"","content":{"application/json":{"example":{"from":"brand-new"}}}}}}}}}`), 0o600))
	mock := mocktest.Start(t, mockserver.WithService("company.openapi.com", file))
	send := openToken(t, mock)
	for path, want := range map[string]string{
		"/brand-new": `{"from":"brand-new"}`, "/v1/brand-new": `{"from":"brand-new"}`, "/sandbox/v1/brand-new": `{"from":"brand-new"}`,
		"/IT-start/1": `{"from":"IT-start"}`, "/v1/IT-start/1": `{"from":"IT-start"}`,
	} {
		status, body := send("GET", "/__services/company.openapi.com"+path, "")
		assert.Equal(t, 200, status, path)
		assert.JSONEq(t, want, body, path)
	}
	status, body := send("GET", "/__services/company.openapi.com/EU-start/1", "")
	assert.Equal(t, 200, status, "the document leaves it out, and the catalogue sells it")
	assert.Contains(t, body, `"valid":true`, "with the mock's own answer")
	status, _ = send("GET", "/__services/company.openapi.com/IT-start/1/typo", "")
	assert.Equal(t, 404, status, "the document has IT-start, and not this path")
	_, holds := send("GET", "/__admin/invariants", "")
	assert.JSONEq(t, `{"holds":true,"violations":[]}`, holds)
}

// TestBooksTravelWithTheState changes what an exported account counts, which the books that came
// with it do not agree with.
func TestBooksTravelWithTheState(t *testing.T) {
	mock := mocktest.Start(t)
	send := openToken(t, mock)
	for _, path := range []string{"/__services/company.openapi.com/EU-start/1", "/__services/company.openapi.com/IT-start/1"} {
		status, _ := send("GET", path, "")
		require.Equal(t, 200, status)
	}
	_, state := send("GET", "/__admin/state", "")
	for name, c := range map[string]struct{ from, to, holds string }{
		"as it was":                     {"", "", `"holds":true`},
		"a token that counts one more":  {`"stats":{"totalRequests":2,"walletRequests":1,"walletAmount":0.08`, `"stats":{"totalRequests":3,"walletRequests":1,"walletAmount":0.08`, "token.stats"},
		"money that nobody was charged": {`"charged":0.08`, `"charged":0.09`, "wallet.charges"},
	} {
		t.Run(name, func(t *testing.T) {
			changed := strings.Replace(state, c.from, c.to, 1)
			require.True(t, c.from == "" || changed != state, state)
			status, body := send("PUT", "/__admin/state", changed)
			require.Equal(t, 204, status, body)
			_, holds := send("GET", "/__admin/invariants", "")
			assert.Contains(t, holds, c.holds)
		})
	}
}

// TestAnExplanationHoldsNoSecretOfThePath calls a service with a token where another word should
// stand.
func TestAnExplanationHoldsNoSecretOfThePath(t *testing.T) {
	const token = "69188d435a7c562c0f9d4021" // of the world demo
	mock := mocktest.Start(t)
	for _, path := range []string{"EU-start/" + token, "nothing/" + token, "IT-full/" + token} {
		r, err := http.NewRequestWithContext(t.Context(), "GET", mock.URL()+"/__services/company.openapi.com/"+path, http.NoBody)
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer "+token)
		answer, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		explained, err := http.Get(mock.URL() + "/__admin/requests/" + answer.Header.Get("X-Mock-Request-Id"))
		require.NoError(t, err)
		body, err := io.ReadAll(explained.Body)
		require.NoError(t, err)
		require.NoError(t, explained.Body.Close())
		assert.Equal(t, 200, explained.StatusCode)
		assert.NotContains(t, string(body), token, path)
	}
}
