package account_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"oauthmock/mockserver/account"
	"oauthmock/spec/readertest"
)

func TestMoneyReadsWhatItWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := account.Money(rapid.Int64().Draw(t, "units"))
		back, err := account.ParseMoney(m.String())
		if err != nil || back != m {
			t.Fatalf("%d units: %q reads as %d, %v", int64(m), m.String(), int64(back), err)
		}
	})
}

func TestMoneyIsWrittenAsAShortNumber(t *testing.T) {
	for text, m := range map[string]account.Money{
		"0": 0, "1": 10_000, "-15.5": -155_000, "0.06": 600, "0.0001": 1, "-0.0001": -1, "125.5": 1_255_000,
		"-922337203685477.5808": math.MinInt64, "922337203685477.5807": math.MaxInt64,
	} {
		assert.Equal(t, text, m.String())
	}
}

func TestMoneyRefusesWhatItCannotHold(t *testing.T) {
	for _, text := range []string{"", "ten", "0.00001", "1e30", "1e-30", "1e999999999", "0x10", "1/3", "1_000", "NaN", "Inf", "922337203685477.5808", strings.Repeat("9", 40)} {
		_, err := account.ParseMoney(text)
		assert.Error(t, err, text)
	}
	m, err := account.ParseMoney("1e2")
	require.NoError(t, err)
	assert.Equal(t, 100*account.Unit, m)
}

func TestPatternsMatchAsTheyRead(t *testing.T) {
	for name, c := range map[string]struct {
		pattern, method, host, path string
		want                        bool
	}{
		"itself":                          {"GET:a.openapi.com/x", "GET", "a.openapi.com", "x", true},
		"another method":                  {"GET:a.openapi.com/x", "POST", "a.openapi.com", "x", false},
		"another host":                    {"GET:a.openapi.com/x", "GET", "b.openapi.com", "x", false},
		"a longer path":                   {"GET:a.openapi.com/x", "GET", "a.openapi.com", "x/y", false},
		"any path":                        {"GET:a.openapi.com/*", "GET", "a.openapi.com", "x/y", true},
		"any path below":                  {"GET:a.openapi.com/x/*", "GET", "a.openapi.com", "x/y", true},
		"not beside":                      {"GET:a.openapi.com/x/*", "GET", "a.openapi.com", "xy", false},
		"any subdomain":                   {"GET:*.openapi.com/*", "GET", "a.openapi.com", "x", true},
		"the domain itself is none":       {"GET:*.openapi.com/*", "GET", "openapi.com", "x", false},
		"no other domain that ends alike": {"GET:*.openapi.com/*", "GET", "evilopenapi.com", "x", false},
		"everything":                      {"*:*/*", "DELETE", "z", "a/b/c", true},
	} {
		t.Run(name, func(t *testing.T) {
			p, ok := account.ParsePattern(c.pattern)
			require.True(t, ok)
			assert.Equal(t, c.pattern, p.String())
			assert.Equal(t, c.want, p.Matches(c.method, c.host, c.path))
		})
	}
}

func TestScopesMoveIntoTheSandboxAndBack(t *testing.T) {
	for _, scope := range []string{"GET:a.openapi.com/x", "*:*/*", "*:*.openapi.com/*", "no scope"} {
		there := account.MoveScope(scope, account.Sandbox)
		assert.Equal(t, scope, account.RestoreScope(there, account.Sandbox))
		assert.Equal(t, scope, account.MoveScope(scope, account.Production))
	}
	assert.Equal(t, "GET:test.a.openapi.com/x", account.MoveScope("GET:a.openapi.com/x", account.Sandbox))
}

func TestIdentifiersReplayAndDiffer(t *testing.T) {
	draw := func(seed uint64, id account.ID, n int) []string {
		ids := account.NewIDs(seed, id, nil)
		var out []string
		for range n {
			out = append(out, ids.Next("token", noon), ids.Next("refresh", noon))
		}
		return out
	}
	assert.Equal(t, draw(1, "a", 50), draw(1, "a", 50), "the same seed draws the same")
	seen := map[string]bool{}
	for _, list := range [][]string{draw(1, "a", 500), draw(1, "b", 500), draw(2, "a", 500)} {
		for _, id := range list {
			assert.True(t, account.ValidID(id), id)
			assert.False(t, seen[id], "%s was drawn twice", id)
			seen[id] = true
		}
	}
	ids := account.NewIDs(1, "a", nil)
	ids.Next("token", noon)
	resumed := account.NewIDs(1, "a", ids.Issued())
	assert.Equal(t, draw(1, "a", 2)[2], resumed.Next("token", noon), "a restored account goes on where it stopped")
}

func TestAPeriodHoldsItsDays(t *testing.T) {
	day := account.DayOf(time.Date(2026, 2, 12, 23, 59, 59, 0, time.UTC))
	for _, p := range []account.Period{{}, {Year: 2026}, {Year: 2026, Month: 2}, {Year: 2026, Month: 2, Day: 12}} {
		assert.True(t, p.Contains(day), p)
	}
	for _, p := range []account.Period{{Year: 2025}, {Year: 2026, Month: 1}, {Year: 2026, Month: 2, Day: 11}} {
		assert.False(t, p.Contains(day), p)
	}
	assert.Equal(t, time.Date(2026, 2, 12, 0, 0, 0, 0, time.UTC), day.Time())
}

// FuzzParsePattern holds that a scope that is read is written as it was, and covers itself where it
// covers one scope alone.
func FuzzParsePattern(f *testing.F) {
	for _, seed := range []string{"GET:company.openapi.com/IT-start", "*:*/*", "POST:*.openapi.com/v1/*", "GET:/x", ":", "GET:a.b/\x00", "get:a/b", "GET:a..b/c"} {
		f.Add(seed)
	}
	readertest.Seed[string](f)
	f.Fuzz(func(t *testing.T, text string) {
		defer readertest.Within(len(text))()
		p, ok := account.ParsePattern(text)
		if !ok {
			return
		}
		if p.String() != text {
			t.Fatalf("%q is written %q", text, p)
		}
		if !p.Matches(strings.TrimPrefix(p.Method, "*"), strings.TrimPrefix(p.Host, "*"), strings.TrimSuffix(p.Path, "*")) && p.Method != "*" {
			t.Fatalf("%q does not cover what it names", text)
		}
		for _, e := range []account.Environment{account.Production, account.Sandbox} {
			if there := account.MoveScope(text, e); account.RestoreScope(there, e) != text && !strings.Contains(p.Host, "test.") {
				t.Fatalf("%q comes back from %s as %q", text, e, account.RestoreScope(there, e))
			}
		}
	})
}

func TestOrdinaryAmountsAreReadAsAllOthersAre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`-?[0-9]{0,14}(\.[0-9]{0,5})?`).Draw(t, "text")
		quick, err := account.ParseMoney(text)
		slow, slowErr := account.ParseMoney(text + "e0")
		if err != nil || slowErr != nil {
			require.Equal(t, slowErr == nil, err == nil, "%q: %v, with an exponent %v", text, err, slowErr)
			return
		}
		require.Equal(t, slow, quick, text)
	})
}
