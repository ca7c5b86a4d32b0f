package explain_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/explain"
	"oauthmock/mockserver/surface"
	"oauthmock/mockserver/surface/v2"
)

// directory knows one account, with a token.
type directory struct{}

func (directory) Find(s account.Secret) (account.Identity, bool) {
	known := map[account.Secret]bool{
		account.Credentials("dev@example.com", "key"): true, {Kind: account.APIKey, Value: "key"}: true,
		{Kind: account.AccessToken, Value: "token"}: true, {Kind: account.RefreshToken, Value: "refresh"}: true,
	}
	if !known[s] {
		return account.Identity{}, false
	}
	return account.Identity{ID: "demo", Environment: account.Production}, true
}

func (directory) Ended(string) (account.ID, account.Ending, bool) { return "", account.Ending{}, false }

func (directory) Retired(secret string) bool { return secret == "retired" }

func (directory) EmailKnown(email string) bool { return email == "dev@example.com" }

func explainer() *explain.Explainer {
	api := v2.New(nil, v2.Both, v2.Full)
	return &explain.Explainer{Directory: directory{}, Surfaces: surface.Descriptions{&api.Description}}
}

func basic(email, key string) http.Header {
	return http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(email+":"+key))}}
}

func TestWhyNobodyWasKnown(t *testing.T) {
	for name, c := range map[string]struct {
		header        http.Header
		reason        account.Reason
		offered, says string
	}{
		"nothing was offered":                 {http.Header{}, "credentials-invalid", "none", "no Authorization header"},
		"two were offered":                    {http.Header{"Authorization": {"Basic a", "Basic b"}}, "credentials-invalid", "unreadable", "2 Authorization headers"},
		"no Base64":                           {http.Header{"Authorization": {"Basic !"}}, "credentials-invalid", "unreadable", "neither Basic"},
		"an unknown e-mail":                   {basic("x@example.com", "nobody's"), "credentials-invalid", "basic", "neither the e-mail nor the API key"},
		"a wrong key":                         {basic("dev@example.com", "nobody's"), "credentials-invalid", "basic", "the e-mail is known, but the API key is nobody's"},
		"another's key":                       {basic("x@example.com", "key"), "credentials-invalid", "basic", "the API key is that of account demo, but the e-mail is not"},
		"the right pair on the wrong host":    {basic("dev@example.com", "key"), "credentials-invalid", "basic", "takes the other environment only"},
		"an empty key":                        {basic("x@example.com", ""), "credentials-invalid", "basic", "is empty"},
		"a token where Basic is asked":        {http.Header{"Authorization": {"Bearer token"}}, "credentials-invalid", "bearer", "takes e-mail and API key"},
		"a Bearer that was somebody's once":   {http.Header{"Authorization": {"Bearer retired"}}, "refresh-token-invalid", "bearer", "it was issued, and is nobody's any more"},
		"an API key that was somebody's once": {basic("dev@example.com", "retired"), "credentials-invalid", "basic", "the API key is nobody's any more"},
		"nobody's Bearer":                     {http.Header{"Authorization": {"Bearer x"}}, "refresh-token-invalid", "bearer", "nobody's token"},
	} {
		t.Run(name, func(t *testing.T) {
			got := explainer().Explain(&exchange.Exchange{
				Surface: "v2", Operation: "wallet.get", Reason: string(c.reason), Code: "140", Grade: "assumed",
				Request: exchange.Request{Method: "GET", URI: "/wallet", Host: "test.oauth.openapi.com", Header: c.header}, Response: exchange.Response{Status: 401},
			})
			assert.Equal(t, c.offered, got.Authentication.Offered)
			assert.False(t, got.Authentication.Accepted)
			assert.Contains(t, got.Authentication.Why, c.says)
			assert.Contains(t, strings.Join(got.Words, " "), c.says)
			assert.Equal(t, explain.Answer{Status: 401, Code: "140", Grade: "assumed", Row: got.Answer.Row}, got.Answer)
		})
	}
}

func TestWhoWasKnown(t *testing.T) {
	for name, c := range map[string]struct {
		header   http.Header
		auth     string
		reason   account.Reason
		accepted bool
		says     string
	}{
		"by Basic":                        {basic("dev@example.com", "key"), "basic", "", true, "those of account demo"},
		"by the refresh token":            {http.Header{"Authorization": {"Bearer refresh"}}, "refresh", "", true, "is a refresh token of account demo"},
		"by the token":                    {http.Header{"Authorization": {"Bearer token"}}, "token", "", true, "is a token of account demo"},
		"by a token that is not this one": {http.Header{"Authorization": {"Bearer token"}}, "token", "refresh-token-invalid", false, "neither this token nor its refresh token"},
	} {
		t.Run(name, func(t *testing.T) {
			got := explainer().Explain(&exchange.Exchange{
				Surface: "v2", Operation: "token.update", Account: "demo", Auth: c.auth, Reason: string(c.reason),
				Request: exchange.Request{Method: "PATCH", URI: "/tokens/x", Header: c.header}, Response: exchange.Response{Status: 200},
			})
			assert.Equal(t, c.accepted, got.Authentication.Accepted)
			assert.Contains(t, got.Authentication.Why, c.says)
		})
	}
}

func TestWhatCameNear(t *testing.T) {
	for name, c := range map[string]struct {
		method, uri string
		want        []string
	}{
		"the path with another method": {"DELETE", "/wallet", []string{"wallet.get: the method is DELETE"}},
		"a slash too many":             {"GET", "/wallet/", []string{"wallet.get: the path ends in a slash"}},
		"v1's spelling":                {"GET", "/token?x=1", []string{"token.list: the path is /token"}},
		"a prefix too many":            {"GET", "/v2/wallet", []string{"wallet.get: the path is /v2/wallet"}},
		"a letter too many":            {"GET", "/wallett", []string{"wallet.get: the path is /wallett"}},
		"letters in another order":     {"POST", "/tokesn", []string{"token.create: the path is /tokesn"}},
		"another word":                 {"GET", "/nothing", nil},
		"nothing":                      {"GET", "/a/b/c/d/e/f/g", nil},
	} {
		t.Run(name, func(t *testing.T) {
			path, _, _ := strings.Cut(c.uri, "?")
			got := explainer().Explain(&exchange.Exchange{
				Surface: "v2", Path: path, Reason: "path-unknown", Request: exchange.Request{Method: c.method, URI: c.uri}, Response: exchange.Response{Status: 404},
			})
			assert.Nil(t, got.Matched)
			require.GreaterOrEqual(t, len(got.Near), len(c.want))
			for i, want := range c.want {
				assert.Equal(t, want, got.Near[i].Operation+": "+got.Near[i].Off)
			}
			if c.want == nil {
				assert.Empty(t, got.Near)
			}
		})
	}
}

func TestCredentialsOfAnUnknownPathAreNotCalledRefused(t *testing.T) {
	got := explainer().Explain(&exchange.Exchange{
		Surface: "v2", Path: "/wallett", Reason: "path-unknown", Response: exchange.Response{Status: 404},
		Request: exchange.Request{Method: "GET", URI: "/wallett", Header: basic("dev@example.com", "key")},
	})
	assert.Equal(t, "basic", got.Authentication.Offered)
	assert.Contains(t, got.Authentication.Why, "nobody looked")
	assert.NotContains(t, strings.Join(got.Words, " "), "refused: the")
}

func TestQuotaRuleAndViolations(t *testing.T) {
	e := &exchange.Exchange{
		Surface: "v2", Operation: "token.create", Account: "demo", Auth: "basic", Reason: "scopes-not-enabled", Detail: "\"GET:a/b\" is unknown", Code: "90",
		Grade: "documented", Source: "POST /tokens 422 invalid_scopes", Quota: account.QuotaState{Enabled: true, Limit: 10, Remaining: 4, Reset: 42 * time.Second},
		Request:  exchange.Request{Method: "POST", URI: "/tokens", Header: basic("dev@example.com", "key"), Body: []byte(`{"scopes":["GET:a/b"],"tll":1}`)},
		Response: exchange.Response{Status: 422},
	}
	got := explainer().Explain(e)
	assert.Equal(t, &explain.Quota{Limit: 10, Before: 5, After: 4, ResetMs: 42_000}, got.Quota)
	assert.Equal(t, &explain.Rule{Reason: "scopes-not-enabled", Detail: "\"GET:a/b\" is unknown"}, got.Rule)
	assert.Equal(t, explain.Answer{Status: 422, Code: "90", Grade: "documented", Row: "docs/behaviour.md#refusals", Source: "POST /tokens 422 invalid_scopes"}, got.Answer)
	locations := []string{got.Violations[0].Location, got.Violations[1].Location}
	assert.Equal(t, []string{"header.Content-Type", "body.tll"}, locations)
	words := strings.Join(got.Words, " ")
	for _, part := range []string{"POST /tokens is the operation token.create", "5 were left before this one, 4 are left after", "42s", "scopes-not-enabled (\"GET:a/b\" is unknown)", "422 with error 90", "documented", "body.tll"} {
		assert.Contains(t, words, part)
	}

	e.Reason, e.Quota.Remaining = "rate-limited", 0
	got = explainer().Explain(e)
	assert.Equal(t, &explain.Quota{Limit: 10, Before: 0, After: 0, ResetMs: 42_000}, got.Quota)
	assert.Equal(t, "limit", got.Answer.Grade)
}

func TestHowAnOAuthClientWasKnown(t *testing.T) {
	api := surface.Description{Name: "grants", Auth: []string{surface.ClientSecretPost, surface.ClientSecretBasic, "token"}}
	x := &explain.Explainer{Directory: directory{}, Surfaces: surface.Descriptions{&api}}
	for name, c := range map[string]struct {
		auth, client, account string
		reason                account.Reason
		offered, says         string
		accepted              bool
	}{
		"with its secret":            {"client_secret_basic", "app", "demo", "", "client_secret_basic", "the client app of account demo, which authenticated with its secret, as HTTP Basic", true},
		"and then refused":           {"client_secret_post", "app", "demo", account.CodeInvalid, "client_secret_post", "authenticated with its secret, in the body", true},
		"with a wrong secret":        {"client_secret_post", "app", "demo", account.ClientInvalid, "client_secret_post", "the client app of account demo by its client_id, in the body (client_secret_post), and was refused", false},
		"but disabled":               {"client_secret_post", "app", "demo", account.ClientDisabled, "client_secret_post", "and was refused", false},
		"not at all":                 {"client_secret_basic", "", "", account.ClientInvalid, "client_secret_basic", "The client credentials, as HTTP Basic (client_secret_basic), were refused", false},
		"by a token":                 {"token", "app", "demo", "", "bearer", "an access token of the client app of account demo", true},
		"not by a token":             {"token", "", "", account.AccessTokenInvalid, "bearer", "was refused", false},
		"by its client_id alone":     {"client_id", "app", "demo", "", "client_id", "nothing proves that it is that client's", true},
		"of a request that is wrong": {"none", "", "", surface.RequestInvalid, "none", "No credentials were taken", false},
	} {
		t.Run(name, func(t *testing.T) {
			got := x.Explain(&exchange.Exchange{
				Surface: "grants", Operation: "grants.token", Auth: c.auth, Client: c.client, Account: account.ID(c.account), Reason: string(c.reason), Note: "And a note.",
				Quota: account.QuotaState{Enabled: true, Limit: 5}, Response: exchange.Response{Status: 400},
			})
			assert.Equal(t, explain.Authentication{Offered: c.offered, Accepted: c.accepted, Why: got.Authentication.Why}, got.Authentication)
			assert.Contains(t, got.Authentication.Why, c.says)
			assert.Equal(t, c.client, got.Client)
			words := strings.Join(got.Words, " ")
			assert.Contains(t, words, "And a note.")
			assert.Contains(t, words, map[bool]string{true: "The client's window", false: "The account's window"}[c.client != ""])
		})
	}
}
