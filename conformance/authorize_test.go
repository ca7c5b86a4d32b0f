package conformance_test

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance"
	"oauthmock/scenarios"
)

func TestWithoutCredentialsScenariosOfTheGrantsAreSkippedAndSayWhatWouldHelp(t *testing.T) {
	_, to := newGrants(t, true, false)
	to.Username, to.Password, to.RedirectURI = "", "", ""
	out := ofGrants(t, to, "should")
	got := verdicts(out)
	assert.Equal(t, "PASS", got["clientcred/token/shape"])
	assert.Equal(t, "PASS", got["authcode/userinfo/challenge"], "it needs nobody")
	assert.Equal(t, "SKIP: needs credentials; give --redirect-uri, --password, --username", got["authcode/flow/whole"])
	assert.Contains(t, got["authcode/rate-limit/refused"], "SKIP: needs a control API")

	to.ClientID, to.ClientSecret = "", ""
	_, err := conformance.Run(t.Context(), to, conformance.Options{Files: scenarios.Embedded(), Surfaces: []string{"clientcred"}})
	require.NoError(t, err, "no account is needed where none is called for")
}

func TestTheClientsOwnAddressIsNeverAsked(t *testing.T) {
	g, to := newGrants(t, true, false)
	own := to.BaseURL + "/api/nothing" // on the target's host, where the suite would be allowed to follow
	g.accounts[0].clients[0].RedirectURIs, to.RedirectURI = []string{own}, own
	out := run(t, to, conformance.Options{Files: scenarios.Embedded(), IDs: []string{"authcode/flow/whole", "authcode/authorize/denied"}})
	assert.Empty(t, failed(out))
	for _, result := range out.Results {
		for _, step := range result.Steps {
			assert.NotContains(t, strings.Split(step.URL, "?")[0], "/api/nothing")
		}
	}
	assert.Equal(t, 2, out.Summary.Passed)
}

const browserCommand = "OAUTHCONFORM_TEST_BROWSER"

// TestTheCommand is the command of the test below it: it goes through the pages of a literal
// server.
func TestTheCommand(t *testing.T) {
	how := os.Getenv(browserCommand)
	if how == "" {
		t.Skip("it is run by another test")
	}
	address := os.Args[len(os.Args)-1]
	end := os.Exit //nolint:forbidigo // a command, and no test: what go test would print must not follow
	switch how {
	case "fails":
		end(3)
	case "says nothing":
		end(0)
	}
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	client := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, form := range []url.Values{nil, {"username": {"someone"}, "password": {"letmein-please"}}, {"decision": {"Approve"}}} {
		ask := func() (*http.Response, error) { return client.Get(address) }
		if form != nil {
			ask = func() (*http.Response, error) { return client.PostForm(address, form) }
		}
		answer, err := ask()
		require.NoError(t, err)
		answer.Body.Close()
		to, err := answer.Location()
		require.NoError(t, err)
		address = to.String()
	}
	fmt.Println("signing in\nallowing\n" + address)
	end(0)
}

func TestACommandPassesThePagesInPlaceOfTheSuite(t *testing.T) {
	_, to := newGrants(t, false, false)
	to.Username, to.Password = "", ""
	to.AuthorizeCommand = []string{os.Args[0], "-test.run=^TestTheCommand$"}
	of := func(t *testing.T, how string) map[string]string {
		t.Setenv(browserCommand, how)
		return verdicts(run(t, to, conformance.Options{Files: scenarios.Embedded(), IDs: []string{"authcode/flow/whole", "authcode/authorize/denied", "authcode/authorize/wrong-password"}, Level: "must"}))
	}
	t.Run("it allows", func(t *testing.T) {
		got := of(t, "works")
		assert.Equal(t, "PASS", got["authcode/flow/whole"])
		assert.Contains(t, got["authcode/authorize/denied"], "SKIP")
		assert.Contains(t, got["authcode/authorize/wrong-password"], "SKIP")
	})
	t.Run("it fails", func(t *testing.T) {
		got := of(t, "fails")["authcode/flow/whole"]
		assert.True(t, strings.HasPrefix(got, "ERROR") && strings.Contains(got, "exit status 3"), got)
	})
	t.Run("it prints no address", func(t *testing.T) {
		got := of(t, "says nothing")["authcode/flow/whole"]
		assert.True(t, strings.HasPrefix(got, "ERROR") && strings.Contains(got, "its last line is not an address"), got)
	})
}
