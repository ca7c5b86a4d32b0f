package authcode

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"net/url"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"oauthmock/mockserver/surface"
)

//go:embed pages
var files embed.FS

// mostUsers is how many users have a button.
const mostUsers = 10

// pages renders what people see. It is safe for concurrent use.
type pages struct {
	login, consent, failure *template.Template
	style                   template.CSS
	styleHash               string // as a Content-Security-Policy names the style
}

// loaded returns the pages. They are read when the first one is shown, which no start waits for.
var loaded = sync.OnceValue(func() *pages {
	style, err := files.ReadFile("pages/style.css")
	if err != nil { // it is part of the program
		panic(err)
	}
	// Browsers hash the style as they read it, and read every line end as one byte.
	style = bytes.ReplaceAll(style, []byte("\r\n"), []byte("\n"))
	hash := sha256.Sum256(style)
	page := func(name string) *template.Template {
		return template.Must(template.ParseFS(files, "pages/layout.html", "pages/"+name+".html"))
	}
	return &pages{
		login: page("login"), consent: page("consent"), failure: page("error"),
		style: template.CSS(style), styleHash: "'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'",
	}
})

// loginPage is where users sign in.
type loginPage struct {
	Style   template.CSS
	CSRF    string
	Account string
	Client  string
	// Users that a click signs in; More are those for whom there was no room.
	Users []person
	More  int
	// Username that was typed, and what was wrong with the last attempt.
	Username string
	Problem  problem
}

// ClientInitials stand in place of the client's picture.
func (p loginPage) ClientInitials() string { return initials(p.Client) }

// problem is what was wrong with an attempt to sign in.
type problem string

const (
	noProblem       problem = ""
	usernameMissing problem = "Enter your username."
	passwordMissing problem = "Enter your password."
	signInWrong     problem = "The username or the password is wrong."
	userGone        problem = "That user is no longer there. Choose another one."
)

// UsernameWrong reports whether the username must be corrected.
func (p loginPage) UsernameWrong() bool {
	return p.Problem == usernameMissing || p.Problem == signInWrong
}

// PasswordWrong reports whether the password must be typed again.
func (p loginPage) PasswordWrong() bool {
	return p.Problem == passwordMissing || p.Problem == signInWrong
}

// FocusUsername reports whether the username is what to type first, rather than the password.
func (p loginPage) FocusUsername() bool { return p.Username == "" }

// consentPage is where a user who signed in decides.
type consentPage struct {
	Style  template.CSS
	CSRF   string
	Client string
	User   person
	// ReturnTo is the origin that the browser goes to next.
	ReturnTo string
}

// ClientInitials stand in place of the client's picture.
func (p consentPage) ClientInitials() string { return initials(p.Client) }

// failurePage tells a person why there is no page to sign in on.
type failurePage struct {
	Style                        template.CSS
	Title, Message, Code, Detail string
	Status                       int
	// Request is the number by which the journal knows the request.
	Request uint64
	// Again is where the person may start again; "" where that would not help.
	Again string
}

// person is a user as pages show one.
type person struct{ Username, Email, FullName string }

// Name is what the person is called.
func (p person) Name() string {
	if p.FullName == "" {
		return p.Username
	}
	return p.FullName
}

// Initials stand in place of a picture.
func (p person) Initials() string { return initials(p.Name()) }

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

// answer renders a page. To is the address that its forms may lead to in the end; "" is none.
func (p *pages) answer(status int, page *template.Template, view any, to string) surface.Answer {
	header := append(hardened(),
		surface.Field{Name: "Content-Security-Policy", Value: p.policy(to)},
		surface.Field{Name: "X-Frame-Options", Value: "DENY"},
		surface.Field{Name: "Vary", Value: "Accept, Cookie"})
	return surface.Answer{Status: status, ContentType: "text/html; charset=utf-8", Header: header, Body: rendered{page, view}}
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

// policy is what a page may do: nothing but show its style, and send its forms. Chromium holds a
// form to it at every redirect that follows, and so the client's origin is named; and for a client
// on this machine every other port of it, since there the server that gets the code often leads on
// to one that shows the application.
func (p *pages) policy(to string) string {
	return "default-src 'none'; style-src " + p.styleHash + "; form-action 'self'" + formActions(to) + "; base-uri 'none'; frame-ancestors 'none'"
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
type rendered struct {
	page *template.Template
	view any
}

// Append implements surface.Body.
func (r rendered) Append(b []byte) ([]byte, error) {
	buffer := bytes.NewBuffer(b)
	err := r.page.ExecuteTemplate(buffer, "page", r.view)
	return buffer.Bytes(), err
}
