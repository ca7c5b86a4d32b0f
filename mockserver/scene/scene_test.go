package scene_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/fixtures"
	"oauthmock/mockserver/scene"
	"oauthmock/scenarios"
)

// write writes a scenario file with a given, whose first line is the file's ninth, and answers its
// path.
func write(t *testing.T, given string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "mine.yaml")
	require.NoError(t, os.WriteFile(file, []byte(text("mine/one", given)), 0o600))
	return file
}

func text(id, given string) string {
	return `version: "1.0"
scenarios:
` + one(id, given)
}

func one(id, given string) string {
	return `  - id: ` + id + `
    title: mine
    level: SHOULD
    requirement: mine
    source: mine
    given:
` + given + `
    steps: [{name: read, call: wallet.get, expect: {status: 200}}]
`
}

// set sets the scene of a given.
func set(t *testing.T, given string, wish scene.Wish) (*scene.Scene, error) {
	t.Helper()
	s, err := scene.Locate(write(t, given)).Open()
	require.NoError(t, err)
	return scene.Set(s, wish)
}

func TestAMockCanBeginWithEveryScenarioOfTheSuite(t *testing.T) {
	all, err := scenarios.Load(scenarios.Embedded())
	require.NoError(t, err)
	tried := map[string]bool{}
	for i := range all {
		given, err := json.Marshal(all[i].Given)
		require.NoError(t, err)
		if tried[string(given)] && all[i].Given.Faults == nil {
			continue // most begin like another one
		}
		tried[string(given)] = true
		assert.NoError(t, scene.Check(&all[i]), all[i].ID)
	}
}

func TestScenariosAreFoundByNameByIDAndInFiles(t *testing.T) {
	several := filepath.Join(t.TempDir(), "several.yaml")
	require.NoError(t, os.WriteFile(several, []byte(text("mine/one", "      credit: 1")+one("mine/two", "      credit: 2")), 0o600))
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("rate-limited", []byte(text("mine/like-a-name", "      credit: 1")), 0o600))
	require.NoError(t, os.Mkdir("C#", 0o700))
	require.NoError(t, os.WriteFile("C#/s.yaml", []byte(text("mine/sharp", "      credit: 1")), 0o600))
	for name, want := range map[string]string{
		"C#/s.yaml":                        "mine/sharp",
		"C#/s.yaml#mine/sharp":             "mine/sharp",
		"rate-limited":                     "development/rate-limited",
		"development/rate-limited":         "development/rate-limited",
		"v2/rate-limit/headers/count-down": "v2/rate-limit/headers/count-down",
		"./rate-limited":                   "mine/like-a-name",
		several + "#mine/two":              "mine/two",
	} {
		s, err := scene.Locate(name).Open()
		require.NoError(t, err, name)
		assert.Equal(t, want, s.ID, name)
	}
	for name, want := range map[string]string{
		"rate-limitd":           `there is neither a scenario nor a file named "rate-limitd": to develop against there are as-documented, credit-exhausted, flaky-provider`,
		"#mine/one":             `there is neither a scenario nor a file named "#mine/one"`,
		"v2/rate-limit/unknown": `the suite has no scenario "v2/rate-limit/unknown": oauthconform list prints their ids; to develop against there are as-documented, credit-exhausted`,
		several:                 "several.yaml holds 2 scenarios: choose one as " + several + "#ID, of mine/one, mine/two",
		several + "#mine/three": `several.yaml holds no scenario "mine/three"; there are mine/one, mine/two`,
	} {
		_, err := scene.Locate(name).Open()
		require.Error(t, err, name)
		assert.Contains(t, err.Error(), want)
	}
}

func TestAGivenIsWrittenAsFixtures(t *testing.T) {
	s, err := set(t, `      fixture: empty
      environment: sandbox
      credit: 12.5
      clock: {now: "2031-02-12T08:30:00Z", frozen: true}
      rateLimit: {limit: 3, window: 90s}
      tokens:
        - {as: first, name: "mine ${nonce}", ttl: 60, scopes: ["${scope2}", "*:test.sms.openapi.com/*"], limits: {totalRequests: 7, walletAmount: 0.5, ip: ["192.0.2.1"]}}
        - {as: many, count: 2}
      accounts:
        other: {credit: 1, clock: {now: "2031-02-13T08:30:00Z"}, tokens: [{as: theirs, scopes: ["${other.scope}"], name: "of ${email}"}]}
        still: {fixture: empty, clock: {now: "2031-01-01T00:00:00Z", frozen: true}}`, scene.Wish{Seed: 1})
	require.NoError(t, err)
	w, err := s.World()
	require.NoError(t, err)

	assert.Equal(t, time.Date(2031, 2, 12, 8, 30, 0, 0, time.UTC), s.Start)
	assert.True(t, s.Frozen)
	require.Len(t, s.Cast, 3)
	own, other, still := account(t, w, string(s.Cast[0].ID)), account(t, w, string(s.Cast[1].ID)), account(t, w, string(s.Cast[2].ID))

	assert.Equal(t, "empty-sandbox", own.ID)
	assert.Equal(t, "e1f0e9d8c7b6a5f4e3d2c1b0a9f8e7d6", own.APIKey, "the credentials are the fixture's")
	assert.Equal(t, "12.5", amount(own.Wallet.Credit()))
	assert.Equal(t, &fixtures.RateLimit{Limit: 3, Window: "1m30s", Enabled: true}, normal(own.RateLimit))
	assert.Nil(t, own.Clock, "it has the server's")
	require.Len(t, own.Tokens, 3)
	first := own.Tokens[0]
	assert.Equal(t, s.Cast[0].Tokens[0].Token, first.Token)
	assert.Equal(t, s.Cast[0].Tokens[0].RefreshToken, first.RefreshToken)
	assert.Regexp(t, "^mine [0-9a-f]{12}$", first.Name)
	assert.Equal(t, []string{strings.Replace(s.Cast[0].Scopes[1], "test.", "", 1), "*:sms.openapi.com/*"}, first.Scopes, "fixtures have production names")
	assert.Equal(t, int64(60), first.TTL)
	assert.Equal(t, time.Minute, first.ExpireAt.Offset)
	assert.EqualValues(t, 7, *first.Limits.TotalRequests)
	assert.Equal(t, "0.5", amount(*first.Limits.WalletAmount))
	assert.Equal(t, fixtures.AllowList{"192.0.2.1"}, first.Limits.IP)
	assert.Equal(t, "many.2", s.Cast[0].Tokens[2].As)
	assert.Equal(t, int64(365*24*3600), own.Tokens[2].TTL)

	assert.Equal(t, "other", other.ID)
	assert.Equal(t, "other@example.com", other.Email)
	assert.Equal(t, "1", amount(other.Wallet.Credit()))
	assert.Equal(t, "24h0m0s", other.Clock.Offset)
	assert.Equal(t, "of empty@example.com", other.Tokens[len(other.Tokens)-1].Name)
	assert.Equal(t, "2031-01-01T00:00:00Z", still.Clock.FrozenAt.String())
	assert.NotNil(t, account(t, w, "empty"), "whoever else the fixture has is there too")
}

func TestTokensAndKeysAreTheSameEachTimeAndOthersWithAnotherSeed(t *testing.T) {
	given := "      tokens: [{as: first}]\n      accounts: {other: {}}"
	one, err := set(t, given, scene.Wish{Seed: 1})
	require.NoError(t, err)
	again, err := set(t, given, scene.Wish{Seed: 1})
	require.NoError(t, err)
	two, err := set(t, given, scene.Wish{Seed: 2})
	require.NoError(t, err)
	assert.Equal(t, one.Cast, again.Cast)
	assert.NotEqual(t, one.Cast[0].Tokens, two.Cast[0].Tokens)
	assert.NotEqual(t, one.Cast[1].APIKey, two.Cast[1].APIKey)

	w, err := one.World()
	require.NoError(t, err)
	own, other := account(t, w, "demo"), account(t, w, "other")
	assert.Greater(t, len(other.Tokens), 3)
	for _, token := range other.Tokens {
		for _, mine := range own.Tokens {
			assert.NotEqual(t, mine.Token, token.Token, "a copy has tokens of its own")
		}
	}
}

func TestTheFixtureOfSomebodyElseIsNotChanged(t *testing.T) {
	shared, err := fixtures.Named("demo")
	require.NoError(t, err)
	pristine, err := fixtures.Named("demo")
	require.NoError(t, err)
	_, err = set(t, "      credit: 1\n      rateLimit: {limit: 1, window: 1m}\n      tokens: [{as: first}]\n      accounts: {other: {tokens: [{as: second}]}}",
		scene.Wish{Fixtures: func() (*fixtures.World, error) { return shared, nil }})
	require.NoError(t, err)
	assert.Equal(t, pristine, shared)
}

func TestWishesWinOverTheGiven(t *testing.T) {
	start := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	s, err := set(t, "      fixture: demo\n      clock: {now: \"2031-02-12T08:30:00Z\"}\n      rateLimit: {limit: 3, window: 1m}", scene.Wish{
		Start: start, NoLimits: true, Fixtures: func() (*fixtures.World, error) { return fixtures.Named("empty") },
	})
	require.NoError(t, err)
	assert.Equal(t, start, s.Start)
	assert.Equal(t, "empty@example.com", s.Cast[0].Email)
	w, err := s.World()
	require.NoError(t, err)
	assert.Nil(t, account(t, w, "empty").RateLimit)
}

func TestRulesAreForTheirAccountAlone(t *testing.T) {
	s, err := set(t, `      tokens: [{as: first}]
      faults:
        - {name: a, match: {token: "${first.token}"}, effect: {kind: reset}}
        - {name: b, armedBy: a, effect: {kind: latency, fixed: 1s}}
      accounts:
        other: {faults: [{name: a, effect: {kind: reset}}, {name: b, armedBy: a, effect: {kind: reset}}]}`, scene.Wish{})
	require.NoError(t, err)
	require.Len(t, s.Faults, 4)
	assert.Equal(t, "a", s.Faults[0].Name)
	assert.Equal(t, "demo", s.Faults[0].Match.Account)
	assert.Equal(t, s.Cast[0].Tokens[0].Token, s.Faults[0].Match.Token)
	assert.Equal(t, "other.b", s.Faults[3].Name)
	assert.Equal(t, "other.a", s.Faults[3].ArmedBy)
	assert.Equal(t, "other", s.Faults[3].Match.Account)
}

func TestWhatCannotBeIsToldWithItsLine(t *testing.T) {
	for name, c := range map[string]struct{ given, want string }{
		"a scope that is not sold": {"      tokens:\n        - as: first\n          scopes: [GET:nowhere.openapi.com/x]",
			`mine.yaml:11: token first: "GET:nowhere.openapi.com/x" is unknown, or not enabled for the account`},
		"more tokens than are kept":         {"      tokens:\n        - {as: some, count: 15000}\n        - as: first\n          count: 5001", "mine.yaml:12: token first: 5001 are too many; an account begins with at most 20000"},
		"more accounts than are kept":       {"      accounts: {" + strings.Join(numbered(101), ", ") + "}", "mine.yaml:9: there are 101 further accounts; a mock begins with at most 100"},
		"more scopes than there are":        {"      scopes: 100", "mine.yaml:9: the account has"},
		"a world that cannot be":            {"      fixture: generated:tokns=1", `mine.yaml:9: `},
		"a clock out of range":              {"      clock: {now: \"1900-01-01T00:00:00Z\"}", `mine.yaml:9: clock: now is "1900-01-01T00:00:00Z", where no clock can begin`},
		"a fault of no kind":                {"      faults:\n        - name: a\n          effect:\n            kind: rest", `mine.yaml:12: fault a: `},
		"a fault with an unknown member":    {"      faults:\n        - name: a\n          effect: {kind: reset}\n          whem: {nth: 1}", `mine.yaml:10: fault a: unknown key "whem": did you mean "when"?`},
		"a fault that no other arms":        {"      faults:\n        - name: a\n          armedBy: b\n          effect: {kind: reset}", `mine.yaml:11: fault a: `},
		"a token that is not there yet":     {"      tokens:\n        - {as: first, name: \"${first.expireAt}\"}", "mine.yaml:10:"},
		"a fault that asks for what is not": {"      tokens: [{as: first}]\n      faults:\n        - {name: a, match: {token: \"${first.expireAt}\"}, effect: {kind: reset}}", "mine.yaml:11: fault a: ${first.expireAt} has no value before the first step"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := scene.Locate(write(t, c.given)).Open()
			if err == nil {
				_, err = scene.Set(s, scene.Wish{})
			}
			require.Error(t, err)
			assert.Contains(t, err.Error(), c.want)
		})
	}
}

func TestTheRulesOfStepsAreCheckedToo(t *testing.T) {
	file := write(t, "      faults: [{name: a, effect: {kind: reset}}]")
	written, err := os.ReadFile(file)
	require.NoError(t, err)
	steps := "    steps:\n      - {name: read, call: wallet.get, expect: {status: 200}}\n      - name: add\n        control:\n          faults:\n            add:\n              - {name: b, armedBy: a, effect: {kind: reset}}\n              - name: c\n                effect: {kind: statsu}\n"
	head, _, _ := strings.Cut(string(written), "    steps:")
	require.NoError(t, os.WriteFile(file, []byte(head+steps), 0o600))
	s, err := scene.Locate(file).Open()
	require.NoError(t, err)
	err = scene.Check(s)
	require.Error(t, err)
	assert.Contains(t, err.Error(), "mine.yaml:18: fault c: ")
}

// numbered are so many accounts.
func numbered(n int) (out []string) {
	for i := range n {
		out = append(out, fmt.Sprintf("a%d: {}", i))
	}
	return out
}

func account(t *testing.T, w *fixtures.World, id string) *fixtures.Account {
	t.Helper()
	for i := range w.Accounts {
		if w.Accounts[i].ID == id {
			return &w.Accounts[i]
		}
	}
	require.Fail(t, "no such account", id)
	return nil
}

func amount(a fixtures.Amount) string {
	text, _ := a.MarshalJSON()
	return string(text)
}

// normal writes the window of a limit as durations are printed.
func normal(r *fixtures.RateLimit) *fixtures.RateLimit {
	out := *r
	if d, err := time.ParseDuration(out.Window); err == nil {
		out.Window = d.String()
	}
	return &out
}

func TestATokenThatIsGoneIsNotThere(t *testing.T) {
	s, err := scene.Place{ID: "v2/tokens/read/unknown"}.Open()
	require.NoError(t, err)
	require.False(t, s.Given.Tokens[0].Deleted)
	require.True(t, s.Given.Tokens[1].Deleted)
	set, err := scene.Set(s, scene.Wish{})
	require.NoError(t, err)
	demo, err := fixtures.Named("demo")
	require.NoError(t, err)
	require.Len(t, set.Cast[0].Tokens, 1, "the one that is there")
	begun, err := set.World()
	require.NoError(t, err)
	assert.Len(t, begun.Accounts[0].Tokens, len(demo.Accounts[0].Tokens)+1)
}
