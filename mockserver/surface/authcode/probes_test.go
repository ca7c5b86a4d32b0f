package authcode_test

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
)

func TestAFormWithoutTheTokenOfItsSessionIsRefused(t *testing.T) {
	m := newMock(t)
	stranger := m.browser(request)
	stranger.open()
	for name, change := range map[string]func(b *browser) url.Values{
		"no token":                   func(*browser) url.Values { return url.Values{} },
		"a token of another session": func(*browser) url.Values { return url.Values{"csrf": {stranger.csrf()}} },
		"a token that is cut":        func(b *browser) url.Values { return url.Values{"csrf": {b.csrf()[:8]}} },
		"two tokens":                 func(b *browser) url.Values { return url.Values{"csrf": {b.csrf(), b.csrf()}} },
		"no cookie": func(b *browser) url.Values {
			token := b.csrf()
			clear(b.cookies)
			return url.Values{"csrf": {token}}
		},
		"a cookie that nobody gave": func(b *browser) url.Values {
			name, value := b.session()
			b.cookies[name] = strings.Repeat("0", len(value))
			return url.Values{"csrf": {b.csrf()}}
		},
		"the token from before signing in": func(b *browser) url.Values {
			token := b.csrf()
			b.submit("user", "jane")
			return url.Values{"csrf": {token}}
		},
	} {
		for _, button := range []string{"allow", "user", "switch", "deny"} {
			t.Run(name+", "+button, func(t *testing.T) {
				b := m.browser(request)
				b.open()
				b.submit("user", "johndoe")
				b.open()
				form := change(b)
				form.Set(button, "johndoe")
				w := b.visit("POST", form.Encode())
				assert.Contains(t, []int{400, 403}, w.Code)
				assert.Empty(t, w.Header().Get("Location"), "nobody is sent anywhere")
				assert.Contains(t, w.Body.String(), "<code>invalid_request</code>")
				assert.Contains(t, w.Body.String(), `href="authorize.php?client_id=demo-client&amp;`, "and can start again")
			})
		}
	}
}

func TestTheSessionIsAnotherOneOnceSomebodySignsIn(t *testing.T) {
	m := newMock(t)
	b := m.browser(request)
	b.open()
	name, planted := b.session()
	b.submit("username", "johndoe", "password", "password")
	_, own := b.session()
	assert.NotEqual(t, planted, own)
	assert.Contains(t, b.open(), "Allow</button>")

	attacker := m.browser(request)
	attacker.cookies[name] = planted
	assert.Contains(t, attacker.open(), `name="username"`, "who planted the session is not signed in")

	b.submit("switch", "x")
	attacker.cookies = map[string]string{name: own}
	assert.Contains(t, attacker.open(), `name="username"`, "what was signed out stays so")
}

func TestTheCookieIsForPagesOfThisServerAlone(t *testing.T) {
	m := newMock(t)
	w := m.browser(request).visit("GET", "")
	cookies := w.Result().Cookies()
	require.Len(t, cookies, 1)
	assert.Regexp(t, `^oauthmock-session-[0-9a-f]{8}$`, cookies[0].Name)
	assert.True(t, cookies[0].HttpOnly)
	assert.Equal(t, http.SameSiteLaxMode, cookies[0].SameSite)
	assert.False(t, cookies[0].Secure)
	assert.Empty(t, cookies[0].Domain)
	other := newMock(t).browser(request).visit("GET", "").Result().Cookies()
	assert.NotEqual(t, cookies[0].Name, other[0].Name, "two mocks on one host")
	w = m.send("GET", "/api/authorize.php?"+request, "", func(r *http.Request) { r.TLS = &tls.ConnectionState{} })
	assert.True(t, w.Result().Cookies()[0].Secure)
}

func TestPagesCanDoNothingButShowTheirStyleAndSendTheirForms(t *testing.T) {
	m := newMock(t)
	style := regexp.MustCompile(`(?s)<style>(.*)</style>`)
	policy := func(redirect string) string {
		w := m.browser("response_type=code&client_id=many&redirect_uri="+url.QueryEscape(redirect)).visit("GET", "")
		require.Equal(t, 200, w.Code)
		hash := sha256.Sum256([]byte(style.FindStringSubmatch(w.Body.String())[1]))
		return strings.ReplaceAll(w.Header().Get("Content-Security-Policy"), base64.StdEncoding.EncodeToString(hash[:]), "HASH")
	}
	for redirect, forms := range map[string]string{
		callback:                    "'self' http://127.0.0.1:9 http://127.0.0.1:* http://localhost:*",
		"http://127.0.0.1:54321/cb": "'self' http://127.0.0.1:54321 http://127.0.0.1:* http://localhost:*",
		"http://localhost/cb":       "'self' http://localhost http://127.0.0.1:* http://localhost:*",
		"https://example.com/callback?tenant=a%20b": "'self' https://example.com",
		"http://[::1]:3000/cb":                      "'self' http:",
		"com.example.app:/cb":                       "'self' com.example.app:",
	} {
		assert.Equal(t, "default-src 'none'; style-src 'sha256-HASH'; form-action "+forms+"; base-uri 'none'; frame-ancestors 'none'", policy(redirect))
	}
	b := m.browser(request)
	for _, query := range []string{request, "client_id=nobody"} {
		b.query = query
		w := b.visit("GET", "")
		assert.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
		assert.Equal(t, "no-referrer", w.Header().Get("Referrer-Policy"))
		assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
		assert.Equal(t, "DENY", w.Header().Get("X-Frame-Options"))
		assert.NotRegexp(t, `<script|\son[a-z]+=|style="|src=|https?://[^1]`, style.ReplaceAllString(w.Body.String(), ""), "nothing is fetched or run")
	}
	b.query = request
	b.open()
	w := b.submit("user", "johndoe")
	assert.Equal(t, "no-referrer", w.Header().Get("Referrer-Policy"), "an address with a code is nobody's referrer")
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
}

func TestWhatStrangersWriteIsShownAsText(t *testing.T) {
	var log bytes.Buffer
	m := newMock(t, mockserver.WithLog(slog.New(slog.NewTextHandler(&log, nil))))
	const evil = `"><script>alert(1)</script>'` + "\r\nSet-Cookie: evil=1\r\n\x1b[31m"
	for _, name := range []string{"client_id", "redirect_uri", "response_type", "state", "code_challenge_method"} {
		query, err := url.ParseQuery(request)
		require.NoError(t, err)
		query.Set(name, evil)
		w := m.browser(query.Encode()).visit("GET", "")
		assert.NotContains(t, w.Body.String(), "<script", name)
		for header, values := range w.Header() {
			for _, value := range values {
				assert.NotRegexp(t, "[\r\n\x1b]", value, header)
			}
		}
		for _, cookie := range w.Result().Cookies() {
			assert.NotEqual(t, "evil", cookie.Name)
		}
	}
	b := m.browser(request)
	b.open()
	b.submit("username", evil, "password", "x")
	assert.NotContains(t, b.open(), "<script")
	m.token(evil, "client_id", evil, "redirect_uri", evil)
	assert.Empty(t, log.String(), "nothing of it is in the log")
}

func TestNoSecretIsInTheJournalOrAnExplanation(t *testing.T) {
	m := newMock(t)
	b := m.browser(request + "&code_challenge=" + verifier)
	b.open()
	secrets := map[string]string{"a form's token": b.csrf(), "the verifier": verifier, "the client's secret": "demo-secret"}
	_, secrets["the first cookie"] = b.session()
	b.submit("username", "jane", "password", "jane's password")
	secrets["a password"] = "jane&#39;s password"
	secrets["the password as sent"] = "jane%27s+password"
	_, secrets["the second cookie"] = b.session()
	b.open()
	secrets["the second form's token"] = b.csrf()
	secrets["the code"] = back(t, b.submit("allow", "x")).Get("code")
	m.token(secrets["the code"], "code_verifier", "wrong-verifier-that-somebody-typed-in-here-by-hand")
	secrets["a wrong verifier"] = "wrong-verifier-that-somebody-typed-in-here-by-hand"
	secrets["the token"] = accessToken(t, m.token(secrets["the code"], "code_verifier", verifier))
	m.userinfo(secrets["the token"])
	m.token(secrets["the code"], "code_verifier", verifier)
	m.token("a-code-that-somebody-made-up", "client_secret", "a-secret-that-somebody-made-up")
	secrets["a made-up code"], secrets["a made-up secret"] = "a-code-that-somebody-made-up", "a-secret-that-somebody-made-up"

	shown := m.admin("GET", "/requests", "") + m.admin("GET", "/requests?format=har", "")
	for id := range 12 {
		if w := m.send("GET", "/__admin/requests/"+string(rune('0'+id%10)), ""); w.Code == 200 {
			shown += w.Body.String()
		}
	}
	for what, secret := range secrets {
		require.NotEmpty(t, secret, what)
		assert.Equal(t, 0, strings.Count(shown, secret), what)
	}
	assert.Contains(t, shown, "[secret ")
	assert.Contains(t, shown, "http://127.0.0.1:9/cb?code=[secret ", "the redirect shows where it leads")
}
