package clientcred_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"oauthmock/mockserver"
)

// TestGolangsClientGetsAToken uses golang.org/x/oauth2 as it is, with each of its ways to
// authenticate. It reads the members at the root only, and so needs them there.
func TestGolangsClientGetsAToken(t *testing.T) {
	for name, style := range map[string]oauth2.AuthStyle{"on its own": oauth2.AuthStyleAutoDetect, "in the body": oauth2.AuthStyleInParams, "as Basic": oauth2.AuthStyleInHeader} {
		t.Run(name, func(t *testing.T) {
			m := newMock(t, mockserver.WithClientCredentialsShape("both"))
			m.control("POST /__admin/accounts/demo/clients", `{"id":"odd+id","secret":"a:b%20 c+ü"}`)
			server := httptest.NewServer(m.handler)
			defer server.Close()
			for id, secret := range map[string]string{"demo-client": "demo-secret", "odd+id": "a:b%20 c+ü"} {
				config := clientcredentials.Config{ClientID: id, ClientSecret: secret, TokenURL: server.URL + "/v1/auth/token", AuthStyle: style}
				answer, err := config.Client(t.Context()).Get(server.URL + "/v1/ping")
				require.NoError(t, err)
				require.NoError(t, answer.Body.Close())
				assert.Equal(t, http.StatusOK, answer.StatusCode)
			}
			_, err := (&clientcredentials.Config{ClientID: "demo-client", ClientSecret: "wrong", TokenURL: server.URL + "/v1/auth/token", AuthStyle: style}).Token(t.Context())
			var refused *oauth2.RetrieveError
			require.ErrorAs(t, err, &refused)
			assert.Equal(t, http.StatusUnauthorized, refused.Response.StatusCode)
		})
	}
}

func TestGolangsClientCannotReadTheDocumentedShape(t *testing.T) {
	server := httptest.NewServer(newMock(t).handler)
	defer server.Close()
	_, err := (&clientcredentials.Config{ClientID: "demo-client", ClientSecret: "demo-secret", TokenURL: server.URL + "/v1/auth/token"}).Token(t.Context())
	assert.ErrorContains(t, err, "missing access_token", "which is why --client-credentials-shape is there")
}
