package mocktest_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"oauthmock/mockserver"
	"oauthmock/mockserver/mocktest"
	"oauthmock/mockserver/verify"
)

// A library that knows nothing of the mock gets tokens from it.
func ExampleAccount_OAuthClients() {
	t := newT()
	defer t.end()

	mock := mocktest.Start(t, mockserver.WithClientCredentialsShape("both"))
	app := mock.NewAccount(t).OAuthClients()[0]

	config := clientcredentials.Config{ClientID: app.ID, ClientSecret: app.Secret, TokenURL: mock.URL() + "/v1/auth/token"}
	answer, err := config.Client(context.Background()).Get(mock.URL() + "/v1/ping")
	if err != nil {
		t.Fatalf("%v", err)
	}
	defer answer.Body.Close()
	fmt.Println(answer.Status)
	// Output: 200 OK
}

func TestAnAccountHasOAuthClientsAndUsers(t *testing.T) {
	m := mocktest.Start(t)
	a, other := m.NewAccount(t), m.NewAccount(t)
	require.Len(t, a.OAuthClients(), 2)
	assert.NotEqual(t, a.OAuthClients()[0].ID, other.OAuthClients()[0].ID)
	assert.Equal(t, []mocktest.User{{Username: "johndoe", Password: "password", Email: "john@example.com", FullName: "John Doe"}}, a.Users())

	drawn := a.AddOAuthClient(mocktest.OAuthClient{RedirectURIs: []string{"https://example.com/cb"}})
	assert.NotEmpty(t, drawn.Secret)
	assert.Equal(t, drawn, a.OAuthClients()[2])
	a.AddUser(mocktest.User{Username: "ada", Password: "lovelace"})
	assert.Len(t, a.Users(), 2)
	assert.Len(t, other.Users(), 1)
}

func TestAUserConsentsWithoutAPage(t *testing.T) {
	m := mocktest.Start(t)
	m.AutoApprove("ada")
	a := m.NewAccount(t)
	a.AddUser(mocktest.User{Username: "ada", Password: "lovelace", FullName: "Ada Lovelace"})
	app := a.OAuthClients()[0]
	config := oauth2.Config{
		ClientID: app.ID, ClientSecret: app.Secret, RedirectURL: app.RedirectURIs[0],
		Endpoint: oauth2.Endpoint{AuthURL: m.URL() + "/api/authorize.php", TokenURL: m.URL() + "/api/token.php"},
	}
	browser := m.Client()
	browser.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, config.AuthCodeURL("state"), http.NoBody)
	require.NoError(t, err)
	sent, err := browser.Do(r)
	require.NoError(t, err)
	require.NoError(t, sent.Body.Close())
	to, err := sent.Location()
	require.NoError(t, err)
	token, err := config.Exchange(t.Context(), to.Query().Get("code"))
	require.NoError(t, err)
	status, body := get(t, config.Client(t.Context(), token), m.URL()+"/api/userinfo.php")
	assert.Equal(t, 200, status)
	assert.JSONEq(t, `{"username":"ada","email":"","full_name":"Ada Lovelace"}`, body)
	a.Verify(t, verify.Expectation{Match: &verify.Match{Client: app.ID, Operation: "authcode.*"}, Exactly: new(3)})
}
