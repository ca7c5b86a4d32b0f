package verify_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/verify"
)

func TestTheVerdictIs(t *testing.T) {
	const yes, no, unknown = "satisfied", "not satisfied", "inconclusive"
	for name, c := range map[string]struct {
		counts  string
		found   int
		dropped uint64
		verdict string
	}{
		"satisfied by one, where nothing is said":                     {``, 1, 0, yes},
		"not satisfied by none, where nothing is said":                {``, 0, 0, no},
		"satisfied when at least so many came":                        {`"atLeast":2`, 3, 0, yes},
		"satisfied when at least so many came, whatever was dropped":  {`"atLeast":2`, 2, 9, yes},
		"inconclusive when fewer came and enough were dropped":        {`"atLeast":2`, 1, 1, unknown},
		"not satisfied when even the dropped ones are too few":        {`"atLeast":5`, 1, 3, no},
		"satisfied when none was to come, and none came":              {`"exactly":0`, 0, 0, yes},
		"inconclusive when none was to come, and one was dropped":     {`"exactly":0`, 0, 1, unknown},
		"satisfied when exactly so many came":                         {`"exactly":2`, 2, 0, yes},
		"not satisfied when more than exactly so many came":           {`"exactly":2`, 3, 0, no},
		"not satisfied when more came, whatever was dropped":          {`"exactly":2`, 3, 9, no},
		"inconclusive when exactly so many came, and one was dropped": {`"exactly":2`, 2, 1, unknown},
		"inconclusive when fewer came, and the rest may be dropped":   {`"exactly":2`, 0, 2, unknown},
		"satisfied when at most so many came":                         {`"atMost":2`, 2, 0, yes},
		"not satisfied when more than at most so many came":           {`"atMost":2`, 3, 0, no},
		"satisfied when with all the dropped ones there are not more": {`"atMost":2`, 1, 1, yes},
		"inconclusive when with the dropped ones there may be more":   {`"atMost":2`, 1, 2, unknown},
		"satisfied within a range":                                    {`"atLeast":1,"atMost":3`, 2, 1, yes},
		"not satisfied below a range":                                 {`"atLeast":1,"atMost":3`, 0, 0, no},
		"not satisfied above a range":                                 {`"atLeast":1,"atMost":3`, 4, 0, no},
		"inconclusive when it may be below or within a range":         {`"atLeast":2,"atMost":3`, 1, 1, unknown},
		"satisfied by anything, when at least none is wanted":         {`"atLeast":0`, 0, 7, yes},
	} {
		t.Run(name, func(t *testing.T) {
			var entries []*exchange.Exchange
			for i := range c.found {
				entries = append(entries, sent(uint64(i+1)))
			}
			r := compiled(t, `{`+c.counts+`}`).Evaluate(entries, c.dropped)
			got := no
			switch {
			case r.Satisfied:
				got = yes
			case r.Inconclusive:
				got = unknown
			}
			assert.Equal(t, c.verdict, got, r.Detail)
			assert.False(t, r.Satisfied && r.Inconclusive)
			assert.Equal(t, c.found, r.Count)
			assert.Equal(t, c.dropped, r.Dropped)
		})
	}
}

// get changes an exchange into a GET of a path.
func get(path string) func(*exchange.Exchange) {
	return func(e *exchange.Exchange) { e.Request.Method, e.Request.URI = "GET", path }
}

func TestSequencesAreFoundByArrival(t *testing.T) {
	entries := []*exchange.Exchange{sent(3, get("/c")), sent(1, get("/a")), sent(2, get("/b")), sent(4, get("/a"))}
	for name, c := range map[string]struct {
		paths   string
		dropped uint64
		matched []string
		found   bool
	}{
		"one":                      {"/a", 0, []string{"1"}, true},
		"all of them":              {"/a /b /c /a", 0, []string{"1", "2", "3", "4"}, true},
		"with others between them": {"/a /c", 0, []string{"1", "3"}, true},
		"the same twice":           {"/a /a", 0, []string{"1", "4"}, true},
		"not the same three times": {"/a /a /a", 0, []string{"1", "4"}, false},
		"not in another order":     {"/c /b", 0, []string{"3"}, false},
		"nothing":                  {"/d /a", 0, []string{}, false},
		"all of them, though others were dropped": {"/a /c", 5, []string{"1", "3"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			var steps []verify.Match
			for path := range strings.FieldsSeq(c.paths) {
				steps = append(steps, verify.Match{Path: path})
			}
			check, err := verify.Compile(verify.Expectation{InOrder: steps}, redactor())
			require.NoError(t, err)
			r := check.Evaluate(entries, c.dropped)
			assert.Equal(t, c.found, r.Satisfied)
			assert.Equal(t, c.matched, r.Matched)
			assert.Equal(t, len(c.matched), r.Count)
			assert.False(t, r.Inconclusive)
		})
	}

	t.Run("where something is missing and something was dropped, nobody can tell", func(t *testing.T) {
		r := compiled(t, `{"inOrder":[{"path":"/c"},{"path":"/b"}]}`).Evaluate(entries, 1)
		assert.False(t, r.Satisfied)
		assert.True(t, r.Inconclusive)
	})
	t.Run("the next one is looked for among those that came too early, too", func(t *testing.T) {
		r := compiled(t, `{"inOrder":[{"path":"/c"},{"path":"/b"}]}`).Evaluate(entries, 0)
		require.NotEmpty(t, r.NearMisses)
		assert.Equal(t, verify.NearMiss{ID: "4", Differences: []verify.Difference{{Field: "path", Expected: "/b", Actual: "/a"}}}, r.NearMisses[0])
		assert.Equal(t, verify.NearMiss{ID: "2", Differences: []verify.Difference{{Field: "order", Expected: "after request 3", Actual: "before it"}}}, r.NearMisses[1])
		assert.Contains(t, r.Detail, "inOrder[1]")
	})
}

func TestNearMissesAreTheClosestThenTheNewest(t *testing.T) {
	entries := []*exchange.Exchange{
		sent(1, get("/other")), // method and path
		sent(2, func(e *exchange.Exchange) { e.Request.Method = "GET" }),       // method
		sent(3, get("/other"), func(e *exchange.Exchange) { e.Auth = "none" }), // three
		sent(4, func(e *exchange.Exchange) { e.Auth = "none" }),                // auth
		sent(5, get("/other")), sent(6, get("/other")), sent(7, get("/other")), // two each
	}
	r := compiled(t, `{"match":{"method":"PATCH","path":"/tokens/*","auth":"refresh"}}`).Evaluate(entries, 0)
	var ids []string
	for _, n := range r.NearMisses {
		ids = append(ids, n.ID)
	}
	assert.Equal(t, []string{"4", "2", "7", "6", "5"}, ids)
	assert.Equal(t, []verify.Difference{{Field: "auth", Expected: "refresh", Actual: "none"}}, r.NearMisses[0].Differences)
}

func TestNearMissesAreShownOnlyWhereMoreWasWanted(t *testing.T) {
	entries := []*exchange.Exchange{sent(1), sent(2), sent(3, get("/other"))}
	for name, c := range map[string]struct {
		expectation string
		near        int
	}{
		"too few":         {`{"match":{"method":"PATCH"},"exactly":3}`, 1},
		"too many":        {`{"match":{"method":"PATCH"},"exactly":1}`, 0},
		"as many as many": {`{"match":{"method":"PATCH"},"exactly":2}`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Len(t, compiled(t, c.expectation).Evaluate(entries, 0).NearMisses, c.near)
		})
	}
}

func TestDifferencesShowNoSecrets(t *testing.T) {
	const live = "abcdefabcdefabcdefabcdef" // a token of somebody else
	const refresh, bearer = "feedfacefeedfacefeedface", "0123456789abcdef01234567"
	e := sent(1, func(e *exchange.Exchange) {
		e.Request.URI = "/tokens/" + token + "?id=" + token + "&note=%61bcdefabcdefabcdefabcdef"
		e.Request.Body = []byte(`{"refreshToken":"` + refresh + `","note":"` + live + `","escaped":"\u0061bcdefabcdefabcdefabcdef","list":["` + live + `"],"deep":{"token":"junkjunkjunk"}}`)
	})
	for name, c := range map[string]struct{ match, field, expected, actual string }{
		"in the path":                             {`{"path":"/tokens/` + live + `"}`, "path", `"/tokens/[of ` + live + `]"`, `"/tokens/[of ` + token + `]"`},
		"in a path that is a pattern":             {`{"path":"/scopes/` + live + `/*"}`, "path", `"/scopes/[of ` + live + `]/*"`, `"/tokens/[of ` + token + `]"`},
		"in the path, as a fingerprint":           {`{"path":"/tokens/[secret 0000000000000000]"}`, "path", `"/tokens/[secret 0000000000000000]"`, `"/tokens/[of ` + token + `]"`},
		"in the query":                            {`{"query":{"id":"` + live + `"}}`, "query.id", `"[of ` + live + `]"`, `"[of ` + token + `]"`},
		"in the query, though it is escaped":      {`{"query":{"note":"x"}}`, "query.note", `"x"`, `"[of ` + live + `]"`},
		"in the query, as a fingerprint":          {`{"query":{"id":"[secret 0000000000000000]"}}`, "query.id", `"[secret 0000000000000000]"`, `"[of ` + token + `]"`},
		"in Authorization":                        {`{"headers":{"authorization":"Bearer junkjunkjunk"}}`, "headers.Authorization", `"Bearer [of junkjunkjunk]"`, `"Bearer [of ` + bearer + `]"`},
		"in Authorization, as a fingerprint":      {`{"headers":{"authorization":"Bearer [secret 0000000000000000]"}}`, "headers.Authorization", `"Bearer [secret 0000000000000000]"`, `"Bearer [of ` + bearer + `]"`},
		"in a body, by its place":                 {`{"body":{"refreshToken":"junkjunkjunk"}}`, "body.refreshToken", `"[of junkjunkjunk]"`, `"[of ` + refresh + `]"`},
		"in a body, as a fingerprint":             {`{"body":{"refreshToken":"[secret 0000000000000000]"}}`, "body.refreshToken", `"[secret 0000000000000000]"`, `"[of ` + refresh + `]"`},
		"in a body, because it is somebody's":     {`{"body":{"note":"x"}}`, "body.note", `"x"`, `"[of ` + live + `]"`},
		"in a body, though it is escaped":         {`{"body":{"escaped":"x"}}`, "body.escaped", `"x"`, `"[of ` + live + `]"`},
		"in a list in a body":                     {`{"body":{"list":["x","` + live + `"]}}`, "body.list", `["x","[of ` + live + `]"]`, `["[of ` + live + `]"]`},
		"in an object in a body":                  {`{"body":{"deep":["junkjunkjunk"]}}`, "body.deep", `["junkjunkjunk"]`, `{"token":"[of junkjunkjunk]"}`},
		"in an object that holds a fingerprint":   {`{"body":{"none":{"token":"[secret 0000000000000000]"}}}`, "body.none", `{"token":"[secret 0000000000000000]"}`, `null`},
		"in an operation, of all places":          {`{"operation":"` + live + `"}`, "operation", `"[of ` + live + `]"`, `"token.update"`},
		"where there are none, values stay":       {`{"body":{"deep":7}}`, "body.deep", `7`, `{"token":"[of junkjunkjunk]"}`},
		"where there is nothing, nothing appears": {`{"headers":{"x-none":"a*"}}`, "headers.X-None", `"a*"`, `null`},
	} {
		t.Run(name, func(t *testing.T) {
			shown := redactor(live)
			check, err := verify.Compile(parse(t, `{"match":`+c.match+`}`), shown)
			require.NoError(t, err)
			r := check.Evaluate([]*exchange.Exchange{e}, 0)
			require.Len(t, r.NearMisses, 1)
			require.Len(t, r.NearMisses[0].Differences, 1)
			d := r.NearMisses[0].Differences[0]
			assert.Equal(t, c.field, d.Field)
			for _, side := range []struct {
				want  string
				shown any
			}{{c.expected, d.Expected}, {c.actual, d.Actual}} {
				text, err := json.Marshal(side.shown)
				require.NoError(t, err)
				assert.Equal(t, written(shown, side.want), string(text))
			}
			all, err := json.Marshal(r)
			require.NoError(t, err)
			for _, secret := range []string{live, token, refresh, bearer} {
				assert.NotContains(t, string(all), secret)
			}
		})
	}
}

func TestDifferencesAreBounded(t *testing.T) {
	want := map[string]any{"long": strings.Repeat("x", 100_000)}
	for i := range 1000 {
		want[fmt.Sprintf("member%d", i)] = i
	}
	body, err := json.Marshal(want)
	require.NoError(t, err)
	check, err := verify.Compile(verify.Expectation{Match: &verify.Match{Body: body}}, redactor())
	require.NoError(t, err)
	e := sent(1, func(e *exchange.Exchange) { e.Request.Body = []byte(`{"long":"` + strings.Repeat("y", 100_000) + `"}`) })
	r := check.Evaluate([]*exchange.Exchange{e}, 0)
	require.Len(t, r.NearMisses, 1)
	assert.Len(t, r.NearMisses[0].Differences, 20)
	all, err := json.Marshal(r)
	require.NoError(t, err)
	assert.Less(t, len(all), 16<<10)
}
