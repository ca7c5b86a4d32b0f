package console

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/a-h/templ"
)

// Prefix of the console.
const Prefix = "/__admin/ui"

//go:embed assets
var embedded embed.FS

// Config holds what the console uses.
type Config struct {
	// API is the control API.
	API http.Handler
	// Cookie is the name of the cookie in which it takes its token.
	Cookie string
}

// Console serves the pages. It is safe for concurrent use.
type Console struct {
	Config
	routes func() *http.ServeMux // made for the first request, because few starts are followed by one
}

// page is one page of the console: its path, and how it is rendered.
type page struct {
	path string // below Prefix
	show func(*visit) (templ.Component, error)
}

// New creates the console.
func New(config Config) *Console {
	c := &Console{Config: config}
	c.routes = sync.OnceValue(c.router)
	return c
}

func (c *Console) router() *http.ServeMux {
	mux := http.NewServeMux()
	for _, p := range pages() {
		mux.HandleFunc("GET "+Prefix+p.path, func(w http.ResponseWriter, r *http.Request) { c.serve(w, r, p) })
	}
	mux.HandleFunc("GET "+Prefix+"/{$}", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, Prefix+"/requests", http.StatusFound)
	})
	mux.HandleFunc("GET "+Prefix, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, Prefix+"/requests", http.StatusFound)
	})
	mux.HandleFunc("POST "+Prefix+"/sign-in", c.signIn)
	mux.HandleFunc("POST "+Prefix+"/sign-out", c.signOut)
	mux.HandleFunc("GET "+Prefix+"/assets/{file...}", asset)
	mux.HandleFunc(Prefix+"/", func(w http.ResponseWriter, r *http.Request) {
		v := &visit{Console: c, w: w, r: r}
		v.render(http.StatusNotFound, problemPage(v.frame("Not found", ""), "There is no such page.", r.URL.Path))
	})
	return mux
}

// pages is the table of pages.
func pages() []page {
	return []page{
		{"/requests", showRequests},
		{"/requests/{id}", showRequest},
		{"/requests/{id}/scenario.yaml", scenarioOf},
		{"/accounts", showAccounts},
		{"/accounts/{id}", showAccount},
		{"/clock", showClock},
		{"/faults", showFaults},
		{"/coverage", showCoverage},
		{"/api", showAPI},
		{"/scenarios", showScenarios},
	}
}

// ServeHTTP implements http.Handler, for paths below Prefix.
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.routes().ServeHTTP(w, r) }

// visit is one request for a page.
type visit struct {
	*Console
	w http.ResponseWriter
	r *http.Request
}

func (c *Console) serve(w http.ResponseWriter, r *http.Request, p page) {
	v := &visit{Console: c, w: w, r: r}
	shown, err := p.show(v)
	var refused *refusal
	switch {
	case err == nil && shown == nil: // it has answered by itself
	case err == nil:
		v.render(http.StatusOK, shown)
	case errors.As(err, &refused) && refused.status == http.StatusUnauthorized:
		v.render(http.StatusUnauthorized, signInPage(v.frame("Sign in", ""), r.URL.RequestURI(), ""))
	case errors.As(err, &refused):
		v.render(refused.status, problemPage(v.frame("Refused", ""), "The control API refuses this.", refused.detail))
	default:
		v.render(http.StatusInternalServerError, problemPage(v.frame("Failed", ""), "The page cannot be shown.", err.Error()))
	}
}

// policy lets pages run the console's own script and style, and call the mock.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func (v *visit) render(status int, page templ.Component) {
	header := v.w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", policy)
	harden(header)
	v.w.WriteHeader(status)
	if v.r.Method != http.MethodHead {
		_ = page.Render(context.WithValue(v.r.Context(), hostKey{}, v.r.Host), v.w) // the browser left, and nobody is there to be told
	}
}

func harden(header http.Header) {
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "same-origin")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
}

// frame is what surrounds every page.
type frame struct {
	Title, Section string
	SignedIn       bool
}

func (v *visit) frame(title, section string) frame {
	_, err := v.r.Cookie(v.Cookie)
	return frame{Title: title, Section: section, SignedIn: err == nil}
}

// section is an entry of the navigation.
type section struct{ name, path, icon string }

func sections() []section {
	return []section{
		{"Requests", "/requests", "⇄"}, {"Accounts", "/accounts", "◉"}, {"Clock", "/clock", "◷"}, {"Faults", "/faults", "⚡"},
		{"Coverage", "/coverage", "▦"}, {"API", "/api", "{}"}, {"Scenarios", "/scenarios", "▷"},
	}
}

// signIn keeps a token in a cookie, if the control API takes it.
func (c *Console) signIn(w http.ResponseWriter, r *http.Request) {
	const largest = 16 << 10
	v := &visit{Console: c, w: w, r: r}
	r.Body = http.MaxBytesReader(w, r.Body, largest)
	if err := r.ParseForm(); err != nil || !v.sameOrigin() {
		v.render(http.StatusForbidden, problemPage(v.frame("Refused", ""), "This form was not sent by the console.", "Open the console, and sign in there."))
		return
	}
	to := r.PostForm.Get("to")
	if !strings.HasPrefix(to, Prefix+"/") {
		to = Prefix + "/requests"
	}
	token := r.PostForm.Get("token")
	r.Header.Set("Authorization", "Bearer "+token)
	if err := v.ask("/clock", nil, nil); err != nil {
		v.render(http.StatusUnauthorized, signInPage(v.frame("Sign in", ""), to, "That is not the token."))
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: c.Cookie, Value: token, Path: "/__admin", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil,
	})
	http.Redirect(w, r, to, http.StatusSeeOther)
}

func (c *Console) signOut(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: c.Cookie, Path: "/__admin", HttpOnly: true, SameSite: http.SameSiteStrictMode, MaxAge: -1})
	http.Redirect(w, r, Prefix+"/requests", http.StatusSeeOther)
}

// sameOrigin reports whether a form came from a page of the console.
func (v *visit) sameOrigin() bool {
	u, err := url.Parse(v.r.Header.Get("Origin"))
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, v.r.Host)
}

// asset serves what the pages are made of: style, script, icon.
func asset(w http.ResponseWriter, r *http.Request) {
	files, err := fs.Sub(embedded, "assets")
	if err != nil { // they are part of the program
		panic(err)
	}
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	http.ServeFileFS(w, r, files, r.PathValue("file"))
}
