package mockserver_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
)

// caller calls paid services with a token of the demo account that may use all of them.
func caller(t testing.TB, h http.Handler) func(method, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	w := send(h, "POST", "/tokens", `{"scopes":["*:*/*"]}`, demoKey)
	require.Equal(t, 200, w.Code, w.Body.String())
	token := object(t, w)["token"].(string)
	return func(method, path, body string) *httptest.ResponseRecorder {
		q := httptest.NewRequest(method, "http://localhost/__services/"+path, strings.NewReader(body))
		q.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, q)
		return w
	}
}

// progressOf is id and state of a job in an answer.
func progressOf(t testing.TB, w *httptest.ResponseRecorder) (id, state string) {
	t.Helper()
	require.Equal(t, 200, w.Code, w.Body.String())
	data := object(t, w)["data"].(map[string]any)
	return data["id"].(string), data["state"].(string)
}

func TestAnAsynchronousServiceIsDoneByTheClock(t *testing.T) {
	r := newReceiver(t, nil)
	_, h := frozen(t)
	call := caller(t, h)
	w := call("POST", "docuengine.openapi.com/requests", `{"callback":{"url":"`+r.URL+`/done"}}`)
	id, state := progressOf(t, w)
	assert.Equal(t, "WAIT", state)
	assert.Equal(t, "3.9", w.Header().Get("X-Mock-Charge"))
	require.Regexp(t, `^[0-9a-f]{24}$`, id)

	advance(t, h, "4s")
	w = call("GET", "docuengine.openapi.com/requests/"+id, "")
	_, state = progressOf(t, w)
	assert.Equal(t, "WAIT", state)
	assert.Equal(t, "free", w.Header().Get("X-Mock-Paid-By"))
	assert.Empty(t, r.bodies())
	assert.Contains(t, send(h, "GET", "/callbacks?limit=1", "", demoKey).Body.String(), `"httpResponseCode":"0"`, "the callback is pending")

	assert.Equal(t, []string{"delivered"}, advance(t, h, "1s"))
	w = call("GET", "docuengine.openapi.com/requests/"+id, "")
	_, state = progressOf(t, w)
	assert.Equal(t, "DONE", state)
	assert.Equal(t, []string{"/done " + w.Body.String()}, r.bodies(), "it brings what GET answers now")

	w = send(h, "PUT", "/__admin/clock", `{"now":"2020-01-01T00:00:00Z","frozen":true}`)
	require.Equal(t, 200, w.Code, w.Body.String())
	_, state = progressOf(t, call("GET", "docuengine.openapi.com/requests/"+id, ""))
	assert.Equal(t, "DONE", state, "a clock that goes back undoes nothing")
	assert.Contains(t, send(h, "GET", "/__admin/invariants", "").Body.String(), `"holds":true`)
}

func TestAJobThatIsNotThereIsRefusedAndCostsNothing(t *testing.T) {
	_, h := frozen(t)
	call := caller(t, h)
	for _, path := range []string{"docuengine.openapi.com/requests/000000000000000000000000", "docuengine.openapi.com/requests/x/"} {
		w := call("GET", path, "")
		assert.Equal(t, 404, w.Code, path)
		assert.Contains(t, w.Body.String(), "Request not found")
		assert.Empty(t, w.Header().Get("X-Mock-Paid-By"))
	}
	assert.Equal(t, 200, call("GET", "docuengine.openapi.com/requests", "").Code, "it asks for no job")
}

func TestJobsOutliveExportAndImport(t *testing.T) {
	r := newReceiver(t, nil)
	_, h := frozen(t)
	call := caller(t, h)
	done, _ := progressOf(t, call("POST", "docuengine.openapi.com/requests", ""))
	advance(t, h, "5s")
	pending, _ := progressOf(t, call("POST", "docuengine.openapi.com/requests", `{"callback":{"url":"`+r.URL+`/done"}}`))
	state := send(h, "GET", "/__admin/state", "").Body.String()

	_, other := frozen(t)
	require.Equal(t, 204, send(other, "PUT", "/__admin/state", state).Code)
	assert.Equal(t, state, send(other, "GET", "/__admin/state", "").Body.String())
	call = caller(t, other)
	_, is := progressOf(t, call("GET", "docuengine.openapi.com/requests/"+done, ""))
	assert.Equal(t, "DONE", is)
	_, is = progressOf(t, call("GET", "docuengine.openapi.com/requests/"+pending, ""))
	assert.Equal(t, "WAIT", is)
	advance(t, other, "5s")
	_, is = progressOf(t, call("GET", "docuengine.openapi.com/requests/"+pending, ""))
	assert.Equal(t, "DONE", is)
	assert.NotEmpty(t, r.bodies())
}

func TestWhatIsDoneIsWhatTheScopeOfTheProgressAnswers(t *testing.T) {
	world := `
version: "1.0"
catalogue:
  - domain: slow.openapi.com
    scopes:
      - {id: aaaaaaaaaaaaaaaaaaaaaaaa, method: POST, endpoint: jobs, async: {after: 1h, get: "GET:slow.openapi.com/jobs", state: {pending: new, done: ready}}, response: {a: "<1>"}}
      - {id: bbbbbbbbbbbbbbbbbbbbbbbb, method: GET, endpoint: jobs, response: {data: {result: 7}}}
  - domain: oauth.openapi.com
    scopes:
      - {id: cccccccccccccccccccccccc, method: POST, endpoint: tokens}
accounts:
  - {id: demo, email: dev@example.com, apiKey: 0123456789abcdef0123456789abcdef, environment: sandbox, createdAt: -1d, enabledScopes: ["*:*/*"], wallet: {}}
`
	file := filepath.Join(t.TempDir(), "world.yaml")
	require.NoError(t, os.WriteFile(file, []byte(world), 0o600))
	_, h := frozen(t, mockserver.WithFixtures(file))
	call := caller(t, h)
	w := call("POST", "test.slow.openapi.com/jobs", "")
	require.Equal(t, 200, w.Code, w.Body.String())
	id := object(t, w)["id"].(string)
	assert.Equal(t, `{"a":"<1>","id":"`+id+`","state":"new"}`, w.Body.String())
	advance(t, h, "1h")
	assert.Equal(t, `{"data":{"id":"`+id+`","result":7,"state":"ready"}}`, call("GET", "test.slow.openapi.com/jobs/"+id, "").Body.String())
}
