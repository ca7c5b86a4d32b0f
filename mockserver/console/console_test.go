package console_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"oauthmock/mockserver"
	"oauthmock/scenarios"
)

const basic = "Basic ZGV2QGV4YW1wbGUuY29tOjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVm"

// mock is a server that browsers ask.
type mock struct {
	t       *testing.T
	handler http.Handler
}

func start(t *testing.T, options ...mockserver.Option) mock {
	t.Helper()
	server, err := mockserver.New(options...)
	require.NoError(t, err)
	t.Cleanup(server.Interrupt)
	return mock{t, server.Handler()}
}

func (m mock) send(method, target, body string, header ...string) *httptest.ResponseRecorder {
	m.t.Helper()
	r := httptest.NewRequestWithContext(m.t.Context(), method, "http://localhost:8080"+target, strings.NewReader(body))
	if body == "" {
		r.Body = http.NoBody
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	m.handler.ServeHTTP(w, r)
	return w
}

func (m mock) page(target string) string {
	m.t.Helper()
	w := m.send("GET", target, "")
	require.Equal(m.t, http.StatusOK, w.Code, "%s: %s", target, w.Body)
	return w.Body.String()
}

const hostile = `<script>alert(1)</script>`

// called is a mock that was called: well, wrongly, and with what would be markup.
func called(t *testing.T) mock {
	m := start(t)
	m.send("GET", "/wallet", "", "Authorization", basic)
	m.send("GET", "/tokens/zz", "", "Authorization", basic)
	m.send("POST", "/tokens", `{"scopes":["GET:company.openapi.com/IT-start"],"name":"`+hostile+`"}`, "Authorization", basic, "Content-Type", "application/json")
	m.send("GET", "/"+url.PathEscape(hostile)+"?q="+url.QueryEscape(hostile), "", "User-Agent", hostile)
	return m
}

func TestEveryPageIsTextUnderAStrictPolicy(t *testing.T) {
	m := called(t)
	for _, path := range []string{
		"/requests", "/requests?rows=1", "/requests/1", "/requests/2", "/requests/3", "/requests/4", "/accounts", "/accounts/demo", "/accounts/demo-sandbox", "/clock", "/faults",
		"/coverage", "/api", "/api?surface=v1", "/api?surface=clientcred", "/api?surface=authcode", "/scenarios",
	} {
		t.Run(path, func(t *testing.T) {
			w := m.send("GET", "/__admin/ui"+path, "")
			require.Equal(t, http.StatusOK, w.Code, w.Body)
			assert.Equal(t, "text/html; charset=utf-8", w.Header().Get("Content-Type"))
			assert.Contains(t, w.Header().Get("Content-Security-Policy"), "default-src 'none'; script-src 'self'; style-src 'self';")
			assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
			assert.NotContains(t, w.Body.String(), hostile)
			for _, from := range regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(w.Body.String(), -1) {
				assert.Regexp(t, `^(/__admin/|#)`, from[1], "a page asks nobody but the mock")
			}
		})
	}
}

func TestTheFirstPageIsSmall(t *testing.T) {
	m := called(t)
	size := len(m.page("/__admin/ui/requests"))
	for _, asset := range []string{"app.js", "style.css", "icon.svg"} {
		size += len(m.page("/__admin/ui/assets/" + asset))
	}
	assert.Less(t, size, 100_000)
}

func TestRequestsAreShownNewestFirstAndPageByPage(t *testing.T) {
	m := start(t)
	for range 150 {
		m.send("GET", "/wallet", "", "Authorization", basic)
	}
	ids := func(page string) (out []string) {
		for _, row := range regexp.MustCompile(`data-id="(\d+)"`).FindAllStringSubmatch(page, -1) {
			out = append(out, row[1])
		}
		return out
	}
	first := m.page("/__admin/ui/requests")
	require.Len(t, ids(first), 100)
	assert.Equal(t, "150", ids(first)[0])
	assert.Contains(t, first, `href="/__admin/ui/requests?before=51"`)
	rest := m.page("/__admin/ui/requests?before=51")
	require.Len(t, ids(rest), 50)
	assert.NotContains(t, rest, "Older requests")
	assert.Equal(t, []string{"150", "149"}, ids(m.page("/__admin/ui/requests?rows=1&after=148")))
	assert.Empty(t, ids(m.page("/__admin/ui/requests?operation=token.list")))
	assert.Contains(t, m.page("/__admin/ui/requests?operation=token.lst"), "token.list", "a filter that cannot match says what would")
}

func TestARequestSaysWhyAndWhatComesNext(t *testing.T) {
	m := called(t)
	page := m.page("/__admin/ui/requests/2")
	for _, says := range []string{"token-id-malformed", "docs/behaviour.md#refusals", "9999 → 9998 of 10000", "Fail the next one like this", "curl -i", "http.NewRequest", "await fetch", "requests.request"} {
		assert.Contains(t, page, says)
	}
	assert.NotContains(t, page, "0123456789abcdef0123456789abcdef", "the journal keeps no credentials")
	assert.Equal(t, http.StatusNotFound, m.send("GET", "/__admin/ui/requests/99", "").Code)
	assert.Equal(t, http.StatusNotFound, m.send("GET", "/__admin/ui/nothing", "").Code)
}

// form is what a button of a page sends.
var form = regexp.MustCompile(`data-method="(\w+)" data-path="([^"]+)" data-body="([^"]+)"`)

func TestTheButtonsOfARequestSendWhatTheControlAPITakes(t *testing.T) {
	m := called(t)
	found := form.FindAllStringSubmatch(m.page("/__admin/ui/requests/1"), -1)
	require.Len(t, found, 2, "a fault, and an expectation")
	for _, f := range found {
		body := strings.NewReplacer("&#34;", `"`, "&amp;", "&").Replace(f[3])
		w := m.send(f[1], "/__admin"+f[2], body, "Content-Type", "application/json")
		assert.Less(t, w.Code, 300, "%s %s: %s", f[2], body, w.Body)
	}
	assert.Equal(t, 503, m.send("GET", "/wallet", "", "Authorization", basic).Code, "the next one like it fails")
	assert.Equal(t, 200, m.send("GET", "/wallet", "", "Authorization", basic).Code, "and only that")
}

func TestARequestIsSavedAsAScenarioThatCanBeRun(t *testing.T) {
	m := called(t)
	for id, expects := range map[string]string{"1": "status: 200", "2": "code: 60", "3": "call: token.create"} {
		w := m.send("GET", "/__admin/ui/requests/"+id+"/scenario.yaml", "")
		require.Equal(t, http.StatusOK, w.Code)
		assert.Contains(t, w.Body.String(), expects)
		assert.Contains(t, w.Header().Get("Content-Disposition"), "request-"+id+".yaml")
		_, err := scenarios.Load(fstest.MapFS{"request.yaml": {Data: w.Body.Bytes()}})
		assert.NoError(t, err, w.Body.String())
	}
	var file map[string]any
	require.NoError(t, yaml.Unmarshal(m.send("GET", "/__admin/ui/requests/2/scenario.yaml", "").Body.Bytes(), &file))
}

func TestBrowsersAreLedToTheConsole(t *testing.T) {
	m := start(t)
	w := m.send("GET", "/", "", "Accept", "text/html,*/*;q=0.8")
	assert.Equal(t, http.StatusFound, w.Code)
	assert.Equal(t, "/__admin/ui/", w.Header().Get("Location"))
	assert.Equal(t, http.StatusFound, m.send("GET", "/__admin/ui/", "").Code)
	for name, w := range map[string]*httptest.ResponseRecorder{
		"a client": m.send("GET", "/", ""), "a post": m.send("POST", "/", "{}", "Accept", "text/html"), "a path": m.send("GET", "/x", "", "Accept", "text/html"),
	} {
		assert.Equal(t, http.StatusNotFound, w.Code, name)
		assert.Equal(t, "application/json", w.Header().Get("Content-Type"), name)
	}
	r := httptest.NewRequestWithContext(t.Context(), "GET", "http://oauth.openapi.com/", nil)
	r.Header.Set("Accept", "text/html")
	provider := httptest.NewRecorder()
	m.handler.ServeHTTP(provider, r)
	assert.Equal(t, http.StatusNotFound, provider.Code, "the provider's own host has no console")
}

func TestWhereATokenIsAskedForThePageAsksOnce(t *testing.T) {
	m := start(t, mockserver.WithAdminToken("s3cret"))
	w := m.send("GET", "/__admin/ui/requests?status=404", "")
	require.Equal(t, http.StatusUnauthorized, w.Code)
	assert.Contains(t, w.Body.String(), `value="/__admin/ui/requests?status=404"`, "and leads back")
	signIn := func(token, to, origin string) *httptest.ResponseRecorder {
		return m.send("POST", "/__admin/ui/sign-in", url.Values{"token": {token}, "to": {to}}.Encode(),
			"Content-Type", "application/x-www-form-urlencoded", "Origin", origin)
	}
	assert.Equal(t, http.StatusUnauthorized, signIn("wrong", "/__admin/ui/clock", "http://localhost:8080").Code)
	assert.Equal(t, http.StatusForbidden, signIn("s3cret", "/__admin/ui/clock", "http://evil.example").Code)
	in := signIn("s3cret", "https://evil.example/", "http://localhost:8080")
	require.Equal(t, http.StatusSeeOther, in.Code)
	assert.Equal(t, "/__admin/ui/requests", in.Header().Get("Location"), "never elsewhere")
	cookie := in.Result().Cookies()[0]
	assert.True(t, cookie.HttpOnly)
	assert.Equal(t, http.SameSiteStrictMode, cookie.SameSite)
	sent := cookie.Name + "=" + cookie.Value
	assert.Equal(t, http.StatusOK, m.send("GET", "/__admin/ui/requests", "", "Cookie", sent).Code)

	change := func(header ...string) int {
		return m.send("PUT", "/__admin/clock", `{"frozen":true}`, append(header, "Cookie", sent)...).Code
	}
	assert.Equal(t, http.StatusOK, change("Origin", "http://localhost:8080", "Content-Type", "application/json"))
	assert.Equal(t, http.StatusForbidden, change("Content-Type", "application/json"), "without an Origin")
	assert.Equal(t, http.StatusForbidden, change("Origin", "http://evil.example", "Content-Type", "application/json"))
	assert.Equal(t, http.StatusUnsupportedMediaType, change("Origin", "http://localhost:8080", "Content-Type", "text/plain"))
	assert.Equal(t, http.StatusForbidden, m.send("DELETE", "/__admin/requests", "", "Cookie", sent).Code)
	assert.Equal(t, http.StatusUnauthorized, m.send("GET", "/__admin/clock", "", "Cookie", cookie.Name+"=wrong").Code)
}

func TestAStrangersNameForThisMachineSeesNothing(t *testing.T) {
	m := called(t)
	r := httptest.NewRequestWithContext(t.Context(), "GET", "http://rebound.example/__admin/ui/requests", nil)
	w := httptest.NewRecorder()
	m.handler.ServeHTTP(w, r)
	assert.Equal(t, http.StatusForbidden, w.Code)
	assert.NotContains(t, w.Body.String(), "wallet")
}

func TestScenariosBeginAndGoBack(t *testing.T) {
	m := start(t)
	begun := func() string {
		for card := range strings.SplitSeq(m.page("/__admin/ui/scenarios"), `<li class="card">`) {
			if strings.Contains(card, "begun") {
				return regexp.MustCompile(`--scenario ([\w-]+)`).FindStringSubmatch(card)[1]
			}
		}
		return ""
	}
	assert.Empty(t, begun())
	w := m.send("PUT", "/__admin/scenario", `{"name":"credit-exhausted"}`, "Content-Type", "application/json")
	require.Equal(t, http.StatusOK, w.Code, w.Body)
	assert.Equal(t, "credit-exhausted", begun())
	credit := func() string {
		body, err := io.ReadAll(m.send("GET", "/wallet", "", "Authorization", basic).Body)
		require.NoError(t, err)
		return string(body)
	}
	assert.Contains(t, credit(), `"credit":0,`)
	assert.Equal(t, http.StatusNotFound, m.send("PUT", "/__admin/scenario", `{"name":"credit-exhaustd"}`, "Content-Type", "application/json").Code)
	assert.Equal(t, "credit-exhausted", begun(), "what cannot be changes nothing")
	assert.Equal(t, http.StatusNoContent, m.send("DELETE", "/__admin/scenario", "").Code)
	assert.Empty(t, begun())
	assert.NotContains(t, credit(), `"credit":0,`)
}
