package authcode

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"net/url"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"

	"oauthmock/mockserver/surface"
)

//go:embed style.css
var styleSheet string

// mostUsers is how many users have a button.
const mostUsers = 10

// style is the style of the pages.
type style struct {
	element string // in the page
	hash    string // as a Content-Security-Policy names it
}

// loadStyle returns the style, which is hashed for the first page.
var loadStyle = sync.OnceValue(func() style {
	// Browsers hash the style as they read it, and read every line end as one byte.
	text := strings.ReplaceAll(styleSheet, "\r\n", "\n")
	hash := sha256.Sum256([]byte(text))
	return style{element: "<style>" + text + "</style>", hash: "'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'"}
})

// loginPage is where users sign in.
type loginPage struct {
	CSRF    string
	Account string
	Client  string
	// Users that a click signs in; More counts those that did not fit.
	Users []person
	More  int
	// Username that was typed, and what was wrong with the last attempt.
	Username string
	Problem  problem
}

// problem is what was wrong with an attempt to sign in.
type problem string

const (
	noProblem       problem = ""
	usernameMissing problem = "Enter your username."
	passwordMissing problem = "Enter your password."
	signInWrong     problem = "The username or the password is wrong."
	userGone        problem = "That user is no longer there. Choose another one."
)

func (p loginPage) title() string {
	if p.Problem != noProblem {
		return "Error: Sign in"
	}
	return "Sign in"
}

// width has room for the buttons of users beside the form.
func (p loginPage) width() string {
	if len(p.Users) > 0 {
		return "wide"
	}
	return "narrow"
}

// usernameWrong reports whether the username must be corrected.
func (p loginPage) usernameWrong() bool {
	return p.Problem == usernameMissing || p.Problem == signInWrong
}

// passwordWrong reports whether the password must be typed again.
func (p loginPage) passwordWrong() bool {
	return p.Problem == passwordMissing || p.Problem == signInWrong
}

// consentPage is where a user who signed in decides.
type consentPage struct {
	CSRF   string
	Client string
	User   person
	// ReturnTo is the origin that the browser goes to next.
	ReturnTo string
}

// failurePage explains to a person why there is no page to sign in on.
type failurePage struct {
	Title, Message, Code, Detail string
	Status                       int
	// Request is the number by which the journal knows the request.
	Request uint64
	// Again is where the person may start again; "" where that would not help.
	Again string
}

// person is a user as pages show one.
type person struct{ Username, Email, FullName string }

// name returns the person's name.
func (p person) name() string {
	if p.FullName == "" {
		return p.Username
	}
	return p.FullName
}

// initials replaces a picture.
func (p person) initials() string { return initials(p.name()) }

func orNone(text string) string { return cmp.Or(text, "none") }

// initials are the first letters of the first and the last word of a name.
func initials(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(words) == 0 {
		return "?"
	}
	letters := first(words[0])
	if len(words) > 1 {
		letters += first(words[len(words)-1])
	}
	return strings.ToUpper(letters)
}

func first(word string) string {
	_, n := utf8.DecodeRuneInString(word)
	return word[:n]
}

// shownPage returns a page as an answer. to is the address that its forms may finally lead to; ""
// means none.
func shownPage(status int, page templ.Component, to string) surface.Answer {
	header := append(hardened(),
		surface.Field{Name: "Content-Security-Policy", Value: policy(to)},
		surface.Field{Name: "X-Frame-Options", Value: "DENY"},
		surface.Field{Name: "Vary", Value: "Accept, Cookie"})
	return surface.Answer{Status: status, ContentType: "text/html; charset=utf-8", Header: header, Body: rendered{page}}
}

// hardened are the headers of every answer to a browser: an address of the flow holds what others
// must not learn.
func hardened() []surface.Field {
	return []surface.Field{
		{Name: "Cache-Control", Value: "no-store"},
		{Name: "Pragma", Value: "no-cache"},
		{Name: "Referrer-Policy", Value: "no-referrer"},
		{Name: "X-Content-Type-Options", Value: "nosniff"},
	}
}

// policy lets a page only show its style and submit its forms. Chromium applies form-action to
// every redirect that follows, so the client's origin is included; and for a client on this machine
// all its other ports, since there the server that gets the code often redirects to one that shows
// the application.
func policy(to string) string {
	return "default-src 'none'; style-src " + loadStyle().hash + "; form-action 'self'" + formActions(to) + "; base-uri 'none'; frame-ancestors 'none'"
}

// formActions is how a policy names where an address leads: by its scheme alone where the grammar
// of policies has no name for the host, as with IPv6 and with the schemes of apps.
func formActions(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme == "" {
		return ""
	}
	plain := u.Host != "" && strings.Trim(u.Host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:") == "" && strings.Count(u.Host, ":") <= 1
	if u.Scheme != "http" && u.Scheme != "https" || !plain {
		return " " + u.Scheme + ":"
	}
	origin := " " + u.Scheme + "://" + u.Host
	if name := surface.HostName(u.Host); name == "127.0.0.1" || name == "localhost" {
		origin += " http://127.0.0.1:* http://localhost:*"
	}
	return origin
}

// rendered is a page as a body.
type rendered struct{ page templ.Component }

// Append implements surface.Body.
func (r rendered) Append(b []byte) ([]byte, error) {
	buffer := bytes.NewBuffer(b)
	err := r.page.Render(context.Background(), buffer)
	return buffer.Bytes(), err
}
