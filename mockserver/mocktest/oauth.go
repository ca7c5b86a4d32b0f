package mocktest

import (
	"net/http"
	"net/url"
)

// OAuthClient is an OAuth 2.0 client of an account: of client credentials, and of the authorization
// code flow. Send its credentials with Mock.Client or Mock.InProcess; the clients of an Account
// send the account's own.
type OAuthClient struct {
	ID           string   `json:"id"`
	Secret       string   `json:"secret"`
	RedirectURIs []string `json:"redirectUris,omitempty"`
	// Disabled clients are refused tokens.
	Disabled bool `json:"disabled,omitempty"`
}

// User is a person who may sign in on the authorization page, at every client of an account.
type User struct {
	Username string `json:"username"`
	Password string `json:"password"`
	Email    string `json:"email,omitempty"`
	FullName string `json:"fullName,omitempty"`
}

// OAuthClients returns the account's OAuth clients, the first registered first. A new account has
// as many as its fixture, with IDs and secrets of its own.
func (a *Account) OAuthClients() []OAuthClient {
	a.tb.Helper()
	var out struct{ Clients []OAuthClient }
	a.mock.must(a.tb, http.MethodGet, a.path(""), nil, &out)
	return out.Clients
}

// Users returns the account's users, the first registered first. A new account has those of its
// fixture.
func (a *Account) Users() []User {
	a.tb.Helper()
	var out struct{ Users []User }
	a.mock.must(a.tb, http.MethodGet, a.path(""), nil, &out)
	return out.Users
}

// AddOAuthClient registers an OAuth client with the account, and returns it. An ID and a secret
// that are empty are drawn. IDs are unique in a mock.
func (a *Account) AddOAuthClient(c OAuthClient) OAuthClient {
	a.tb.Helper()
	var out OAuthClient
	a.mock.must(a.tb, http.MethodPost, a.path("/clients"), c, &out)
	return out
}

// AddUser registers a user with the account.
func (a *Account) AddUser(u User) {
	a.tb.Helper()
	a.mock.must(a.tb, http.MethodPost, a.path("/users"), u, nil)
}

// path is a path of the control API below the account.
func (a *Account) path(below string) string { return "/accounts/" + url.PathEscape(a.ID) + below }

// AutoApprove skips the authorization page in the whole mock: the user of a name consents at once
// or, if the name is empty, the first user of the client's account. A reset brings the page back.
func (m *Mock) AutoApprove(username string) {
	m.tb.Helper()
	m.must(m.tb, http.MethodPut, "/autoapprove", map[string]any{"enabled": true, "user": username}, nil)
}
