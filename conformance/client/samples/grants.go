package samples

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// grantToken is what the client credentials answer, under data or beside it.
type grantToken struct {
	AccessToken string `json:"access_token"`
}

func clientCredentials(w *worker) (any, error) {
	var access, id string
	done := 0
	for range w.given.Calls {
		if access == "" || w.broken("token-for-each-call") {
			var got struct {
				Data *grantToken `json:"data"`
				grantToken
			}
			form := url.Values{"client_id": {w.getenv("OAUTH_CLIENT_ID")}, "client_secret": {w.getenv("OAUTH_CLIENT_SECRET")}}
			if err := w.read(asked{method: http.MethodPost, url: w.base + "/v1/auth/token", body: form, anonymous: true}, &got); err != nil {
				return nil, err
			}
			if got.Data != nil && got.AccessToken != "" && w.broken("takes-flat-for-wrong") {
				return nil, errors.New("the token is there twice")
			}
			if access = got.AccessToken; got.Data != nil {
				access = got.Data.AccessToken
			}
		}
		var pong struct {
			Data struct {
				ClientID string `json:"client_id"`
			} `json:"data"`
		}
		if err := w.read(asked{method: http.MethodGet, url: w.base + "/v1/ping", bearer: access}, &pong); err != nil {
			return nil, err
		}
		id = pong.Data.ClientID
		done++
	}
	return map[string]any{"clientId": id, "calls": done}, nil
}

func signIn(w *worker) (any, error) {
	redirect := w.getenv("OAUTH_REDIRECT_URI")
	if w.broken("another-redirect") {
		_, _ = w.authorize("https://elsewhere.example.com/callback", rand.Text(), rand.Text())
	}
	if w.broken("another-port") {
		redirect = strings.Replace(redirect, "127.0.0.1:9/", "127.0.0.1:10/", 1)
	}
	state, verifier := rand.Text(), rand.Text()+rand.Text()
	if w.broken("short-state") {
		state = "xyz"
	}
	if w.broken("same-state") {
		_, _ = w.authorize(redirect, state, verifier)
	}
	back, err := w.authorize(redirect, state, verifier)
	if err != nil {
		return nil, err
	}
	if why := back.Get("error"); why != "" {
		return nil, errors.New(why)
	}
	if back.Get("state") != state && !w.broken("ignores-state") {
		return nil, errors.New("the state is not the one that was sent")
	}
	if w.broken("wrong-verifier") {
		_, _ = w.exchange(back.Get("code"), redirect, verifier+"x")
	}
	access, err := w.exchange(back.Get("code"), redirect, verifier)
	if err != nil {
		return nil, err
	}
	var who struct {
		Username string `json:"username"`
	}
	err = w.read(asked{method: http.MethodGet, url: w.base + "/api/userinfo.php", bearer: access}, &who)
	if w.broken("code-twice") {
		_, _ = w.exchange(back.Get("code"), redirect, verifier)
	}
	return map[string]any{"username": who.Username}, err
}

// authorize returns what the browser is sent back with.
func (w *worker) authorize(redirect, state, verifier string) (url.Values, error) {
	digest := sha256.Sum256([]byte(verifier))
	query := url.Values{
		"client_id": {w.getenv("OAUTH_CLIENT_ID")}, "redirect_uri": {redirect}, "response_type": {"code"}, "state": {state},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(digest[:])}, "code_challenge_method": {"S256"},
	}
	if w.broken("plain-challenge") {
		query["code_challenge"], query["code_challenge_method"] = []string{verifier}, []string{"plain"}
	}
	got, err := w.ask(asked{method: http.MethodGet, url: w.base + "/api/authorize.php?" + query.Encode(), anonymous: true})
	if err != nil {
		return nil, err
	}
	to, err := url.Parse(got.header.Get("Location"))
	if err != nil || got.status != http.StatusFound && got.status != http.StatusSeeOther {
		return nil, got.decode(&json.RawMessage{})
	}
	return to.Query(), nil
}

func (w *worker) exchange(code, redirect, verifier string) (string, error) {
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirect}, "code_verifier": {verifier},
		"client_id": {w.getenv("OAUTH_CLIENT_ID")}, "client_secret": {w.getenv("OAUTH_CLIENT_SECRET")},
	}
	var got grantToken
	err := w.read(asked{method: http.MethodPost, url: w.base + "/api/token.php", body: form, anonymous: true}, &got)
	return got.AccessToken, err
}
