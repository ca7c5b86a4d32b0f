package conformance_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

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
