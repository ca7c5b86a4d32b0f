package authcode

import (
	"container/list"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"sync"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/surface"
)

// mostSessions bounds how many browsers can be signed in at once. Beyond it, the one that signed in
// longest ago must sign in again.
const mostSessions = 1000

// sessions are the signed-in browsers. They live as long as the server, and are safe for concurrent
// use.
//
// A cookie holds the ID of a session, which changes whenever a user signs in or out: an ID that was
// planted or seen is worth nothing afterwards. IDs are signed, and any other is ignored. A browser
// in which no user is signed in has an ID too, to which its forms are bound, but takes no memory.
type sessions struct {
	cookie string
	key    []byte

	mu    sync.Mutex
	byID  map[string]*list.Element // of *session
	order *list.List               // most recently used first
}

// session is a browser.
type session struct {
	id string
	// Who is the account of the user that is signed in, and User the username; empty if nobody is.
	Who  account.Identity
	User string
	// Problem of the last attempt to sign in, and the Username that was typed.
	Problem  problem
	Username string
}

const (
	// cookiePrefix is the prefix of the cookie's name. An ID of the running server follows:
	// browsers share cookies between all ports of a host, and two mocks must not sign out one
	// another's users.
	cookiePrefix = "oauthmock-session-"

	idBytes = 16
	// signature is how much of an HMAC-SHA-256 is used, in bytes.
	signature = 16
)

func newSessions() *sessions {
	random := make([]byte, 4+sha256.Size)
	_, _ = rand.Read(random) // never fails, says its documentation
	return &sessions{
		cookie: cookiePrefix + hex.EncodeToString(random[:4]), key: random[4:],
		byID: map[string]*list.Element{}, order: list.New(),
	}
}

// of returns the session of a request; fresh reports whether the browser does not know it yet.
func (s *sessions) of(r *http.Request) (found session, fresh bool) {
	for _, cookie := range r.CookiesNamed(s.cookie) {
		if !s.gave(cookie.Value) {
			continue
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if at, ok := s.byID[cookie.Value]; ok {
			s.order.MoveToFront(at)
			return *at.Value.(*session), false
		}
		return session{id: cookie.Value}, false
	}
	return session{id: s.draw()}, true
}

// renew gives the browser of a session a new one.
func (s *sessions) renew(old session, next session) session {
	next.id = s.draw()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(old.id)
	if next.User != "" {
		s.put(next)
	}
	return next
}

// note keeps what was wrong with an attempt to sign in, and the username that was typed, for the
// page that follows; noProblem forgets it again.
func (s *sessions) note(of session, wrong problem, username string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := session{id: of.id}
	if at, ok := s.byID[of.id]; ok {
		one = *at.Value.(*session)
	} else if of.User != "" || wrong == noProblem {
		return // it ended in the meantime, or there is nothing to forget
	}
	if one.Problem, one.Username = wrong, username; one.User == "" && wrong == noProblem {
		s.forget(one.id)
		return
	}
	s.put(one)
}

// put keeps a session. The caller holds the lock.
func (s *sessions) put(one session) {
	s.forget(one.id)
	s.byID[one.id] = s.order.PushFront(&one)
	for s.order.Len() > mostSessions {
		s.forget(s.order.Back().Value.(*session).id)
	}
}

// forget removes a session. The caller holds the lock.
func (s *sessions) forget(id string) {
	if at, ok := s.byID[id]; ok {
		s.order.Remove(at)
		delete(s.byID, id)
	}
}

// draw creates an ID: random bytes and their signature.
func (s *sessions) draw() string {
	random := make([]byte, idBytes)
	_, _ = rand.Read(random)
	id := hex.EncodeToString(random)
	return id + s.sign("session", id)
}

// secret reports whether a word is the ID of a session, or what its forms carry.
func (s *sessions) secret(word string) bool {
	const half = 2 * signature
	return s.gave(word) || len(word) == 2*half && hmac.Equal([]byte(s.sign("given", word[:half])), []byte(word[half:]))
}

// gave reports whether an ID is one that the server gave.
func (s *sessions) gave(id string) bool {
	const length = 2 * idBytes
	return len(id) == length+2*signature && hmac.Equal([]byte(s.sign("session", id[:length])), []byte(id[length:]))
}

// csrf is the token that the forms of a session carry. It is signed, so that it is known wherever
// it stands.
func (s *sessions) csrf(of session) string {
	token := s.sign("form", of.id)
	return token + s.sign("given", token)
}

// mine reports whether a token is that of a session's forms.
func (s *sessions) mine(of session, token string) bool {
	return hmac.Equal([]byte(s.csrf(of)), []byte(token))
}

func (s *sessions) sign(purpose, text string) string {
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte(purpose + ":" + text)) // never fails, says package hash
	return hex.EncodeToString(mac.Sum(nil)[:signature])
}

// set returns the header that gives a browser its session. Scripts cannot read the cookie, and
// forms of other sites are sent without it. It has no path, so it applies to the folder of the
// page, wherever a proxy puts that.
func (s *sessions) set(of session, r *http.Request) surface.Field {
	cookie := http.Cookie{Name: s.cookie, Value: of.id, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: r.TLS != nil}
	return surface.Field{Name: "Set-Cookie", Value: cookie.String()}
}
