package authcode_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/fixtures"
	"oauthmock/mockserver"
)

// The demo world has a client and a user; the others are made here.
const (
	callback  = "http://127.0.0.1:9/cb"
	elsewhere = "https://example.com/callback"
	request   = "client_id=demo-client&redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fcb&response_type=code&state=a%20b"
)

var noon = time.Date(2026, 2, 12, 12, 0, 0, 0, time.UTC)

// mock is a mock of its own.
type mock struct {
	t       *testing.T
	handler http.Handler
}

// newMock starts a mock in a demo world that holds a second account, a client of many redirect URIs
// and a disabled one.
func newMock(t *testing.T, options ...mockserver.Option) *mock {
	t.Helper()
	world, err := fixtures.Named("demo")
	require.NoError(t, err)
	copied := *world
	copied.Accounts = append([]fixtures.Account(nil), world.Accounts...)
	demo := &copied.Accounts[0]
	demo.Clients = append(append([]fixtures.Client(nil), demo.Clients...),
		fixtures.Client{ID: "many", Secret: "many-secret", RedirectURIs: []string{
			callback, "https://example.com/callback?tenant=a%20b", "https://example.com/empty?", "com.example.app:/cb", "http://localhost/cb", "http://[::1]/cb",
		}},
		fixtures.Client{ID: "off", Secret: "off-secret", RedirectURIs: []string{callback}, Disabled: true})
	demo.Users = append(append([]fixtures.User(nil), demo.Users...),
		fixtures.User{Username: "jane", Password: "jane's password", Email: "jane@example.com", FullName: `Jane <b>"Roe"</b>`})
	other := copied.Accounts[1]
	other.Clients = []fixtures.Client{{ID: "other", Secret: "other-secret", RedirectURIs: []string{callback}}}
	other.Users = []fixtures.User{{Username: "johndoe", Password: "another password", Email: "other@example.com", FullName: "Other Doe"}}
	copied.Accounts[1] = other
	server, err := mockserver.New(append([]mockserver.Option{mockserver.WithWorld(&copied), mockserver.WithClock(noon), mockserver.WithFrozenClock()}, options...)...)
	require.NoError(t, err)
	return &mock{t, server.Handler()}
}

// send sends a request as it is.
func (m *mock) send(method, target, body string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	m.t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Host = "localhost"
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	m.handler.ServeHTTP(w, r)
	return w
}

// admin calls the control API.
func (m *mock) admin(method, path, body string) string {
	m.t.Helper()
	w := m.send(method, "/__admin"+path, body, func(r *http.Request) { r.Header.Set("Content-Type", "application/json") })
	require.Less(m.t, w.Code, 300, w.Body.String())
	return w.Body.String()
}

// explained returns the explanation of an answer.
func (m *mock) explained(w *httptest.ResponseRecorder) string {
	m.t.Helper()
	var entry struct{ Explanation struct{ Words []string } }
	text := m.admin("GET", "/requests/"+w.Header().Get("X-Mock-Request-Id"), "")
	require.NoError(m.t, json.Unmarshal([]byte(text), &entry), text)
	return strings.Join(entry.Explanation.Words, " ")
}

// token exchanges a code.
func (m *mock) token(code string, more ...string) *httptest.ResponseRecorder {
	m.t.Helper()
	form := url.Values{"code": {code}, "client_id": {"demo-client"}, "client_secret": {"demo-secret"}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return m.send("POST", "/api/token.php", form.Encode())
}

// userinfo asks whose a token is.
func (m *mock) userinfo(token string) *httptest.ResponseRecorder {
	m.t.Helper()
	return m.send("GET", "/api/userinfo.php", "", func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) })
}

// browser is a browser without JavaScript at a mock.
type browser struct {
	*mock
	cookies map[string]string
	query   string
	page    string // the last one
}

func (m *mock) browser(query string) *browser {
	return &browser{mock: m, cookies: map[string]string{}, query: query}
}

// visit sends a request with the browser's cookies, and keeps those of the answer.
func (b *browser) visit(method, body string) *httptest.ResponseRecorder {
	b.t.Helper()
	w := b.send(method, "/api/authorize.php?"+b.query, body, func(r *http.Request) {
		r.Header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
		for name, value := range b.cookies {
			r.AddCookie(&http.Cookie{Name: name, Value: value})
		}
	})
	for _, cookie := range w.Result().Cookies() {
		b.cookies[cookie.Name] = cookie.Value
	}
	if w.Code == http.StatusOK {
		b.page = w.Body.String()
	}
	return w
}

// open loads the page.
func (b *browser) open() string {
	b.t.Helper()
	w := b.visit("GET", "")
	require.Equal(b.t, 200, w.Code, w.Body.String())
	return b.page
}

// csrf is the token of the forms of the last page.
func (b *browser) csrf() string {
	found := regexp.MustCompile(`name="csrf" value="([^"]+)"`).FindStringSubmatch(b.page)
	if found == nil {
		return ""
	}
	return found[1]
}

// submit sends a form of the last page, and returns the answer.
func (b *browser) submit(fields ...string) *httptest.ResponseRecorder {
	b.t.Helper()
	form := url.Values{"csrf": {b.csrf()}}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return b.visit("POST", form.Encode())
}

// back is the query with which a browser is sent back to a client.
func back(t *testing.T, w *httptest.ResponseRecorder) url.Values {
	t.Helper()
	require.Contains(t, []int{302, 303}, w.Code, w.Body.String())
	to, err := url.Parse(w.Header().Get("Location"))
	require.NoError(t, err)
	require.True(t, to.IsAbs(), "%s leads to the client", to)
	return to.Query()
}

// session is the cookie of a browser.
func (b *browser) session() (name, value string) {
	for name, value := range b.cookies {
		return name, value
	}
	return "", ""
}

func failure(t *testing.T, w *httptest.ResponseRecorder) (code string) {
	t.Helper()
	assert.Equal(t, "application/json", w.Header().Get("Content-Type"))
	var f struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &f), w.Body.String())
	assert.NotEmpty(t, f.Description)
	return f.Error
}
