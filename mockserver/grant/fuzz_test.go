package grant_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"oauthmock/mockserver/grant"
	"oauthmock/spec/readertest"
)

// FuzzRedirect holds that a redirect URI that is taken leads where the registered one leads,
// whichever way somebody wrote it: to the same host, path and query, and to another port on this
// machine alone.
func FuzzRedirect(f *testing.F) {
	for _, registered := range []string{"http://127.0.0.1:9/cb", "http://[::1]/cb?a=b", "https://example.com/callback", "com.example.app:/cb"} {
		for _, uri := range []string{registered, "http://127.0.0.1:1@evil.example/cb", "http://127.0.0.1:80:90/cb", `http://127.0.0.1\@evil/cb`, "http://127.0.0.1#@evil/cb", "http://[::1]evil/cb?a=b"} {
			f.Add(registered, uri)
		}
	}
	f.Fuzz(func(t *testing.T, registered, uri string) {
		defer readertest.Within(len(registered) + len(uri))()
		_, err := (&grant.Client{RedirectURIs: []string{registered}}).Redirect(uri)
		if err != nil || uri == registered {
			return
		}
		want, wantErr := url.Parse(registered)
		got, gotErr := url.Parse(uri)
		if wantErr != nil || gotErr != nil {
			return // neither of which a browser is sent to: fixtures refuse what cannot be read
		}
		if got.Scheme != "http" || want.Scheme != "http" || got.Hostname() != want.Hostname() || got.User != nil ||
			got.EscapedPath() != want.EscapedPath() || got.RawQuery != want.RawQuery || got.EscapedFragment() != want.EscapedFragment() {
			t.Fatalf("%q is taken for %q", uri, registered)
		}
		if host := got.Hostname(); host != "::1" && !strings.HasPrefix(host, "127.") && !strings.Contains(host, ":") {
			t.Fatalf("%q leads to %q", uri, host)
		}
	})
}

// FuzzChallenge holds that a code is exchanged with the right verifier, and with no other.
func FuzzChallenge(f *testing.F) {
	f.Add("challenge", "S256", "verifier")
	f.Add(s256("verifier"), "S256", "verifier")
	f.Add(s256("verifier")+"=", "", "verifier")
	f.Add("", "", "")
	f.Fuzz(func(t *testing.T, value, method, verifier string) {
		defer readertest.Within(len(value) + len(method) + len(verifier))()
		challenge, err := grant.ParseChallenge(value, method)
		if err != nil {
			return
		}
		g, draw := app(t), drawn()
		code, err := g.IssueCode(draw, grant.CodeRequest{ClientID: "app", Username: "ada", RedirectURI: callback, Challenge: challenge}, noon)
		if err != nil {
			t.Fatal(err)
		}
		right := value
		if method == grant.S256 {
			right = s256(verifier)
		} else if value != "" {
			right = verifier
		}
		want := value == right && (value == "") == (verifier == "")
		_, err = g.Exchange(draw, grant.Exchange{ClientID: "app", Code: code.Value, Verifier: verifier}, noon.Add(time.Second))
		if (err == nil) != want {
			t.Fatalf("%q %q %q: %v", value, method, verifier, err)
		}
	})
}
