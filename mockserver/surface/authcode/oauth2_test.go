package authcode_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"oauthmock/mockserver"
	"oauthmock/mockserver/mocktest"
)

// TestAClientOfTheGoProjectIsServed lets golang.org/x/oauth2 do the whole flow, unmodified, in each
// of its ways.
func TestAClientOfTheGoProjectIsServed(t *testing.T) {
	for name, style := range map[string]oauth2.AuthStyle{"by trial": oauth2.AuthStyleAutoDetect, "in the body": oauth2.AuthStyleInParams, "as Basic": oauth2.AuthStyleInHeader} {
		for pkce, options := range map[string][]oauth2.AuthCodeOption{"without PKCE": nil, "with PKCE": {oauth2.S256ChallengeOption(verifier)}} {
			t.Run(name+", "+pkce, func(t *testing.T) {
				mock := mocktest.Start(t, mockserver.WithAutoApprove("johndoe"))
				config := &oauth2.Config{
					ClientID: "demo-client", ClientSecret: "demo-secret", RedirectURL: "http://127.0.0.1:54321/cb", Scopes: []string{"profile"},
					Endpoint: oauth2.Endpoint{AuthURL: mock.URL() + "/api/authorize.php", TokenURL: mock.URL() + "/api/token.php", AuthStyle: style},
				}
				web := mock.Client()
				web.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
				answer, err := web.Get(config.AuthCodeURL("a state & more", options...))
				require.NoError(t, err)
				require.NoError(t, answer.Body.Close())
				to, err := url.Parse(answer.Header.Get("Location"))
				require.NoError(t, err)
				assert.Equal(t, "a state & more", to.Query().Get("state"))

				var with []oauth2.AuthCodeOption
				if options != nil {
					with = append(with, oauth2.VerifierOption(verifier))
				}
				token, err := config.Exchange(t.Context(), to.Query().Get("code"), with...)
				require.NoError(t, err)
				assert.Equal(t, "Bearer", token.TokenType)
				assert.EqualValues(t, 3600, token.ExpiresIn)
				info, err := config.Client(t.Context(), token).Get(mock.URL() + "/api/userinfo.php")
				require.NoError(t, err)
				defer info.Body.Close()
				var user map[string]string
				require.NoError(t, json.NewDecoder(info.Body).Decode(&user))
				assert.Equal(t, map[string]string{"username": "johndoe", "email": "john@example.com", "full_name": "John Doe"}, user)

				_, err = config.Exchange(t.Context(), to.Query().Get("code"), with...)
				var refused *oauth2.RetrieveError
				require.ErrorAs(t, err, &refused, "a code works once")
				assert.Equal(t, "invalid_code", refused.ErrorCode)
			})
		}
	}
}
