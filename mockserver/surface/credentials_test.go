package surface_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"oauthmock/mockserver/surface"
	"oauthmock/spec/readertest"
)

func TestBasicIsReadRaw(t *testing.T) {
	for name, c := range map[string]struct {
		header, user, password string
		ok                     bool
	}{
		"as curl sends it":             {"Basic " + encode("a@example.com:key"), "a@example.com", "key", true},
		"a plus stays a plus":          {"Basic " + encode("a+b@example.com:k+y"), "a+b@example.com", "k+y", true},
		"a colon in the key":           {"Basic " + encode("a:k:y"), "a", "k:y", true},
		"without padding":              {"Basic " + strings.TrimRight(encode("a:bc"), "="), "a", "bc", true},
		"the scheme in any case":       {"bASIC " + encode("a:b"), "a", "b", true},
		"with blanks around":           {"  Basic   " + encode("a:b") + " ", "a", "b", true},
		"nobody, with nothing":         {"Basic " + encode(":"), "", "", true},
		"no colon":                     {"Basic " + encode("ab"), "", "", false},
		"no Base64":                    {"Basic !!!", "", "", false},
		"the scheme alone":             {"Basic", "", "", false},
		"another scheme":               {"Bearer " + encode("a:b"), "", "", false},
		"a scheme that begins with it": {"Basics " + encode("a:b"), "", "", false},
		"nothing":                      {"", "", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			user, password, ok := surface.Basic(c.header)
			assert.Equal(t, c.ok, ok)
			if c.ok {
				assert.Equal(t, []string{c.user, c.password}, []string{user, password})
			}
		})
	}
}

func encode(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// FuzzBasic holds that what was encoded is what is read, and that nothing panics.
func FuzzBasic(f *testing.F) {
	f.Add("Basic YTpi", "a", "b")
	f.Add("Basic", "", "\x00")
	f.Add("basic \xff====", "a+b@example.com", "ü:")
	f.Fuzz(func(t *testing.T, header, user, password string) {
		defer readertest.Within(len(header) + len(user) + len(password))()
		surface.Basic(header)
		surface.Bearer(header)
		user = strings.ReplaceAll(user, ":", "")
		gotUser, gotPassword, ok := surface.Basic("Basic " + encode(user+":"+password))
		if !ok || gotUser != user || gotPassword != password {
			t.Fatalf("%q %q %v", gotUser, gotPassword, ok)
		}
	})
}

func TestAHostIsReadWithoutPortAndCase(t *testing.T) {
	for host, want := range map[string]string{
		"OAuth.OpenAPI.com": "oauth.openapi.com", "oauth.openapi.com:80": "oauth.openapi.com", "oauth.openapi.com.": "oauth.openapi.com",
		"[::1]:8080": "::1", "[::1]": "::1", "::1": "::1", "127.0.0.1:1": "127.0.0.1", "a:": "a", ":1": "", "": "", ":::": ":::", "a:b": "a:b",
	} {
		assert.Equal(t, want, surface.HostName(host), host)
	}
}
