package authcode

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/spec/readertest"
)

func TestSessionsAreBounded(t *testing.T) {
	s := newSessions()
	first := s.renew(session{}, session{User: "first"})
	ask := func(id string) (session, bool) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/", http.NoBody)
		require.NoError(t, err)
		r.AddCookie(&http.Cookie{Name: s.cookie, Value: id})
		return s.of(r)
	}
	for range mostSessions - 1 {
		s.renew(session{}, session{User: "x"})
	}
	found, fresh := ask(first.id)
	assert.False(t, fresh)
	assert.Equal(t, "first", found.User)
	s.renew(session{}, session{User: "y"})
	found, _ = ask(first.id)
	assert.Equal(t, "first", found.User, "who was here a moment ago stays")
	for range 3 * mostSessions {
		s.note(session{id: s.draw()}, signInWrong, "nobody")
	}
	assert.Len(t, s.byID, mostSessions)
	assert.Equal(t, mostSessions, s.order.Len())
	found, fresh = ask(first.id)
	assert.False(t, fresh)
	assert.Empty(t, found.User)
}

func TestASessionThatEndedIsNotKeptForWhatWasWrong(t *testing.T) {
	s := newSessions()
	in := s.renew(session{}, session{User: "jane"})
	s.note(in, signInWrong, "x")
	s.note(in, noProblem, "")
	assert.Len(t, s.byID, 1)
	s.renew(in, session{})
	s.note(in, signInWrong, "x")
	assert.Empty(t, s.byID)
}

func TestInitialsStandForAName(t *testing.T) {
	for name, want := range map[string]string{
		"demo-client": "DC", "John Doe": "JD", "john": "J", "Élodie d'Arc": "ÉA", "a b c": "AC", "": "?", "--": "?", "日本 語": "日語", "ß": "SS"[:0] + "ß",
	} {
		assert.Equal(t, strings.ToUpper(want), initials(name), name)
	}
}

// FuzzLocation holds that whatever is asked for, what is sent back can stand in a header, and leads
// where the redirect URI does.
func FuzzLocation(f *testing.F) {
	f.Add("client_id=a&redirect_uri=http://127.0.0.1:9/cb&state=a%20b")
	f.Add("redirect_uri=https%3A%2F%2Fexample.com%2F%3Fa%3Db%23c&state=%0d%0a&state=x&;=&%zz=%")
	readertest.Seed[string](f)
	f.Fuzz(func(t *testing.T, query string) {
		defer readertest.Within(len(query))()
		r := readRequest(query)
		_ = r.trusted()
		_, _ = r.check()
		location := r.location("code", "x y")
		for i := range len(location) {
			if location[i] <= ' ' || location[i] >= 0x7f {
				t.Fatalf("%q", location)
			}
		}
		base, err := url.Parse(r.redirectURI)
		if err != nil || base.Host == "" || r.redirectURI != escapedUnsafe(strings.ReplaceAll(r.redirectURI, "#", "")) {
			return
		}
		to, err := url.Parse(location)
		if err != nil || to.Host != base.Host || to.Path != base.Path || to.Scheme != base.Scheme {
			t.Fatalf("%q leads to %q: %v", r.redirectURI, location, err)
		}
		if strings.ContainsAny(formActions(r.redirectURI), ";,\r\n") {
			t.Fatalf("%q", formActions(r.redirectURI))
		}
	})
}
