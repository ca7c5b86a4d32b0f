package grant_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/grant"
)

// granted is a code of the client app for ada.
func granted(t testing.TB, g *grant.Grants, draw grant.Draw, challenge grant.Challenge) grant.Code {
	t.Helper()
	c, err := g.IssueCode(draw, grant.CodeRequest{ClientID: "app", Username: "ada", RedirectURI: callback, Challenge: challenge}, noon)
	require.NoError(t, err)
	return c
}

func TestACodeIsExchangedOnce(t *testing.T) {
	g, draw := app(t), drawn()
	code := granted(t, g, draw, grant.Challenge{})
	x := grant.Exchange{ClientID: "app", Code: code.Value, Request: "7"}
	token, err := g.Exchange(draw, x, noon.Add(time.Second))
	require.NoError(t, err)
	assert.Equal(t, grant.Token{
		Value: token.Value, ClientID: "app", Username: "ada", IssuedAt: noon.Add(time.Second), ExpiresAt: noon.Add(3601 * time.Second),
	}, token)
	_, err = g.Use(token.Value, false, noon.Add(2*time.Second))
	require.NoError(t, err)

	_, err = g.Exchange(draw, x, noon.Add(3*time.Second))
	refused(t, err, grant.CodeInvalid, "this code was used at 2026-02-12T12:00:01Z, by request 7; the access token that it gave is therefore revoked")
	_, err = g.Use(token.Value, false, noon.Add(3*time.Second))
	refused(t, err, grant.TokenInvalid, "revoked")
	_, err = g.Exchange(draw, x, noon.Add(4*time.Second))
	refused(t, err, grant.CodeInvalid, "was revoked when it was used a second time")
}

func TestAUsedCodeThatComesAgainLateStillRevokes(t *testing.T) {
	g, draw := app(t), drawn()
	code := granted(t, g, draw, grant.Challenge{})
	x := grant.Exchange{ClientID: "app", Code: code.Value}
	token, err := g.Exchange(draw, x, noon.Add(59*time.Second))
	require.NoError(t, err)
	late := noon.Add(59 * time.Second).Add(grant.TokenLifetime - time.Second)
	assert.Empty(t, settle(g, late), "a used code does not expire")
	_, err = g.Exchange(draw, x, late)
	refused(t, err, grant.CodeInvalid, "therefore revoked")
	_, err = g.Use(token.Value, false, late)
	refused(t, err, grant.TokenInvalid, "")
}

func TestARefusedExchangeLeavesTheCode(t *testing.T) {
	verifier := strings.Repeat("v", 43)
	for name, c := range map[string]struct {
		change func(*grant.Exchange)
		at     time.Duration
		detail string
	}{
		"an unknown code":        {func(x *grant.Exchange) { x.Code = "x" }, 0, "no such code"},
		"no code":                {func(x *grant.Exchange) { x.Code = "" }, 0, "no such code"},
		"another client":         {func(x *grant.Exchange) { x.ClientID = "off" }, 0, "given to the client app, not to off"},
		"another redirect URI":   {func(x *grant.Exchange) { x.RedirectURI = callback + "/" }, 0, "not the one that the code was sent to"},
		"another verifier":       {func(x *grant.Exchange) { x.Verifier = strings.Repeat("w", 43) }, 0, "another flow's verifier"},
		"no verifier":            {func(x *grant.Exchange) { x.Verifier = "" }, 0, "no code_verifier"},
		"in its last second":     {func(x *grant.Exchange) {}, 59 * time.Second, ""},
		"when it has expired":    {func(x *grant.Exchange) {}, 60 * time.Second, "expired at 2026-02-12T12:01:00Z, 60 seconds after"},
		"with the redirect URI":  {func(x *grant.Exchange) { x.RedirectURI = callback }, 0, ""},
		"without a redirect URI": {func(x *grant.Exchange) { x.RedirectURI = "" }, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			g, draw := app(t), drawn()
			code := granted(t, g, draw, grant.Challenge{Value: s256(verifier), Method: grant.S256})
			right := grant.Exchange{ClientID: "app", Code: code.Value, Verifier: verifier}
			x := right
			c.change(&x)
			for range 3 { // a wrong try frees nothing either
				_, err := g.Exchange(draw, x, noon.Add(c.at))
				if c.detail == "" {
					require.NoError(t, err)
					return
				}
				refused(t, err, grant.CodeInvalid, c.detail)
			}
			_, err := g.Exchange(draw, right, noon)
			require.NoError(t, err, "the code still works")
		})
	}
}

func TestAnExpiredCodeStaysExpired(t *testing.T) {
	g, draw := app(t), drawn()
	code := granted(t, g, draw, grant.Challenge{})
	assert.Equal(t, []grant.Event{{At: noon.Add(time.Minute), What: "code.expired", ID: code.Value}}, settle(g, noon.Add(time.Minute)))
	assert.Empty(t, settle(g, noon.Add(time.Hour)), "and is told of once")
	_, err := g.Exchange(draw, grant.Exchange{ClientID: "app", Code: code.Value}, noon)
	refused(t, err, grant.CodeInvalid, "expired at")
	settle(g, noon.Add(2*time.Hour))
	_, err = g.Exchange(draw, grant.Exchange{ClientID: "app", Code: code.Value}, noon.Add(2*time.Hour))
	refused(t, err, grant.CodeInvalid, "no such code")
	assert.Empty(t, g.Codes())
}

func TestACodeIsGivenToWhoIsRegistered(t *testing.T) {
	right := grant.CodeRequest{ClientID: "app", Username: "ada", RedirectURI: callback}
	for name, c := range map[string]struct {
		change func(*grant.CodeRequest)
		reason grant.Reason
	}{
		"a client that was removed":   {func(r *grant.CodeRequest) { r.ClientID = "gone" }, grant.ClientInvalid},
		"a disabled client":           {func(r *grant.CodeRequest) { r.ClientID = "off" }, grant.ClientDisabled},
		"a user who was removed":      {func(r *grant.CodeRequest) { r.Username = "gone" }, grant.UserInvalid},
		"a redirect URI of strangers": {func(r *grant.CodeRequest) { r.RedirectURI = "https://evil.example" }, grant.RedirectInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			g, r := app(t), right
			c.change(&r)
			_, err := g.IssueCode(drawn(), r, noon)
			refused(t, err, c.reason, "")
			assert.Empty(t, g.Codes())
		})
	}
}

func TestTheUsualMistakesWithPKCEAreNamed(t *testing.T) {
	verifier := strings.Repeat("verifier", 6) + "~"
	sum := sha256.Sum256([]byte(verifier))
	digits := hex.EncodeToString(sum[:])
	for name, c := range map[string]struct {
		challenge, method string
		verifier          string
		detail            string
	}{
		"S256":                          {s256(verifier), "S256", verifier, ""},
		"plain":                         {verifier, "plain", verifier, ""},
		"plain, not named":              {verifier, "", verifier, ""},
		"the padding left on":           {base64.URLEncoding.EncodeToString(sum[:]), "S256", verifier, "padding (=) left on"},
		"padded, in the other alphabet": {base64.StdEncoding.EncodeToString(sum[:]), "S256", verifier, "padding (=) left on"},
		"the other alphabet":            {base64.RawStdEncoding.EncodeToString(sum[:]), "S256", verifier, "Base64 with + and /"},
		"hexadecimal digits":            {digits, "S256", verifier, "hexadecimal digits"},
		"upper case digits":             {strings.ToUpper(digits), "S256", verifier, "hexadecimal digits"},
		"Base64 of the digits":          {base64.RawURLEncoding.EncodeToString([]byte(digits)), "S256", verifier, "Base64 of the hash's hexadecimal digits"},
		"plain sent for S256":           {verifier, "S256", verifier, "the method plain has it"},
		"the challenge for a verifier":  {s256(verifier), "S256", s256(verifier), "the method plain has it"},
		"S256 sent without its name":    {s256(verifier), "", verifier, "had no code_challenge_method"},
		"S256 sent for plain":           {s256(verifier), "plain", verifier, "the code_challenge_method was plain"},
		"a short verifier":              {s256(verifier), "S256", "short", "5 characters"},
		"another verifier":              {s256(verifier), "S256", verifier + "x", "another flow's"},
		"a verifier for no challenge":   {"", "", verifier, "without a code_challenge"},
		"no verifier for a challenge":   {s256(verifier), "S256", "", "no code_verifier"},
		"neither":                       {"", "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			challenge, err := grant.ParseChallenge(c.challenge, c.method)
			require.NoError(t, err)
			g, draw := app(t), drawn()
			code := granted(t, g, draw, challenge)
			_, err = g.Exchange(draw, grant.Exchange{ClientID: "app", Code: code.Value, Verifier: c.verifier}, noon)
			if c.detail == "" {
				require.NoError(t, err)
				return
			}
			refused(t, err, grant.CodeInvalid, c.detail)
			if c.verifier != "" {
				assert.NotContains(t, err.Error(), c.verifier, "a verifier is a secret")
			}
		})
	}
}

func TestAChallengeIsRefusedThatNothingAnswers(t *testing.T) {
	for name, c := range map[string][2]string{
		"an unknown method":        {"challenge", "S512"},
		"a method in another case": {"challenge", "s256"},
		"a method alone":           {"", "S256"},
		"far too long":             {strings.Repeat("c", 513), "S256"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := grant.ParseChallenge(c[0], c[1])
			refused(t, err, grant.ChallengeInvalid, "code_challenge")
		})
	}
}

func TestOldCodesAndTokensGoFirst(t *testing.T) {
	g := app(t)
	first := grant.Code{Value: "first", ClientID: "app", IssuedAt: noon, ExpiresAt: noon.Add(time.Minute)}
	g.RestoreCode(first)
	for i := range grant.MaxCodes {
		g.RestoreCode(grant.Code{Value: fmt.Sprint(i), ClientID: "app", IssuedAt: noon, ExpiresAt: noon.Add(time.Minute)})
	}
	codes := g.Codes()
	require.Len(t, codes, grant.MaxCodes)
	assert.Equal(t, "0", codes[0].Value)
	for i := range grant.MaxTokens + 1 {
		g.RestoreToken(grant.Token{Value: fmt.Sprint(i), ClientID: "app", ExpiresAt: noon.Add(time.Minute)})
	}
	tokens := g.Tokens()
	require.Len(t, tokens, grant.MaxTokens)
	assert.Equal(t, "1", tokens[0].Value)
}
