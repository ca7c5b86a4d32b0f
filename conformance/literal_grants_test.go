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

	"github.com/stretchr/testify/assert"

	"oauthmock/conformance"
	"oauthmock/conformance/report"
	"oauthmock/scenarios"
)

// grants is a second, small implementation of client credentials and of the authorization code flow. As it stands it does what the
// provider's pages say and nothing else: no state, no PKCE, no Basic, codes that can be used again until they expire. With rfc set it does
// what the RFCs say besides; but wherever they and the pages are silent it chooses otherwise than the mock.
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

// credentials reads a client's from a form, and from Basic where the RFCs count. many reports a parameter that comes twice.
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

func (g *grants) codeToken(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	id, secret, basic, many := g.credentials(r)
	if id == "" || secret == "" || r.PostForm.Get("code") == "" || many {
		failure(w, http.StatusBadRequest, "invalid_request", nil)
		return
	}
	c, a := g.find(id)
	if c == nil || c.Secret != secret {
		challenge := map[string]string{}
		if basic || g.rfc {
			challenge["WWW-Authenticate"] = `Basic realm="tokens"`
		}
		failure(w, http.StatusUnauthorized, "invalid_client", challenge)
		return
	}
	if g.full(w, a, c) {
		return
	}
	at := slices.IndexFunc(a.codes, func(code *grantCode) bool { return code.value == r.PostForm.Get("code") })
	if at < 0 || !a.codes[at].expires.After(a.now()) || g.rfc && !a.fits(a.codes[at], c, r.PostForm) {
		failure(w, http.StatusBadRequest, "invalid_code", nil)
		return
	}
	token := &grantToken{value: g.draw("token"), user: a.codes[at].user, client: c, expires: a.now().Add(2 * time.Hour)}
	a.codes[at].used, a.codes[at].gave = true, token
	a.tokens = append(a.tokens, token)
	if g.rfc {
		w.Header().Set("Cache-Control", "no-store")
	}
	answer(w, http.StatusOK, map[string]any{"access_token": token.value, "token_type": "bearer", "expires_in": 7200})
}

// fits does what the RFCs say of a code. A wrong try uses it up.
func (a *grantAccount) fits(code *grantCode, c *grantClient, form url.Values) bool {
	if code.client != c {
		return false
	}
	if code.used {
		a.tokens = slices.DeleteFunc(a.tokens, func(t *grantToken) bool { return t == code.gave })
		return false
	}
	code.used = true
	verifier := form.Get("code_verifier")
	if code.method == "S256" {
		sum := sha256.Sum256([]byte(verifier))
		verifier = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	if code.challenge == "" {
		verifier = form.Get("code_verifier")
	}
	return verifier == code.challenge && (!form.Has("redirect_uri") || form.Get("redirect_uri") == code.redirect)
}

func (g *grants) userinfo(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	scheme, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	challenge := map[string]string{}
	if g.rfc {
		challenge["WWW-Authenticate"] = `Bearer realm="users"`
	}
	if value == "" {
		failure(w, http.StatusBadRequest, "invalid_request", challenge)
		return
	}
	for _, a := range g.accounts {
		for _, token := range a.tokens {
			if token.value != value || scheme != "Bearer" && !(g.rfc && strings.EqualFold(scheme, "bearer")) || !token.expires.After(a.now()) {
				continue
			}
			if g.full(w, a, token.client) {
				return
			}
			i := slices.IndexFunc(a.users, func(u map[string]string) bool { return u["username"] == token.user })
			answer(w, http.StatusOK, map[string]any{"username": token.user, "email": a.users[i]["email"], "full_name": a.users[i]["fullName"]})
			return
		}
	}
	failure(w, http.StatusUnauthorized, "invalid_token", challenge)
}

// mountControl adds the part of the control API that scenarios of the grants use.
func (g *grants) mountControl(mux *http.ServeMux) {
	account := func(r *http.Request) *grantAccount {
		for _, a := range g.accounts {
			if a.id == r.URL.Query().Get("account") || a.id == r.PathValue("id") {
				return a
			}
		}
		return nil
	}
	handle := func(pattern string, serve func(a *grantAccount, r *http.Request) (int, any)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			g.mu.Lock()
			defer g.mu.Unlock()
			status, body := serve(account(r), r)
			answer(w, status, body)
		})
	}
	handle("POST /__admin/accounts", func(_ *grantAccount, _ *http.Request) (int, any) {
		a := g.newAccount()
		return http.StatusCreated, map[string]any{"id": a.id, "email": a.id + "@example.com", "apiKey": g.draw("key"), "environment": "production", "clients": a.clients, "users": a.users}
	})
	handle("DELETE /__admin/accounts/{id}", func(a *grantAccount, _ *http.Request) (int, any) {
		g.accounts = slices.DeleteFunc(g.accounts, func(other *grantAccount) bool { return other == a })
		return http.StatusOK, nil
	})
	handle("POST /__admin/accounts/{id}/clients", func(a *grantAccount, r *http.Request) (int, any) {
		c := &grantClient{ID: g.draw("app"), Secret: g.draw("secret")}
		_ = json.NewDecoder(r.Body).Decode(c)
		a.clients = append(a.clients, c)
		return http.StatusCreated, c
	})
	handle("POST /__admin/accounts/{id}/users", func(a *grantAccount, r *http.Request) (int, any) {
		u := map[string]string{}
		_ = json.NewDecoder(r.Body).Decode(&u)
		a.users = append(a.users, u)
		return http.StatusCreated, u
	})
	handle("GET /__admin/clock", func(a *grantAccount, _ *http.Request) (int, any) {
		if a == nil {
			return http.StatusOK, map[string]any{"now": time.Now()}
		}
		return http.StatusOK, map[string]any{"now": a.now(), "frozen": a.frozen != nil}
	})
	handle("PUT /__admin/clock", func(a *grantAccount, r *http.Request) (int, any) {
		var want struct {
			Now    time.Time
			Frozen bool
		}
		_ = json.NewDecoder(r.Body).Decode(&want)
		a.offset, a.frozen = time.Until(want.Now), nil
		if want.Frozen {
			a.frozen = &want.Now
		}
		return http.StatusOK, map[string]any{}
	})
	handle("POST /__admin/clock/advance", func(a *grantAccount, r *http.Request) (int, any) {
		var want struct{ By string }
		_ = json.NewDecoder(r.Body).Decode(&want)
		by, _ := time.ParseDuration(want.By)
		a.offset += by
		if a.frozen != nil {
			moved := a.frozen.Add(by)
			a.frozen = &moved
		}
		return http.StatusOK, map[string]any{"fired": []any{}}
	})
	handle("PUT /__admin/ratelimit", func(a *grantAccount, r *http.Request) (int, any) {
		var want struct{ Limit int }
		_ = json.NewDecoder(r.Body).Decode(&want)
		a.limit = want.Limit
		return http.StatusOK, map[string]any{}
	})
}

// ofGrants judges a target by the scenarios of both grants.
func ofGrants(t *testing.T, to conformance.Target, level string) report.Report {
	t.Helper()
	return run(t, to, conformance.Options{Files: scenarios.Embedded(), Surfaces: []string{"clientcred", "authcode"}, Level: level})
}

func TestAServerThatDoesWhatThePagesOfTheGrantsSayIsNotAccused(t *testing.T) {
	for name, control := range map[string]bool{"with a control API": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			_, to := newGrants(t, false, control)
			out := ofGrants(t, to, "must")
			assert.Zero(t, out.ExitCode(), "%v", failed(out))
			assert.Empty(t, failed(out))
			assert.Greater(t, out.Summary.Passed, 20)
			assert.Greater(t, out.Summary.Warned, 5, "what the RFCs say besides is missed")
		})
	}
}

func TestAServerThatChoosesOtherwiseWhereTheGrantsAreSilentIsNotAccused(t *testing.T) {
	for name, control := range map[string]bool{"with a control API": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			_, to := newGrants(t, true, control)
			out := ofGrants(t, to, "should")
			assert.Zero(t, out.ExitCode(), "%v", failed(out))
			assert.Empty(t, failed(out))
			observed := 0
			for _, result := range out.Results {
				for _, a := range result.Assertions {
					if a.Level == "OBSERVE" && a.Verdict != report.Pass {
						observed++
					}
				}
			}
			assert.Greater(t, observed, 20, "what it chooses otherwise is told")
			assert.Equal(t, report.ExitFailed, ofGrants(t, to, "observe").ExitCode(), "and held against it where somebody asks for it")
		})
	}
}
