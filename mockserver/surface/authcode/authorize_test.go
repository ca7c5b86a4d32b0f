package authcode_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/fixtures"
	"oauthmock/mockserver"
)

func TestAUserSignsInConsentsAndGoesBackWithACode(t *testing.T) {
	m := newMock(t)
	b := m.browser(request)
	page := b.open()
	assert.Contains(t, page, "This is a mock")
	assert.Contains(t, page, "demo-client")
	assert.Less(t, strings.Index(page, `name="username"`), strings.Index(page, `value="johndoe"`), "the first form is the login")

	w := b.submit("username", "johndoe", "password", "wrong")
	assert.Equal(t, 303, w.Code)
	page = b.open()
	assert.Contains(t, page, "The username or the password is wrong.")
	assert.Contains(t, page, `value="johndoe" autocomplete="username"`, "what was typed is still there")
	assert.NotContains(t, page, "wrong\"")
	assert.NotContains(t, b.open(), "is wrong", "told once")

	w = b.submit("username", "johndoe", "password", "password")
	assert.Equal(t, 303, w.Code)
	assert.Equal(t, "authorize.php?"+request, w.Header().Get("Location"))
	page = b.open()
	assert.Contains(t, page, "Allow</button>")
	assert.Contains(t, page, "Deny</button>")
	assert.Contains(t, page, "http://127.0.0.1:9", "where the browser goes next")

	w = b.submit("allow", "Allow")
	assert.Equal(t, 303, w.Code)
	assert.Regexp(t, `^http://127\.0\.0\.1:9/cb\?code=[0-9a-f]{32}&state=a%20b$`, w.Header().Get("Location"))
	code := back(t, w).Get("code")

	w = m.token(code)
	assert.Equal(t, 200, w.Code)
	assert.Regexp(t, `^\{"access_token":"[0-9a-f]{32}","token_type":"Bearer","expires_in":3600\}$`, w.Body.String())
	token := w.Body.String()[len(`{"access_token":"`):][:32]
	assert.Equal(t, `{"username":"johndoe","email":"john@example.com","full_name":"John Doe"}`, m.userinfo(token).Body.String())
}

func TestAUserWhoIsSignedInIsAskedForConsentAtOnce(t *testing.T) {
	m := newMock(t)
	b := m.browser(request)
	b.open()
	b.submit("user", "jane")
	b.open()
	back(t, b.submit("allow", "Allow"))

	assert.Contains(t, b.open(), "Jane &lt;b&gt;&#34;Roe&#34;&lt;/b&gt;", "still signed in, and shown as text")
	assert.Equal(t, 303, b.submit("switch", "").Code)
	assert.Contains(t, b.open(), `name="username"`, "sign in as somebody else")
	b.submit("user", "johndoe")
	assert.Contains(t, b.open(), "John Doe")

	b.query = strings.Replace(request, "demo-client", "other", 1)
	assert.Contains(t, b.open(), `name="username"`, "users belong to an account: this client's are others")
	assert.Contains(t, b.page, "Other Doe")
}

func TestASessionEndsWithItsUserAndWithItsAccount(t *testing.T) {
	m := newMock(t)
	b := m.browser(request)
	b.open()
	b.submit("user", "jane")
	assert.Contains(t, b.open(), "Allow</button>")
	m.admin("POST", "/reset", "")
	assert.Contains(t, b.open(), `name="username"`)
	assert.Equal(t, 303, b.submit("allow", "Allow").Code)
	assert.Contains(t, b.open(), `name="username"`, "nobody is signed in who could consent")
}

func TestWhatIsWrongWithASignInIsToldOnThePage(t *testing.T) {
	m := newMock(t)
	for name, c := range map[string]struct {
		fields []string
		says   string
		focus  string
	}{
		"no username":                 {[]string{"username", "", "password", "x"}, "Enter your username.", "username"},
		"no password":                 {[]string{"username", "johndoe"}, "Enter your password.", "password"},
		"nothing":                     {[]string{"signin", "Sign in"}, "Enter your username.", "username"},
		"an unknown user":             {[]string{"username", "nobody", "password", "password"}, "The username or the password is wrong.", "password"},
		"the password of another one": {[]string{"username", "johndoe", "password", "jane's password"}, "The username or the password is wrong.", "password"},
		"another account's user":      {[]string{"username", "johndoe", "password", "another password"}, "The username or the password is wrong.", "password"},
		"a long username":             {[]string{"username", strings.Repeat("ü", 400), "password", "x"}, "The username or the password is wrong.", "password"},
		"a button that is not there":  {[]string{"user", "nobody"}, "That user is no longer there.", "username"},
	} {
		t.Run(name, func(t *testing.T) {
			b := m.browser(request)
			b.open()
			require.Equal(t, 303, b.submit(c.fields...).Code)
			page := b.open()
			assert.Contains(t, page, "<title>Error: Sign in")
			assert.Contains(t, page, c.says)
			for line := range strings.SplitSeq(page, "\n") {
				if strings.HasPrefix(line, `<input id="`+c.focus) {
					assert.Contains(t, line, " autofocus", "what to type has the focus")
					assert.Equal(t, !strings.Contains(name, "button"), strings.Contains(line, `aria-invalid="true" aria-describedby="problem"`))
				}
			}
			assert.Contains(t, page, `id="problem"`)
			assert.NotContains(t, page, "jane's password")
		})
	}
}

func TestTenUsersHaveAButtonAndOthersSignInWithTheirPassword(t *testing.T) {
	world, err := fixtures.Named("demo")
	require.NoError(t, err)
	copied := *world
	copied.Accounts = append([]fixtures.Account(nil), world.Accounts...)
	copied.Accounts[0].Users = nil
	for i := range 13 {
		copied.Accounts[0].Users = append(copied.Accounts[0].Users, fixtures.User{Username: fmt.Sprintf("user-%d", i), Password: "p", Email: "u@example.com", FullName: "U"})
	}
	m := newMock(t, mockserver.WithWorld(&copied))
	b := m.browser(request)
	assert.Equal(t, 10, strings.Count(b.open(), `name="user" `))
	assert.Contains(t, b.page, "and 3 more")
	b.submit("user", "user-11")
	assert.Contains(t, b.open(), `name="username"`, "no button, no way around the password")
	b.submit("username", "user-11", "password", "p")
	assert.Contains(t, b.open(), "Allow</button>")

	copied.Accounts[0].Users = nil
	m = newMock(t, mockserver.WithWorld(&copied))
	assert.Contains(t, m.browser(request).open(), "has no users yet")
	assert.NotContains(t, m.browser(request).open(), `id="users"`)
}

func TestWhatIsWrongIsToldToTheClientOnlyIfItsRedirectURIIsKnown(t *testing.T) {
	m := newMock(t)
	for name, c := range map[string]struct {
		query  string
		status int
		code   string
		told   bool
	}{
		"no client":                   {"redirect_uri=" + callback + "&response_type=code", 400, "invalid_request", false},
		"an unknown client":           {"client_id=nobody&redirect_uri=" + callback + "&response_type=code", 401, "invalid_client", false},
		"two clients":                 {"client_id=demo-client&client_id=many&redirect_uri=" + callback + "&response_type=code", 400, "invalid_request", false},
		"a disabled client":           {"client_id=off&redirect_uri=" + callback + "&response_type=code", 401, "invalid_client", false},
		"no redirect URI":             {"client_id=demo-client&response_type=code", 400, "invalid_request", false},
		"two redirect URIs":           {"client_id=demo-client&redirect_uri=" + callback + "&redirect_uri=" + callback + "&response_type=code", 400, "invalid_request", false},
		"a foreign redirect URI":      {"client_id=demo-client&redirect_uri=https://evil.example/cb&response_type=code", 400, "invalid_request", false},
		"no response type":            {"client_id=demo-client&redirect_uri=" + callback, 302, "invalid_request", true},
		"an empty response type":      {"client_id=demo-client&response_type=&redirect_uri=" + callback, 302, "invalid_request", true},
		"another response type":       {"client_id=demo-client&response_type=token&redirect_uri=" + callback, 302, "unsupported_response_type", true},
		"a challenge of no method":    {"client_id=demo-client&response_type=code&code_challenge=x&code_challenge_method=S512&redirect_uri=" + callback, 302, "invalid_request", true},
		"a method without challenge":  {"client_id=demo-client&response_type=code&code_challenge_method=S256&redirect_uri=" + callback, 302, "invalid_request", true},
		"two states":                  {"client_id=demo-client&response_type=code&state=a&state=b&redirect_uri=" + callback, 302, "invalid_request", true},
		"a parameter that is not his": {"client_id=demo-client&response_type=code&scope=a&scope=b&nonce=&redirect_uri=" + callback, 200, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			for _, query := range []string{c.query, c.query + "&x=%zz"} {
				w := m.send("GET", "/api/authorize.php?"+query, "")
				assert.Equal(t, c.status, w.Code, w.Body.String())
				switch {
				case c.told:
					assert.True(t, strings.HasPrefix(w.Header().Get("Location"), callback+"?error="), w.Header().Get("Location"))
					assert.Equal(t, c.code, back(t, w).Get("error"))
					assert.NotEmpty(t, back(t, w).Get("error_description"))
					assert.Empty(t, w.Body.String())
				case c.code != "":
					assert.Empty(t, w.Header().Get("Location"))
					assert.Equal(t, c.code, failure(t, w))
					page := m.browser(query).visit("GET", "")
					assert.Equal(t, c.status, page.Code)
					assert.Equal(t, "text/html; charset=utf-8", page.Header().Get("Content-Type"), "browsers are shown a page")
					assert.Contains(t, page.Body.String(), "<code>"+c.code+"</code>")
					assert.Contains(t, page.Body.String(), "<h1>This ")
				}
			}
		})
	}
}

func TestPagesAreForBrowsers(t *testing.T) {
	m := newMock(t)
	for accept, page := range map[string]bool{
		"": false, "*/*": false, "application/json": false, "text/*": false, "text/html;q=0": false, "text/htmlx": false,
		"text/html": true, "application/json, text/html;q=0.5": true, "application/xhtml+xml": true, "TEXT/HTML": true, ";, text/html": true,
	} {
		w := m.send("GET", "/api/authorize.php", "", func(r *http.Request) { r.Header.Set("Accept", accept) })
		assert.Equal(t, page, strings.HasPrefix(w.Header().Get("Content-Type"), "text/html"), "%q", accept)
	}
	for _, call := range []string{"GET /api/", "GET /api", "GET /api/authorize", "GET /api/authorize.php/", "PUT /api/authorize.php", "HEAD /api/authorize.php", "GET /api/token.php", "POST /api/userinfo.php"} {
		method, path, _ := strings.Cut(call, " ")
		w := m.send(method, path, "", func(r *http.Request) { r.Header.Set("Accept", "text/html") })
		assert.Equal(t, "application/json", w.Header().Get("Content-Type"), call)
		if w.Code != 404 {
			assert.Equal(t, 405, w.Code, call)
			assert.NotEmpty(t, w.Header().Get("Allow"), call)
		}
	}
}

func TestTheRedirectURIIsTheRegisteredOneAndKeepsItsQuery(t *testing.T) {
	m := newMock(t, mockserver.WithAutoApprove(""))
	for uri, want := range map[string]string{
		callback: callback + "?code=",
		"https://example.com/callback?tenant=a%20b": "https://example.com/callback?tenant=a%20b&code=",
		"https://example.com/empty?":                "https://example.com/empty?code=",
		"com.example.app:/cb":                       "com.example.app:/cb?code=",
		"http://127.0.0.1:54321/cb":                 "http://127.0.0.1:54321/cb?code=",
		"http://127.0.0.1/cb":                       "http://127.0.0.1/cb?code=",
		"http://localhost/cb":                       "http://localhost/cb?code=",
		"http://[::1]:3000/cb":                      "http://[::1]:3000/cb?code=",

		"http://localhost:3000/cb":                  "",
		"http://127.0.0.1:9/cb/":                    "",
		"http://127.0.0.1:9/cb?x=1":                 "",
		"http://127.0.0.1:9/cb#x":                   "",
		"http://127.0.0.1:9/CB":                     "",
		"HTTP://127.0.0.1:9/cb":                     "",
		"https://127.0.0.1:9/cb":                    "",
		"http://127.0.0.2:9/cb":                     "",
		"http://127.0.0.1:9@evil.example/cb":        "",
		"http://evil.example\\@127.0.0.1:9/cb":      "",
		"http://127.0.0.1:9.evil.example/cb":        "",
		"http://127.0.0.1:x/cb":                     "",
		"https://example.com:444/empty?":            "",
		"https://example.com/empty":                 "",
		"https://example.com/callback?tenant=a+b":   "",
		"https://example.com/callback/../../evil":   "",
		"//evil.example/cb":                         "",
		"javascript:alert(1)":                       "",
		"http://127.0.0.1:9/cb\r\nSet-Cookie: a=b":  "",
		" http://127.0.0.1:9/cb":                    "",
		"http://127.0.0.1:9/cb\x00":                 "",
		"com.example.app:/cb/../x":                  "",
		"http://localhost.evil.example:9/cb":        "",
		"http://127.0.0.1:9%2f@evil.example:80/cb":  "",
		"http://127.0.0.1:99999999999999999999/cb ": "",
	} {
		query := url.Values{"client_id": {"many"}, "redirect_uri": {uri}, "response_type": {"code"}}
		w := m.send("GET", "/api/authorize.php?"+query.Encode(), "")
		if want == "" {
			assert.Equal(t, 400, w.Code, uri)
			assert.Empty(t, w.Header().Get("Location"), uri)
			continue
		}
		assert.Equal(t, 302, w.Code, uri)
		assert.True(t, strings.HasPrefix(w.Header().Get("Location"), want), w.Header().Get("Location"))
	}
	w := m.send("GET", "/api/authorize.php?client_id=many&redirect_uri=http://127.0.0.1:54321/cb&response_type=code", "")
	assert.Contains(t, m.explained(w), "another port than http://127.0.0.1:9/cb, which is registered")
}

func TestTheStateComesBackAsItWasSent(t *testing.T) {
	m := newMock(t, mockserver.WithAutoApprove(""))
	for sent, back := range map[string]string{
		"a%20b": "a%20b", "a+b": "a+b", "%c3%bc": "%c3%bc", "a%2Bb%26c%3Dd%23": "a%2Bb%26c%3Dd%23", "eyJ4IjoxfQ==": "eyJ4IjoxfQ==", "a(b)'c": "a(b)'c", "%zz": "%zz",
		"": "", "%0d%0aSet-Cookie:a=b": "%0d%0aSet-Cookie:a=b", "ü": "%C3%BC", `"<x>`: "%22%3Cx%3E", strings.Repeat("x", 4000): strings.Repeat("x", 4000),
	} {
		w := m.send("GET", "/api/authorize.php?client_id=demo-client&redirect_uri="+callback+"&response_type=code&state=placeholder", "", func(r *http.Request) {
			r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "placeholder", sent, 1)
		})
		assert.True(t, strings.HasSuffix(w.Header().Get("Location"), "&state="+back), w.Header().Get("Location"))
	}
	w := m.send("GET", "/api/authorize.php?client_id=demo-client&redirect_uri="+callback+"&response_type=code", "")
	assert.NotContains(t, w.Header().Get("Location"), "state")
}

func TestAutoApproveSkipsThePages(t *testing.T) {
	for name, c := range map[string]struct {
		options []mockserver.Option
		query   string
		user    string
		denied  bool
	}{
		"for the first user":           {[]mockserver.Option{mockserver.WithAutoApprove("")}, request, "johndoe", false},
		"for a user":                   {[]mockserver.Option{mockserver.WithAutoApprove("jane")}, request, "jane", false},
		"for a user who is not a user": {[]mockserver.Option{mockserver.WithAutoApprove("nobody")}, request, "", true},
		"for another account":          {[]mockserver.Option{mockserver.WithAutoApprove("jane")}, strings.Replace(request, "demo-client", "other", 1), "", true},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMock(t, c.options...)
			w := m.send("GET", "/api/authorize.php?"+c.query, "")
			assert.Equal(t, 302, w.Code)
			assert.Empty(t, w.Result().Cookies())
			got := back(t, w)
			assert.Equal(t, "a b", got.Get("state"))
			assert.Contains(t, m.explained(w), "--auto-approve is on")
			if c.denied {
				assert.Equal(t, "access_denied", got.Get("error"))
				return
			}
			answer := m.token(got.Get("code")).Body.String()
			assert.Contains(t, m.userinfo(answer[len(`{"access_token":"`):][:32]).Body.String(), `"username":"`+c.user+`"`)
		})
	}
}

func TestDenyGoesBackWithAccessDenied(t *testing.T) {
	m := newMock(t)
	b := m.browser(request)
	b.open()
	b.submit("user", "johndoe")
	b.open()
	w := b.submit("deny", "Deny", "allow", "Allow")
	got := back(t, w)
	assert.Equal(t, "access_denied", got.Get("error"))
	assert.Equal(t, "a b", got.Get("state"))
	assert.Empty(t, got.Get("code"))
	assert.Contains(t, m.explained(w), "the user pressed Deny")
}
