package authcode_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver"
)

// TestNoSecretIsShown goes through the whole flow, with mistakes, and looks for passwords, cookies,
// codes, verifiers and tokens in everything that tells of requests, also where no name gives them
// away.
func TestNoSecretIsShown(t *testing.T) {
	var log bytes.Buffer
	m := newMock(t, mockserver.WithLog(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))))
	verifier := "a-verifier-of-nobody-else-with-forty-three-chars"
	b := m.browser(request + "&code_challenge_method=plain&code_challenge=" + verifier) // so that the challenge is the verifier
	b.open()
	secrets := []string{verifier, "jane's password", url.QueryEscape("jane's password"), "n0t-her-password", "demo-secret", "wr0ng-secret"}
	cookie := func() {
		_, value := b.session()
		secrets = append(secrets, value)
	}
	cookie()
	require.Equal(t, 303, b.submit("username", "jane", "password", "n0t-her-password", "signin", "Sign in").Code)
	b.open()
	require.Equal(t, 303, b.submit("username", "jane", "password", "jane's password", "signin", "Sign in").Code)
	cookie()
	b.open()
	code := back(t, b.submit("allow", "Allow")).Get("code")
	require.NotEmpty(t, code)
	m.token(code, "client_secret", "wr0ng-secret", "code_verifier", verifier)
	m.token(code, "code_verifier", verifier+"-changed")
	given := m.token(code, "code_verifier", verifier)
	require.Equal(t, 200, given.Code, given.Body)
	_, rest, _ := strings.Cut(given.Body.String(), `"access_token":"`)
	token, _, _ := strings.Cut(rest, `"`)
	m.userinfo(token)
	again := m.token(code, "code_verifier", verifier)
	assert.Contains(t, m.explained(again), fmt.Sprintf("by request %s; the access token that it gave is therefore revoked", given.Header().Get("X-Mock-Request-Id")))
	m.userinfo(token)
	m.send("GET", "/api/nothing?"+code, "") // where no name gives it away, and it is known all the same
	cookie()
	for _, known := range append(secrets, b.csrf(), token) {
		if !strings.Contains(known, "wr0ng") && !strings.Contains(known, "n0t-her") && known != verifier && !strings.Contains(known, "%") {
			m.send("GET", "/api/nothing/"+url.PathEscape(known)+"?x="+url.QueryEscape(known), known)
		}
	}
	secrets = append(secrets, code, token, b.csrf())

	var all strings.Builder
	for _, path := range []string{"/requests", "/requests?format=har", "/requests?client=demo-client"} {
		all.WriteString(m.admin("GET", path, ""))
	}
	for n := 1; n <= 20; n++ {
		all.WriteString(m.admin("GET", fmt.Sprintf("/requests/%d", n), ""))
	}
	all.WriteString(log.String())
	for _, secret := range secrets {
		if at := strings.Index(all.String(), secret); at >= 0 {
			assert.Fail(t, "a secret is shown", "%q: …%s", secret, all.String()[max(0, at-200):min(all.Len(), at+200)])
		}
	}
}
