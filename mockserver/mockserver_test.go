package mockserver_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
	"oauthmock/spec"
)

const (
	demoKey    = "0123456789abcdef0123456789abcdef"
	sandboxKey = "fedcba9876543210fedcba9876543210"
)

func newHandler(t testing.TB, options ...mockserver.Option) http.Handler {
	t.Helper()
	s, err := mockserver.New(options...)
	require.NoError(t, err)
	return s.Handler()
}

// send asks as the demo account, unless another key is given.
func send(h http.Handler, method, url, body string, key ...string) *httptest.ResponseRecorder {
	if strings.HasPrefix(url, "/") {
		url = "http://localhost" + url
	}
	r := httptest.NewRequest(method, url, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.SetBasicAuth("dev@example.com", append(key, demoKey)[0])
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func object(t testing.TB, w *httptest.ResponseRecorder) map[string]any {
	t.Helper()
	var v map[string]any
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &v), w.Body.String())
	return v
}

func TestEverythingIsFoundWhereItShouldBe(t *testing.T) {
	for name, c := range map[string]struct {
		root, url, key string
		status         int
		contains       string
	}{
		"v2 at the root":                                   {"v2", "http://localhost/wallet", demoKey, 200, `"credit"`},
		"v2 on the provider's host":                        {"v2", "http://oauth.openapi.com/wallet", demoKey, 200, `"credit"`},
		"v2 on the provider's sandbox host":                {"v2", "http://test.oauth.openapi.com/wallet", sandboxKey, 200, `"credit"`},
		"no sandbox key on the production host":            {"v2", "http://oauth.openapi.com/wallet", sandboxKey, 401, `140`},
		"no production key on the sandbox host":            {"v2", "http://test.oauth.openapi.com/wallet", demoKey, 401, `140`},
		"any key on another host":                          {"v2", "http://localhost/wallet", sandboxKey, 200, `"credit"`},
		"health":                                           {"v2", "http://localhost/healthz", "", 200, `"ok"`},
		"readiness":                                        {"v2", "http://localhost/readyz", "", 200, `"ok"`},
		"metrics":                                          {"v2", "http://localhost/metrics", "", 200, ``},
		"no health on the provider's host":                 {"v2", "http://oauth.openapi.com/healthz", demoKey, 404, `"success":false`},
		"the control API wins over every surface":          {"v2", "http://localhost/__admin/clock", "", 200, `"now"`},
		"below the control API nothing falls through":      {"v2", "http://localhost/__admin/wallet", demoKey, 404, `openapi.json`},
		"beside the control API the surface answers":       {"v2", "http://localhost/__administrator", demoKey, 404, `"success":false`},
		"with v1 at the root v2 moves":                     {"v1", "http://localhost/__v2/wallet", demoKey, 200, `"credit"`},
		"with v1 at the root v2 is not there":              {"v1", "http://localhost/wallet", demoKey, 404, `"success":false`},
		"with v1 at the root the provider's host is still": {"v1", "http://oauth.openapi.com/wallet", demoKey, 200, `"credit"`},
	} {
		t.Run(name, func(t *testing.T) {
			answer := send(newHandler(t, mockserver.WithRootSurface(c.root)), "GET", c.url, "", c.key)
			assert.Equal(t, c.status, answer.Code, answer.Body.String())
			assert.Contains(t, answer.Body.String(), c.contains)
		})
	}
}

// TestEveryDocumentedRefusalCanBeReached walks the published document's examples: 27 pairs of
// operation and code.
func TestEveryDocumentedRefusalCanBeReached(t *testing.T) {
	handler := newHandler(t)
	made := object(t, send(handler, "POST", "/tokens", `{"scopes":["GET:company.openapi.com/IT-start"]}`))
	token := made["token"].(string)
	const id, unknown = "656d1e2f8b3c2a001f7e4aff", `["GET:company.openapi.com/nothing"]`
	bearer := func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+id) }
	none := func(r *http.Request) { r.Header.Del("Authorization") }
	requests := map[string]struct {
		target, body string
		change       func(*http.Request)
	}{
		"POST /tokens 422 70":              {target: "/tokens", body: `{}`},
		"POST /tokens 422 80":              {target: "/tokens", body: `{"scopes":"all"}`},
		"POST /tokens 422 90":              {target: "/tokens", body: `{"scopes":` + unknown + `}`},
		"GET /tokens 404 120":              {target: "/tokens?id=" + id},
		"GET /tokens 422 60":               {target: "/tokens?id=x"},
		"GET /tokens/{token} 404 120":      {target: "/tokens/" + id},
		"GET /tokens/{token} 422 60":       {target: "/tokens/x"},
		"PATCH /tokens/{token} 400 150":    {target: "/tokens/", body: `{}`},
		"PATCH /tokens/{token} 401 130":    {target: "/tokens/" + token, body: `{}`, change: bearer},
		"PATCH /tokens/{token} 401 140":    {target: "/tokens/" + token, body: `{}`, change: none},
		"PATCH /tokens/{token} 404 160":    {target: "/tokens/" + id, body: `{}`},
		"PATCH /tokens/{token} 422 100":    {target: "/tokens/" + token, body: `{"scopes":["all"]}`},
		"PATCH /tokens/{token} 422 110":    {target: "/tokens/" + token, body: `{"scopes":` + unknown + `}`},
		"DELETE /tokens/{token} 400 170":   {target: "/tokens/"},
		"DELETE /tokens/{token} 404 180":   {target: "/tokens/" + id},
		"GET /scopes/{id} 404 10":          {target: "/scopes/" + id},
		"GET /errors 400 190":              {target: "/errors?limit=-1"},
		"GET /callbacks 400 210":           {target: "/callbacks?skip=x"},
		"GET /callbacks 404 200":           {target: "/callbacks?id=" + id},
		"GET /callbacks/{id} 404 200":      {target: "/callbacks/" + id},
		"GET /subscriptions 400 230":       {target: "/subscriptions?skip=-1"},
		"GET /subscriptions 404 220":       {target: "/subscriptions?id=" + id},
		"GET /subscriptions/{id} 404 220":  {target: "/subscriptions/" + id},
		"GET /stats 422 240":               {target: "/stats?date=2026-13"},
		"GET /stats/ips 422 240":           {target: "/stats/ips?date=yesterday"},
		"GET /stats/apis 422 240":          {target: "/stats/apis?date=2026-02-30"},
		"GET /stats/apis/{domain} 422 240": {target: "/stats/apis/company.openapi.com?date=20260212"},
	}
	triples, err := spec.V2().Triples()
	require.NoError(t, err)
	require.Len(t, triples, len(requests))
	for _, triple := range triples {
		t.Run(triple.String(), func(t *testing.T) {
			request, ok := requests[triple.String()]
			require.True(t, ok)
			r := httptest.NewRequest(triple.Method, "http://localhost"+request.target, strings.NewReader(request.body))
			r.SetBasicAuth("dev@example.com", demoKey)
			if request.change != nil {
				request.change(r)
			}
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			code, err := json.Marshal(triple.Code)
			require.NoError(t, err)
			assert.Equal(t, triple.Status, w.Code)
			assert.JSONEq(t, fmt.Sprintf(`{"success":false,"message":%q,"error":%s,"data":null}`, triple.Message, code), w.Body.String())
		})
	}
}

// TestAccountsDoNotSeeOneAnother lets many clients work at once, each on an account of its own.
func TestAccountsDoNotSeeOneAnother(t *testing.T) {
	handler := newHandler(t, mockserver.WithFixtures("empty"))
	var clients sync.WaitGroup
	for i := range 50 {
		clients.Go(func() {
			account := object(t, send(handler, "POST", "/__admin/accounts", `{}`))
			neighbour := object(t, send(handler, "POST", "/__admin/accounts", `{}`))
			askAs := func(account map[string]any, method, path, body string) map[string]any {
				r := httptest.NewRequest(method, "http://localhost"+path, strings.NewReader(body))
				r.SetBasicAuth(account["email"].(string), account["apiKey"].(string))
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, r)
				return object(t, w)
			}
			ask := func(method, path, body string) map[string]any { return askAs(account, method, path, body) }
			send(handler, "POST", fmt.Sprintf("/__admin/accounts/%s/wallet", account["id"]), fmt.Sprintf(`{"amount":%d.5}`, i))
			var newest string
			for n := range i % 7 {
				newest = ask("POST", "/tokens", fmt.Sprintf(`{"scopes":["*:*/*"],"name":"%d-%d"}`, i, n))["token"].(string)
			}
			assert.Equal(t, float64(i)+0.5, ask("GET", "/wallet", "")["data"].(map[string]any)["credit"])
			tokens := ask("GET", "/tokens", "")["data"].([]any)
			assert.Len(t, tokens, i%7)
			for n, token := range tokens {
				assert.Equal(t, fmt.Sprintf("%d-%d", i, n), token.(map[string]any)["name"])
			}
			if newest != "" {
				assert.Equal(t, float64(120), askAs(neighbour, "GET", "/tokens/"+newest, "")["error"], "another account's token")
			}
		})
	}
	clients.Wait()
}

func TestServersShareNothing(t *testing.T) {
	one, other := newHandler(t), newHandler(t)
	before := send(other, "GET", "/tokens", "").Body.String()
	send(one, "POST", "/tokens", `{"scopes":["*:*/*"]}`)
	assert.Equal(t, before, send(other, "GET", "/tokens", "").Body.String())
}

func TestTheSameSeedDrawsTheSame(t *testing.T) {
	create := func(seed uint64) string {
		h := newHandler(t, mockserver.WithSeed(seed), mockserver.WithClock(time.Date(2026, 2, 12, 8, 30, 0, 0, time.UTC)), mockserver.WithFrozenClock())
		return send(h, "POST", "/tokens", `{"scopes":["*:*/*"]}`).Body.String()
	}
	assert.Equal(t, create(7), create(7))
	assert.NotEqual(t, create(7), create(8))
}

func TestAResetUnderLoadLeavesTheStart(t *testing.T) {
	handler := newHandler(t)
	before := len(object(t, send(handler, "GET", "/tokens", ""))["data"].([]any))
	var clients sync.WaitGroup
	for range 8 {
		clients.Go(func() {
			for range 50 {
				answer := send(handler, "POST", "/tokens", `{"scopes":["*:*/*"]}`)
				assert.Contains(t, []int{200, 401}, answer.Code)
			}
		})
	}
	clients.Go(func() {
		for range 5 {
			assert.Equal(t, 204, send(handler, "POST", "/__admin/reset", "").Code)
			assert.Equal(t, 200, send(handler, "GET", "/healthz", "").Code)
		}
	})
	clients.Wait()
	require.Equal(t, 204, send(handler, "POST", "/__admin/reset", "").Code)
	assert.Len(t, object(t, send(handler, "GET", "/tokens", ""))["data"], before)
}

func TestOptionsThatCannotBeAreRefused(t *testing.T) {
	for want, option := range map[string]mockserver.Option{
		"both, data or flat": mockserver.WithTokenShape("round"),
		"v2 or v1":           mockserver.WithRootSurface("v3"),
		"demo, empty":        mockserver.WithFixtures("demmo"),
		"1970":               mockserver.WithClock(time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)),
		"rate limit":         mockserver.WithRateLimit(-1),
		"body":               mockserver.WithMaxBody(0),
		"--flag: ":           mockserver.Named("--flag", mockserver.WithMaxBody(0)),
	} {
		_, err := mockserver.New(option)
		assert.ErrorContains(t, err, want)
	}
}

// TestABodyThatDoesNotArriveIsRefusedInOrder uses real connections, because only there a broken
// body cancels the request.
func TestABodyThatDoesNotArriveIsRefusedInOrder(t *testing.T) {
	server := httptest.NewUnstartedServer(newHandler(t))
	server.Config.ReadTimeout = 300 * time.Millisecond
	server.Start()
	defer server.Close()
	for name, c := range map[string]struct {
		leave bool
		want  string
	}{
		"it stalls":     {false, `408 Request Timeout|"error":408,`},
		"it breaks off": {true, `400 Bad Request|"error":400,`},
	} {
		t.Run(name, func(t *testing.T) {
			connection, err := net.Dial("tcp", server.Listener.Addr().String())
			require.NoError(t, err)
			defer connection.Close()
			_, err = io.WriteString(connection, "POST /tokens HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic "+
				base64.StdEncoding.EncodeToString([]byte("dev@example.com:"+demoKey))+"\r\nContent-Length: 100\r\n\r\n{\"a")
			require.NoError(t, err)
			if c.leave {
				require.NoError(t, connection.(*net.TCPConn).CloseWrite())
			}
			answer, err := io.ReadAll(connection)
			require.NoError(t, err)
			for part := range strings.SplitSeq(c.want, "|") {
				assert.Contains(t, string(answer), part)
			}
		})
	}
}

func TestMetricsCountWhatWasAsked(t *testing.T) {
	handler := newHandler(t)
	send(handler, "GET", "/wallet", "")
	send(handler, "GET", "/wallet", "")
	send(handler, "GET", "/scopes/x", "")
	metrics := send(handler, "GET", "/metrics", "").Body.String()
	assert.Contains(t, metrics, `oauthmock_requests_total{surface="v2",operation="wallet.get",status="200"} 2`)
	assert.Contains(t, metrics, `oauthmock_requests_total{surface="v2",operation="scope.get",status="404"} 1`)
	assert.Contains(t, metrics, `oauthmock_request_duration_seconds_count{surface="v2",operation="wallet.get"} 2`)
	assert.Contains(t, metrics, "# TYPE oauthmock_request_duration_seconds histogram\n")
	assert.Contains(t, metrics, `oauthmock_request_duration_seconds_bucket{surface="v2",operation="wallet.get",le="+Inf"} 2`)
	assert.NotContains(t, metrics, "vmrange", "which Prometheus does not know")
}

func BenchmarkWallet(b *testing.B) {
	handler := newHandler(b, mockserver.WithRateLimit(0))
	r := httptest.NewRequest("GET", "http://localhost/wallet", nil)
	r.SetBasicAuth("dev@example.com", demoKey)
	b.ReportAllocs()
	for b.Loop() {
		handler.ServeHTTP(httptest.NewRecorder(), r)
	}
}

func BenchmarkCreateToken(b *testing.B) {
	handler := newHandler(b, mockserver.WithRateLimit(0))
	b.ReportAllocs()
	for b.Loop() {
		send(handler, "POST", "/tokens", `{"scopes":["GET:company.openapi.com/IT-start"]}`)
	}
}

func BenchmarkListTokens(b *testing.B) {
	handler := newHandler(b, mockserver.WithRateLimit(0))
	for range 100 {
		send(handler, "POST", "/tokens", `{"scopes":["GET:company.openapi.com/IT-start"]}`)
	}
	b.ReportAllocs()
	for b.Loop() {
		send(handler, "GET", "/tokens?limit=100", "")
	}
}

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		newHandler(b)
	}
}

func TestAnEscapedPrefixIsAnUnknownPathAndNoPlainText(t *testing.T) {
	handler := newHandler(t, mockserver.WithRootSurface("v1"))
	assert.Equal(t, 200, send(handler, "GET", "/__v2/wallet", "").Code)
	answer := send(handler, "GET", "/%5F_v2/wallet", "")
	assert.Equal(t, 404, answer.Code)
	assert.JSONEq(t, `{"success":false,"message":"Not Found","error":404,"data":null}`, answer.Body.String())
}
