package conformance_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"oauthmock/conformance"
)

// grants is a second, small implementation of client credentials and of the authorization code
// flow. As it stands it does what the provider's pages say and nothing else: no state, no PKCE, no
// Basic, codes that can be used again until they expire. With rfc set it does what the RFCs say
// besides; but wherever they and the pages are silent it chooses otherwise than the mock.
type grants struct {
	rfc bool

	mu       sync.Mutex
	accounts []*grantAccount
	issued   int
	signedIn map[string]string // user by session
}

type grantAccount struct {
	id      string
	offset  time.Duration
	frozen  *time.Time
	limit   int
	used    map[string]int
	clients []*grantClient
	users   []map[string]string
	codes   []*grantCode
	tokens  []*grantToken
}

type grantClient struct {
	ID           string   `json:"id"`
	Secret       string   `json:"secret"`
	RedirectURIs []string `json:"redirectUris"`
	Disabled     bool     `json:"disabled"`
}

type grantCode struct {
	value, user, redirect, challenge, method string
	client                                   *grantClient
	expires                                  time.Time
	used                                     bool
	gave                                     *grantToken
}

type grantToken struct {
	value, user string
	client      *grantClient
	expires     time.Time
}

// newGrants serves both grants, and a control API where control is set.
func newGrants(t *testing.T, rfc, control bool) (*grants, conformance.Target) {
	t.Helper()
	g := &grants{rfc: rfc, signedIn: map[string]string{}}
	a := g.newAccount()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/auth/token", g.clientToken)
	mux.HandleFunc("/v1/", func(w http.ResponseWriter, _ *http.Request) { // the page calls the member a json-string
		answer(w, http.StatusNotFound, map[string]any{"error": "Resource or endpoint not found."})
	})
	mux.HandleFunc("GET /api/authorize.php", g.authorize)
	mux.HandleFunc("/signin", g.signIn)
	mux.HandleFunc("/approve", g.approve)
	mux.HandleFunc("POST /api/token.php", g.codeToken)
	mux.HandleFunc("GET /api/userinfo.php", g.userinfo)
	mux.HandleFunc("/api/", func(w http.ResponseWriter, _ *http.Request) { failure(w, http.StatusNotFound, "nothing_here", nil) })
	if control {
		g.mountControl(mux)
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	to := conformance.Target{BaseURL: server.URL, Surface: "clientcred", Addresses: map[string]string{"authcode": server.URL}}
	if control {
		to.AdminURL = server.URL + "/__admin"
		return g, to
	}
	c, u := a.clients[0], a.users[0]
	to.ClientID, to.ClientSecret, to.RedirectURI, to.Username, to.Password = c.ID, c.Secret, c.RedirectURIs[0], u["username"], u["password"]
	return g, to
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// failure is one of the authorization code flow.
func failure(w http.ResponseWriter, status int, word string, header map[string]string) {
	for name, value := range header {
		w.Header().Set(name, value)
	}
	answer(w, status, map[string]any{"error": word, "error_description": "Sorry: " + strings.ReplaceAll(word, "_", " ")})
}

func (g *grants) draw(what string) string {
	g.issued++
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", what, g.issued))
	return what + "." + base64.RawURLEncoding.EncodeToString(sum[:12])
}

func (g *grants) newAccount() *grantAccount {
	a := &grantAccount{id: g.draw("account"), used: map[string]int{}}
	a.clients = []*grantClient{{ID: g.draw("app"), Secret: g.draw("secret"), RedirectURIs: []string{"https://app.example/back"}}}
	a.users = []map[string]string{{"username": "someone", "password": "letmein-please", "email": "someone@example.com", "fullName": "Some One"}}
	g.accounts = append(g.accounts, a)
	return a
}

func (a *grantAccount) now() time.Time {
	if a.frozen != nil {
		return *a.frozen
	}
	return time.Now().Add(a.offset)
}

// find returns a client and its account, nil for nobody.
func (g *grants) find(id string) (*grantClient, *grantAccount) {
	for _, a := range g.accounts {
		for _, c := range a.clients {
			if c.ID == id {
				return c, a
			}
		}
	}
	return nil, nil
}

// credentials reads a client's from a form, and from Basic where the RFCs count. many reports a
// parameter that comes twice.
func (g *grants) credentials(r *http.Request) (id, secret string, basic, many bool) {
	_ = r.ParseForm()
	form := r.PostForm
	for _, values := range form {
		many = many || g.rfc && len(values) > 1
	}
	id, secret = form.Get("client_id"), form.Get("client_secret")
	if name, password, ok := r.BasicAuth(); ok && g.rfc {
		id, _ = url.QueryUnescape(name)
		secret, _ = url.QueryUnescape(password)
		basic = true
	}
	return id, secret, basic, many
}

// full reports whether a client's window is full, and answers so.
func (g *grants) full(w http.ResponseWriter, a *grantAccount, c *grantClient) bool {
	if a.limit == 0 {
		return false
	}
	if a.used[c.ID]++; a.used[c.ID] <= a.limit {
		return false
	}
	failure(w, http.StatusTooManyRequests, "slow_down", map[string]string{"X-Rate-Limit": fmt.Sprint(a.limit), "Retry-After": "3600"})
	return true
}

func (g *grants) clientToken(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	nested := func(status int, code, word, message string) {
		answer(w, status, map[string]any{"error": map[string]any{"code": code, "code_reason": word, "message": message}})
	}
	id, secret, basic, many := g.credentials(r)
	if id == "" || secret == "" || many {
		nested(http.StatusBadRequest, "400013", "invalid_request", "Missing or invalid parameters")
		return
	}
	c, a := g.find(id)
	switch {
	case c == nil || c.Secret != secret: // as the table has it, at the root
		if basic || g.rfc {
			w.Header().Set("WWW-Authenticate", `Basic realm="tokens"`)
		}
		answer(w, http.StatusUnauthorized, map[string]any{"code": "401021", "code_reason": "invalid_client", "message": "Invalid client_id, client_secret, or session_key"})
	case c.Disabled:
		answer(w, http.StatusForbidden, map[string]any{"error": "Access forbidden for this resource."})
	case g.full(w, a, c):
	default:
		if g.rfc {
			w.Header().Set("Cache-Control", "private, no-store")
		}
		answer(w, http.StatusOK, map[string]any{"data": map[string]any{"access_token": g.draw("cc"), "token_type": "bearer", "expires_in": 7200}})
	}
}

func (g *grants) authorize(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	q := r.URL.Query()
	id, redirect := q.Get("client_id"), q.Get("redirect_uri")
	c, a := g.find(id)
	switch {
	case id == "" || redirect == "":
		failure(w, http.StatusBadRequest, "invalid_request", nil)
		return
	case g.rfc && (len(q["client_id"]) > 1 || len(q["redirect_uri"]) > 1):
		failure(w, http.StatusBadRequest, "invalid_request", nil)
		return
	case c == nil:
		if g.rfc {
			failure(w, http.StatusBadRequest, "invalid_request", nil)
			return
		}
		failure(w, http.StatusUnauthorized, "invalid_client", nil)
		return
	case !slices.ContainsFunc(c.RedirectURIs, func(uri string) bool { return uri == redirect || g.rfc && sameLoopback(uri, redirect) }):
		failure(w, http.StatusBadRequest, "invalid_request", nil)
		return
	case g.full(w, a, c):
		return
	}
	wrong := ""
	switch method := q.Get("code_challenge_method"); {
	case q.Get("response_type") != "code" && q.Has("response_type") && g.rfc:
		wrong = "unsupported_response_type"
	case q.Get("response_type") != "code":
		wrong = "invalid_request"
	case g.rfc && len(q["state"]) > 1, g.rfc && method != "" && method != "S256" && method != "plain":
		wrong = "invalid_request"
	}
	switch {
	case wrong != "" && g.rfc:
		g.sendBack(w, r, q, url.Values{"error": {wrong}})
	case wrong != "":
		failure(w, http.StatusBadRequest, wrong, nil)
	default:
		http.Redirect(w, r, "/signin?"+r.URL.RawQuery, http.StatusFound)
	}
}

func sameLoopback(registered, asked string) bool {
	want, err := url.Parse(registered)
	got, err2 := url.Parse(asked)
	if err != nil || err2 != nil || got.Scheme != "http" || want.Scheme != "http" || got.User != nil {
		return false
	}
	address, err := netip.ParseAddr(got.Hostname())
	return err == nil && address.IsLoopback() && got.Hostname() == want.Hostname() && got.Path == want.Path && got.RawQuery == want.RawQuery && got.Fragment == ""
}

// sendBack sends the browser to the client.
func (g *grants) sendBack(w http.ResponseWriter, _ *http.Request, asked, with url.Values) {
	to := asked.Get("redirect_uri")
	if g.rfc && asked.Has("state") {
		with.Set("state", asked.Get("state"))
	}
	between := "?"
	if strings.Contains(to, "?") {
		between = "&"
	}
	w.Header().Set("Location", to+between+with.Encode())
	w.WriteHeader(http.StatusFound)
}

// form is a page with one form. With the RFCs login and consent are one page.
var form = template.Must(template.New("").Parse(`<!doctype html><title>Hello</title><p>{{.Told}}</p><form method="post" action="{{.Action}}">
{{if .Login}}<input name="username"><input name="password" type="password">{{end}}<input type="hidden" name="anti" value="{{.Anti}}">
{{range .Buttons}}<input type="submit" name="decision" value="{{.}}">{{end}}</form>`))

type formPage struct {
	Told, Action, Anti string
	Login              bool
	Buttons            []string
}

func (g *grants) session(w http.ResponseWriter, r *http.Request) string {
	if cookie, err := r.Cookie("sid"); err == nil {
		return cookie.Value
	}
	id := g.draw("session")
	http.SetCookie(w, &http.Cookie{Name: "sid", Value: id, Path: "/", HttpOnly: true})
	return id
}

// signIn shows the login, and takes it.
func (g *grants) signIn(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	session := g.session(w, r)
	_, a := g.find(r.URL.Query().Get("client_id"))
	if a == nil {
		failure(w, http.StatusBadRequest, "invalid_request", nil)
		return
	}
	page := formPage{Action: "/signin?" + r.URL.RawQuery, Anti: session, Login: true, Buttons: []string{"Continue"}}
	user := g.signedIn[session]
	if r.Method == http.MethodPost {
		_ = r.ParseForm()
		known := slices.ContainsFunc(a.users, func(u map[string]string) bool {
			return u["username"] == r.PostForm.Get("username") && u["password"] == r.PostForm.Get("password")
		})
		switch {
		case g.rfc && r.PostForm.Get("anti") != session:
			failure(w, http.StatusBadRequest, "invalid_request", nil)
			return
		case known:
			user = r.PostForm.Get("username")
			g.signedIn[session] = user
		default:
			page.Told, user = "No.", ""
		}
	}
	if user != "" {
		http.Redirect(w, r, "/approve?"+r.URL.RawQuery, http.StatusFound)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = form.Execute(w, page)
}

// approve asks the user, and sends the browser to the client.
func (g *grants) approve(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	session, q := g.session(w, r), r.URL.Query()
	c, a := g.find(q.Get("client_id"))
	if a == nil || g.signedIn[session] == "" {
		failure(w, http.StatusForbidden, "not_signed_in", nil)
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = form.Execute(w, formPage{Action: "/approve?" + r.URL.RawQuery, Anti: session, Buttons: []string{"Cancel", "Approve"}})
		return
	}
	_ = r.ParseForm()
	switch {
	case g.rfc && r.PostForm.Get("anti") != session:
		failure(w, http.StatusBadRequest, "invalid_request", nil)
	case r.PostForm.Get("decision") != "Approve":
		g.sendBack(w, r, q, url.Values{"error": {"access_denied"}})
	default:
		code := &grantCode{value: g.draw("code"), user: g.signedIn[session], client: c, redirect: q.Get("redirect_uri"),
			challenge: q.Get("code_challenge"), method: q.Get("code_challenge_method"), expires: a.now().Add(5 * time.Minute)}
		a.codes = append(a.codes, code)
		g.sendBack(w, r, q, url.Values{"code": {code.value}})
	}
}
