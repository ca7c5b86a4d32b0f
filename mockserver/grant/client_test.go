package grant_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/grant"
)

func TestAClientIsKnownByItsSecret(t *testing.T) {
	g := app(t)
	for name, c := range map[string]struct {
		id, secret string
		reason     grant.Reason
		detail     string
	}{
		"its secret":                         {"app", "app-secret", "", ""},
		"another secret":                     {"app", "app-secreT", grant.ClientInvalid, "not that of the client app"},
		"no secret":                          {"app", "", grant.ClientInvalid, "not that of"},
		"the secret of another client":       {"app", "off-secret", grant.ClientInvalid, "not that of"},
		"nobody":                             {"nobody", "app-secret", grant.ClientInvalid, "no client has"},
		"nobody, with nothing":               {"", "", grant.ClientInvalid, "no client has"},
		"a disabled client":                  {"off", "off-secret", grant.ClientDisabled, "off is disabled"},
		"a disabled client, another secret":  {"off", "x", grant.ClientInvalid, "not that of"},
		"the beginning of the secret":        {"app", "app-secre", grant.ClientInvalid, "not that of"},
		"the secret with something after it": {"app", "app-secret\x00", grant.ClientInvalid, "not that of"},
	} {
		t.Run(name, func(t *testing.T) {
			client, err := g.AuthenticateClient(c.id, c.secret)
			if c.reason != "" {
				refused(t, err, c.reason, c.detail)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.id, client.ID)
		})
	}
}

func TestARedirectURIMustBeRegistered(t *testing.T) {
	client := &grant.Client{ID: "app", RedirectURIs: []string{
		callback, "https://example.com/with?its=own", "http://127.0.0.1:9/cb", "http://[::1]/cb?a=b", "http://localhost:9/cb", "https://127.0.0.1:9/tls",
	}}
	for uri, want := range map[string]string{ // "" is the same, "port" another port, else what the refusal says
		callback:                             "",
		"https://example.com/with?its=own":   "",
		"http://127.0.0.1:9/cb":              "",
		"http://127.0.0.1:54321/cb":          "port",
		"http://127.0.0.1/cb":                "port",
		"http://[::1]:1/cb?a=b":              "port",
		"":                                   "no redirect_uri",
		"https://example.com/callback/":      "not one that",
		"https://example.com/callback?x=1":   "not one that",
		"https://example.com/Callback":       "not one that",
		"https://example.com:444/callback":   "not one that",
		"http://example.com/callback":        "not one that",
		"https://evil.example/callback":      "not one that",
		"https://example.com/with":           "not one that",
		"http://127.0.0.1:1/other":           "not one that",
		"http://127.0.0.1:1/cb?more=1":       "not one that",
		"http://127.0.0.1:1/cb#f":            "not one that",
		"http://127.0.0.2:9/cb":              "not one that",
		"http://[::1]:9/cb":                  "not one that",
		"http://localhost:10/cb":             "not one that",
		"https://127.0.0.1:10/tls":           "not one that",
		"http://127.0.0.1:9@evil/cb":         "not one that",
		"http://127.0.0.1:9\\@evil/cb":       "not one that",
		"http://127.0.0.1:port/cb":           "not one that",
		"HTTP://127.0.0.1:9/cb":              "not one that",
		"javascript:alert(1)":                "not one that",
		"http://127.0.0.1.evil.example:9/cb": "not one that",
	} {
		t.Run(uri, func(t *testing.T) {
			note, err := client.Redirect(uri)
			switch want {
			case "":
				require.NoError(t, err)
				assert.Empty(t, note)
			case "port":
				require.NoError(t, err)
				assert.Contains(t, note, "another port")
			default:
				refused(t, err, grant.RedirectInvalid, want)
			}
		})
	}
	_, err := (&grant.Client{}).Redirect(callback)
	refused(t, err, grant.RedirectInvalid, "the client has no redirect URI")
}

func TestClientsAndUsersAreRegisteredOnce(t *testing.T) {
	g := app(t)
	assert.ErrorIs(t, g.AddClient(grant.Client{ID: "app"}), grant.ErrTaken)
	assert.ErrorIs(t, g.AddUser(grant.User{Username: "ada"}), grant.ErrTaken)
	assert.False(t, g.RemoveClient("nobody"))
	assert.False(t, g.RemoveUser("nobody"))
	assert.Len(t, g.Clients(), 2)
	assert.Len(t, g.Users(), 2)
}

func TestAnAccountHasSoManyClientsAndUsers(t *testing.T) {
	g := &grant.Grants{}
	for i := range grant.MaxClients {
		require.NoError(t, g.AddClient(grant.Client{ID: fmt.Sprint(i)}))
	}
	for i := range grant.MaxUsers {
		require.NoError(t, g.AddUser(grant.User{Username: fmt.Sprint(i)}))
	}
	assert.ErrorIs(t, g.AddClient(grant.Client{ID: "more"}), grant.ErrFull)
	assert.ErrorIs(t, g.AddUser(grant.User{Username: "more"}), grant.ErrFull)
}

func TestAUserIsKnownByThePassword(t *testing.T) {
	g := app(t)
	u, err := g.AuthenticateUser("ada", "lovelace")
	require.NoError(t, err)
	assert.Equal(t, "Ada Lovelace", u.FullName)
	_, err = g.AuthenticateUser("ada", "builder")
	refused(t, err, grant.UserInvalid, "not that of ada")
	_, err = g.AuthenticateUser("eve", "")
	refused(t, err, grant.UserInvalid, "no user")
}
