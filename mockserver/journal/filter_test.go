package journal_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/journal"
)

var noon = time.Date(2026, 2, 12, 12, 0, 0, 0, time.UTC)

func TestAFilterMatchesByEachOfItsMembers(t *testing.T) {
	e := &exchange.Exchange{
		ID: 7, At: noon, Surface: "v2", Operation: "token.get", Account: "demo", Client: "app", Reason: "x", Code: "125.22",
		Request:  exchange.Request{Method: "GET", URI: "/tokens/abc?x=/y"},
		Response: exchange.Response{Status: 404},
	}
	for name, c := range map[string]struct {
		filter journal.Filter
		want   bool
	}{
		"nothing asked":                       {journal.Filter{}, true},
		"the surface":                         {journal.Filter{Surface: "v2"}, true},
		"another surface":                     {journal.Filter{Surface: "v1"}, false},
		"the operation":                       {journal.Filter{Operation: "token.get"}, true},
		"another operation":                   {journal.Filter{Operation: "token"}, false},
		"the account":                         {journal.Filter{Account: "demo"}, true},
		"another account":                     {journal.Filter{Account: "demo-sandbox"}, false},
		"the client":                          {journal.Filter{Client: "app"}, true},
		"another client":                      {journal.Filter{Client: "ap*"}, false},
		"the method, in another case":         {journal.Filter{Method: "get"}, true},
		"another method":                      {journal.Filter{Method: "GETS"}, false},
		"the status":                          {journal.Filter{Status: 404}, true},
		"another status":                      {journal.Filter{Status: 400}, false},
		"the code":                            {journal.Filter{Code: "125.22"}, true},
		"the beginning of the code":           {journal.Filter{Code: "125"}, false},
		"since that moment":                   {journal.Filter{Since: noon}, true},
		"since a moment later":                {journal.Filter{Since: noon.Add(1)}, false},
		"until that moment, which is outside": {journal.Filter{Until: noon}, false},
		"until a moment later":                {journal.Filter{Until: noon.Add(1)}, true},
		"after the request before":            {journal.Filter{After: 6}, true},
		"after that request":                  {journal.Filter{After: 7}, false},
		"the path":                            {journal.Filter{Path: "/tokens/abc"}, true},
		"the path with a star":                {journal.Filter{Path: "/tokens/*"}, true},
		"a part of the path":                  {journal.Filter{Path: "/tokens"}, false},
		"the path with the query, which is not a path": {journal.Filter{Path: "/tokens/abc?x=/y"}, false},
		"everything at once":                           {journal.Filter{Surface: "v2", Operation: "token.get", Account: "demo", Path: "*", Method: "GET", Status: 404, Code: "125.22", Since: noon, Until: noon.Add(1), After: 1}, true},
		"everything but one":                           {journal.Filter{Surface: "v2", Operation: "token.get", Account: "demo", Path: "*", Method: "GET", Status: 404, Code: "125", Since: noon, Until: noon.Add(1), After: 1}, false},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, c.filter.Match(e))
			j := journal.New(2, 1<<20)
			j.Add(e)
			entries, _ := j.Select(c.filter)
			assert.Equal(t, c.want, len(entries) == 1, "as it is kept")
		})
	}
}

func TestAStarStandsForAnyText(t *testing.T) {
	for name, c := range map[string]struct {
		pattern, text string
		want          bool
	}{
		"for none":                         {"/tokens*", "/tokens", true},
		"for slashes":                      {"/tokens/*", "/tokens/a/b", true},
		"at the beginning":                 {"*/token", "/__v2/token", true},
		"in the middle":                    {"/a/*/c", "/a/b/c", true},
		"in the middle, but the end is no": {"/a/*/c", "/a/b/d", false},
		"twice":                            {"*b*", "abc", true},
		"twice, and one is missing":        {"*b*b", "abc", false},
		"the end is not used twice":        {"ab*ba", "aba", false},
		"the leftmost place, then the end": {"*ab*ab", "abab", true},
		"alone":                            {"*", "", true},
		"nothing is not anything":          {"", "x", false},
		"no other sign has a meaning":      {"/a?.[b]", "/ax.b", false},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.want, journal.Wildcard(c.pattern, c.text)) })
	}
}

func TestThePathIsWhatStandsBeforeTheQuery(t *testing.T) {
	for uri, want := range map[string]string{
		"/tokens/a%2Fb?x=1":           "/tokens/a%2Fb",
		"http://localhost:1/wallet?x": "/wallet",
		"http://localhost":            "/",
		"/x/http://y/z":               "/x/http://y/z",
		"*":                           "*",
		"":                            "",
	} {
		assert.Equal(t, want, journal.Path(uri), uri)
	}
}

func TestSelectAnswersTheNewestThatMatchInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j := journal.New(rapid.IntRange(1, 30).Draw(t, "bound"), 1<<20)
		pick := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(t, name) }
		var all []*exchange.Exchange
		for i := range rapid.IntRange(0, 60).Draw(t, "n") {
			e := &exchange.Exchange{
				ID: uint64(i + 1), Account: account.ID(pick("account", "a", "b", "")), Operation: pick("operation", "x", "y"),
				At: noon.Add(time.Duration(rapid.IntRange(0, 5).Draw(t, "at"))), Response: exchange.Response{Status: rapid.IntRange(200, 202).Draw(t, "status")},
			}
			j.Add(e)
			all = append(all, e)
		}
		kept, _ := j.Select(journal.Filter{})
		lost := len(all) - len(kept)
		f := journal.Filter{
			Account: pick("of", "", "a", "b", "c"), Operation: pick("op", "", "x"), Status: rapid.SampledFrom([]int{0, 201}).Draw(t, "st"),
			Since: rapid.SampledFrom([]time.Time{{}, noon.Add(2)}).Draw(t, "since"), After: rapid.Uint64Range(0, 60).Draw(t, "after"),
			Limit: rapid.IntRange(0, 10).Draw(t, "limit"),
		}
		var want []uint64
		dropped := 0
		for i, e := range all {
			switch {
			case i < lost && (f.Account == "" || f.Account == string(e.Account)):
				dropped++
			case i >= lost && f.Match(e):
				want = append(want, e.ID)
			}
		}
		if f.Limit > 0 {
			want = want[max(0, len(want)-f.Limit):]
		}
		var got []uint64
		entries, counted := j.Select(f)
		for _, e := range entries {
			got = append(got, e.ID)
		}
		assert.Equal(t, want, got)
		assert.Equal(t, dropped, int(counted))
	})
}
