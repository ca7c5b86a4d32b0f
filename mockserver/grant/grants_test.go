package grant_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"oauthmock/mockserver/grant"
)

func TestATokenOfClientCredentialsLivesAnHour(t *testing.T) {
	g, draw := app(t), drawn()
	token, err := g.IssueToken(draw, "app", noon)
	require.NoError(t, err)
	assert.Regexp(t, `^sk-[0-9a-f]{32}$`, token.Value)
	_, err = g.Use(token.Value, true, noon.Add(3599*time.Second))
	require.NoError(t, err)
	_, err = g.Use(token.Value, false, noon)
	refused(t, err, grant.TokenInvalid, "one of client credentials")
	_, err = g.Use(token.Value, true, noon.Add(3600*time.Second))
	refused(t, err, grant.TokenInvalid, "no such token")
	assert.Equal(t, []grant.Event{{At: noon.Add(time.Hour), What: "grant-token.expired", ID: token.Value}}, settle(g, noon.Add(time.Hour)))

	_, err = g.IssueToken(draw, "off", noon)
	refused(t, err, grant.ClientDisabled, "off")
	_, err = g.IssueToken(draw, "gone", noon)
	refused(t, err, grant.ClientInvalid, "")
	g.RestoreToken(grant.Token{Value: "of a client disabled since", ClientID: "off", ExpiresAt: noon.Add(time.Minute)})
	_, err = g.Use("of a client disabled since", true, noon)
	refused(t, err, grant.TokenInvalid, "off is disabled")
}

func TestWhatWasGrantedGoesWithWhomItWasGrantedTo(t *testing.T) {
	for name, remove := range map[string]func(*grant.Grants) bool{
		"the client": func(g *grant.Grants) bool { return g.RemoveClient("app") },
		"the user":   func(g *grant.Grants) bool { return g.RemoveUser("ada") },
	} {
		t.Run(name, func(t *testing.T) {
			g, draw := app(t), drawn()
			used, open := granted(t, g, draw, grant.Challenge{}), granted(t, g, draw, grant.Challenge{})
			token, err := g.Exchange(draw, grant.Exchange{ClientID: "app", Code: used.Value}, noon)
			require.NoError(t, err)
			g.RestoreToken(grant.Token{Value: "bob's", ClientID: "off", Username: "bob", ExpiresAt: noon.Add(time.Hour)})
			require.True(t, remove(g))
			_, err = g.Use(token.Value, false, noon)
			refused(t, err, grant.TokenInvalid, "")
			_, err = g.Exchange(draw, grant.Exchange{ClientID: "app", Code: open.Value}, noon)
			refused(t, err, grant.CodeInvalid, "")
			assert.Len(t, g.Tokens(), 1, "that of others stays")
		})
	}
}

func TestACloneGoesOnByItself(t *testing.T) {
	g, draw := app(t), drawn()
	code := granted(t, g, draw, grant.Challenge{})
	g.TakeChanges()
	clone := g.Clone()
	_, err := clone.Exchange(draw, grant.Exchange{ClientID: "app", Code: code.Value}, noon)
	require.NoError(t, err)
	require.True(t, clone.RemoveUser("bob"))
	assert.Empty(t, g.Tokens())
	assert.Len(t, g.Users(), 2)
	_, err = g.Exchange(draw, grant.Exchange{ClientID: "app", Code: code.Value}, noon)
	require.NoError(t, err, "the code is used in the clone only")
}

func TestWhatMustNotBeIsFound(t *testing.T) {
	g := app(t)
	granted(t, g, drawn(), grant.Challenge{})
	assert.Empty(t, g.Violations())
	g.RestoreCode(grant.Code{Value: "secret", ClientID: "gone", Username: "ada", IssuedAt: noon, ExpiresAt: noon.Add(time.Minute)})
	g.RestoreCode(grant.Code{Value: "twice", ClientID: "app", Username: "ada", IssuedAt: noon, UsedAt: noon, Token: "secret", Revoked: true})
	g.RestoreToken(grant.Token{Value: "secret", ClientID: "app", Username: "gone", IssuedAt: noon, ExpiresAt: noon.Add(time.Hour)})
	g.RestoreToken(grant.Token{Value: "sk-secret", ClientID: "app", IssuedAt: noon, ExpiresAt: noon.Add(time.Hour)})
	off := g.Violations()
	require.Len(t, off, 3)
	for i, says := range []string{`code given at 2026-02-12T12:00:00Z is of the client "gone"`, "came twice, and its token lives", `is for the user "gone"`} {
		assert.Contains(t, off[i], says)
		assert.NotContains(t, off[i], "secret")
	}
}

// TestGrantsHold lets clients do anything in any order, beside a model that knows only what must
// hold: a code gives one token at most, within its 60 seconds and to its client alone, and whoever
// tries it again ends that token; keys that were taken are the keys that there are.
func TestGrantsHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, draw, now := &grant.Grants{}, drawn(), noon
		for _, id := range []string{"a", "b"} {
			_ = g.AddClient(grant.Client{ID: id, Secret: id, RedirectURIs: []string{callback}})
			_ = g.AddUser(grant.User{Username: id})
		}
		type issued struct {
			grant.Code
			verifier, token string
		}
		verifiers := []string{"", strings.Repeat("v", 43), strings.Repeat("w", 43)}
		var codes []*issued
		live := map[string]time.Time{} // tokens, with their ends
		keys := map[grant.Key]bool{}
		who := rapid.SampledFrom([]string{"a", "b"})
		pick := func(t *rapid.T) *issued {
			if len(codes) == 0 {
				t.Skip("no code yet")
			}
			return codes[rapid.IntRange(0, len(codes)-1).Draw(t, "code")]
		}
		drop := func(of func(clientID, username string) bool) {
			for _, c := range codes {
				if of(c.ClientID, c.Username) {
					delete(live, c.token)
				}
			}
			codes = slices.DeleteFunc(codes, func(c *issued) bool { return of(c.ClientID, c.Username) })
		}
		t.Repeat(map[string]func(*rapid.T){
			"issue": func(t *rapid.T) {
				verifier := rapid.SampledFrom(verifiers).Draw(t, "verifier")
				challenge := grant.Challenge{}
				if verifier != "" {
					challenge = grant.Challenge{Value: s256(verifier), Method: grant.S256}
				}
				c, err := g.IssueCode(draw, grant.CodeRequest{ClientID: who.Draw(t, "client"), Username: who.Draw(t, "user"), RedirectURI: callback, Challenge: challenge}, now)
				if err == nil {
					codes = append(codes, &issued{Code: c, verifier: verifier})
				}
			},
			"exchange": func(t *rapid.T) {
				c := pick(t)
				x := grant.Exchange{ClientID: who.Draw(t, "by"), Code: c.Value, Verifier: rapid.SampledFrom(verifiers).Draw(t, "with"), RedirectURI: rapid.SampledFrom([]string{"", callback, "x"}).Draw(t, "to")}
				right := c.ClientID == x.ClientID && c.verifier == x.Verifier && x.RedirectURI != "x" && now.Before(noon.Add(c.ExpiresAt.Sub(noon)))
				token, err := g.Exchange(draw, x, now)
				switch {
				case c.token == "" && right:
					if err != nil {
						t.Fatalf("a proper exchange is refused: %v", err)
					}
					c.token, live[token.Value] = token.Value, token.ExpiresAt
				case err == nil:
					t.Fatalf("a code gave a token that must not: %+v", x)
				case c.token != "" && c.ClientID == x.ClientID:
					delete(live, c.token)
				}
			},
			"client credentials": func(t *rapid.T) {
				if token, err := g.IssueToken(draw, who.Draw(t, "client"), now); err == nil {
					live[token.Value] = token.ExpiresAt
				}
			},
			"wait": func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.SampledFrom([]int{1, 30, 60, 1800, 3600}).Draw(t, "seconds")) * time.Second)
				settle(g, now)
			},
			"remove a client": func(t *rapid.T) {
				id := who.Draw(t, "client")
				before := g.Tokens()
				if g.RemoveClient(id) {
					drop(func(clientID, _ string) bool { return clientID == id })
					for _, token := range before {
						if token.ClientID == id {
							delete(live, token.Value)
						}
					}
					_ = g.AddClient(grant.Client{ID: id, RedirectURIs: []string{callback}})
				}
			},
			"remove a user": func(t *rapid.T) {
				name := who.Draw(t, "user")
				if g.RemoveUser(name) {
					drop(func(_, username string) bool { return username == name })
					_ = g.AddUser(grant.User{Username: name})
				}
			},
			"": func(t *rapid.T) {
				for value, end := range live {
					if !now.Before(end) {
						delete(live, value)
					}
				}
				if n := len(g.Tokens()); n != len(live) {
					t.Fatalf("%d tokens live, want %d", n, len(live))
				}
				for _, token := range g.Tokens() {
					if _, ok := live[token.Value]; !ok {
						t.Fatalf("the token %s lives, and must not", token.Value)
					}
				}
				if off := g.Violations(); len(off) > 0 {
					t.Fatal(off)
				}
				revoked, issued := g.TakeChanges()
				for _, k := range issued {
					keys[k] = true
				}
				for _, k := range revoked {
					delete(keys, k)
				}
				all := g.Keys()
				if len(all) != len(keys) {
					t.Fatalf("%d keys, and %d were taken", len(all), len(keys))
				}
				for _, k := range all {
					if !keys[k] {
						t.Fatalf("the key %v was never taken", k)
					}
				}
			},
		})
	})
}
