package mockserver_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
	"oauthmock/mockserver/callback"
)

// receiver is a customer's server. It answers each path's requests with the statuses that the test
// gives, then 200.
type receiver struct {
	*httptest.Server
	mu    sync.Mutex
	plan  map[string][]int
	got   []string // bodies
	heads []http.Header
}

func newReceiver(t *testing.T, plan map[string][]int) *receiver {
	t.Helper()
	r := &receiver{plan: plan}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

// ServeHTTP implements http.Handler.
func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, _ := io.ReadAll(q.Body)
	r.mu.Lock()
	r.got, r.heads = append(r.got, q.URL.Path+" "+string(body)), append(r.heads, q.Header)
	status := http.StatusOK
	if plan := r.plan[q.URL.Path]; len(plan) > 0 {
		status, r.plan[q.URL.Path] = plan[0], plan[1:]
	}
	r.mu.Unlock()
	switch status {
	case 0: // never answers
		<-q.Context().Done()
	case http.StatusFound:
		w.Header().Set("Location", r.URL+"/elsewhere")
		w.WriteHeader(status)
	default:
		w.WriteHeader(status)
	}
	if q.URL.Path == "/large" {
		_, _ = w.Write(make([]byte, 10<<20))
	}
}

func (r *receiver) bodies() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

// callBack begins a callback to a URL by the control API, and returns its id.
func callBack(t testing.TB, h http.Handler, url string, more ...string) string {
	t.Helper()
	w := send(h, "POST", "/__admin/accounts/demo/callbacks", `{"scope":"POST:sms.openapi.com/send","url":"`+url+`"`+strings.Join(more, "")+`}`)
	require.Equal(t, 201, w.Code, w.Body.String())
	return object(t, w)["id"].(string)
}

// advance moves the clock on, and returns what happened to callbacks.
func advance(t testing.TB, h http.Handler, by string) (fired []string) {
	t.Helper()
	var out struct{ Fired []struct{ What string } }
	w := send(h, "POST", "/__admin/clock/advance", `{"by":"`+by+`"}`)
	require.Equal(t, 200, w.Code, w.Body.String())
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &out))
	for _, f := range out.Fired {
		if what, ok := strings.CutPrefix(f.What, "callback."); ok {
			fired = append(fired, what)
		}
	}
	return fired
}

// detail is a callback as the API shows it.
func detail(t testing.TB, h http.Handler, id string) map[string]any {
	t.Helper()
	return object(t, send(h, "GET", "/callbacks/"+id, "", demoKey))["data"].(map[string]any)
}

// attempts are the journal's records of callbacks, as "path attempt status error".
func attempts(t testing.TB, h http.Handler) (out []string) {
	t.Helper()
	for _, item := range object(t, send(h, "GET", "/__admin/requests?kind=callback", ""))["items"].([]any) {
		e := item.(map[string]any)
		c := e["callback"].(map[string]any)
		text := fmt.Sprint(e["request"].(map[string]any)["uri"], " ", c["attempt"], " ", e["response"].(map[string]any)["status"])
		if said, ok := c["error"]; ok {
			text += " " + said.(string)
		}
		out = append(out, text)
	}
	return out
}

func frozen(t testing.TB, options ...mockserver.Option) (*mockserver.Server, http.Handler) {
	t.Helper()
	s, err := mockserver.New(append(options, mockserver.WithFrozenClock())...)
	require.NoError(t, err)
	t.Cleanup(s.Interrupt)
	return s, s.Handler()
}

func TestACallbackIsDeliveredWithItsSignature(t *testing.T) {
	r := newReceiver(t, nil)
	_, h := frozen(t)
	id := callBack(t, h, r.URL+"/hook?a=b", `,"custom":{"a":"è"},"headers":{"x-mine":"1"},"data":{"n":1,"s":"<&>"}`)
	advance(t, h, "1s")
	require.Equal(t, []string{`/hook {"n":1,"s":"<&>"}`}, r.bodies())
	secret := object(t, send(h, "GET", "/__admin/accounts/demo", ""))["webhookSecret"].(string)
	want := map[string]any{
		"Content-Type": "application/json", "User-Agent": "oauthmock", "X-Mine": "1", "X-Callback-Custom": `{"a":"\u00e8"}`,
		"X-Webhook-Signature": callback.Sign(secret, []byte(`{"n":1,"s":"<&>"}`)),
	}
	for name, value := range want {
		assert.Equal(t, value, r.heads[0].Get(name), name)
	}
	d := detail(t, h, id)
	assert.Equal(t, want, d["headers"])
	assert.Equal(t, 200.0, d["httpResponseCode"])
	assert.Equal(t, false, d["active"])
	assert.Equal(t, "POST", d["method"])
	assert.Equal(t, "sms.openapi.com", d["domain"])
	assert.Equal(t, []string{"/hook?a=b 1 200"}, attempts(t, h))
	assert.Empty(t, object(t, send(h, "GET", "/__admin/requests?path=/hook*", ""))["items"], "it is not a request that came")
	w := send(h, "POST", "/__admin/verify", `{"match":{"kind":"callback","path":"/hook"},"exactly":1}`)
	assert.Equal(t, 200, w.Code, w.Body.String())
	explained := send(h, "GET", "/__admin/requests/"+object(t, send(h, "GET", "/__admin/requests?kind=callback", ""))["items"].([]any)[0].(map[string]any)["id"].(string), "")
	assert.Contains(t, explained.Body.String(), "It is attempt 1 to deliver callback "+id)
}

func TestAFormHasTheDataInItsField(t *testing.T) {
	r := newReceiver(t, nil)
	_, h := frozen(t)
	callBack(t, h, r.URL+"/form", `,"method":"POST","field":"f&g","data":{"n":1}`)
	advance(t, h, "1s")
	assert.Equal(t, []string{"/form f%26g=%7B%22n%22%3A1%7D"}, r.bodies())
	assert.Equal(t, "application/x-www-form-urlencoded", r.heads[0].Get("Content-Type"))
}

func TestACallbackIsRetriedOnTheAccountsClock(t *testing.T) {
	r := newReceiver(t, map[string][]int{"/twice": {500, 201}, "/moved": {302, 302}, "/silent": {0}})
	_, h := frozen(t, mockserver.WithCallbackTimeout(time.Second))
	id := callBack(t, h, r.URL+"/twice", `,"retry":3`)
	advance(t, h, "10ms") // waits for the first attempt
	d := detail(t, h, id)
	assert.Equal(t, true, d["active"])
	assert.Equal(t, 500.0, d["httpResponseCode"])
	assert.Equal(t, []string{"failed", "delivered"}, advance(t, h, "1h"))
	assert.Len(t, r.bodies(), 3)
	d = detail(t, h, id)
	assert.Equal(t, 3.0, d["attempt"])
	assert.Equal(t, 2.0, d["retry"])

	callBack(t, h, r.URL+"/moved", `,"retry":1`)
	assert.Contains(t, advance(t, h, "1h"), "given-up")
	assert.NotContains(t, strings.Join(r.bodies(), ""), "/elsewhere", "no redirect is followed")
	callBack(t, h, r.URL+"/silent", `,"retry":1`)
	assert.Contains(t, advance(t, h, "1h"), "delivered")
	callBack(t, h, r.URL+"/large")
	advance(t, h, "1h")
	assert.Equal(t, []string{
		"/twice 1 500", "/twice 2 201", "/twice 3 200", "/moved 1 302", "/moved 2 302", "/silent 1 0 the receiver took longer than 1s", "/silent 2 200", "/large 1 200",
	}, attempts(t, h))
	var metrics strings.Builder
	metrics.WriteString(send(h, "GET", "/metrics", "").Body.String())
	for _, line := range []string{`oauthmock_callbacks_total{outcome="delivered"} 3`, `oauthmock_callbacks_total{outcome="failed"} 4`, `oauthmock_callbacks_total{outcome="given-up"} 1`, `oauthmock_callbacks_pending 0`} {
		assert.Contains(t, metrics.String(), line)
	}
}

func TestWhatIsNeverCalled(t *testing.T) {
	r := newReceiver(t, nil)
	address := strings.TrimPrefix(r.URL, "http://")
	_, port, _ := strings.Cut(address, ":")
	s, h := frozen(t, mockserver.WithCallbackHosts("hooks.example.com:1", "127.0.0.1"))
	s.Listen(mockserver.Listeners{HTTP: address, Admin: "[::]:1"}, true)
	for _, url := range []string{
		r.URL + "/ours", "http://localhost:" + port, "http://[::1]:1/admin",
		"http://example.com/", "http://hooks.example.com:2/", "http://192.0.2.1/", "http://169.254.169.254/",
		"http://[::ffff:127.0.0.1]:" + port, "http://0.0.0.0:" + port, "http://[::]:" + port, "http://2130706433:" + port, "http://0x7f000001:" + port,
		"http://127.1:" + port, "http://[::1%25lo]:" + port, "http://[::127.0.0.1]:" + port, "http://127.0.0.1.example.com/",
	} {
		id := callBack(t, h, url, `,"retry":5`)
		advance(t, h, "1h")
		d := detail(t, h, id)
		assert.Equal(t, 0.0, d["httpResponseCode"], url)
		assert.NotNil(t, d["completedAt"], url)
	}
	for _, text := range attempts(t, h) {
		if !strings.Contains(text, "not called: ") {
			assert.Contains(t, text, "refused", "localhost may lead to ::1, where nobody listens: %s", text)
		}
	}
	assert.Empty(t, r.bodies())
}

func TestAServiceCallAsksForACallback(t *testing.T) {
	r := newReceiver(t, nil)
	_, h := frozen(t)
	token := object(t, send(h, "POST", "/tokens", `{"scopes":["*:*/*"]}`, demoKey))["token"].(string)
	call := func(body string) *httptest.ResponseRecorder {
		q := httptest.NewRequest("POST", "http://localhost/__services/sms.openapi.com/send", strings.NewReader(body))
		q.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, q)
		return w
	}
	before := send(h, "GET", "/callbacks?limit=100", "", demoKey).Body.String()
	w := call(`{"callback":{"url":"` + r.URL + `/svc","retry":9}}`)
	assert.Equal(t, 400, w.Code)
	assert.Empty(t, w.Header().Get("X-Mock-Paid-By"), "nothing is paid")
	assert.Equal(t, 200, call(`{"callback":"the service's own"}`).Code)
	assert.Equal(t, before, send(h, "GET", "/callbacks?limit=100", "", demoKey).Body.String())

	w = call(`{"callback":{"url":"` + r.URL + `/svc","custom":7}}`)
	require.Equal(t, 200, w.Code, w.Body.String())
	advance(t, h, "1s")
	require.Len(t, r.bodies(), 1)
	assert.JSONEq(t, w.Body.String(), strings.TrimPrefix(r.bodies()[0], "/svc "), "it brings the answer")
	assert.Equal(t, "7", r.heads[0].Get("X-Callback-Custom"))
	assert.Contains(t, send(h, "GET", "/callbacks?limit=1", "", demoKey).Body.String(), `"scope":"POST:sms.openapi.com/send","url":"`+r.URL+`/svc","httpResponseCode":"200"`)
	assert.Contains(t, send(h, "GET", "/__admin/invariants", "").Body.String(), `"holds":true`)
}

// The document of a service may say how the data of a callback travel where the caller does not.
func TestTheMethodOfACallbackIsThatOfTheServicesDocumentUnlessItIsNamed(t *testing.T) {
	r := newReceiver(t, nil)
	file := filepath.Join(t.TempDir(), "sms.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"openapi":"3.0.3","info":{"title":"SMS","version":"1"},"paths":{"/send":{"post":{
		"requestBody":{"content":{"application/json":{"schema":{"type":"object","properties":{"callback":{"type":"object","properties":{"method":{"type":"string","default":"POST"}}}}}}}},
		"responses":{"200":{"description":"","content":{"application/json":{"example":{"n":1}}}}}}}}}`), 0o600))
	_, h := frozen(t, mockserver.WithService("sms.openapi.com", file))
	call := caller(t, h)
	for _, named := range []string{``, `,"method":"JSON"`, `,"method":"POST"`} {
		w := call("POST", "sms.openapi.com/send", `{"callback":{"url":"`+r.URL+`/hook"`+named+`}}`)
		require.Equal(t, 200, w.Code, w.Body.String())
		advance(t, h, "1s")
	}
	assert.Equal(t, []string{"/hook data=%7B%22n%22%3A1%7D", `/hook {"n":1}`, "/hook data=%7B%22n%22%3A1%7D"}, r.bodies())
	callBack(t, h, r.URL+"/control")
	advance(t, h, "1s")
	assert.Equal(t, "/control {}", r.bodies()[3], "where no call is, no document is either")
}

func TestCallbacksCanBeRecordedWithoutBeingSent(t *testing.T) {
	r := newReceiver(t, nil)
	_, h := frozen(t, mockserver.WithCallbacks("record"))
	id := callBack(t, h, r.URL+"/hook", `,"data":{"n":1}`)
	callBack(t, h, "https://example.com/anywhere")
	advance(t, h, "1s")
	assert.Equal(t, 200.0, detail(t, h, id)["httpResponseCode"])
	assert.Equal(t, []string{"/hook 1 200", "/anywhere 1 200"}, attempts(t, h))
	assert.Empty(t, r.bodies())
}

func TestTheQueueOfCallbacksIsBounded(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.json")
	server, h := frozen(t, mockserver.WithStateFile(file)) // which is not told where it listens, and so sends nothing yet
	callBack(t, h, "http://127.0.0.1:9/")
	const pending = 100
	demo := object(t, send(h, "GET", "/__admin/accounts/demo", ""))
	list := demo["callbacks"].([]any)
	one := list[len(list)-1].(map[string]any)
	for n := range pending - 1 {
		next := maps.Clone(one)
		next["id"] = fmt.Sprintf("%024x", n)
		list = append(list, next)
	}
	demo["callbacks"] = list
	text, err := json.Marshal(demo)
	require.NoError(t, err)
	require.Equal(t, 200, send(h, "PUT", "/__admin/accounts/demo", string(text)).Code)
	assert.Equal(t, callback.MaxPending-pending, server.ReserveCallbacks())
	w := send(h, "POST", "/__admin/accounts/demo-sandbox/callbacks", `{"scope":"POST:sms.openapi.com/send","url":"http://127.0.0.1:9/"}`)
	assert.Equal(t, 503, w.Code, "it is bounded in sum")
	token := object(t, send(h, "POST", "/tokens", `{"scopes":["*:*/*"]}`, demoKey))["token"].(string)
	q := httptest.NewRequest("POST", "http://localhost/__services/sms.openapi.com/send", strings.NewReader(`{"callback":{"url":"http://127.0.0.1:9/"}}`))
	q.Header.Set("Authorization", "Bearer "+token)
	w = httptest.NewRecorder()
	h.ServeHTTP(w, q)
	assert.Equal(t, 503, w.Code)
	assert.Empty(t, w.Header().Get("X-Mock-Paid-By"))
	metrics := send(h, "GET", "/metrics", "").Body.String()
	assert.Contains(t, metrics, fmt.Sprintf("oauthmock_callbacks_pending %d\n", pending))
	assert.Contains(t, metrics, "oauthmock_callbacks_refused_total 3\n")
	assert.Equal(t, 204, send(h, "DELETE", "/__admin/accounts/demo", "").Code)
	assert.Contains(t, send(h, "GET", "/metrics", "").Body.String(), "oauthmock_callbacks_pending 0\n")
}

func TestWhatIsUnderWayIsCutOffAndSentAgainAfterARestart(t *testing.T) {
	arrived := make(chan struct{}, 10)
	var answer sync.Map
	hang := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, q *http.Request) {
		_, _ = io.Copy(io.Discard, q.Body)
		arrived <- struct{}{}
		if _, ok := answer.Load("now"); !ok {
			<-q.Context().Done()
		}
	}))
	t.Cleanup(hang.Close)
	file := filepath.Join(t.TempDir(), "state.json")
	first, h := frozen(t, mockserver.WithStateFile(file))
	first.Listen(mockserver.Listeners{}, false)
	callBack(t, h, hang.URL+"/a", `,"retry":1`)
	callBack(t, h, hang.URL+"/b")
	<-arrived
	first.Interrupt()
	require.NoError(t, first.SaveState(t.Context()))
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, 2, strings.Count(string(text), `"due":`))

	answer.Store("now", true)
	second, h := frozen(t, mockserver.WithStateFile(file))
	second.Listen(mockserver.Listeners{}, false)
	advance(t, h, "1s")
	assert.Equal(t, []string{"/a 1 200", "/b 1 200"}, attempts(t, h))
	<-arrived
	<-arrived
}

func TestAResetDropsTheCallbacksOfTheLifeThatEnded(t *testing.T) {
	arrived := make(chan struct{}, 10)
	hang := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, q *http.Request) {
		_, _ = io.Copy(io.Discard, q.Body)
		arrived <- struct{}{}
		<-q.Context().Done()
	}))
	t.Cleanup(hang.Close)
	_, h := frozen(t)
	before := send(h, "GET", "/callbacks?limit=100", "", demoKey).Body.String()
	for _, end := range []struct{ method, path string }{{"POST", "/__admin/reset?account=demo"}, {"POST", "/__admin/reset"}, {"DELETE", "/__admin/accounts/demo"}} {
		callBack(t, h, hang.URL+"/gone", `,"retry":5`)
		<-arrived
		assert.Equal(t, 204, send(h, end.method, end.path, "").Code)
		assert.Empty(t, advance(t, h, "1h"), end.path)
		if end.method == "DELETE" {
			continue
		}
		send(h, "POST", "/__admin/reset", "")
		assert.Equal(t, before, send(h, "GET", "/callbacks?limit=100", "", demoKey).Body.String(), end.path)
	}
	assert.Empty(t, arrived)
}

func TestCallbacksOfManyAccountsAreDeliveredSideBySide(t *testing.T) {
	r := newReceiver(t, nil)
	_, h := frozen(t)
	const accounts, each = 20, 10
	var all sync.WaitGroup
	for range accounts {
		id := object(t, send(h, "POST", "/__admin/accounts", "{}"))["id"].(string)
		all.Go(func() {
			for n := range each {
				w := send(h, "POST", "/__admin/accounts/"+id+"/callbacks", fmt.Sprintf(`{"scope":"POST:sms.openapi.com/send","url":"%s/%s/%d"}`, r.URL, id, n))
				assert.Equal(t, 201, w.Code)
			}
		})
	}
	all.Wait()
	advance(t, h, "1s")
	got := r.bodies()
	assert.Len(t, got, accounts*each)
	slices.Sort(got)
	assert.Len(t, slices.Compact(got), accounts*each, "each once")
}

func TestACallbackCanBeAttemptedOnceMore(t *testing.T) {
	r := newReceiver(t, map[string][]int{"/fails": {500, 500}})
	_, h := frozen(t)
	id := callBack(t, h, r.URL+"/fails")
	advance(t, h, "1h")
	require.Equal(t, "500", outcomeOf(detail(t, h, id)))
	again := func(id string) int { return send(h, "POST", "/__admin/accounts/demo/callbacks/"+id+"/retry", "").Code }
	for _, want := range []string{"500", "200", "200"} { // also what was delivered
		require.Equal(t, 204, again(id))
		advance(t, h, "1ms")
		assert.Equal(t, want, outcomeOf(detail(t, h, id)))
	}
	assert.Equal(t, 3.0, detail(t, h, id)["retry"])
	assert.Len(t, r.bodies(), 4)
	assert.Equal(t, 404, again("000000000000000000000000"))
	assert.Contains(t, send(h, "GET", "/__admin/invariants", "").Body.String(), `"holds":true`)
}
