//go:build !race

package conformance_test

import (
	"encoding/json"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance/report"
)

// The race detector watches the whole suite, with these surfaces, in
// TestTheHonestMockIsNotAccusedWhenEightAskAtOnce (cmd/oauthconform).

func TestTheWholeSuiteDoesNotAccuseAServerThatDoesWhatThePagesOfTheGrantsSay(t *testing.T) {
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

func TestTheWholeSuiteDoesNotAccuseAServerThatChoosesOtherwiseWhereTheGrantsAreSilent(t *testing.T) {
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

func TestTheWholeSuiteHidesTheSecretsOfTheGrants(t *testing.T) {
	drawn := regexp.MustCompile(`(secret|code|token|cc|session)\.[A-Za-z0-9_-]{16}`)
	for _, control := range []bool{true, false} {
		_, to := newGrants(t, false, control)
		out := ofGrants(t, to, "observe")
		require.Equal(t, report.ExitFailed, out.ExitCode(), "failures have evidence")
		text, err := json.Marshal(out)
		require.NoError(t, err)
		assert.Empty(t, drawn.FindAllString(string(text), -1), "client secrets, codes, tokens and cookies")
		assert.NotContains(t, string(text), "letmein-please", "passwords")
		assert.NotContains(t, string(text), "verifier-of-forty-three", "verifiers")
		assert.Contains(t, string(text), "${CODE_1}")
	}
}

func TestTheWholeSuiteFindsAServerThatKnowsThePagesAloneWantingAtLevelShould(t *testing.T) {
	_, to := newGrants(t, false, true)
	out := ofGrants(t, to, "should")
	var ids []string
	for _, result := range out.Results {
		if result.Verdict == "FAIL" {
			ids = append(ids, result.ID)
		}
	}
	assert.ElementsMatch(t, []string{
		"authcode/authorize/denied", "authcode/authorize/loopback-port", "authcode/authorize/own-query", "authcode/authorize/state", "authcode/authorize/twice",
		"authcode/flow/not-stored", "authcode/pages/another-site",
		"authcode/pkce/downgrade", "authcode/pkce/mistakes", "authcode/pkce/plain", "authcode/pkce/s256", "authcode/pkce/unknown-method", "authcode/pkce/verifier-for-nothing",
		"authcode/token/basic", "authcode/token/once", "authcode/token/other-client", "authcode/token/raced", "authcode/token/redirect-uri", "authcode/token/twice",
		"authcode/userinfo/challenge", "authcode/userinfo/scheme",
		"clientcred/authentication/basic", "clientcred/authentication/basic-encoded", "clientcred/authentication/basic-refused",
		"clientcred/token/not-stored", "clientcred/token/twice",
	}, ids)
}
